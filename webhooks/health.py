"""Say how we are, for load balancers and people: alive, and ready to keep a delivery."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import __version__
from worker.store import migrate

blueprint = Blueprint("health", __name__)


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
    """The database answers and has the schema this version expects."""
    try:
        with deployment().db.read() as tx:
            tx.execute(text("SELECT 1"))
            revision = migrate.current(tx)
    except SQLAlchemyError:
        return jsonify(status="the database does not answer"), 503
    if revision != migrate.newest() and not migrate.is_newer(revision):
        return jsonify(status="the database waits for a migration; run learnloop once with this version"), 503
    return jsonify(status="ok", schema=revision)
