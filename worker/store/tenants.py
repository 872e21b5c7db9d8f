"""Tenants and the status categories of their sites. Secrets go in and out sealed; opening them is the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from worker.domain import policy as policies
from worker.domain.model import AccountId, SourceKind, StatusCategory, StatusId, TenantId
from worker.domain.policy import Policy
from worker.errors import NotFoundHere
from worker.store.schema import statuses, tenants


@dataclass(frozen=True)
class Tenant:
    """One installation on one site. `stopped` is a sentence while nothing may be tried, else empty.

    `silent_writes`: the account may write without mails (Jira honours notifyUsers=false for admins only).
    """

    id: TenantId
    source: SourceKind
    site_url: str
    email: str
    token: bytes
    webhook_path: str
    webhook_secret: bytes
    own_account: AccountId
    silent_writes: bool
    policy: Policy
    activated_at: datetime
    stopped: str = ""
    statuses_read_at: datetime | None = None
    known_projects: tuple[str, ...] = ()


def add(tx: Connection, tenant: Tenant) -> None:
    """Keep a new tenant."""
    values = {name: getattr(tenant, name) for name in tenants.c.keys()}  # noqa: SIM118 - a column collection
    tx.execute(insert(tenants).values(values | {"policy": policies.to_json(tenant.policy)}))


def get(tx: Connection, tenant_id: TenantId) -> Tenant:
    """The tenant. Raises NotFoundHere."""
    row = tx.execute(select(tenants).where(tenants.c.id == tenant_id)).first()
    if row is None:
        raise NotFoundHere(f"There is no tenant {tenant_id}; `learnloop tenant list` shows those there are.")
    return _tenant(row)


def by_path(tx: Connection, webhook_path: str) -> Tenant | None:
    """The tenant whose webhook address ends in `webhook_path`, or None."""
    row = tx.execute(select(tenants).where(tenants.c.webhook_path == webhook_path)).first()
    return _tenant(row) if row else None


def every(tx: Connection) -> list[Tenant]:
    """All tenants, in the order of their ids."""
    return [_tenant(row) for row in tx.execute(select(tenants).order_by(tenants.c.id))]


def set_policy(tx: Connection, tenant_id: TenantId, policy: Policy) -> None:
    """Replace the tenant's rules."""
    tx.execute(update(tenants).where(tenants.c.id == tenant_id).values(policy=policies.to_json(policy)))


def know_projects(tx: Connection, tenant_id: TenantId, keys: Iterable[str]) -> None:
    """Keep which projects were asked whether they are private."""
    tx.execute(update(tenants).where(tenants.c.id == tenant_id).values(known_projects=sorted(keys)))


def stop(tx: Connection, tenant_id: TenantId, sentence: str) -> None:
    """Try nothing more for this tenant, for the reason in `sentence`; an empty sentence lets it go on."""
    tx.execute(update(tenants).where(tenants.c.id == tenant_id).values(stopped=sentence))


def categories(tx: Connection, tenant_id: TenantId) -> dict[StatusId, StatusCategory]:
    """The site's status categories as last read."""
    rows = tx.execute(select(statuses.c.status_id, statuses.c.category).where(statuses.c.tenant_id == tenant_id))
    return {StatusId(status): StatusCategory(category) for status, category in rows}


def keep_categories(
    tx: Connection, tenant_id: TenantId, found: Mapping[StatusId, StatusCategory], now: datetime
) -> None:
    """Replace the site's status categories by those just read."""
    tx.execute(delete(statuses).where(statuses.c.tenant_id == tenant_id))
    if found:
        rows = [{"tenant_id": tenant_id, "status_id": s, "category": c.value} for s, c in found.items()]
        tx.execute(insert(statuses), rows)
    tx.execute(update(tenants).where(tenants.c.id == tenant_id).values(statuses_read_at=now))


def _tenant(row: Row[tuple[object, ...]]) -> Tenant:
    values = dict(row._mapping)
    values["source"] = SourceKind(values["source"])
    values["policy"] = policies.from_json(values["policy"])
    values["known_projects"] = tuple(values["known_projects"])
    return Tenant(**values)
