"""Transactions that last or leave nothing, and writes that share one commit without sharing a failure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from tests import postgres
from worker.errors import ConfigError
from worker.store.database import Database, after_commit

Work = Callable[[Connection], object]
PATIENCE = 30.0


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with a table of numbers that takes each number once."""
    made = Database(f"sqlite:///{tmp_path / 'numbers.db'}")
    with made.begin() as tx:
        tx.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
    yield made
    made.close()


def add(number: int, how: str = "INSERT") -> Work:
    """A write that adds a number, and gives it."""

    def work(tx: Connection) -> int:
        tx.execute(text(f"{how} INTO numbers VALUES ({number})"))
        return number

    return work


def fails(tx: Connection) -> None:
    """A write that fails after it wrote."""
    add(99)(tx)
    raise LookupError


def add_all(tx: Connection, items: list[int]) -> list[int]:
    """A write that adds numbers together, and gives how many there were to each."""
    tx.execute(text("INSERT INTO numbers VALUES (:n)"), [{"n": number} for number in items])
    return [len(items)] * len(items)


def numbers(db: Database) -> list[int]:
    """The numbers another connection sees."""
    with db.read() as tx:
        return list(tx.execute(text("SELECT n FROM numbers ORDER BY n")).scalars())


def wait_for(true: Callable[[], bool]) -> None:
    """Wait until it is. Raises AssertionError after half a minute."""
    for _ in range(int(PATIENCE / 0.01)):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("It did not come to be.")


def in_one_group(db: Database, works: list[Work], items: Sequence[int] = ()) -> list[Future[object]]:
    """Do the writes in one shared transaction, then those of `items` by `add_all`: all of them wait while an earlier
    one keeps the writer busy.
    """
    busy, go_on = threading.Event(), threading.Event()

    def hold(_tx: Connection) -> None:
        busy.set()
        assert go_on.wait(PATIENCE)

    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(len(works) + len(items)) as rest:
        first.submit(db.write, hold)
        assert busy.wait(PATIENCE)
        futures: list[Future[object]] = []
        calls = [partial(db.write, work) for work in works] + [partial(db.write_among, add_all, one) for one in items]
        for waiting, call in enumerate(calls, start=1):
            futures.append(rest.submit(call))
            while len(db._group._waiting) < waiting:  # nothing public tells that a write waits
                threading.Event().wait(0.001)
        go_on.set()
    return futures


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)  # 2 is FULL (SQLite: PRAGMA synchronous)
def test_every_connection_survives_power_loss_and_minds_references(db: Database, pragma: str, value: object) -> None:
    for transaction in (db.read, db.begin):
        with transaction() as tx:
            assert tx.execute(text(f"PRAGMA {pragma}")).scalar() == value
    assert db.write(lambda tx: tx.execute(text(f"PRAGMA {pragma}")).scalar()) == value


def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    with pytest.raises(LookupError), db.begin() as tx:
        fails(tx)
    assert numbers(db) == []


def test_a_failure_leaves_no_lock_behind(db: Database) -> None:
    unread = []

    def reads_and_fails(tx: Connection) -> None:
        unread.append(tx.execute(text("SELECT 1 UNION SELECT 2")))
        fails(tx)

    with pytest.raises(LookupError), db.begin() as tx:
        reads_and_fails(tx)
    with db.begin() as tx:
        add(1)(tx)
    assert numbers(db) == [1]


def test_a_reader_sees_one_moment(db: Database) -> None:
    with db.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM numbers")).scalar() == 0
        db.write(add(1))
        assert tx.execute(text("SELECT count(*) FROM numbers")).scalar() == 0
    assert numbers(db) == [1]


def test_what_many_threads_write_is_all_there_when_they_hear_of_it(db: Database, tmp_path: Path) -> None:
    def write(number: int) -> tuple[object, bool]:
        given = db.write(add(number))
        with other.read() as tx:
            found = tx.execute(text("SELECT count(*) FROM numbers WHERE n = :n"), {"n": number}).scalar()
        return given, found == 1

    other = Database(f"sqlite:///{tmp_path / 'numbers.db'}")
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(write, range(200))) == [(number, True) for number in range(200)]
    assert numbers(db) == list(range(200))
    other.close()


def test_one_write_of_a_group_fails_alone(db: Database) -> None:
    one, bad, twice, two = in_one_group(db, [add(1), fails, add(1), add(2)])
    assert isinstance(bad.exception(), LookupError)
    assert isinstance(twice.exception(), SQLAlchemyError)
    assert (one.result(), two.result(), numbers(db)) == (1, 2, [1, 2])


def test_what_waits_for_the_same_work_is_given_to_it_at_once(db: Database) -> None:
    first, *together = in_one_group(db, [add(1)], items=[2, 3, 4])
    assert [one.result() for one in (first, *together)] == [1, 3, 3, 3]
    assert numbers(db) == [1, 2, 3, 4]


def test_one_of_many_that_were_given_together_fails_alone(db: Database) -> None:
    first, two, again, three = in_one_group(db, [add(1)], items=[2, 1, 3])
    assert isinstance(again.exception(), SQLAlchemyError)
    assert (first.result(), two.result(), three.result(), numbers(db)) == (1, 1, 1, [1, 2, 3])


def test_no_write_is_called_done_that_sqlite_took_back(db: Database) -> None:
    db.write(add(1))  # OR ROLLBACK takes the whole transaction back, as a full disk or a failing one may
    futures = in_one_group(db, [add(2), add(1, "INSERT OR ROLLBACK"), add(3)])
    done = [future.result() for future in futures if future.exception() is None]
    assert isinstance(futures[1].exception(), SQLAlchemyError)
    assert set(done) <= set(numbers(db))
    db.write(add(4))
    assert 4 in numbers(db)


def test_what_waits_for_the_commit_happens_after_it(db: Database) -> None:
    seen: list[list[int]] = []

    def work(tx: Connection) -> None:
        add(1)(tx)
        after_commit(tx, lambda: seen.append(numbers(db)))
        assert seen == []

    db.write(work)
    with db.begin() as tx:
        add(2)(tx)
        after_commit(tx, lambda: seen.append(numbers(db)))
    assert seen == [[1], [1, 2]]


def test_what_waits_for_a_commit_that_never_comes_does_not_happen(db: Database) -> None:
    happened: list[str] = []

    def work(tx: Connection) -> None:
        after_commit(tx, lambda: happened.append("never"))
        fails(tx)

    in_one_group(db, [add(1), work, lambda tx: after_commit(tx, lambda: happened.append("once"))])
    with pytest.raises(LookupError), db.begin() as tx:
        work(tx)
    assert happened == ["once"]


def test_a_write_that_nobody_waits_for_arrives_with_the_next(db: Database) -> None:
    db.later(add_all, 1)
    db.write(add(2))
    assert numbers(db) == [1, 2]


def test_a_write_that_nobody_waits_for_arrives_by_itself(db: Database) -> None:
    db.later(add_all, 1)
    wait_for(lambda: numbers(db) == [1])
    db.later(add_all, 2)
    wait_for(lambda: numbers(db) == [1, 2])


def test_closing_finishes_what_waits_and_takes_nothing_more(db: Database, tmp_path: Path) -> None:
    for number in range(50):
        db.later(add_all, number)
    db.close()
    again = Database(f"sqlite:///{tmp_path / 'numbers.db'}")
    assert numbers(again) == list(range(50))
    again.close()
    with pytest.raises(RuntimeError, match="closed"):
        db.write(add(51))


def test_a_database_in_a_folder_that_is_not_there_makes_it(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'x.db'}")
    with db.read() as tx:
        assert tx.execute(text("SELECT 1")).scalar() == 1
    db.close()


@pytest.mark.parametrize("url", ["", "x.db", "mysql://me:hunter2@db/learnloop"])
def test_an_address_of_no_database_we_keep_rows_in_is_refused_by_the_settings_name(url: str) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL") as refused:
        Database(url)
    assert "hunter2" not in str(refused.value)


def test_two_writers_that_wait_for_each_other_on_postgresql_both_get_their_way() -> None:
    url = postgres.empty()
    one, other = Database(url), Database(url)
    with one.begin() as tx:
        tx.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY, times INTEGER NOT NULL)"))
        tx.execute(text("INSERT INTO numbers VALUES (1, 0), (2, 0)"))
    met = threading.Barrier(2, timeout=20)

    def crossing(first: int, second: int) -> Callable[[Connection], None]:
        waited: list[bool] = []

        def work(tx: Connection) -> None:
            for number in (first, second):
                tx.execute(text("UPDATE numbers SET times = times + 1 WHERE n = :n"), {"n": number})
                if not waited:
                    waited.append(True)
                    met.wait()

        return work

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(one.write, crossing(1, 2)), pool.submit(other.write, crossing(2, 1))]
        assert [future.result(30) for future in futures] == [None, None]
    with one.read() as tx:
        assert tx.execute(text("SELECT times FROM numbers ORDER BY n")).scalars().all() == [2, 2]
    one.close()
    other.close()
    postgres.drop(url)
