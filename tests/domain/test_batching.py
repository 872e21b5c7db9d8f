"""Which of several closes of one person is asked about: the strongest, one at a time, and not too many a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.nouns import MONDAY, prompt
from worker.domain.batching import Choice, choose, day_began
from worker.domain.model import IssueId, ProjectKey, Prompt
from worker.domain.policy import Policy
from worker.domain.prompting import SkipReason

POLICY = Policy(most_a_day=3)


def waiting(*strengths: int, **facts: object) -> list[Prompt]:
    """Prompts 1, 2, … of these strengths, a second apart."""
    return [
        prompt(
            id=n, issue_id=IssueId(str(n)), strength=strength, closed_at=MONDAY + timedelta(seconds=n), **facts
        )
        for n, strength in enumerate(strengths, 1)
    ]  # fmt: skip


def ids(choice: Choice) -> tuple[int | None, int | None, tuple[int, ...]]:
    asked, one_more = (one.id if one else None for one in (choice.asked, choice.one_more))
    return asked, one_more, tuple(one.id for one in choice.left)


@pytest.mark.parametrize(
    ("strengths", "asked_today", "expected"),
    [
        ((), 0, (None, None, ())),
        ((0,), 0, (1, None, ())),
        ((0, 0), 0, (1, 2, ())),  # among equals, the one that closed first
        ((0, 4), 0, (2, 1, ())),
        ((1, 4, 2, 4), 0, (2, 4, (3, 1))),
        ((1, 4, 2), 2, (2, 3, (1,))),  # the third question of the day
        ((1, 4, 2), 3, (None, None, (2, 3, 1))),  # enough
        ((1,), 9, (None, None, (1,))),
    ],
)
def test_the_strongest_is_asked_about_and_the_next_is_offered_beside(
    strengths: tuple[int, ...], asked_today: int, expected: tuple[int | None, int | None, tuple[int, ...]]
) -> None:
    assert ids(choose(waiting(*strengths), asked_today, POLICY)) == expected


def test_a_close_nobody_looked_at_yet_is_the_weakest() -> None:
    plain, strong = waiting(0, 1)
    assert choose([prompt(id=3, strength=None), strong, plain], 0, POLICY).asked == strong


def test_only_an_issue_of_the_same_project_that_everybody_there_may_see_is_offered_beside() -> None:
    first, *_ = waiting(9)
    (elsewhere,) = waiting(8, project_key=ProjectKey("OPS"))
    (secret,) = waiting(7, restricted=True)
    assert choose([first, elsewhere, secret], 0, POLICY).one_more is None
    (open_one,) = waiting(1)
    assert choose([first, elsewhere, secret, open_one], 0, POLICY).one_more == open_one


def test_what_is_not_asked_about_has_its_reason() -> None:
    assert [reason for _, reason in choose(waiting(3, 2, 1), 0, POLICY).unasked()] == [
        SkipReason.BESIDE, SkipReason.ANOTHER,
    ]  # fmt: skip
    assert {reason for _, reason in choose(waiting(3, 2, 1), 3, POLICY).unasked()} == {SkipReason.ENOUGH}


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 5), st.randoms())
def test_every_close_is_in_one_place_and_their_order_does_not_matter(
    strengths: list[int], asked_today: int, random: object
) -> None:
    given_ones = waiting(*strengths)
    choice = choose(given_ones, asked_today, POLICY)
    shuffled = list(given_ones)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(shuffled, asked_today, POLICY) == choice
    everywhere = [one for one in (choice.asked, choice.one_more, *choice.left) if one]
    assert sorted(one.id for one in everywhere) == sorted(one.id for one in given_ones)
    assert choice.asked is None or choice.asked.strength == max(strengths)


@pytest.mark.parametrize(
    ("zone", "now", "began"),
    [
        ("UTC", datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
        ("UTC", datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 11, 2, 16, tzinfo=UTC), datetime(2026, 11, 2, 15, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 2, 4, tzinfo=UTC), datetime(2026, 11, 1, 4, tzinfo=UTC)),  # of 25 hours
    ],
)  # fmt: skip
def test_a_day_is_the_tenants(zone: str, now: datetime, began: datetime) -> None:
    assert day_began(now, Policy(time_zone=zone)) == began
