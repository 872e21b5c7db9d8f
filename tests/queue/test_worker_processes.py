"""How many worker processes may work: one on SQLite, any number on PostgreSQL."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.queue.adapters import RowsBench, postgresql, put, sqlite
from tests.queue.running import PATIENCE, journal, until, worker_process, working
from worker.clock import Clock
from worker.domain.model import JobKind
from worker.errors import WorkerAlreadyRunning
from worker.queue import Handlers


def does_nothing() -> Handlers:
    return {JobKind.SHOW: lambda _key: None}


def test_a_second_worker_is_refused_with_a_sentence_until_the_first_process_ends(tmp_path: Path) -> None:
    bench = RowsBench(sqlite(tmp_path), Clock())
    put(bench, "FLEX-1")
    with worker_process("sqlite", tmp_path) as process:
        until(lambda: journal(tmp_path), "the first worker works")
        at_once = threading.Event()
        at_once.set()
        with pytest.raises(WorkerAlreadyRunning, match=r"queue\.db.*PostgreSQL"):
            bench.queue.work({}, at_once)
        process.kill()
        process.wait(PATIENCE)
    with working(bench.queue, does_nothing()):
        put(bench, "FLEX-2")
        until(lambda: "FLEX-2" not in [job.key for job in bench.queue.jobs()], "the next worker works")
    bench.close()


def test_a_worker_process_that_is_refused_says_so_and_ends(tmp_path: Path) -> None:
    bench = RowsBench(sqlite(tmp_path), Clock())
    with working(bench.queue, {}):
        until((tmp_path / "queue.db.worker-lock").exists, "the first worker works")
        with worker_process("sqlite", tmp_path) as process:
            _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.startswith("Another worker process already serves")
    bench.close()


def test_any_number_of_workers_share_postgresql_and_no_job_runs_twice(tmp_path: Path) -> None:
    bench = RowsBench(postgresql(tmp_path), Clock())
    keys = [f"{lane}{number}" for lane in "abcdef" for number in range(20)]
    for key in keys:
        put(bench, key, f"lane {key[0]}")
    with ExitStack() as stack:
        processes = [stack.enter_context(worker_process("postgresql", tmp_path)) for _ in range(3)]
        until(lambda: bench.queue.jobs() == [], "three workers have finished everything")
        for process in processes:
            process.terminate()
            assert process.wait(PATIENCE) == 0
    ended = [line.removesuffix(" ends") for line in journal(tmp_path) if line.endswith("ends")]
    assert sorted(ended) == sorted(keys)
    for lane in "abcdef":
        assert [key for key in ended if key[0] == lane] == [key for key in keys if key[0] == lane]
    bench.close()
