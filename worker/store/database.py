"""The database: opening it, transactions, and durable writes in groups. It knows nothing of what the rows mean.

SQLite runs in WAL mode with synchronous=FULL, so that an acknowledged write survives power loss, and one write at a
time in this process: SQLite's own waiting between connections is unfair (measured in docs/decisions.md).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InvalidRequestError

from worker.errors import ConfigError

T = TypeVar("T")

_BUSY_SECONDS = 30
_MOST_IN_A_GROUP = 256


class Database:
    """An open database. Thread-safe; make it after a fork, never before."""

    def __init__(self, url: str) -> None:
        """Raises ConfigError when `url` is no SQLAlchemy URL of a database we support."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ConfigError(
                "DATABASE_URL cannot be read; it wants an address such as sqlite:////data/x.db."
            ) from error
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
            raise ConfigError(f"DATABASE_URL names {parsed.drivername}; this version keeps its rows in SQLite.")
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self.path = Path(parsed.database or ":memory:")
        self.engine = create_engine(
            parsed, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS}, pool_size=32, max_overflow=64
        )
        event.listen(self.engine, "connect", _configure)
        event.listen(self.engine, "begin", _begin)
        self._writing = self.engine.execution_options(learnloop_begin="BEGIN IMMEDIATE")
        self._lock = threading.Lock()
        self._group = _GroupWriter(self.begin)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back on an exception."""
        with self._lock, self._writing.connect() as tx:
            callbacks: list[Callable[[], None]] = []
            tx.info["after_commit"] = callbacks
            with _whole(tx):
                yield tx
        for callback in callbacks:
            callback()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view."""
        with self.engine.connect() as tx, _whole(tx):
            yield tx

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in a transaction shared with other waiting writers; return once it is durable."""
        return self._group.submit(work).result()

    def later(self, work: Callable[[Connection], object]) -> None:
        """Do `work` in the next shared transaction, without waiting for it."""
        self._group.submit(work)

    def close(self) -> None:
        """Finish waiting writes and close every connection."""
        self._group.close()
        self.engine.dispose()


def after_commit(tx: Connection, callback: Callable[[], None]) -> None:
    """Run `callback` once the transaction `tx` is durable; never if it is rolled back."""
    tx.info["after_commit"].append(callback)


@contextmanager
def _whole(tx: Connection) -> Iterator[None]:
    """A transaction on a connection that is thrown away after an exception.

    A result that was not read to its end outlives the rollback and holds its old snapshot; the next writer to be given
    the connection would fail with SQLITE_BUSY_SNAPSHOT.
    """
    try:
        with tx.begin():
            yield
    except BaseException:
        tx.invalidate()
        raise


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: sqlite3's implicit transactions start too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("learnloop_begin", "BEGIN"))


class _GroupWriter:
    """One thread that commits many small writes at once. Each has its own savepoint, so one that fails fails alone."""

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

    def _commit(self, batch: list[tuple[Callable[[Connection], Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self._begin() as tx:
                for work, future in batch:
                    with _alone(tx, future):
                        done.append((future, work(tx)))
                    _must_stand(tx)
        except BaseException as error:  # noqa: BLE001 - the commit failed: every writer in the group hears of it
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for future, result in done:
            if not future.done():
                future.set_result(result)


@contextmanager
def _alone(tx: Connection, future: Future[Any]) -> Iterator[None]:
    """A savepoint for one write of a group: its failure is told to its writer only, its callbacks are dropped."""
    callbacks: list[Callable[[], None]] = tx.info["after_commit"]
    earlier = len(callbacks)
    try:
        with tx.begin_nested():
            yield
    except BaseException as error:  # noqa: BLE001 - handed to the waiting writer, whatever it is
        del callbacks[earlier:]
        future.set_exception(error)


def _must_stand(tx: Connection) -> None:
    """Raises InvalidRequestError when SQLite took the whole group back, as it may when a disk is full or fails.

    Its commit would then be silent and empty, and the earlier writes of the group would be called durable. Source:
    SQLite, "Response To Errors Within A Transaction".
    """
    driver = tx.connection.driver_connection
    if driver is None or not driver.in_transaction:
        raise InvalidRequestError("SQLite rolled a group of writes back; none of them was kept.")
