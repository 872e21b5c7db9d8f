"""Confluence Cloud: pages through REST v2; labels, attachments and who we are through v1, which v2 cannot tell.

Paths and shapes: Atlassian's OpenAPI of Confluence Cloud v2 and v1; `minorEdit` is not in it, but taken by the site
(docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from worker.domain.model import AccountId
from worker.domain.publishing import Remote
from worker.errors import Missing
from worker.gateways.confluence import PAGE_PROPERTY, Confluence, Space, call, storage
from worker.gateways.confluence import picture as as_picture
from worker.gateways.session import documented, identity

_BULK = 250


ME = call("wiki_me", "GET", "/wiki/rest/api/user/current", "say who we are")
SPACES = call("spaces", "GET", "/wiki/api/v2/spaces", "find the space", "*View* in the space")
CREATE_SPACE = call("create_space", "POST", "/wiki/rest/api/space", "create the space", "*Create spaces*")
OPERATIONS = call("operations", "GET", "/wiki/api/v2/spaces/{space}/operations", "say what we may do in the space")
CREATE_PAGE = call("create_page", "POST", "/wiki/api/v2/pages", "create the page", "*Add page* in the space")
PAGE = call("page", "GET", "/wiki/api/v2/pages/{page}", "read the page", "*View* in the space")
UPDATE_PAGE = call("update_page", "PUT", "/wiki/api/v2/pages/{page}", "update the page", "*Add page* in the space")
PAGES = call("pages", "GET", "/wiki/api/v2/pages", "read pages", "*View* in the space")
ADD_PROPERTY = call(
    "add_property", "POST", "/wiki/api/v2/pages/{page}/properties", "mark the page as ours", "*Add page* in the space"
)
ADD_LABELS = call(
    "add_labels", "POST", "/wiki/rest/api/content/{page}/label", "label the page", "*Add page* in the space"
)
ATTACH = call(
    "attach",
    "PUT",
    "/wiki/rest/api/content/{page}/child/attachment",
    "attach a picture",
    "*Add attachment* in the space",
)
INLINE_COMMENTS = call(
    "inline_comments",
    "GET",
    "/wiki/api/v2/pages/{page}/inline-comments",
    "list the page's comments",
    "*View* in the space",
)


class CloudConfluence(Confluence):
    """One tenant's Confluence Cloud."""

    @documented
    def me(self) -> AccountId:
        return AccountId(self._session.send(ME)["accountId"])

    @documented
    def space(self, key: str) -> Space:
        found = self._session.send(SPACES, query={"keys": key})["results"]
        if not found:
            raise Missing(f"There is no space {key}, or it is not to be seen. Create it, or grant *View*.")
        return _space(found[0])

    @documented
    def spaces(self, most: int) -> list[Space]:
        query = {"status": "current", "sort": "name", "limit": min(most, _BULK)}
        found = self._session.send(SPACES, query=query)["results"]
        return [_space(one) for one in found if one.get("type") != "personal"]

    def create_space(self, key: str, name: str) -> None:
        """By v1: v2 takes it from few sites only (its reference calls it experimental)."""
        self._session.send(CREATE_SPACE, body={"key": key, "name": name})

    @documented
    def may_write(self, space: Space) -> bool:
        found = self._session.send(OPERATIONS, space=space.id)["operations"]
        return any(one.get("operation") == "create" and one.get("targetType") == "page" for one in found)

    @documented
    def create_page(self, space: Space, parent_id: str | None, title: str, body: str) -> Remote:
        wanted = {"spaceId": space.id, "status": "current", "title": title, "body": storage(body)}
        if parent_id:
            wanted["parentId"] = parent_id
        return _remote(self._session.send(CREATE_PAGE, body=wanted))

    @documented
    def page(self, page_id: str) -> Remote:
        remote = _remote(self._session.send(PAGE, query={"body-format": "storage"}, page=page_id))
        if "ac:inline-comment-marker" not in remote.body:
            return remote
        return Remote(**(vars(remote) | {"open_comments": frozenset(self._open_comments(page_id))}))

    @documented
    def pages(self, page_ids: Sequence[str]) -> dict[str, Remote]:
        query = {"id": list(page_ids), "limit": _BULK, "status": "current", "body-format": "storage"}
        found = (_remote(one) for one in self._session.send(PAGES, query=query)["results"])
        return {one.id: one for one in found}

    @documented
    def find_page(self, space: Space, title: str) -> Remote | None:
        query = {"space-id": space.id, "title": title, "status": "current", "body-format": "storage", "limit": 1}
        found = self._session.send(PAGES, query=query)["results"]
        return _remote(found[0]) if found else None

    @documented
    def update_page(self, page_id: str, title: str, body: str, version: int, message: str) -> Remote:
        wanted = {
            "id": page_id,
            "status": "current",
            "title": title,
            "body": storage(body),
            "version": {"number": version, "message": message, "minorEdit": True},
        }
        return _remote(self._session.send(UPDATE_PAGE, body=wanted, page=page_id))

    def mark_page(self, page_id: str, page_key: str, tenant_id: str) -> None:
        body = {"key": PAGE_PROPERTY, "value": {"page": page_key, "tenant": tenant_id}}
        self._session.send(ADD_PROPERTY, body=body, page=page_id)

    def add_labels(self, page_id: str, labels: Sequence[str]) -> None:
        self._session.send(ADD_LABELS, body=[{"prefix": "global", "name": label} for label in labels], page=page_id)

    def attach(self, page_id: str, name: str, picture: bytes) -> None:
        self._session.send(ATTACH, upload=as_picture(name, picture), page=page_id)

    @documented
    def glances(self, page_ids: Iterable[str]) -> dict[str, Remote]:
        wanted, found = list(page_ids), {}
        for start in range(0, len(wanted), _BULK):
            query = {"id": wanted[start : start + _BULK], "limit": _BULK, "status": ["current", "archived", "trashed"]}
            for one in self._session.send(PAGES, query=query)["results"]:
                found[str(one["id"])] = _remote(one)
        return found

    def address(self, remote_id: str, space_key: str) -> str:
        return f"{self._wiki_url}/spaces/{space_key}/pages/{remote_id}"

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


def _space(one: dict[str, Any]) -> Space:
    home, archived = str(one.get("homepageId") or ""), one.get("status") == "archived"
    return Space(str(one["id"]), one["key"], one.get("name", ""), home, archived)


def _remote(data: dict[str, Any]) -> Remote:
    version = data.get("version") or {}
    body = ((data.get("body") or {}).get("storage") or {}).get("value", "")
    author = version.get("authorId") or data.get("authorId")
    return Remote(
        id=identity(data),
        title=data.get("title", ""),
        status=data.get("status", "current"),
        version=int(version.get("number", 1)),
        body=body,
        author=AccountId(author) if author else None,
        message=version.get("message") or "",
        live=data.get("subtype") == "live",
    )
