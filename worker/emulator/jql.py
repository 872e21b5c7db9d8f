"""What JQL clauses mean on the emulated site: a table of fields, each a way to say what an issue has. A query
compiles to one function from issue to yes or no. It searches nothing itself (see ``searching``)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from worker.emulator import adf
from worker.emulator.catalogue import CATEGORIES, SPRINT_FIELD
from worker.emulator.errors import Refused
from worker.emulator.jql_dates import read_date
from worker.emulator.jql_properties import Extraction, extraction
from worker.emulator.model import Issue, Person
from worker.emulator.query import Clause, Every, Not, Operand, Query, QueryError, Some, Where, read_query
from worker.emulator.richtext import RichText
from worker.emulator.seeing import sees_comment
from worker.emulator.world import World

Has = frozenset[str]
Test = Callable[[Issue], bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose question it is, on which site."""

    world: World
    person: Person | None
    strict: bool = True  # whether a value nothing has is an error


def _names(*pairs: tuple[str | None, str | None]) -> Has:
    return frozenset(text.casefold() for pair in pairs for text in pair if text)


def _project(world: World, issue: Issue) -> Has:
    project = world.projects[issue.project_key]
    return _names((project.key, project.id), (project.name, None))


def _status(world: World, issue: Issue) -> Has:
    return _names((issue.status_id, world.status(issue).name))


def _category(world: World, issue: Issue) -> Has:
    category = world.status(issue).category
    number, _, name = CATEGORIES[category]
    return _names((category, name), (str(number), None))


def _from_table(table: str, field: str, world: World, issue: Issue) -> Has:
    value = issue.values.get(field)
    return _names((value, getattr(world, table)[value].name)) if value is not None else frozenset()


def _person_in(field: str, world: World, issue: Issue) -> Has:
    account_id = issue.values.get(field)
    person = world.people.get(account_id) if account_id else None
    return _names((person.account_id, person.name), (person.email, person.username)) if person else frozenset()


def _components(world: World, issue: Issue) -> Has:
    known = {component.id: component.name for component in world.projects[issue.project_key].components}
    return _names(*((each, known.get(each)) for each in issue.values.get("components") or []))


def _versions(world: World, issue: Issue) -> Has:
    return _names(*((each, world.versions[each].name) for each in issue.values.get("fixVersions") or []))


def _sprints(world: World, issue: Issue) -> Has:
    return _names(*((str(each), world.sprints[each].name) for each in issue.values.get(SPRINT_FIELD) or []))


def _parent(world: World, issue: Issue) -> Has:
    parent = world.issues.get(issue.values.get("parent") or "")
    return _names((parent.id, parent.key)) if parent else frozenset()


_PLAIN: dict[str, Callable[[World, Issue], Has]] = {
    "project": _project,
    "key": lambda _, issue: _names((issue.key, issue.id)),
    "id": lambda _, issue: _names((issue.id, issue.key)),
    "status": _status,
    "statuscategory": _category,
    "resolution": partial(_from_table, "resolutions", "resolution"),
    "priority": partial(_from_table, "priorities", "priority"),
    "issuetype": partial(_from_table, "issue_types", "issuetype"),
    "level": partial(_from_table, "securities", "security"),
    "labels": lambda _, issue: _names(*((label, None) for label in issue.labels)),
    "assignee": partial(_person_in, "assignee"),
    "reporter": partial(_person_in, "reporter"),
    "creator": lambda world, issue: _names((issue.creator, world.people[issue.creator].username)),
    "component": _components,
    "fixversion": _versions,
    "sprint": _sprints,
    "parent": _parent,
}
_ALIASES = {
    "issuekey": "key",
    "issue": "key",
    "type": "issuetype",
    "label": "labels",
    "resolved": "resolutiondate",
    "createddate": "created",
    "updateddate": "updated",
    "due": "duedate",
    "security": "level",
}
_DATES: dict[str, Callable[[Issue], datetime | None]] = {
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    "resolutiondate": lambda issue: issue.resolved,
    "statuscategorychangeddate": lambda issue: issue.category_changed,
}


def _said(asked: Asked, issue: Issue) -> str:
    """Return the comments of an issue that whoever asks may read."""
    world, person = asked.world, asked.person
    read = [each for each in issue.comments if person is None or sees_comment(world, issue, each, person)]
    return "\n".join(adf.plain_text(each.body.adf) for each in read)


_TEXTS: dict[str, Callable[[Asked, Issue], str]] = {
    "summary": lambda _, issue: issue.summary,
    "description": lambda _, issue: issue.description,
    "comment": _said,
    "text": lambda asked, issue: "\n".join((issue.summary, issue.description, _said(asked, issue))),
}


def compile_jql(world: World, text: str, person: Person | None = None, *, strict: bool = True) -> tuple[Query, Test]:
    """Return the read query and its test; raises a 400 in Jira's words for a query it cannot answer.

    Not ``strict``, a value nothing has matches nothing (Data Center's ``validateQuery=false``).
    """
    try:
        query = read_query(text)
        test = _where(Asked(world, person, strict), query.where) if query.where else (lambda _: True)
    except QueryError as problem:
        raise Refused(400, f"Error in the JQL Query: {problem}") from None
    return query, test


def matches_jql(world: World, text: str, issue: Issue) -> bool:
    """Whether an issue passes a webhook's filter."""
    return compile_jql(world, text)[1](issue)


def _where(asked: Asked, where: Where) -> Test:
    match where:
        case Clause():
            return _clause(asked, where)
        case Not(inside):
            opposite = _where(asked, inside)
            return lambda issue: not opposite(issue)
        case Every(parts):
            every = [_where(asked, part) for part in parts]
            return lambda issue: all(test(issue) for test in every)
        case Some(parts):
            some = [_where(asked, part) for part in parts]
            return lambda issue: any(test(issue) for test in some)


def canonical(field: str) -> str:
    """Return the one name of a JQL field."""
    name = field.casefold()
    return _ALIASES.get(name, name)


def _clause(asked: Asked, clause: Clause) -> Test:
    name = canonical(clause.field)
    if name in _DATES and not (name == "statuscategorychangeddate" and asked.world.data_center):
        return _date_test(asked, clause, _DATES[name])
    if name in _TEXTS and clause.operator in ("~", "!~"):
        return _text_test(clause, partial(_TEXTS[name], asked))
    if name in _TEXTS and name in ("summary", "description") and clause.operator in ("is", "is not"):
        return _emptiness(clause, partial(_TEXTS[name], asked))
    if name in _PLAIN:
        return _plain_test(asked, clause, partial(_PLAIN[name], asked.world))
    alias = extraction(asked.world, clause.field)
    if alias is not None:
        return _property_test(asked, clause, alias)
    return _custom_test(asked, clause)


def _property_test(asked: Asked, clause: Clause, alias: Extraction) -> Test:
    if clause.operator in ("is", "is not"):
        return _emptiness(clause, alias.values)
    if clause.operator in ("~", "!~") and alias.kind == "text":
        return _text_test(clause, lambda issue: "\n".join(str(each) for each in alias.values(issue)))
    if clause.operator in _ORDERED and alias.kind == "number":
        compare, limit = _ORDERED[clause.operator], _numeric(clause)
        return lambda issue: any(isinstance(each, int | float) and compare(each, limit) for each in alias.values(issue))
    if clause.operator in _ORDERED and alias.kind == "date":
        zone = asked.person.time_zone if asked.person else "Etc/UTC"
        compare, moment = _ORDERED[clause.operator], read_date(clause.values[0], asked.world.now(), zone, clause.field)
        return lambda issue: any(compare(_moment(each), moment) for each in alias.values(issue))
    return _plain_test(asked, clause, lambda issue: _names(*((str(each), None) for each in alias.values(issue))))


_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def _numeric(clause: Clause) -> float:
    try:
        return float(clause.values[0].text)
    except ValueError:
        raise QueryError(f"'{clause.values[0].text}' is no number for the field '{clause.field}'.") from None


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _custom_test(asked: Asked, clause: Clause) -> Test:
    number = re.fullmatch(r"cf\[(\d+)\]", clause.field)
    field = asked.world.field_named(f"customfield_{number[1]}" if number else clause.field)
    if field is None or not field.custom:
        raise QueryError(f"Field '{clause.field}' does not exist or you do not have permission to view it.")

    def value(issue: Issue) -> str:
        found: Any = issue.values.get(field.id)
        return (
            found.wiki
            if isinstance(found, RichText)
            else " ".join(found)
            if isinstance(found, list)
            else str(found or "")
        )

    if clause.operator in ("is", "is not"):
        return _emptiness(clause, value)
    if clause.operator in ("~", "!~"):
        return _text_test(clause, value)
    return _plain_test(asked, clause, lambda issue: _names((value(issue), None)))


def _emptiness(clause: Clause, value: Callable[[Issue], object]) -> Test:
    if any(operand.text != "empty" for operand in clause.values):
        raise QueryError(f"The operator '{clause.operator}' takes only EMPTY.")
    return (lambda issue: not value(issue)) if clause.operator == "is" else (lambda issue: bool(value(issue)))


def _plain_test(asked: Asked, clause: Clause, has: Callable[[Issue], Has]) -> Test:
    if clause.operator in ("is", "is not"):
        return _emptiness(clause, has)
    if clause.operator not in ("=", "!=", "in", "not in"):
        raise QueryError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    values = [operand for operand in clause.values if not _means_empty(clause, operand)]
    wanted = frozenset(text for operand in values for text in _wanted(asked, clause, operand))
    empty = len(values) < len(clause.values)
    if clause.operator in ("=", "in"):
        return lambda issue: not has(issue).isdisjoint(wanted) or (empty and not has(issue))
    return lambda issue: has(issue).isdisjoint(wanted) and bool(has(issue))


def _means_empty(clause: Clause, operand: Operand) -> bool:
    if operand.function:
        return operand.text == "empty"
    return canonical(clause.field) == "resolution" and operand.text.casefold() == "unresolved"


def _wanted(asked: Asked, clause: Clause, operand: Operand) -> Iterable[str]:
    if operand.function:
        return _function(asked, operand)
    text = operand.text.casefold()
    known = _known(asked.world, canonical(clause.field))
    if asked.strict and known is not None and text not in known:
        raise QueryError(f"The value '{operand.text}' does not exist for the field '{clause.field}'.")
    return (text,)


def _known(world: World, name: str) -> Has | None:
    """Return the values Jira checks a clause against, or None where any text will do."""
    tables: dict[str, Callable[[], Iterable[tuple[str | None, str | None]]]] = {
        "project": lambda: [p for one in world.projects.values() for p in ((one.id, one.key), (one.name, None))],
        "status": lambda: [(one.id, one.name) for one in world.statuses.values()],
        "statuscategory": lambda: [
            p for key, (n, _, text) in CATEGORIES.items() for p in ((key, text), (str(n), None))
        ],
        "resolution": lambda: [(one.id, one.name) for one in world.resolutions.values()],
        "issuetype": lambda: [(one.id, one.name) for one in world.issue_types.values()],
        "priority": lambda: [(one.id, one.name) for one in world.priorities.values()],
        "sprint": lambda: [(str(one.id), one.name) for one in world.sprints.values()],
        "component": lambda: [(c.id, c.name) for one in world.projects.values() for c in one.components],
    }
    return _names(*tables[name]()) if name in tables else None


def _function(asked: Asked, operand: Operand) -> Iterable[str]:
    world = asked.world
    states = {"opensprints": "active", "closedsprints": "closed", "futuresprints": "future"}
    name = operand.text.casefold()
    if name in states:
        return [str(one.id) for one in world.sprints.values() if one.state == states[name]]
    if name == "currentuser":
        return [asked.person.account_id.casefold()] if asked.person else ()
    if name in ("standardissuetypes", "subtaskissuetypes"):
        return [one.id for one in world.issue_types.values() if (one.level < 0) == (name == "subtaskissuetypes")]
    raise QueryError(f"Unable to find JQL function '{operand.text}()'.")


def _date_test(asked: Asked, clause: Clause, when: Callable[[Issue], datetime | None]) -> Test:
    if clause.operator in ("is", "is not"):
        return _emptiness(clause, when)
    zone = asked.person.time_zone if asked.person else "Etc/UTC"
    limit = read_date(clause.values[0], asked.world.now(), zone, clause.field)
    tests: dict[str, Callable[[datetime], bool]] = {
        ">=": lambda at: at >= limit,
        ">": lambda at: at > limit,
        "<=": lambda at: at <= limit,
        "<": lambda at: at < limit,
        "=": lambda at: at == limit,
        "!=": lambda at: at != limit,
    }
    if clause.operator not in tests:
        raise QueryError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    test = tests[clause.operator]
    return lambda issue: (at := when(issue)) is not None and test(at)


def _text_test(clause: Clause, value: Callable[[Issue], str]) -> Test:
    found = partial(contains, clause.values[0].text)
    if clause.operator == "~":
        return lambda issue: found(value(issue))
    return lambda issue: not found(value(issue))


def contains(wanted: str, text: str) -> bool:
    """Whether a text has the words searched for: all of them, a phrase when quoted, a prefix when ending in
    *.
    """
    if wanted.startswith('"') and wanted.endswith('"') and len(wanted) > 2:
        return wanted[1:-1].casefold() in text.casefold()
    words = set(re.findall(r"\w+", text.casefold()))
    for each in re.findall(r"\w+\*?", wanted.casefold()):
        if not (any(word.startswith(each[:-1]) for word in words) if each.endswith("*") else each in words):
            return False
    return True
