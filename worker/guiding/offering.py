"""What a site offers to choose from: projects, statuses, issue types, fields, spaces. Bounded, and only read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from worker.domain.policy import FieldMap
from worker.domain.questions import QUESTIONS
from worker.gateways.confluence import Space
from worker.gateways.doors import Doors

# More than people look through; beyond it they write what they mean.
MOST = 200


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


def spaces(doors: Doors) -> list[Space]:
    """The spaces to publish to, by name. Raises SiteError, NoCredential."""
    return sorted(doors.confluence.spaces(MOST), key=lambda one: one.name.casefold())


def field_map(chosen: Iterable[tuple[str, str]]) -> FieldMap:
    """The mapping of questions to ids of fields; an empty id maps nothing."""
    known = {question.field for question in QUESTIONS}
    return FieldMap(**{name: field for name, field in chosen if name in known})
