"""Look at kept deliveries again, as if they had just come in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from worker.deployment import Deployment
from worker.domain.model import DeliveryState, JobKind, TenantId
from worker.errors import NotFoundHere
from worker.store import deliveries


def replay(tx: Connection, deployment: Deployment, delivery_id: int) -> TenantId:
    """Look at one again; whose it is. Raises NotFoundHere when it is not there, or has no body any more."""
    found = deliveries.get(tx, delivery_id)
    if found.body is None:
        raise NotFoundHere(f"Delivery {delivery_id} has no body any more: {found.reason or 'it was pruned'}.")
    replay_some(tx, deployment, found.tenant_id, [delivery_id])
    return found.tenant_id


def replay_some(tx: Connection, deployment: Deployment, tenant_id: TenantId, ids: Sequence[int]) -> list[int]:
    """Look again at those of these deliveries that are the tenant's and still have their bodies; which they are.

    What follows from a delivery is keyed by issue and close, so nobody is asked twice.
    """
    kept = deliveries.with_bodies(tx, tenant_id, ids)
    for one in kept:
        deliveries.conclude(tx, one.id, DeliveryState.QUEUED, "")
        deployment.queue.put(tx, JobKind.INTERPRET, str(one.id), lane=deliveries.lane(tenant_id, one.issue_key))
    return [one.id for one in kept]
