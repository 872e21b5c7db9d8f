"""Tenants as the door knows them: what was read of one is believed for a second, so that a flood of deliveries is not a
flood of queries. Whoever refuses by it looks again first.
"""

from __future__ import annotations

from dataclasses import dataclass

from worker.clock import monotonic
from worker.store import tenants
from worker.store.database import Database
from worker.store.tenants import Tenant

_SECONDS = 1.0  # other processes may change a tenant; what this one changes is known at once


@dataclass(frozen=True)
class _Read:
    tenant: Tenant
    at: float
    changes: int


class KnownTenants:
    """The tenants whose deliveries came a moment ago, by the path of their webhook."""

    def __init__(self, db: Database, seconds: float = _SECONDS) -> None:
        self._db, self._seconds = db, seconds
        self._read: dict[str, _Read] = {}  # of real tenants only, so it stays as small as their table

    def by_path(self, path: str, *, anew: bool = False) -> Tenant | None:
        """The tenant whose webhook address ends in `path`, or None; read now when `anew`."""
        known, changes = self._read.get(path), tenants.changes()
        if known and not anew and known.changes == changes and monotonic() - known.at < self._seconds:
            return known.tenant
        at = monotonic()
        with self._db.read() as tx:
            tenant = tenants.by_path(tx, path)
        if tenant is None:
            self._read.pop(path, None)
        else:
            self._read[path] = _Read(tenant, at, changes)
        return tenant
