"""The ledger of outside effects: begun before the call, done with what the remote returned.

A job may run twice (a process can die between a call and its record). Whoever finds an effect begun but not done looks
at the remote first, and calls again only when nothing is there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from worker.store.database import Database
from worker.store.dialects import insert_into
from worker.store.schema import effects

Result = dict[str, Any]

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def once(
    db: Database, key: str, now: datetime, *, call: Callable[[], Result], find: Callable[[], Result | None]
) -> Result:
    """Do `call` once for `key`, ever. `find` looks for an earlier, unrecorded success; its result is then kept."""
    with db.begin() as tx:
        fresh = _begin(tx, key, now)
        row = tx.execute(select(effects.c.state, effects.c.result).where(effects.c.key == key)).one()
    if row.state == "done":
        return dict(row.result)
    result = None if fresh else find()
    if result is None:
        if not fresh:
            with db.begin() as tx:
                tx.execute(update(effects).where(effects.c.key == key).values(begun_at=now))
        result = call()
    with db.begin() as tx:
        tx.execute(update(effects).where(effects.c.key == key).values(state="done", result=result))
    return result


def claim(db: Database, key: str, now: datetime) -> bool:
    """Whether the caller is the first ever to do `key`; for effects nothing can find again, so at most once."""
    with db.begin() as tx:
        return _begin(tx, key, now)


def begun(tx: Connection, key: str) -> datetime | None:
    """When `key` was last begun, done or not; None when it never was."""
    return tx.execute(select(effects.c.begun_at).where(effects.c.key == key)).scalar_one_or_none()


def over(tx: Connection, key: str) -> None:
    """What was begun of `key` is over, done or not: the next try looks, and need not wait for it."""
    begun = (effects.c.key == key, effects.c.state == "begun")
    tx.execute(update(effects).where(*begun).values(begun_at=_LONG_AGO))


def forget(tx: Connection, key: str) -> None:
    """Let `key` be done again, because its result is known to be gone or never to have happened."""
    tx.execute(delete(effects).where(effects.c.key == key))


def _begin(tx: Connection, key: str, now: datetime) -> bool:
    statement = insert_into(tx, effects).values(key=key, state="begun", begun_at=now).on_conflict_do_nothing()
    return tx.execute(statement.returning(effects.c.key)).first() is not None
