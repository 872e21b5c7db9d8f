"""On SQLite the next worker takes over at once what a dead one was doing, and nothing from one that lives."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from tests.alone import StillClock
from tests.chaos.fleet import until
from tests.chaos.stage import Stage, staged
from tests.queue.adapters import RowsBench, only, put, sqlite
from tests.queue.running import working
from worker.domain.model import JobKind
from worker.queue import Handlers

HOUR = "3600"  # seconds of a lease that no test waits for


def asking(stage: Stage) -> str:
    """An issue that was just closed, and about which the worker is asking."""
    stage.site.fault("POST", r"/comment$", kind="slow", seconds=3.0)
    key = stage.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=stage.ana, assignee=stage.ana)
    stage.site.transition(key, "Done", by=stage.ana, resolution="Done")
    until(lambda: any(job.kind == "ask" and job.state == "running" for job in stage.jobs()), "the worker asks")
    return key


def ours(stage: Stage, key: str) -> int:
    """How many comments of ours an issue carries."""
    return sum(one.author == stage.bot for one in stage.site.comments(key))


def test_what_a_killed_worker_was_doing_is_done_again_long_before_its_lease_ends(tmp_path: Path) -> None:
    with staged(tmp_path, "sqlite", LEARNLOOP_LEASE=HOUR) as stage:
        key = asking(stage)
        (worker,) = stage.fleet.members_named("worker")
        worker.signal(signal.SIGKILL)
        stage.settle(30)
        assert ours(stage, key) == 1


def test_nothing_is_taken_from_a_worker_that_is_frozen(tmp_path: Path) -> None:
    with staged(tmp_path, "sqlite", LEARNLOOP_LEASE=HOUR) as stage:
        key = asking(stage)
        (worker,) = stage.fleet.members_named("worker")
        worker.signal(signal.SIGSTOP)
        before = stage.jobs()
        second = subprocess.run(
            [sys.executable, "-m", "worker", "worker"],
            env=dict(worker.environment),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (second.returncode, "Another worker process already serves" in second.stderr) == (1, True)
        assert stage.jobs() == before
        worker.signal(signal.SIGCONT)
        stage.settle(30)
        assert ours(stage, key) == 1


class _Killed(BaseException):
    """The end of a process, as rows see it: nothing is written any more."""


def dies(_key: str) -> None:
    raise _Killed


def writes(seen: list[str]) -> Handlers:
    return {JobKind.SHOW: seen.append}


@pytest.fixture
def bench(tmp_path: Path) -> RowsBench:
    """A queue whose clock stands, so that no lease ever ends."""
    return RowsBench(sqlite(tmp_path), StillClock())


def test_a_job_gives_way_to_the_twin_that_was_put_while_it_ran(bench: RowsBench) -> None:
    put(bench, "FLEX-1")
    with pytest.raises(_Killed):
        bench.queue.drain({JobKind.SHOW: dies})
    put(bench, "FLEX-1")
    seen: list[str] = []
    with working(bench.another(), writes(seen)):
        until(lambda: bench.queue.jobs() == [], "the next worker has done it", 20)
    assert seen == ["FLEX-1"]
    bench.close()


def test_what_somebody_drains_is_left_to_them(bench: RowsBench) -> None:
    begun, go_on = threading.Event(), threading.Event()
    seen: list[str] = []

    def last(key: str) -> None:
        begun.set()
        assert go_on.wait(20)
        seen.append(f"{key} drained")

    put(bench, "FLEX-1")
    drain = threading.Thread(target=bench.queue.drain, args=({JobKind.SHOW: last},))
    drain.start()
    assert begun.wait(20)
    with working(bench.another(), writes(seen)):
        put(bench, "FLEX-2")
        until(partial(seen.__contains__, "FLEX-2"), "the worker works", 20)
        assert "FLEX-1" in [job.key for job in bench.queue.jobs("running")]
        go_on.set()
        drain.join(20)
    assert seen == ["FLEX-2", "FLEX-1 drained"]
    assert bench.queue.jobs() == []
    bench.close()


def test_a_job_that_ends_one_worker_after_the_other_waits_out_its_lease_in_the_end(bench: RowsBench) -> None:
    put(bench, "poison")
    at_once = threading.Event()
    at_once.set()
    states = []
    for _ in range(4):
        with pytest.raises(_Killed):
            bench.queue.drain({JobKind.SHOW: dies})
        bench.another().work({}, at_once)
        states.append(only(bench).state)
    assert states == ["waiting", "waiting", "waiting", "running"]
    bench.later(2 * bench.lease)
    seen: list[str] = []
    assert bench.queue.drain(writes(seen)) == 1
    assert seen == ["poison"]
    bench.close()
