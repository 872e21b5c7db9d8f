"""The adapters of the queue, each put on a bench for the suite. A new adapter is one entry of the tables below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from tests import postgres
from tests.alone import StillClock
from tests.migrated import migrated
from worker.clock import Clock
from worker.domain.model import JobKind
from worker.queue import Job, Queue
from worker.queue.rows import RowQueue
from worker.store.database import Database
from worker.store.migrate import upgrade

POLL = timedelta(milliseconds=20)


class Bench(Protocol):
    """A queue on its own database, and time as that queue sees it."""

    queue: Queue
    db: Database
    lease: timedelta

    def now(self) -> datetime:
        """The moment."""

    def later(self, step: timedelta) -> None:
        """Let time pass."""

    def another(self) -> Queue:
        """The queue of a second worker on the same database."""

    def close(self) -> None:
        """Let go of the database."""


@dataclass
class RowsBench:
    """The queue on one of the databases under a clock that stands still, unless it is given the real one."""

    url: str
    clock: Clock
    lease: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        self.db = Database(self.url)
        upgrade(self.db)
        self.queue: Queue = self.another()

    def now(self) -> datetime:
        return self.clock.now()

    def later(self, step: timedelta) -> None:
        assert isinstance(self.clock, StillClock)
        self.clock.forward(step)

    def another(self) -> Queue:
        return RowQueue(self.db, self.clock, threads=4, poll=POLL, lease=self.lease)

    def close(self) -> None:
        self.db.close()
        if self.db.shared:
            postgres.drop(self.url)


def sqlite(folder: Path) -> str:
    """A database in a file."""
    migrated(folder / "queue.db")
    return f"sqlite:///{folder / 'queue.db'}"


def postgresql(folder: Path) -> str:
    """A database on a server, the same one for every process that works in `folder`."""
    note = folder / "database"
    if not note.exists():
        note.write_text(postgres.fresh())
    return note.read_text()


DATABASES: dict[str, Callable[[Path], str]] = {"sqlite": sqlite, "postgresql": postgresql}
# A bench under a clock the test moves; and one under the real clock with a short lease, for workers that are killed.
ADAPTERS: dict[str, Callable[[Path], Bench]] = {
    name: partial(lambda url, folder: RowsBench(url(folder), StillClock()), url) for name, url in DATABASES.items()
}
IN_REAL_TIME: dict[str, Callable[[Path], Bench]] = {
    name: partial(lambda url, folder: RowsBench(url(folder), Clock(), timedelta(milliseconds=500)), url)
    for name, url in DATABASES.items()
}


def put(bench: Bench, key: str, lane: str = "", *, kind: JobKind = JobKind.SHOW, due: datetime | None = None) -> None:
    """Enqueue one job in a transaction of its own; in a lane of its own unless one is named."""
    with bench.db.begin() as tx:
        bench.queue.put(tx, kind, key, lane or f"lane of {key}", not_before=due)


def only(bench: Bench) -> Job:
    """The one job there is."""
    (job,) = bench.queue.jobs()
    return job
