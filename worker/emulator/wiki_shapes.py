"""Confluence's nouns as JSON: v2 for pages, spaces, versions, properties, attachments and comments, v1 for
what v2 lacks. Pure: a world and a noun in, a dict out."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from worker.emulator.model import JsonObject, Person
from worker.emulator.shapes import zulu
from worker.emulator.wiki_model import Attachment, ContentProperty, Page, PageComment, PageVersion, Space
from worker.emulator.world import World


def base(world: World) -> str:
    """Return the address every relative Confluence link starts from."""
    return f"{world.url}{world.wiki_path}"


def version(one: PageVersion) -> JsonObject:
    """Return one version of a page."""
    return {
        "number": one.number,
        "message": one.message,
        "minorEdit": one.minor,
        "authorId": one.author,
        "createdAt": zulu(one.at),
    }


def slug(title: str) -> str:
    """Return a title as page addresses end with it."""
    return quote(title.replace(" ", "+"), safe="+")


def page(world: World, one: Page, body_format: str | None = None, at: PageVersion | None = None) -> JsonObject:
    """Return a page as v2 gives it; no body without a ``body_format``, and an empty one for a live page."""
    shown = at or one.latest
    space = world.spaces[one.space_id]
    parent = world.pages.get(one.parent_id or "")
    found: JsonObject = {
        "id": one.id,
        "status": "historical" if at and at is not one.latest else one.status,
        "title": shown.title,
        "spaceId": one.space_id,
        "parentId": one.parent_id,
        "parentType": parent.kind if parent else None,
        "position": one.position,
        "authorId": one.author,
        "ownerId": one.author,
        "lastOwnerId": None,
        "createdAt": zulu(one.created),
        "version": version(shown),
        "_links": {
            "webui": f"/spaces/{space.key}/pages/{one.id}/{slug(one.title)}",
            "editui": f"/pages/resumedraft.action?draftId={one.id}",
            "tinyui": f"/x/{one.id}",
        },
    }
    if one.live:
        found["subtype"] = "live"
    return found | {"body": body(shown.storage, body_format, one.live)}


def body(storage: str, body_format: str | None, live: bool = False) -> JsonObject:
    """Return the ``body`` member for a format; without a format it is empty."""
    if not body_format:
        return {}
    if body_format in ("storage", "editor"):
        return {body_format: {"representation": body_format, "value": "" if live else storage}}
    return {body_format: {"representation": body_format, "value": ""}}


def folder(world: World, one: Page) -> JsonObject:
    """Return a folder of the page tree as v2 gives it."""
    found = page(world, one)
    kept = (
        "id",
        "status",
        "title",
        "spaceId",
        "parentId",
        "parentType",
        "position",
        "authorId",
        "ownerId",
        "version",
    )
    created = int(one.created.timestamp() * 1000)
    return {key: found[key] for key in kept} | {
        "type": "folder",
        "createdAt": created,
        "_links": {"webui": ""},
    }


def child(one: Page, position: int) -> JsonObject:
    """Return a page as its parent's list of children gives it."""
    return {
        "id": one.id,
        "status": one.status,
        "title": one.title,
        "spaceId": one.space_id,
        "childPosition": position,
    }


def space(one: Space) -> JsonObject:
    """Return a space as v2 gives it."""
    return {
        "id": one.id,
        "key": one.key,
        "name": one.name,
        "type": "global",
        "status": "current",
        "authorId": one.author,
        "createdAt": zulu(one.created),
        "homepageId": one.homepage_id,
        "_links": {"webui": f"/spaces/{one.key}"},
    }


def content_property(one: ContentProperty) -> JsonObject:
    """Return a content property with its version."""
    return {
        "id": one.id,
        "key": one.key,
        "value": one.value,
        "version": {
            "number": one.version,
            "message": "",
            "minorEdit": False,
            "authorId": one.author,
            "createdAt": zulu(one.at),
        },
    }


def label(name: str, number: int) -> JsonObject:
    """Return a global label."""
    return {"id": str(number), "name": name, "prefix": "global"}


def attachment(one: Attachment) -> JsonObject:
    """Return an attachment as v2 gives it."""
    path = f"/rest/api/content/{one.page_id}/child/attachment/{one.id}/download"
    view = f"/pages/viewpageattachments.action?pageId={one.page_id}"
    return {
        "id": one.id,
        "status": "current",
        "title": one.name,
        "createdAt": zulu(one.at),
        "pageId": one.page_id,
        "mediaType": one.media_type,
        "mediaTypeDescription": "",
        "comment": one.comment,
        "fileId": f"file-{one.id}",
        "fileSize": len(one.data),
        "webuiLink": view,
        "downloadLink": path,
        "version": {
            "number": one.version,
            "message": one.comment,
            "minorEdit": False,
            "authorId": one.author,
            "createdAt": zulu(one.at),
        },
        "_links": {"webui": view, "download": path},
    }


def page_comment(world: World, one: PageComment, body_format: str | None) -> JsonObject:
    """Return a comment on a page as v2 gives it, with its marker when it is inline."""
    found: JsonObject = {
        "id": one.id,
        "status": "current",
        "title": f"Re: {world.pages[one.page_id].title}",
        "pageId": one.page_id,
        "version": {
            "number": 1,
            "message": "",
            "minorEdit": False,
            "authorId": one.author,
            "createdAt": zulu(one.at),
        },
        "body": body(one.storage, body_format),
        "_links": {"webui": f"/pages/{one.page_id}?focusedCommentId={one.id}"},
    }
    if one.marker is None:
        return found
    marks = {
        "inlineMarkerRef": one.marker,
        "inlineOriginalSelection": one.selection,
        "inline-marker-ref": one.marker,
        "inline-original-selection": one.selection,
    }
    return found | {"resolutionStatus": one.resolution, "properties": marks}


def user(one: Person) -> JsonObject:
    """Return a person as v2's users-bulk gives them: e-mail hidden."""
    return {
        "displayName": one.name,
        "timeZone": one.time_zone,
        "isExternalCollaborator": False,
        "accountStatus": "active" if one.active else "inactive",
        "accountId": one.account_id,
        "email": "",
        "accountType": one.account_type,
        "publicName": one.name,
    }


def v1_user(one: Person) -> JsonObject:
    """Return a person as v1 gives them."""
    return {
        "type": "known",
        "accountId": one.account_id,
        "accountType": one.account_type if one.account_type in ("atlassian", "app") else "",
        "email": "",
        "publicName": one.name,
        "displayName": one.name,
        "timeZone": one.time_zone,
        "isExternalCollaborator": False,
        "_expandable": {"operations": "", "personalSpace": ""},
        "_links": {"self": f"/rest/api/user?accountId={one.account_id}"},
    }


def v1_content(world: World, one: Page) -> JsonObject:
    """Return a page as v1's searches give it."""
    return {
        "id": one.id,
        "type": one.kind,
        "status": one.status,
        "title": one.title,
        "childTypes": {},
        "macroRenderedOutput": {},
        "restrictions": {},
        "_expandable": {
            "space": f"/rest/api/space/{world.spaces[one.space_id].key}",
            "version": "",
            "body": "",
        },
        "_links": {
            "webui": f"/spaces/{world.spaces[one.space_id].key}/pages/{one.id}/{slug(one.title)}",
            "self": f"{base(world)}/rest/api/content/{one.id}",
            "tinyui": f"/x/{one.id}",
        },
    }


def v1_attachment(one: Attachment) -> JsonObject:
    """Return an attachment as v1's uploads give it."""
    return {
        "id": one.id,
        "type": "attachment",
        "status": "current",
        "title": one.name,
        "version": {"number": one.version, "when": zulu(one.at), "minorEdit": False, "message": one.comment},
        "metadata": {"mediaType": one.media_type},
        "extensions": {"mediaType": one.media_type, "fileSize": len(one.data), "comment": one.comment},
        "_expandable": {},
        "_links": {"download": f"/rest/api/content/{one.page_id}/child/attachment/{one.id}/download"},
    }


def v1_label(name: str, number: int) -> JsonObject:
    """Return a label as v1 gives it."""
    return {"prefix": "global", "name": name, "id": str(number), "label": name}


def v1_list(results: list[Any], start: int, limit: int, self_link: str) -> JsonObject:
    """Return v1's envelope around a list."""
    return {
        "results": results,
        "start": start,
        "limit": limit,
        "size": len(results),
        "_links": {"self": self_link},
    }
