"""Ticks, each taken once by one of many; and moments, which are always UTC."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from tests.alone import MONDAY
from worker.store import ticks
from worker.store.database import Database
from worker.store.schema import ticks as table


def take(db: Database, key: str = "compile_all:t1@2026-11-02T09:00") -> bool:
    with db.begin() as tx:
        return ticks.take(tx, key, MONDAY)


def test_a_tick_is_taken_by_one_of_many(db: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: take(db), range(24)))
    assert taken.count(True) == 1


def test_each_fire_time_is_a_tick_of_its_own(db: Database) -> None:
    keys = ["prune@09:00", "prune@10:00", "prune@09:00", "check@09:00"]
    assert [take(db, key) for key in keys] == [True, True, False, True]


def test_a_tick_whose_transaction_fails_is_still_to_be_taken(db: Database) -> None:
    def take_and_fail() -> None:
        with db.begin() as tx:
            assert ticks.take(tx, "prune@09:00", MONDAY)
            raise LookupError

    with pytest.raises(LookupError):
        take_and_fail()
    assert take(db, "prune@09:00")


def test_old_ticks_are_pruned_and_newer_ones_are_not(db: Database) -> None:
    with db.begin() as tx:
        for days in range(3):
            ticks.take(tx, f"prune@{days}", MONDAY + timedelta(days=days))
        assert ticks.prune(tx, MONDAY + timedelta(days=1)) == 1
        assert [ticks.take(tx, f"prune@{days}", MONDAY) for days in range(3)] == [True, False, False]


def test_a_moment_of_any_zone_is_read_back_as_the_same_moment_in_utc(db: Database) -> None:
    there = MONDAY.astimezone(ZoneInfo("Asia/Kathmandu"))
    with db.begin() as tx:
        ticks.take(tx, "prune@09:00", there)
        (read,) = tx.execute(select(table.c.fired_at)).scalars()
    assert (read, read.utcoffset()) == (there, timedelta(0))


def test_a_moment_without_a_zone_is_never_stored(db: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"), db.begin() as tx:
        tx.execute(insert(table).values(key="x", fired_at=MONDAY.replace(tzinfo=None)))


def test_which_of_many_ticks_were_taken_is_one_look(db: Database) -> None:
    with db.begin() as tx:
        for number in range(0, 1_200, 2):
            ticks.take(tx, f"sweep:t{number}", MONDAY)
        asked = [f"sweep:t{number}" for number in range(1_200)]
        assert ticks.taken(tx, asked) == {f"sweep:t{number}" for number in range(0, 1_200, 2)}
        assert ticks.taken(tx, []) == set()
