"""Moments and how long something took or is ago, as people say it. It knows no clock; moments and spans are given."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def spoken(span: timedelta) -> str:
    """`3 days`, `1 hour`, `20 minutes`, `less than a minute`: the largest unit, rounded down."""
    for unit, name in _UNITS:
        if span >= unit:
            return f"{(count := span // unit)} {name}{'s' if count != 1 else ''}"
    return "less than a minute"


def ago(then: datetime, now: datetime) -> str:
    """`20 minutes ago`, `just now`; both moments are aware. `in 3 days` for what is to come."""
    if abs(now - then) < _UNITS[-1][0]:
        return "just now"
    return f"in {spoken(then - now)}" if then > now else f"{spoken(now - then)} ago"


def said(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """`12:00` in `zone`, `3 November, 12:00` on another day than now, `3 November 2025, 12:00` in another year."""
    there, today = moment.astimezone(zone), now.astimezone(zone)
    if there.date() == today.date():
        return f"{there:%H:%M}"
    year = f" {there.year}" if there.year != today.year else ""
    return f"{there.day} {there:%B}{year}, {there:%H:%M}"
