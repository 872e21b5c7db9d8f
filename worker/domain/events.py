"""What a delivery can mean, in words that no longer know which source it came through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from worker.domain.model import AccountId, Issue, IssueId, IssueKey, Person, Sprint

# A custom field that was told without its id.
UNNAMED_FIELD = "customfield"


@dataclass(frozen=True)
class Change:
    """One item of a changelog. `field` is the field's id; `old`/`new` are ids where Jira has ids (a status, say).

    Of a custom field Data Center tells the name only; its `field` is then UNNAMED_FIELD, for it may be any.
    """

    field: str
    old: str | None
    new: str | None
    old_name: str = ""
    new_name: str = ""


@dataclass(frozen=True)
class IssueChanged:
    """Somebody changed an issue; `actor` is None when Jira named nobody (a scheduled change).

    `changelog_id` is Jira's id of the change, the same in a delivery and in a read; empty when it was not told.
    """

    issue: Issue
    actor: Person | None
    at: datetime
    changes: tuple[Change, ...]
    changelog_id: str = ""

    def change(self, field: str) -> Change | None:
        """The change of `field`, if this event holds one. A status that moved on at once is told twice: from where it
        was first to where it is last.
        """
        found = [change for change in self.changes if change.field == field]
        return replace(found[-1], old=found[0].old, old_name=found[0].old_name) if found else None


@dataclass(frozen=True)
class IssueTouched:
    """Something happened to an issue that the sender does not tell in full; it is read again to learn what.

    `name` is its id or key; `fields` are the ids of what changed, where that was told; `issue_key` is for the log.
    """

    name: str
    fields: tuple[str, ...] | None = None
    issue_key: str = ""


@dataclass(frozen=True)
class IssueDeleted:
    """An issue is gone; what was learned on it must not stay on pages."""

    issue_id: IssueId
    issue_key: IssueKey
    actor: Person | None


@dataclass(frozen=True)
class CommentWritten:
    """A comment that everyone who sees the issue can read was added or changed. `body` is wiki or plain text."""

    issue_id: IssueId
    issue_key: IssueKey
    comment_id: str
    author: Person
    body: str
    at: datetime


@dataclass(frozen=True)
class SprintStarted:
    """A sprint began; there is a page to write down what it is hoped to teach."""

    sprint: Sprint


@dataclass(frozen=True)
class SprintClosed:
    """A sprint ended; its retro is due."""

    sprint: Sprint


Event = IssueChanged | IssueTouched | IssueDeleted | CommentWritten | SprintStarted | SprintClosed


@dataclass(frozen=True)
class Several:
    """One delivery that tells of more than one event, in the order they are to be looked at; all about one issue."""

    events: tuple[Event, ...]


@dataclass(frozen=True)
class OurTest:
    """A delivery that we sent to ourselves, to see whether one comes through. `mark` tells it from every other."""

    mark: str


@dataclass(frozen=True)
class Ignored:
    """A delivery we understand and do nothing about. `reason` is a short clause for the log."""

    event: str
    reason: str
    issue_key: str = ""


@dataclass(frozen=True)
class Unknown:
    """A delivery of a kind we have no word for."""

    event: str
    issue_key: str = ""


Meaning = Event | OurTest | Ignored | Unknown
Parsed = Meaning | Several


def together(*told: Meaning) -> Parsed:
    """What one delivery comes to that tells all this: the events of it, else the last reason why there is none."""
    events = tuple(one for one in told if isinstance(one, Event))
    return told[-1] if not events else events[0] if len(events) == 1 else Several(events)


def told_by(parsed: Parsed) -> tuple[Meaning, ...]:
    """What a delivery tells, one by one; of several, the one it is about comes first."""
    return parsed.events if isinstance(parsed, Several) else (parsed,)


# The fields of an issue whose change can lead to something, beside those an admin mapped.
WATCHED = ("status", "security", "project")


def bearing(parsed: Parsed, mapped_fields: tuple[str, ...], own_account: AccountId) -> Parsed:
    """The same event, or Ignored with the reason why nothing can follow from it. Cheap enough for the door."""
    return together(*(_bearing(one, mapped_fields, own_account) for one in told_by(parsed)))


def _bearing(told: Meaning, mapped_fields: tuple[str, ...], own_account: AccountId) -> Meaning:
    match told:
        case IssueChanged(actor=Person(account_id=account)) if account == own_account:
            return Ignored("jira:issue_updated", "a change by our own account", told.issue.key)
        case CommentWritten(author=Person(account_id=account)) if account == own_account:
            return Ignored("comment", "our own comment", told.issue_key)
        case IssueChanged():
            fields = [change.field for change in told.changes]
            if not set(fields) & watched(mapped_fields):
                return _nothing_watched("jira:issue_updated", fields, told.issue.key)
        case IssueTouched(fields=tuple(names)) if not set(names) & watched(mapped_fields):
            return _nothing_watched("issue touched", list(names), told.issue_key)
    return told


def watched(mapped_fields: tuple[str, ...]) -> set[str]:
    """The fields whose change can lead to something: those Jira has, and the custom ones an admin mapped."""
    return {*WATCHED, *mapped_fields, *((UNNAMED_FIELD,) if mapped_fields else ())}


def _nothing_watched(event: str, fields: list[str], issue_key: str) -> Ignored:
    return Ignored(event, f"no status change: {', '.join(fields)[:120]}", issue_key)
