"""Working days: when a reminder is due and when a question is let go.

A working day is Monday to Friday in the tenant's time zone. Holidays are not known yet.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_SATURDAY = 5
_OPENS, _CLOSES = 9, 17


def working_days_after(start: datetime, days: int, zone: str) -> datetime:
    """The moment `days` working days after `start` (aware), at the same local time, moved into office hours."""
    local = start.astimezone(ZoneInfo(zone))
    while days > 0:
        local += timedelta(days=1)
        days -= local.weekday() < _SATURDAY
    return _in_office(local).astimezone(start.tzinfo)


def in_office_hours(moment: datetime, zone: str) -> bool:
    """Whether `moment` is a working day between nine and five in `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.weekday() < _SATURDAY and _OPENS <= local.hour < _CLOSES


def _in_office(local: datetime) -> datetime:
    if local.hour >= _CLOSES:
        return local.replace(hour=_CLOSES - 1, minute=0, second=0, microsecond=0)
    return local.replace(hour=_OPENS, minute=0, second=0, microsecond=0) if local.hour < _OPENS else local
