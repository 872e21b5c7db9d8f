"""Confluence REST v2: spaces, labels, content properties, attachments as read, and people in bulk."""

from __future__ import annotations

from flask import Blueprint, Response, request

from worker.emulator import pages, wiki_shapes
from worker.emulator.door import actor, answer, listed, payload_object, world
from worker.emulator.errors import Refused, not_found
from worker.emulator.seeing import require_space_write
from worker.emulator.wiki_door import V2, page, results, single
from worker.emulator.wiki_model import Attachment, ContentProperty

blueprint = Blueprint("wiki_things", __name__, url_prefix=V2)
_WRITABLE = ("page", "blogpost", "comment", "attachment")
_SPACE_WRITES = (*(("create", kind) for kind in _WRITABLE), *(("delete", kind) for kind in _WRITABLE))


@blueprint.get("/spaces")
def spaces() -> Response:
    """Return spaces by key or id."""
    actor()
    keys, ids = listed("keys"), listed("ids")
    found = [one for one in world().spaces.values() if (not keys or one.key in keys) and (not ids or one.id in ids)]
    return results([wiki_shapes.space(one) for one in found])


@blueprint.get("/spaces/<space_id>")
def space(space_id: str) -> Response:
    """Return one space by its id."""
    actor()
    if space_id not in world().spaces:
        raise not_found(f"The space with id {space_id}")
    return single(wiki_shapes.space(world().spaces[space_id]))


@blueprint.get("/spaces/<space_id>/operations")
def space_operations(space_id: str) -> Response:
    """Return what I may do in a space; whoever may not write there may only read it."""
    me = actor()
    if space_id not in world().spaces:
        raise not_found(f"The space with id {space_id}")
    found = [{"operation": "read", "targetType": "space"}]
    if me.account_id not in world().spaces[space_id].restricted:
        found += [{"operation": verb, "targetType": kind} for verb, kind in _SPACE_WRITES]
    if me.admin:
        found += [{"operation": "administer", "targetType": "space"}]
    return answer({"operations": found})


@blueprint.get("/pages/<page_id>/labels")
def labels_of_page(page_id: str) -> Response:
    """Return a page's labels."""
    return results([wiki_shapes.label(name, world().label_id(name)) for name in page(page_id).labels])


@blueprint.get("/labels")
def labels() -> Response:
    """Return every label in use."""
    actor()
    names = dict.fromkeys(name for one in world().pages.values() for name in one.labels)
    return results([wiki_shapes.label(name, world().label_id(name)) for name in names])


@blueprint.get("/labels/<int:label_id>/pages")
def pages_with_label(label_id: int) -> Response:
    """Return the current pages with a label."""
    actor()
    names = {name for name, number in world().label_ids.items() if number == label_id}
    found = [one for one in world().pages.values() if one.status == "current" and names & set(one.labels)]
    return results([wiki_shapes.page(world(), one, request.args.get("body-format")) for one in found])


@blueprint.post("/users-bulk")
def users() -> Response:
    """Return the people among those asked for that exist."""
    actor()
    wanted = payload_object().get("accountIds") or []
    found = [wiki_shapes.user(world().people[each]) for each in wanted if each in world().people]
    return results(found, default=250)


@blueprint.get("/pages/<page_id>/attachments")
def attachments(page_id: str) -> Response:
    """Return a page's attachments, or the one with a file name."""
    name = request.args.get("filename")
    found = [each for each in page(page_id).attachments if name in (None, each.name)]
    return results([wiki_shapes.attachment(each) for each in found])


def _attachment(attachment_id: str) -> Attachment:
    actor()
    found = world().attachments.get(attachment_id) or world().attachments.get(f"att{attachment_id}")
    if found is None:
        raise not_found(f"The attachment with id {attachment_id}")
    return found


@blueprint.get("/attachments/<attachment_id>")
def attachment(attachment_id: str) -> Response:
    """Return one attachment."""
    return single(wiki_shapes.attachment(_attachment(attachment_id)))


@blueprint.delete("/attachments/<attachment_id>")
def delete_attachment(attachment_id: str) -> Response:
    """Remove an attachment; 204."""
    found = _attachment(attachment_id)
    world().pages[found.page_id].attachments.remove(found)
    del world().attachments[found.id]
    return answer(status=204)


def _kept(kind: str, owner: str, writing: bool = False) -> list[ContentProperty]:
    if kind == "attachments":
        return _attachment(owner).properties
    one = page(owner)
    if writing:
        require_space_write(world().spaces[one.space_id], actor())
    return one.properties


@blueprint.get("/<any('pages','attachments'):kind>/<owner>/properties")
def properties(kind: str, owner: str) -> Response:
    """Return the content properties of a page or attachment, or the one with a key."""
    key = request.args.get("key")
    return results([wiki_shapes.content_property(one) for one in _kept(kind, owner) if key in (None, one.key)])


@blueprint.post("/<any('pages','attachments'):kind>/<owner>/properties")
def add_property(kind: str, owner: str) -> Response:
    """Add a content property; 409 when the key is there already."""
    kept, asked = _kept(kind, owner, writing=True), payload_object()
    made = pages.add_property(world(), kept, str(asked.get("key") or ""), asked.get("value"), actor().account_id)
    return answer(wiki_shapes.content_property(made))


@blueprint.get("/<any('pages','attachments'):kind>/<owner>/properties/<property_id>")
def read_property(kind: str, owner: str, property_id: str) -> Response:
    """Return one content property by its id."""
    return answer(wiki_shapes.content_property(pages.property_of(_kept(kind, owner), property_id)))


@blueprint.put("/<any('pages','attachments'):kind>/<owner>/properties/<property_id>")
def set_property(kind: str, owner: str, property_id: str) -> Response:
    """Save the next version of a content property; 409 when the number is not the next one."""
    found, asked = pages.property_of(_kept(kind, owner, writing=True), property_id), payload_object()
    number = (asked.get("version") or {}).get("number")
    if asked.get("key") != found.key or not isinstance(number, int):
        raise Refused(400, "A content property is saved with its own key and a version number.")
    pages.set_property(world(), found, asked.get("value"), number, actor().account_id)
    return answer(wiki_shapes.content_property(found))


@blueprint.delete("/<any('pages','attachments'):kind>/<owner>/properties/<property_id>")
def delete_property(kind: str, owner: str, property_id: str) -> Response:
    """Remove a content property; 204."""
    kept = _kept(kind, owner, writing=True)
    kept.remove(pages.property_of(kept, property_id))
    return answer(status=204)
