"""Bring a database to the newest schema. Forward only: a backup, not a downgrade, is the way back.

A revision adds; what it takes away, the version before it no longer reads. So that version runs on the new schema.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from worker.errors import ConfigError
from worker.store.database import Database, hold

_FOLDER = Path(__file__).parent / "migrations"

UNFINISHED_MOVE = "unfinished_move"  # the table that is there only while `learnloop move-to` has not come to its end


def upgrade(db: Database) -> None:
    """Run the revisions this database has not had yet, in one transaction. A current database is left alone.

    Raises ConfigError for a database that is only half moved to.
    """
    with db.read() as tx:
        if db.shared and inspect(tx).has_table(UNFINISHED_MOVE):
            raise ConfigError(
                f"The move to {db.engine.url.render_as_string()} is not finished, so nothing was started on it. Run "
                "the same `learnloop move-to` again, with DATABASE_URL unset; it goes on where it stopped. Then start."
            )
        if is_newer(current(tx)) or current(tx) == newest():
            return
    with db.begin() as tx:
        hold(tx, "migrations")
        config = _config()
        config.attributes["connection"] = tx
        command.upgrade(config, "head")


def current(tx: Connection) -> str | None:
    """The revision the database is at; None before the first."""
    return MigrationContext.configure(tx).get_current_revision()


@cache
def newest() -> str:
    """The revision this code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("The installation has no migrations; it is incomplete.")
    return head


@cache
def known() -> set[str]:
    """Every revision this code can start from."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def is_newer(revision: str | None) -> bool:
    """Whether a later version of LearnLoop has migrated the database. This one works on it still: during an upgrade
    both run for a while.
    """
    return revision is not None and revision not in known()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    return config
