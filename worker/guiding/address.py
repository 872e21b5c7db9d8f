"""The first step: does our public address lead to this LearnLoop?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from worker import round_trip
from worker.deployment import Deployment
from worker.domain.model import Proof
from worker.errors import Unreachable
from worker.gateways import places
from worker.sources import own_test

_LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Tried:
    """How a test of the public address went, in a sentence with what to do."""

    came_back: bool
    words: str


def is_local(base_url: str) -> bool:
    """Whether only this machine can open the address."""
    return urlsplit(base_url).hostname in _LOCAL


def check(parts: Deployment) -> Tried:
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
    return Tried(came, _words(base, status, came=came))


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
