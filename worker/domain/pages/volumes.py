"""Divide a long page: the newest learnings stay, older whole months move to child pages that hardly ever change.

A volume is named by its month ("2026-03"), and numbered when one month alone is too long ("2026-03.2").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Slice:
    """Which learnings a page holds: newest first within [since, until), `limit` of them from `offset`."""

    since: datetime | None
    until: datetime | None
    offset: int
    limit: int


def divide(months: Sequence[tuple[str, int]], most: int) -> dict[str, Slice]:
    """The slices of a page and its volumes by name; "" is the page itself, the others are newest first.

    `months` are ("2026-11", number of learnings), newest first. The page keeps whole months while they fit; parts of
    an overlong month are counted from its oldest learning, so that a full part never changes again.
    """
    kept, total = 0, 0
    while kept < len(months) and total + months[kept][1] <= most:
        total += months[kept][1]
        kept += 1
    slices: dict[str, Slice] = {}
    if kept or not months:
        slices[""] = Slice(_start(months[kept - 1][0]) if kept < len(months) else None, None, 0, most)
    for position, (month, count) in enumerate(months[kept:], start=kept):
        parts = _parts(month, count, most)
        if position == 0:  # the newest month alone is too long: the page holds its newest part
            slices[""] = parts.pop(next(iter(parts)))
        slices |= parts
    return slices


def _parts(month: str, count: int, most: int) -> dict[str, Slice]:
    """The parts of a month, newest first."""
    since, until = _start(month), _next(month)
    parts: dict[str, Slice] = {}
    for number in range(-(-count // most), 0, -1):
        newer = max(count - number * most, 0)
        size = min(most, count - (number - 1) * most)
        parts[month if number == 1 else f"{month}.{number}"] = Slice(since, until, newer, size)
    return parts


def _start(month: str) -> datetime:
    year, number = month.split("-")
    return datetime(int(year), int(number), 1, tzinfo=UTC)


def _next(month: str) -> datetime:
    start = _start(month)
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
