"""Open the doors of a tenant: one Jira and one Confluence, made once and kept while the credentials stay the same."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from worker.deployment import Deployment
from worker.domain.model import TenantId
from worker.errors import TenantStopped
from worker.gateways.confluence import Confluence
from worker.gateways.jira import Jira
from worker.gateways.limiter import Limiter
from worker.gateways.session import Credentials, Session
from worker.store.tenants import Tenant


@dataclass(frozen=True)
class Doors:
    """The two doors of one tenant."""

    jira: Jira
    confluence: Confluence


class DoorKeeper:
    """Gives each tenant's doors. Thread-safe."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._lock = threading.Lock()
        self._open: dict[TenantId, tuple[Credentials, Doors]] = {}

    def of(self, tenant: Tenant) -> Doors:
        """The tenant's doors. Raises TenantStopped while the tenant may not be tried."""
        if tenant.stopped:
            raise TenantStopped(tenant.stopped)
        credentials = Credentials(tenant.site_url, tenant.email, self._deployment.keys.open(tenant.token))
        with self._lock:
            known = self._open.get(tenant.id)
            if known is None or known[0] != credentials:
                known = (credentials, self.new(tenant.id, credentials))
                self._open[tenant.id] = known
            return known[1]

    def new(self, tenant_id: TenantId, credentials: Credentials) -> Doors:
        """Doors with these credentials, not kept."""
        parts = self._deployment
        limiter = Limiter(parts.db, parts.clock, tenant_id)
        session = Session(credentials, limiter, parts.clock, parts.settings.site_timeout)
        return Doors(Jira(session), Confluence(session, credentials.site_url))
