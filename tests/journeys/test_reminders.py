"""Two reminders on working days, then silence: each sent at most once, whatever the site answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import MONDAY, World
from worker.domain.model import JobKind, PromptState

pytestmark = ON_SQLITE_ALONE


def reminders(world: World) -> list[datetime]:
    """When the site mailed a reminder."""
    return [one.at for one in world.site.mails if one.reason == "notify"]


def go(world: World, day: int, hour: int = 12) -> None:
    """Go to `day` days after that Monday, and let the quarter-hourly look happen."""
    world.clock.travel_to(MONDAY + timedelta(days=day, hours=hour - 9))
    world.tick(JobKind.REMINDERS)


def state(world: World, key: str) -> PromptState:
    prompt = world.prompt(key)
    assert prompt is not None
    return prompt.state


def test_two_reminders_come_on_the_first_and_third_working_day_and_then_we_let_go(world: World) -> None:
    key = world.closed()
    mailed = []
    for day in range(10):
        for hour in (3, 12, 15, 22):
            go(world, day, hour)
        mailed.append(len(reminders(world)))
    assert mailed == [0, 1, 1, 2, 2, 2, 2, 2, 2, 2]
    assert all(9 <= at.hour < 17 for at in reminders(world))
    assert {one.to for one in world.site.mails if one.reason == "notify"} == {world.ana}
    assert state(world, key) is PromptState.EXPIRED
    assert "We have stopped asking" in world.our_comment(key)


def test_letting_go_edits_the_comment_and_mails_nobody(world: World) -> None:
    key = world.closed()
    go(world, 6)
    assert state(world, key) is PromptState.OPEN
    before = len(world.site.mails)
    go(world, 7)
    assert state(world, key) is PromptState.EXPIRED
    assert "We have stopped asking" in world.our_comment(key)
    assert len(world.site.mails) == before


def test_a_friday_close_is_not_reminded_of_on_the_weekend(world: World) -> None:
    world.clock.travel_to(MONDAY + timedelta(days=4))
    world.closed()
    for day in (5, 6):
        go(world, day)
    assert reminders(world) == []
    go(world, 7)
    assert [at.date() for at in reminders(world)] == [(MONDAY + timedelta(days=7)).date()]


@pytest.mark.parametrize("fault", ["lost_response", "truncated", "reset"])
def test_a_reminder_whose_answer_is_lost_is_never_sent_twice(world: World, fault: str) -> None:
    world.closed()
    world.site.fault("POST", r"/notify$", kind=fault)
    go(world, 1)
    for _ in range(6):
        world.later(timedelta(hours=1))
        world.tick(JobKind.REMINDERS)
    assert len(reminders(world)) == (0 if fault == "reset" else 1)


@pytest.mark.parametrize("status", [429, 503])
def test_a_reminder_the_site_certainly_did_not_take_is_sent_later_once(world: World, status: int) -> None:
    world.closed()
    world.site.fault("POST", r"/notify$", status=status, headers={"Retry-After": "60"})
    go(world, 1)
    assert reminders(world) == []
    world.later(timedelta(minutes=2))
    world.later(timedelta(minutes=2))
    assert len(reminders(world)) == 1


def test_who_answered_is_not_reminded(world: World) -> None:
    world.answer(world.closed())
    go(world, 1)
    go(world, 3)
    assert reminders(world) == []


def test_an_answer_between_the_look_and_the_mail_stops_the_mail(world: World) -> None:
    key = world.closed()
    world.site.fault("POST", r"/notify$", status=429, headers={"Retry-After": "60"})
    go(world, 1)
    world.answer(key)
    world.later(timedelta(minutes=2))
    assert reminders(world) == []


def test_a_site_without_reminders_gets_none_and_still_lets_go(world: World) -> None:
    world.rule(reminder_channel="none")
    key = world.closed()
    for day in (1, 3, 7):
        go(world, day)
    assert reminders(world) == []
    assert state(world, key) is PromptState.EXPIRED


def test_a_question_asked_again_after_a_reopen_is_reminded_of_anew(world: World) -> None:
    key = world.closed()
    go(world, 1)
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()
    world.site.transition(key, "Done", by=world.ana)
    world.settle()
    go(world, 2, 15)
    assert len(reminders(world)) == 2


def test_a_reply_after_we_stopped_asking_is_still_welcome(world: World) -> None:
    key = world.closed()
    go(world, 7)
    world.reply(key, "learned: Late is better than never.")
    assert state(world, key) is PromptState.ANSWERED
    assert "Late is better" in world.page("Learning log: FLEX").storage
