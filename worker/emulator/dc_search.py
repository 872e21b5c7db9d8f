"""Jira Data Center's search: by offset, with a total, unbounded if one likes; an issue that is gone makes a query by id
an error unless validation is off. Source: Atlassian, Jira Data Center REST reference, resource ``search``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request

from worker.emulator.dc_jira import PREFIX
from worker.emulator.door import actor, answer, payload_object, world
from worker.emulator.errors import Refused
from worker.emulator.issue_view import issue_json
from worker.emulator.jql import canonical, compile_jql
from worker.emulator.model import JsonObject, Person
from worker.emulator.query import Clause, Every, Not, Query, Some, Where
from worker.emulator.rest_site import keep_version
from worker.emulator.searching import select
from worker.emulator.seeing import sees_issue

blueprint = Blueprint("dc_search", __name__, url_prefix=PREFIX)
blueprint.url_value_preprocessor(keep_version)
MOST = 1000  # Atlassian: jira.search.views.default.max


@blueprint.get("/search")
def search_get() -> Response:
    """Search; without ``fields`` the navigable ones."""
    names = ("jql", "startAt", "maxResults", "validateQuery", "fields", "expand")
    return _search({name: request.args[name] for name in names if name in request.args})


@blueprint.post("/search")
def search_post() -> Response:
    """Search with the query in a body."""
    return _search(payload_object())


def _search(asked: JsonObject) -> Response:
    me, jql = actor(), str(asked.get("jql") or "")
    strict = str(asked.get("validateQuery", True)).lower() not in ("false", "warn", "none")
    query, test = compile_jql(world(), jql, me, strict=strict)
    gone = list(_gone(query, me))
    if gone and strict:
        raise Refused(400, *gone)
    found = select(world(), query, test, me)
    start, size = _whole(asked, "startAt", 0), min(_whole(asked, "maxResults", 50), MOST)
    wanted, expand = _words(asked.get("fields")) or ["*navigable"], frozenset(_words(asked.get("expand")))
    shown = [issue_json(world(), issue, "2", wanted, expand=expand) for issue in found[start : start + size]]
    content: JsonObject = {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found)}
    return answer(content | {"issues": shown} | ({"warningMessages": gone} if gone else {}))


def _whole(asked: JsonObject, name: str, default: int) -> int:
    try:
        return max(0, int(asked.get(name, default)))
    except (TypeError, ValueError):
        raise Refused(400, f"{name} must be a number.") from None


def _words(given: Any) -> list[str]:
    parts = given if isinstance(given, list) else [given or ""]
    return [word.strip() for part in parts for word in str(part).split(",") if word.strip()]


def _gone(query: Query, me: Person) -> Iterator[str]:
    """Say which issues a query names that are not there, or not for this person."""
    for clause in _clauses(query.where):
        if canonical(clause.field) not in ("key", "id"):
            continue
        for text in (value.text for value in clause.values if not value.function):
            issue = world().issues.get(world().keys.get(text.upper(), text))
            if issue is None or not sees_issue(world(), issue, me):
                shown = "A value with ID" if text.isdigit() else "An issue with key"
                yield f"{shown} '{text}' does not exist for the field '{clause.field}'."


def _clauses(where: Where | None) -> Iterator[Clause]:
    match where:
        case None:
            return
        case Clause():
            yield where
        case Not(inside):
            yield from _clauses(inside)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _clauses(part)
