"""Files beside an SQLite database that say who runs its jobs. They know nothing of jobs.

The operating system lets go of a lock when its process ends, however it ended; so a lock that can be had proves that
nobody lives who held it. A frozen process (SIGSTOP, a laptop that sleeps) still holds its own. A file that is left over
means nothing. Local disks only: what NFS makes of `flock` is not known.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from worker.errors import WorkerAlreadyRunning


@contextmanager
def only_worker(database: Path) -> Iterator[None]:
    """Be the one worker of `database` until the block ends. Raises WorkerAlreadyRunning when another process is."""
    with _held(database, "worker", fcntl.LOCK_EX | fcntl.LOCK_NB) as mine:
        if not mine:
            raise WorkerAlreadyRunning(
                f"Another worker process already serves {database}. SQLite deployments run one; "
                "to run several, use PostgreSQL (DATABASE_URL)."
            )
        yield


@contextmanager
def draining(database: Path) -> Iterator[None]:
    """In this block jobs run without being the worker, in any number of processes; also beside a worker."""
    with _held(database, "drain", fcntl.LOCK_SH):
        yield


@contextmanager
def nobody_drains(database: Path) -> Iterator[bool]:
    """Whether nobody is `draining`; if so, whoever begins to waits until the block ends."""
    with _held(database, "drain", fcntl.LOCK_EX | fcntl.LOCK_NB) as alone:
        yield alone


@contextmanager
def _held(database: Path, what: str, how: int) -> Iterator[bool]:
    """Hold a lock, where it can be had; give whether it is held. A link to a database has its database's locks."""
    with Path(f"{database.resolve()}.{what}-lock").open("a") as handle:
        try:
            fcntl.flock(handle, how)
        except OSError:  # held by another, or a file system without such locks
            yield False
        else:
            yield True
