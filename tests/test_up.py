"""`learnloop up` as an admin runs it: real processes, the real server, one close from Jira to the comment."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.chaos.fleet import free_ports
from tests.world import EVENTS, SECRET
from worker.emulator import Site, serve

PATIENCE = 40.0


def learnloop(environment: dict[str, str], *words: str) -> str:
    """Run a command to its end; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "worker", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def running(environment: dict[str, str], said: Path) -> Iterator[subprocess.Popen[bytes]]:
    with said.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "worker", "up"], env=environment, stdout=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def until(what: threading.Event, look: object) -> None:
    """Call `look` until it is true."""
    assert callable(look)
    for _ in range(int(PATIENCE / 0.1)):
        if look():
            return
        what.wait(0.1)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "LEARNLOOP_DATA": str(tmp_path / "data"),
        "LEARNLOOP_PORT": str(free_ports(1)[0]),
        "LEARNLOOP_DEBOUNCE": "0",
        "COLUMNS": "300",
    }


def test_up_restarts_a_killed_worker_asks_about_a_close_and_ends_every_process(
    environment: dict[str, str], tmp_path: Path
) -> None:
    site = Site()
    server = serve(site)
    bot = site.add_person("LearnLoop", email="bot@example.org", token="token", admin=True)
    ana = site.add_person("Ana Sousa")
    site.add_project("FLEX", "Flexible Pricing")
    site.add_space("ENG", "Engineering")
    (tmp_path / "token").write_text("token\n")
    (tmp_path / "secret").write_text(SECRET + "\n")
    address = f"http://127.0.0.1:{environment['LEARNLOOP_PORT']}"
    pause = threading.Event()
    with running(environment, said := tmp_path / "said") as process:
        until(pause, lambda: "Ctrl-C" in said.read_text())
        assert _ready(address)
        (way_in,) = re.findall(rf"{address}/admin/join/\S+", said.read_text())
        owner = {"email": "ana@example.org", "name": "Ana Sousa", "password": "twelve red bicycles"}
        assert requests.post(way_in, data=owner, timeout=10).url.startswith(f"{address}/admin/")
        if sys.platform == "linux":  # where a process can be asked for its children
            os.kill(_worker_of(process), signal.SIGKILL)  # it is started again, and does what follows
        added = learnloop(
            environment, "tenant", "add", "--site", server.url, "--email", "bot@example.org", "--space", "ENG",
            "--token-file", str(tmp_path / "token"), "--webhook-secret-file", str(tmp_path / "secret"),
        )  # fmt: skip
        learnloop(environment, "settings", "set", "gather_seconds", "0")  # so that the question comes at once
        hook = next(line for line in added.splitlines() if "/webhooks/cloud/" in line).strip()
        site.add_webhook(hook, events=EVENTS, secret=SECRET)
        key = site.create_issue("FLEX", "Story", "Try monthly plans", reporter=ana, assignee=ana)
        site.transition(key, "Done", by=ana, resolution="Done")
        until(pause, lambda: any(one.author == bot for one in site.comments(key)))
        assert "ok" in learnloop(environment, "check")
        listed = json.loads(learnloop(environment, "prompts", "--json"))
        assert [one["issue"] for one in listed] == [key]
        refused = subprocess.run(
            [sys.executable, "-m", "worker", "worker"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert refused.returncode == 1
        assert "use PostgreSQL" in refused.stderr
    assert process.returncode == 0
    assert said.read_text().count("/admin/join/") == 1
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/healthz", timeout=2)
    server.close()


def _worker_of(up: subprocess.Popen[bytes]) -> int:
    """The process id of the worker that `up` started."""
    children = Path(f"/proc/{up.pid}/task/{up.pid}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0") for child in children}
    (worker,) = [child for child, command in commands.items() if command[-2] == b"worker"]
    return worker


def _ready(address: str) -> bool:
    try:
        return requests.get(f"{address}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False
