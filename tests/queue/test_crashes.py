"""A worker process that dies: kill -9 in the middle of a job loses nothing, whichever adapter runs."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.queue.adapters import IN_REAL_TIME, put
from tests.queue.running import PATIENCE, journal, until, worker_process


@pytest.mark.parametrize("adapter", sorted(IN_REAL_TIME))
def test_every_job_is_finished_after_a_kill_in_the_middle_of_one(adapter: str, tmp_path: Path) -> None:
    bench = IN_REAL_TIME[adapter](tmp_path)
    keys = [f"{lane}{number}" for lane in "abc" for number in range(4)]
    for key in keys:
        put(bench, key, f"lane {key[0]}")
    with worker_process(adapter, tmp_path, hang="b1") as process:
        until(lambda: [job.key for job in bench.queue.jobs()] == ["b1", "b2", "b3"], "only its lane is left")
        until(lambda: "b1 begins" in journal(tmp_path), "it hangs in b1")
        process.kill()
        assert process.wait(PATIENCE) == -signal.SIGKILL
    with worker_process(adapter, tmp_path) as process:
        until(lambda: bench.queue.jobs() == [], "the next worker has finished what was left")
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert sorted(line for line in journal(tmp_path) if line.endswith("ends")) == [f"{key} ends" for key in keys]
    bench.close()
