"""Scheduled fire times that were taken: one row each, so that many schedulers cause one run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete

from worker.store.dialects import insert_into
from worker.store.schema import ticks


def take(tx: Connection, key: str, now: datetime) -> bool:
    """Whether the caller is the first to take the tick `key` ("<job>:<tenant>@<fire time>")."""
    statement = insert_into(tx, ticks).values(key=key, fired_at=now).on_conflict_do_nothing()
    return tx.execute(statement.returning(ticks.c.key)).first() is not None


def prune(tx: Connection, before: datetime) -> int:
    """Delete ticks taken before `before`; how many went."""
    return tx.execute(delete(ticks).where(ticks.c.fired_at < before)).rowcount
