"""Whoever closes many issues is asked once, about the one that stands out; the others stay quiet, and may be told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.telling import tell, unheard
from tests.world import MONDAY, World, make_world
from worker.domain.model import JobKind, Prompt, PromptState
from worker.replaying import replay_some
from worker.store.schema import closes

pytestmark = ON_SQLITE_ALONE

MINUTE = timedelta(seconds=61)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with the settings that LearnLoop comes with."""
    with make_world(tmp_path, gather_seconds=60, most_a_day=3) as made:
        yield made


def prompt(world: World, key: str) -> Prompt:
    found = world.prompt(key)
    assert found, key
    return found


def reasons(world: World) -> dict[str, str]:
    """Why each issue was not asked about at its last close."""
    with world.deployment.db.read() as tx:
        rows = tx.execute(select(closes.c.issue_key, closes.c.reason).order_by(closes.c.id))
        return {str(key): str(reason) for key, reason in rows}


def asked(world: World, keys: list[str]) -> list[str]:
    """Those with a comment of ours."""
    return [key for key in keys if world.our_comments(key)]


def nine(world: World) -> tuple[list[str], str]:
    """Nine closes by Ana within a minute, and the one of them that was reopened once."""
    strong = world.closed("Came back", resolution="Won't Do")
    world.later(timedelta(minutes=10))
    world.site.transition(strong, "In Progress", by=world.ana)
    keys = [world.closed(f"Work {number}") for number in range(8)]
    world.site.transition(strong, "Done", by=world.ana, resolution="Done")
    world.settle()
    return [*keys, strong], strong


def test_nine_closes_in_a_minute_are_one_comment_one_more_on_its_page_and_seven_quiet(world: World) -> None:
    keys, strong = nine(world)
    assert asked(world, keys) == []  # they gather
    world.later(MINUTE)
    assert asked(world, keys) == [strong]
    assert "reopened" in world.our_comment(strong)
    assert {prompt(world, key).state for key in keys if key != strong} == {PromptState.UNASKED}
    assert sorted(reasons(world)[key] for key in keys) == sorted(
        ["", "offered beside another one", *["asked about another one instead"] * 7]
    )
    first = keys[0]
    page = requests.get(world.link(strong), timeout=10).text
    assert f"{first} Work 0</a>" in page
    assert not [key for key in keys[1:-1] if key in page]
    assert not world.jobs()


def test_the_one_more_is_answered_by_a_link_of_its_own_and_offered_no_longer(world: World) -> None:
    keys, strong = nine(world)
    world.later(MINUTE)
    again = world.link(strong)
    saved = world.answer(strong).text
    address = saved.split("One more", 1)[1].split('href="', 1)[1].split('"', 1)[0]
    assert "Nobody was asked about this one" in requests.get(address, timeout=10).text
    requests.post(address, data={"learned": "Small is quick.", "choice": "learned"}, timeout=10)
    world.settle()
    assert prompt(world, keys[0]).state is PromptState.ANSWERED
    assert "One more" not in requests.get(again, timeout=10).text
    assert world.our_comments(keys[0]) == []


def test_a_quiet_one_takes_a_reply_and_is_never_reminded_of(world: World) -> None:
    keys, strong = nine(world)
    world.later(MINUTE)
    world.reply(keys[3], "learned: ask early #pricing", by=world.ben)
    learning = world.learning(keys[3])
    assert learning
    assert learning.answers.learned == "ask early"
    assert world.our_comments(keys[3]) == []
    world.clock.travel_to(MONDAY + timedelta(days=1, hours=3))
    world.tick(JobKind.REMINDERS)
    assert [(one.to, one.about) for one in world.site.mails if one.reason == "notify"] == [(world.ana, strong)]


def test_after_three_questions_a_day_is_done_and_the_next_one_is_new(world: World) -> None:
    keys = []
    for number in range(4):
        keys.append(world.closed(f"Work {number}"))
        world.later(MINUTE)
    assert asked(world, keys) == keys[:3]
    assert reasons(world)[keys[3]] == "enough questions for one day"
    world.clock.travel_to(MONDAY + timedelta(days=1))
    tomorrow = world.closed("The next day")
    world.later(MINUTE)
    assert len(world.our_comments(tomorrow)) == 1


def test_two_people_do_not_mix(world: World) -> None:
    anas = [world.closed(f"Work {number}") for number in range(2)]
    bens = [world.closed(f"Work {number}", by=world.ben) for number in range(2)]
    world.later(MINUTE)
    assert asked(world, anas + bens) == [anas[0], bens[0]]
    assert [prompt(world, key).asked for key in (anas[0], bens[0])] == [world.ana, world.ben]


def test_the_moment_of_gathering_is_not_pushed_on_by_every_close(world: World) -> None:
    keys = []
    for number in range(4):
        keys.append(world.closed(f"Work {number}"))
        world.later(timedelta(seconds=25))
    assert asked(world, keys) == [keys[0]]  # at sixty seconds, with three of them
    world.later(MINUTE)
    assert asked(world, keys) == [keys[0], keys[3]]


def test_one_that_is_reopened_while_it_waits_is_withdrawn_without_a_word(world: World) -> None:
    key = world.closed()
    world.site.transition(key, "In Progress", by=world.ana)
    world.later(MINUTE)
    assert (prompt(world, key).state, world.our_comments(key), world.jobs()) == (PromptState.WITHDRAWN, [], [])


def test_a_question_that_stands_on_the_issue_asks_again_at_once(world: World) -> None:
    key = world.closed()
    world.later(MINUTE)
    for status in ("In Progress", "Done"):
        world.later(timedelta(minutes=5))
        world.site.transition(key, status, by=world.ana)
        world.settle()
    assert "Write it down" in world.our_comment(key)


def test_choosing_again_chooses_nothing_and_asks_nothing_twice(world: World) -> None:
    keys = [world.closed(f"Work {number}") for number in range(3)]
    world.later(MINUTE)
    with world.deployment.db.begin() as tx:
        person = f"{world.tenant.id}/{world.ana}"
        world.deployment.queue.put(tx, JobKind.CHOOSE, person, lane=f"person:{person}")
    world.settle()
    assert asked(world, keys) == keys[:1]
    assert len(world.our_comments(keys[0])) == 1


def test_without_comments_the_same_choice_is_made_and_nothing_is_written(world: World) -> None:
    world.rule(channel="panel")
    keys = [world.closed(f"Work {number}") for number in range(3)]
    world.later(MINUTE)
    assert [prompt(world, key).state for key in keys] == [PromptState.OPEN, PromptState.UNASKED, PromptState.UNASKED]
    assert asked(world, keys) == []


@pytest.mark.parametrize("level", ["Private", "Board only"])
def test_one_more_that_not_everybody_may_see_any_longer_is_not_named(world: World, level: str) -> None:
    keys = [world.closed(f"Work {number}") for number in range(2)]
    world.later(MINUTE)
    world.site.admit("Private", world.bot)  # to the other level our account is no party
    assert keys[1] in requests.get(world.link(keys[0]), timeout=10).text
    world.site.edit_issue(keys[1], {"security": level}, by=world.ana)
    world.settle()
    page = requests.get(world.link(keys[0]), timeout=10).text
    assert not [words for words in (keys[1], "Work 1") if words in page]


def test_one_more_that_is_reopened_is_not_offered_until_it_is_closed_again(world: World) -> None:
    keys = [world.closed(f"Work {number}") for number in range(2)]
    world.later(MINUTE)
    assert keys[1] in requests.get(world.link(keys[0]), timeout=10).text
    world.later(timedelta(minutes=5))
    world.site.transition(keys[1], "In Progress", by=world.ana)
    world.settle()
    assert keys[1] not in requests.get(world.link(keys[0]), timeout=10).text
    world.site.transition(keys[1], "Done", by=world.ana)
    world.settle()
    world.later(MINUTE)
    assert asked(world, keys) == keys


@pytest.mark.parametrize("how", ["late", "replayed"])
def test_a_close_somebody_was_spared_is_not_asked_about_when_it_is_told_again(world: World, how: str) -> None:
    keys = [world.site.create_issue("FLEX", "Story", f"Work {n}", reporter=world.ana) for n in range(3)]
    world.settle()
    with unheard(world) as told:
        for key in keys:
            world.site.transition(key, "Done", by=world.ana)
    for one in told:
        tell(world, one)
    world.later(MINUTE)
    assert asked(world, keys) == keys[:1]
    before = [prompt(world, key) for key in keys]
    world.later(timedelta(minutes=5))
    if how == "late":
        for one in told:
            tell(world, one | {"sent": "again"})
    else:
        with world.deployment.db.begin() as tx:
            replay_some(tx, world.deployment, world.tenant.id, [one.id for one in world.deliveries()])
        world.settle()
    world.later(MINUTE)
    assert asked(world, keys) == keys[:1]
    assert [prompt(world, key) for key in keys] == before
    assert "offered beside another one" in world.reasons(keys[1])


def test_one_more_that_was_deleted_is_not_named(world: World) -> None:
    keys = [world.closed(f"Work {number}") for number in range(2)]
    world.later(MINUTE)
    world.site.delete_issue(keys[1], by=world.ana)
    world.settle()
    assert keys[1] not in requests.get(world.link(keys[0]), timeout=10).text
