"""Whether the database takes what is written, and not only answers what is asked."""

from __future__ import annotations

from sqlalchemy import text

from worker.store.database import Database


def check(db: Database) -> str:
    """A sentence when the database takes nothing, else nothing. Raises SQLAlchemyError when a write fails.

    On SQLite one page is written to the disk and waited for, as a delivery is, among those that wait: a file that may
    only be read, a full disk and a write that hangs are noticed. On PostgreSQL the server is asked whether it takes
    writes, because a standby after a failover answers everything else; what fills its disk is its own to report.
    """
    if not db.shared:
        db.write(lambda tx: tx.execute(text("PRAGMA user_version = 1")))  # a number of ours that nothing reads
        return ""
    with db.begin() as tx:
        refuses = tx.execute(text("SHOW transaction_read_only")).scalar_one() == "on"
    return "the database may only be read; is this a standby?" if refuses else ""
