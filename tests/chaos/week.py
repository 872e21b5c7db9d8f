"""Days of traffic with the clock run fast: `python -m tests.chaos.week --days 10`.

Each hour some issues are closed, most are answered, and whatever the schedule has for that hour happens; a sprint ends
each day. Counts must not drift, rows must be pruned, memory of ours and open files must stay flat. Exit code 0 or 1.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import random
import tempfile
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from tests.world import World, make_world
from worker import schedule
from worker.domain import storage_format
from worker.jobs.upkeep import KEEP_DELIVERIES
from worker.store.schema import deliveries, jobs, ticks

AN_HOUR = 2  # closes
MOST_GROWTH = 1_500  # kilobytes of ours from the second day to the last
MOST_FILES = 8  # more open files than after the second day; connections of pools come and go
_OURS = ("*/worker/[!e]*", "*/webhooks/*", "*/sqlalchemy/*", "*/apscheduler/*")


@dataclass(frozen=True)
class Day:
    """What there was at the end of a day. `memory` is kilobytes that our code and its libraries hold."""

    closes: int
    comments: int
    answers: int
    on_pages: int
    deliveries: int
    oldest: timedelta
    waiting: int
    ticks: int
    memory: int
    files: int


def days(folder: Path, count: int, seed: int) -> list[Day]:
    """Live through so many days."""
    dice, told = random.Random(seed), Told()
    tracemalloc.start()
    try:
        with make_world(folder) as world:
            return [_day(world, told, dice, number) for number in range(count)]
    finally:
        tracemalloc.stop()


@dataclass
class Told:
    """What people did so far."""

    closes: int = 0
    answers: int = 0


def _day(world: World, told: Told, dice: random.Random, number: int) -> Day:
    sprint = world.sprint(f"Sprint {number}")
    for _ in range(24):
        for _ in range(AN_HOUR):
            key = world.closed(sprint=sprint if dice.random() < 0.2 else None)
            told.closes += 1
            if dice.random() < 0.6:
                told.answers += 1
                world.answer(key, f"lesson{told.answers}x", topics=dice.choice(("pricing", "billing", "search")))
        world.clock.forward(timedelta(hours=1))
        schedule.catch_up(world.deployment)
        world.settle()
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    return _look(world, told)


def _look(world: World, told: Told) -> Day:
    now = world.clock.now()
    with world.deployment.db.read() as tx:
        counts = [tx.execute(select(func.count()).select_from(one)).scalar_one() for one in (deliveries, jobs, ticks)]
        first = tx.execute(select(func.min(deliveries.c.received_at))).scalar_one()
    log = "".join(page.storage for page in world.site.pages.values() if page.title.startswith("Learning log"))
    return Day(
        closes=told.closes,
        comments=sum(len(world.our_comments(key)) for key in world.site.issues),
        answers=told.answers,
        on_pages=sum(f">lesson{number}x</p>" in log for number in range(1, told.answers + 1)),
        deliveries=counts[0],
        oldest=now - first,
        waiting=counts[1],
        ticks=counts[2],
        memory=_memory(),
        files=len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0,
    )


def _memory() -> int:
    storage_format.kept.cache_clear()  # trees of the last texts, which grow as pages do
    gc.collect()
    only = [tracemalloc.Filter(True, pattern) for pattern in _OURS]
    snapshot = tracemalloc.take_snapshot().filter_traces(only)
    return sum(one.size for one in snapshot.statistics("filename")) // 1024


def wrong(lived: Sequence[Day]) -> list[str]:
    """A sentence for everything that drifted."""
    found = []
    for number, day in enumerate(lived, 1):
        if (day.comments, day.on_pages, day.waiting) != (day.closes, day.answers, 0):
            pages = f"{day.on_pages} of {day.answers} answers on pages"
            found.append(f"day {number}: {day.comments} comments for {day.closes} closes, {pages}, {day.waiting} jobs")
        if day.oldest > KEEP_DELIVERIES + timedelta(days=1, hours=2):
            found.append(f"day {number}: a delivery is {day.oldest} old")
    early, late = lived[min(1, len(lived) - 1)], lived[-1]
    if late.memory - early.memory > MOST_GROWTH:
        found.append(f"memory grew from {early.memory} to {late.memory} kB")
    if late.files - early.files > MOST_FILES:
        found.append(f"open files grew from {early.files} to {late.files}")
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.week", description=__doc__)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(words)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="learnloop-week-") as folder:
        lived = days(Path(folder), given.days, given.seed)
    for number, day in enumerate(lived, 1):
        print(number, *(f"{name} {value}" for name, value in vars(day).items()), sep="  ")  # noqa: T201
    for words_ in (drifted := wrong(lived)):
        print(f"DRIFTED: {words_}")  # noqa: T201
    return 1 if drifted else 0


if __name__ == "__main__":
    raise SystemExit(main())
