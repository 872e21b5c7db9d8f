"""From SQLite to PostgreSQL: every row of every table, however often it is killed on the way."""

from __future__ import annotations

import random
import subprocess
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from tests import postgres
from tests.alone import StillClock
from tests.keeping.commands import environment, ran, refused, started, typed, worker_at_work
from tests.keeping.rows import filled, tallies
from tests.world import make_world
from webhooks.app import create_app
from worker import config, schedule
from worker.deployment import assemble
from worker.domain.model import DeliveryState, IssueId, JobKind, Product, PromptState, TenantId
from worker.errors import ConfigError, KeepingRefused
from worker.jobs import handlers
from worker.keeping import copying, moving
from worker.store import credentials, deliveries, prompts
from worker.store.database import Database
from worker.store.migrate import upgrade
from worker.store.schema import metadata


@pytest.fixture
def target() -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it."""
    url = postgres.empty()
    yield url
    postgres.drop(url)


def move(data: Path, url: str) -> moving.Moved:
    return moving.move(config.load(environment(data)), url, lambda _done, _of: None)


def sqlite_in(data: Path) -> Database:
    return Database(f"sqlite:///{data / 'learnloop.db'}")


def closed(db: Database, look: Callable[[Database], object]) -> object:
    """What `look` sees in a database that is closed afterwards."""
    try:
        return look(db)
    finally:
        db.close()


def test_every_row_of_every_table_arrives_and_new_ids_follow(tmp_path: Path, target: str) -> None:
    filled(tmp_path / "learnloop.db", 700)
    moved = move(tmp_path, target)
    assert set(moved.tables) == set(metadata.tables)
    assert min(tally.rows for name, tally in moved.tables.items() if name != "tenants") == 700
    assert closed(sqlite_in(tmp_path), tallies) == closed(Database(target), tallies) == moved.tables
    db = Database(target)
    assert set(inspect(db.engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    with db.begin() as tx:
        (tenant, *_) = tx.execute(select(metadata.tables["tenants"].c.id)).scalars()
        now = StillClock().now()
        state = DeliveryState.IGNORED
        (new,) = deliveries.accept(tx, [deliveries.Arrival(tenant, "id:new", now, "", "", state)])
    db.close()
    assert new == 701


def test_a_move_that_is_killed_at_random_moments_goes_on_where_it_stopped(tmp_path: Path, target: str) -> None:
    filled(tmp_path / "learnloop.db", 1_500)
    dice = random.Random(20261121)
    rows = 1_500 * (len(metadata.tables) - 1)
    reached, said = [0], ""
    for share in (0.05, 0.4, 0.9, 1.0):  # the last one while it compares
        process = started(tmp_path, "move-to", target)
        _wait_for(process, target, int(rows * share))
        threading.Event().wait(dice.uniform(0, 0.05))
        process.kill()
        said = process.communicate()[0]
        if process.returncode == 0:  # it was quicker than the last kill
            break
        reached.append(_copied(target))
    assert reached == sorted(reached), "no try began anew"
    assert rows * 0.9 <= reached[3] <= rows
    if process.returncode != 0:
        said = ran(tmp_path, "move-to", target)
    assert "Both sides hold the same rows" in said
    assert closed(sqlite_in(tmp_path), tallies) == closed(Database(target), tallies)


def _wait_for(process: subprocess.Popen[str], url: str, rows: int) -> None:
    """Until so many rows were copied, or the process ended."""
    for _ in range(30_000):
        if _copied(url) >= rows or process.poll() is not None:
            return
        threading.Event().wait(0.002)
    raise AssertionError("the move does not advance")


def _copied(url: str) -> int:
    """How many rows are in the target, counted where the tables are there already."""
    db = Database(url)
    try:
        with db.read() as tx:
            return sum(copying.count(tx, table) for table in metadata.sorted_tables if table.name != "tenants")
    except SQLAlchemyError:
        return 0
    finally:
        db.close()


def test_a_move_of_large_bodies_holds_few_of_them_at_a_time(tmp_path: Path, target: str) -> None:
    filled(tmp_path / "learnloop.db", 60)
    db, body = sqlite_in(tmp_path), metadata.tables["deliveries"].c.body
    with db.begin() as tx:
        tx.execute(update(body.table).values(body=b"x" * 2_000_000))
    db.close()
    tracemalloc.start()
    move(tmp_path, target)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40_000_000, "of 120 MB"


@pytest.fixture
def moved_from(tmp_path: Path) -> Path:
    """A data folder with some rows in every table."""
    filled(tmp_path / "learnloop.db", 20)
    return tmp_path


def test_nothing_is_moved_while_a_worker_runs(tmp_path: Path, target: str) -> None:
    with worker_at_work(tmp_path), pytest.raises(KeepingRefused, match="Stop LearnLoop first"):
        move(tmp_path, target)
    assert tables_of(target) == []


def test_nothing_is_moved_while_a_web_process_may_take_deliveries(moved_from: Path, target: str) -> None:
    web = sqlite_in(moved_from)
    with web.read() as tx:
        tx.execute(text("SELECT id FROM tenants")).all()
    with pytest.raises(KeepingRefused, match="a `learnloop web` most likely"):
        move(moved_from, target)
    web.close()
    assert tables_of(target) == []


def tables_of(url: str) -> list[str]:
    db = Database(url)
    names = inspect(db.engine).get_table_names()
    db.close()
    return names


def test_a_delivery_that_comes_during_the_move_is_refused_not_lost(moved_from: Path, target: str) -> None:
    seen: list[str] = []

    def write(_done: int, _of: int) -> None:
        with pytest.raises(SQLAlchemyError, match="locked"):
            late.execute(text("DELETE FROM deliveries"))
        seen.append("locked")

    engine = create_engine(f"sqlite:///{moved_from / 'learnloop.db'}", connect_args={"timeout": 0})
    with engine.connect() as late:
        moving.move(config.load(environment(moved_from)), target, write)
    engine.dispose()
    assert set(seen) == {"locked"}


def rows_in(url: str) -> None:
    db = Database(url)
    upgrade(db)
    with db.begin() as tx:
        tx.execute(insert(metadata.tables["ticks"]).values(key="sweep:t1@now", fired_at=StillClock().now()))
    db.close()


def tables_in(url: str) -> None:
    db = Database(url)
    with db.begin() as tx:
        tx.execute(text("CREATE TABLE shopping (item TEXT)"))
    db.close()


@pytest.mark.parametrize(
    ("prepare", "says"),
    [(rows_in, r"holds rows already \(ticks\)"), (tables_in, r"holds other tables \(shopping\)")],
    ids=["rows", "tables"],
)
def test_a_target_that_holds_anything_else_is_refused_as_it_is(
    moved_from: Path, target: str, prepare: Callable[[str], None], says: str
) -> None:
    prepare(target)
    before = tables_of(target)
    with pytest.raises(KeepingRefused, match=says):
        move(moved_from, target)
    assert tables_of(target) == before


def test_a_target_with_an_empty_schema_is_taken(moved_from: Path) -> None:
    url = postgres.fresh()
    assert move(moved_from, url).tables == closed(sqlite_in(moved_from), tallies)
    postgres.drop(url)


def test_a_second_move_to_the_same_target_changes_nothing(moved_from: Path, target: str) -> None:
    move(moved_from, target)
    with pytest.raises(KeepingRefused, match="holds rows already"):
        move(moved_from, target)


def unfinished(data: Path, url: str) -> None:
    """A move that was stopped between two batches."""

    class Stop(Exception):
        pass

    def stop(done: int, of: int) -> None:
        if done >= of * 3 // 4:  # the tables that the tests change were copied
            raise Stop

    with pytest.raises(Stop):
        moving.move(config.load(environment(data)), url, stop)


def test_nothing_starts_on_a_target_that_is_half_moved_to_but_the_move_goes_on(moved_from: Path, target: str) -> None:
    unfinished(moved_from, target)
    for word in ("up", "web", "worker", "check"):
        said = refused(moved_from, word, DATABASE_URL=target)
        assert "is not finished" in said
        assert "Run the same `learnloop move-to` again" in said
    assert move(moved_from, target).tables == closed(sqlite_in(moved_from), tallies)
    assemble(config.load(environment(moved_from, DATABASE_URL=target))).close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE deliveries SET state = 'handled' WHERE id = 1",
        "DELETE FROM ticks WHERE key = (SELECT min(key) FROM ticks)",
        "UPDATE tenants SET stopped = 'The token has expired.' WHERE id = (SELECT min(id) FROM tenants)",
    ],
)
def test_rows_written_between_two_tries_are_found(moved_from: Path, target: str, change: str) -> None:
    unfinished(moved_from, target)
    db = sqlite_in(moved_from)
    with db.begin() as tx:
        tx.execute(text(change))
    db.close()
    before = closed(sqlite_in(moved_from), tallies)
    with pytest.raises(KeepingRefused, match="The two differ in"):
        move(moved_from, target)
    assert closed(sqlite_in(moved_from), tallies) == before


def test_a_row_postgresql_cannot_hold_is_named_and_can_be_mended(moved_from: Path, target: str) -> None:
    wrong = "UPDATE jobs SET error = 'a NUL: ' || char(0) WHERE id = 13"
    for statement, says in ((wrong, r"the row \(13,\) of jobs"), ("UPDATE jobs SET error = '' WHERE id = 13", "")):
        db = sqlite_in(moved_from)
        with db.begin() as tx:
            tx.execute(text(statement))
        db.close()
        if says:
            with pytest.raises(KeepingRefused, match=says):
                move(moved_from, target)
    assert move(moved_from, target).tables == closed(sqlite_in(moved_from), tallies)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////nowhere/else.db", "Give the address of a PostgreSQL database"),
        ("postgresql://learnloop:sesame@127.0.0.1:1/learnloop", "A database did not do it"),
    ],
)
def test_an_address_that_cannot_be_moved_to_is_refused(moved_from: Path, url: str, says: str) -> None:
    with pytest.raises(KeepingRefused, match=says) as refused:
        move(moved_from, url)
    assert "sesame" not in str(refused.value)


def test_only_a_database_that_is_there_is_moved(tmp_path: Path, target: str) -> None:
    with pytest.raises(KeepingRefused, match="There is no database at"):
        move(tmp_path, target)
    with pytest.raises(KeepingRefused, match="in PostgreSQL already"):
        moving.move(config.load(environment(tmp_path, DATABASE_URL=target)), target, lambda _done, _of: None)
    filled(tmp_path / "learnloop.db", 1)
    with pytest.raises(ConfigError, match="kept in SQLite or PostgreSQL"):
        move(tmp_path, "mysql://127.0.0.1/learnloop")


def test_the_address_to_set_hides_its_password(moved_from: Path, target: str) -> None:
    given = make_url(target).set(password="sesame").render_as_string(hide_password=False)
    said = typed(moved_from, "move-to", given)
    assert "DATABASE_URL=postgresql+psycopg://" in said
    assert "sesame" not in said


def test_secrets_still_open_and_a_learnloop_on_the_target_goes_on(tmp_path: Path, target: str) -> None:
    with make_world(tmp_path) as world:
        key, other = world.closed("Asked before"), world.closed("Answered by a reply")
        link = world.link(key)
        comment = world.our_comment(key)
        world.deployment.close()
        moving.move(world.deployment.settings, target, lambda _done, _of: None)
        moved = assemble(replace(world.deployment.settings, database_url=target), world.clock)
        with moved.db.read() as tx:
            held = credentials.of(tx, TenantId(world.tenant_id))
            prompt = prompts.of_issue(tx, TenantId(world.tenant_id), IssueId(world.site.issue(key).id))
        assert {moved.keys.open(held[product].secret) for product in Product} == {"token"}
        assert prompt is not None
        assert prompt.state is PromptState.OPEN
        web, work = create_app(moved).test_client(), handlers(moved)
        answered = web.post(link, data={"choice": "learned", "learned": "Small batches surface problems early."})
        assert answered.status_code < 400
        later = world.site.create_issue("FLEX", "Story", "Closed after", reporter=world.ana, assignee=world.ana)
        world.site.transition(later, "Done", by=world.ana, resolution="Done")
        world.clock.forward(timedelta(minutes=1))
        assert schedule.fire(moved, JobKind.SWEEP, TenantId(world.tenant_id), world.clock.now())
        moved.queue.drain(work)
        assert moved.queue.jobs("dead") == []
        assert "Small batches surface problems early." in world.page("Learning log: FLEX").storage
        assert world.our_comment(key) != comment
        assert len(world.our_comments(other)) == len(world.our_comments(later)) == 1
        moved.close()
