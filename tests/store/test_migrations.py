"""The migrations build the tables that the code describes, once, from any state they may find."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from worker.store import migrate
from worker.store.database import Database
from worker.store.schema import metadata


def sql_of(db: Database) -> dict[str, list[str]]:
    """What each table and index is made by; the order of a table's constraints says nothing."""
    with db.read() as tx:
        rows = tx.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    return {name: sorted(line.strip(" ,\t") for line in sql.splitlines()) for name, sql in rows}


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'empty.db'}")


def test_alembic_finds_nothing_to_change(db: Database) -> None:
    with db.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_and_schema_give_the_same_database(db: Database, empty: Database) -> None:
    with empty.begin() as tx:
        metadata.create_all(tx)
    migrated = sql_of(db)
    assert migrated.pop("alembic_version")
    assert migrated == sql_of(empty)
    empty.close()


def test_an_upgrade_of_a_current_database_changes_nothing(db: Database) -> None:
    before = sql_of(db)
    migrate.upgrade(db)
    assert sql_of(db) == before
    with db.read() as tx:
        assert migrate.current(tx) == migrate.newest()


def test_a_new_database_has_no_revision_until_it_is_upgraded(empty: Database) -> None:
    with empty.read() as tx:
        assert migrate.current(tx) is None
    migrate.upgrade(empty)
    with empty.read() as tx:
        assert migrate.current(tx) == migrate.newest()
    empty.close()


def test_processes_that_upgrade_at_the_same_time_all_find_it_done(tmp_path: Path) -> None:
    databases = [Database(f"sqlite:///{tmp_path / 'shared.db'}") for _ in range(4)]
    together, failed = threading.Barrier(len(databases)), []

    def upgrade(db: Database) -> None:
        together.wait()
        try:
            migrate.upgrade(db)
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            failed.append(error)

    threads = [threading.Thread(target=upgrade, args=(db,)) for db in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(sql_of(databases[0])) > 10
    for db in databases:
        db.close()
