"""What the two databases do alike and call by different names."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(tx: Connection, table: Table) -> sqlite.Insert:
    """An insert that knows `on_conflict_do_update` and `on_conflict_do_nothing`, for the database of `tx`."""
    return for_dialect(tx.dialect.name, table)


def for_dialect(dialect: str, table: Table) -> sqlite.Insert:
    """The same for a database by its name: sqlite or postgresql. Of both, what is used here has the same methods."""
    return cast("sqlite.Insert", postgresql.insert(table)) if dialect == "postgresql" else sqlite.insert(table)
