"""SQLite to PostgreSQL: every row of every table, resumable at any moment, verified row by row.

How far a table was copied is written in the target, in the transaction that writes the rows: what was killed goes on
where it stopped. The SQLite file is held alone meanwhile and is only read; it stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Connection, MetaData, String, Table, inspect, select
from sqlalchemy.exc import DataError, DBAPIError

from worker.config import Settings
from worker.errors import KeepingRefused
from worker.keeping import copying, standstill
from worker.keeping.copying import Key, Tally
from worker.store.database import Database
from worker.store.dialects import insert_into
from worker.store.migrate import UNFINISHED_MOVE, upgrade
from worker.store.schema import metadata

OnStep = Callable[[int, int], None]

# The last primary key that was copied of each table begun. It is there only while a move is unfinished, and nothing
# starts on the target meanwhile (`store.migrate`).
_progress = Table(
    UNFINISHED_MOVE, MetaData(),
    Column("table_name", String(100), primary_key=True),
    Column("last_key", JSON, nullable=False),
)  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """What was moved: a tally for each table, and the address of the target without its password."""

    tables: dict[str, Tally]
    address: str


def move(settings: Settings, url: str, on_step: OnStep) -> Moved:
    """Copy the SQLite deployment into the empty PostgreSQL database at `url`, or go on where an earlier try stopped.

    `on_step` is told (rows copied, rows in all). Raises KeepingRefused when a process has the SQLite database open,
    when the target holds anything else, or when the two differ in the end; ConfigError for an address of another kind.
    """
    path = standstill.existing(standstill.sqlite_file(settings, "The rows are in PostgreSQL already."))
    target = Database(url)
    try:
        if not target.shared:
            raise KeepingRefused("Give the address of a PostgreSQL database: postgresql://USER:PASSWORD@HOST/NAME.")
        with standstill.no_worker(path):
            _make_current(settings)
            with standstill.alone(path) as source:
                _prepare(target)
                _copy_all(source, target, on_step)
                tallies = _verified(source, target)
                _finish(target)
    except DBAPIError as error:
        raise KeepingRefused(
            f"A database did not do it: {_own_words(error)}. Run the same command again; it goes on where it stopped."
        ) from error
    finally:
        target.close()
    return Moved(tallies, target.engine.url.render_as_string())


def _make_current(settings: Settings) -> None:
    """Bring the SQLite database to the newest schema, which is the one the target gets."""
    db = Database(settings.database_url)
    upgrade(db)
    db.close()


def _prepare(target: Database) -> None:
    """Give an empty target its tables, or find the ones an unfinished move left. Raises KeepingRefused."""
    found = set(inspect(target.engine).get_table_names())
    if _progress.name in found:
        return
    others = sorted(found - set(metadata.tables) - {"alembic_version"})
    if others:
        raise KeepingRefused(
            f"The target holds other tables ({', '.join(others[:3])}); give LearnLoop a database of its own."
        )
    upgrade(target)
    with target.begin() as tx:
        held = [table.name for table in metadata.sorted_tables if tx.execute(select(table).limit(1)).first()]
        if held:
            raise KeepingRefused(f"The target holds rows already ({', '.join(held[:3])}); nothing was written.")
        _progress.create(tx)


def _copy_all(source: Connection, target: Database, on_step: OnStep) -> None:
    """Copy every table, those that others refer to first."""
    tables = metadata.sorted_tables
    of = sum(copying.count(source, table) for table in tables)
    with target.read() as tx:
        done = sum(copying.count(tx, table) for table in tables)
        last = {name: tuple(key) for name, key in tx.execute(select(_progress))}
    for table in tables:
        for batch in copying.batches(source, table, last.get(table.name)):
            _write(target, table, batch)
            done += len(batch)
            on_step(min(done, of), of)


def _write(target: Database, table: Table, batch: list[Any]) -> None:
    """Write a batch and how far it reaches, both or neither. Raises KeepingRefused for what PostgreSQL cannot hold,
    which may be a NUL in a text, or a text longer than its column: SQLite takes both.
    """
    try:
        with target.begin() as tx:
            copying.write(tx, table, batch)
            _remember(tx, table, copying.key_of(table, batch[-1]))
    except DataError as error:
        if len(batch) == 1:
            raise KeepingRefused(
                f"PostgreSQL cannot hold the row {copying.key_of(table, batch[0])} of {table.name}: "
                f"{_own_words(error)}. Mend it in SQLite, then run the same command again."
            ) from error
        middle = len(batch) // 2
        _write(target, table, batch[:middle])
        _write(target, table, batch[middle:])


def _remember(tx: Connection, table: Table, last: Key) -> None:
    statement = insert_into(tx, _progress).values(table_name=table.name, last_key=list(last))
    tx.execute(
        statement.on_conflict_do_update(index_elements=["table_name"], set_={"last_key": statement.excluded.last_key})
    )


def _verified(source: Connection, target: Database) -> dict[str, Tally]:
    """Every table's tally, which is the same on both sides. Raises KeepingRefused where it is not."""
    here = {table.name: copying.tally(source, table) for table in metadata.sorted_tables}
    with target.read() as tx:
        there = {table.name: copying.tally(tx, table) for table in metadata.sorted_tables}
    wrong = [
        f"{name} ({here[name].rows} rows here, {there[name].rows} there)" for name in here if here[name] != there[name]
    ]
    if wrong:
        raise KeepingRefused(
            f"The two differ in {', '.join(wrong)}: one of them was written between two tries. The SQLite database is "
            "whole; give an empty PostgreSQL database and move again."
        )
    return here


def _finish(target: Database) -> None:
    """Let new ids follow the copied ones; from now on the target is a LearnLoop like any other."""
    with target.begin() as tx:
        for table in metadata.sorted_tables:
            copying.set_sequences(tx, table)
        _progress.drop(tx)


def _own_words(error: DBAPIError) -> str:
    return str(error.orig).strip().replace("\n", " ")
