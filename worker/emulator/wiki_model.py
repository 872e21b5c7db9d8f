"""The nouns of the emulated Confluence: spaces, pages and what hangs on a page. Plain mutable records without
behaviour; every change goes through ``pages``, under the site's lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from worker.emulator.model import AccountId, JsonObject


@dataclass(slots=True)
class Space:
    """A Confluence space; ``restricted`` may read it and not write in it."""

    id: str
    key: str
    name: str
    created: datetime
    author: AccountId
    homepage_id: str = ""
    restricted: set[AccountId] = field(default_factory=set)
    watchers: set[AccountId] = field(default_factory=set)


@dataclass(slots=True)
class PageVersion:
    """One saved version of a page, body in storage format as Confluence keeps it."""

    number: int
    title: str
    storage: str
    author: AccountId
    at: datetime
    message: str = ""
    minor: bool = False


@dataclass(slots=True)
class ContentProperty:
    """A content property of a page or an attachment, with its own version."""

    id: str
    key: str
    value: Any
    version: int
    author: AccountId
    at: datetime


@dataclass(slots=True)
class Attachment:
    """A file on a page; uploading the same name again makes a new version."""

    id: str
    page_id: str
    name: str
    media_type: str
    data: bytes
    comment: str
    version: int
    author: AccountId
    at: datetime
    properties: list[ContentProperty] = field(default_factory=list)


@dataclass(slots=True)
class PageComment:
    """A comment on a page: inline when it has a ``marker`` (an ``ac:inline-comment-marker`` reference), else
    footer.
    """

    id: str
    page_id: str
    storage: str
    author: AccountId
    at: datetime
    marker: str | None = None
    selection: str = ""
    resolution: str = "open"


@dataclass(slots=True)
class Page:
    """A page (or, with ``kind`` folder, a folder of the page tree).

    ``status`` is current, archived or trashed.
    """

    id: str
    space_id: str
    parent_id: str | None
    author: AccountId
    created: datetime
    position: int
    versions: list[PageVersion]
    kind: str = "page"
    status: str = "current"
    live: bool = False
    labels: dict[str, datetime] = field(default_factory=dict)
    properties: list[ContentProperty] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    comments: list[PageComment] = field(default_factory=list)
    watchers: set[AccountId] = field(default_factory=set)
    state: JsonObject | None = None
    state_at: datetime | None = None

    @property
    def latest(self) -> PageVersion:
        """The version people see."""
        return self.versions[-1]

    @property
    def title(self) -> str:
        """The title people see."""
        return self.versions[-1].title

    @property
    def storage(self) -> str:
        """The body people see, in storage format."""
        return self.versions[-1].storage

    @property
    def version(self) -> int:
        """The number of the version people see."""
        return self.versions[-1].number
