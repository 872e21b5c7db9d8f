"""Deliveries: what sites sent us, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from worker.domain.model import DeliveryState, TenantId
from worker.errors import NotFoundHere
from worker.store.dialects import insert_into
from worker.store.schema import deliveries


@dataclass(frozen=True)
class Delivery:
    """One delivery. `proven_by` says what vouched for it ("newest secret", say).

    `body` is None when it was irrelevant at the door, or has been pruned.
    """

    id: int
    tenant_id: TenantId
    key: str
    received_at: datetime
    event: str
    issue_key: str
    state: DeliveryState
    reason: str = ""
    proven_by: str = ""
    body: bytes | None = None


def accept(
    tx: Connection,
    tenant_id: TenantId,
    key: str,
    *,
    event: str,
    issue_key: str,
    body: bytes | None,
    state: DeliveryState,
    reason: str,
    now: datetime,
    proven_by: str = "",
) -> int | None:
    """Keep a delivery; its id, or None when this tenant already has one with this key."""
    row = tx.execute(
        insert_into(tx, deliveries)
        .values(
            tenant_id=tenant_id,
            key=key[:200],
            received_at=now,
            event=event[:100],
            issue_key=issue_key[:300],
            state=state.value,
            reason=reason,
            proven_by=proven_by,
            body=body,
        )
        .on_conflict_do_nothing()
        .returning(deliveries.c.id)
    ).first()
    return int(row[0]) if row else None


def get(tx: Connection, delivery_id: int) -> Delivery:
    """The delivery. Raises NotFoundHere."""
    row = tx.execute(select(deliveries).where(deliveries.c.id == delivery_id)).first()
    if row is None:
        raise NotFoundHere(f"There is no delivery {delivery_id}; `learnloop deliveries` shows those there are.")
    return _delivery(row._mapping)


def conclude(tx: Connection, delivery_id: int, state: DeliveryState, reason: str) -> None:
    """Write down what came of a delivery."""
    tx.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(state=state.value, reason=reason))


def newest(tx: Connection, tenant_id: TenantId | None = None, limit: int = 50) -> list[Delivery]:
    """The latest deliveries, newest first, without their bodies."""
    columns = [column for column in deliveries.c if column.name != "body"]
    query = select(*columns).order_by(deliveries.c.id.desc()).limit(limit)
    if tenant_id:
        query = query.where(deliveries.c.tenant_id == tenant_id)
    return [_delivery(row._mapping) for row in tx.execute(query)]


def prune(tx: Connection, before: datetime, limit: int) -> int:
    """Delete up to `limit` concluded deliveries received before `before`; how many went."""
    old = (
        select(deliveries.c.id)
        .where(deliveries.c.received_at < before)
        .where(deliveries.c.state.not_in([DeliveryState.QUEUED.value, DeliveryState.FAILED.value]))
        .limit(limit)
    )
    return tx.execute(delete(deliveries).where(deliveries.c.id.in_(old))).rowcount


def _delivery(values: object) -> Delivery:
    row = dict(values)  # type: ignore[call-overload]
    return Delivery(**(row | {"state": DeliveryState(row["state"])}))
