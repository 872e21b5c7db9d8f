"""The kinds of values a setting may have: how each is written in a form, read, and checked. Pure.

`read` takes what a person typed and gives the value; `check` takes a value from JSON or TOML. Both raise SettingInvalid
with a sentence for the person. `write` is the inverse of `read`. `control` names the part of a form that shows it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeGuard
from unicodedata import category
from zoneinfo import available_timezones

from worker.errors import SettingInvalid

# Unicode's embeddings, overrides and isolates (UAX 9): text may read otherwise than it is.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Characters of a list; the longest that can be kept has a third of it. Reading a line of each takes seconds.
_LONGEST = 40_000


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
        return self.check(" ".join(text.splitlines()))

    def check(self, value: object) -> str:
        if not isinstance(value, str) or len(value.strip()) > self.longest or not readable(value):
            raise SettingInvalid(f"This takes one line of {self.wants}.")
        if value.strip() and self.pattern and not re.fullmatch(self.pattern, value.strip()):
            raise SettingInvalid(f"This looks like {self.like}.")
        return value.strip()

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
        return self.check(parts(text))

    def check(self, value: object) -> tuple[str, ...]:
        known = [option for option, _ in self.options]
        if not texts(value) or not set(value) <= set(known):
            raise SettingInvalid(f"Choose {self.wants}.")
        if len(set(value)) < self.least:
            raise SettingInvalid(f"Choose at least {self.least}.")
        return tuple(option for option in known if option in value)

    def write(self, value: Sequence[str]) -> str:
        return ", ".join(value)


@dataclass(frozen=True)
class Zone:
    """A time zone of the IANA database."""

    control = "zone"
    wants = "a time zone such as Europe/Lisbon"

    def read(self, text: str) -> str:
        return self.check(text.strip())

    def check(self, value: object) -> str:
        if not isinstance(value, str) or value not in zones():
            raise SettingInvalid(f"There is no time zone of that name; this takes {self.wants}.")
        return value

    def write(self, value: str) -> str:
        return value


def readable(text: str) -> bool:
    """Whether text is on one line and shows as it is: no control characters, half characters, or marks that turn the
    direction of what follows. Joiners stay: Persian and emoji need them.
    """
    return not any(category(one) in ("Cc", "Cs", "Zl", "Zp") or one in _TURNING for one in text)


def shown(text: str, most: int = 40) -> str:
    """The beginning of a text that was not taken, fit for a sentence."""
    return "".join(one if readable(one) else "?" for one in text[:most])


def parts(text: str) -> list[str]:
    """What stands between commas and on lines. Raises SettingInvalid for what nobody wrote by hand."""
    if len(text) > _LONGEST:
        raise SettingInvalid("This is too long to be read.")
    try:
        rows = [next(csv.reader([line.strip()], skipinitialspace=True), []) for line in text.splitlines()]
    except csv.Error as error:
        raise SettingInvalid("This is too long to be read.") from error
    return [part.strip() for row in rows for part in row if part.strip()]


@cache
def zones() -> frozenset[str]:
    """The names of all time zones; finding them reads a folder of files."""
    return frozenset(available_timezones())


def texts(value: object) -> TypeGuard[Sequence[str]]:
    """Whether a value of a file is a list of texts."""
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
