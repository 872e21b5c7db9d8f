"""What a site offers to choose from: projects, statuses, issue types, fields, spaces. Bounded, and only read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from worker.domain.policy import FieldMap
from worker.domain.questions import QUESTIONS
from worker.gateways.confluence import Space
from worker.gateways.doors import Doors
from worker.gateways.jira import JiraField

# More than people look through; beyond it they write what they mean.
MOST = 200
# What a field that the guide makes is called, by the question it is for.
FIELD_NAMES = {
    "learned": "What we learned",
    "surprised": "What surprised us",
    "differently": "What we will do differently",
    "lives_at": "Where it lives",
}


@dataclass(frozen=True)
class Closes:
    """Project keys with whether each is private, the names of the statuses that close, and the issue types."""

    projects: tuple[tuple[str, bool], ...]
    statuses: tuple[str, ...]
    types: tuple[str, ...]


def closes(doors: Doors) -> Closes:
    """What a close can be on the site. Raises SiteError."""
    jira = doors.jira
    projects = sorted((str(key), private) for key, private in jira.projects().items())
    return Closes(tuple(projects), tuple(jira.closed_statuses()), tuple(jira.issue_types()))


def fields(doors: Doors) -> list[JiraField]:
    """The custom fields an answer can be written in, by name. Raises SiteError."""
    found = (one for one in doors.jira.fields() if one.words and one.id.startswith("customfield_"))
    return sorted(found, key=lambda one: one.name.casefold())[:MOST]


def spaces(doors: Doors) -> list[Space]:
    """The spaces to publish to, by name. Raises SiteError, NoCredential."""
    return sorted(doors.confluence.spaces(MOST), key=lambda one: one.name.casefold())


def field_map(chosen: Iterable[tuple[str, str]]) -> FieldMap:
    """The mapping of questions to ids of fields; an empty id maps nothing."""
    known = {question.field for question in QUESTIONS}
    return FieldMap(**{name: field for name, field in chosen if name in known})
