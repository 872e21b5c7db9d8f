"""Entries in their groups: by topic, and by month. A month that is too long to be read from end to end is grouped too.

It knows neither where entries come from nor how they look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from worker.domain.model import Learning
from worker.domain.pages.entry import Entry, entry, strongest
from worker.domain.pages.page_type import Material

OTHERS = "everything else"
# A month with more entries than this is grouped by topic. Ours, no study: about what a person reads in ten minutes,
# at the two to five lines of an entry.
LONG_MONTH = 12

Group = tuple[str, tuple[Entry, ...]]


@dataclass(frozen=True)
class Month:
    """The entries of a month (ISO, "2026-11"): one nameless group, newest first, or one group a topic."""

    name: str
    groups: tuple[Group, ...]


def by_topic(shown: Sequence[Entry]) -> tuple[Group, ...]:
    """Each entry once, in the order given, under the topic it shares with most others; the largest topic first."""
    sizes: dict[str, int] = defaultdict(int)
    for one in shown:
        for topic in one.topics:
            sizes[topic.name] += 1
    groups: dict[str, list[Entry]] = defaultdict(list)
    for one in shown:
        names = [topic.name for topic in one.topics]
        groups[max(names, key=lambda name: (sizes[name], name)) if names else OTHERS].append(one)
    ordered = sorted(groups.items(), key=lambda group: (group[0] == OTHERS, -len(group[1]), group[0]))
    return tuple((name, tuple(found)) for name, found in ordered)


def by_month(material: Material) -> tuple[Month, ...]:
    """The material's learnings, which come newest first, by month; a long month by topic, the most useful first."""
    months = groupby(material.learnings, key=lambda one: f"{one.learned_at:%Y-%m}")
    return tuple(Month(name, _groups(list(found), material)) for name, found in months)


def _groups(found: Sequence[Learning], material: Material) -> tuple[Group, ...]:
    if len(found) <= LONG_MONTH:
        return (("", _entries(found, material)),)
    return by_topic(_entries(strongest(found), material))


def _entries(found: Iterable[Learning], material: Material) -> tuple[Entry, ...]:
    return tuple(entry(one, material) for one in found)
