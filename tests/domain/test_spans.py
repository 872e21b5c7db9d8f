"""Moments, and how long something is ago, as people say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from worker.domain.spans import ago, said, spoken

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(minutes=60), "1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(hours=24), "1 day"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_a_span_is_said_in_its_largest_unit_rounded_down(span: timedelta, words: str) -> None:
    assert spoken(span) == words


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (NOW, "just now"),
        (NOW - timedelta(seconds=59), "just now"),
        (NOW + timedelta(seconds=59), "just now"),
        (NOW - timedelta(minutes=5), "5 minutes ago"),
        (NOW + timedelta(days=3), "in 3 days"),
    ],
)
def test_a_moment_is_said_from_now(then: datetime, words: str) -> None:
    assert ago(then, NOW) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "22:00"),
        (NOW + timedelta(hours=2), "3 November, 00:00"),
        (NOW - timedelta(days=1), "1 November, 22:00"),
        (NOW - timedelta(days=365), "2 November 2025, 22:00"),
    ],
)
def test_a_moment_is_said_as_people_there_say_it(moment: datetime, words: str) -> None:
    assert said(moment, ZoneInfo("Pacific/Auckland"), NOW) == words
