"""Rows from one database to another: in batches that can be taken up again, and compared afterwards row by row.

It walks the tables it is given and knows none of them; a new table needs no change here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    Table,
    func,
    insert,
    literal,
    null,
    select,
    text,
    tuple_,
)

# A batch ends with whichever comes first; bodies of deliveries may have megabytes, so rows alone bound nothing.
_MOST_ROWS = 500
_MOST_BYTES = 2_000_000
# How many rows are held while reading: few where they come with their bodies.
_WHOLE_AT_ONCE, _HASHED_AT_ONCE = 4, 500
_MODULUS = 2**256

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Tally:
    """How many rows a table has, and the sum of every row's SHA-256: equal for the same rows in any order."""

    rows: int
    digest: str


def key_of(table: Table, row: Row[Any]) -> Key:
    """The row's primary key."""
    return tuple(row._mapping[column] for column in table.primary_key)


def batches(source: Connection, table: Table, after: Key | None) -> Iterator[list[Row[Any]]]:
    """The rows whose primary key comes after `after` (all when None), in its order, a bounded number at a time."""
    batch: list[Row[Any]] = []
    weight = 0
    for row in _streamed(source, _after(table, after), _WHOLE_AT_ONCE):
        batch.append(row)
        weight += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(batch) == _MOST_ROWS or weight >= _MOST_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def write(tx: Connection, table: Table, batch: Sequence[Row[Any]]) -> None:
    """Insert the rows as they are, ids included."""
    absent = [column.name for column in table.columns if isinstance(column.type, JSON) and column.nullable]
    values = [row._asdict() for row in batch]
    for one in values:
        one.update({name: null() for name in absent if one[name] is None})  # None alone would become JSON's null
    tx.execute(insert(table), values)


def tally(tx: Connection, table: Table) -> Tally:
    """Count and digest a table, reading every value of every row. PostgreSQL hashes bodies where they are."""
    rows, total = 0, 0
    if tx.dialect.name == "postgresql":
        query, at_once = select(*map(_hashed, table.columns)), _HASHED_AT_ONCE
    else:
        query, at_once = select(table), _WHOLE_AT_ONCE
    for row in _streamed(tx, query, at_once):
        rows += 1
        total += int.from_bytes(hashlib.sha256(_canonical(row)).digest())
    return Tally(rows, f"{total % _MODULUS:064x}")


def count(tx: Connection, table: Table) -> int:
    """How many rows the table has."""
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def set_sequences(tx: Connection, table: Table) -> None:
    """On PostgreSQL, let the next id of the table follow those that were written."""
    for column in table.primary_key:
        name = tx.execute(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))).scalar()
        if name:
            highest = tx.execute(select(func.max(column))).scalar()
            tx.execute(
                text("SELECT setval(CAST(:name AS regclass), :at, :used)"),
                {"name": name, "at": highest or 1, "used": highest is not None},
            )


def _after(table: Table, after: Key | None) -> Select[Any]:
    columns = list(table.primary_key)
    query = select(table).order_by(*columns)
    if after is None:
        return query
    values = [literal(value, column.type) for value, column in zip(after, columns, strict=True)]
    return query.where(tuple_(*columns) > tuple_(*values))


def _streamed(tx: Connection, query: Select[Any], at_once: int) -> Iterator[Row[Any]]:
    """Rows as they are read, so many held at a time."""
    with tx.execute(query, execution_options={"yield_per": at_once}) as result:
        yield from result


def _hashed(column: Column[Any]) -> ColumnElement[Any]:
    """The column, or what `_spelled` makes of its bytes."""
    return func.encode(func.sha256(column), "hex") if isinstance(column.type, LargeBinary) else column


def _canonical(row: Row[Any]) -> bytes:
    """The row's values in one spelling, whichever database they came from."""
    return json.dumps([_spelled(value) for value in row], sort_keys=True, ensure_ascii=False).encode()


def _spelled(value: Any) -> Any:
    match value:
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case date():  # a datetime is one
            return value.isoformat()
        case _:
            return value
