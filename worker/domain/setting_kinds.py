"""The kinds of values a setting may have: how each is written in a form, read, and checked. Pure.

`read` takes what a person typed and gives the value; `check` takes a value from JSON or TOML. Both raise SettingInvalid
with a sentence for the person. `write` is the inverse of `read`. `control` names the part of a form that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard
from zoneinfo import available_timezones

from worker.errors import SettingInvalid


class Kind(Protocol):
    """What every kind of value can do. `wants` says in words what is accepted."""

    @property
    def control(self) -> str: ...
    @property
    def wants(self) -> str: ...
    def read(self, text: str) -> Any:
        """The value of what a person typed."""

    def check(self, value: object) -> Any:
        """The value, as the policy has it."""

    def write(self, value: Any) -> str:
        """The value as a person would type it."""


@dataclass(frozen=True)
class YesNo:
    """Yes or no."""

    control = "yes_no"
    wants = "yes or no"

    def read(self, text: str) -> bool:
        if text.strip().lower() not in ("yes", "no", ""):
            raise SettingInvalid("Choose yes or no.")
        return text.strip().lower() == "yes"

    def check(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise SettingInvalid("This is true or false.")
        return value

    def write(self, value: bool) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True)
class Number:
    """A whole number; `unit` is the word after it ("days")."""

    least: int
    most: int
    unit: str = ""
    control = "number"

    @property
    def wants(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def read(self, text: str) -> int:
        written = text.strip()
        if not re.fullmatch(r"-?[0-9]{1,9}", written):
            raise SettingInvalid(f"This needs {self.wants}.")
        return self.check(int(written))

    def check(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise SettingInvalid(f"This needs {self.wants}.")
        return value

    def write(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True)
class Text:
    """One line, or empty. `pattern` is what it must match, `like` an example of it."""

    longest: int = 255
    pattern: str = ""
    like: str = ""
    control = "text"

    @property
    def wants(self) -> str:
        return f"up to {self.longest} characters" + (f", such as {self.like}" if self.like else "")

    def read(self, text: str) -> str:
        return self.check(" ".join(text.split()))

    def check(self, value: object) -> str:
        if not isinstance(value, str) or len(value) > self.longest or not value.isprintable():
            raise SettingInvalid(f"This takes one line of {self.wants}.")
        if value and self.pattern and not re.fullmatch(self.pattern, value):
            raise SettingInvalid(f"This looks like {self.like}.")
        return value

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Choice:
    """One of several; each option is its value and its words."""

    options: tuple[tuple[str, str], ...]
    control = "choice"

    @property
    def wants(self) -> str:
        return " or ".join(value or "nothing" for value, _ in self.options)

    def read(self, text: str) -> str:
        return self.check(text.strip())

    def check(self, value: object) -> str:
        if value not in [option for option, _ in self.options]:
            raise SettingInvalid(f"Choose {self.wants}.")
        return str(value)

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Choices:
    """Any of several, kept in the order of the options. A form sends those ticked, separated by commas."""

    options: tuple[tuple[str, str], ...]
    least: int = 0
    control = "choices"

    @property
    def wants(self) -> str:
        return "any of " + ", ".join(value for value, _ in self.options)

    def read(self, text: str) -> tuple[str, ...]:
        return self.check(_parts(text))

    def check(self, value: object) -> tuple[str, ...]:
        known = [option for option, _ in self.options]
        if not _texts(value) or not set(value) <= set(known):
            raise SettingInvalid(f"Choose {self.wants}.")
        if len(set(value)) < self.least:
            raise SettingInvalid(f"Choose at least {self.least}.")
        return tuple(option for option in known if option in value)

    def write(self, value: Sequence[str]) -> str:
        return ", ".join(value)


@dataclass(frozen=True)
class Names:
    """A list of names, one a line or separated by commas."""

    most: int = 100
    longest: int = 100
    control = "names"

    @property
    def wants(self) -> str:
        return f"up to {self.most} names, separated by commas or lines"

    def read(self, text: str) -> tuple[str, ...]:
        return self.check(_parts(text))

    def check(self, value: object) -> tuple[str, ...]:
        if not _texts(value) or len(value) > self.most:
            raise SettingInvalid(f"This takes {self.wants}.")
        if bad := [one for one in value if len(one) > self.longest or not one.isprintable()]:
            raise SettingInvalid(f"“{bad[0][:40]}” cannot be a name here; names have up to {self.longest} characters.")
        return tuple(dict.fromkeys(value))

    def write(self, value: Sequence[str]) -> str:
        return ", ".join(value)


@dataclass(frozen=True)
class Numbers:
    """Whole numbers that grow, separated by commas."""

    least: int
    most: int
    count: int
    control = "text"

    @property
    def wants(self) -> str:
        return f"up to {self.count} whole numbers from {self.least} to {self.most}, the smallest first"

    def read(self, text: str) -> tuple[int, ...]:
        if not all(re.fullmatch(r"[0-9]{1,9}", one) for one in _parts(text)):
            raise SettingInvalid(f"This takes {self.wants}.")
        return self.check([int(one) for one in _parts(text)])

    def check(self, value: object) -> tuple[int, ...]:
        given = value if isinstance(value, list | tuple) else (None,)
        numbers = tuple(one for one in given if isinstance(one, int) and self.least <= one <= self.most)
        if len(numbers) != len(given) or len(numbers) > self.count or list(numbers) != sorted(set(numbers)):
            raise SettingInvalid(f"This takes {self.wants}.")
        return numbers

    def write(self, value: Sequence[int]) -> str:
        return ", ".join(map(str, value))


@dataclass(frozen=True)
class Pairs:
    """Other names for names, one pair a line: `db = databases`."""

    most: int = 200
    control = "lines"
    wants = "one pair a line, such as: db = databases"

    def read(self, text: str) -> dict[str, str]:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if bad := [line for line in lines if line.count("=") != 1 or not all(map(str.strip, line.split("=")))]:
            raise SettingInvalid(f"“{bad[0][:60]}” is no pair; this takes {self.wants}.")
        return self.check({one.strip(): other.strip() for one, other in (line.split("=") for line in lines)})

    def check(self, value: object) -> dict[str, str]:
        if not isinstance(value, Mapping) or not _texts([*value.keys(), *value.values()]) or len(value) > self.most:
            raise SettingInvalid(f"This takes up to {self.most} lines, {self.wants}.")
        return dict(value)

    def write(self, value: Mapping[str, str]) -> str:
        return "\n".join(f"{one} = {other}" for one, other in value.items())


@dataclass(frozen=True)
class Zone:
    """A time zone of the IANA database."""

    control = "zone"
    wants = "a time zone such as Europe/Lisbon"

    def read(self, text: str) -> str:
        return self.check(text.strip())

    def check(self, value: object) -> str:
        if not isinstance(value, str) or value not in available_timezones():
            raise SettingInvalid(f"There is no time zone of that name; this takes {self.wants}.")
        return value

    def write(self, value: str) -> str:
        return value


_CRON_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Cron:
    """When something happens: minute, hour, day of month, month, weekday. Weekdays are names, because their numbers
    mean different days to different programs.
    """

    control = "cron"
    wants = "five fields, minute hour day month weekday, such as: 0 6 * * mon-fri"

    def read(self, text: str) -> str:
        return self.check(" ".join(text.lower().split()))

    def check(self, value: object) -> str:
        parts = value.split() if isinstance(value, str) else []
        numbers = all(_cron_field(part, *bounds) for part, bounds in zip(parts, _CRON_BOUNDS, strict=False))
        if len(parts) != 5 or not numbers or not _weekdays(parts[4]):
            raise SettingInvalid(f"This takes {self.wants}.")
        return str(value)

    def write(self, value: str) -> str:
        return value


def _cron_field(field: str, least: int, most: int) -> bool:
    """Whether each part is `*`, a number or a range within bounds, with or without a step."""
    for part in field.split(","):
        found = re.fullmatch(r"(\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([1-9][0-9]?))?", part)
        if not found:
            return False
        low, high = (int(one) if one else None for one in (found[2], found[3]))
        if low is not None and not least <= low <= (most if high is None else high) <= most:
            return False
        if high is not None and high > most:
            return False
    return True


def _weekdays(field: str) -> bool:
    days = "|".join(_WEEKDAYS)
    if not re.fullmatch(rf"\*|(?:{days})(?:-(?:{days}))?(?:,(?:{days})(?:-(?:{days}))?)*", field):
        return False
    ranges = re.findall(rf"({days})-({days})", field)
    return all(_WEEKDAYS.index(one) <= _WEEKDAYS.index(other) for one, other in ranges)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]


def _texts(value: object) -> TypeGuard[Sequence[str]]:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
