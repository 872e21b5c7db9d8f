"""Which SQL statements took how long, so that the one that grows can be named."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text

from worker.store.database import Database

_MOST_PLAN = 300  # characters


class Statements:
    """Seconds and runs of every statement while it listened, by text; of each, the parameters of one run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.runs: dict[str, int] = defaultdict(int)
        self._parameters: dict[str, Any] = {}
        self._started: dict[int, float] = {}

    @contextmanager
    def listening(self, db: Database) -> Iterator[None]:
        """Count what is executed on `db` meanwhile."""
        event.listen(db.engine, "before_cursor_execute", self._before)
        event.listen(db.engine, "after_cursor_execute", self._after)
        try:
            yield
        finally:
            event.remove(db.engine, "before_cursor_execute", self._before)
            event.remove(db.engine, "after_cursor_execute", self._after)

    def _before(self, _connection: Connection, cursor: Any, *_: Any) -> None:
        self._started[id(cursor)] = time.perf_counter()

    def _after(self, _connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        self.seconds[statement] += time.perf_counter() - self._started.pop(id(cursor), time.perf_counter())
        self.runs[statement] += 1
        self._parameters[statement] = parameters

    def dearest(self, other: Statements, most: int) -> list[tuple[str, float, float]]:
        """The statements that take most longer a run than they took in `other`, with both times a run in seconds."""
        mean = {one: self.seconds[one] / self.runs[one] for one in self.runs}
        before = {one: other.seconds[one] / other.runs[one] for one in other.runs}
        shared = [one for one in mean if one in before]
        grown = sorted(shared, key=lambda one: before[one] - mean[one])[:most]
        return [(one, mean[one], before[one]) for one in grown]

    def plan(self, db: Database, statement: str) -> str:
        """How the database would find a statement's rows; nothing for rows that are only put in."""
        if statement.lstrip().upper().startswith("INSERT"):
            return ""
        word = "EXPLAIN" if db.shared else "EXPLAIN QUERY PLAN"
        with db.engine.connect() as connection:
            rows = connection.exec_driver_sql(f"{word} {statement}", self._parameters[statement]).all()
        return "; ".join(" ".join(str(row[-1]).split()) for row in rows)[:_MOST_PLAN]


def analyze(db: Database) -> None:
    """Have PostgreSQL count its rows, as it does by itself within a minute. Nothing does so on SQLite."""
    if db.shared:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
