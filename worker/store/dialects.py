"""What the two databases do alike and call by different names."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


def insert_into(tx: Connection, table: Table) -> sqlite.Insert:
    """An insert that knows `on_conflict_do_update` and `on_conflict_do_nothing`, for the database of `tx`."""
    return for_dialect(tx.dialect.name, table)


def for_dialect(dialect: str, table: Table) -> sqlite.Insert:
    """The same for a database by its name: sqlite or postgresql. Of both, what is used here has the same methods."""
    return cast("sqlite.Insert", postgresql.insert(table)) if dialect == "postgresql" else sqlite.insert(table)


class _Month(FunctionElement[str]):
    type = String()
    inherit_cache = True


def month(moment: ColumnElement[Any]) -> FunctionElement[str]:
    """The UTC month of a moment, as "2026-11"."""
    return _Month(moment)


@compiles(_Month, "sqlite")
def _on_sqlite(element: _Month, compiler: Any, **options: Any) -> str:
    return f"strftime('%Y-%m', {compiler.process(element.clauses, **options)})"


@compiles(_Month, "postgresql")
def _on_postgresql(element: _Month, compiler: Any, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC', 'YYYY-MM')"
