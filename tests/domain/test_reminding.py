"""Working days and office hours of the tenant: when a reminder is due, and when we let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.nouns import prompt
from worker.domain.calendar import in_office_hours, working_days_after
from worker.domain.model import PromptState
from worker.domain.policy import Policy
from worker.domain.reminding import Expire, Remind, due

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")

BERLIN = Policy(time_zone="Europe/Berlin")


def local(text: str, zone: str = "Europe/Berlin") -> datetime:
    """A moment as a clock on the wall in `zone` shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-11-02 10:30", 1, "2026-11-03 10:30"),  # Monday to Tuesday
        ("2026-11-02 10:30", 3, "2026-11-05 10:30"),
        ("2026-11-02 10:30", 5, "2026-11-09 10:30"),  # over a weekend
        ("2026-11-06 16:00", 1, "2026-11-09 16:00"),  # Friday to Monday
        ("2026-11-07 12:00", 1, "2026-11-09 12:00"),  # Saturday and Sunday count from Monday
        ("2026-11-08 12:00", 1, "2026-11-09 12:00"),
        ("2026-11-02 20:15", 1, "2026-11-03 16:00"),  # an evening's reminder comes in the afternoon
        ("2026-11-02 05:15", 1, "2026-11-03 09:00"),  # and a night's in the morning
        ("2026-11-02 16:59", 1, "2026-11-03 16:59"),
        ("2026-11-02 17:00", 1, "2026-11-03 16:00"),
        ("2026-10-23 10:00", 1, "2026-10-26 10:00"),  # clocks went back: still ten o'clock
        ("2027-03-26 10:00", 1, "2027-03-29 10:00"),  # clocks went forward: still ten o'clock
        ("2027-03-26 02:30", 1, "2027-03-29 09:00"),
    ],
)
def test_working_days_are_counted_on_the_wall_clock(start: str, days: int, expected: str) -> None:
    assert working_days_after(local(start), days, BERLIN) == local(expected)


def test_the_weekend_is_the_tenants_own() -> None:
    friday_evening_in_berlin = local("2026-11-06 22:00")
    assert working_days_after(friday_evening_in_berlin, 1, Policy(time_zone="Pacific/Auckland")) == local(
        "2026-11-09 10:00", "Pacific/Auckland"
    )


@given(
    start=st.integers(0, 60 * 24 * 365 * 15).map(lambda minutes: SINCE + timedelta(minutes=minutes)),
    days=st.integers(1, 15),
    zone=st.sampled_from(ZONES),
)
def test_what_is_due_is_due_in_office_hours_and_never_early(start: datetime, days: int, zone: str) -> None:
    hours = Policy(time_zone=zone)
    at = working_days_after(start, days, hours)
    assert in_office_hours(at, hours)
    between = (at.astimezone(ZoneInfo(zone)).date() - start.astimezone(ZoneInfo(zone)).date()).days
    assert days <= between <= days + 2 * (days // 5 + 1)
    assert at < working_days_after(start, days + 1, hours)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-02 08:59", False),
        ("2026-11-02 09:00", True),
        ("2026-11-02 16:59", True),
        ("2026-11-02 17:00", False),
        ("2026-11-07 12:00", False),
        ("2026-11-08 12:00", False),
    ],
)
def test_office_hours_are_nine_to_five_on_working_days(moment: str, open_: bool) -> None:
    assert in_office_hours(local(moment), BERLIN) is open_


@pytest.mark.parametrize(
    ("rules", "moment", "open_"),
    [
        ({"office_opens": 7}, "2026-11-02 07:00", True),
        ({"office_closes": 24}, "2026-11-02 23:59", True),
        ({"office_opens": 11}, "2026-11-02 10:59", False),
        ({"working_days": ("sun", "mon")}, "2026-11-08 12:00", True),
        ({"working_days": ("sun", "mon")}, "2026-11-03 12:00", False),
        ({"holidays": "DE"}, "2026-12-25 12:00", False),
        ({"holidays": "DE-BY"}, "2027-01-06 12:00", False),  # Epiphany, in Bavaria
        ({"holidays": "DE-BE"}, "2027-01-06 12:00", True),  # and not in Berlin
        ({"holidays": "DE"}, "2026-12-28 12:00", True),
    ],
)
def test_nobody_is_disturbed_outside_the_teams_own_days_and_hours(rules: Any, moment: str, open_: bool) -> None:
    assert in_office_hours(local(moment), replace(BERLIN, **rules)) is open_


@pytest.mark.parametrize(
    ("rules", "start", "expected"),
    [
        ({"working_days": ("sun", "mon", "tue", "wed", "thu")}, "2026-11-05 10:00", "2026-11-08 10:00"),
        ({"holidays": "DE"}, "2026-12-24 10:00", "2026-12-28 10:00"),  # Christmas on Friday and Saturday
        ({"holidays": "DE"}, "2026-12-31 10:00", "2027-01-04 10:00"),  # New Year, in another year's list
        ({"office_opens": 22, "office_closes": 24}, "2026-11-02 10:00", "2026-11-03 22:00"),
    ],
)
def test_working_days_are_the_teams_own(rules: Any, start: str, expected: str) -> None:
    assert working_days_after(local(start), 1, replace(BERLIN, **rules)) == local(expected)


def test_a_week_without_working_days_does_not_keep_us_for_ever() -> None:
    never = replace(BERLIN, working_days=())
    assert not in_office_hours(local("2026-11-02 12:00"), never)
    assert working_days_after(local("2026-11-02 12:00"), 1, never) > local("2026-12-02 12:00")


@pytest.mark.parametrize(
    ("now", "sent", "expected"),
    [
        ("2026-11-03 09:59", 0, None),
        ("2026-11-03 10:00", 0, Remind(1)),
        ("2026-11-03 10:00", 1, None),
        ("2026-11-03 17:30", 0, None),  # due, and outside office hours
        ("2026-11-04 09:00", 0, Remind(1)),
        ("2026-11-05 10:00", 1, Remind(2)),
        ("2026-11-05 10:00", 2, None),
        ("2026-11-08 12:00", 1, None),  # a Sunday
        ("2026-11-09 09:59", 2, None),
        ("2026-11-09 10:00", 2, Expire()),
        ("2026-11-10 03:00", 2, Expire()),  # letting go disturbs nobody, so it waits for no office
        ("2026-11-09 10:00", 0, Expire()),
    ],
)
def test_two_reminders_then_silence(now: str, sent: int, expected: Remind | Expire | None) -> None:
    asked = prompt(asked_at=local("2026-11-02 10:00"), reminders=sent)
    assert due(asked, Policy(time_zone="Europe/Berlin"), local(now)) == expected


def test_reminders_that_were_missed_come_as_one() -> None:
    asked, policy = prompt(asked_at=local("2026-11-02 10:00")), Policy(time_zone="Europe/Berlin")
    after_an_outage = local("2026-11-06 09:30")
    assert due(asked, policy, after_an_outage) == Remind(2)
    asked = prompt(asked_at=local("2026-11-02 10:00"), reminders=2)
    assert due(asked, policy, after_an_outage + timedelta(minutes=15)) is None


@pytest.mark.parametrize("state", [state for state in PromptState if state is not PromptState.OPEN])
@pytest.mark.parametrize("day", [1, 3, 5, 30])
def test_nobody_is_reminded_of_a_settled_question(state: PromptState, day: int) -> None:
    asked = prompt(state=state, asked_at=local("2026-11-02 10:00"))
    assert due(asked, Policy(), local("2026-11-02 10:00") + timedelta(days=day)) is None


def test_without_a_channel_nothing_is_sent_and_we_let_go_all_the_same() -> None:
    asked, policy = prompt(asked_at=local("2026-11-02 10:00")), Policy(reminder_channel="none")
    assert due(asked, policy, local("2026-11-05 12:00")) is None
    assert due(asked, policy, local("2026-11-10 12:00")) == Expire()
