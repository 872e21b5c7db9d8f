"""Dates in JQL: absolute, relative to now, or a function such as startOfDay(). Absolute ones are in the time
zone of the person asking, which is why clients prefer relative ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from worker.emulator.query import Operand, QueryError

_RELATIVE = re.compile(r"([+-]?)(\d+)([wdhmM])?")
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y/%m/%d %H:%M")


def read_date(operand: Operand, now: datetime, zone: str, field: str) -> datetime:
    """Return the aware moment a JQL operand means; raises QueryError when it means none."""
    if operand.function:
        return _function(operand, now, zone)
    text = operand.text.strip()
    relative = _RELATIVE.fullmatch(text)
    if relative and relative[3]:
        return now + _span(relative)
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    raise QueryError(
        f"Date value '{operand.text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _span(found: re.Match[str]) -> timedelta:
    amount = int(found[2]) * _UNITS.get(found[3], timedelta(days=1))
    return -amount if found[1] == "-" else amount


def _function(operand: Operand, now: datetime, zone: str) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "now": local,
        "startofday": midnight,
        "endofday": midnight + timedelta(days=1) - timedelta(milliseconds=1),
        "startofweek": midnight - timedelta(days=(midnight.weekday() + 1) % 7),
        "startofmonth": midnight.replace(day=1),
        "startofyear": midnight.replace(month=1, day=1),
    }
    start = starts.get(operand.text.casefold())
    if start is None:
        raise QueryError(f"Unable to find JQL function '{operand.text}()'.")
    if not operand.arguments:
        return start
    moved = _RELATIVE.fullmatch(operand.arguments[0])
    if not moved:
        raise QueryError(f"The argument '{operand.arguments[0]}' of {operand.text}() is not a period such as -1d.")
    return start + _span(moved)
