"""The database: opening it, transactions, and durable writes. It knows nothing of what the rows mean.

SQLite runs in WAL mode with synchronous=FULL, so that an acknowledged write survives power loss, and one write at a
time in this process: SQLite's own waiting between connections is unfair (measured in docs/decisions.md). On PostgreSQL
many processes write at once, so what must not be read and written by two at a time is held with `hold`.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from worker.clock import monotonic, pause
from worker.errors import ConfigError
from worker.store.groups import GroupWriter

T = TypeVar("T")
Item = TypeVar("Item")

_BUSY_SECONDS = 30
_WAL_PAUSE = 0.01  # seconds
_REST = 1.0  # seconds after which an idle connection is tried before it is used
_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRES = ("postgresql", "postgresql+psycopg")


class Database:
    """An open database. Thread-safe; make it after a fork, never before."""

    def __init__(self, url: str) -> None:
        """Raises ConfigError when `url` is no SQLAlchemy URL of a database we support."""
        parsed = _parsed(url)
        self.shared = parsed.drivername not in _SQLITE  # several processes, on several hosts, may work on it
        self.path = Path(parsed.database or ":memory:")
        self.engine = _postgres(parsed) if self.shared else _sqlite(parsed, self.path)
        begins = {} if self.shared else {"learnloop_begin": "BEGIN IMMEDIATE"}
        reads = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if self.shared else {}
        self._writing = self.engine.execution_options(**begins)
        self._reading = self.engine.execution_options(**reads)
        self._lock = nullcontext() if self.shared else threading.Lock()
        self._group = GroupWriter(self.begin)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back on an exception."""
        with self._lock, self._writing.connect() as tx:
            callbacks: list[Callable[[], None]] = []
            tx.info["after_commit"] = callbacks
            with self._whole(tx):
                yield tx
        for callback in callbacks:
            callback()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view."""
        with self._reading.connect() as tx, self._whole(tx):
            yield tx

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in a transaction shared with other waiting writers; return once it is durable.

        It may be done again from the start when another writer of the group failed, so it does nothing but write rows.
        """
        alone: Callable[[Connection, list[None]], list[T]] = lambda tx, _: [work(tx)]  # noqa: E731
        return self.write_among(alone, None)

    def write_among(self, work: Callable[[Connection, list[Item]], Sequence[T]], item: Item) -> T:
        """As `write`, but items waiting for the same `work` are given to it at once, in the order they came.

        It gives one result for each of them, in that order.
        """
        result: T = self._group.submit(work, item, urgent=True).result()
        return result

    def later(self, work: Callable[[Connection, list[Item]], Sequence[object]], item: Item) -> None:
        """As `write_among`, without waiting: within a fraction of a second, or lost if the process dies before."""
        self._group.submit(work, item, urgent=False)

    def close(self) -> None:
        """Finish waiting writes and close every connection."""
        self._group.close()
        self.engine.dispose()

    @contextmanager
    def _whole(self, tx: Connection) -> Iterator[None]:
        """A transaction. After an exception SQLite's connection is thrown away.

        A result that was not read to its end outlives the rollback and holds its old snapshot; the next writer to be
        given the connection would fail with SQLITE_BUSY_SNAPSHOT.
        """
        try:
            with tx.begin():
                yield
        except BaseException:
            if not self.shared:
                tx.invalidate()
            raise


def after_commit(tx: Connection, callback: Callable[[], None]) -> None:
    """Run `callback` once the transaction `tx` is durable; never if it is rolled back."""
    tx.info["after_commit"].append(callback)


def hold(tx: Connection, name: str) -> None:
    """Until `tx` ends, nobody else holds `name`. On SQLite a transaction that may write holds everything already."""
    if tx.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        tx.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            "DATABASE_URL cannot be read; it wants an address such as sqlite:////data/x.db or postgresql://…"
        ) from error
    if parsed.drivername not in (*_SQLITE, *_POSTGRES):
        raise ConfigError(f"DATABASE_URL names {parsed.drivername}; rows are kept in SQLite or PostgreSQL.")
    return parsed


def _sqlite(url: URL, path: Path) -> Engine:
    if url.database and url.database != ":memory:":
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS}, pool_size=32, max_overflow=64
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _postgres(url: URL) -> Engine:
    """Raises ConfigError when the driver is not installed."""
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_size=16,
            max_overflow=16,
            connect_args={"connect_timeout": 5, "application_name": "learnloop"},
        )
    except ImportError as error:
        raise ConfigError("PostgreSQL needs its driver: pip install 'learnloop[postgres]'.") from error
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", partial(_try_the_rested, engine))
    return engine


def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["resting_since"] = monotonic()


def _try_the_rested(engine: Engine, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that was idle whether it still lives; the pool replaces it when not. Asking each time would cost
    every small transaction a round trip more.
    """
    if monotonic() - record.info.get("resting_since", monotonic()) > _REST:
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: sqlite3's implicit transactions start too late
    _into_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _into_wal(connection: Any) -> None:
    """Switch a database to WAL. SQLite does not wait here as it does elsewhere, so processes that open a new database
    at the same moment would fail.
    """
    for _ in range(int(_BUSY_SECONDS / _WAL_PAUSE)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            pause(_WAL_PAUSE)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("learnloop_begin", "BEGIN"))
