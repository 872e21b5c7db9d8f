"""Workers that run beside a test, in a thread or in a process of their own, and waiting for what they do."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from worker.queue import Handlers, Queue

PATIENCE = 20.0  # seconds until a test that waits in vain fails; never reached when all is well


def until(reached: Callable[[], object], what: str) -> None:
    """Wait in real time until `reached()` is true; fail, naming `what`, when it never is."""
    pulse = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if reached():
            return
        pulse.wait(0.02)
    raise AssertionError(f"waited in vain until {what}")


@contextmanager
def working(queue: Queue, handlers: Handlers) -> Iterator[threading.Event]:
    """`work` in a thread of its own, told to stop at the end and waited for; gives its stop."""
    stop = threading.Event()
    thread = threading.Thread(target=queue.work, args=(handlers, stop), daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive(), "work did not return after its stop"


@contextmanager
def worker_process(adapter: str, folder: Path, hang: str = "") -> Iterator[subprocess.Popen[str]]:
    """A worker of `one_worker.py` on the bench in `folder`, ended at the latest with the block."""
    command = [sys.executable, "-m", "tests.queue.one_worker", adapter, str(folder), hang]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def journal(folder: Path) -> list[str]:
    """What the worker processes on the bench in `folder` wrote down, line by line."""
    path = folder / "journal"
    return path.read_text().splitlines() if path.exists() else []
