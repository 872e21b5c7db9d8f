"""How many rows are in which state, for people who look after a deployment and for their monitoring.

Each question is answered from an index and, where a table grows for ever, over a bounded time. It knows no person, and
what a number means is its reader's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Select, func, select

from worker.domain.model import PageState, PromptState, TenantId
from worker.store.schema import credentials, deliveries, jobs, pages, prompts, tenants, ticks

T = TypeVar("T")


@dataclass(frozen=True)
class Waiting:
    """The jobs of a deployment or a tenant. `due` should run now; `oldest_due` is when the first of them became so,
    None when none is. Those for a later time are not counted: there may be any number.
    """

    due: int
    running: int
    dead: int
    oldest_due: datetime | None


@dataclass(frozen=True)
class Pulse:
    """The last signs of life of one installed tenant, by its id; each moment is None until there was one."""

    tenant_id: TenantId
    stopped: bool
    last_delivery: datetime | None
    last_sweep: datetime | None


def recent_deliveries(tx: Connection, since: datetime) -> list[tuple[str, str, int]]:
    """How many deliveries came since `since`, by source and state."""
    query = (
        select(tenants.c.source, deliveries.c.state, func.count())
        .join_from(deliveries, tenants)
        .where(deliveries.c.received_at >= since)
        .group_by(tenants.c.source, deliveries.c.state)
    )
    return [(source, state, int(count)) for source, state, count in tx.execute(query)]


def waiting(tx: Connection, now: datetime, tenant_id: TenantId | None = None) -> Waiting:
    """The jobs of a tenant, or of all; what is parked for a tenant that is uninstalled needs nobody."""
    gone = select(tenants.c.id).where(tenants.c.uninstalled_at.is_not(None))
    due = (jobs.c.state == "waiting", jobs.c.run_at <= now)
    return Waiting(
        due=_count(tx, tenant_id, *due),
        running=_count(tx, tenant_id, jobs.c.state == "running"),
        dead=_count(tx, tenant_id, jobs.c.state == "dead", jobs.c.share.not_in(gone)),
        oldest_due=tx.execute(_of(select(func.min(jobs.c.run_at)).where(*due), tenant_id)).scalar(),
    )


def prompt_states(tx: Connection, since: datetime) -> dict[PromptState, int]:
    """How many prompts that were asked since `since` are in each state."""
    return {state: _prompts(tx, state, since) for state in PromptState}


def page_states(tx: Connection, tenant_id: TenantId | None = None) -> dict[PageState, int]:
    """How many pages, of a tenant or of all, are in each state; states without one are left out."""
    query = select(pages.c.state, func.count()).group_by(pages.c.state)
    if tenant_id:
        query = query.where(pages.c.tenant_id == tenant_id)
    return {PageState(state): int(count) for state, count in tx.execute(query)}


def pulses(tx: Connection) -> list[Pulse]:
    """The signs of life of every installed tenant, in the order of their ids."""
    last = select(func.max(deliveries.c.received_at)).where(deliveries.c.tenant_id == tenants.c.id).scalar_subquery()
    query = select(tenants.c.id, tenants.c.stopped != "", last, tenants.c.swept_at)
    rows = tx.execute(query.where(tenants.c.uninstalled_at.is_(None)).order_by(tenants.c.id))
    return [Pulse(TenantId(name), bool(stopped), delivered, swept) for name, stopped, delivered, swept in rows]


def expiries(tx: Connection) -> list[tuple[TenantId, str, datetime]]:
    """When each credential ends whose end is known, by tenant and product."""
    query = select(credentials.c.tenant_id, credentials.c.product, credentials.c.expires_at)
    rows = tx.execute(query.where(credentials.c.expires_at.is_not(None)).order_by("tenant_id", "product"))
    return [(TenantId(tenant), product, ends) for tenant, product, ends in rows]


def last_tick(tx: Connection) -> datetime | None:
    """When the schedule last took a fire time, of whichever tenant."""
    moment: datetime | None = tx.execute(select(func.max(ticks.c.fired_at))).scalar()
    return moment


def unheard(tx: Connection, tenant_id: TenantId, since: datetime) -> int:
    """How many closes the sweep found since `since`, if the tenant's site sent no delivery in all that time; else 0."""
    mine = select(deliveries.c.id).where(deliveries.c.tenant_id == tenant_id, deliveries.c.received_at >= since)
    if tx.execute(mine.where(deliveries.c.proven_by != "").order_by(deliveries.c.received_at.desc()).limit(1)).first():
        return 0
    return tx.execute(mine.with_only_columns(func.count()).order_by(None)).scalar_one()


def _count(tx: Connection, tenant_id: TenantId | None, *where: ColumnElement[bool]) -> int:
    return tx.execute(_of(select(func.count()).select_from(jobs).where(*where), tenant_id)).scalar_one()


def _of(query: Select[T], tenant_id: TenantId | None) -> Select[T]:
    return query.where(jobs.c.share == tenant_id) if tenant_id else query


def _prompts(tx: Connection, state: PromptState, since: datetime) -> int:
    """Tenant by tenant, because the index begins with it."""
    mine = (prompts.c.tenant_id == tenants.c.id, prompts.c.state == state.value, prompts.c.asked_at >= since)
    each = select(func.count()).select_from(prompts).where(*mine).correlate(tenants).scalar_subquery()
    return int(tx.execute(select(func.coalesce(func.sum(each), 0)).select_from(tenants)).scalar_one())
