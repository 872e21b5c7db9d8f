"""Read pages before they are written: those compiled in one moment in one call, where the site can.

A page that was read beside others is used once, within a second, and only if nobody but us ever touched it: its version
is the one we wrote and nobody comments on a passage. All else is read alone, right before it is written. A version that
somebody saves in between is refused by the site (409), as ever. It decides nothing and knows nothing of what pages say.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.deployment import Deployment
from worker.domain.model import Page, TenantId
from worker.domain.publishing import Remote
from worker.gateways.confluence import Confluence
from worker.store import pages
from worker.store.tenants import Tenant

# Between a read and its write nobody may have put the page into the trash: writing would bring it back. A page read
# alone is written as soon as it has come, which takes up to about as long.
LASTS = timedelta(seconds=1)
# About as many as are written in that time; bodies are read whole.
_MOST_AT_ONCE = 8


class Reads:
    """Pages this process has just read for jobs to come. Thread-safe; each is given once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[TenantId, threading.Lock] = defaultdict(threading.Lock)
        self._found: dict[TenantId, dict[str, tuple[datetime, Remote]]] = {}

    def turn(self, tenant_id: TenantId) -> threading.Lock:
        """Held while pages are read, so that others of the tenant wait for theirs rather than read again."""
        with self._lock:
            return self._turns[tenant_id]

    def keep(self, tenant_id: TenantId, found: Mapping[str, Remote], asked: datetime) -> None:
        """Keep what a call that was begun at `asked` (aware) brought; what is too old to be used is forgotten."""
        with self._lock:
            young = {name: one for name, one in self._found.get(tenant_id, {}).items() if _young(one[0], asked)}
            self._found[tenant_id] = young | {name: (asked, remote) for name, remote in found.items()}

    def lacks(self, tenant_id: TenantId, page_id: str, now: datetime) -> bool:
        """Whether the page has to be read."""
        with self._lock:
            asked, _ = self._found.get(tenant_id, {}).get(page_id, (None, None))
            return asked is None or not _young(asked, now)

    def take(self, tenant_id: TenantId, page_id: str, now: datetime) -> Remote | None:
        """The page, if it was read just now and not given yet."""
        with self._lock:
            asked, remote = self._found.get(tenant_id, {}).pop(page_id, (now, None))
            return remote if _young(asked, now) else None


@dataclass(frozen=True)
class Reader:
    """Reads one tenant's pages."""

    deployment: Deployment
    tenant: Tenant
    confluence: Confluence
    reads: Reads

    def read(self, page: Page) -> Remote:
        """The page as the site has it. Raises Missing."""
        with self.reads.turn(self.tenant.id):
            remote = self.reads.take(self.tenant.id, str(page.page_id), self.deployment.clock.now())
            if remote is None:
                remote = self._among_others(page)
        return remote if remote and _untouched(remote, page) else self.alone(page)

    def alone(self, page: Page) -> Remote:
        """The page as the site has it now, in a call of its own. Raises Missing."""
        return self.confluence.page(str(page.page_id))

    def _among_others(self, page: Page) -> Remote | None:
        """The page, read with others that wait to be compiled; None when none does, or the site has no such call."""
        asked = self.deployment.clock.now()
        with self.deployment.db.read() as tx:
            keys = pages.stale_after(tx, self.tenant.id, page.key, 2 * _MOST_AT_ONCE)
            ids = [one.page_id for one in pages.some(tx, self.tenant.id, keys) if one.page_id]
        others = [one for one in ids if self.reads.lacks(self.tenant.id, one, asked)][: _MOST_AT_ONCE - 1]
        if not others:
            return None
        found = self.confluence.pages([str(page.page_id), *others])
        remote = found.pop(str(page.page_id), None)
        self.reads.keep(self.tenant.id, found, asked)
        return remote


def _young(asked: datetime, now: datetime) -> bool:
    """Whether what was read then may be used now; not after the clock was put back."""
    return timedelta() <= now - asked <= LASTS


def _untouched(remote: Remote, page: Page) -> bool:
    """Whether the version we wrote is still the newest, and nobody commented on a passage of it."""
    return remote.version == page.version and "ac:inline-comment-marker" not in remote.body
