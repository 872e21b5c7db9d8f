"""Single faults of real processes and of their database, one at a time, under load."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.fleet import STOP_SECONDS, until
from tests.chaos.judging import judge
from tests.chaos.own_postgres import own_postgres
from tests.chaos.people import Crowd, working
from tests.chaos.stage import LEASE, Stage, staged


def rest(seconds: float) -> None:
    """Let people work on."""
    threading.Event().wait(seconds)


def kept(stage: Stage, crowd: Crowd) -> None:
    """All has settled, nothing was given up, and every promise was kept."""
    stage.settle()
    assert stage.jobs() == []
    assert judge(stage.site, stage.bot, crowd.notes).broken == ()


def test_a_worker_that_is_told_to_stop_finishes_what_takes_seconds(tmp_path: Path) -> None:
    with staged(tmp_path, "sqlite") as stage:
        stage.site.fault("POST", r"/comment$", kind="slow", seconds=2.0)
        key = closed(stage)
        until(lambda: any(job.state == "running" for job in stage.jobs()), "the worker asks")
        rest(0.5)
        (worker,) = stage.fleet.members_named("worker")
        assert worker.stop() < STOP_SECONDS
        assert ours(stage, key) == 1
        stage.settle()
        assert ours(stage, key) == 1


def test_a_worker_that_is_told_to_stop_gives_back_what_takes_longer(tmp_path: Path) -> None:
    with staged(tmp_path, "sqlite", LEARNLOOP_SITE_TIMEOUT="60", LEARNLOOP_LEASE="600") as stage:
        stage.site.fault("GET", r"/issue/FLEX-1\?", kind="slow", seconds=15.0)
        key = closed(stage)
        until(lambda: any(job.kind == "ask" and job.state == "running" for job in stage.jobs()), "the worker asks")
        (worker,) = stage.fleet.members_named("worker")
        assert worker.stop() < STOP_SECONDS
        stage.settle(30)  # the next worker does it, long before the lease is over
        assert ours(stage, key) == 1


def test_a_web_process_whose_main_process_is_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    with staged(tmp_path, "sqlite") as stage:
        (web,) = stage.fleet.members_named("web")
        family = web.family()
        assert len(family) > 1 or sys.platform != "linux"
        web.signal(signal.SIGKILL)
        for pid in family[1:]:
            until(partial(gone, pid), "the process that served ends too", 10)


def test_workers_are_restarted_one_after_the_other_while_people_work(tmp_path: Path) -> None:
    with staged(tmp_path, "postgresql", workers=2) as stage:
        with working(stage, seed=3, pace=0.4) as crowd:
            for worker in stage.fleet.members_named("worker"):
                rest(1.5)
                assert worker.stop() < STOP_SECONDS
                until(partial(getattr, worker, "alive"), "it is started again")
            rest(1.5)
        kept(stage, crowd)


def test_a_worker_that_was_frozen_past_its_lease_does_nothing_twice(tmp_path: Path) -> None:
    with staged(tmp_path, "postgresql", workers=2) as stage:
        frozen = stage.fleet.members_named("worker")[0]
        with working(stage, seed=4, pace=0.3) as crowd:
            for _ in range(2):
                rest(random.Random(4).uniform(0.5, 1.5))
                frozen.signal(signal.SIGSTOP)
                rest(LEASE + 1.5)
                frozen.signal(signal.SIGCONT)
        kept(stage, crowd)


def test_the_jobs_of_a_host_that_died_go_to_another_after_the_lease(tmp_path: Path) -> None:
    with staged(tmp_path, "postgresql", workers=1) as stage:
        stage.site.fault("POST", r"/comment$", kind="slow", seconds=1.0)
        key = closed(stage)
        until(lambda: any(job.kind == "ask" and job.state == "running" for job in stage.jobs()), "the worker asks")
        (worker,) = stage.fleet.members_named("worker")
        worker.signal(signal.SIGKILL)
        died = time.monotonic()
        stage.settle(30)
        assert time.monotonic() - died >= LEASE / 2  # nobody took it from a worker that might have lived
        assert ours(stage, key) == 1


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_is_restarted_under_load_and_nothing_acknowledged_is_lost(tmp_path: Path, mode: str) -> None:
    with own_postgres() as server, staged(tmp_path, "postgresql", url=server.url, workers=2) as stage:
        with working(stage, seed=5, pace=0.4) as crowd:
            rest(2)
            server.stop(mode)
            rest(1)
            server.start()
            rest(3)
        kept(stage, crowd)


def closed(stage: Stage) -> str:
    """An issue that was just closed."""
    key = stage.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=stage.ana, assignee=stage.ana)
    stage.site.transition(key, "Done", by=stage.ana, resolution="Done")
    return key


def ours(stage: Stage, key: str) -> int:
    """How many comments of ours an issue carries."""
    return sum(one.author == stage.bot for one in stage.site.comments(key))


def gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has reaped it yet."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:1] in ("", "Z")
