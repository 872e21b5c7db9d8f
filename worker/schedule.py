"""When things happen by themselves. APScheduler says when; a tick row says once; a job does it.

Every worker process runs a scheduler with an in-memory store. A fire time is taken by whoever inserts its tick row
first, in the transaction that enqueues the job, so ten schedulers cause one run. A sweep on start and each minute takes
what was missed: of each row the latest missed fire time, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.executors.base import BaseExecutor
from apscheduler.job import Job as ScheduledJob
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from worker.deployment import Deployment
from worker.domain.model import JobKind, TenantId
from worker.domain.policy import Policy
from worker.store import tenants, ticks
from worker.store.tenants import Tenant

# How far back a missed fire time is looked for. Nearly all rows fire daily; an admin may choose once a month.
_LOOK_BACK = (timedelta(days=2), timedelta(days=32))


@dataclass(frozen=True)
class Row:
    """One scheduled thing of a tenant: its job, and its cron (minute hour day month weekday) from the policy."""

    kind: JobKind
    cron: Callable[[Policy], str]


ROWS: tuple[Row, ...] = (
    Row(JobKind.REMINDERS, lambda _: "*/15 * * * *"),
    Row(JobKind.SWEEP, lambda policy: f"*/{min(max(policy.sweep_minutes, 1), 30)} * * * *"),
    Row(JobKind.PERIODS, lambda _: "10 5 * * *"),
    Row(JobKind.COMPILE_ALL, lambda policy: policy.compile_cron),
    Row(JobKind.CHECK_PAGES, lambda policy: policy.check_cron),
    Row(JobKind.PRUNE, lambda _: "20 3 * * *"),
)


def trigger(row: Row, policy: Policy) -> CronTrigger:
    """When the row fires, in the tenant's time zone."""
    return CronTrigger.from_crontab(row.cron(policy), timezone=ZoneInfo(policy.time_zone))


def coming(cron: str, zone: str, now: datetime, count: int = 3) -> list[datetime]:
    """The next fire times of a cron in a time zone, the soonest first; fewer where it does not happen so often."""
    fires = CronTrigger.from_crontab(cron, timezone=ZoneInfo(zone))
    found: list[datetime] = []
    at = now
    while len(found) < count and (following := fires.get_next_fire_time(None, at)):
        found.append(following)
        at = following + timedelta(seconds=1)
    return found


def fire(deployment: Deployment, kind: JobKind, tenant_id: TenantId, at: datetime) -> bool:
    """Take the tick of one fire time and enqueue its job, in one transaction; False when somebody already did."""
    subject = _subject(tenant_id, at)
    with deployment.db.begin() as tx:
        taken = ticks.take(tx, f"{kind}:{subject}", deployment.clock.now())
        if taken:
            deployment.queue.put(tx, kind, subject, lane=f"{kind}:{tenant_id}")
    return taken


def catch_up(deployment: Deployment) -> int:
    """Fire the latest fire time of every row that has passed and that nobody took; how many fired.

    Usually all were taken, so that is read first: ten workers with a thousand tenants would try in vain each minute.
    """
    now = deployment.clock.now()
    with deployment.db.read() as tx:
        passed = [(row.kind, one.id, at) for one in tenants.going(tx) for row in ROWS if (at := _passed(one, row, now))]
        gone = ticks.taken(tx, [f"{kind}:{_subject(tenant_id, at)}" for kind, tenant_id, at in passed])
    missed = [one for one in passed if f"{one[0]}:{_subject(*one[1:])}" not in gone]
    return sum(fire(deployment, kind, tenant_id, at) for kind, tenant_id, at in missed)


def _subject(tenant_id: TenantId, at: datetime) -> str:
    return f"{tenant_id}@{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _passed(tenant: Tenant, row: Row, now: datetime) -> datetime | None:
    """The row's latest fire time since the tenant is served, if there was one."""
    cron = trigger(row, tenant.policy)
    found = (_latest(cron, max(tenant.activated_at, now - step), now) for step in _LOOK_BACK)
    return next(filter(None, found), None)


def _latest(cron: CronTrigger, since: datetime, now: datetime) -> datetime | None:
    """The last fire time in (since, now]. Halving the span keeps it quick for rows that fire often."""
    if since >= now:
        return None
    first: datetime | None = cron.get_next_fire_time(None, since)
    if first is None or first > now:
        return None
    middle = since + (now - since) / 2
    later = _latest(cron, middle, now) if now - middle > timedelta(minutes=1) else None
    following = cron.get_next_fire_time(first, first + timedelta(microseconds=1))
    if later:
        return later
    return first if following is None or following > now else _latest(cron, first, now)


class _TickExecutor(BaseExecutor):  # type: ignore[misc] # APScheduler carries no types
    """Instead of running a function, take the tick and enqueue: APScheduler tells only an executor the fire times."""

    def __init__(self, fire_one: Callable[[str, datetime], None]) -> None:
        super().__init__()
        self._fire = fire_one

    def _do_submit_job(self, job: ScheduledJob, run_times: list[datetime]) -> None:
        try:
            self._fire(job.id, run_times[-1])
        finally:
            self._run_job_success(job.id, [])


def start(deployment: Deployment) -> BackgroundScheduler:
    """A running scheduler for every tenant there is and will be; the caller shuts it down."""
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 3, "misfire_grace_time": 3600}
    )

    def fire_one(job_id: str, at: datetime) -> None:
        kind, _, tenant = job_id.partition(":")
        fire(deployment, JobKind(kind), TenantId(tenant), at)

    def refresh() -> None:
        _arrange(scheduler, deployment)
        catch_up(deployment)

    scheduler.add_executor(_TickExecutor(fire_one), "ticks")
    scheduler.add_job(
        refresh,
        "interval",
        minutes=1,
        id="refresh",
        next_run_time=deployment.clock.now(),
        misfire_grace_time=None,
        max_instances=1,  # two at once would both add the same row
    )
    scheduler.start()
    return scheduler


def _arrange(scheduler: BackgroundScheduler, deployment: Deployment) -> None:
    """Give every tenant's rows their triggers: policies may have changed, and tenants come, stop and go."""
    with deployment.db.read() as tx:
        wanted = {f"{row.kind}:{one.id}": trigger(row, one.policy) for one in tenants.going(tx) for row in ROWS}
    for job in scheduler.get_jobs():
        if job.executor == "ticks" and job.id not in wanted:
            scheduler.remove_job(job.id)
    for job_id, cron in wanted.items():
        job = scheduler.get_job(job_id)
        if job is None:
            scheduler.add_job(_nothing, cron, id=job_id, executor="ticks")
        elif repr(job.trigger) != repr(cron):  # its str() leaves the time zone out
            scheduler.reschedule_job(job_id, trigger=cron)


def _nothing() -> None:
    """The function of a tick's job; the executor never calls it."""
