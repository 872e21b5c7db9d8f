"""Confluence Cloud: pages through REST v2, labels through v1 (v2 cannot write them). We never delete a page.

Paths and shapes: Atlassian's OpenAPI of Confluence Cloud v2 and v1; `minorEdit` is not in it, but taken by the site
(docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from worker.domain.model import AccountId
from worker.domain.publishing import Remote
from worker.errors import Missing
from worker.gateways.session import Call, Session, documented

PAGE_PROPERTY = "learnloop"

_BULK = 250


def _call(name: str, method: str, path: str, about: str, needs: str = "") -> Call:
    return Call(name, "Confluence", method, path, about, needs)


SPACES = _call("spaces", "GET", "/wiki/api/v2/spaces", "find the space", "*View* in the space")
CREATE_PAGE = _call("create_page", "POST", "/wiki/api/v2/pages", "create the page", "*Add page* in the space")
PAGE = _call("page", "GET", "/wiki/api/v2/pages/{page}", "read the page", "*View* in the space")
UPDATE_PAGE = _call("update_page", "PUT", "/wiki/api/v2/pages/{page}", "update the page", "*Add page* in the space")
PAGES = _call("pages", "GET", "/wiki/api/v2/pages", "read pages", "*View* in the space")
ADD_PROPERTY = _call(
    "add_property", "POST", "/wiki/api/v2/pages/{page}/properties", "mark the page as ours", "*Add page* in the space"
)
ADD_LABELS = _call(
    "add_labels", "POST", "/wiki/rest/api/content/{page}/label", "label the page", "*Add page* in the space"
)
INLINE_COMMENTS = _call(
    "inline_comments",
    "GET",
    "/wiki/api/v2/pages/{page}/inline-comments",
    "list the page's comments",
    "*View* in the space",
)


@dataclass(frozen=True)
class Space:
    """A space: its key for people, its id for calls."""

    id: str
    key: str
    name: str
    homepage_id: str


class Confluence:
    """One tenant's Confluence."""

    def __init__(self, session: Session, site_url: str) -> None:
        self._session, self._site_url = session, site_url

    @documented
    def space(self, key: str) -> Space:
        """The space `key`. Raises Missing when there is none that the account can see."""
        found = self._session.send(SPACES, query={"keys": key})["results"]
        if not found:
            raise Missing(f"There is no space {key}, or it is not to be seen. Create it, or grant *View*")
        one = found[0]
        return Space(str(one["id"]), one["key"], one.get("name", ""), str(one.get("homepageId") or ""))

    @documented
    def create_page(self, space_id: str, parent_id: str | None, title: str, body: str) -> Remote:
        """Create a page. Raises Rejected (400) when the title is taken in the space."""
        wanted = {"spaceId": space_id, "status": "current", "title": title, "body": _storage(body)}
        if parent_id:
            wanted["parentId"] = parent_id
        return _remote(self._session.send(CREATE_PAGE, body=wanted))

    @documented
    def page(self, page_id: str) -> Remote:
        """The page with its text, and the open inline comments if there are anchors of any in it."""
        remote = _remote(self._session.send(PAGE, query={"body-format": "storage"}, page=page_id))
        if "ac:inline-comment-marker" not in remote.body:
            return remote
        return Remote(**(vars(remote) | {"open_comments": frozenset(self._open_comments(page_id))}))

    @documented
    def find_page(self, space_id: str, title: str) -> Remote | None:
        """The current page with this title in the space, with its text."""
        query = {"space-id": space_id, "title": title, "status": "current", "body-format": "storage", "limit": 1}
        found = self._session.send(PAGES, query=query)["results"]
        return _remote(found[0]) if found else None

    @documented
    def update_page(self, page_id: str, title: str, body: str, version: int, message: str) -> Remote:
        """Write the page as `version`, without mails. Raises Conflict when that is not the next one."""
        wanted = {
            "id": page_id,
            "status": "current",
            "title": title,
            "body": _storage(body),
            "version": {"number": version, "message": message, "minorEdit": True},
        }
        return _remote(self._session.send(UPDATE_PAGE, body=wanted, page=page_id))

    def mark_page(self, page_id: str, page_key: str, tenant_id: str) -> None:
        """Write the content property that says the page is ours; once, at creation."""
        body = {"key": PAGE_PROPERTY, "value": {"page": page_key, "tenant": tenant_id}}
        self._session.send(ADD_PROPERTY, body=body, page=page_id)

    def add_labels(self, page_id: str, labels: Sequence[str]) -> None:
        """Add labels; those it has already stay."""
        self._session.send(ADD_LABELS, body=[{"prefix": "global", "name": label} for label in labels], page=page_id)

    @documented
    def glances(self, page_ids: Iterable[str]) -> dict[str, Remote]:
        """The pages without their text, by id; up to 250 a call. Those that are gone, or not seen, are missing."""
        wanted, found = list(page_ids), {}
        for start in range(0, len(wanted), _BULK):
            query = {"id": wanted[start : start + _BULK], "limit": _BULK, "status": ["current", "archived", "trashed"]}
            for one in self._session.send(PAGES, query=query)["results"]:
                found[str(one["id"])] = _remote(one)
        return found

    def address(self, remote_id: str, space_key: str) -> str:
        """The page's address for people; it survives renaming and moving."""
        return f"{self._site_url}/wiki/spaces/{space_key}/pages/{remote_id}"

    def _open_comments(self, page_id: str) -> Iterator[str]:
        query: dict[str, object] = {"resolution-status": ["open", "reopened"], "limit": _BULK}
        while True:
            data = self._session.send(INLINE_COMMENTS, query=query, page=page_id)
            for comment in data["results"]:
                yield str((comment.get("properties") or {}).get("inlineMarkerRef", ""))
            following = (data.get("_links") or {}).get("next")
            if not following:
                return
            query["cursor"] = parse_qs(urlsplit(following).query)["cursor"][0]


def _storage(body: str) -> dict[str, str]:
    return {"representation": "storage", "value": body}


def _remote(data: dict[str, Any]) -> Remote:
    version = data.get("version") or {}
    body = ((data.get("body") or {}).get("storage") or {}).get("value", "")
    author = version.get("authorId") or data.get("authorId")
    return Remote(
        id=str(data["id"]),
        title=data.get("title", ""),
        status=data.get("status", "current"),
        version=int(version.get("number", 1)),
        body=body,
        author=AccountId(author) if author else None,
        message=version.get("message") or "",
        live=data.get("subtype") == "live",
    )
