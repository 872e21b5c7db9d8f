"""People as Data Center tells them: Jira by user key and user name, Confluence by its own key; and mentions in wiki
text by user name. Sources: recorded Jira Server deliveries; Atlassian, REST references of Jira and Confluence Data
Center (resources ``user``)."""

from __future__ import annotations

import re
from urllib.parse import quote

from worker.emulator.errors import Refused
from worker.emulator.model import JsonObject, Person
from worker.emulator.richtext import RichText
from worker.emulator.wiki import adf_from_wiki
from worker.emulator.world import World

_MENTION = re.compile(r"(?<!\\)\[~([^\]\n]+)\]")


def person(world: World, one: Person) -> JsonObject:
    """Return a person as Jira gives them: user name and key, e-mail address, no account id."""
    pictures = dict.fromkeys(("48x48", "24x24", "16x16", "32x32"), f"{world.url}/secure/useravatar?avatarId=10122")
    return {
        "self": f"{world.url}/rest/api/2/user?username={quote(one.username)}",
        "name": one.username,
        "key": one.account_id,
        "emailAddress": one.email,
        "avatarUrls": pictures,
        "displayName": one.name,
        "active": one.active,
        "timeZone": one.time_zone,
    }


def wiki_person(world: World, one: Person) -> JsonObject:
    """Return a person as Confluence gives them."""
    return {
        "type": "known",
        "username": one.username,
        "userKey": one.wiki_key,
        "profilePicture": {"path": "/confluence/images/icons/profilepics/default.svg", "width": 48, "height": 48},
        "displayName": one.name,
        "_links": {"self": f"{world.url}/confluence/rest/api/user?key={one.wiki_key}"},
        "_expandable": {"status": ""},
    }


def named(world: World, text: str | None) -> Person | None:
    """Return who has that user name, or that key of Jira or Confluence."""
    if not text:
        return None
    return next((p for p in world.people.values() if text in (p.username, p.account_id, p.wiki_key)), None)


def required(world: World, username: str | None, key: str | None) -> Person:
    """Return the person asked for by user name or by key; raises a 404 naming who is not there."""
    if not username and not key:
        raise Refused(400, "Either the 'username' or the 'key' query parameters need to be provided")
    for one in world.people.values():
        if (username and one.username == username) or (key and key in (one.account_id, one.wiki_key)):
            return one
    shown = f"named '{username}'" if username else f"with the key '{key}'"
    raise Refused(404, f"The user {shown} does not exist", code="NOT_FOUND")


def rich_text(world: World, wiki: str) -> RichText:
    """Return wiki text with its ``[~username]`` mentions understood; the text itself is kept as it was written."""

    def known(found: re.Match[str]) -> str:
        one = next((p for p in world.people.values() if p.username == found[1]), None)
        return f"[~accountid:{one.account_id}]" if one else "\\" + found[0]

    return RichText(adf_from_wiki(_MENTION.sub(known, wiki), world.name_of), wiki)
