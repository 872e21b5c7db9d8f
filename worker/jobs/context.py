"""What every step is given: the deployment, and the doors of each tenant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from worker.audience import Trust
from worker.deployment import Deployment
from worker.domain.model import JobKind, TenantId
from worker.gateways.doors import DoorKeeper, Doors
from worker.reading import Reads
from worker.store import deliveries, tenants
from worker.store.database import Database
from worker.store.tenants import Tenant


@dataclass(frozen=True)
class Context:
    """A deployment, its doors, and what this process has just seen of audiences and pages."""

    deployment: Deployment
    keeper: DoorKeeper
    trust: Trust
    reads: Reads

    @staticmethod
    def of(deployment: Deployment) -> Context:
        """The context of a deployment; the doors are opened when first needed."""
        return Context(deployment, DoorKeeper(deployment), Trust(), Reads())

    @property
    def db(self) -> Database:
        """The deployment's database."""
        return self.deployment.db

    def now(self) -> datetime:
        """The moment, by the deployment's clock."""
        return self.deployment.clock.now()

    def tenant(self, tenant_id: TenantId | str) -> Tenant:
        """The tenant as it is now. Raises NotFoundHere."""
        with self.db.read() as tx:
            return tenants.get(tx, TenantId(tenant_id))

    def doors(self, tenant: Tenant) -> Doors:
        """The tenant's doors. Raises TenantStopped."""
        return self.keeper.of(tenant)


def split(key: str) -> tuple[TenantId, str]:
    """The tenant and the subject of a job key."""
    tenant, _, subject = key.partition("/")
    return TenantId(tenant), subject


def tick(key: str) -> TenantId:
    """The tenant of a tick's key."""
    return TenantId(key.partition("@")[0])


def tenant_of(tx: Connection, kind: JobKind, key: str) -> TenantId:
    """The tenant a job is for, whatever its kind."""
    if kind is JobKind.INTERPRET:
        return deliveries.get(tx, int(key)).tenant_id
    return TenantId(key.replace("@", "/").partition("/")[0])
