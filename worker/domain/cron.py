"""When something happens by itself, as five fields: minute, hour, day of month, month, weekday. Pure.

The fields are those of crontab, read as APScheduler 3 reads them (`CronTrigger.from_crontab`): the day of month and the
weekday must both fit. Weekdays are names, because their numbers mean different days to different programs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from worker.errors import SettingInvalid

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Cron:
    """The kind of a setting that is a schedule; see `setting_kinds.Kind`."""

    control = "cron"
    wants = "five fields, minute hour day month weekday, such as: 0 6 * * mon-fri"

    def read(self, text: str) -> str:
        """The schedule, in small letters and with single spaces. Raises SettingInvalid."""
        return self.check(text)

    def check(self, value: object) -> str:
        """As `read`, of a value."""
        parts = value.lower().split() if isinstance(value, str) else []
        if len(parts) != len(_BOUNDS) + 1 or not _weekdays(parts[-1]):
            raise SettingInvalid(f"This takes {self.wants}.")
        fields = [_numbers(part, *bounds) for part, bounds in zip(parts, _BOUNDS, strict=False)]
        if not all(fields):
            raise SettingInvalid(f"This takes {self.wants}.")
        if not any(day <= _LONGEST_MONTHS[month - 1] for day in fields[2] for month in fields[3]):
            raise SettingInvalid("There is no such day, so it would never happen.")
        return " ".join(parts)

    def write(self, value: str) -> str:
        """As a person types it."""
        return value


def _numbers(field: str, least: int, most: int) -> set[int]:
    """The numbers a field means; empty when it is none. Each part is `*`, a number or a range, or one with a step."""
    found: set[int] = set()
    for part in field.split(","):
        written = re.fullmatch(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([1-9][0-9]?))?", part)
        if not written:
            return set()
        low = int(written[1]) if written[1] else least
        alone = written[1] and not written[2] and not written[3]
        high = low if alone else int(written[2]) if written[2] else most
        step = int(written[3] or 1)
        if not least <= low <= high <= most or (written[3] and step > high - low):
            return set()
        found.update(range(low, high + 1, step))
    return found


def _weekdays(field: str) -> bool:
    """Whether the field names weekdays, or ranges of them that do not pass Sunday."""
    days = "|".join(_WEEKDAYS)
    if not re.fullmatch(rf"\*|(?:{days})(?:-(?:{days}))?(?:,(?:{days})(?:-(?:{days}))?)*", field):
        return False
    ranges = re.findall(rf"({days})-({days})", field)
    return all(_WEEKDAYS.index(one) <= _WEEKDAYS.index(other) for one, other in ranges)
