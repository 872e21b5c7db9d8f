"""Confluence Data Center, REST v1: pages written and read. A save names the version it makes, or is a conflict; a title
is one per space. Source: Atlassian, Confluence Data Center REST API reference 8 and 9, resource ``content``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from worker.emulator import dc_wiki_shapes, pages, wiki_shapes
from worker.emulator.dc_wiki_shapes import REST
from worker.emulator.door import actor, answer, listed, number, payload_object, world
from worker.emulator.errors import Refused, not_found
from worker.emulator.model import JsonObject
from worker.emulator.storage import BODY_LIMIT
from worker.emulator.wiki_model import Page, PageVersion
from worker.emulator.wiki_pages import body_of

blueprint = Blueprint("dc_content", __name__, url_prefix=REST)


def expansions() -> frozenset[str]:
    """Return what ``expand`` asks for."""
    return frozenset(listed("expand"))


def list_of(found: list[Any], default: int = 25, most: int = 200, **more: Any) -> Response:
    """Return v1's page of a list, with ``more`` members; ``_links.next`` is there when more follow."""
    start, limit = number("start", 0), number("limit", default, most)
    part = found[start : start + limit]
    content = wiki_shapes.v1_list(part, start, limit, f"{world().url}{request.full_path.rstrip('?')}")
    content["_links"] |= {"base": wiki_shapes.base(world()), "context": world().wiki_path}
    if start + limit < len(found):
        kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("start", "limit")]
        asked = urlencode([*kept, ("limit", limit), ("start", start + limit)])
        content["_links"]["next"] = f"{request.path.removeprefix(world().wiki_path)}?{asked}"
    return answer(content | more)


def seen(page_id: str, statuses: tuple[str, ...] = ("current", "archived", "trashed")) -> Page:
    """Return the page of a path, if somebody is logged in and it has one of the statuses; raises a 404."""
    actor()
    found = world().pages.get(page_id)
    if found is None or found.kind != "page" or found.status not in statuses:
        raise not_found(f"No content found with id: ContentId{{id={page_id}}}. It")
    return found


def _statuses() -> tuple[str, ...]:
    asked = listed("status") or ["current"]
    return ("current", "archived", "trashed") if "any" in asked or "historical" in asked else tuple(asked)


@blueprint.get("/content")
def listing() -> Response:
    """Return pages by space, title and status; without a status the current ones."""
    actor()
    space, title, statuses = request.args.get("spaceKey"), request.args.get("title"), _statuses()
    if request.args.get("type", "page") != "page":
        return list_of([])
    found = [
        one
        for one in world().pages.values()
        if one.kind == "page"
        and one.status in statuses
        and space in (None, world().spaces[one.space_id].key)
        and (title is None or title.casefold() == one.title.casefold())
    ]
    return list_of([dc_wiki_shapes.content(world(), one, expansions(), outermost=False) for one in found])


@blueprint.post("/content")
def create() -> Response:
    """Create a page, under the last of ``ancestors`` or at the top of its space."""
    _refuse_large()
    me, asked = actor(), payload_object()
    if asked.get("type") != "page" or not asked.get("title"):
        raise Refused(400, "A type and a title are required; the emulated site makes pages.")
    space = world().space(str((asked.get("space") or {}).get("key") or ""))
    above = asked.get("ancestors") or []
    parent = seen(str(above[-1]["id"])) if above else None
    made = pages.create_page(world(), space, parent, str(asked["title"]), body_of(asked), author=me)
    return answer(dc_wiki_shapes.content(world(), made, expansions() | _WHOLE))


_WHOLE = frozenset(("space", "history", "version", "ancestors", "body.storage"))


def _refuse_large() -> None:
    if len(request.get_data()) > BODY_LIMIT:
        raise Refused(413, "Request body is larger than 5242880 bytes.", code="REQUEST_ENTITY_TOO_LARGE")


@blueprint.get("/content/<page_id>")
def read(page_id: str) -> Response:
    """Return one page, at a version where one is asked for; one in the trash only with status=any or trashed.

    Without ``expand`` its space, history and version are (Atlassian: default of the parameter).
    """
    one = seen(page_id, _statuses())
    expand = expansions() if "expand" in request.args else frozenset(("history", "space", "version"))
    return answer(dc_wiki_shapes.content(world(), one, expand, _at(one)))


def _at(one: Page) -> PageVersion | None:
    wanted = number("version", 0)
    if not wanted:
        return None
    found = next((each for each in one.versions if each.number == wanted), None)
    if found is None:
        raise not_found(f"Version {wanted} of the content with id {one.id}")
    return found


@blueprint.get("/content/<page_id>/history")
def history(page_id: str) -> Response:
    """Return who made a page and who saved it last."""
    return answer(dc_wiki_shapes.history(world(), seen(page_id)))


@blueprint.put("/content/<page_id>")
def save(page_id: str) -> Response:
    """Save the next version of a page: 409 for another number. Without a body the body stays; one in the trash is
    brought back.
    """
    _refuse_large()
    me, one, asked = actor(), seen(page_id), payload_object()
    number_ = (asked.get("version") or {}).get("number")
    if not isinstance(number_, int):
        raise Refused(400, "Must supply an incremented version when updating Content. No version supplied.")
    if asked.get("type") != one.kind:
        raise Refused(400, "The type of the content is required and cannot be changed.")
    if number_ != one.version + 1:
        raise Refused(409, f"Version must be incremented on update. Current version is: {one.version}", code="CONFLICT")
    version = asked["version"]
    body = body_of(asked) if asked.get("body") else one.storage
    title = str(asked.get("title") or one.title)
    message, minor = str(version.get("message") or ""), bool(version.get("minorEdit"))
    pages.save_page(world(), one, number_, title, body, author=me, message=message, minor=minor)
    one.status = "current" if one.status == "trashed" else one.status
    _move(one, asked)
    return answer(dc_wiki_shapes.content(world(), one, expansions() | _WHOLE))


def _move(one: Page, asked: JsonObject) -> None:
    above = asked.get("ancestors") or []
    if above and str(above[-1]["id"]) != one.parent_id:
        pages.move_page(world(), one, seen(str(above[-1]["id"])), "append", actor())


@blueprint.delete("/content/<page_id>")
def delete(page_id: str) -> Response:
    """Put a page into the trash, or with status=trashed remove it from there for good; 204."""
    me = actor()
    if request.args.get("status") == "trashed":
        del world().pages[seen(page_id, ("trashed",)).id]
    else:
        pages.trash_page(world(), seen(page_id, ("current", "archived")), me)
    return answer(status=204)


@blueprint.get("/content/<page_id>/child/page")
def children(page_id: str) -> Response:
    """Return the pages right below a page."""
    found = [one for one in world().children(seen(page_id).id) if one.kind == "page" and one.status == "current"]
    return list_of([dc_wiki_shapes.content(world(), one, expansions(), outermost=False) for one in found])


@blueprint.get("/content/<page_id>/child/comment")
def comments(page_id: str) -> Response:
    """Return the comments on a page by location: inline ones, resolved or not, and footer ones."""
    one, places = seen(page_id), request.args.getlist("location") or ["inline", "footer"]
    found = [
        each
        for each in one.comments
        if ("inline" if each.marker is not None else "footer") in places
        or ("resolved" in places and each.resolution == "resolved")
    ]
    return list_of([dc_wiki_shapes.comment(world(), one, each, expansions()) for each in found])
