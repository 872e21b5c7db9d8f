"""Issue search: a JQL query over what the index has heard of, restricted to what the asker may see, in order,
in pages. The index is late by the site's ``index_lag``; named issues can be reconciled past it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection
from typing import Any

from worker.emulator.errors import Refused
from worker.emulator.issues import indexed
from worker.emulator.jql import Test, canonical, compile_jql
from worker.emulator.model import Issue, Person
from worker.emulator.query import Query
from worker.emulator.seeing import sees_issue
from worker.emulator.world import World

PAGE_LIMIT = 100  # Atlassian: /search/jql gives at most 100 issues a page when fields beyond id and key are asked for.
IDS_LIMIT = 5000


def search(world: World, jql: str, person: Person, live: Collection[str] = ()) -> list[Issue]:
    """Return the issues a bounded query finds, in order.

    Issues whose ids are in ``live`` are judged as they are now.
    """
    query, test = compile_jql(world, jql, person)
    if query.where is None:
        raise Refused(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    return select(world, query, test, person, live)


def select(world: World, query: Query, test: Test, person: Person, live: Collection[str] = ()) -> list[Issue]:
    """Return the issues a person may see that pass a compiled query's test, in its order."""
    found = []
    for issue in world.issues.values():
        seen = issue if issue.id in live else indexed(world, issue)
        if seen is not None and sees_issue(world, issue, person) and test(seen):
            found.append(issue)
    found.sort(key=lambda issue: -int(issue.id))
    for field, descending in reversed(query.order):
        found.sort(key=_order_key(world, field), reverse=descending)
    return found


def _order_key(world: World, field: str) -> Callable[[Issue], Any]:
    keys: dict[str, Callable[[Issue], Any]] = {
        "key": lambda issue: (issue.project_key, int(issue.key.rpartition("-")[2])),
        "id": lambda issue: int(issue.id),
        "rank": lambda issue: int(issue.id),
        "created": lambda issue: issue.created,
        "updated": lambda issue: issue.updated,
        "resolutiondate": lambda issue: (issue.resolved is None, issue.resolved or issue.created),
        "priority": lambda issue: -int(issue.values["priority"]),
        "summary": lambda issue: issue.summary.casefold(),
        "status": lambda issue: list(world.statuses).index(issue.status_id),
        "project": lambda issue: issue.project_key,
        "issuetype": lambda issue: world.issue_types[issue.values["issuetype"]].name,
        "duedate": lambda issue: issue.values.get("duedate") or "9999",
    }
    name = canonical(field)
    if name not in keys:
        raise Refused(400, f"Error in the JQL Query: Not able to sort using field '{field}'.")
    return keys[name]


def cut_page(found: list[Issue], jql: str, token: str | None, size: int) -> tuple[list[Issue], str | None]:
    """Return one page and the token of the next; raises a 400 for a token of another query."""
    start = _start(token, jql) if token else 0
    page = found[start : start + size]
    more = start + size < len(found)
    return page, _token(jql, start + size) if more else None


def _token(jql: str, start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, jql]).encode()).decode()


def _start(token: str, jql: str) -> int:
    try:
        start, asked = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise Refused(400, "The provided next page token is invalid or has expired.") from None
    if asked != jql:
        raise Refused(400, "The provided next page token is invalid for this query.")
    return int(start)
