"""Confluence Data Center: REST v1, complete there. There is no v2, and people have user keys.

Paths and shapes: Atlassian's REST reference of Confluence Data Center 8 and 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from worker.domain.model import AccountId
from worker.domain.publishing import Remote
from worker.errors import Missing
from worker.gateways.confluence import PAGE_PROPERTY, Confluence, Space, call, storage
from worker.gateways.confluence import picture as as_picture
from worker.gateways.session import documented, identity

_BULK = 100
_TEXT = "body.storage,version"

USER = call("wiki_user", "GET", "/rest/api/user/current", "say who we are")
SPACE = call("space", "GET", "/rest/api/space/{space}", "find the space", "*View* in the space")
SPACES = call("all_spaces", "GET", "/rest/api/space", "list its spaces", "*View* in the space")
CREATE_SPACE = call("add_space", "POST", "/rest/api/space", "create the space", "*Create spaces*")
CREATE = call("create_content", "POST", "/rest/api/content", "create the page", "*Add page* in the space")
FIND = call("find_content", "GET", "/rest/api/content", "look for the page", "*View* in the space")
SEARCH = call("search_content", "GET", "/rest/api/content/search", "read pages", "*View* in the space")
CONTENT = call("content", "GET", "/rest/api/content/{page}", "read the page", "*View* in the space")
UPDATE = call("update_content", "PUT", "/rest/api/content/{page}", "update the page", "*Add page* in the space")
MARK = call(
    "mark_content", "POST", "/rest/api/content/{page}/property", "mark the page as ours", "*Add page* in the space"
)
LABELS = call("label_content", "POST", "/rest/api/content/{page}/label", "label the page", "*Add page* in the space")
FILES = call("files", "GET", "/rest/api/content/{page}/child/attachment", "look for the picture", "*View* in the space")
ADD_FILE = call(
    "add_file", "POST", "/rest/api/content/{page}/child/attachment", "attach a picture", "*Add attachment* in the space"
)
RENEW_FILE = call(
    "renew_file",
    "POST",
    "/rest/api/content/{page}/child/attachment/{file}/data",
    "replace a picture",
    "*Add attachment* in the space",
)
COMMENTS = call(
    "inline_content",
    "GET",
    "/rest/api/content/{page}/child/comment",
    "list the page's comments",
    "*View* in the space",
)


class DataCenterConfluence(Confluence):
    """One tenant's Confluence Data Center."""

    @documented
    def me(self) -> AccountId:
        return AccountId(self._session.send(USER)["userKey"])

    @documented
    def space(self, key: str) -> Space:
        try:
            one = self._session.send(SPACE, query={"expand": "homepage"}, space=key)
        except Missing as error:
            raise Missing(
                f"There is no space {key}, or it is not to be seen. Create it, or grant *View*.", status=error.status
            ) from error
        return _space(one)

    @documented
    def spaces(self, most: int) -> list[Space]:
        query = {"type": "global", "status": "current", "expand": "homepage", "limit": min(most, _BULK)}
        return [_space(one) for one in self._session.send(SPACES, query=query)["results"]]

    def create_space(self, key: str, name: str) -> None:
        self._session.send(CREATE_SPACE, body={"key": key, "name": name})

    def may_write(self, space: Space) -> bool:
        """Data Center does not say by REST; a space that can be read is taken to be one that can be written."""
        return bool(space.id)

    @documented
    def create_page(self, space: Space, parent_id: str | None, title: str, body: str) -> Remote:
        wanted: dict[str, Any] = {
            "type": "page",
            "title": title,
            "space": {"key": space.key},
            "body": {"storage": storage(body)},
        }
        if parent_id:
            wanted["ancestors"] = [{"id": parent_id}]
        return _remote(self._session.send(CREATE, query={"expand": _TEXT}, body=wanted))

    @documented
    def page(self, page_id: str) -> Remote:
        remote = _remote(self._session.send(CONTENT, query={"status": "any", "expand": _TEXT}, page=page_id))
        if "ac:inline-comment-marker" not in remote.body:
            return remote
        return Remote(**(vars(remote) | {"open_comments": frozenset(self._open_comments(page_id))}))

    def pages(self, page_ids: Sequence[str]) -> dict[str, Remote]:  # noqa: ARG002 - only a search finds several here
        return {}

    @documented
    def find_page(self, space: Space, title: str) -> Remote | None:
        query = {"type": "page", "spaceKey": space.key, "title": title, "status": "current", "expand": _TEXT}
        found = self._session.send(FIND, query=query)["results"]
        return _remote(found[0]) if found else None

    @documented
    def update_page(self, page_id: str, title: str, body: str, version: int, message: str) -> Remote:
        wanted = {
            "id": page_id,
            "type": "page",
            "title": title,
            "body": {"storage": storage(body)},
            "version": {"number": version, "message": message, "minorEdit": True},
        }
        return _remote(self._session.send(UPDATE, query={"expand": _TEXT}, body=wanted, page=page_id))

    def mark_page(self, page_id: str, page_key: str, tenant_id: str) -> None:
        body = {"key": PAGE_PROPERTY, "value": {"page": page_key, "tenant": tenant_id}}
        self._session.send(MARK, body=body, page=page_id)

    def add_labels(self, page_id: str, labels: Sequence[str]) -> None:
        self._session.send(LABELS, body=[{"prefix": "global", "name": label} for label in labels], page=page_id)

    def attach(self, page_id: str, name: str, picture: bytes) -> None:
        """Data Center refuses to add a name that the page has, so it is asked for it first."""
        upload, held = as_picture(name, picture), self.attachment(page_id, name)
        if held:
            self._session.send(RENEW_FILE, upload=upload, page=page_id, file=held)
        else:
            self._session.send(ADD_FILE, upload=upload, page=page_id)

    @documented
    def attachment(self, page_id: str, name: str) -> str | None:
        """The id of the page's attachment of this name."""
        found = self._session.send(FILES, query={"filename": name}, page=page_id)["results"]
        return identity(found[0]) if found else None

    @documented
    def glances(self, page_ids: Iterable[str]) -> dict[str, Remote]:
        """The index finds current pages only and may lag; what it misses is looked at one by one."""
        wanted, found = list(page_ids), {}
        for start in range(0, len(wanted), _BULK):
            some = wanted[start : start + _BULK]
            query = {"cql": f"id in ({','.join(some)})", "expand": "version", "limit": _BULK}
            for one in self._session.send(SEARCH, query=query)["results"]:
                found[str(one["id"])] = _remote(one)
            for page_id in some:
                if page_id not in found and (remote := self._glance(page_id)):
                    found[page_id] = remote
        return found

    def address(self, remote_id: str, space_key: str) -> str:  # noqa: ARG002 - Cloud's addresses name the space
        return f"{self._wiki_url}/pages/viewpage.action?pageId={remote_id}"

    def _glance(self, page_id: str) -> Remote | None:
        try:
            return _remote(self._session.send(CONTENT, query={"status": "any", "expand": "version"}, page=page_id))
        except Missing:
            return None

    def _open_comments(self, page_id: str) -> Iterator[str]:
        expand = "extensions.inlineProperties,extensions.resolution"
        query: dict[str, object] = {"location": "inline", "depth": "all", "expand": expand, "limit": _BULK}
        start = 0
        while True:
            data = self._session.send(COMMENTS, query=query | {"start": start}, page=page_id)
            for comment in data["results"]:
                extensions: Mapping[str, Any] = comment.get("extensions") or {}
                if (extensions.get("resolution") or {}).get("status") != "resolved":
                    yield str((extensions.get("inlineProperties") or {}).get("markerRef", ""))
            start += len(data["results"])
            if len(data["results"]) < _BULK:
                return


def _space(one: dict[str, Any]) -> Space:
    home, archived = str((one.get("homepage") or {}).get("id", "")), one.get("status") == "ARCHIVED"
    return Space(str(one["id"]), one["key"], one.get("name", ""), home, archived)


def _remote(data: dict[str, Any]) -> Remote:
    version = data.get("version") or {}
    author = (version.get("by") or {}).get("userKey")
    return Remote(
        id=identity(data),
        title=data.get("title", ""),
        status=data.get("status", "current"),
        version=int(version.get("number", 1)),
        body=((data.get("body") or {}).get("storage") or {}).get("value", ""),
        author=AccountId(author) if author else None,
        message=version.get("message") or "",
    )
