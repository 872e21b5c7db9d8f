"""The first step: does our public address lead to this LearnLoop?"""

from __future__ import annotations

import secrets

from worker import round_trip
from worker.config import is_local
from worker.deployment import Deployment
from worker.domain.model import Proof
from worker.errors import Unreachable
from worker.gateways import places
from worker.sources import own_test
from worker.testing_door import Trip


def check(parts: Deployment) -> Trip:
    """Send a signed test to our public address; whether it came in again says our own row. Waits seconds at most."""
    path, base, now = secrets.token_urlsafe(18), parts.settings.base_url, parts.clock.now()
    with parts.db.begin() as tx:
        round_trip.begin(tx, path, now)
    body = own_test.body(path, now)
    headers = {"Content-Type": "application/json"}
    headers |= own_test.proven(Proof.HMAC, round_trip.secret(parts, path), body)
    try:
        status = places.deliver(f"{base}/webhooks/test/{path}", headers, body)
    except Unreachable:
        status = 0
    with parts.db.begin() as tx:
        came = round_trip.end(tx, path)
    return Trip(came, _words(base, status, came=came))


def _words(base: str, status: int, *, came: bool) -> str:
    if came and is_local(base):
        return f"{base} leads here, but only this machine can open it: fine for a trial beside a site on this machine."
    if came:
        return f"{base} leads here: the test went out and came back."
    match status:
        case 0:
            return f"Nothing answered at {base}."
        case 401:
            return "The test arrived changed: a proxy on the way alters headers or the body."
        case _ if 300 <= status < 400:
            return f"{base} points elsewhere ({status}), and Jira does not follow. Use the address it points to."
        case _:
            return f"Something else answers at {base} ({status}); the test did not come in here."
