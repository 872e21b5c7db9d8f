"""The commands as an admin types them: processes of their own, on the data folder of the test."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from tests.alone import StillClock, deployed
from worker.cli import main
from worker.config import SETTINGS
from worker.domain.model import JobKind

_UNSET: dict[str, str | None] = dict.fromkeys(setting.name for setting in SETTINGS)


def environment(data: Path, **more: str) -> dict[str, str]:
    """An environment with nothing of LearnLoop's but this data folder."""
    names = [name for name in os.environ if not name.startswith("LEARNLOOP_") and name != "DATABASE_URL"]
    return {name: os.environ[name] for name in names} | {"LEARNLOOP_DATA": str(data), "COLUMNS": "300"} | more


def started(data: Path, *words: str) -> subprocess.Popen[str]:
    """A command that runs."""
    return subprocess.Popen(
        [sys.executable, "-m", "worker", *words],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def typed(data: Path, *words: str) -> str:
    """Run a command in this process; what it printed, as one line."""
    done = CliRunner().invoke(main, words, env=_UNSET | environment(data))
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def refused(data: Path, *words: str, **more: str) -> str:
    """Run a command that ends with a sentence instead of doing anything, in this process; the sentence."""
    done = CliRunner().invoke(main, words, env=_UNSET | environment(data, **more))
    assert (done.exit_code, done.output.startswith("Error: ")) == (1, True), done.output
    return " ".join(done.output.split())


def ran(data: Path, *words: str) -> str:
    """Run a command in a process of its own; what it printed, as one line."""
    process = started(data, *words)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return " ".join(said.split())


@contextmanager
def worker_at_work(data: Path) -> Iterator[None]:
    """A worker that serves the database in `data`, as the queue has it."""
    parts = deployed(data, StillClock())
    stop, began = threading.Event(), threading.Event()
    with parts.db.begin() as tx:
        parts.queue.put(tx, JobKind.PRUNE, "t1@2026-11-02T03:20:00Z", lane="prune:t1")
    handlers = {kind: lambda _key: began.set() for kind in JobKind}
    thread = threading.Thread(target=parts.queue.work, args=(handlers, stop))
    thread.start()
    try:
        assert began.wait(30)
        yield
    finally:
        stop.set()
        thread.join(30)
        parts.close()
