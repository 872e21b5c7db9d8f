"""What `learnloop up` leaves behind when it is killed: nothing. Real processes, and the pipe that binds them to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.chaos.fleet import answers, free_ports, until
from tests.keeping.commands import environment


@pytest.fixture
def port() -> int:
    (found,) = free_ports(1)
    return found


@contextmanager
def running(data: Path, port: int, *words: str, pass_fds: tuple[int, ...] = ()) -> Iterator[subprocess.Popen[str]]:
    """A command that runs until it ends, and is killed with what it started at the end of the block."""
    settings = environment(data, LEARNLOOP_PORT=str(port))
    command = [sys.executable, "-m", "worker", *words]
    with subprocess.Popen(command, env=settings, pass_fds=pass_fds, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            family = family_of(process) if process.poll() is None else []
            process.kill()
            end(family)


def family_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """What a process started, and what that started."""
    return list(psutil.Process(process.pid).children(recursive=True))


def end(family: list[psutil.Process]) -> None:
    """Kill those that still live."""
    for one in family:
        if lives(one):
            one.kill()


def lives(process: psutil.Process) -> bool:
    """Whether a process has not ended; one that nobody has reaped yet has."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def begun(name: str, data: Path, port: int) -> bool:
    """Whether the web or the worker process does its work."""
    return answers(port) if name == "web" else (data / "learnloop.db.worker-lock").exists()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_process_whose_supervisor_is_gone_stops_as_if_it_were_told(name: str, tmp_path: Path, port: int) -> None:
    theirs, ours = os.pipe()
    with running(tmp_path, port, "--supervised", str(theirs), name, pass_fds=(theirs,)) as process:
        os.close(theirs)
        until(lambda: begun(name, tmp_path, port), f"the {name} process works")
        os.close(ours)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "`learnloop up` is gone; this process ends too" in said


def test_up_that_is_killed_leaves_no_process_behind_and_can_be_started_at_once(tmp_path: Path, port: int) -> None:
    with running(tmp_path, port, "up") as up:
        until(lambda: begun("web", tmp_path, port) and begun("worker", tmp_path, port), "it is up")
        left = family_of(up)
        assert len(left) >= 3, "a web process, the one that serves inside it, and a worker"
        up.send_signal(signal.SIGKILL)
        try:
            with running(tmp_path, port, "up") as again:
                until(lambda: not any(map(lives, left)), "the processes it left have ended", 20)
                until(lambda: _works(again, port), "the next one is up")
                again.terminate()
                again.communicate(timeout=20)
        finally:
            end(left)
    assert again.returncode == 0


def _works(up: subprocess.Popen[str], port: int) -> bool:
    """Whether `up` has its web process and its worker, and the web process answers."""
    names = [one.cmdline()[-1] for one in psutil.Process(up.pid).children() if lives(one)]
    return sorted(names) == ["web", "worker"] and answers(port)
