"""Confluence Data Center's nouns as JSON (REST v1): what ``expand`` asks for is there, the rest is named in
``_expandable``. Pure: a world, a noun and the expansions in, a dict out. Source: Atlassian, Confluence Data Center
REST API reference 8 and 9."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from worker.emulator import dc_people, pages, wiki_shapes
from worker.emulator.model import JsonObject
from worker.emulator.shapes import zulu
from worker.emulator.wiki_model import Attachment, ContentProperty, Page, PageComment, PageVersion, Space
from worker.emulator.world import World

Expand = frozenset[str]
REST = "/confluence/rest/api"


def links(world: World, own: str, webui: str = "", outermost: bool = True) -> JsonObject:
    """Return ``_links``: relative to ``base``, but for ``self``; only the outermost thing says base and context."""
    found: JsonObject = {"self": f"{world.url}{REST}{own}"}
    found |= {"webui": webui} if webui else {}
    return found | ({"base": wiki_shapes.base(world), "context": world.wiki_path} if outermost else {})


def webui(world: World, one: Page) -> str:
    """Return where people read a page: by its title, or by its id when the title cannot stand in an address."""
    if all(sign.isalnum() or sign in " -_.," for sign in one.title) and one.title.isascii():
        return f"/display/{world.spaces[one.space_id].key}/{quote(one.title.replace(' ', '+'), safe='+')}"
    return f"/pages/viewpage.action?pageId={one.id}"


def version(world: World, one: PageVersion) -> JsonObject:
    """Return one version of a page with its author."""
    return {
        "by": dc_people.wiki_person(world, world.people[one.author]),
        "when": zulu(one.at),
        "message": one.message,
        "number": one.number,
        "minorEdit": one.minor,
        "hidden": False,
    }


def content(
    world: World, one: Page, expand: Expand = frozenset(), at: PageVersion | None = None, outermost: bool = True
) -> JsonObject:
    """Return a page with what is expanded, at a version where one is given."""
    shown = at or one.latest
    found: JsonObject = {
        "id": one.id,
        "type": one.kind,
        "status": one.status if shown is one.latest else "historical",
        "title": shown.title,
        "extensions": {"position": one.position},
        "_links": links(world, f"/content/{one.id}", webui(world, one), outermost)
        | {"tinyui": f"/x/{one.id}", "edit": f"/pages/resumedraft.action?draftId={one.id}"},
    }
    wanted = {path.partition(".")[0] for path in expand}
    for name, show in _PARTS.items():
        if name in wanted:
            found[name] = show(world, one, shown, expand)
    expandable = dict.fromkeys((name for name in _PARTS if name not in wanted), "")
    return found | {"_expandable": expandable | {"children": f"/rest/api/content/{one.id}/child"}}


def _space(world: World, one: Page, _: PageVersion, __: Expand) -> JsonObject:
    return space(world, world.spaces[one.space_id], frozenset(), outermost=False)


def _version(world: World, _: Page, at: PageVersion, __: Expand) -> JsonObject:
    return version(world, at)


def _ancestors(world: World, one: Page, _: PageVersion, __: Expand) -> list[JsonObject]:
    return [content(world, world.pages[each], outermost=False) for each in pages.ancestors(world, one)]


def _body(_: World, __: Page, at: PageVersion, expand: Expand) -> JsonObject:
    kinds = ("editor", "view", "export_view", "styled_view", "storage", "anonymous_export_view")
    found: JsonObject = {"_expandable": {kind: "" for kind in kinds if f"body.{kind}" not in expand}}
    if "body.storage" in expand:
        found["storage"] = {"value": at.storage, "representation": "storage", "_expandable": {"content": ""}}
    return found


def history(world: World, one: Page) -> JsonObject:
    """Return who made a page and who saved it last."""
    return {
        "latest": True,
        "createdBy": dc_people.wiki_person(world, world.people[one.author]),
        "createdDate": zulu(one.created),
        "lastUpdated": version(world, one.latest),
        "_links": links(world, f"/content/{one.id}/history"),
        "_expandable": {"previousVersion": "", "nextVersion": "", "contributors": ""},
    }


def _history(world: World, one: Page, _: PageVersion, __: Expand) -> JsonObject:
    return history(world, one)


def _metadata(world: World, one: Page, _: PageVersion, expand: Expand) -> JsonObject:
    if "metadata.labels" not in expand:
        return {"_expandable": {"labels": "", "properties": ""}}
    found = [wiki_shapes.v1_label(name, world.label_id(name)) for name in one.labels]
    return {"labels": wiki_shapes.v1_list(found, 0, 200, f"{world.url}{REST}/content/{one.id}/label")}


_PARTS: dict[str, Callable[[World, Page, PageVersion, Expand], Any]] = {
    "space": _space,
    "history": _history,
    "version": _version,
    "ancestors": _ancestors,
    "body": _body,
    "metadata": _metadata,
}


def space(world: World, one: Space, expand: Expand, outermost: bool = True) -> JsonObject:
    """Return a space, with its home page where that is expanded."""
    found: JsonObject = {
        "id": int(one.id),
        "key": one.key,
        "name": one.name,
        "status": "CURRENT",
        "type": "global",
        "_links": links(world, f"/space/{one.key}", f"/display/{one.key}", outermost),
    }
    if "homepage" in expand:
        return found | {
            "homepage": content(world, world.pages[one.homepage_id], outermost=False),
            "_expandable": {"metadata": "", "icon": "", "description": ""},
        }
    expandable = {"metadata": "", "icon": "", "description": "", "homepage": f"/rest/api/content/{one.homepage_id}"}
    return found | {"_expandable": expandable}


def content_property(world: World, page: Page, one: ContentProperty) -> JsonObject:
    """Return a content property with its version."""
    return {
        "id": one.id,
        "key": one.key,
        "value": one.value,
        "version": {"when": zulu(one.at), "message": "", "number": one.version, "minorEdit": False, "hidden": False},
        "_links": links(world, f"/content/{page.id}/property/{one.key}"),
        "_expandable": {"content": f"/rest/api/content/{page.id}"},
    }


def _beside(address: str, one: PageComment) -> str:
    return f"{address}{'&' if '?' in address else '?'}focusedCommentId={one.id}"


def comment(world: World, page: Page, one: PageComment, expand: Expand) -> JsonObject:
    """Return a comment on a page; an inline one tells its place and whether it is resolved when asked to."""
    inline = one.marker is not None
    extensions: JsonObject = {"location": "inline" if inline else "footer", "_expandable": {}}
    parts: JsonObject = {
        "inlineProperties": {"originalSelection": one.selection, "markerRef": one.marker},
        "resolution": {"status": one.resolution},
    }
    for name, part in parts.items() if inline else ():
        if f"extensions.{name}" in expand:
            extensions[name] = part
        else:
            extensions["_expandable"][name] = ""
    found: JsonObject = {
        "id": one.id,
        "type": "comment",
        "status": "current",
        "title": f"Re: {page.title}",
        "extensions": extensions,
        "_links": links(world, f"/content/{one.id}", _beside(webui(world, page), one), False),
        "_expandable": {"container": f"/rest/api/content/{page.id}", "body": "", "version": ""},
    }
    if "body.storage" in expand:
        found["body"] = {"storage": {"value": one.storage, "representation": "storage"}}
    return found


def attachment(world: World, one: Attachment) -> JsonObject:
    """Return an attachment; its bytes are where people download them."""
    place = f"/download/attachments/{one.page_id}/{quote(one.name)}?version={one.version}&api=v2"
    return wiki_shapes.v1_attachment(one) | {
        "_links": links(world, f"/content/{one.id}", webui(world, world.pages[one.page_id]), False)
        | {"download": place}
    }
