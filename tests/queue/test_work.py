"""What `work` promises, whichever adapter runs: lanes side by side, one job of a lane at a time, and a clean stop."""

from __future__ import annotations

import threading
from datetime import timedelta

from tests.queue.adapters import Bench, only, put
from tests.queue.running import PATIENCE, until, working
from worker.domain.model import JobKind
from worker.errors import Forbidden
from worker.queue import Handler, Handlers


def handled_by(handler: Handler) -> Handlers:
    return {JobKind.SHOW: handler}


def test_lanes_run_side_by_side(bench: Bench) -> None:
    together = threading.Barrier(3, timeout=PATIENCE)
    met: list[str] = []

    def meet(key: str) -> None:
        together.wait()
        met.append(key)

    for key in ("one", "two", "three"):
        put(bench, key)
    with working(bench.queue, handled_by(meet)):
        until(lambda: bench.queue.jobs() == [], "the three lanes met")
    assert sorted(met) == ["one", "three", "two"]


def test_jobs_of_a_lane_never_run_at_once(bench: Bench) -> None:
    log: list[str] = []
    apart = threading.Event()

    def handle(key: str) -> None:
        log.append(f"{key} begins")
        if key == "b2":
            apart.set()
        if key == "a1":
            assert apart.wait(PATIENCE)
        log.append(f"{key} ends")

    for key in ("a1", "a2", "b1", "b2"):
        put(bench, key, f"lane {key[0]}")
    with working(bench.queue, handled_by(handle)):
        until(lambda: bench.queue.jobs() == [], "all four jobs ran")
    assert [line for line in log if line[0] == "a"] == ["a1 begins", "a1 ends", "a2 begins", "a2 ends"]
    assert [line for line in log if line[0] == "b"] == ["b1 begins", "b1 ends", "b2 begins", "b2 ends"]


def test_a_job_put_while_it_runs_waits_for_its_end(bench: Bench) -> None:
    log: list[str] = []

    def handle(key: str) -> None:
        log.append("begins")
        if len(log) == 1:
            put(bench, key)
            put(bench, "other")
            until(lambda: "other" in log, "another job ran meanwhile")
        log.append("ends")

    def note(key: str) -> None:
        (log.append if key == "other" else handle)(key)

    put(bench, "same")
    with working(bench.queue, handled_by(note)):
        until(lambda: bench.queue.jobs() == [], "it ran again")
    assert log == ["begins", "other", "ends", "begins", "ends"]


def test_what_is_put_while_the_worker_waits_is_run(bench: Bench) -> None:
    ran: list[str] = []
    with working(bench.queue, handled_by(ran.append)):
        for key in ("one", "two", "three"):
            put(bench, key, "lane")
            until(lambda: bench.queue.jobs() == [], "the job ran")
    assert ran == ["one", "two", "three"]


def test_what_another_process_put_is_run(bench: Bench) -> None:
    ran: list[str] = []
    other = bench.another()
    with working(bench.queue, handled_by(ran.append)):
        with bench.db.begin() as tx:
            other.put(tx, JobKind.SHOW, "from outside", "lane")
        until(lambda: ran == ["from outside"], "the job ran")


def test_a_future_job_is_run_once_its_time_has_come(bench: Bench) -> None:
    ran: list[str] = []
    put(bench, "tomorrow", due=bench.now() + timedelta(days=1))
    with working(bench.queue, handled_by(ran.append)):
        put(bench, "now")
        until(lambda: ran == ["now"], "the due job ran")
        bench.later(timedelta(days=2))
        until(lambda: ran == ["now", "tomorrow"], "the future job ran")


def test_a_job_that_fails_does_not_stop_the_worker(bench: Bench) -> None:
    ran: list[str] = []

    def handle(key: str) -> None:
        if key == "bad":
            raise Forbidden("Jira answered 403.", status=403)
        ran.append(key)

    with working(bench.queue, handled_by(handle)):
        put(bench, "bad", "lane")
        until(lambda: bench.queue.jobs("dead"), "the bad job is parked")
        put(bench, "good", "lane")
        until(lambda: ran == ["good"], "the good job ran")


def test_a_stop_finishes_what_runs_and_begins_nothing_more(bench: Bench) -> None:
    ran: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def handle(key: str) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)
        ran.append(key)

    put(bench, "running", "lane")
    put(bench, "next", "lane")
    with working(bench.queue, handled_by(handle)) as stop:
        assert begun.wait(PATIENCE)
        assert [job.key for job in bench.queue.jobs("running")] == ["running"]
        stop.set()
        go_on.set()
    assert ran == ["running"]
    assert (only(bench).key, only(bench).state) == ("next", "waiting")


def test_a_worker_can_be_started_again_after_a_stop(bench: Bench) -> None:
    ran: list[str] = []
    for key in ("before", "after"):
        put(bench, key)
        with working(bench.queue, handled_by(ran.append)):
            until(lambda: bench.queue.jobs() == [], "the job ran")
    assert ran == ["before", "after"]


def test_the_flood_and_the_slow_site_of_one_tenant_keep_no_other_waiting(bench: Bench) -> None:
    """Every job of t1 hangs, and there are many; t2's one job, put last, runs all the same."""
    ran, go_on = threading.Event(), threading.Event()

    def handle(key: str) -> None:
        if key == "quiet":
            ran.set()
        assert go_on.wait(PATIENCE)

    for number in range(50):
        put(bench, f"flood {number}", f"issue:t1/{number}")
    put(bench, "quiet", "issue:t2/1")
    with working(bench.queue, handled_by(handle)):
        assert ran.wait(PATIENCE), "the other tenant waited for the flood"
        assert len([job for job in bench.queue.jobs("running", limit=100) if job.key != "quiet"]) == 2
        go_on.set()
        until(lambda: bench.queue.jobs() == [], "everything ran in the end")
