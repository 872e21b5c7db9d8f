"""What happened to a site's issues, put back as it was: Jira tells a past change beside the issue of today.

An event of a delivery carries the issue as its change left it; one that was read from a changelog carries the issue as
it is now. Walking an issue's changes backwards makes the second like the first, for what a decision looks at: status,
resolution, type, people, whether it is restricted, and custom texts. A move to another project is not put back. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from worker.domain.events import Change, IssueChanged
from worker.domain.model import AccountId, Issue, IssueId, Person, StatusCategory, StatusId

# The fields whose changes are put back, beside the custom ones an admin mapped. REST v3 takes ten in all.
FIELDS = ("status", "resolution", "assignee", "reporter", "issuetype", "security")

Categories = Mapping[StatusId, StatusCategory]
People = Mapping[AccountId, Person]


def as_then(events: Sequence[IssueChanged], categories: Categories) -> list[IssueChanged]:
    """The events, the oldest first as they come in, each with its issue as the change left it."""
    people = _people(events)
    known: dict[IssueId, Issue] = {}
    told = []
    for event in reversed(events):
        issue = known.get(event.issue.id, event.issue)
        told.append(replace(event, issue=issue))
        known[issue.id] = _before(issue, event.changes, categories, people)
    return told[::-1]


def _people(events: Iterable[IssueChanged]) -> People:
    """Everybody Jira described: an old assignee is told by id alone, and is taken as a person when nothing else is."""
    seen = [person for event in events for person in _named(event) if person]
    return {person.account_id: person for person in seen}


def _named(event: IssueChanged) -> tuple[Person | None, ...]:
    return event.actor, event.issue.assignee, event.issue.reporter


def _before(issue: Issue, changes: Iterable[Change], categories: Categories, people: People) -> Issue:
    """The issue as it was before the changes."""
    for change in changes:
        issue = _undone(issue, change, categories, people)
    return issue


def _undone(issue: Issue, change: Change, categories: Categories, people: People) -> Issue:
    match change.field:
        case "status":
            status = StatusId(change.old or "")
            return replace(issue, status_id=status, status_category=categories.get(status, StatusCategory.UNDEFINED))
        case "resolution":
            return replace(issue, resolution=change.old_name or None)
        case "issuetype":
            return replace(issue, type_name=change.old_name)
        case "security":
            return replace(issue, restricted=change.old is not None)
        case "assignee":
            return replace(issue, assignee=_person(change.old, people))
        case "reporter":
            return replace(issue, reporter=_person(change.old, people))
        case str(field) if field.startswith("customfield_"):
            return replace(issue, texts={**issue.texts, field: change.old_name})
    return issue


def _person(account: str | None, people: People) -> Person | None:
    return people.get(AccountId(account), Person(AccountId(account))) if account else None
