"""SQLite databases at the newest schema, each copied from one that was migrated once a process.

What migrations do has tests of its own (tests/store/test_migrations.py); all others only need what they lead to.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from worker.store.database import Database
from worker.store.migrate import upgrade


def migrated(path: Path) -> None:
    """Put an empty database at `path`, unless there is a database already."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_first())


@cache
def _first() -> bytes:
    """The file of the database the others are copies of."""
    with tempfile.TemporaryDirectory(prefix="learnloop-migrated-") as folder:
        path = Path(folder) / "first.db"
        db = Database(f"sqlite:///{path}")
        upgrade(db)
        db.close()  # the last to leave brings the write-ahead log into the file
        return path.read_bytes()
