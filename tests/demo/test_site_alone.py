"""The emulated site as a command of its own: what it says is what one can do with it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

Lines = list[str]


@contextmanager
def started(*words: str, folder: Path, **environ: str) -> Iterator[Path]:
    """A command of LearnLoop; the file that holds what it says."""
    said = folder / f"{words[0]}.log"
    command = [sys.executable, "-m", "worker", *words]
    with said.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "LEARNLOOP_DATA": str(folder), **environ}
        )
    try:
        yield said
    finally:
        process.terminate()
        process.wait(20)


def within(seconds: float, found: Callable[[], object]) -> object:
    """What is found in that time; the last try's when nothing is."""
    ends = time.monotonic() + seconds
    while not (seen := found()) and time.monotonic() < ends:
        time.sleep(0.1)
    return seen


def address(said: Path) -> str:
    found = within(30, lambda: re.search(r"is at (http://127\.0\.0\.1:\d+)", said.read_text()))
    assert isinstance(found, re.Match), said.read_text()
    return str(found[1])


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_data_center_says_what_opens_it(tmp_path: Path) -> None:
    with started("emulator", "--port", "0", "--data-center", folder=tmp_path) as said:
        site = address(said)
        assert f"Confluence is at {site}/confluence" in said.read_text()
        me = {"Authorization": "Bearer demo-token"}
        assert requests.get(f"{site}/rest/api/2/myself", headers=me, timeout=10).json()["name"] == "learnloop"
        assert requests.get(f"{site}/confluence/rest/api/user/current", headers=me, timeout=10).status_code == 200
        command = re.search(r"-d '(\{.*\})'", said.read_text())
        assert command
        told = command[1].replace('"…"', '"http://127.0.0.1:1/"', 1).replace("…", "a secret of both")
        kind = {"Content-Type": "application/json"}
        assert requests.post(f"{site}/_emulator/people", told.encode(), headers=kind, timeout=10).status_code == 200


def test_the_connect_app_of_a_learnloop_is_installed_once_it_answers(tmp_path: Path) -> None:
    port = free_port()
    learnloop = f"http://127.0.0.1:{port}"
    with started("emulator", "--port", "0", "--connect", learnloop, folder=tmp_path) as emulator:
        address(emulator)
        within(10, lambda: "CONNECT_SCRIPT" in emulator.read_text())
        environ = dict(re.findall(r"export (\w+)=(\S+)", emulator.read_text()))
        with started("web", folder=tmp_path, LEARNLOOP_PORT=str(port), **environ) as web:
            installed = within(40, lambda: "is installed. Open an issue" in emulator.read_text())
            assert installed, emulator.read_text() + web.read_text()


def test_data_center_has_no_connect_apps(tmp_path: Path) -> None:
    with started("emulator", "--data-center", "--connect", "http://127.0.0.1:1", folder=tmp_path) as said:
        assert within(20, lambda: "Data Center has no Connect apps" in said.read_text())
