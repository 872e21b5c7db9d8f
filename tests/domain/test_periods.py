"""Periods: which days a retro is of where there are no sprints, and when one is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.model import ProjectKey
from worker.domain.periods import Pace, Period, as_sprint, bounds, due, is_period

FLEX, UTC_ZONE = ProjectKey("FLEX"), ZoneInfo("UTC")
NOVEMBER = Period(FLEX, date(2026, 11, 2), date(2026, 11, 15))
ZONES = st.sampled_from(["UTC", "Europe/Lisbon", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"])


def at(month: int, day: int, hour: int = 5) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "days", "closed", "sprinted", "expected"),
    [
        (at(11, 16), 14, at(11, 10), None, NOVEMBER),  # the morning after
        (at(11, 29), 14, at(11, 10), None, NOVEMBER),  # missed for two weeks, made all the same
        (at(11, 30), 14, at(11, 10), None, None),  # the next one is over, and nothing was closed in it
        (at(11, 30), 14, at(11, 20), None, Period(FLEX, date(2026, 11, 16), date(2026, 11, 29))),
        (at(11, 15), 14, at(11, 10), None, Period(FLEX, date(2026, 10, 19), date(2026, 11, 1))),  # not over yet
        (at(11, 16), 14, at(10, 30), None, None),  # nothing closed since it began
        (at(11, 16), 14, at(11, 10), at(11, 9), None),  # it sprints
        (at(11, 16), 14, at(11, 10), at(10, 20), None),  # its last sprint was within two lengths
        (at(11, 16), 14, at(11, 10), at(10, 18), NOVEMBER),  # and is longer ago
        (at(11, 16), 7, at(11, 10), None, Period(FLEX, date(2026, 11, 9), date(2026, 11, 15))),
        (at(12, 1), 28, at(11, 10), None, Period(FLEX, date(2026, 11, 2), date(2026, 11, 29))),
    ],
)
def test_the_latest_whole_period_is_due_where_issues_close_and_nobody_sprints(
    now: datetime, days: int, closed: datetime, sprinted: datetime | None, expected: Period | None
) -> None:
    assert due(Pace(FLEX, days, closed, sprinted), UTC_ZONE, now) == expected


def test_days_are_those_of_the_tenants_time_zone() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    monday_there = datetime(2026, 11, 15, 12, tzinfo=UTC)
    assert due(Pace(FLEX, 14, at(11, 10)), auckland, monday_there) == NOVEMBER
    assert due(Pace(FLEX, 14, at(11, 10)), UTC_ZONE, monday_there) != NOVEMBER
    assert bounds(NOVEMBER, auckland) == (at(11, 1, 11), at(11, 15, 11))


@given(st.timedeltas(timedelta(), timedelta(days=27_000)), st.integers(7, 42), ZONES)
def test_a_period_is_over_is_the_latest_and_has_its_length(later: timedelta, days: int, zone: str) -> None:
    moment, there = datetime(2024, 2, 20, tzinfo=UTC) + later, ZoneInfo(zone)
    period = due(Pace(FLEX, days, moment), there, moment)
    assert period is not None
    today = moment.astimezone(there).date()
    assert period.last < today <= period.last + timedelta(days=days)
    assert (period.last - period.first).days == days - 1
    assert days % 7 or period.first.isoweekday() == 1
    since, until = bounds(period, there)
    assert since < until <= moment


@given(st.dates(date(2024, 1, 1), date(2099, 1, 1)), st.sampled_from(["FLEX", "OPS", "A"]))
def test_a_periods_number_is_below_zero_the_same_each_time_and_fits_every_database(first: date, project: str) -> None:
    period = Period(ProjectKey(project), first, first + timedelta(days=13))
    assert -(2**48) <= period.id < 0
    assert is_period(period.id)
    assert period.id == Period(ProjectKey(project), first, first + timedelta(days=6)).id  # a length may change
    assert period.id != Period(ProjectKey(project), first + timedelta(days=1), period.last).id


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (date(2026, 11, 2), date(2026, 11, 15), "2–15 November 2026"),
        (date(2026, 11, 30), date(2026, 12, 13), "30 November – 13 December 2026"),
        (date(2026, 12, 28), date(2027, 1, 10), "28 December 2026 – 10 January 2027"),
    ],
)
def test_a_period_is_called_by_its_days(first: date, last: date, name: str) -> None:
    assert Period(FLEX, first, last).name == name


def test_a_period_is_kept_like_a_sprint_that_ended_with_its_last_day() -> None:
    kept = as_sprint(NOVEMBER, UTC_ZONE)
    assert (kept.state, kept.board_id, kept.name) == ("closed", 0, "2–15 November 2026")
    assert (kept.started_at, kept.completed_at) == (at(11, 2, 0), at(11, 16, 0) - timedelta(seconds=1))
