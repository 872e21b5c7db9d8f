"""Confluence REST v1, for what v2 lacks: labels, attachments, moving, restrictions, search, the current user."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from worker.emulator import pages, shapes, wiki_shapes
from worker.emulator.cql import find_pages
from worker.emulator.door import actor, answer, number, payload, payload_object, world
from worker.emulator.errors import Refused, not_found
from worker.emulator.jql import contains
from worker.emulator.model import JsonObject
from worker.emulator.seeing import require_admin, require_space_write
from worker.emulator.wiki_door import V1, page
from worker.emulator.wiki_model import Attachment, Page

blueprint = Blueprint("wiki_v1", __name__, url_prefix=V1)


def _own() -> str:
    return f"{world().url}{request.path}"


def _labels(one: Page) -> Response:
    found = [wiki_shapes.v1_label(name, world().label_id(name)) for name in one.labels]
    return answer(wiki_shapes.v1_list(found, number("start", 0), number("limit", 200), _own()))


@blueprint.get("/content/<page_id>/label")
def labels(page_id: str) -> Response:
    """Return a page's labels."""
    return _labels(page(page_id))


@blueprint.post("/content/<page_id>/label")
def add_labels(page_id: str) -> Response:
    """Add labels to a page and return all it has."""
    one, asked = page(page_id), payload()
    require_space_write(world().spaces[one.space_id], actor())
    wanted = asked if isinstance(asked, list) else [asked]
    if not all(isinstance(each, dict) and each.get("name") and each.get("prefix") for each in wanted):
        raise Refused(400, "A label needs a prefix and a name.")
    pages.add_labels(one, [each["name"] for each in wanted], world().now())
    return _labels(one)


@blueprint.delete("/content/<page_id>/label", defaults={"name": ""})
@blueprint.delete("/content/<page_id>/label/<name>")
def remove_label(page_id: str, name: str) -> Response:
    """Remove a label from a page; 204. Raises a 404 when the page does not have it."""
    one, wanted = page(page_id), name or request.args.get("name", "")
    require_space_write(world().spaces[one.space_id], actor())
    if one.labels.pop(wanted, None) is None:
        raise not_found(f"The label {wanted}")
    return answer(status=204)


@blueprint.put("/content/<page_id>/move/<position>/<target_id>")
def move(page_id: str, position: str, target_id: str) -> Response:
    """Move a page before or after another, or under it (append)."""
    one = page(page_id)
    if position not in ("before", "after", "append"):
        raise Refused(400, f"The position {position} is not before, after or append.")
    target = world().pages.get(target_id)
    if target is None:
        raise not_found(f"The page {target_id}")
    pages.move_page(world(), one, target, position, actor())
    return answer({"pageId": one.id})


@blueprint.get("/content/<page_id>/child/attachment")
def attachments(page_id: str) -> Response:
    """Return a page's attachments, or the one with a file name."""
    name = request.args.get("filename")
    found = [wiki_shapes.v1_attachment(each) for each in page(page_id).attachments if name in (None, each.name)]
    return answer(wiki_shapes.v1_list(found, number("start", 0), number("limit", 50), _own()))


@blueprint.route("/content/<page_id>/child/attachment", methods=["POST", "PUT"])
def attach(page_id: str) -> Response:
    """Attach a file: POST refuses a name the page has already, PUT makes a new version of it."""
    one = page(page_id)
    name, media_type, data = _uploaded(one)
    held = next((each for each in one.attachments if each.name == name), None)
    if held is not None and request.method == "POST":
        raise Refused(400, f"Cannot add a new attachment with same file name as an existing attachment: {name}")
    made = _renewed(held, data, media_type) if held else _attached(one, name, media_type, data)
    return answer(wiki_shapes.v1_list([wiki_shapes.v1_attachment(made)], 0, 50, _own()))


def _uploaded(one: Page) -> tuple[str, str, bytes]:
    require_space_write(world().spaces[one.space_id], actor())
    if request.headers.get("X-Atlassian-Token") not in ("no-check", "nocheck"):
        raise Refused(403, "XSRF check failed", code="FORBIDDEN")
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(400, "At least one attachment file was expected.")
    return file.filename, file.mimetype or "application/octet-stream", file.read()


def _attached(one: Page, name: str, media_type: str, data: bytes) -> Attachment:
    identifier = f"att{world().next_id('page', 98305)}"
    comment = request.form.get("comment", "")
    made = Attachment(identifier, one.id, name, media_type, data, comment, 1, actor().account_id, world().now())
    one.attachments.append(made)
    world().attachments[made.id] = made
    return made


def _renewed(held: Attachment, data: bytes, media_type: str) -> Attachment:
    held.data, held.media_type, held.version = data, media_type, held.version + 1
    held.author, held.at = actor().account_id, world().now()
    held.comment = request.form.get("comment", held.comment)
    return held


def attachment_of(one: Page, attachment_id: str) -> Attachment:
    """Return a page's attachment by its id; raises a 404."""
    for each in one.attachments:
        if attachment_id.removeprefix("att") == each.id.removeprefix("att"):
            return each
    raise not_found(f"The attachment {attachment_id}")


@blueprint.post("/content/<page_id>/child/attachment/<attachment_id>/data")
def renew(page_id: str, attachment_id: str) -> Response:
    """Upload a new version of an attachment."""
    one = page(page_id)
    held = attachment_of(one, attachment_id)
    _, media_type, data = _uploaded(one)
    return answer(wiki_shapes.v1_attachment(_renewed(held, data, media_type)))


@blueprint.put("/content/<page_id>/child/attachment/<attachment_id>")
def describe(page_id: str, attachment_id: str) -> Response:
    """Change an attachment's name or media type without new data.

    The version must be the next one or the same.
    """
    held, asked = attachment_of(page(page_id), attachment_id), payload_object()
    number_ = (asked.get("version") or {}).get("number")
    if number_ not in (held.version, held.version + 1):
        raise Refused(409, f"The attachment is at version {held.version}.", code="CONFLICT")
    held.name = asked.get("title") or held.name
    held.media_type = (asked.get("metadata") or {}).get("mediaType") or held.media_type
    held.version = number_
    return answer(wiki_shapes.v1_attachment(held))


@blueprint.get("/content/<page_id>/child/attachment/<attachment_id>/download")
def download(page_id: str, attachment_id: str) -> Response:
    """Send to where an attachment's bytes are."""
    held = attachment_of(page(page_id), attachment_id)
    place = f"{wiki_shapes.base(world())}/download/attachments/{page_id}/{quote(held.name)}"
    return Response(status=302, headers={"Location": place})


@blueprint.get("/content/<page_id>/restriction")
def restrictions(page_id: str) -> Response:
    """Return who a page is restricted to: nobody in particular, read and update."""
    page(page_id)
    found = [_restriction(page_id, operation) for operation in ("read", "update")]
    listing = wiki_shapes.v1_list(found, 0, 100, _own())
    return answer(listing | {"restrictionsHash": ""})


def _restriction(page_id: str, operation: str) -> JsonObject:
    empty = {"results": [], "start": 0, "limit": 200, "size": 0}
    expandable = {"content": f"/rest/api/content/{page_id}"}
    links = {"self": f"{_own()}/byOperation/{operation}"}
    restricted = {"user": empty, "group": empty}
    return {"operation": operation, "restrictions": restricted, "_expandable": expandable, "_links": links}


@blueprint.route("/content/<page_id>/state", methods=["GET", "PUT"])
def state(page_id: str) -> Response:
    """Return or set a page's content state; setting one makes a version without a change of the body."""
    one, me = page(page_id), actor()
    if request.method == "PUT":
        asked = payload_object()
        require_space_write(world().spaces[one.space_id], me)
        one.state, one.state_at = (
            {key: asked[key] for key in ("id", "name", "color") if key in asked},
            world().now(),
        )
        pages.save_page(world(), one, one.version + 1, one.title, one.storage, author=me, minor=True)
    if one.state is None or one.state_at is None:
        raise not_found("The content state")
    return answer({"contentState": one.state, "lastUpdated": shapes.zulu(one.state_at)})


@blueprint.get("/search")
def search() -> Response:
    """Find pages by CQL, with titles and excerpts."""
    actor()
    found = find_pages(world(), request.args.get("cql", ""))
    return _search_page(found, _result)


@blueprint.get("/content/search")
def search_content() -> Response:
    """Find pages by CQL."""
    actor()
    found = find_pages(world(), request.args.get("cql", ""))
    return _search_page(found, lambda one: wiki_shapes.v1_content(world(), one))


def _search_page(found: list[Page], show: Any) -> Response:
    start, limit = number("start", 0) or number("cursor", 0), number("limit", 25, 250)
    part = [show(one) for one in found[start : start + limit]]
    links: JsonObject = {"base": wiki_shapes.base(world()), "context": "/wiki", "self": _own()}
    if start + limit < len(found):
        cql = quote(request.args.get("cql", ""), safe="")
        links["next"] = f"{request.path.removeprefix('/wiki')}?cql={cql}&limit={limit}&cursor={start + limit}"
    content = {"results": part, "start": start, "limit": limit, "size": len(part), "_links": links}
    if show is _result:
        content |= _counts(len(found))
    return answer(content)


def _result(one: Page) -> JsonObject:
    space = world().spaces[one.space_id]
    content = wiki_shapes.v1_content(world(), one)
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one.storage)).strip()
    container = {"title": space.name, "displayUrl": f"/spaces/{space.key}"}
    told = {"content": content, "excerpt": plain[:200], "resultGlobalContainer": container}
    return (
        _entry(one.title, "content", content["_links"]["webui"]) | told | {"lastModified": shapes.zulu(one.latest.at)}
    )


def _entry(title: str, kind: str, url: str) -> JsonObject:
    return {
        "title": title,
        "excerpt": "",
        "url": url,
        "breadcrumbs": [],
        "entityType": kind,
        "iconCssClass": "",
        "lastModified": shapes.zulu(world().now()),
        "friendlyLastModified": "",
        "score": 0.0,
    }


@blueprint.get("/search/user")
def search_user() -> Response:
    """Find people by a part of their name: ``user.fullname ~ "ana"``."""
    actor()
    words = re.search(r'~\s*"((?:[^"\\]|\\.)*)"', request.args.get("cql", ""))
    wanted = words[1] if words else ""
    people = [
        one for one in world().people.values() if contains(wanted, one.name) or wanted.casefold() in one.name.casefold()
    ]
    found = [
        _entry(one.name, "user", f"/people/{one.account_id}") | {"user": wiki_shapes.v1_user(one)} for one in people
    ]
    listing = wiki_shapes.v1_list(found, number("start", 0), number("limit", 25), _own())
    return answer(listing | _counts(len(found)))


def _counts(total: int) -> JsonObject:
    asked = request.args.get("cql", "")
    return {"totalSize": total, "cqlQuery": asked, "searchDuration": 1, "archivedResultCount": 0}


@blueprint.get("/user/current")
def current_user() -> Response:
    """Return who asks."""
    return answer(wiki_shapes.v1_user(actor()))


@blueprint.get("/user")
def user() -> Response:
    """Return one person."""
    actor()
    return answer(wiki_shapes.v1_user(world().person(request.args.get("accountId"))))


@blueprint.get("/settings/systemInfo")
def system_info() -> Response:
    """Return what the site is."""
    actor()
    return answer({"cloudId": world().cloud_id, "commitHash": "0" * 40, "baseUrl": wiki_shapes.base(world())})


@blueprint.post("/space")
def create_space() -> Response:
    """Create a space with its home page; needs an administrator here."""
    me, asked = actor(), payload_object()
    require_admin(me)
    missing = [name for name in ("key", "name") if not asked.get(name)]
    if missing:
        raise Refused(400, f"Required: {', '.join(missing)}.")
    made = pages.add_space(world(), asked["key"], asked["name"], me)
    links = {"webui": f"/spaces/{made.key}", "self": f"{world().url}{V1}/space/{made.key}"}
    shown = {"id": int(made.id), "key": made.key, "name": made.name, "type": "global", "status": "current"}
    names = (
        "settings",
        "metadata",
        "operations",
        "lookAndFeel",
        "permissions",
        "icon",
        "description",
        "theme",
    )
    expandable = dict.fromkeys((*names, "history", "homepage", "identifiers"), "")
    return answer(shown | {"_expandable": expandable, "_links": links})
