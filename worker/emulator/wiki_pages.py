"""Confluence REST v2: pages, folders, versions, children, and comments on pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from worker.emulator import pages, wiki_shapes
from worker.emulator.door import actor, answer, flag, listed, payload_object, world
from worker.emulator.errors import Refused, not_found
from worker.emulator.model import JsonObject
from worker.emulator.storage import BODY_LIMIT
from worker.emulator.wiki_door import V2, page, results, single
from worker.emulator.wiki_model import Page, PageComment

blueprint = Blueprint("wiki_pages", __name__, url_prefix=V2)


def body_of(asked: JsonObject) -> str:
    """Return the storage in a write's ``body``, plain or nested; raises a 400 for another representation."""
    body = asked.get("body") or {}
    nested = [value for value in body.values() if isinstance(value, dict)]
    given: Any = nested[0] if nested else body
    if not given:
        return ""
    if given.get("representation") != "storage" or not isinstance(given.get("value"), str):
        raise Refused(400, "The emulated site takes bodies in the storage representation, with a value.")
    return str(given["value"])


def _refuse_large() -> None:
    if len(request.get_data()) > BODY_LIMIT:
        raise Refused(413, "Request body is larger than 5242880 bytes.", code="REQUEST_ENTITY_TOO_LARGE")


@blueprint.get("/pages")
def listing() -> Response:
    """Return pages by id, space, title and status; without a status, the current and archived ones."""
    actor()
    ids, spaces, statuses = listed("id"), listed("space-id"), listed("status") or ["current", "archived"]
    if len(ids) > 250:
        raise Refused(400, "At most 250 ids may be given.")
    return results(_found(ids, spaces, statuses))


def _found(ids: list[str], spaces: list[str], statuses: list[str]) -> list[JsonObject]:
    title, shape = request.args.get("title"), request.args.get("body-format")
    every = [world().pages[each] for each in ids if each in world().pages] if ids else list(world().pages.values())
    return [
        wiki_shapes.page(world(), one, shape)
        for one in every
        if one.kind == "page"
        and one.status in statuses
        and (not spaces or one.space_id in spaces)
        and title in (None, one.title)
    ]


@blueprint.get("/spaces/<space_id>/pages")
def of_space(space_id: str) -> Response:
    """Return the pages of a space."""
    actor()
    space = world().space(space_id)
    return results(_found([], [space.id], listed("status") or ["current", "archived"]))


@blueprint.post("/pages", strict_slashes=False)
@blueprint.post("/pages/")
def create() -> Response:
    """Create a page; without a parent it goes under the space's home page."""
    _refuse_large()
    me, asked = actor(), payload_object()
    space = world().spaces.get(str(asked.get("spaceId")))
    if space is None:
        raise not_found(f"The space with id {asked.get('spaceId')}")
    if not asked.get("title"):
        raise Refused(400, "A page title is required.")
    parent = _parent(str(asked.get("parentId") or space.homepage_id))
    made = pages.create_page(
        world(), space, parent, asked["title"], body_of(asked), author=me, live=asked.get("subtype") == "live"
    )
    return single(wiki_shapes.page(world(), made, "storage"))


def _parent(parent_id: str) -> Page:
    found = world().pages.get(parent_id)
    if found is None:
        raise Refused(400, f"The parent page {parent_id} does not exist.")
    return found


@blueprint.get("/pages/<page_id>")
def read(page_id: str) -> Response:
    """Return one page, at a version where one is asked for; without a body unless body-format says which."""
    one = page(page_id)
    shape, wanted = request.args.get("body-format"), request.args.get("version")
    statuses = listed("status")
    if statuses and one.status not in statuses:
        raise not_found(f"The page with id {page_id}")
    at = next((v for v in one.versions if str(v.number) == wanted), None) if wanted else None
    if wanted and at is None:
        raise not_found(f"Version {wanted} of the page with id {page_id}")
    found = wiki_shapes.page(world(), one, shape, at)
    if flag("include-labels", False):
        found["labels"] = _included([wiki_shapes.label(name, world().label_id(name)) for name in one.labels], page_id)
    if flag("include-properties", False):
        found["properties"] = _included([wiki_shapes.content_property(each) for each in one.properties], page_id)
    if flag("include-versions", False):
        found["versions"] = _included([wiki_shapes.version(each) for each in reversed(one.versions)], page_id)
    return single(found)


def _included(found: list[Any], page_id: str) -> JsonObject:
    return {
        "results": found,
        "meta": {"hasMore": False, "cursor": ""},
        "_links": {"self": f"{V2}/pages/{page_id}"},
    }


@blueprint.put("/pages/<page_id>")
def save(page_id: str) -> Response:
    """Save the next version of a page; 409 when the number is not the next one."""
    _refuse_large()
    me, one, asked = actor(), page(page_id), payload_object()
    version = asked.get("version") or {}
    missing = [name for name in ("id", "status", "title", "body", "version") if not asked.get(name)]
    if missing or not isinstance(version.get("number"), int):
        raise Refused(400, f"Required: {', '.join(missing or ['version.number'])}.")
    if str(asked["id"]) != page_id:
        raise Refused(400, "The page id in the path does not match the id in the request body.")
    _require_writable(one, str(asked["status"]))
    pages.save_page(
        world(),
        one,
        version["number"],
        asked["title"],
        body_of(asked),
        author=me,
        message=version.get("message") or "",
        minor=bool(version.get("minorEdit")),
    )
    _reparent(one, asked, me)
    return single(wiki_shapes.page(world(), one, "storage"))


def _require_writable(one: Page, status: str) -> None:
    if status not in ("current", "draft"):
        raise Refused(400, f"The status {status} cannot be given to a page.")
    if one.status == "trashed":
        one.status = "current"
    if one.status != "current":
        raise Refused(400, f"The page is {one.status}; restore it before changing it.")


def _reparent(one: Page, asked: JsonObject, me: Any) -> None:
    wanted = asked.get("parentId")
    if wanted and str(wanted) != one.parent_id:
        pages.move_page(world(), one, _parent(str(wanted)), "append", me)


@blueprint.put("/pages/<page_id>/title")
def retitle(page_id: str) -> Response:
    """Save a new title and nothing else."""
    me, one, asked = actor(), page(page_id), payload_object()
    pages.rename_page(world(), one, str(asked.get("title") or ""), me)
    return single(wiki_shapes.page(world(), one))


@blueprint.delete("/pages/<page_id>")
def delete(page_id: str) -> Response:
    """Put a page into the trash, or with purge=true remove it from there for good; 204."""
    me, one = actor(), page(page_id)
    if flag("purge", False):
        if one.status != "trashed":
            raise Refused(400, "Only a page in the trash can be purged.")
        del world().pages[one.id]
    else:
        pages.trash_page(world(), one, me)
    return answer(status=204)


@blueprint.get("/pages/<page_id>/versions")
def versions(page_id: str) -> Response:
    """Return a page's versions, the newest first."""
    one = page(page_id)
    shape = request.args.get("body-format")
    found = []
    for each in sorted(one.versions, key=lambda v: v.number, reverse=request.args.get("sort") != "modified-date"):
        shown: JsonObject = {"title": each.title, "id": one.id}
        if shape:
            shown["body"] = wiki_shapes.body(each.storage, shape, one.live)
        found.append(wiki_shapes.version(each) | {"page": shown})
    return results(found)


@blueprint.get("/pages/<page_id>/versions/<int:wanted>")
def version(page_id: str, wanted: int) -> Response:
    """Return one version of a page in detail."""
    one = page(page_id)
    found = next((each for each in one.versions if each.number == wanted), None)
    if found is None:
        raise not_found(f"Version {wanted} of the page with id {page_id}")
    around: JsonObject = {"contentTypeModified": False, "collaborators": [found.author]}
    around |= {"prevVersion": wanted - 1} if wanted > 1 else {}
    around |= {"nextVersion": wanted + 1} if wanted < one.version else {}
    return answer(wiki_shapes.version(found) | around)


@blueprint.get("/pages/<page_id>/children")
def children(page_id: str) -> Response:
    """Return the pages right below a page."""
    found = [one for one in world().children(page(page_id).id) if one.kind == "page"]
    return results([wiki_shapes.child(one, place) for place, one in enumerate(found)])


@blueprint.get("/<any('pages','folders'):kind>/<page_id>/direct-children")
def direct_children(kind: str, page_id: str) -> Response:
    """Return everything right below a page or folder, folders included."""
    actor()
    one = world().page(page_id, kind.removesuffix("s"))
    found = world().children(one.id)
    return results([wiki_shapes.child(each, place) | {"type": each.kind} for place, each in enumerate(found)])


@blueprint.get("/pages/<page_id>/ancestors")
def ancestors(page_id: str) -> Response:
    """Return a page's ancestors, the topmost first."""
    found = pages.ancestors(world(), page(page_id))
    return results([{"id": each, "type": world().pages[each].kind} for each in found])


@blueprint.get("/pages/<page_id>/<any('inline','footer'):kind>-comments")
def comments(page_id: str, kind: str) -> Response:
    """Return the comments on a page; inline ones by resolution-status."""
    one, wanted = page(page_id), listed("resolution-status")
    found = [
        each
        for each in one.comments
        if (each.marker is not None) == (kind == "inline") and (not wanted or each.resolution in wanted)
    ]
    shape = request.args.get("body-format")
    return results([wiki_shapes.page_comment(world(), each, shape) for each in found])


@blueprint.post("/<any('inline','footer'):kind>-comments")
def comment(kind: str) -> Response:
    """Comment on a page; 201."""
    me, asked = actor(), payload_object()
    one = page(str(asked.get("pageId")))
    selection = (asked.get("inlineCommentProperties") or {}).get("textSelection") if kind == "inline" else None
    if kind == "inline" and not selection:
        raise Refused(400, "An inline comment needs inlineCommentProperties.textSelection.")
    made = pages.comment_on_page(world(), one, body_of(asked), me, selection)
    return single(wiki_shapes.page_comment(world(), made, "storage"), 201)


@blueprint.get("/<any('inline','footer'):_kind>-comments/<comment_id>")
def read_comment(_kind: str, comment_id: str) -> Response:
    """Return one comment on a page."""
    found = _comment(comment_id)
    return single(wiki_shapes.page_comment(world(), found, request.args.get("body-format")))


def _comment(comment_id: str) -> PageComment:
    actor()
    for one in world().pages.values():
        for each in one.comments:
            if each.id == comment_id:
                return each
    raise not_found(f"The comment with id {comment_id}")


@blueprint.post("/folders")
def create_folder() -> Response:
    """Create a folder in the page tree."""
    me, asked = actor(), payload_object()
    space = world().space(str(asked.get("spaceId")))
    parent = _parent(str(asked.get("parentId") or space.homepage_id))
    made = pages.create_page(world(), space, parent, str(asked.get("title") or "Folder"), "", author=me, kind="folder")
    return single(wiki_shapes.folder(world(), made))


@blueprint.get("/folders/<folder_id>")
def read_folder(folder_id: str) -> Response:
    """Return one folder."""
    actor()
    return single(wiki_shapes.folder(world(), world().page(folder_id, "folder")))
