"""Deliveries: what sites sent us, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, or_, select, text, update
from sqlalchemy.sql.dml import ReturningInsert

from worker.domain.model import DeliveryState, TenantId
from worker.errors import NotFoundHere
from worker.store.dialects import for_dialect
from worker.store.schema import deliveries, tenants

# How many deliveries one look passes over at most.
FURTHEST = 20_000
_LISTED = [column for column in deliveries.c if column.name != "body"]
_PLACE = (deliveries.c.received_at, deliveries.c.id)
_NOT_IGNORED = text("state <> 'ignored'")  # as its index has it


@dataclass(frozen=True)
class Arrival:
    """A delivery to keep. `key` is unique for a tenant; `proven_by` says what vouched for it ("newest secret", say).

    `body` is None when it was irrelevant at the door, or has been pruned.
    """

    tenant_id: TenantId
    key: str
    received_at: datetime
    event: str
    issue_key: str
    state: DeliveryState
    reason: str = ""
    proven_by: str = ""
    body: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery(Arrival):
    """One delivery that is kept."""

    id: int


@cache
def _accept(dialect: str) -> ReturningInsert[Any]:
    """Keep deliveries, built once a database: those it did not have yet come back."""
    statement = for_dialect(dialect, deliveries).on_conflict_do_nothing()
    return statement.returning(deliveries.c.id, deliveries.c.tenant_id, deliveries.c.key)


def lane(tenant_id: TenantId, issue_key: str) -> str:
    """The lane in which the deliveries about one issue are looked at, one after the other."""
    return f"delivery:{tenant_id}/{issue_key}"


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


def by_key(tx: Connection, tenant_id: TenantId, key: str) -> Delivery | None:
    """The tenant's delivery that is unique by `key`, or None."""
    query = select(deliveries).where(deliveries.c.tenant_id == tenant_id, deliveries.c.key == key)
    row = tx.execute(query).first()
    return _delivery(row._mapping) if row else None


def conclude(tx: Connection, delivery_id: int, state: DeliveryState, reason: str) -> None:
    """Write down what came of a delivery."""
    tx.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(state=state.value, reason=reason))


def newest(tx: Connection, tenant_id: TenantId | None = None, limit: int = 50) -> list[Delivery]:
    """The latest deliveries, newest first, without their bodies."""
    query = select(*_LISTED).order_by(deliveries.c.id.desc()).limit(limit)
    if tenant_id:
        mine = select(*_LISTED).where(deliveries.c.tenant_id == tenant_id)
        query = mine.order_by(deliveries.c.received_at.desc(), deliveries.c.id.desc()).limit(limit)
    return [_delivery(row._mapping) for row in tx.execute(query)]


def with_bodies(tx: Connection, tenant_id: TenantId, ids: Sequence[int]) -> list[Delivery]:
    """Those of these deliveries that are the tenant's and still have their bodies, the oldest first; given without."""
    mine = (deliveries.c.tenant_id == tenant_id, deliveries.c.id.in_(ids), deliveries.c.body.is_not(None))
    return [_delivery(row._mapping) for row in tx.execute(select(*_LISTED).where(*mine).order_by(deliveries.c.id))]


# Where a delivery stands in the order of their coming: its moment, and its id.
Place = tuple[datetime, int]


@dataclass(frozen=True)
class Wanted:
    """Which deliveries to look for; empty means any. `issue_key` is exact, `event` and `reason` are parts of it.

    Received from `since` on and before `until`.
    """

    state: DeliveryState | None = None
    issue_key: str = ""
    event: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Look:
    """Deliveries, newest first, without their bodies; older ones may be found from the place `before` on."""

    found: list[Delivery]
    before: Place | None


def look(tx: Connection, tenant_id: TenantId, wanted: Wanted, before: Place | None = None, limit: int = 50) -> Look:
    """The tenant's deliveries that are `wanted`, older than the place `before`.

    One look passes over a bounded number, so that it may find few, or none, and say where to look on.
    """
    stop = tx.execute(_in_order(tenant_id, wanted, before, *_PLACE).offset(FURTHEST).limit(1)).first()
    query = _in_order(tenant_id, wanted, before, *_LISTED)
    if stop:
        query = query.where(deliveries.c.received_at >= stop.received_at)
    if wanted.state:
        query = query.where(deliveries.c.state == wanted.state.value)
    for column, part in ((deliveries.c.event, wanted.event), (deliveries.c.reason, wanted.reason)):
        query = query.where(column.icontains(part, autoescape=True)) if part else query
    found = [_delivery(row._mapping) for row in tx.execute(query.limit(limit + 1))]
    if len(found) > limit:
        return Look(found[:limit], (found[limit - 1].received_at, found[limit - 1].id))
    return Look(found, (stop.received_at, stop.id) if stop else None)


def _in_order(
    tenant_id: TenantId, wanted: Wanted, before: Place | None, *columns: ColumnElement[Any]
) -> Select[tuple[Any, ...]]:
    """The tenant's deliveries newest first, by what an index knows of those wanted."""
    c = deliveries.c
    query = select(*columns).where(c.tenant_id == tenant_id)
    if wanted.issue_key:
        query = query.where(c.issue_key == wanted.issue_key)
    elif wanted.state and wanted.state is not DeliveryState.IGNORED:
        query = query.where(c.state == wanted.state.value, _NOT_IGNORED)
    if wanted.since:
        query = query.where(c.received_at >= wanted.since)
    if wanted.until:
        query = query.where(c.received_at < wanted.until)
    if before:
        query = query.where(c.received_at <= before[0], or_(c.received_at < before[0], c.id < before[1]))
    return query.order_by(c.received_at.desc(), c.id.desc())


def prune(tx: Connection, before: datetime, limit: int) -> int:
    """Delete up to `limit` deliveries received before `before` that are concluded, or that nobody will interpret
    because their tenant is uninstalled; how many went.
    """
    gone = select(tenants.c.id).where(tenants.c.uninstalled_at.is_not(None))
    over = or_(deliveries.c.state != DeliveryState.QUEUED.value, deliveries.c.tenant_id.in_(gone))
    old = select(deliveries.c.id).where(deliveries.c.received_at < before, over).limit(limit)
    return tx.execute(delete(deliveries).where(deliveries.c.id.in_(old))).rowcount


def _delivery(values: object) -> Delivery:
    row = dict(values)  # type: ignore[call-overload]
    return Delivery(**(row | {"state": DeliveryState(row["state"])}))
