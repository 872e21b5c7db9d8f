"""Scheduled fire times that were taken: one row each, so that many schedulers cause one run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from worker.store.dialects import insert_into
from worker.store.schema import ticks

_AT_ONCE = 500  # parameters of one statement


def take(tx: Connection, key: str, now: datetime) -> bool:
    """Whether the caller is the first to take the tick `key` ("<job>:<tenant>@<fire time>")."""
    statement = insert_into(tx, ticks).values(key=key, fired_at=now).on_conflict_do_nothing()
    return tx.execute(statement.returning(ticks.c.key)).first() is not None


def taken(tx: Connection, keys: Sequence[str]) -> set[str]:
    """Which of these ticks somebody took."""
    found: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        query = select(ticks.c.key).where(ticks.c.key.in_(keys[start : start + _AT_ONCE]))
        found.update(tx.execute(query).scalars())
    return found


def prune(tx: Connection, before: datetime) -> int:
    """Delete ticks taken before `before`; how many went."""
    return tx.execute(delete(ticks).where(ticks.c.fired_at < before)).rowcount
