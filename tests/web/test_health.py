"""Alive means that the process answers; ready, that the database does and has this version's schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from tests.alone import StillClock
from webhooks.app import create_app
from worker import __version__, config
from worker.deployment import Deployment
from worker.queue.rows import RowQueue
from worker.store import migrate
from worker.store.database import Database
from worker.store.seal import Keys


def test_healthz_says_the_version_and_readyz_the_schema(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok", "version": __version__}
    assert client.get("/readyz").json == {"status": "ok", "schema": migrate.newest()}


def test_the_front_page_tells_who_opens_it_by_hand_what_this_is(client: FlaskClient) -> None:
    assert "There is nothing to do here" in client.get("/").text


def test_a_database_that_waits_for_its_migration_is_not_ready_until_it_had_it(tmp_path: Path) -> None:
    settings, clock = config.load({"LEARNLOOP_DATA": str(tmp_path)}), StillClock()
    db = Database(settings.database_url)
    queue = RowQueue(db, clock, threads=1, poll=settings.poll)
    client = create_app(Deployment(settings, clock, db, queue, Keys("x" * 32))).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "waits for a migration" in answer.text
    assert client.get("/healthz").status_code == 200
    migrate.upgrade(db)
    assert client.get("/readyz").status_code == 200
    db.close()


@pytest.mark.parametrize(("revision", "status"), [("0001", 503), ("9999", 200)])
def test_an_older_schema_is_waited_for_and_a_newer_one_is_worked_on(
    parts: Deployment, client: FlaskClient, revision: str, status: int
) -> None:
    with parts.db.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    assert client.get("/readyz").status_code == status


def test_a_database_that_only_answers_is_not_ready(parts: Deployment, client: FlaskClient) -> None:
    with only_reading(parts.db):
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


@contextmanager
def only_reading(db: Database) -> Iterator[None]:
    """In this block SQLite refuses every write, as it does where the file may only be read."""

    def configure(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    event.listen(db.engine, "connect", configure)
    db.engine.dispose()
    yield
    event.remove(db.engine, "connect", configure)
    db.engine.dispose()


def test_a_process_of_the_version_before_starts_on_a_newer_schema(parts: Deployment) -> None:
    with parts.db.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    migrate.upgrade(parts.db)
    with parts.db.read() as tx:
        assert migrate.current(tx) == "9999"


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(b"no database" * 1000), lambda path: path.unlink()],
    ids=["spoiled", "gone"],
)
def test_a_database_that_does_not_answer_is_not_ready_but_the_process_is_alive(
    parts: Deployment, client: FlaskClient, damage: Callable[[Path], None]
) -> None:
    parts.db.engine.dispose()
    for file in parts.db.path.parent.glob("learnloop.db-*"):
        file.unlink()
    damage(parts.db.path)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
