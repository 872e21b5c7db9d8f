"""Working time: when a reminder is due and when a question is let go.

The tenant says which days and hours people work, in its time zone, and whose public holidays are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays as public

from worker.domain.setting_kinds import shown
from worker.errors import SettingInvalid

WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_NAMES = tuple(WEEKDAYS)
_MOST_DAYS_OFF = 60  # in a row; a calendar without working days must not be searched for ever


def day(moment: datetime, time_zone: str) -> date:
    """The day that it is at an aware moment in a time zone, by its name."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


class Hours(Protocol):
    """What is asked of a policy here."""

    @property
    def time_zone(self) -> str: ...
    @property
    def office_opens(self) -> int: ...
    @property
    def office_closes(self) -> int: ...
    @property
    def working_days(self) -> tuple[str, ...]: ...
    @property
    def holidays(self) -> str: ...


@dataclass(frozen=True)
class Country:
    """Whose public holidays: a country's two letters, with a region of it after a dash, or empty for none."""

    control = "text"
    wants = "a country such as PT, with a region such as DE-BY, or nothing"

    def read(self, text: str) -> str:
        """The country as it is named here. Raises SettingInvalid when it is not known."""
        return self.check(text)

    def check(self, value: object) -> str:
        """As `read`, of a value."""
        written = value.strip() if isinstance(value, str) else "?"
        known = _countries().get(written.casefold())
        if written and known is None:
            raise SettingInvalid(f"The holidays of “{shown(written)}” are not known; this takes {self.wants}.")
        return known or ""

    def write(self, value: str) -> str:
        """As a person types it."""
        return value


def working_days_after(start: datetime, days: int, hours: Hours) -> datetime:
    """The moment `days` working days after `start` (aware), at the same local time, moved into office hours."""
    local = start.astimezone(ZoneInfo(hours.time_zone))
    off = 0
    while days > 0 and off < _MOST_DAYS_OFF:
        local += timedelta(days=1)
        works = is_working_day(local.date(), hours)
        days -= works
        off = 0 if works else off + 1
    return _in_office(local, hours).astimezone(start.tzinfo)


def in_office_hours(moment: datetime, hours: Hours) -> bool:
    """Whether people work at `moment`."""
    local = moment.astimezone(ZoneInfo(hours.time_zone))
    return is_working_day(local.date(), hours) and hours.office_opens <= local.hour < hours.office_closes


def is_working_day(day: date, hours: Hours) -> bool:
    """Whether people work on `day`."""
    return _NAMES[day.weekday()] in hours.working_days and day not in _holidays(hours.holidays, day.year)


@cache
def _countries() -> dict[str, str]:
    """Every country and region whose holidays are known, as named here, by the name in small letters."""
    known = public.list_supported_countries(include_aliases=True)
    named = [*known, *(f"{country}-{region}" for country, regions in known.items() for region in regions)]
    return {name.casefold(): name for name in named}


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a year (PyPI: holidays)."""
    if not country:
        return frozenset()
    name, _, region = country.partition("-")
    return frozenset(public.country_holidays(name, subdiv=region or None, years=year))


def _in_office(local: datetime, hours: Hours) -> datetime:
    if local.hour >= hours.office_closes:
        return local.replace(hour=hours.office_closes - 1, minute=0, second=0, microsecond=0)
    if local.hour < hours.office_opens:
        return local.replace(hour=hours.office_opens, minute=0, second=0, microsecond=0)
    return local
