"""Confluence Data Center, REST v1: what hangs on pages and what is around them: properties, labels, attachments,
spaces, people, search. Source: Atlassian, Confluence Data Center REST API reference 8 and 9."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from worker.emulator import dc_people, dc_wiki_shapes, pages, wiki_v1
from worker.emulator.cql import find_pages
from worker.emulator.dc_content import expansions, list_of, seen
from worker.emulator.dc_wiki_shapes import REST
from worker.emulator.door import actor, answer, payload_object, world
from worker.emulator.errors import Refused, not_found
from worker.emulator.seeing import require_admin, require_space_write
from worker.emulator.shapes import zulu
from worker.emulator.wiki_model import ContentProperty, Page

View = Callable[..., Response]
blueprint = Blueprint("dc_wiki", __name__, url_prefix=REST)


def _share() -> None:
    """Take over what both flavours have: method, path, view."""
    shared: tuple[tuple[str, str, View], ...] = (
        ("GET", "/content/<page_id>/label", wiki_v1.labels),
        ("POST", "/content/<page_id>/label", wiki_v1.add_labels),
    )
    for method, rule, view in shared:
        blueprint.add_url_rule(rule, view.__name__, view, methods=[method])


@blueprint.delete("/content/<page_id>/label", defaults={"name": ""})
@blueprint.delete("/content/<page_id>/label/<name>")
def remove_label(page_id: str, name: str) -> Response:
    """Remove a label from a page; 204."""
    return wiki_v1.remove_label(page_id, name)


@blueprint.get("/content/<page_id>/child/attachment")
def attachments(page_id: str) -> Response:
    """Return a page's attachments, or the one with a file name."""
    name = request.args.get("filename")
    found = [each for each in seen(page_id).attachments if name in (None, each.name)]
    return list_of([dc_wiki_shapes.attachment(world(), each) for each in found], 50)


@blueprint.post("/content/<page_id>/child/attachment")
def attach(page_id: str) -> Response:
    """Attach a file; a name the page has already is a 400."""
    one = seen(page_id)
    wiki_v1.attach(page_id)
    return list_of([dc_wiki_shapes.attachment(world(), one.attachments[-1])], 50)


@blueprint.post("/content/<page_id>/child/attachment/<attachment_id>/data")
def renew(page_id: str, attachment_id: str) -> Response:
    """Upload a new version of an attachment."""
    one = seen(page_id)
    wiki_v1.renew(page_id, attachment_id)
    return answer(dc_wiki_shapes.attachment(world(), wiki_v1.attachment_of(one, attachment_id)))


@blueprint.put("/content/<page_id>/child/attachment/<attachment_id>")
def describe(page_id: str, attachment_id: str) -> Response:
    """Change what is said about an attachment."""
    one = seen(page_id)
    wiki_v1.describe(page_id, attachment_id)
    return answer(dc_wiki_shapes.attachment(world(), wiki_v1.attachment_of(one, attachment_id)))


@blueprint.get("/content/<page_id>/property")
def properties(page_id: str) -> Response:
    """Return a page's content properties."""
    one = seen(page_id)
    return list_of([dc_wiki_shapes.content_property(world(), one, each) for each in one.properties], 10)


def _property(one: Page, key: str) -> ContentProperty:
    found = next((each for each in one.properties if each.key == key), None)
    if found is None:
        raise not_found(f"Cannot find property with the key: {key}. It")
    return found


@blueprint.get("/content/<page_id>/property/<key>")
def read_property(page_id: str, key: str) -> Response:
    """Return one content property by its key."""
    one = seen(page_id)
    return answer(dc_wiki_shapes.content_property(world(), one, _property(one, key)))


def _written(page_id: str) -> Page:
    one = seen(page_id)
    require_space_write(world().spaces[one.space_id], actor())
    return one


@blueprint.post("/content/<page_id>/property", defaults={"key": ""})
@blueprint.post("/content/<page_id>/property/<key>")
def add_property(page_id: str, key: str) -> Response:
    """Add a content property; 409 when the key is there already."""
    one, asked = _written(page_id), payload_object()
    name = key or str(asked.get("key") or "")
    made = pages.add_property(world(), one.properties, name, asked.get("value"), actor().account_id)
    return answer(dc_wiki_shapes.content_property(world(), one, made))


@blueprint.put("/content/<page_id>/property/<key>")
def set_property(page_id: str, key: str) -> Response:
    """Save the next version of a content property, 409 for another number; version 1 of a new key adds it."""
    one, asked = _written(page_id), payload_object()
    number = (asked.get("version") or {}).get("number")
    if not isinstance(number, int):
        raise Refused(400, "A version number is required to update a content property.")
    if number == 1 and all(each.key != key for each in one.properties):
        made = pages.add_property(world(), one.properties, key, asked.get("value"), actor().account_id)
        return answer(dc_wiki_shapes.content_property(world(), one, made))
    found = _property(one, key)
    pages.set_property(world(), found, asked.get("value"), number, actor().account_id)
    return answer(dc_wiki_shapes.content_property(world(), one, found))


@blueprint.delete("/content/<page_id>/property/<key>")
def delete_property(page_id: str, key: str) -> Response:
    """Remove a content property; 204."""
    one = _written(page_id)
    one.properties.remove(_property(one, key))
    return answer(status=204)


@blueprint.get("/content/search")
def search() -> Response:
    """Find current pages by CQL."""
    actor()
    found = find_pages(world(), request.args.get("cql", ""))
    return list_of([dc_wiki_shapes.content(world(), one, expansions(), outermost=False) for one in found])


@blueprint.get("/search")
def search_everything() -> Response:
    """Find current pages by CQL, with titles and addresses around them."""
    actor()
    asked = request.args.get("cql", "")
    found = find_pages(world(), asked)
    shown = [
        {
            "content": dc_wiki_shapes.content(world(), one, expansions(), outermost=False),
            "title": one.title,
            "excerpt": "",
            "url": dc_wiki_shapes.webui(world(), one),
            "entityType": "content",
            "lastModified": zulu(one.latest.at),
        }
        for one in found
    ]
    return list_of(shown, totalSize=len(found), cqlQuery=asked)


@blueprint.get("/space")
def spaces() -> Response:
    """Return the spaces, by key where some are named."""
    actor()
    keys = request.args.getlist("spaceKey")
    found = [one for one in world().spaces.values() if not keys or one.key in keys]
    return list_of([dc_wiki_shapes.space(world(), one, expansions(), outermost=False) for one in found])


@blueprint.get("/space/<key>")
def space(key: str) -> Response:
    """Return one space."""
    actor()
    found = next((one for one in world().spaces.values() if one.key.casefold() == key.casefold()), None)
    if found is None:
        raise not_found(f"No space found with key : {key}. It")
    return answer(dc_wiki_shapes.space(world(), found, expansions()))


@blueprint.post("/space")
def create_space() -> Response:
    """Create a space with its home page; needs an administrator here."""
    me, asked = actor(), payload_object()
    require_admin(me)
    missing = [name for name in ("key", "name") if not asked.get(name)]
    if missing:
        raise Refused(400, f"Required: {', '.join(missing)}.")
    made = pages.add_space(world(), str(asked["key"]), str(asked["name"]), me)
    return answer(dc_wiki_shapes.space(world(), made, frozenset()))


@blueprint.get("/user/current")
def current_user() -> Response:
    """Return who asks."""
    return answer(dc_people.wiki_person(world(), actor()))


@blueprint.get("/user")
def user() -> Response:
    """Return one person, by user name or by key."""
    actor()
    one = dc_people.required(world(), request.args.get("username"), request.args.get("key"))
    return answer(dc_people.wiki_person(world(), one))


_share()
