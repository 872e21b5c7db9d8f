"""Say how we are, for load balancers and people: alive, and ready to keep a delivery."""

from __future__ import annotations

import threading

from flask import Blueprint, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webhooks.access import Access, for_
from webhooks.current import READINESS, deployment
from worker import __version__
from worker.clock import monotonic
from worker.store import migrate, writable
from worker.store.database import Database

blueprint = Blueprint("health", __name__)

# Seconds for which a write that was taken is believed: whoever asks often shall not make the disk busy.
_BELIEVED = 5.0


class Readiness:
    """Whether the database takes writes, tried once in a few seconds however often it is asked. Thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db, self._lock = db, threading.Lock()
        self._until = 0.0

    def problem(self) -> str:
        """A sentence when nothing can be kept, else nothing. Raises SQLAlchemyError when a write fails."""
        with self._lock:
            if monotonic() < self._until:
                return ""
            found = writable.check(self._db)
            self._until = 0.0 if found else monotonic() + _BELIEVED
            return found


@blueprint.get("/")
@for_(Access.OPEN)
def front() -> str:
    """What this address is, for somebody who opens it by hand."""
    return render_template("front.html")


@blueprint.get("/healthz")
@for_(Access.OPEN)
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok", version=__version__)


@blueprint.get("/readyz")
@for_(Access.OPEN)
def ready() -> ResponseReturnValue:
    """The database answers, has the schema this version expects, and takes what is written."""
    try:
        with deployment().db.read() as tx:
            tx.execute(text("SELECT 1"))
            revision = migrate.current(tx)
        problem = _problem(revision)
    except SQLAlchemyError as error:
        current_app.logger.error("not ready: %s", error)
        return jsonify(status="the database does not answer, or takes nothing; is its disk full?"), 503
    if problem:
        return jsonify(status=problem), 503
    return jsonify(status="ok", schema=revision)


def _problem(revision: str | None) -> str:
    if revision != migrate.newest() and not migrate.is_newer(revision):
        return "the database waits for a migration; run learnloop once with this version"
    readiness: Readiness = current_app.extensions[READINESS]
    return readiness.problem()
