"""A backup holds all that was acknowledged before it began; a restore takes nothing but a whole one of ours."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from tests.alone import StillClock, deployed, with_tenant
from tests.keeping.commands import ran, started, typed, worker_at_work
from tests.keeping.rows import filled, tallies
from worker import config
from worker.deployment import Deployment
from worker.domain.model import DeliveryState, JobKind, Product, TenantId
from worker.errors import ConfigError, KeepingRefused
from worker.keeping import backups
from worker.store import credentials, deliveries, migrate
from worker.store.database import Database
from worker.store.schema import deliveries as delivery_rows
from worker.store.schema import jobs


def settings_of(data: Path, database_url: str = "", secret_key: str = "") -> config.Settings:
    given = {"LEARNLOOP_DATA": str(data), "DATABASE_URL": database_url, "LEARNLOOP_SECRET_KEY": secret_key}
    return config.load(given)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Deployment]:
    """A LearnLoop that runs, with one tenant."""
    parts = deployed(tmp_path / "live", StillClock())
    with_tenant(parts)
    yield parts
    parts.close()


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A whole backup with its key, and rows in every table."""
    filled(tmp_path / "source" / "learnloop.db", 30)
    (tmp_path / "source" / "secret.key").write_text("a key that was long in use, and is long enough")
    file = tmp_path / "backup.db"
    settings = settings_of(tmp_path / "source")
    backups.back_up_key(settings, file)
    backups.back_up(settings, file)
    return file


class Receiver(threading.Thread):
    """Accepts deliveries with their jobs, as the HTTP edge does, until told to stop."""

    def __init__(self, parts: Deployment) -> None:
        super().__init__()
        self.parts, self.stop, self.acknowledged = parts, threading.Event(), 0

    def run(self) -> None:
        while not self.stop.is_set():
            self.parts.db.write(self._accept)
            self.acknowledged += 1

    def _accept(self, tx: object) -> None:
        number = self.acknowledged
        arrived = deliveries.Arrival(
            TenantId("t1"), f"id:{number}", self.parts.clock.now(), "jira:issue_updated", f"FLEX-{number}",
            DeliveryState.QUEUED, body=b"{}" * 500,
        )  # fmt: skip
        (kept,) = deliveries.accept(tx, [arrived])  # type: ignore[arg-type]
        self.parts.queue.put(tx, JobKind.INTERPRET, str(kept), lane=f"delivery:{number}")  # type: ignore[arg-type]


def test_a_backup_under_load_restores_every_acknowledged_row_and_no_half_transaction(
    live: Deployment, tmp_path: Path
) -> None:
    receiver = Receiver(live)
    receiver.start()
    try:
        before = []
        for number in range(3):
            before.append(receiver.acknowledged)
            ran(tmp_path / "live", "backup", str(tmp_path / f"{number}.db"))
    finally:
        receiver.stop.set()
        receiver.join()
    assert before[-1] > before[0]
    for number, acknowledged in enumerate(before):
        data = tmp_path / f"restored-{number}"
        typed(data, "restore", str(tmp_path / f"{number}.db"))
        db = Database(f"sqlite:///{data / 'learnloop.db'}")
        with db.read() as tx:
            kept = tx.execute(select(delivery_rows.c.key, delivery_rows.c.id).order_by(delivery_rows.c.id)).all()
            waiting = set(tx.execute(select(jobs.c.key)).scalars())
        db.close()
        assert [key for key, _ in kept] == [f"id:{one}" for one in range(len(kept))]
        assert len(kept) >= acknowledged
        assert waiting == {str(one) for _, one in kept}


def test_every_table_comes_back_as_it_was(backup: Path, tmp_path: Path) -> None:
    restored = backups.restore(settings_of(tmp_path / "new"), backup)
    was, now = (Database(f"sqlite:///{path}") for path in (tmp_path / "source" / "learnloop.db", restored.path))
    assert tallies(now) == tallies(was)
    assert min(tally.rows for tally in tallies(now).values()) > 0
    for db in (was, now):
        db.close()


def test_only_their_owner_reads_the_files_and_nothing_else_is_left(backup: Path, tmp_path: Path) -> None:
    backups.restore(settings_of(tmp_path / "new"), backup)
    made = [
        backup,
        backup.with_name("backup.db.key"),
        *(tmp_path / "new" / one for one in ("learnloop.db", "secret.key")),
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    assert {path.name for path in tmp_path.iterdir()} == {"source", "new", "backup.db", "backup.db.key"}
    assert {path.name for path in (tmp_path / "new").iterdir()} - {"learnloop.db", "secret.key"} == {
        "learnloop.db.worker-lock"
    }


def test_the_secrets_open_with_the_key_and_only_with_it(live: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    assert "the secrets in it cannot be opened" in typed(tmp_path / "live", "backup", str(file))
    assert "does not open its secrets" in typed(tmp_path / "without", "restore", str(file))
    assert "keep the two apart" in typed(tmp_path / "live", "backup", str(file), "--with-key")
    assert "does not open" not in typed(tmp_path / "with", "restore", str(file))
    again = deployed(tmp_path / "with", StillClock())
    with again.db.read() as tx:
        held = credentials.of(tx, TenantId("t1"))
    assert {again.keys.open(held[product].secret) for product in Product} == {"token"}
    again.close()
    without = deployed(tmp_path / "without", StillClock())
    with pytest.raises(ConfigError, match="not the one it was sealed with"):
        without.keys.open(held[Product.JIRA].secret)
    without.close()


def test_a_backup_that_is_killed_leaves_the_earlier_one_whole(tmp_path: Path) -> None:
    filled(tmp_path / "live" / "learnloop.db", 2_500)
    file = tmp_path / "backup.db"
    typed(tmp_path / "live", "backup", str(file))
    for _ in range(3):
        process = started(tmp_path / "live", "backup", str(file))
        for _ in range(2_000):  # until it writes; then nothing it wrote may count
            if list(tmp_path.glob("*.part")) or process.poll() is not None:
                break
            threading.Event().wait(0.002)
        process.kill()
        process.communicate()
        with closing(sqlite3.connect(file)) as one:
            assert one.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    restored = backups.restore(settings_of(tmp_path / "new"), file)
    was, now = (Database(f"sqlite:///{path}") for path in (tmp_path / "live" / "learnloop.db", restored.path))
    assert tallies(was) == tallies(now)
    for db in (was, now):
        db.close()


def test_a_backup_of_the_first_revision_is_upgraded(tmp_path: Path) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    made_by_revision(old, "0001")
    assert backups.restore(settings_of(tmp_path / "new"), tmp_path / "old.db").revision == "0001"
    db = Database(f"sqlite:///{tmp_path / 'new' / 'learnloop.db'}")
    with db.read() as tx:
        assert migrate.current(tx) == migrate.newest()
    db.close()


def made_by_revision(db: Database, revision: str) -> None:
    """Give an empty database the schema of an earlier LearnLoop."""
    script = Config()
    script.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    script.set_main_option("path_separator", "os")
    with db.begin() as tx:
        script.attributes["connection"] = tx
        command.upgrade(script, revision)
    db.close()


# --- refusals ---


def _overwritten(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as handle:
        handle.seek(size // 2)
        handle.write(b"\xff" * 8_192)


def _cut(file: Path) -> None:
    with file.open("r+b") as handle:
        handle.truncate(file.stat().st_size // 2)


def _said(file: Path, *statements: str) -> None:
    file.unlink(missing_ok=True)
    _changed(file, *statements)


def _changed(file: Path, *statements: str) -> None:
    db = Database(f"sqlite:///{file}")
    with db.begin() as tx:
        for statement in statements:
            tx.execute(text(statement))
    db.close()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_overwritten, "is damaged"),
        (_cut, "is damaged"),
        (lambda file: file.write_bytes(b"not a database" * 1_000), "is damaged, or no database"),
        (lambda file: _said(file, "CREATE TABLE shopping (item TEXT)"), "is no database of LearnLoop"),
        (lambda file: _changed(file, "UPDATE alembic_version SET version_num = '9999'"), "made by a newer LearnLoop"),
        (lambda file: file.unlink(), "There is no file"),
    ],
    ids=["overwritten", "cut", "not a database", "somebody else's", "newer", "not there"],
)
def test_what_is_no_whole_backup_of_ours_is_refused_and_leaves_nothing(
    backup: Path, tmp_path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(backup)
    with pytest.raises(KeepingRefused, match=says):
        backups.restore(settings_of(tmp_path / "new"), backup)
    left = {path.name for path in (tmp_path / "new").iterdir()}
    assert left <= {"learnloop.db.worker-lock"}


def test_a_database_that_is_there_is_not_replaced(backup: Path, live: Deployment) -> None:
    before = tallies(live.db)
    with pytest.raises(KeepingRefused, match="There is a database at"):
        backups.restore(live.settings, backup)
    assert tallies(live.db) == before


def test_nothing_is_restored_while_a_worker_runs(backup: Path, tmp_path: Path) -> None:
    with (
        worker_at_work(tmp_path / "busy"),
        pytest.raises(KeepingRefused, match="Stop LearnLoop first"),
    ):
        backups.restore(settings_of(tmp_path / "busy"), backup)


def test_another_key_is_never_overwritten(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "secret.key").write_text("the key of another LearnLoop")
    with pytest.raises(KeepingRefused, match="is another key than"):
        backups.restore(settings_of(tmp_path / "new"), backup)
    assert (tmp_path / "new" / "secret.key").read_text() == "the key of another LearnLoop"
    assert not (tmp_path / "new" / "learnloop.db").exists()


POSTGRES = "postgresql+psycopg://learnloop@127.0.0.1:1/learnloop"


@pytest.mark.parametrize(
    ("file", "database_url", "says"),
    [
        ("backup.db", POSTGRES, "pg_dump"),
        ("backup.db", "sqlite:///{}/elsewhere.db", "There is no database at"),
        ("live/learnloop.db", "", "is the database itself"),
        ("live/learnloop.db-wal", "", "is the database itself"),
        ("no-folder/backup.db", "", "cannot be written"),
        ("live", "", "cannot be written"),
    ],
)
def test_a_backup_that_cannot_be_made_says_why(
    live: Deployment, tmp_path: Path, file: str, database_url: str, says: str
) -> None:
    url = database_url.format(tmp_path) or live.settings.database_url
    with pytest.raises(KeepingRefused, match=says):
        backups.back_up(replace(live.settings, database_url=url), tmp_path / file)
    assert not (tmp_path / "backup.db").exists()


def test_a_restore_into_postgresql_names_its_own_tool(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(KeepingRefused, match="pg_restore"):
        backups.restore(settings_of(tmp_path / "new", POSTGRES), backup)


def test_a_key_that_is_a_setting_is_not_a_file_to_copy(live: Deployment, tmp_path: Path) -> None:
    settings = replace(live.settings, secret_key="x" * 40)
    with pytest.raises(KeepingRefused, match="LEARNLOOP_SECRET_KEY"):
        backups.back_up_key(settings, tmp_path / "backup.db")
