"""The database: opening it, transactions, and durable writes in groups. It knows nothing of what the rows mean.

SQLite runs in WAL mode with synchronous=FULL, so that an acknowledged write survives power loss, and one write at a
time in this process: SQLite's own waiting between connections is unfair (measured in docs/decisions.md). On PostgreSQL
many processes write at once, so what must not be read and written by two at a time is held with `hold`.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from worker.errors import ConfigError

T = TypeVar("T")

_BUSY_SECONDS = 30
_MOST_IN_A_GROUP = 256
_TRIES = 4
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
        self._group = _GroupWriter(self.begin)

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
        return self._group.submit(work).result()

    def later(self, work: Callable[[Connection], object]) -> None:
        """Do `work` in the next shared transaction, without waiting for it."""
        self._group.submit(work)

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
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=16,
            max_overflow=16,
            connect_args={"connect_timeout": 5, "application_name": "learnloop"},
        )
    except ImportError as error:
        raise ConfigError("PostgreSQL needs its driver: pip install 'learnloop[postgres]'.") from error


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: sqlite3's implicit transactions start too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("learnloop_begin", "BEGIN"))


def _met_another(error: BaseException) -> bool:
    """Whether PostgreSQL took a transaction back because another one was in its way (deadlock, serialization)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in ("40P01", "40001")


class _GroupWriter:
    """One thread that commits many small writes at once. One that fails is tried alone, in its place in the order."""

    def __init__(self, begin: Callable[[], Any]) -> None:
        self._begin = begin
        self._waiting: deque[tuple[Callable[[Connection], Any], Future[Any]]] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._changed:
            if self._closed:
                raise RuntimeError("The database is closed.")
            self._waiting.append((work, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="group-writer", daemon=True)
                self._thread.start()
            self._changed.notify()
        return future

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while batch := self._next():
            self._commit(batch)

    def _next(self) -> list[tuple[Callable[[Connection], Any], Future[Any]]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_IN_A_GROUP))]

    def _commit(self, batch: list[tuple[Callable[[Connection], Any], Future[Any]]], tries: int = _TRIES) -> None:
        results: list[Any] = []
        try:
            with self._begin() as tx:
                for work, _ in batch:
                    results.append(work(tx))
        except BaseException as error:  # noqa: BLE001 - handed to the waiting writers, whatever it is
            culprit = len(results)
            if _met_another(error) and tries > 1:
                self._commit(batch, tries - 1)
            elif culprit == len(batch) or len(batch) == 1:  # the database failed, or there is nobody else to spare
                for _, future in batch:
                    future.set_exception(error)
            else:
                for part in (batch[:culprit], [batch[culprit]], batch[culprit + 1 :]):
                    if part:
                        self._commit(part)
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)
