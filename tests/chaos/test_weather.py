"""Faults of the machine: a full disk, a database somebody holds, a clock that jumps. Nothing acknowledged is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import event

from tests.world import World, make_world
from worker.domain.model import JobKind
from worker.errors import Paused
from worker.gateways.doors import DoorKeeper
from worker.queue.lease import held


@contextmanager
def every_connection(world: World, pragma: str) -> Iterator[None]:
    """In this block SQLite works under `pragma`; afterwards as before."""
    engine = world.deployment.db.engine

    def configure(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", configure)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", configure)
        engine.dispose()


def closed_unheard(world: World) -> str:
    """An issue that was closed while nobody could take the delivery; its key."""
    key = world.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=world.ana, assignee=world.ana)
    world.site.transition(key, "Done", by=world.ana, resolution="Done")
    world.site.flush_webhooks()
    return key


def test_a_full_disk_is_answered_503_and_what_is_sent_again_is_taken(world: World) -> None:
    asked = world.closed()
    link = world.link(asked)
    with every_connection(world, "max_page_count = 1"):  # SQLite takes no less than it has: not one page more
        statuses = [_with_a_long_answer(link).status_code for _ in range(3)]
        assert statuses == [503, 503, 503]
        key = _close_with_a_long_history(world)
        assert world.site.deliveries[-1].statuses == [503] * 6
        assert "Nothing is lost here" in _with_a_long_answer(link).text
        assert requests.get(link, timeout=10).status_code == 200
    assert _with_a_long_answer(link).status_code == 303
    world.site.redeliver(world.site.deliveries[-1].id)
    world.settle()
    assert "What did we learn?" in world.our_comment(key)
    assert "Thank you" in world.our_comment(asked)


def _with_a_long_answer(link: str) -> requests.Response:
    words = {"learned": "Ask first. " * 350, "surprised": "x" * 3000, "differently": "y" * 3000, "choice": "learned"}
    return requests.post(link, data=words, timeout=10, allow_redirects=False)


def _close_with_a_long_history(world: World) -> str:
    key = world.site.create_issue(
        "FLEX", "Story", "Try monthly plans", reporter=world.ana, assignee=world.ana, description="Long. " * 5000
    )
    world.site.flush_webhooks()
    world.site.transition(key, "Done", by=world.ana, resolution="Done")
    world.site.flush_webhooks()
    return key


def test_a_database_that_somebody_holds_is_answered_503_and_then_taken(world: World, tmp_path: Path) -> None:
    with every_connection(world, "busy_timeout = 100"):
        other = sqlite3.connect(world.deployment.db.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        closed_unheard(world)
        assert world.site.deliveries[-1].statuses == [503] * 6
        other.execute("ROLLBACK")
        other.close()
        world.site.redeliver(world.site.deliveries[-1].id)
        world.settle()
        assert [len(world.our_comments(key)) for key in world.site.issues] == [1]


def test_a_database_that_is_held_for_a_moment_is_waited_for(world: World) -> None:
    other = sqlite3.connect(world.deployment.db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    key = world.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=world.ana, assignee=world.ana)
    world.site.transition(key, "Done", by=world.ana, resolution="Done")
    world.site.flush_webhooks(0.5)
    assert world.site.deliveries[-1].statuses == []
    other.execute("ROLLBACK")
    other.close()
    world.settle()
    assert len(world.our_comments(key)) == 1


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(hours=-1)], ids=["a day on", "an hour back"])
def test_a_clock_that_jumps_loses_and_doubles_nothing(tmp_path: Path, jump: timedelta) -> None:
    with make_world(tmp_path) as world:
        world.later(timedelta(hours=2))  # a close before we came is not asked about
        world.answer(world.closed("Before"), "Before the jump.")
        waiting = closed_unheard(world)  # taken, its job is still to be done
        world.clock.forward(jump)
        after = world.closed("After")
        world.answer(after, "After the jump.")
        world.later(timedelta(hours=1))  # what was due by the old clock
        assert [len(world.our_comments(key)) for key in (waiting, after)] == [1, 1]
        log = world.page("Learning log: FLEX").storage
        assert [log.count(f">{words} the jump.</p>") for words in ("Before", "After")] == [1, 1]
        assert world.jobs() == []


def test_a_job_whose_lease_is_over_changes_nothing_on_the_site_any_more(world: World) -> None:
    key = world.closed()
    before = world.writes()
    jira = DoorKeeper(world.deployment).of(world.tenant).jira
    with held(lambda: False):
        assert jira.issue(world.site.issue(key).key).key == key  # type: ignore[arg-type]
        with pytest.raises(Paused, match="it begins anew"):
            jira.add_comment(world.site.issue(key).key, {}, 1)  # type: ignore[arg-type]
    assert world.writes() == before


def test_a_job_that_was_held_up_past_its_lease_begins_anew_and_ends_once(world: World) -> None:
    key, usual = closed_unheard(world), world.handlers[JobKind.ASK]
    starts: list[str] = []

    def ask(subject: str) -> None:
        if not starts:
            world.clock.forward(timedelta(minutes=2))
        starts.append(subject)
        usual(subject)

    world.handlers = {**world.handlers, JobKind.ASK: ask}
    world.settle()
    assert len(starts) == 2
    assert len(world.our_comments(key)) == 1
    assert world.jobs() == []
