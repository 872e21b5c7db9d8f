"""What CQL clauses mean on the emulated site: space, type, title, label, id, ancestor, parent, creator, text.
Like issue search, it sees pages and labels late by the site's ``index_lag``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from worker.emulator.errors import Refused
from worker.emulator.jql import contains
from worker.emulator.model import AccountId
from worker.emulator.pages import ancestors
from worker.emulator.query import Clause, Every, Not, QueryError, Some, Where, read_query
from worker.emulator.wiki_model import Page
from worker.emulator.world import World

Has = Callable[[World, Page, datetime], frozenset[str]]


def _text(page: Page) -> str:
    return page.title + "\n" + re.sub(r"<[^>]+>", " ", page.storage)


def _people(world: World, *accounts: AccountId) -> frozenset[str]:
    """Return every name a query may have for some people: account id, or user name and key on Data Center."""
    names = ((one, world.people[one].username, world.people[one].wiki_key) for one in accounts)
    return frozenset(name.casefold() for each in names for name in each if name)


_FIELDS: dict[str, Has] = {
    "space": lambda world, page, _: frozenset({world.spaces[page.space_id].key.casefold(), page.space_id}),
    "type": lambda _, page, __: frozenset({page.kind}),
    "title": lambda _, page, __: frozenset({page.title.casefold()}),
    "label": lambda _, page, horizon: frozenset(name for name, at in page.labels.items() if at <= horizon),
    "id": lambda _, page, __: frozenset({page.id}),
    "ancestor": lambda world, page, _: frozenset(ancestors(world, page)),
    "parent": lambda _, page, __: frozenset({page.parent_id or ""}),
    "creator": lambda world, page, _: _people(world, page.author),
    "contributor": lambda world, page, _: _people(world, *(version.author for version in page.versions)),
}


def find_pages(world: World, cql: str) -> list[Page]:
    """Return the current pages a query finds, the last changed first.

    Raises a 400 for one it cannot answer.
    """
    horizon = world.now() - world.index_lag
    try:
        query = read_query(cql)
        if query.where is None:
            raise QueryError("The query is empty.")
        found = [
            page
            for page in world.pages.values()
            if page.status == "current" and page.created <= horizon and _is(world, query.where, page, horizon)
        ]
    except QueryError as problem:
        raise Refused(400, f"Could not parse cql : {cql}. {problem}") from None
    found.sort(key=lambda page: page.latest.at, reverse=True)
    for field, descending in reversed(query.order):
        found.sort(key=_order(field), reverse=descending)
    return found


def _order(field: str) -> Callable[[Page], str | datetime]:
    keys: dict[str, Callable[[Page], str | datetime]] = {
        "title": lambda page: page.title.casefold(),
        "created": lambda page: page.created,
        "lastmodified": lambda page: page.latest.at,
        "id": lambda page: page.id.zfill(20),
    }
    if field.casefold() not in keys:
        raise Refused(400, f"Cannot order by the field {field}.")
    return keys[field.casefold()]


def _is(world: World, where: Where, page: Page, horizon: datetime) -> bool:
    match where:
        case Clause():
            return _clause(world, where, page, horizon)
        case Not(inside):
            return not _is(world, inside, page, horizon)
        case Every(parts):
            return all(_is(world, part, page, horizon) for part in parts)
        case Some(parts):
            return any(_is(world, part, page, horizon) for part in parts)


def _clause(world: World, clause: Clause, page: Page, horizon: datetime) -> bool:
    name = clause.field.casefold().removeprefix("space.") if clause.field.casefold() != "space.key" else "space"
    if clause.operator in ("~", "!~") and name in ("title", "text", "sitesearch"):
        shown = page.title if name == "title" else _text(page)
        return contains(clause.values[0].text, shown) == (clause.operator == "~")
    if name not in _FIELDS:
        raise QueryError(f"Unknown field {clause.field}.")
    if clause.operator not in ("=", "!=", "in", "not in"):
        raise QueryError(f"The operator {clause.operator} is not supported by the field {clause.field}.")
    wanted = {value.text.casefold() for value in clause.values}
    hit = not _FIELDS[name](world, page, horizon).isdisjoint(wanted)
    return hit == (clause.operator in ("=", "in"))
