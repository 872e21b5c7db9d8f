"""Which file a deployment's rows are in, and making sure that nobody writes to it meanwhile."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from worker.config import Settings
from worker.errors import KeepingRefused
from worker.store.database import Database

_PATIENCE = 2  # seconds; a command that only looks is over by then


def sqlite_file(settings: Settings, instead: str) -> Path:
    """The file of an SQLite deployment, there or not. Raises KeepingRefused with `instead` for a database elsewhere."""
    db = Database(settings.database_url)
    db.close()
    if db.shared or db.path == Path(":memory:"):
        raise KeepingRefused(instead)
    return db.path.resolve()


def existing(path: Path) -> Path:
    """The database file. Raises KeepingRefused when there is none."""
    if not path.is_file():
        raise KeepingRefused(f"There is no database at {path}. LEARNLOOP_DATA or DATABASE_URL says where it is.")
    return path


@contextmanager
def no_worker(path: Path) -> Iterator[None]:
    """Hold the lock a worker holds while it serves the database at `path`, so that none runs and none starts.

    Raises KeepingRefused when a worker runs.
    """
    with Path(f"{path}.worker-lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise KeepingRefused(
                f"A worker serves {path}. Stop LearnLoop first: Ctrl-C where `learnloop up` runs, or its SIGTERM; "
                "what runs is finished within ten seconds."
            ) from error
        yield


@contextmanager
def alone(path: Path) -> Iterator[Connection]:
    """The database at `path`, held by this connection alone: nobody else reads or writes until the end.

    SQLite grants an exclusive lock in WAL mode only when no other connection has the file open, so this also finds a
    web process that receives deliveries. Raises KeepingRefused then.
    """
    engine = create_engine(
        f"sqlite:///{path}", poolclass=StaticPool, connect_args={"timeout": _PATIENCE}, hide_parameters=True
    )
    event.listen(engine, "connect", _exclusive)
    event.listen(engine, "begin", _immediately)
    try:
        with engine.connect() as tx:
            try:
                tx.execute(text("SELECT 1"))
            except OperationalError as error:
                raise KeepingRefused(
                    f"Something has {path} open, a `learnloop web` most likely. Stop it first, so that no delivery is "
                    "taken that would stay behind; Jira sends again what was not answered."
                ) from error
            yield tx
    finally:
        engine.dispose()


def _exclusive(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")


def _immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
