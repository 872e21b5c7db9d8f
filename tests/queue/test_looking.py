"""What a queue shows a tenant's admin, and lets them do, whichever adapter keeps it (`worker.queue`)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.queue.adapters import Bench
from tests.queue.test_contract import refusal
from worker.domain.model import JobKind
from worker.queue import Handlers, Look, Place

SOON = timedelta(hours=1)


def put(
    bench: Bench, key: str, tenant: str = "t1", kind: JobKind = JobKind.SHOW, wait: timedelta | None = None
) -> None:
    """Enqueue a job about an issue of a tenant, in that issue's lane."""
    with bench.db.begin() as tx:
        due = bench.now() + wait if wait else None
        bench.queue.put(tx, kind, f"{tenant}/{key}", f"issue:{tenant}/{key}", not_before=due)


def fail(_key: str) -> None:
    raise refusal()


FAILING: Handlers = dict.fromkeys(JobKind, fail)
DONE: Handlers = dict.fromkeys(JobKind, lambda _key: None)


def dead(bench: Bench, *keys: str, tenant: str = "t1", kind: JobKind = JobKind.SHOW) -> None:
    """Jobs that were given up, one after the other."""
    for key in keys:
        put(bench, key, tenant, kind)
        bench.queue.drain(FAILING)
        bench.later(timedelta(seconds=1))


def keys_of(look: Look) -> list[str]:
    return [job.key for job in look.jobs]


@pytest.mark.parametrize("state", ["waiting", "dead"])
def test_a_look_shows_the_jobs_of_one_tenant_in_one_state_the_oldest_first(bench: Bench, state: str) -> None:
    dead(bench, "1", "2")
    dead(bench, "3", tenant="t10")
    put(bench, "later", wait=SOON)
    put(bench, "soon")
    put(bench, "theirs", "t10")
    wanted = {"waiting": ["t1/soon", "t1/later"], "dead": ["t1/1", "t1/2"]}
    assert keys_of(bench.queue.look("t1", state)) == wanted[state]


def test_a_job_that_runs_is_seen_running(bench: Bench) -> None:
    seen: list[Look] = []
    put(bench, "a")
    put(bench, "b", "t2")
    bench.queue.drain(dict.fromkeys(JobKind, lambda _key: seen.append(bench.queue.look("t1", "running"))))
    assert keys_of(seen[0]) == ["t1/a"]


def test_looks_follow_each_other_without_a_gap_though_moments_are_equal(bench: Bench) -> None:
    for number in range(7):
        put(bench, str(number))
    found: list[str] = []
    after: Place | None = None
    for _ in range(4):
        look = bench.queue.look("t1", "waiting", after=after, limit=2)
        found += keys_of(look)
        after = look.after
    assert (found, after) == ([f"t1/{number}" for number in range(7)], None)


def test_a_look_may_be_for_one_kind(bench: Bench) -> None:
    dead(bench, "1", "2")
    dead(bench, "3", kind=JobKind.ASK)
    assert keys_of(bench.queue.look("t1", "dead", kind=JobKind.ASK)) == ["t1/3"]


def test_among_very_many_of_others_a_look_says_where_to_look_on(bench: Bench) -> None:
    with bench.db.begin() as tx:
        theirs = [(f"t2/{number}", "issue:t2/1") for number in range(5_001)]
        bench.queue.put_all(tx, JobKind.SHOW, theirs)
    bench.later(timedelta(seconds=1))
    put(bench, "mine")
    first = bench.queue.look("t1", "waiting")
    assert first.jobs == []
    assert first.after
    second = bench.queue.look("t1", "waiting", after=first.after)
    assert (keys_of(second), second.after) == (["t1/mine"], None)


def test_jobs_are_found_by_their_lanes_in_whatever_state(bench: Bench) -> None:
    dead(bench, "1")
    put(bench, "1", kind=JobKind.LINK)
    put(bench, "2")
    found = bench.queue.in_lanes(["issue:t1/1", "issue:t1/7"])
    assert sorted((job.kind, job.state) for job in found) == [(JobKind.LINK, "waiting"), (JobKind.SHOW, "dead")]


def test_a_tenants_dead_jobs_are_retried_together_and_nobody_elses(bench: Bench) -> None:
    dead(bench, "1", "2", "3")
    dead(bench, "4", tenant="t2")
    put(bench, "2")
    ids = [job.id for job in bench.queue.jobs()]
    with bench.db.begin() as tx:
        assert bench.queue.retry(tx, ids, "t1") == 3
    assert (keys_of(bench.queue.look("t1", "dead")), bench.queue.drain(DONE)) == ([], 3)
    assert [job.key for job in bench.queue.jobs()] == ["t2/4"]


def test_a_tenants_dead_jobs_are_dropped_and_nothing_else(bench: Bench) -> None:
    dead(bench, "1")
    dead(bench, "2", tenant="t2")
    put(bench, "3")
    ids = [job.id for job in bench.queue.jobs()]
    with bench.db.begin() as tx:
        assert bench.queue.drop(tx, ids, "t1") == 1
    assert sorted(job.key for job in bench.queue.jobs()) == ["t1/3", "t2/2"]


def test_what_was_retried_stays_dead_when_its_transaction_is_rolled_back(bench: Bench) -> None:
    def retry_and_fail() -> None:
        with bench.db.begin() as tx:
            bench.queue.retry(tx, [job.id for job in bench.queue.jobs()], "t1")
            raise LookupError

    dead(bench, "1")
    with pytest.raises(LookupError):
        retry_and_fail()
    assert keys_of(bench.queue.look("t1", "dead")) == ["t1/1"]
