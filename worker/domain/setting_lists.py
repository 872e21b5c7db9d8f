"""The kinds of settings that hold several values: names, numbers, pairs; see `setting_kinds.Kind`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worker.domain.setting_kinds import parts, readable, shown, texts
from worker.errors import SettingInvalid

# A project's key, as Jira makes them unless its admin chose another pattern (Atlassian: project keys).
PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,99}")


@dataclass(frozen=True)
class Names:
    """A list of names, one a line or separated by commas; one with a comma in it stands in double quotes.

    `keys`: they are project keys, which Jira has in capitals.
    """

    most: int = 100
    longest: int = 100
    keys: bool = False
    control = "names"

    @property
    def wants(self) -> str:
        return f"up to {self.most} {'keys' if self.keys else 'names'}, separated by commas or lines"

    def read(self, text: str) -> tuple[str, ...]:
        return self.check(parts(text))

    def check(self, value: object) -> tuple[str, ...]:
        given = value if texts(value) else None
        names = tuple(dict.fromkeys(one.strip().upper() if self.keys else one.strip() for one in given or ()))
        if given is None or len(names) > self.most:
            raise SettingInvalid(f"This takes {self.wants}.")
        if bad := [one for one in names if not self._fits(one)]:
            like = "a project's key, such as FLEX" if self.keys else f"a name of up to {self.longest} characters"
            raise SettingInvalid(f"“{shown(bad[0])}” is not {like}.")
        return names

    def write(self, value: Sequence[str]) -> str:
        return ", ".join(map(_quoted, value))

    def _fits(self, name: str) -> bool:
        if self.keys and not PROJECT_KEY.fullmatch(name):
            return False
        return 0 < len(name) <= self.longest and readable(name)


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
        if not all(re.fullmatch(r"[0-9]{1,9}", one) for one in parts(text)):
            raise SettingInvalid(f"This takes {self.wants}.")
        return self.check([int(one) for one in parts(text)])

    def check(self, value: object) -> tuple[int, ...]:
        given = value if isinstance(value, list | tuple) else (None,)
        whole = (one for one in given if isinstance(one, int) and not isinstance(one, bool))
        numbers = tuple(one for one in whole if self.least <= one <= self.most)
        if len(numbers) != len(given) or len(numbers) > self.count or list(numbers) != sorted(set(numbers)):
            raise SettingInvalid(f"This takes {self.wants}.")
        return numbers

    def write(self, value: Sequence[int]) -> str:
        return ", ".join(map(str, value))


@dataclass(frozen=True)
class Pairs:
    """Other words for words, one pair a line: `db = databases`. A chain is followed; one that comes back is refused."""

    most: int = 200
    longest: int = 100
    control = "lines"
    wants = "one pair a line, such as: db = databases"

    def read(self, text: str) -> dict[str, str]:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > self.most:
            raise SettingInvalid(self._too_many())
        if bad := [line for line in lines if line.count("=") != 1]:
            raise SettingInvalid(f"“{shown(bad[0])}” is no pair; this takes {self.wants}.")
        pairs = [(one.strip(), other.strip()) for one, other in (line.split("=") for line in lines)]
        if twice := [one for at, (one, _) in enumerate(pairs) if one in dict(pairs[:at])]:
            raise SettingInvalid(f"“{shown(twice[0])}” stands there twice; leave the line that is meant.")
        return self.check(dict(pairs))

    def check(self, value: object) -> dict[str, str]:
        if not isinstance(value, Mapping) or not texts([*value.keys(), *value.values()]) or len(value) > self.most:
            raise SettingInvalid(self._too_many())
        pairs = {one.strip(): other.strip() for one, other in value.items()}
        if bad := [one for pair in pairs.items() for one in pair if not self._fits(one)]:
            raise SettingInvalid(f"“{shown(bad[0])}” cannot be in a pair; this takes {self.wants}.")
        if looped := next((one for one in pairs if _comes_back(one, pairs)), None):
            raise SettingInvalid(f"“{shown(looped)}” leads back to itself; take one of its lines out.")
        return pairs

    def write(self, value: Mapping[str, str]) -> str:
        return "\n".join(f"{one} = {other}" for one, other in value.items())

    def _too_many(self) -> str:
        return f"This takes up to {self.most} lines, {self.wants}."

    def _fits(self, word: str) -> bool:
        return 0 < len(word) <= self.longest and "=" not in word and readable(word)


def _comes_back(word: str, pairs: Mapping[str, str]) -> bool:
    at, steps = pairs[word], 0
    while at != word and at in pairs and steps < len(pairs):
        at, steps = pairs[at], steps + 1
    return at == word


def _quoted(name: str) -> str:
    """A name as one part of a line."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if "," in name or name.startswith('"') else name
