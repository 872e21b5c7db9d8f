"""Compare two texts, line by line and within a line word by word. Pure; it knows nothing of what the texts are.

What is only in the first text is `REMOVED`, what is only in the second `ADDED`: the second takes the first's place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

# Between what both texts begin and end with. Beyond it a comparison takes seconds, and nobody reads so far.
MOST_LINES, MOST_WORDS = 1_000, 1_000
_WORD = re.compile(r"\s*\S+\s*|\s+")
_MOST_PAIRS, _ALIKE = 10_000, 0.25
_NEAR = 2  # equal lines shown around each difference


class Change(StrEnum):
    """How a line or some words of it differ; `CHANGED` is a line that both have in words of their own."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Words:
    """Some words of a line that are the same in both texts, or only in one."""

    change: Change
    text: str


@dataclass(frozen=True)
class Row:
    """A line as each text has it; a text without such a line has no words. A row without any words stands for `count`
    lines: of both that are the same, or of a difference too long to compare.
    """

    change: Change
    first: tuple[Words, ...] = ()
    second: tuple[Words, ...] = ()
    count: int = 1


def compare(first: Sequence[str], second: Sequence[str]) -> list[Row]:
    """The rows in which two texts (lines, none empty) differ, with the equal lines near them; others are counted.

    Empty when the texts are equal. A difference of more than MOST_LINES lines is cut; a last row, LEFT_OUT, counts the
    rest.
    """
    start = _equal(first, second)
    end = _equal(first[start:][::-1], second[start:][::-1])
    middle = first[start : len(first) - end], second[start : len(second) - end]
    rest = max(0, max(map(len, middle)) - MOST_LINES)
    found = list(_rows(middle[0][:MOST_LINES], middle[1][:MOST_LINES]))
    if not found:
        return []
    before = [_same(line) for line in first[:start]]
    if rest:
        return [*_folded([*before, *found]), Row(Change.LEFT_OUT, count=rest)]
    return list(_folded([*before, *found, *(_same(line) for line in first[len(first) - end :])]))


def _equal(first: Sequence[str], second: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(first), len(second)))


def _rows(first: Sequence[str], second: Sequence[str]) -> Iterator[Row]:
    for tag, a, b, c, d in SequenceMatcher(None, first, second).get_opcodes():
        if tag == "equal":
            yield from map(_same, first[a:b])
        else:
            yield from (_row(*pair) for pair in _paired(first[a:b], second[c:d]))


def _paired(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Differing lines beside those they are most alike, in their order; one like none stands alone."""
    if len(first) * len(second) > _MOST_PAIRS:
        yield from zip_longest(first, second)
        return
    alike = _alikeness(first, second)
    best = _best(alike, len(first), len(second))
    at, other = 0, 0
    while at < len(first) and other < len(second):
        if best[at][other] == best[at + 1][other]:
            yield first[at], None
            at += 1
        elif best[at][other] == best[at][other + 1]:
            yield None, second[other]
            other += 1
        else:
            yield first[at], second[other]
            at, other = at + 1, other + 1
    yield from ((line, None) for line in first[at:])
    yield from ((None, line) for line in second[other:])


def _alikeness(first: Sequence[str], second: Sequence[str]) -> list[list[float]]:
    """How alike every two lines are, by the words they share (Dice's coefficient, 0 to 1); 0 for what is by chance."""
    ones, others = ([set(re.findall(r"\w+", line.lower())) for line in text] for text in (first, second))
    dice = ((2 * len(one & other) / max(1, len(one) + len(other)) for other in others) for one in ones)
    return [[value if value >= _ALIKE else 0.0 for value in row] for row in dice]


def _best(alike: Sequence[Sequence[float]], rows: int, columns: int) -> list[list[float]]:
    """The most that pairing the lines from each two on can bring, as in the longest common subsequence."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for at in reversed(range(rows)):
        for other in reversed(range(columns)):
            paired = alike[at][other] + best[at + 1][other + 1]
            best[at][other] = max(best[at + 1][other], best[at][other + 1], paired)
    return best


def _same(line: str) -> Row:
    words = (Words(Change.SAME, line),)
    return Row(Change.SAME, words, words)


def _row(one: str | None, other: str | None) -> Row:
    if one is None or other is None:
        only = Change.ADDED if one is None else Change.REMOVED
        return Row(only, _only(Change.REMOVED, one), _only(Change.ADDED, other))
    words = _WORD.findall(one), _WORD.findall(other)
    if max(map(len, words)) > MOST_WORDS:
        return Row(Change.CHANGED, _only(Change.REMOVED, one), _only(Change.ADDED, other))
    return Row(Change.CHANGED, *_worded(*words))


def _only(change: Change, line: str | None) -> tuple[Words, ...]:
    return (Words(change, line),) if line else ()


def _worded(one: list[str], other: list[str]) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """Both lines in pieces. A word at the end of a line is the word it is before another."""
    plain = [word.strip() for word in one], [word.strip() for word in other]
    first, second = list[Words](), list[Words]()
    for tag, a, b, c, d in SequenceMatcher(None, *plain).get_opcodes():
        same = tag == "equal"
        first += _only(Change.SAME if same else Change.REMOVED, "".join(one[a:b]))
        second += _only(Change.SAME if same else Change.ADDED, "".join(other[c:d]))
    return tuple(first), tuple(second)


def _folded(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows, but equal ones that are far from every difference are counted in one."""
    differing = [at for at, row in enumerate(rows) if row.change is not Change.SAME]
    near = {at + step for at in differing for step in range(-_NEAR, _NEAR + 1)}
    hidden = 0
    for at, row in enumerate(rows):
        if at in near:
            if hidden:
                yield Row(Change.SAME, count=hidden)
            hidden = 0
            yield row
        else:
            hidden += 1
    if hidden:
        yield Row(Change.SAME, count=hidden)
