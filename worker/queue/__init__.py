"""The port of the job engine: what a queue promises, and which one this deployment runs.

A job is a kind and a key; the key says what to look at, the rows of the store say what there is to do. So a job that is
still waiting need not be enqueued again, and running a job twice must change nothing.

- `put` joins the caller's transaction: no row without its job, no job without its row.
- One (kind, key) waits at most once; a second `put` only moves it to the earlier of the two times. It does not hurry a
  job that waits to be tried again.
- Jobs of one lane run one at a time, in the order they became due. A job enters its lane when it is due; only a job
  that is waiting to be tried again holds its lane.
- A lane is named `<what>:<tenant>` or `<what>:<tenant>/<thing>`. Of one tenant at most a few jobs run at once, over all
  workers, so that the flood or the slow site of one never keeps another's waiting.
- At least once: a worker that dies loses nothing, and its job runs again: after its lease, or at once where it is known
  that the worker died.
- A job that cannot succeed is kept as dead, with its error, until a person retries or drops it; of one (kind, key) only
  the latest.

Nothing outside this package knows which adapter runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from worker.domain.model import JobKind

Handler = Callable[[str], None]
Handlers = Mapping[JobKind, Handler]


@dataclass(frozen=True)
class Job:
    """A job as a person sees it. `state` is waiting, running or dead; `error` a sentence, `trace` the traceback."""

    id: int
    kind: JobKind
    key: str
    lane: str
    state: str
    run_at: datetime
    tries: int
    error: str
    trace: str


# Where a job stands among those in its state: its moment, and its id.
Place = tuple[datetime, int]


@dataclass(frozen=True)
class Look:
    """Jobs in one state, the oldest first; there may be more after the place `after`, None when it was the end."""

    jobs: list[Job]
    after: Place | None


class Queue(Protocol):
    """What every adapter does; `tests/queue` holds one suite that each must pass."""

    def put(self, tx: Connection, kind: JobKind, key: str, lane: str, *, not_before: datetime | None = None) -> None:
        """Enqueue in the transaction `tx`; due now, or at `not_before` (aware)."""

    def put_all(
        self, tx: Connection, kind: JobKind, keys: Sequence[tuple[str, str]], *, not_before: datetime | None = None
    ) -> None:
        """`put` for many jobs of one kind, each a key and a lane, in one statement."""

    def work(self, handlers: Handlers, stop: threading.Event) -> None:
        """Run due jobs until `stop` is set, then finish what is running, or after seconds give it back, and return.

        Raises WorkerAlreadyRunning where the adapter serves one worker process only.
        """

    def drain(self, handlers: Handlers) -> int:
        """Run, in this thread, every job that is due until none is; how many runs there were."""

    def jobs(self, state: str | None = None, limit: int = 50) -> list[Job]:
        """Jobs in `state` (any, when None), the oldest first."""

    def look(
        self, tenant_id: str, state: str, *, kind: JobKind | None = None, after: Place | None = None, limit: int = 50
    ) -> Look:
        """Jobs of a tenant in `state`, the oldest first, from after the place `after` on. One look passes over a
        bounded number of jobs, so that it may find few, or none, and say where to look on.
        """

    def dead(self, tenant_id: str, job_ids: Sequence[int]) -> list[Job]:
        """Those of these jobs that are dead and the tenant's, the oldest first."""

    def in_lanes(self, lanes: Sequence[str]) -> list[Job]:
        """Jobs of these lanes in any state, the oldest first; of very many, some."""

    def retry(self, tx: Connection, job_ids: Sequence[int], tenant_id: str = "") -> int:
        """Make those of the jobs that are dead, and the tenant's if one is named, wait again as new, in the transaction
        `tx`; how many there were.
        """

    def retry_ended(self, tx: Connection, tenant_id: str, error: str) -> int:
        """`retry` for all dead jobs of a tenant that ended with this sentence."""

    def drop(self, tx: Connection, job_ids: Sequence[int], tenant_id: str = "") -> int:
        """Delete those of the jobs that are dead, and the tenant's if one is named, in the transaction `tx`; how many
        there were.
        """

    def forget(self, tx: Connection, belongs: Callable[[JobKind, str], bool]) -> int:
        """Delete, in the transaction `tx`, every job whose kind and key `belongs` says yes to; how many there were."""
