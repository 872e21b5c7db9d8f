"""The nouns of the emulated site: what Jira and Confluence keep. Plain mutable records without behaviour;
every change goes through the modules named after a step (``issues``, ``comments``, ``sprints``,
``pages``), under the site's lock."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from worker.emulator.richtext import RichText

AccountId = NewType("AccountId", str)
JsonObject = dict[str, Any]


class Hosting(StrEnum):
    """Who runs the products: Atlassian, or the customer."""

    CLOUD = "cloud"
    DATA_CENTER = "data_center"


@dataclass(slots=True)
class Person:
    """An account of the site; ``account_type`` is atlassian, app or customer.

    On Data Center ``account_id`` is Jira's user key, and ``wiki_key`` Confluence's.
    """

    account_id: AccountId
    name: str
    email: str
    account_type: str = "atlassian"
    time_zone: str = "Etc/UTC"
    token: str | None = None
    active: bool = True
    admin: bool = False
    username: str = ""
    password: str | None = None
    wiki_key: str = ""
    everywhere: bool = False  # an installed app's account: in the role of apps, so it may browse every project


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status; ``category`` is new, indeterminate or done."""

    id: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Named:
    """Anything Jira knows by an id and a name: a resolution, a priority, a security level, an option."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class IssueType:
    """An issue type; ``level`` is Jira's hierarchyLevel (1 epic, 0 standard, -1 sub-task)."""

    id: str
    name: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class LinkType:
    """A kind of link between two issues."""

    id: str
    name: str
    inward: str
    outward: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of issues; ``kind`` names an entry of ``fields.KINDS``."""

    id: str
    name: str
    kind: str
    custom: bool = False
    options: tuple[str, ...] = ()


@dataclass(slots=True)
class Version:
    """A release of a project."""

    id: str
    project_key: str
    name: str
    released: bool = False
    released_on: date | None = None


@dataclass(slots=True)
class Project:
    """A Jira project; ``kind`` is software or service_desk; ``members`` matter only when it is private."""

    id: str
    key: str
    name: str
    kind: str
    private: bool
    lead: AccountId | None
    components: list[Named]
    statuses: tuple[str, ...]
    members: set[AccountId] = field(default_factory=set)
    admins: set[AccountId] = field(default_factory=set)
    last_number: int = 0


@dataclass(slots=True)
class Board:
    """A board over one project; a kanban board has no sprints."""

    id: int
    project_key: str
    name: str
    kind: str = "scrum"


@dataclass(slots=True)
class Sprint:
    """A sprint; ``state`` is future, active or closed."""

    id: int
    board_id: int
    name: str
    state: str
    goal: str
    created: datetime
    start: datetime | None = None
    end: datetime | None = None
    completed: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One field's change as the changelog tells it; ``old``/``new`` are ids, the strings what people read."""

    field: str
    field_id: str
    custom: bool
    old: str | None
    old_string: str | None
    new: str | None
    new_string: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of an issue's changelog."""

    id: str
    author: AccountId
    at: datetime
    items: tuple[ChangeItem, ...]


@dataclass(slots=True)
class Comment:
    """A comment on an issue; ``properties`` are its entity properties in the order they were set."""

    id: str
    issue_id: str
    author: AccountId
    body: RichText
    created: datetime
    updated: datetime
    update_author: AccountId
    properties: JsonObject = field(default_factory=dict)
    visibility: JsonObject | None = None

    @property
    def internal(self) -> bool:
        """Whether only agents of a service project read it (comment property ``sd.public.comment``)."""
        told = self.properties.get("sd.public.comment")
        return isinstance(told, dict) and bool(told.get("internal"))


@dataclass(slots=True)
class RemoteLink:
    """A link from an issue to something outside Jira, unique by ``global_id`` where one is given."""

    id: int
    global_id: str
    target: JsonObject
    relationship: str
    application: JsonObject


@dataclass(frozen=True, slots=True)
class IssueLink:
    """A link between two issues, by issue id."""

    id: str
    type_id: str
    inward: str
    outward: str


@dataclass(slots=True)
class Issue:
    """An issue. ``values`` holds every editable field by field id, in the form ``fields.KINDS`` describes."""

    id: str
    key: str
    project_key: str
    status_id: str
    creator: AccountId
    created: datetime
    updated: datetime
    category_changed: datetime
    values: JsonObject
    resolved: datetime | None = None
    watchers: set[AccountId] = field(default_factory=set)
    comments: list[Comment] = field(default_factory=list)
    properties: JsonObject = field(default_factory=dict)
    remote_links: list[RemoteLink] = field(default_factory=list)
    links: list[IssueLink] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    writes: deque[float] = field(default_factory=deque)
    earlier: list[tuple[datetime, Issue]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The issue's one line."""
        return str(self.values["summary"])

    @property
    def labels(self) -> list[str]:
        """The issue's labels, sorted as Jira gives them."""
        return list(self.values.get("labels") or [])

    @property
    def assignee(self) -> AccountId | None:
        """Who is to do it, if anybody."""
        return self.values.get("assignee")

    @property
    def reporter(self) -> AccountId | None:
        """Who asked for it."""
        return self.values.get("reporter")

    @property
    def description(self) -> str:
        """The description as wiki text, empty when there is none."""
        body = self.values.get("description")
        return body.wiki if isinstance(body, RichText) else ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail the site would have sent: to whom, why, about which issue key or page id, and by whose act. Never sent."""

    to: AccountId
    reason: str
    about: str
    subject: str
    text: str
    at: datetime
    by: AccountId


@dataclass(slots=True)
class Webhook:
    """An admin webhook of Jira."""

    id: int
    name: str
    url: str
    events: tuple[str, ...]
    jql: str = ""
    secret: str = ""
    exclude_body: bool = False
    updated_by: AccountId | None = None
    credentials: tuple[str, str] | None = None  # user name and password, sent as Basic (Data Center)
    client_key: str = ""  # of the Connect app whose descriptor declares it; admins never see those


@dataclass(slots=True)
class Delivery:
    """One webhook delivery: ``body`` and ``id`` stay the same over every attempt.

    ``status`` is the last answer's.
    """

    id: str
    webhook_id: int
    url: str
    event: str
    body: bytes
    headers: dict[str, str]
    status: int | None = None
    attempts: int = 0
    statuses: list[int | None] = field(default_factory=list)
    tokens: Callable[[], Mapping[str, str]] | None = None  # headers made afresh for every attempt
    tries: int | None = None  # at most so many attempts, where not the usual
    timeout: float | None = None  # seconds of real time for one attempt, where not the usual


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded request and its answer.

    ``query`` is the raw query string; ``status`` 0 means no answer was sent.
    """

    method: str
    path: str
    query: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    response_headers: Mapping[str, str]
    response_body: bytes
    actor: AccountId | None

    @property
    def request_json(self) -> Any:
        """The request body parsed, or None when it is empty or a form."""
        form = self.request_headers.get("Content-Type", "").startswith("multipart/")
        return json.loads(self.request_body) if self.request_body and not form else None

    @property
    def response_json(self) -> Any:
        """The answer's body parsed, or None when it is empty."""
        return json.loads(self.response_body) if self.response_body else None
