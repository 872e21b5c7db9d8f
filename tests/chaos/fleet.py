"""Real `learnloop web` and `learnloop worker` processes, ended in every way, and started again as `up` would.

Only processes this module started, and their own children, are ever sent a signal.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

AGAIN = 1.0  # seconds until an ended process is started again: the first wait of `up`
STOP_SECONDS = 10.0  # what a process that is told to stop may take


@dataclass
class Member:
    """One process of the fleet, and the one that takes its place."""

    name: str
    environment: Mapping[str, str]
    log: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    due: float = 0.0

    def start(self) -> None:
        """Start it, its output at the end of its log."""
        command = [sys.executable, "-m", "worker", self.name]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=dict(self.environment), stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        """The id of the process; it must have been started."""
        assert self.process is not None
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def family(self) -> list[int]:
        """The ids of the process and its children (on Linux, where a process can be asked for them)."""
        with suppress(OSError):
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            return [self.pid, *map(int, children)]
        return [self.pid]

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def stop(self) -> float:
        """Tell it to stop; the seconds it took. Raises TimeoutExpired, and ends it, after three times ten seconds."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(3 * STOP_SECONDS)
        finally:
            if self.alive:
                self.process.kill()
                self.process.wait()
        return time.monotonic() - begun


@dataclass
class Fleet:
    """The processes of one deployment."""

    members: list[Member]
    _stop: threading.Event = field(default_factory=threading.Event)
    _tending: threading.Lock = field(default_factory=threading.Lock)

    def members_named(self, name: str) -> list[Member]:
        """Its web or its worker processes."""
        return [member for member in self.members if member.name == name]

    def kill_one(self, dice: random.Random) -> str:
        """`kill -9` a random running process of ours; the name of what died, "nothing" while nothing runs."""
        with self._tending:
            running = [member for member in self.members if member.alive]
            if not running:
                return "nothing"
            member = dice.choice(running)
            with suppress(ProcessLookupError):
                os.kill(dice.choice(member.family()), signal.SIGKILL)
            return member.name

    def tend(self) -> None:
        """Start what ended again, until the fleet is stopped."""
        while not self._stop.wait(0.05):
            with self._tending:
                for member in self.members:
                    if member.alive:
                        member.due = 0.0
                    elif not member.due:
                        member.due = time.monotonic() + AGAIN
                    elif time.monotonic() >= member.due:
                        member.start()

    def stop(self) -> list[float]:
        """Tell every process to stop; the seconds each took."""
        self._stop.set()
        with self._tending:
            running = [member for member in self.members if member.alive]
        for member in running:
            member.signal(signal.SIGTERM)
        return [member.stop() for member in running]


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on, and that no connection is given as its own end.

    A port the system hands out for a moment may be some connection's before a process has started, or started again:
    these lie below those (Linux's begin at 32768). Raises OSError when there are none.
    """
    with ExitStack() as probes:
        found: list[int] = []
        for port in random.SystemRandom().sample(range(20_000, 32_000), 1_000):
            if len(found) == count:
                return found
            probe = probes.enter_context(socket.socket())
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found.append(port)
    raise OSError("Nearly every port of this machine is taken.")


@contextmanager
def sailing(folder: Path, environment: Mapping[str, str], ports: list[int], workers: int) -> Iterator[Fleet]:
    """A web process on each of `ports` and so many workers, all answering; stopped at the end."""
    webs = [
        Member("web", {**environment, "LEARNLOOP_PORT": str(port)}, folder / f"web-{number}.log", port)
        for number, port in enumerate(ports, 1)
    ]
    hands = [Member("worker", environment, folder / f"worker-{number}.log") for number in range(1, workers + 1)]
    fleet = Fleet([*webs, *hands])
    for member in fleet.members:
        member.start()
    tending = threading.Thread(target=fleet.tend, name="tending", daemon=True)
    try:
        until(lambda: all(answers(port) for port in ports), "every web process answers")
        tending.start()
        yield fleet
    finally:
        fleet.stop()


def answers(port: int) -> bool:
    """Whether a web process there is ready."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def until(reached: Callable[[], object], what: str, patience: float = 60.0) -> None:
    """Wait in real time until `reached()` is true. Raises TimeoutError, naming `what`, when it never is."""
    over = time.monotonic() + patience
    while not reached():
        if time.monotonic() > over:
            raise TimeoutError(f"waited {patience:.0f} s in vain until {what}")
        time.sleep(0.05)
