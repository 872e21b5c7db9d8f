"""Retros for projects without sprints: which stretches of days they are of, and which one is due.

Pure. The stretches lie end to end from a fixed Monday, the same for every project with the same length, in the tenant's
time zone; so two weeks begin on a Monday, and a new length begins a new row of stretches. It knows no store and no
clock.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from worker.domain.model import ProjectKey, Sprint

# Any Monday would do; every stretch is counted from this one.
_FIRST_MONDAY = date(2024, 1, 1)
# A project that had no sprint for this many lengths of a retro has none: a team may leave out one.
_WITHOUT = 2


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both included, of a project."""

    project: ProjectKey
    first: date
    last: date

    @property
    def id(self) -> int:
        """Its number among sprints: below zero, which Jira gives to none, and the same whoever counts it."""
        words = f"{self.project}/{self.first.isoformat()}"
        return -1 - int(hashlib.sha256(words.encode()).hexdigest()[:12], 16)

    @property
    def name(self) -> str:
        """`2–15 November 2026`, with the months and years that differ."""
        year = f" {self.first.year}" if self.first.year != self.last.year else ""
        month = f" {self.first:%B}" if year or self.first.month != self.last.month else ""
        dash = " – " if month else "–"
        return f"{self.first.day}{month}{year}{dash}{self.last.day} {self.last:%B} {self.last.year}"


@dataclass(frozen=True)
class Pace:
    """What a project did lately: when an issue of it was last closed, and when it last had a sprint, if ever."""

    project: ProjectKey
    retro_days: int
    closed_at: datetime
    sprinted_at: datetime | None = None


def due(pace: Pace, zone: ZoneInfo, now: datetime) -> Period | None:
    """The latest whole period of a project, if a retro of it may be due; None while the project has sprints, or when
    nothing was closed since it began. Whether it was made before is for the caller to say.
    """
    today = now.astimezone(zone).date()
    days = timedelta(days=pace.retro_days)
    begun = (today - _FIRST_MONDAY) // days * days + _FIRST_MONDAY
    period = Period(pace.project, begun - days, begun - timedelta(days=1))
    if pace.sprinted_at and pace.sprinted_at > now - _WITHOUT * days:
        return None
    return period if pace.closed_at >= bounds(period, zone)[0] else None


def bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments [since, until) of a period, in UTC."""
    return _midnight(period.first, zone), _midnight(period.last + timedelta(days=1), zone)


def as_sprint(period: Period, zone: ZoneInfo) -> Sprint:
    """The period as a sprint that was closed with its last day, so that everything that follows sprints follows it."""
    since, until = bounds(period, zone)
    ended = until - timedelta(seconds=1)
    return Sprint(period.id, 0, period.name, state="closed", started_at=since, ended_at=ended, completed_at=ended)


def is_period(sprint_id: int) -> bool:
    """Whether a number among sprints is that of a period."""
    return sprint_id < 0


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
