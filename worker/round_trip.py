"""Whether our public address leads to us: rows of the tests that went out to it, and of those that came in again.

A test has an address of its own, `/webhooks/test/<path>`, and a secret that only our process key gives, so that nothing
but the test itself can be taken for it. Sending one is the work of `worker/guiding/address`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from worker.deployment import Deployment
from worker.store import drafts


def secret(parts: Deployment, path: str) -> str:
    """What signs the test of an address."""
    return parts.keys.derive(f"test {path}").hex()


def begin(tx: Connection, path: str, now: datetime) -> None:
    """Expect a test at `path`."""
    drafts.keep(tx, _name(path), {"sent": now.isoformat()}, now)


def expected(tx: Connection, path: str) -> bool:
    """Whether a test may come to `path`."""
    return bool(drafts.get(tx, _name(path)))


def arrive(tx: Connection, path: str, now: datetime) -> None:
    """Write down that the test came in, if somebody still waits for it."""
    if expected(tx, path):
        drafts.keep(tx, _name(path), {"came": now.isoformat()}, now)


def end(tx: Connection, path: str) -> bool:
    """Whether the test came in; it is forgotten."""
    came = "came" in drafts.get(tx, _name(path))
    drafts.drop(tx, _name(path))
    return came


def _name(path: str) -> str:
    return f"test:{path}"
