"""Everything the emulated site holds, in memory behind one lock, with the ways to find a thing by the names
people and clients use. It decides nothing: who may see what is in ``seeing``, what a change does in the
modules named after it."""

from __future__ import annotations

import hashlib
import itertools
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from worker.emulator import catalogue
from worker.emulator.apps_model import Apps
from worker.emulator.errors import ScriptError, not_found
from worker.emulator.model import (
    AccountId,
    Board,
    Delivery,
    Exchange,
    Field,
    Hosting,
    Issue,
    IssueType,
    LinkType,
    Mail,
    Named,
    Person,
    Project,
    Sprint,
    Status,
    Version,
    Webhook,
)
from worker.emulator.wiki_model import Attachment, Page, Space

WIKI_PATHS = {Hosting.CLOUD: "/wiki", Hosting.DATA_CENTER: "/confluence"}
_IDS = uuid.UUID("6d9f0c52-1f2b-4c39-9a53-6a3f6a7f2d11")


@dataclass(slots=True)
class World:
    """The state of one site.

    ``now`` gives its aware UTC time; ``index_lag`` is how late searches see a change.
    """

    now: Callable[[], datetime]
    index_lag: timedelta
    hosting: Hosting = Hosting.CLOUD
    jira_version: str = "1001.0.0-SNAPSHOT"
    url: str = "http://localhost"
    lock: threading.RLock = field(default_factory=threading.RLock)
    people: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, Person] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=lambda: {s.id: s for s in catalogue.STATUSES})
    issue_types: dict[str, IssueType] = field(default_factory=lambda: {t.id: t for t in catalogue.ISSUE_TYPES})
    resolutions: dict[str, Named] = field(default_factory=lambda: {r.id: r for r in catalogue.RESOLUTIONS})
    priorities: dict[str, Named] = field(default_factory=lambda: {p.id: p for p in catalogue.PRIORITIES})
    securities: dict[str, Named] = field(default_factory=dict)
    security_members: dict[str, set[AccountId]] = field(default_factory=dict)
    groups: dict[str, set[AccountId]] = field(default_factory=dict)
    roles: dict[tuple[str, str], set[AccountId]] = field(default_factory=dict)  # by project key and role
    link_types: tuple[LinkType, ...] = catalogue.LINK_TYPES
    fields: dict[str, Field] = field(default_factory=lambda: {f.id: f for f in catalogue.FIELDS})
    default_screen: set[str] = field(default_factory=set)  # ids of the fields that were put on it
    projects: dict[str, Project] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    boards: dict[int, Board] = field(default_factory=dict)
    sprints: dict[int, Sprint] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    apps: Apps = field(default_factory=Apps)
    trace: str = ""  # X-Atlassian-Webhook-Trace of the request being answered
    deliver: Callable[[Delivery], None] = lambda _: None
    mails: list[Mail] = field(default_factory=list)
    requests: list[Exchange] = field(default_factory=list)
    label_ids: dict[str, int] = field(default_factory=dict)
    cloud_id: str = str(uuid.uuid5(_IDS, "cloud"))
    _counters: dict[str, itertools.count[int]] = field(default_factory=dict)

    @property
    def data_center(self) -> bool:
        """Whether the customer runs the products."""
        return self.hosting is Hosting.DATA_CENTER

    @property
    def wiki_path(self) -> str:
        """Return the path Confluence lives under."""
        return WIKI_PATHS[self.hosting]

    def next_id(self, kind: str, first: int) -> int:
        """Return the next number of a kind, counting from ``first``."""
        if kind not in self._counters:
            self._counters[kind] = itertools.count(first)
        return next(self._counters[kind])

    def label_id(self, name: str) -> int:
        """Return the number Confluence knows a label by."""
        return self.label_ids.setdefault(name, 163841 + len(self.label_ids))

    def fresh_uuid(self) -> str:
        """Return a uuid that is new to this site and the same in every run of the same script."""
        digits = hashlib.blake2b(str(self.next_id("uuid", 1)).encode(), digest_size=16).hexdigest()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def person(self, account_id: str | None) -> Person:
        """Return the account, raising a 404 when the site has no such account."""
        if account_id is None or account_id not in self.people:
            raise not_found(f"The user {account_id}")
        return self.people[account_id]

    def who(self, name: str | None) -> Person:
        """Return the account a script means: an account id, an e-mail address or a full name.

        None is the first one.
        """
        if name is None:
            if not self.people:
                raise ScriptError("Nobody lives on this site yet: add a person first.")
            return next(iter(self.people.values()))
        if name in self.people:
            return self.people[name]
        found = [p for p in self.people.values() if name in (p.name, p.email, p.username or p.name)]
        if len(found) != 1:
            raise ScriptError(f"There is no person {name!r} on this site.")
        return found[0]

    def name_of(self, account_id: str) -> str | None:
        """Return an account's name, or None when the site has no such account."""
        person = self.people.get(account_id)
        if person is None and self.data_center:
            person = next((each for each in self.people.values() if each.wiki_key == account_id), None)
        return person.name if person else None

    def issue(self, id_or_key: str) -> Issue:
        """Return the issue with that id or key, raising a 404 when there is none."""
        issue = self.issues.get(self.keys.get(id_or_key.upper(), id_or_key))
        if issue is None:
            raise not_found("Issue")
        return issue

    def project(self, id_or_key: str) -> Project:
        """Return the project with that id or key, raising a 404 when there is none."""
        found = self.projects.get(id_or_key.upper()) or _first(self.projects.values(), id_or_key)
        if found is None:
            raise not_found(f"No project could be found with key or id '{id_or_key}'. It")
        return found

    def status(self, issue: Issue) -> Status:
        """Return the status an issue has."""
        return self.statuses[issue.status_id]

    def page(self, page_id: str, kind: str = "page") -> Page:
        """Return the page (or folder), raising a 404 when there is none of that id."""
        page = self.pages.get(page_id)
        if page is None or page.kind != kind:
            raise not_found(f"The {kind} with id {page_id}")
        return page

    def space(self, id_or_key: str) -> Space:
        """Return the space with that id or key, raising a 404 when there is none."""
        for space in self.spaces.values():
            if id_or_key in (space.id, space.key):
                return space
        raise not_found(f"The space {id_or_key}")

    def children(self, page_id: str) -> list[Page]:
        """Return the current and archived children of a page in the order of the page tree."""
        found = [p for p in self.pages.values() if p.parent_id == page_id and p.status != "trashed"]
        return sorted(found, key=lambda page: page.position)

    def field_named(self, id_or_name: str) -> Field | None:
        """Return the field with that id or name."""
        if id_or_name in self.fields:
            return self.fields[id_or_name]
        return next((f for f in self.fields.values() if f.name.casefold() == id_or_name.casefold()), None)


def _first(projects: Iterable[Project], project_id: str) -> Project | None:
    return next((project for project in projects if project.id == project_id), None)
