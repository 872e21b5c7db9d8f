"""Jobs as rows of the deployment's own database. See the port for what it promises.

On SQLite one worker process with threads, on PostgreSQL any number on any number of hosts. A claim takes a lease and
raises the job's token; the lease is extended while the job runs, and only the holder of the newest token may finish it,
so that a worker that was frozen past its lease changes nothing when it wakes.
"""

from __future__ import annotations

import logging
import random
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from worker import logs
from worker.clock import Clock
from worker.domain import retrying
from worker.domain.model import JobKind
from worker.errors import DatabaseFailed, LearnLoopError
from worker.queue import Handlers, Job, Look, Place, locks, statements
from worker.queue.lease import held
from worker.store.database import Database, after_commit, hold
from worker.store.schema import jobs

log = logging.getLogger(__name__)

# Jobs of one tenant that run at once: more would only wait for each other at its site (`gateways.limiter`).
_MOST_OF_ONE = 4
_DATABASE_PAUSE = 1.0  # seconds between looks while the database fails
_STOP_SECONDS = 7.0  # for jobs under way after a stop; whoever stops a process ends it after ten
_TAKEN_OVER = 3  # tries; a job begun more often is not taken over before its lease ends
_MOST_AT_ONCE = 500
_MOST_IN_LANES = 500
LEASE = timedelta(seconds=60)  # well above one site timeout; extended three times a lease while a job runs


_SHOWN = ("id", "key", "lane", "state", "run_at", "tries", "error", "trace")


def _job(row: RowMapping) -> Job:
    return Job(kind=JobKind(row["kind"]), **{name: row[name] for name in _SHOWN})


@dataclass(frozen=True)
class Claim:
    """A job this worker may run, while its lease lasts."""

    id: int
    token: int
    kind: JobKind
    key: str
    tries: int
    share: str = ""


class RowQueue:
    """A queue in the deployment's own database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        threads: int,
        poll: timedelta,
        lease: timedelta = LEASE,
        dice: random.Random | None = None,
    ) -> None:
        self._db, self._clock, self._threads = db, clock, threads
        self._poll, self._lease = poll.total_seconds(), lease
        self._dice = dice or random.Random()  # noqa: S311 - jitter, not a secret
        self._share = min(_MOST_OF_ONE, max(1, threads // 2))
        self._wake = threading.Event()
        self._leases = threading.Lock()
        self._until: dict[Claim, datetime] = {}  # when the leases of running jobs end, as far as this process knows

    def put(self, tx: Connection, kind: JobKind, key: str, lane: str, *, not_before: datetime | None = None) -> None:
        self.put_all(tx, kind, [(key, lane)], not_before=not_before)

    def put_all(
        self, tx: Connection, kind: JobKind, keys: Sequence[tuple[str, str]], *, not_before: datetime | None = None
    ) -> None:
        now = self._clock.now()
        when = {"kind": kind.value, "run_at": not_before or now, "created_at": now} | statements.FRESH
        rows = [when | {"key": key, "lane": lane, "share": statements.share_of(lane)} for key, lane in keys]
        if rows:
            tx.execute(statements.put(tx.dialect.name), rows)
            after_commit(tx, self._wake.set)

    def work(self, handlers: Handlers, stop: threading.Event) -> None:
        running: dict[Future[None], Claim] = {}
        with self._only_worker(), self._beating(running):
            pool = ThreadPoolExecutor(self._threads, "job")
            try:
                while not stop.is_set():
                    self._wake.clear()
                    for claim in self._claim_if_it_can(self._threads - len(running)):
                        future = pool.submit(self._run, handlers, claim)
                        running[future] = claim
                        future.add_done_callback(lambda done: self._done(running, done))
                    self._clock.wait(self._wake, self._poll)
            finally:  # whatever ends it, nothing is running as ours once the lock is free for another
                pool.shutdown(wait=False)
                wait(list(running), _STOP_SECONDS)
                self._let_go(list(running.values()))

    def drain(self, handlers: Handlers) -> int:
        runs = 0
        with nullcontext() if self._db.shared else locks.draining(self._db.path):
            while claims := self._claim(self._threads):
                for claim in claims:
                    self._run(handlers, claim)
                runs += len(claims)
        return runs

    def jobs(self, state: str | None = None, limit: int = 50) -> list[Job]:
        query = select(jobs).order_by(jobs.c.run_at, jobs.c.id).limit(limit)
        if state:
            query = query.where(jobs.c.state == state)
        with self._db.read() as tx:
            return [_job(row) for row in tx.execute(query).mappings()]

    def look(
        self, tenant_id: str, state: str, *, kind: JobKind | None = None, after: Place | None = None, limit: int = 50
    ) -> Look:
        with self._db.read() as tx:
            stop = tx.execute(statements.furthest(state, tenant_id, after)).first()
            until = (stop.run_at, stop.id) if stop else None
            query = statements.seen(state, tenant_id, kind, after, until).limit(limit + 1)
            found = [_job(row) for row in tx.execute(query).mappings()]
        if len(found) > limit:
            return Look(found[:limit], (found[limit - 1].run_at, found[limit - 1].id))
        return Look(found, until)

    def dead(self, tenant_id: str, job_ids: Sequence[int]) -> list[Job]:
        return self._some(statements.dead(job_ids, tenant_id), len(job_ids))

    def in_lanes(self, lanes: Sequence[str]) -> list[Job]:
        return self._some(jobs.c.lane.in_(lanes), _MOST_IN_LANES)

    def _some(self, which: ColumnElement[bool], limit: int) -> list[Job]:
        query = select(jobs).where(which).order_by(jobs.c.run_at, jobs.c.id).limit(limit)
        with self._db.read() as tx:
            return [_job(row) for row in tx.execute(query).mappings()]

    def retry(self, tx: Connection, job_ids: Sequence[int], tenant_id: str = "") -> int:
        after_commit(tx, self._wake.set)
        return sum(self._again(tx, chosen) for chosen in _dead(job_ids, tenant_id))

    def retry_ended(self, tx: Connection, tenant_id: str, error: str) -> int:
        after_commit(tx, self._wake.set)
        return self._again(tx, statements.ended(tenant_id, error))

    def drop(self, tx: Connection, job_ids: Sequence[int], tenant_id: str = "") -> int:
        return sum(tx.execute(delete(jobs).where(chosen)).rowcount for chosen in _dead(job_ids, tenant_id))

    def forget(self, tx: Connection, belongs: Callable[[JobKind, str], bool]) -> int:
        rows = tx.execute(select(jobs.c.id, jobs.c.kind, jobs.c.key)).all()
        going = [row.id for row in rows if belongs(JobKind(row.kind), row.key)]
        for start in range(0, len(going), _MOST_AT_ONCE):
            tx.execute(delete(jobs).where(jobs.c.id.in_(going[start : start + _MOST_AT_ONCE])))
        return len(going)

    def _again(self, tx: Connection, chosen: ColumnElement[bool]) -> int:
        """These dead jobs wait again, as new, or give way to a twin that waits already; how many."""
        again = {"state": "waiting", "run_at": self._clock.now(), "tries": 0, "holds_lane": False}
        found = tx.execute(delete(jobs).where(chosen, statements.waits_already())).rowcount
        return found + tx.execute(update(jobs).where(chosen).values(again)).rowcount

    def _claim_if_it_can(self, most: int) -> list[Claim]:
        """As `_claim`, but nothing while the database fails: what is due stays due."""
        try:
            return self._claim(most)
        except SQLAlchemyError as error:
            log.error("no job could be taken: %s; it is tried again", error)
            self._clock.wait(threading.Event(), _DATABASE_PAUSE)
            return []

    def _claim(self, most: int) -> list[Claim]:
        """Up to `most` due jobs, one a lane, each leased to us. Cheap when nothing is due: one indexed read."""
        now = self._clock.now()
        due = self._due(now) if most > 0 else set()
        if not due:
            return []
        with self._db.begin() as tx:
            hold(tx, "the queue's lanes")
            if "running" in due:
                self._take_back(tx, jobs.c.lease_until < now)
            chosen = self._fair_share(tx, now, most)
            lease = {
                "state": "running",
                "token": jobs.c.token + 1,
                "tries": jobs.c.tries + 1,
                "lease_until": now + self._lease,
            }
            claim = update(jobs).where(jobs.c.id.in_(chosen)).values(lease)
            rows = tx.execute(
                claim.returning(jobs.c.id, jobs.c.token, jobs.c.kind, jobs.c.key, jobs.c.tries, jobs.c.share)
            ).all()
        claims = [Claim(row.id, row.token, JobKind(row.kind), row.key, row.tries, row.share) for row in sorted(rows)]
        with self._leases:
            self._until |= dict.fromkeys(claims, now + self._lease)
        return claims

    def _fair_share(self, tx: Connection, now: datetime, most: int) -> list[int]:
        """The ids of up to `most` jobs to claim; of one tenant no more than its share, with those that run already."""
        rows = tx.execute(statements.CLAIMABLE, {"now": now, "most": most, "share": self._share}).all()
        taken = Counter(tx.execute(select(jobs.c.share).where(jobs.c.state == "running")).scalars())
        chosen = []
        for job_id, share in rows:
            if not share or taken[share] < self._share:
                taken[share] += 1
                chosen.append(job_id)
        if len(chosen) < len(rows):
            self._wake.set()  # places are left, and the next look passes over this tenant
        return chosen

    def _due(self, now: datetime) -> set[str]:
        """Holds "waiting" when a job is due, "running" when a lease has run out."""
        with self._db.read() as tx:
            return set(tx.execute(statements.DUE, {"now": now}).scalars())

    def _let_go(self, claims: list[Claim]) -> None:
        """Give back what takes longer than a stop may: it is due at once, for another worker or the next one.

        Its thread may go on, but changes nothing any more, neither here nor outside.
        """
        for claim in claims:
            with self._leases:
                if claim in self._until:
                    self._until[claim] = self._clock.now()
            log.info("%s %s was given back: the worker stops", claim.kind, claim.key)
            self._give_back(claim, {"state": "waiting", "lease_until": None, "tries": jobs.c.tries - 1})

    def _take_over(self) -> None:
        """Take back at once what a dead worker was running; that it is dead, the lock we hold proves. But a job begun
        often waits out its lease: it may be what ends the workers, and others have their turn meanwhile.
        """
        try:
            with locks.nobody_drains(self._db.path) as alone, self._db.begin() as tx:
                if alone and (taken := self._take_back(tx, jobs.c.tries <= _TAKEN_OVER)):
                    log.info("%d jobs of a worker that died run again", taken)
        except SQLAlchemyError as error:
            log.error("nothing was taken over from the worker before: %s; its leases run out instead", error)

    def _take_back(self, tx: Connection, given_up: ColumnElement[bool]) -> int:
        """Running jobs that are `given_up` wait again, or give way to a newer twin that already waits; how many."""
        over = and_(jobs.c.state == "running", given_up)
        gone = tx.execute(delete(jobs).where(over, statements.waits_already())).rowcount
        return gone + tx.execute(update(jobs).where(over).values(state="waiting", lease_until=None)).rowcount

    def _done(self, running: dict[Future[None], Claim], done: Future[None]) -> None:
        running.pop(done, None)
        self._wake.set()

    def _run(self, handlers: Handlers, claim: Claim) -> None:
        with logs.about(tenant=claim.share, job=f"{claim.kind} {claim.key}"):
            self._run_named(handlers, claim)

    def _run_named(self, handlers: Handlers, claim: Claim) -> None:
        try:
            with held(lambda: self._clock.now() < self._until[claim]):
                handlers[claim.kind](claim.key)
        except Exception as error:  # noqa: BLE001 - the one place that catches everything: it parks the job with its traceback
            self._failed(claim, error)
        else:
            self._settle(claim, lambda tx: tx.execute(delete(jobs).where(self._ours(claim))))
        finally:
            with self._leases:
                del self._until[claim]

    def _settle(self, claim: Claim, write: Callable[[Connection], object]) -> None:
        """Write down how a run ended; a second time when another writer was met. If it cannot be, the lease runs out
        and the job runs again.
        """
        for last in (False, True):
            try:
                with self._db.begin() as tx:
                    write(tx)
                return
            except SQLAlchemyError:
                if last:
                    log.exception("the end of %s %s could not be written; it will run again", claim.kind, claim.key)

    def _failed(self, claim: Claim, error: Exception) -> None:
        now = self._clock.now()
        if isinstance(error, SQLAlchemyError):
            error = DatabaseFailed(f"The database failed ({type(error).__name__}); it is tried again.")
        verdict = retrying.decide(error, claim.tries, now, jitter=self._dice.uniform(0.7, 1.3))
        sentence = str(error) if isinstance(error, LearnLoopError) else f"{type(error).__name__}: {error}"
        sentence, trace = (words.replace("\0", "") for words in (sentence, "".join(traceback.format_exception(error))))
        kept = {"error": sentence, "trace": trace, "lease_until": None}
        match verdict:
            case retrying.Retry(at=at, counts=counts):
                log.info("%s %s waits until %s: %s", claim.kind, claim.key, at.isoformat(timespec="seconds"), sentence)
                again = {"state": "waiting", "run_at": at, "holds_lane": True, "tries": jobs.c.tries - int(not counts)}
                self._give_back(claim, kept | again)
            case retrying.GiveUp():
                log.warning("%s %s is parked after %d tries: %s", claim.kind, claim.key, claim.tries, sentence)
                self._park(claim, kept | {"state": "dead", "holds_lane": False})

    def _park(self, claim: Claim, values: dict[str, object]) -> None:
        """Keep the job as dead, in place of a twin that is dead already: a retry of either would do the same."""
        self._settle(claim, lambda tx: self._replace(tx, claim, "dead", values))

    def _give_back(self, claim: Claim, values: dict[str, object]) -> None:
        """Wait for another try. A twin put meanwhile would do the same work, so it goes; this one keeps its tries."""
        self._settle(claim, lambda tx: self._replace(tx, claim, "waiting", values))

    def _replace(self, tx: Connection, claim: Claim, state: str, values: dict[str, object]) -> None:
        """Move our job to `state`, in place of its twin there."""
        if tx.execute(select(jobs.c.id).where(self._ours(claim))).first():
            twin = and_(jobs.c.kind == claim.kind.value, jobs.c.key == claim.key, jobs.c.state == state)
            tx.execute(delete(jobs).where(twin))
            tx.execute(update(jobs).where(self._ours(claim)).values(values))

    def _ours(self, claim: Claim) -> ColumnElement[bool]:
        return and_(jobs.c.id == claim.id, jobs.c.token == claim.token, jobs.c.state == "running")

    @contextmanager
    def _beating(self, running: dict[Future[None], Claim]) -> Iterator[None]:
        """Extend the leases of what runs, three times a lease, until the block ends."""
        over = threading.Event()

        def beat() -> None:
            while not self._clock.wait(over, self._lease.total_seconds() / 3):
                try:
                    self._extend(list(running.values()))
                except SQLAlchemyError:
                    log.exception("the leases of running jobs could not be extended; it is tried again")

        heart = threading.Thread(target=beat, name="heartbeat", daemon=True)
        heart.start()
        try:
            yield
        finally:
            over.set()
            heart.join()

    def _extend(self, claims: list[Claim]) -> None:
        if claims:
            with self._db.begin() as tx:
                until = self._clock.now() + self._lease
                extend = {one: update(jobs).where(self._ours(one)).values(lease_until=until) for one in claims}
                kept = [claim for claim in claims if tx.execute(extend[claim]).rowcount]
            with self._leases:
                self._until |= {claim: until for claim in kept if claim in self._until}

    @contextmanager
    def _only_worker(self) -> Iterator[None]:
        """On SQLite, be the one worker, and the heir of the one before. Raises WorkerAlreadyRunning."""
        with nullcontext() if self._db.shared else locks.only_worker(self._db.path):
            if not self._db.shared:
                self._take_over()
            yield


def _dead(job_ids: Sequence[int], tenant_id: str) -> Iterator[ColumnElement[bool]]:
    """Which jobs are dead among these: a condition each few hundred, because a statement takes only so many values."""
    for start in range(0, len(job_ids), _MOST_AT_ONCE):
        yield statements.dead(job_ids[start : start + _MOST_AT_ONCE], tenant_id)
