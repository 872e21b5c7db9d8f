"""The API gateway in front of the site (``https://api.atlassian.com`` in the world): which path of the site a path
of the gateway means, and what the gateway says when it lets nothing through. It knows no token (see
``credentials``). Sources: Atlassian, "Scoped API tokens" and "OAuth 2.0 (3LO) apps", making calls; recorded 401."""

from __future__ import annotations

import json
import re

_PLACE = re.compile(r"/ex/(jira|confluence)/([^/]+)(/.*)")
_BEHIND = {"jira": ("/rest/",), "confluence": ("/wiki/api/", "/wiki/rest/")}
PREFIX = "/ex/"


def behind(cloud_id: str, path: str) -> str | None:
    """Return the site's own path of a gateway path; None when that cloud id or product is not this site's."""
    found = _PLACE.fullmatch(path)
    if found is None or found[2] != cloud_id or not found[3].startswith(_BEHIND[found[1]]):
        return None
    return found[3]


def said(status: int, sentence: str) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return an answer in the gateway's own shape."""
    body = json.dumps({"code": status, "message": sentence}).encode()
    return f"{status} {sentence}", [("Content-Type", "application/json")], body


def own_links(url: str, cloud_id: str, body: bytes) -> bytes:
    """Return a Jira answer whose ``self`` links lead through the gateway, as they do for those who came by it."""
    return body.replace(f'"self":"{url}/rest/'.encode(), f'"self":"{url}/ex/jira/{cloud_id}/rest/'.encode())
