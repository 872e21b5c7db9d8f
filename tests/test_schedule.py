"""When things happen by themselves: by the team's own clock, once for many schedulers, late rather than never."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.schedulers.background import BackgroundScheduler

from tests.migrated import migrated
from worker import config, schedule
from worker.clock import Clock, TravelClock
from worker.deployment import Deployment, assemble
from worker.domain.model import AccountId, JobKind, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.schedule import ROWS, Row
from worker.store import tenants
from worker.store.tenants import Tenant

MONDAY_NOON = datetime(2026, 3, 23, 12, 0, 30, tzinfo=UTC)
PATIENCE = 30.0


def row(kind: JobKind) -> Row:
    (found,) = [one for one in ROWS if one.kind is kind]
    return found


def served(deployment: Deployment, name: str, activated_at: datetime, **policy: object) -> TenantId:
    """A tenant that needs no site."""
    rules = replace(Policy(time_zone="UTC"), **policy)  # type: ignore[arg-type]
    tenant = Tenant(
        TenantId(name), SourceKind.CLOUD, "https://example.atlassian.net", "https://example.atlassian.net/wiki",
        f"path-{name}", AccountId("bot"), True, rules, activated_at,
    )  # fmt: skip
    with deployment.db.begin() as tx:
        tenants.add(tx, tenant)
    return tenant.id


@contextmanager
def opened(folder: Path, clock: Clock) -> Iterator[Deployment]:
    migrated(folder / "learnloop.db")
    deployment = assemble(config.load({"LEARNLOOP_DATA": str(folder)}), clock)
    try:
        yield deployment
    finally:
        deployment.close()


@pytest.fixture
def clock() -> TravelClock:
    return TravelClock(MONDAY_NOON)


@pytest.fixture
def deployment(tmp_path: Path, clock: TravelClock) -> Iterator[Deployment]:
    with opened(tmp_path, clock) as made:
        yield made


def waiting(deployment: Deployment) -> list[tuple[JobKind, str]]:
    return sorted((job.kind, job.key) for job in deployment.queue.jobs("waiting", limit=1000))


# --- when ---


@pytest.mark.parametrize(
    ("kind", "rules", "fires"),
    [
        (JobKind.COMPILE_ALL, {"time_zone": "UTC", "compile_cron": "0 6 * * *"}, "2026-03-24T06:00"),
        (JobKind.COMPILE_ALL, {"time_zone": "Asia/Tokyo", "compile_cron": "0 6 * * *"}, "2026-03-23T21:00"),
        (JobKind.COMPILE_ALL, {"time_zone": "America/Los_Angeles", "compile_cron": "0 6 * * *"}, "2026-03-23T13:00"),
        (JobKind.COMPILE_ALL, {"time_zone": "Asia/Kolkata", "compile_cron": "0 18 * * *"}, "2026-03-23T12:30"),
        (JobKind.CHECK_PAGES, {"time_zone": "UTC", "compile_cron": "0 6 * * *"}, "2026-03-24T05:30"),
        (JobKind.CHECK_PAGES, {"time_zone": "UTC", "check_cron": "30 23 * * *"}, "2026-03-23T23:30"),
        (JobKind.COMPILE_ALL, {"compile_cron": "0 6 * * sun"}, "2026-03-29T06:00"),  # names of days, not numbers
        (JobKind.COMPILE_ALL, {"compile_cron": "0 6 * * mon"}, "2026-03-30T06:00"),
        (JobKind.COMPILE_ALL, {"compile_cron": "0 6,18 1-7 4 mon-fri"}, "2026-04-01T06:00"),
        (JobKind.REMINDERS, {"time_zone": "Asia/Tokyo"}, "2026-03-23T12:15"),
        (JobKind.PRUNE, {"time_zone": "Europe/Lisbon"}, "2026-03-24T03:20"),
        (JobKind.PERIODS, {"time_zone": "Asia/Tokyo"}, "2026-03-23T20:10"),
        (JobKind.SWEEP, {}, "2026-03-23T12:10"),
        (JobKind.SWEEP, {"sweep_minutes": 5}, "2026-03-23T12:05"),
        (JobKind.SWEEP, {"sweep_minutes": 0}, "2026-03-23T12:01"),
    ],
)
def test_a_row_fires_at_the_hour_of_the_team(kind: JobKind, rules: dict[str, object], fires: str) -> None:
    policy = replace(Policy(), **rules)  # type: ignore[arg-type]
    at = schedule.trigger(row(kind), policy).get_next_fire_time(None, MONDAY_NOON)
    assert at.astimezone(UTC) == datetime.fromisoformat(f"{fires}+00:00")


def test_six_in_the_morning_stays_six_when_the_clocks_change() -> None:
    lisbon = schedule.trigger(row(JobKind.COMPILE_ALL), Policy(time_zone="Europe/Lisbon", compile_cron="0 6 * * *"))
    saturday, sunday = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC)
    assert lisbon.get_next_fire_time(None, saturday).astimezone(UTC) == saturday.replace(hour=6)
    assert lisbon.get_next_fire_time(None, sunday).astimezone(UTC) == sunday.replace(hour=5)


# --- once ---


def test_of_many_schedulers_that_fire_at_once_one_enqueues(deployment: Deployment) -> None:
    tenant = served(deployment, "one", MONDAY_NOON)
    together, fired = threading.Barrier(10), []

    def fire() -> None:
        together.wait(PATIENCE)
        fired.append(schedule.fire(deployment, JobKind.PRUNE, tenant, MONDAY_NOON))

    threads = [threading.Thread(target=fire) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fired) == [False] * 9 + [True]
    assert waiting(deployment) == [(JobKind.PRUNE, "one@2026-03-23T12:00:30Z")]


def test_a_second_process_on_the_same_database_fires_nothing_again(tmp_path: Path, clock: TravelClock) -> None:
    with opened(tmp_path, clock) as first, opened(tmp_path, clock) as second:
        tenant = served(first, "one", MONDAY_NOON)
        assert schedule.fire(first, JobKind.PRUNE, tenant, MONDAY_NOON)
        assert not schedule.fire(second, JobKind.PRUNE, tenant, MONDAY_NOON)
        assert len(waiting(second)) == 1


def test_a_fire_time_is_the_same_tick_in_whichever_zone_it_is_told(deployment: Deployment) -> None:
    tenant = served(deployment, "one", MONDAY_NOON)
    assert schedule.fire(deployment, JobKind.PRUNE, tenant, MONDAY_NOON)
    in_tokyo = schedule.trigger(row(JobKind.PRUNE), Policy(time_zone="Asia/Tokyo")).timezone
    assert not schedule.fire(deployment, JobKind.PRUNE, tenant, MONDAY_NOON.astimezone(in_tokyo))


def test_the_ticks_of_two_tenants_are_two(deployment: Deployment) -> None:
    one, two = (served(deployment, name, MONDAY_NOON) for name in ("one", "two"))
    assert schedule.fire(deployment, JobKind.PRUNE, one, MONDAY_NOON)
    assert schedule.fire(deployment, JobKind.PRUNE, two, MONDAY_NOON)
    assert len(waiting(deployment)) == 2


# --- late ---


def test_what_was_missed_is_caught_up_once_with_its_latest_time_only(
    deployment: Deployment, clock: TravelClock
) -> None:
    served(deployment, "one", MONDAY_NOON, compile_cron="0 6 * * *")
    clock.travel_to(MONDAY_NOON + timedelta(hours=40))
    assert schedule.catch_up(deployment) == len(ROWS)
    assert waiting(deployment) == [
        (JobKind.CHECK_PAGES, "one@2026-03-24T05:30:00Z"),
        (JobKind.COMPILE_ALL, "one@2026-03-24T06:00:00Z"),
        (JobKind.PERIODS, "one@2026-03-24T05:10:00Z"),
        (JobKind.PRUNE, "one@2026-03-25T03:20:00Z"),
        (JobKind.REMINDERS, "one@2026-03-25T04:00:00Z"),
        (JobKind.SWEEP, "one@2026-03-25T04:00:00Z"),
    ]
    assert schedule.catch_up(deployment) == 0


def test_after_a_week_away_each_row_fires_once(deployment: Deployment, clock: TravelClock) -> None:
    served(deployment, "one", MONDAY_NOON, compile_cron="0 6 * * *")
    clock.travel_to(MONDAY_NOON + timedelta(days=7))
    assert schedule.catch_up(deployment) == len(ROWS)
    assert (JobKind.COMPILE_ALL, "one@2026-03-30T06:00:00Z") in waiting(deployment)


def test_a_run_of_a_month_that_was_missed_a_week_ago_is_caught_up(deployment: Deployment, clock: TravelClock) -> None:
    served(deployment, "one", MONDAY_NOON, compile_cron="0 6 1 * *")
    clock.travel_to(datetime(2026, 4, 8, 12, tzinfo=UTC))
    schedule.catch_up(deployment)
    assert (JobKind.COMPILE_ALL, "one@2026-04-01T06:00:00Z") in waiting(deployment)


def test_nothing_fires_for_the_time_before_a_tenant_was_added(deployment: Deployment, clock: TravelClock) -> None:
    served(deployment, "one", MONDAY_NOON)
    clock.forward(timedelta(minutes=9))
    assert schedule.catch_up(deployment) == 0
    clock.forward(timedelta(minutes=1))
    assert schedule.catch_up(deployment) == 1
    assert waiting(deployment) == [(JobKind.SWEEP, "one@2026-03-23T12:10:00Z")]


def test_nothing_fires_for_a_tenant_that_is_stopped_or_uninstalled(deployment: Deployment, clock: TravelClock) -> None:
    for name, change in (("one", {"stopped": "The token has expired."}), ("two", {"uninstalled_at": MONDAY_NOON})):
        tenant = served(deployment, name, MONDAY_NOON)
        with deployment.db.begin() as tx:
            tenants.change(tx, tenant, **change)
    clock.forward(timedelta(hours=40))
    assert schedule.catch_up(deployment) == 0
    with running(deployment) as watched:
        assert [job.id for job in watched.scheduler.get_jobs()] == ["refresh"]


def test_a_tick_that_a_scheduler_took_is_not_caught_up_again(deployment: Deployment, clock: TravelClock) -> None:
    tenant = served(deployment, "one", MONDAY_NOON)
    clock.forward(timedelta(minutes=15))
    for kind, minute in ((JobKind.REMINDERS, 15), (JobKind.SWEEP, 10)):
        assert schedule.fire(deployment, kind, tenant, MONDAY_NOON.replace(minute=minute, second=0))
    assert schedule.catch_up(deployment) == 0


# --- APScheduler ---


class Watched:
    """A running scheduler whose events can be waited for."""

    def __init__(self, scheduler: BackgroundScheduler) -> None:
        self.scheduler = scheduler
        self._seen = threading.Condition()
        self._events: list[tuple[int, str, datetime]] = []
        scheduler.add_listener(self._keep, EVENT_JOB_EXECUTED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_SUBMITTED)

    def _keep(self, event: JobEvent) -> None:
        at = event.scheduled_run_time if event.code == EVENT_JOB_EXECUTED else event.scheduled_run_times[-1]
        with self._seen:
            self._events.append((event.code, event.job_id, at))
            self._seen.notify_all()

    def run_now(self, job_id: str, until: int) -> None:
        """Let APScheduler find the job due, after a run that is still going, and wait until it tells of `until`."""
        ended = 0
        while ended != until:
            now = Clock().now()
            self.scheduler.modify_job(job_id, next_run_time=now)
            ended = self._first({until, EVENT_JOB_MAX_INSTANCES}, job_id, now)

    def _first(self, codes: set[int], job_id: str, at: datetime) -> int:
        def seen() -> list[int]:
            return [code for code, job, moment in self._events if code in codes and (job, moment) == (job_id, at)]

        with self._seen:
            assert self._seen.wait_for(seen, PATIENCE), f"{job_id} did not run"
            return seen()[0]


@contextmanager
def running(deployment: Deployment) -> Iterator[Watched]:
    scheduler = schedule.start(deployment)
    try:
        watched = Watched(scheduler)
        watched.run_now("refresh", EVENT_JOB_EXECUTED)
        yield watched
    finally:
        scheduler.shutdown()


def compile_fires(watched: Watched, tenant: TenantId) -> tuple[int, str]:
    """The hour and the zone in which the tenant's pages are brought up to date next."""
    at = watched.scheduler.get_job(f"compile_all:{tenant}").next_run_time
    return at.hour, str(at.tzinfo)


def test_the_scheduler_enqueues_through_its_executor_and_arranges_every_row(tmp_path: Path) -> None:
    with opened(tmp_path, Clock()) as deployment:
        tenant = served(deployment, "one", deployment.clock.now())
        with running(deployment) as watched:
            arranged = {job.id for job in watched.scheduler.get_jobs()}
            assert arranged == {"refresh", *(f"{one.kind}:{tenant}" for one in ROWS)}
            assert JobKind.PRUNE not in dict(waiting(deployment))
            watched.run_now(f"prune:{tenant}", EVENT_JOB_SUBMITTED)
        assert dict(waiting(deployment))[JobKind.PRUNE].startswith(f"{tenant}@")


@pytest.mark.parametrize("changed", [{"compile_cron": "0 9 * * *"}, {"time_zone": "Asia/Tokyo"}])
def test_a_tenant_added_and_a_rule_changed_while_it_runs_are_arranged_at_the_next_look(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    with opened(tmp_path, Clock()) as deployment, running(deployment) as watched:
        rules = Policy(time_zone="UTC", compile_cron="0 6 * * *")
        tenant = served(deployment, "late", deployment.clock.now(), compile_cron="0 6 * * *")
        watched.run_now("refresh", EVENT_JOB_EXECUTED)
        assert compile_fires(watched, tenant) == (6, "UTC")
        rules = replace(rules, **changed)  # type: ignore[arg-type]
        with deployment.db.begin() as tx:
            tenants.set_policy(tx, tenant, rules)
        watched.run_now("refresh", EVENT_JOB_EXECUTED)
        assert compile_fires(watched, tenant) == (int(rules.compile_cron.split()[1]), rules.time_zone)


def test_a_starting_worker_catches_up_what_was_missed_while_it_was_down(tmp_path: Path) -> None:
    with opened(tmp_path, Clock()) as deployment:
        served(deployment, "one", deployment.clock.now() - timedelta(days=2))
        with running(deployment):
            assert {kind for kind, _ in waiting(deployment)} == {one.kind for one in ROWS}
