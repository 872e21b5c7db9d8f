"""The nouns everything shares: ids, people, issues, prompts, answers, learnings, pages and jobs.

Values only: no rules, no I/O. Every moment is an aware UTC datetime. People are account ids; names are never kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

TenantId = NewType("TenantId", str)
IssueId = NewType("IssueId", str)
IssueKey = NewType("IssueKey", str)
ProjectKey = NewType("ProjectKey", str)
AccountId = NewType("AccountId", str)
StatusId = NewType("StatusId", str)
PageKey = NewType("PageKey", str)
Topic = NewType("Topic", str)


class SourceKind(StrEnum):
    """How a site tells us about its issues."""

    CLOUD = "cloud"
    AUTOMATION = "automation"
    CONNECT = "connect"
    FORGE = "forge"
    DATA_CENTER = "data_center"


class Hosting(StrEnum):
    """Which family of Jira and Confluence a site runs; it decides how we speak to it, not how it speaks to us."""

    CLOUD = "cloud"
    DATA_CENTER = "data_center"


class Proof(StrEnum):
    """How a tenant's deliveries prove where they come from. PATH is the unguessable address alone: no signature."""

    HMAC = "hmac"
    TOKEN = "token"  # noqa: S105 - a name, no secret
    BASIC = "basic"
    PATH = "path"
    JWT = "jwt"


class Product(StrEnum):
    """What a credential is for."""

    JIRA = "jira"
    CONFLUENCE = "confluence"


class Scheme(StrEnum):
    """How a credential goes into a request: account and secret; the secret alone, as given by an admin or as Forge
    renews it; a JWT signed with it.
    """

    BASIC = "basic"
    BEARER = "bearer"
    FORGE = "forge"
    CONNECT = "connect"


class StatusCategory(StrEnum):
    """Jira's three categories of a status (REST v3, StatusCategory.key)."""

    NEW = "new"
    INDETERMINATE = "indeterminate"
    DONE = "done"
    UNDEFINED = "undefined"


class Road(StrEnum):
    """The way an answer reached us; all but FORM say who gave it, because Jira does."""

    FORM = "form"
    REPLY = "reply"
    FIELD = "field"
    PANEL = "panel"


class Occasion(StrEnum):
    """What a prompt asks about: the close of an issue, or the start of an epic."""

    CLOSE = "close"
    START = "start"


class PromptState(StrEnum):
    """The life of a prompt: open until answered, declined, withdrawn by a reopen, or expired. An unasked one was closed
    and left without a question; anyone may answer it all the same.
    """

    OPEN = "open"
    ANSWERED = "answered"
    NOTHING_NEW = "nothing_new"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    UNASKED = "unasked"


class Outcome(StrEnum):
    """What became of a hypothesis. The three are shown alike."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


class Course(StrEnum):
    """What was decided after an experiment."""

    KEEP = "keep"
    CHANGE = "change course"
    STOP = "stop"


class ActionState(StrEnum):
    """Wished until its Jira issue is made; then open until that one is done, or closed without it: dropped."""

    WISHED = "wished"
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class PlaceState(StrEnum):
    """Whether a place where something lives was found: on the tenant's own site it is looked for, elsewhere never."""

    UNKNOWN = "unknown"
    EXISTS = "exists"
    MISSING = "missing"
    ELSEWHERE = "elsewhere"


class DeliveryState(StrEnum):
    """Queued is not yet looked at; handled changed something; ignored and unknown did not, for a stated reason."""

    QUEUED = "queued"
    HANDLED = "handled"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


class PageState(StrEnum):
    """Current as far as we know; stale wants a compile; the others wait for a person."""

    STALE = "stale"
    CURRENT = "current"
    DRIFTED = "drifted"
    REFUSED = "refused"
    WAITING = "waiting"
    GONE = "gone"
    LET_GO = "let_go"


class JobKind(StrEnum):
    """Every durable step. One function in `worker.jobs` a name; the key says what it is about."""

    INTERPRET = "interpret"
    ASK = "ask"
    CHOOSE = "choose"
    SHOW = "show"
    REMIND = "remind"
    RECORD = "record"
    LINK = "link"
    NOTE = "note"
    REVIEW = "review"
    READ_ISSUE = "read_issue"
    RETRO = "retro"
    PROMISE = "promise"
    PLACE = "place"
    PERIODS = "periods"
    COMPILE = "compile"
    COMPILE_ALL = "compile_all"
    CHECK_PAGES = "check_pages"
    REMINDERS = "reminders"
    SWEEP = "sweep"
    ONBOARD = "onboard"
    PRUNE = "prune"
    FORECAST = "forecast"


@dataclass(frozen=True)
class Person:
    """Someone on the site. `account_type` is Atlassian's: atlassian, app or customer."""

    account_id: AccountId
    account_type: str = "atlassian"
    active: bool = True


@dataclass(frozen=True)
class Issue:
    """An issue as one delivery or one read showed it. `texts` holds custom field texts by field id, as plain text;
    `status_name` is for showing only, empty where it was not told; `duplicate` says whether it was closed as, or is
    linked as, the duplicate of another.
    """

    id: IssueId
    key: IssueKey
    project_key: ProjectKey
    summary: str
    type_name: str
    is_subtask: bool
    status_id: StatusId
    status_category: StatusCategory
    service_desk: bool = False
    resolution: str | None = None
    assignee: Person | None = None
    reporter: Person | None = None
    components: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    restricted: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    status_name: str = field(default="", compare=False)
    duplicate: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Sprint:
    """A sprint of a board. The moments are None until Jira has set them."""

    id: int
    board_id: int
    name: str
    goal: str = ""
    state: str = "future"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True)
class Prompt:
    """One request to one person about one closed issue; a tenant has at most one an issue.

    `hints` are the issue's components and labels at its close, suggested as topics. `shown` is the digest of the
    comment as the site last took it, so that an unchanged comment costs no call. `facts` are the sentences of the
    signals found at the close, `strength` that of all of them, None before the issue was looked at. A `chosen` prompt
    is, or will be, put to its person; `one_more` is the issue that its page offers beside.
    """

    id: int
    tenant_id: TenantId
    issue_id: IssueId
    issue_key: IssueKey
    project_key: ProjectKey
    summary: str
    asked: AccountId
    state: PromptState
    closed_at: datetime
    asked_at: datetime
    type_name: str = ""
    hints: tuple[str, ...] = ()
    restricted: bool = False
    reminders: int = 0
    comment_id: str | None = None
    shown: str | None = None
    settled_at: datetime | None = None
    occasion: Occasion = Occasion.CLOSE
    facts: tuple[str, ...] = ()
    strength: int | None = None
    chosen: bool = False
    one_more: IssueId | None = None


@dataclass(frozen=True)
class Answers:
    """What somebody told us about one issue. `given_by` is None when a link, not Jira, vouched for them.

    `hoped` was said before the work began. `thank_by_name` and `team_only` can only be set where Jira says who it is;
    `thanked_for` names one of `domain.thanks.ACTS`.
    """

    learned: str = ""
    surprised: str = ""
    differently: str = ""
    lives_at: str = ""
    topics: tuple[Topic, ...] = ()
    nothing_new: bool = False
    changed_course: bool = False
    thank_by_name: bool = False
    road: Road = Road.FORM
    given_by: AccountId | None = None
    hoped: str = ""
    missing: str = ""
    thanked_for: str = ""
    team_only: bool = False


@dataclass(frozen=True)
class Learning:
    """The current answers of one issue, and what its pages need to show them.

    `visible` is False while the issue has a security level, or our reading account cannot see it.
    """

    id: int
    issue_id: IssueId
    issue_key: IssueKey
    project_key: ProjectKey
    summary: str
    type_name: str
    answers: Answers
    learned_at: datetime
    revision: int
    visible: bool = True


@dataclass(frozen=True)
class Experiment:
    """A hypothesis and what became of it, on one issue. `guardrail` is what tells us to stop, `success` the sign that
    it holds; `review_on` is a day in the tenant's time zone, `owner` whom its reminder goes to. Without an outcome it
    still runs.
    """

    issue_id: IssueId
    issue_key: IssueKey
    project_key: ProjectKey
    summary: str
    type_name: str
    hypothesis: str
    begun_at: datetime
    guardrail: str = ""
    success: str = ""
    review_on: date | None = None
    owner: AccountId | None = None
    outcome: Outcome | None = None
    course: Course | None = None
    concluded_at: datetime | None = None
    reminded_at: datetime | None = None
    visible: bool = True


@dataclass(frozen=True)
class Action:
    """What we will do differently, as a Jira issue with an owner and a due date. `issue_id` is the issue it was learned
    on, `work_id` and `work_key` those of the issue that does it, None before it is made; `status` is that one's name.
    `note` says what Jira did not take, or why no issue was made.
    """

    issue_id: IssueId
    issue_key: IssueKey
    project_key: ProjectKey
    words: str
    state: ActionState
    made_at: datetime
    owner: AccountId | None = None
    due_on: date | None = None
    work_id: IssueId | None = None
    work_key: IssueKey | None = None
    status: str = ""
    settled_at: datetime | None = None
    visible: bool = True
    note: str = ""


@dataclass(frozen=True)
class Place:
    """Where something that we do differently lives, as it was last looked for; `since` when it was first found so."""

    issue_id: IssueId
    url: str
    state: PlaceState
    checked_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Page:
    """A Confluence page that is ours to keep. `regions` maps a region's name to its canonical digest as published,
    `pictures` the name of an attachment to the digest of what it was drawn from.
    """

    key: PageKey
    state: PageState
    space: str
    title: str
    page_id: str | None = None
    url: str | None = None
    version: int = 0
    digest: str = ""
    regions: dict[str, str] = field(default_factory=dict)
    learnings: int = 0
    reason: str = ""
    published_at: datetime | None = None
    pictures: dict[str, str] = field(default_factory=dict)
