"""The long-running processes: the worker, and `up`, which runs web and worker and restarts either."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from worker import schedule
from worker.clock import monotonic, pause
from worker.deployment import Deployment
from worker.jobs import handlers

log = logging.getLogger(__name__)

STOP_SECONDS = 10
_STEADY_SECONDS = 30
_LONGEST_WAIT = 30


def work(deployment: Deployment) -> None:
    """Run jobs and the schedule until the process is told to stop; what runs is finished first, or given back.

    Raises WorkerAlreadyRunning on an SQLite deployment that has a worker.
    """
    stop = stop_on_signals()
    scheduler = schedule.start(deployment)
    try:
        deployment.queue.work(handlers(deployment), stop)
    finally:
        scheduler.shutdown(wait=False)
        deployment.close()
    if any(thread.name.startswith("job") for thread in threading.enumerate()):
        os._exit(0)  # Python would wait for threads whose jobs were given back


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


@dataclass
class _Child:
    """One supervised process. `failures` in a row lengthen the wait before the next start."""

    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = field(default=0.0)

    def step(self, now: float) -> None:
        """Start it when it is due; notice when it ended."""
        if self.process is None:
            if now >= self.start_at:
                self.process, self.started = subprocess.Popen(self.command), now  # noqa: S603 - our own command
            return
        if self.process.poll() is None:
            return
        steady = now - self.started > _STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        wait = min(2 ** (self.failures - 1), _LONGEST_WAIT)
        log.warning("%s ended with %s; it starts again in %d s", self.command[-1], self.process.returncode, wait)
        self.process, self.start_at = None, now + wait

    def stop(self) -> None:
        """Ask it to stop; after ten seconds, end it."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def supervise(
    names: Sequence[str], stop: threading.Event, ready: Callable[[], bool], announce: Callable[[], None]
) -> None:
    """Run `learnloop <name>` for each name until `stop`; `announce` once when `ready` says so."""
    children = [_Child((sys.executable, "-m", "worker", name)) for name in names]
    announced = False
    try:
        while not stop.is_set():
            for child in children:
                child.step(monotonic())
            if not announced and ready():
                announced = True
                announce()
            pause(0.1)
    finally:
        for child in children:
            if child.process:
                child.process.terminate()
        for child in children:
            child.stop()
