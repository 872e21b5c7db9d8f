"""The log: as text or JSON, what each line says it is about, and what no line ever holds."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.joining import by_connect
from tests.world import SECRET, World, make_world
from worker import logs
from worker.domain.model import JobKind
from worker.store import tenants

Log = Callable[[str], io.StringIO]


@pytest.fixture
def log() -> Iterator[Log]:
    """Set the log up as a process does, into memory; afterwards it is as it was."""
    root = logging.getLogger()
    named = {
        name: logging.getLogger(name).level for name in ("alembic", "apscheduler", "atlassian", "urllib3", "werkzeug")
    }
    before, handlers = root.level, list(root.handlers)

    def begin(form: str) -> io.StringIO:
        logs.set_up("worker", "DEBUG", form, out := io.StringIO())
        return out

    yield begin
    root.handlers, root.level = handlers, before
    for name, level in named.items():
        logging.getLogger(name).setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    """Each line of a JSON log."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_says_what_it_is_about_as_long_as_it_is(log: Log) -> None:
    out, mine = log("json"), logging.getLogger("mine")
    with logs.about(tenant="t1"):
        with logs.about(job="ask t1/10001"):
            mine.info("within")
        logs.note(delivery="id:7")
        mine.info("noted")
    mine.info("outside")
    about = [{name: line[name] for name in ("tenant", "delivery", "job") if name in line} for line in lines(out)]
    assert about == [{"tenant": "t1", "job": "ask t1/10001"}, {"tenant": "t1", "delivery": "id:7"}, {}]


def test_a_line_of_json_has_its_time_level_logger_process_and_traceback(log: Log) -> None:
    out = log("json")
    try:
        raise LookupError("not there")
    except LookupError:
        logging.getLogger("mine").exception("it failed\nbadly: %s", 7)
    (line,) = lines(out)
    assert {name: line[name] for name in ("level", "logger", "process", "message")} == {
        "level": "ERROR",
        "logger": "mine",
        "process": "worker",
        "message": "it failed\nbadly: 7",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", line["time"])
    assert "LookupError: not there" in line["exc_info"]


def test_a_line_of_text_ends_with_what_it_is_about(log: Log) -> None:
    out = log("text")
    with logs.about(tenant="t1", job="ask t1/10001"):
        logging.getLogger("mine").warning("careful")
    assert re.fullmatch(r"\S+ \S+ worker WARNING mine: careful \[tenant=t1 job=ask t1/10001\]\n", out.getvalue())


def test_what_a_sender_calls_its_delivery_stays_on_its_line(log: Log) -> None:
    out = log("text")
    with logs.about(delivery="id\n2026-11-02 worker ERROR forged: \x1b[31m" + "x" * 1000):
        logging.getLogger("mine").info("took it")
    (line,) = out.getvalue().splitlines()
    assert "\x1b" not in line
    assert len(line) < 400


def test_setting_the_log_up_again_writes_each_line_once(log: Log) -> None:
    log("text")
    out = log("json")
    logging.getLogger("mine").info("once")
    assert len(lines(out)) == 1


@pytest.mark.parametrize("join", [None, by_connect])
def test_a_whole_journey_is_told_in_json_and_no_line_holds_a_secret_a_link_or_an_answer(
    tmp_path: Path, log: Log, join: Callable[[World], None] | None
) -> None:
    out = log("json")
    with make_world(tmp_path, join=join) as world:
        key = world.closed("Try monthly plans")
        link = world.link(key)
        requests.post(link, data={"learned": "Kumquats first.", "choice": "learned"}, timeout=10)
        world.reply(key, "learned: Kumquats again #pricing")
        requests.get(link + "x", timeout=10)
        path = _path(world)
        requests.post(f"{world.deployment.settings.base_url}/webhooks/cloud/{path}", data=b"{", timeout=10)
        for kind in (JobKind.SWEEP, JobKind.COMPILE_ALL, JobKind.CHECK_PAGES, JobKind.REMINDERS):
            world.tick(kind)
        _refused(world)
    told = lines(out)
    assert {line["tenant"] for line in told if "job" in line} == {world.tenant_id}
    assert {name for line in told for name in ("tenant", "job", "delivery") if name in line} == {
        "tenant",
        "job",
        "delivery",
    }
    assert [line for line in told if line["logger"].startswith("worker.queue") and "job" not in line] == []
    secrets = [SECRET, link.rpartition("/")[2], path, "Kumquats", base64.b64encode(b"bot@example.org:token").decode()]
    assert [secret for secret in secrets if secret in out.getvalue()] == []


def _path(world: World) -> str:
    with world.deployment.db.read() as tx:
        return tenants.every(tx)[0].webhook_path


def _refused(world: World) -> None:
    """The site takes our token no more, so a job fails with what it was told."""
    if world.bot:
        world.site.remove_token(world.bot)
    world.clock.forward(timedelta(hours=1))
    world.closed("Try yearly plans")
