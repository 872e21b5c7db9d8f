"""What an admin began and did not finish, by name; a site's own is named `<what>:<tenant>`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from worker.store.dialects import insert_into
from worker.store.schema_of_admins import drafts


def get(tx: Connection, name: str) -> dict[str, Any]:
    """The draft; empty when there is none."""
    row = tx.execute(select(drafts.c.content).where(drafts.c.name == name)).first()
    return dict(row.content) if row else {}


def keep(tx: Connection, name: str, content: dict[str, Any], now: datetime) -> None:
    """Keep a draft in place of the one of that name."""
    values = {"content": content, "kept_at": now}
    statement = insert_into(tx, drafts).values(name=name, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def drop(tx: Connection, name: str) -> None:
    """Forget a draft."""
    tx.execute(delete(drafts).where(drafts.c.name == name))
