"""Alive means that the process answers; ready, that it could keep a delivery."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.alone import StillClock
from webhooks.app import create_app
from worker import __version__, config
from worker.deployment import Deployment
from worker.queue.embedded import EmbeddedQueue
from worker.store import migrate
from worker.store.database import Database
from worker.store.seal import Keys


def test_a_healthy_process_says_so_and_which_version_it_is(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "version": __version__})


def test_a_ready_process_names_its_schema(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "schema": migrate.newest()})


def test_a_database_that_waits_for_a_migration_is_not_ready_but_alive(tmp_path: Path) -> None:
    settings, clock = config.load({"LEARNLOOP_DATA": str(tmp_path)}), StillClock()
    db = Database(settings.database_url)
    queue = EmbeddedQueue(db, clock, threads=1, poll=settings.poll)
    client = create_app(Deployment(settings, clock, db, queue, Keys("x" * 32))).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "waits for a migration" in answer.text
    assert client.get("/healthz").status_code == 200
    migrate.upgrade(db)
    assert client.get("/readyz").status_code == 200
    db.close()


def test_a_database_of_another_version_is_not_ready(parts: Deployment, client: FlaskClient) -> None:
    with parts.db.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(b"no database" * 1000), lambda path: path.unlink()],
    ids=["spoiled", "gone"],
)
def test_a_database_that_does_not_answer_is_not_ready_but_alive(
    parts: Deployment, client: FlaskClient, damage: Callable[[Path], None]
) -> None:
    parts.db.engine.dispose()
    for file in parts.db.path.parent.glob("learnloop.db-*"):
        file.unlink()
    damage(parts.db.path)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["status"]
    assert client.get("/healthz").status_code == 200


def test_the_front_page_says_where_to_go(client: FlaskClient) -> None:
    assert "its link opens the form" in client.get("/").text
