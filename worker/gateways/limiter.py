"""Pauses and caps, shared through the store: nothing here ever sleeps, it says "not now, then".

By Atlassian's reasons (rate limiting, 2026-08): a per-issue limit pauses that issue, a burst limit that endpoint, a
quota the whole tenant until it resets at the top of the hour. Data Center gives an account one bucket for all calls to
a product.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from worker.clock import Clock
from worker.domain.model import TenantId
from worker.errors import Paused
from worker.gateways import waits
from worker.store import pauses
from worker.store.database import Database
from worker.store.pauses import Pause

# Calls of one tenant under way at once in one process; Atlassian advises four.
MOST_AT_ONCE = 4
_SHORT = timedelta(milliseconds=200)
_UNSAID = timedelta(seconds=5)
# "Retry-After: 0" would have us ask again at once, for as long as the site says so.
_LEAST = timedelta(seconds=2)


class Limiter:
    """The limits of one tenant. `whole_account`: a limit is on all calls to its product, as Data Center's are."""

    def __init__(self, db: Database, clock: Clock, tenant_id: TenantId, *, whole_account: bool = False) -> None:
        self._db, self._clock, self._tenant, self._whole_account = db, clock, tenant_id, whole_account
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    @contextmanager
    def passing(self, product: str, call: str, issue: str) -> Iterator[None]:
        """Hold one of the tenant's places during a call. Raises Paused when a limit lasts or all places are taken.

        `issue` is the key of the issue that is written to; empty for what only reads, which no limit of an issue holds.
        """
        now = self._clock.now()
        scopes = ("tenant", whole(product), f"endpoint:{call}", *((f"issue:{issue}",) if issue else ()))
        with self._db.read() as tx:
            pause = pauses.longest(tx, self._tenant, scopes, now)
        if pause:
            words = f"The site's limit ({pause.reason}) lasts until {waits.told(pause.until, now)}."
            raise Paused(words, pause.until)
        if not self._places.acquire(blocking=False):
            raise Paused("Other calls to this site are under way.", now + _SHORT)
        try:
            yield
        finally:
            self._places.release()

    def limited(self, product: str, call: str, issue: str, reason: str, said: datetime | None) -> datetime:
        """Keep what a 429 says; the moment the pause ends. Where none was `said`, a quota waits for the full hour."""
        now = self._clock.now()
        scope = whole(product) if self._whole_account else _scope(call, issue, reason)
        until = max(said or (_next_hour(now) if "quota" in reason else now + _UNSAID), now + _LEAST)
        with self._db.begin() as tx:
            pauses.set_pause(tx, self._tenant, Pause(scope, until, reason or "rate limit"))
        return until


def whole(product: str) -> str:
    """The scope of every call to a product."""
    return f"product:{product.lower()}"


def _scope(call: str, issue: str, reason: str) -> str:
    if issue and "per-issue" in reason:
        return f"issue:{issue}"
    return "tenant" if "quota" in reason else f"endpoint:{call}"


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
