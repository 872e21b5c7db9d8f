"""Where proven deliveries are kept: those that wait are written together, each with its job."""

from __future__ import annotations

from sqlalchemy import Connection

from worker.domain.model import DeliveryState, JobKind
from worker.queue import Queue
from worker.store import deliveries
from worker.store.database import Database
from worker.store.deliveries import Arrival


class Inbox:
    """The deliveries of every tenant, on their way into the database."""

    def __init__(self, db: Database, queue: Queue) -> None:
        self._db, self._queue = db, queue

    def keep(self, arrival: Arrival) -> None:
        """Keep a delivery with its job, durably. Raises SQLAlchemyError when it could not be."""
        self._db.write_among(self._write, arrival)

    def note(self, arrival: Arrival) -> None:
        """Keep one line about a delivery that leads to nothing, soon: nobody waits for it."""
        self._db.later(self._write, arrival)

    def _write(self, tx: Connection, arrivals: list[Arrival]) -> list[int | None]:
        ids = deliveries.accept(tx, arrivals)
        new = [
            (str(made), deliveries.lane(arrival.tenant_id, arrival.issue_key))
            for made, arrival in zip(ids, arrivals, strict=True)
            if made is not None and arrival.state is DeliveryState.QUEUED
        ]
        self._queue.put_all(tx, JobKind.INTERPRET, new)
        return ids
