"""Deliveries: what sites sent us, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.sql.dml import ReturningInsert

from worker.domain.model import DeliveryState, TenantId
from worker.errors import NotFoundHere
from worker.store.dialects import for_dialect
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


@dataclass(frozen=True)
class Arrival:
    """A delivery to keep, with the fields of `Delivery`. `key` is unique for a tenant."""

    tenant_id: TenantId
    key: str
    received_at: datetime
    event: str
    issue_key: str
    state: DeliveryState
    reason: str = ""
    proven_by: str = ""
    body: bytes | None = None


@cache
def _accept(dialect: str) -> ReturningInsert[Any]:
    """Keep deliveries, built once a database: those it did not have yet come back."""
    statement = for_dialect(dialect, deliveries).on_conflict_do_nothing()
    return statement.returning(deliveries.c.id, deliveries.c.tenant_id, deliveries.c.key)


def accept(tx: Connection, arrivals: Sequence[Arrival]) -> list[int | None]:
    """Keep deliveries; the id of each, or None when its tenant already has one with this key."""
    rows = [
        vars(one)
        | {"key": one.key[:200], "event": one.event[:100], "issue_key": one.issue_key[:300], "state": one.state.value}
        for one in arrivals
    ]
    kept = {(tenant_id, key): made for made, tenant_id, key in tx.execute(_accept(tx.dialect.name), rows)}
    return [kept.pop((row["tenant_id"], row["key"]), None) for row in rows]


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
