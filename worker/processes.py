"""How processes live: `up` runs web and worker and restarts either; a signal tells each to stop.

It knows nothing of what they do, so that little is imported before they begin.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from worker.clock import monotonic, pause

log = logging.getLogger(__name__)

STOP_SECONDS = 10
_STEADY_SECONDS = 30
_LONGEST_WAIT = 30


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


@dataclass
class _Child:
    """One supervised process, which is given `sign_of_life` to read from. `failures` in a row lengthen the wait before
    the next start.
    """

    command: Sequence[str]
    sign_of_life: int
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = field(default=0.0)

    def step(self, now: float) -> None:
        """Start it when it is due; notice when it ended."""
        if self.process is None:
            if now >= self.start_at:
                self.process = subprocess.Popen(self.command, pass_fds=(self.sign_of_life,))  # noqa: S603 - our own
                self.started = now
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
    """Run `learnloop <name>` for each name until `stop`; `announce` once when `ready` says so.

    The processes end with this one, even when it is killed.
    """
    announced = False
    with _sign_of_life() as sign, _children(names, sign) as children:
        while not stop.is_set():
            for child in children:
                child.step(monotonic())
            if not announced and ready():
                announced = True
                announce()
            pause(0.1)


@contextmanager
def _children(names: Sequence[str], sign_of_life: int) -> Iterator[list[_Child]]:
    """A child for each name, not started yet; all are told to stop at the end, then waited for."""
    start = (sys.executable, "-m", "worker", "--supervised", str(sign_of_life))
    children = [_Child((*start, name), sign_of_life) for name in names]
    try:
        yield children
    finally:
        for child in children:
            if child.process:
                child.process.terminate()
        for child in children:
            child.stop()


@contextmanager
def _sign_of_life() -> Iterator[int]:
    """A pipe's end to read from. Nothing is ever written; it ends when this process does, be it by `kill -9`, because
    no other process has the end to write to.
    """
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)


def end_with(sign_of_life: int) -> None:
    """From now on, stop this process, as SIGTERM would, once its supervisor is gone; it would go on for ever under
    nobody, in the way of those that are started next. Returns at once.
    """
    threading.Thread(target=_end_after, args=(sign_of_life,), name="supervisor-watch", daemon=True).start()


def _end_after(sign_of_life: int) -> None:
    os.read(sign_of_life, 1)
    log.error("`learnloop up` is gone; this process ends too")
    os.kill(os.getpid(), signal.SIGTERM)
    pause(STOP_SECONDS)
    os._exit(1)
