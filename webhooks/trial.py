"""Take in the test of our own public address, which an admin sends from the guide. Only a row follows from it."""

from __future__ import annotations

from flask import Blueprint

from webhooks import incoming
from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import round_trip
from worker.domain.model import Proof
from worker.sources import cloud, shared_secrets

blueprint = Blueprint("trial", __name__)


@blueprint.post("/webhooks/test/<path>")
@for_(Access.SOURCE)
def take(path: str) -> tuple[str, int]:
    """One signed test. Raises Forged, which answers 401."""
    parts = deployment()
    with parts.db.read() as tx:
        expected = round_trip.expected(tx, path)
    if not expected:
        return "There is no test here.", 404
    shared_secrets.verify(cloud.claim(incoming.read()), Proof.HMAC, (round_trip.secret(parts, path),))
    with parts.db.begin() as tx:
        round_trip.arrive(tx, path, parts.clock.now())
    return "", 202
