"""Leases and fencing tokens: a worker that freezes, thaws or dies changes nothing that another has taken over."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.queue.adapters import DATABASES, Bench, RowsBench, only, put
from tests.queue.running import PATIENCE, until, working
from worker.clock import Clock
from worker.domain.model import JobKind
from worker.errors import Rejected, Unavailable
from worker.queue import Handler, Handlers


def handled_by(handler: Handler) -> Handlers:
    return {JobKind.SHOW: handler}


def ending_in(error: Exception | None) -> Handler:
    def handle(_key: str) -> None:
        if error:
            raise error

    return handle


OUTCOMES = {
    "success": None,
    "refusal": Rejected("Refused.", status=400),
    "outage": Unavailable("Later.", status=503, call="ask"),
}


@pytest.mark.parametrize("thawed", OUTCOMES)
@pytest.mark.parametrize("meanwhile", OUTCOMES)
def test_a_worker_that_thaws_past_its_lease_changes_nothing(bench: Bench, meanwhile: str, thawed: str) -> None:
    left = []

    def freeze(key: str) -> None:
        bench.later(2 * bench.lease)
        assert bench.another().drain(handled_by(ending_in(OUTCOMES[meanwhile]))) == 1
        left.extend(bench.queue.jobs())
        ending_in(OUTCOMES[thawed])(key)

    put(bench, "FLEX-1")
    assert bench.queue.drain(handled_by(freeze)) == 1
    assert bench.queue.jobs() == left


@pytest.mark.parametrize("thawed", OUTCOMES)
def test_a_thawed_worker_does_not_end_the_job_another_is_running(bench: Bench, thawed: str) -> None:
    running, go_on = threading.Event(), threading.Event()

    def take_over(_key: str) -> None:
        running.set()
        assert go_on.wait(PATIENCE)

    other = threading.Thread(target=bench.another().drain, args=(handled_by(take_over),))

    def freeze(key: str) -> None:
        bench.later(2 * bench.lease)
        other.start()
        assert running.wait(PATIENCE)
        ending_in(OUTCOMES[thawed])(key)

    put(bench, "FLEX-1")
    bench.queue.drain(handled_by(freeze))
    assert (only(bench).state, only(bench).tries, only(bench).error) == ("running", 2, "")
    go_on.set()
    other.join(PATIENCE)
    assert bench.queue.jobs() == []


def test_a_lease_that_lasts_is_respected(bench: Bench) -> None:
    def look_away(_key: str) -> None:
        bench.later(bench.lease / 2)
        assert bench.another().drain(handled_by(ending_in(None))) == 0

    put(bench, "FLEX-1")
    assert bench.queue.drain(handled_by(look_away)) == 1
    assert bench.queue.jobs() == []


def test_a_job_whose_lease_ran_out_gives_way_to_a_newer_twin(bench: Bench) -> None:
    ran: list[str] = []

    def freeze(key: str) -> None:
        put(bench, key)
        bench.later(2 * bench.lease)
        assert bench.another().drain(handled_by(ran.append)) == 1

    put(bench, "FLEX-1")
    bench.queue.drain(handled_by(freeze))
    assert ran == ["FLEX-1"]
    assert bench.queue.jobs() == []


@pytest.mark.parametrize("database", DATABASES)
def test_a_job_that_outlasts_its_lease_stays_with_a_worker_that_lives(tmp_path: Path, database: str) -> None:
    bench = RowsBench(DATABASES[database](tmp_path), Clock(), lease=timedelta(seconds=1.5))
    begun, go_on = threading.Event(), threading.Event()

    def last(_key: str) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    put(bench, "FLEX-1")
    with working(bench.queue, handled_by(last)):
        assert begun.wait(PATIENCE)
        over = bench.now() + bench.lease
        until(lambda: bench.now() > over, "the first lease is over")
        assert bench.another().drain(handled_by(last)) == 0
        go_on.set()
    assert bench.queue.jobs() == []
    bench.close()


def test_the_next_tries_of_jobs_that_failed_together_are_spread(bench: Bench) -> None:
    for number in range(30):
        put(bench, f"FLEX-{number}")
    bench.queue.drain(handled_by(ending_in(OUTCOMES["outage"])))
    assert len({job.run_at for job in bench.queue.jobs()}) > 20
