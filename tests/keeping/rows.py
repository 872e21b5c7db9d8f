"""Rows for every table there is, made from its columns alone, so that a new table is filled without a change here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Integer, LargeBinary, Table, insert

from worker.keeping import copying
from worker.keeping.copying import Tally
from worker.store.columns import Moment
from worker.store.database import Database
from worker.store.migrate import upgrade
from worker.store.schema import metadata

TENANTS = 4
_START = datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC)


def filled(path: Path, rows: int) -> None:
    """A database of the newest schema with so many rows in each table, but few tenants."""
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    fill(db, rows)
    db.close()


def fill(db: Database, rows: int) -> None:
    """Put rows into every table, those that others refer to first."""
    with db.begin() as tx:
        for table in metadata.sorted_tables:
            tx.execute(insert(table), [row_of(table, number) for number in range(_many(table, rows))])


def tallies(db: Database) -> dict[str, Tally]:
    """How many rows each table has, and their digest."""
    with db.read() as tx:
        return tallies_in(tx)


def tallies_in(tx: Connection) -> dict[str, Tally]:
    return {table.name: copying.tally(tx, table) for table in metadata.sorted_tables}


def _many(table: Table, rows: int) -> int:
    return TENANTS if table.name == "tenants" else rows


def row_of(table: Table, number: int, tenants: int = TENANTS) -> dict[str, Any]:
    """Row `number` of a table, of one of so many tenants; unlike every other row of it."""
    return {column.name: _value(column, number, tenants) for column in table.columns}


def _value(column: Column[Any], number: int, tenants: int) -> Any:
    if column.foreign_keys:
        (key,) = column.foreign_keys
        parent = key.column
        return _value(parent, number % tenants if parent.table.name == "tenants" else number, tenants)
    if column.nullable and number % 3 == 0:
        return None
    match column.type:
        case Moment():
            return _START + timedelta(minutes=number, microseconds=number)
        case Date():
            return (_START + timedelta(days=number)).date()
        case Boolean():
            return number % 2 == 0
        case JSON():
            return {"ö “quoted”": [number, None, True, 0.5, "漢\0\n"], "deep": {"b": 1, "a": []}}
        case LargeBinary():
            return bytes([number % 256, 0, 255]) * (number % 400)
        case Integer():
            return number + 1
    length = getattr(column.type, "length", None) or 200
    return f"{number} {column.name} 'é\\漢\t"[:length].strip()
