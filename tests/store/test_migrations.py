"""The migrations build the tables that the code describes, once, from any state they may find."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from tests import postgres
from worker.domain.model import Hosting, PageKey, Product, Proof, Scheme, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.store import credentials, deliveries, migrate, pages, prompts, tenants
from worker.store.database import Database
from worker.store.schema import metadata


def shape_of(db: Database) -> dict[str, Any]:
    """What each table is made of, as the database itself describes it. Where a column stands says nothing: one that
    was added later stands last.
    """
    inspector = inspect(db.engine)

    def name_of(one: Any) -> str:
        return str(one["name"])

    shape = {
        name: {
            "columns": sorted(inspector.get_columns(name), key=name_of),
            "primary key": inspector.get_pk_constraint(name),
            "foreign keys": sorted(inspector.get_foreign_keys(name), key=str),
            "unique": sorted(inspector.get_unique_constraints(name), key=str),
            "indexes": sorted(inspector.get_indexes(name), key=name_of),
        }
        for name in inspector.get_table_names()
    }
    return cast("dict[str, Any]", json.loads(json.dumps(shape, default=str)))  # types and conditions as their words


@pytest.fixture
def empty(tmp_path: Path, database_url: str) -> Iterator[Database]:
    """A database without tables, of the same kind as `db`."""
    url = postgres.empty() if database_url else f"sqlite:///{tmp_path / 'empty.db'}"
    made = Database(url)
    yield made
    made.close()
    if database_url:
        postgres.drop(url)


def test_alembic_finds_nothing_to_change(db: Database) -> None:
    with db.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_and_schema_give_the_same_database(db: Database, empty: Database) -> None:
    with empty.begin() as tx:
        metadata.create_all(tx)
    migrated = shape_of(db)
    assert migrated.pop("alembic_version")
    assert migrated == shape_of(empty)


def test_an_upgrade_of_a_current_database_changes_nothing(db: Database) -> None:
    before = shape_of(db)
    migrate.upgrade(db)
    assert shape_of(db) == before
    with db.read() as tx:
        assert migrate.current(tx) == migrate.newest()


def test_a_new_database_has_no_revision_until_it_is_upgraded(empty: Database) -> None:
    with empty.read() as tx:
        assert migrate.current(tx) is None
    migrate.upgrade(empty)
    with empty.read() as tx:
        assert migrate.current(tx) == migrate.newest()


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
    assert len(shape_of(databases[0])) > 10
    for db in databases:
        db.close()


# --- a database of the first version, with what people told it ---

_FIRST: dict[str, list[dict[str, Any]]] = {
    "tenants": [
        {
            "id": name, "source": "cloud", "site_url": f"https://{name}.atlassian.net", "email": f"bot@{name}.example",
            "token": f"sealed token of {name}".encode(), "webhook_path": f"path-of-{name}",
            "webhook_secret": f"sealed secret of {name}".encode(), "own_account": f"bot of {name}", "silent_writes": 1,
            "policy": json.dumps({"home_space": "ENG", "projects": ["FLEX"]}), "known_projects": json.dumps(["FLEX"]),
            "stopped": "The token has expired." if name == "t2" else "",
            "activated_at": "2026-10-01 08:00:00.000000", "statuses_read_at": None,
        }
        for name in ("t1", "t2")
    ],
    "statuses": [{"tenant_id": "t1", "status_id": "10002", "category": "done"}],
    "deliveries": [
        {
            "id": 7, "tenant_id": "t1", "key": "id:4711", "received_at": "2026-10-02 09:30:00.123000",
            "event": "jira:issue_updated", "issue_key": "FLEX-7", "state": "queued", "reason": "", "body": b"{}",
        }
    ],
    "jobs": [
        {
            "id": 3, "kind": "interpret", "key": "7", "lane": "delivery:t1/FLEX-7", "state": "waiting",
            "run_at": "2026-10-02 09:30:00.123000", "tries": 0, "holds_lane": 0, "token": 0, "lease_until": None,
            "error": "", "trace": "", "created_at": "2026-10-02 09:30:00.123000",
        }
    ],
    "closes": [
        {
            "id": 5, "tenant_id": "t1", "issue_id": "10123", "issue_key": "FLEX-7", "project_key": "FLEX",
            "closed_at": "2026-10-02 09:30:00.123000", "asked": 1, "reason": "",
        }
    ],
    "prompts": [
        {
            "id": 9, "tenant_id": "t1", "issue_id": "10123", "issue_key": "FLEX-7", "project_key": "FLEX",
            "summary": "Try monthly plans", "type_name": "Story", "hints": json.dumps(["billing"]), "restricted": 0,
            "asked": "ana", "state": "answered", "closed_at": "2026-10-02 09:30:00.123000",
            "asked_at": "2026-10-02 09:31:00.000000", "reminders": 1, "comment_id": "10300", "shown": "4f2a9c",
            "settled_at": "2026-10-02 10:00:00.000000",
        }
    ],
    "answers": [
        {
            "id": 2, "tenant_id": "t1", "issue_id": "10123", "revision": 1, "given_at": "2026-10-02 10:00:00.000000",
            "road": "reply", "given_by": "ana", "content": json.dumps({"learned": "Ask resellers first."}),
        }
    ],
    "learnings": [
        {
            "id": 4, "tenant_id": "t1", "issue_id": "10123", "issue_key": "FLEX-7", "project_key": "FLEX",
            "summary": "Try monthly plans", "type_name": "Story",
            "content": json.dumps({"learned": "Ask resellers first.", "topics": ["pricing"]}),
            "learned_at": "2026-10-02 10:00:00.000000", "revision": 1, "visible": 1,
        }
    ],
    "learning_topics": [
        {"tenant_id": "t1", "topic": "pricing", "learning_id": 4, "learned_at": "2026-10-02 10:00:00.000000"}
    ],
    "pages": [
        {
            "tenant_id": "t1", "key": "log:FLEX", "state": "current", "space": "ENG", "title": "Learning log: FLEX",
            "page_id": "98304", "url": "https://t1.atlassian.net/wiki/spaces/ENG/pages/98304", "version": 3,
            "digest": "4f2a9c", "regions": json.dumps({"learnloop-log": "aa"}), "learnings": 1, "reason": "",
            "published_at": "2026-10-02 10:01:00.000000",
        }
    ],
    "pauses": [{"tenant_id": "t2", "scope": "tenant", "until": "2026-10-03 00:00:00.000000", "reason": "quota"}],
    "sprints": [
        {
            "tenant_id": "t1", "id": 41, "board_id": 7, "project_key": "FLEX", "name": "Sprint 3", "goal": "",
            "state": "closed", "started_at": None, "ended_at": None, "completed_at": None,
        }
    ],
    "sprint_issues": [{"tenant_id": "t1", "sprint_id": 41, "issue_id": "10123"}],
    "effects": [{"key": "t1/ask/9", "state": "done", "result": "{}", "begun_at": "2026-10-02 09:31:00.000000"}],
    "ticks": [{"key": "sweep:t1@2026-10-02T09:30:00", "fired_at": "2026-10-02 09:30:00.000000"}],
}  # fmt: skip
_LEFT_TENANTS = {"email", "token", "webhook_secret"}


def rows_of(tx: Connection, table: str) -> list[dict[str, Any]]:
    """The rows of a table as SQLite would hold them."""
    rows = tx.execute(text(f'SELECT * FROM "{table}" ORDER BY 1, 2')).mappings()  # noqa: S608
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    match value:
        case bool():
            return int(value)
        case dict() | list():
            return json.dumps(value)
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    return value


_FLAGS = {"silent_writes", "holds_lane", "asked", "restricted", "visible"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """A row as PostgreSQL takes it: truth values, and moments that say they are UTC."""
    return {
        name: bool(value) if name in _FLAGS and isinstance(value, int)
        else f"{value}+00" if isinstance(value, str) and _MOMENT.fullmatch(value) else value
        for name, value in row.items()
    }  # fmt: skip


@pytest.fixture
def first_version(empty: Database) -> Database:
    """A database that revision 0001 made, with at least one row in each of its tables."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with empty.begin() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "0001")
        for table, rows in _FIRST.items():
            for row in rows:
                places = ", ".join(f":{name}" for name in row)
                statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"  # noqa: S608
                tx.execute(text(statement), _typed(row) if empty.shared else row)
    return empty


def test_the_first_version_is_told_with_a_row_in_every_table(first_version: Database) -> None:
    assert set(inspect(first_version.engine).get_table_names()) == {*_FIRST, "alembic_version"}


def test_an_upgrade_of_the_first_version_loses_no_row_and_no_value(first_version: Database) -> None:
    migrate.upgrade(first_version)
    with first_version.read() as tx:
        for table, rows in _FIRST.items():
            kept = rows_of(tx, table)
            gone = _LEFT_TENANTS if table == "tenants" else set()
            told = [{name: value for name, value in row.items() if name not in gone} for row in rows]
            assert [{name: row[name] for name in told[0]} for row in kept] == told, table
        if not first_version.shared:
            assert tx.execute(text("PRAGMA foreign_key_check")).all() == []


def test_an_upgraded_first_version_is_the_database_the_code_expects(first_version: Database, db: Database) -> None:
    migrate.upgrade(first_version)
    assert shape_of(first_version) == shape_of(db)


def test_what_one_account_was_for_becomes_a_credential_for_each_product(first_version: Database) -> None:
    migrate.upgrade(first_version)
    with first_version.read() as tx:
        for name in ("t1", "t2"):
            held = credentials.of(tx, TenantId(name))
            assert set(held) == {Product.JIRA, Product.CONFLUENCE}
            for product, one in held.items():
                assert (one.product, one.scheme, one.account) == (product, Scheme.BASIC, f"bot@{name}.example")
                assert (one.address, one.account_id) == (f"https://{name}.atlassian.net", f"bot of {name}")
                assert (one.secret, one.expires_at) == (f"sealed token of {name}".encode(), None)
                assert one.added_at == tenants.get(tx, TenantId(name)).activated_at


def test_an_upgraded_first_version_is_read_by_todays_code(first_version: Database) -> None:
    migrate.upgrade(first_version)
    with first_version.read() as tx:
        first, second = tenants.every(tx)
        assert (first.source, first.hosting, first.proof) == (SourceKind.CLOUD, Hosting.CLOUD, Proof.HMAC)
        assert (first.wiki_url, first.secrets) == ("https://t1.atlassian.net/wiki", (b"sealed secret of t1",))
        assert (first.cloud_id, first.installation, first.uninstalled_at, first.swept_at) == ("", None, None, None)
        assert first.policy == Policy(("FLEX",), home_space="ENG")
        assert second.stopped == "The token has expired."
        delivery = deliveries.get(tx, 7)
        assert (delivery.body, delivery.proven_by, delivery.received_at.microsecond) == (b"{}", "", 123_000)
        prompt = prompts.get(tx, 9)
        assert prompts.knows_close(tx, first.id, prompt.issue_id, prompt.closed_at, "10501")
        assert pages.get(tx, first.id, PageKey("log:FLEX")).page_id == "98304"
