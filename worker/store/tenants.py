"""Tenants and the status categories of their sites. Secrets go in and out sealed; opening them is the caller's."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from worker.domain import policy as policies
from worker.domain.addresses import issue_url
from worker.domain.model import AccountId, Hosting, Proof, SourceKind, StatusCategory, StatusId, TenantId
from worker.domain.policy import Policy
from worker.errors import NotFoundHere
from worker.store.database import after_commit, hold
from worker.store.schema import effects, statuses, tenants, ticks
from worker.store.schema_of_admins import audit, drafts

# Why a tenant stands still whose app was switched off in Jira; switching it on there lets it go on.
DISABLED = "The app is disabled in Jira (Manage apps); enable it there."
# What a tenant of the guide is stopped with until the end.
NOT_FINISHED = "The guide is not finished; nothing is asked or published yet."
# Built once: every job asks several times.
_BY_ID = select(tenants).where(tenants.c.id == bindparam("tenant"))


@dataclass(frozen=True)
class Tenant:
    """One installation on one site. `stopped` is a sentence while nothing may be tried, else empty.

    `site_url` and `wiki_url` are where people find Jira and Confluence; `own_account` is ours in Jira.
    `installation` is what the site calls it (Connect's client key, Forge's installation id), None until it said so.
    Of its two live secrets `newest_secret` is the one to use; both are sealed.
    `silent_writes`: the account may write without mails (Jira honours notifyUsers=false for admins only).
    `activated_at` is a whole millisecond, as sites tell their times: a close within it counts.
    """

    id: TenantId
    source: SourceKind
    site_url: str
    wiki_url: str
    webhook_path: str
    own_account: AccountId
    silent_writes: bool
    policy: Policy
    activated_at: datetime
    hosting: Hosting = Hosting.CLOUD
    cloud_id: str = ""
    installation: str | None = None
    proof: Proof = Proof.HMAC
    newest_secret: bytes | None = None
    earlier_secret: bytes | None = None
    stopped: str = ""
    uninstalled_at: datetime | None = None
    swept_at: datetime | None = None
    statuses_read_at: datetime | None = None
    known_projects: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """What people call the site: its address without https://."""
        return self.site_url.partition("://")[2]

    def issue_url(self, key: str) -> str:
        """Where people find one of the site's issues."""
        return issue_url(self.site_url, key)

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """The live secrets, sealed, the newest first."""
        return tuple(one for one in (self.newest_secret, self.earlier_secret) if one is not None)


_changes = itertools.count(1)
_latest = 0


def changes() -> int:
    """A number that is another one after this process changed any tenant."""
    return _latest


def _changed(tx: Connection) -> None:
    def count() -> None:
        global _latest  # noqa: PLW0603 - one number a process: whichever way a tenant was changed
        _latest = next(_changes)

    after_commit(tx, count)


def add(tx: Connection, tenant: Tenant) -> None:
    """Keep a new tenant."""
    values = {name: getattr(tenant, name) for name in tenants.c.keys()}  # noqa: SIM118 - a column collection
    tx.execute(insert(tenants).values(values | {"policy": policies.to_json(tenant.policy)}))
    _changed(tx)


def get(tx: Connection, tenant_id: TenantId) -> Tenant:
    """The tenant. Raises NotFoundHere."""
    row = tx.execute(_BY_ID, {"tenant": tenant_id}).first()
    if row is None:
        raise NotFoundHere(f"There is no tenant {tenant_id}; `learnloop tenant list` shows those there are.")
    return _tenant(row)


def held(tx: Connection, tenant_id: TenantId) -> Tenant:
    """The tenant, which nobody else changes until `tx` ends. Raises NotFoundHere."""
    hold(tx, f"tenant:{tenant_id}")
    return get(tx, tenant_id)


def by_path(tx: Connection, webhook_path: str) -> Tenant | None:
    """The tenant whose webhook address ends in `webhook_path`, or None."""
    row = tx.execute(select(tenants).where(tenants.c.webhook_path == webhook_path)).first()
    return _tenant(row) if row else None


def every(tx: Connection) -> list[Tenant]:
    """All tenants, in the order of their ids."""
    return [_tenant(row) for row in tx.execute(select(tenants).order_by(tenants.c.id))]


def by_installation(tx: Connection, source: SourceKind, installation: str) -> Tenant | None:
    """The tenant that the site calls `installation`, uninstalled ones included, or None."""
    query = select(tenants).where(tenants.c.source == source.value, tenants.c.installation == installation)
    row = tx.execute(query).first()
    return _tenant(row) if row else None


def by_cloud(tx: Connection, source: SourceKind, cloud_id: str) -> Tenant | None:
    """The tenant of `source` on the site with this cloud id, an installed one if there is one; or None."""
    query = select(tenants).where(tenants.c.source == source.value, tenants.c.cloud_id == cloud_id)
    row = tx.execute(query.order_by(tenants.c.uninstalled_at.is_not(None), tenants.c.id)).first()
    return _tenant(row) if row else None


def release(tx: Connection, source: SourceKind, installation: str) -> None:
    """Take an installation from a tenant that is uninstalled, so that another one may have it."""
    gone = (tenants.c.installation == installation, tenants.c.uninstalled_at.is_not(None))
    tx.execute(update(tenants).where(tenants.c.source == source.value, *gone).values(installation=None))
    _changed(tx)


def erase(tx: Connection, tenant_id: TenantId) -> None:
    """Delete the tenant with everything that hangs on it, and what the ledgers keep under its name."""
    tx.execute(delete(effects).where(effects.c.key.startswith(f"{tenant_id}/", autoescape=True)))
    tx.execute(delete(ticks).where(ticks.c.key.contains(f":{tenant_id}@", autoescape=True)))
    tx.execute(delete(audit).where(audit.c.tenant_id == tenant_id))
    tx.execute(delete(drafts).where(drafts.c.name.endswith(f":{tenant_id}", autoescape=True)))
    tx.execute(delete(tenants).where(tenants.c.id == tenant_id))
    _changed(tx)


def active(tx: Connection) -> list[Tenant]:
    """The tenants that are installed."""
    return [one for one in every(tx) if one.uninstalled_at is None]


def going(tx: Connection) -> list[Tenant]:
    """The tenants for which something may be tried."""
    return [one for one in active(tx) if not one.stopped]


def change(tx: Connection, tenant_id: TenantId, **values: object) -> None:
    """Set columns of the tenant, named as the fields of `Tenant`."""
    tx.execute(update(tenants).where(tenants.c.id == tenant_id).values(**values))
    _changed(tx)


def set_policy(tx: Connection, tenant_id: TenantId, policy: Policy) -> None:
    """Replace the tenant's rules."""
    change(tx, tenant_id, policy=policies.to_json(policy))


def know_projects(tx: Connection, tenant_id: TenantId, keys: Iterable[str]) -> None:
    """Keep which projects were asked whether they are private."""
    change(tx, tenant_id, known_projects=sorted(keys))


def stop(tx: Connection, tenant_id: TenantId, sentence: str) -> None:
    """Try nothing more for this tenant, for the reason in `sentence`; an empty sentence lets it go on. One that is
    uninstalled keeps its own.
    """
    installed = (tenants.c.id == tenant_id, tenants.c.uninstalled_at.is_(None))
    tx.execute(update(tenants).where(*installed).values(stopped=sentence))
    _changed(tx)


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
    change(tx, tenant_id, statuses_read_at=now)


def _tenant(row: Row[tuple[object, ...]]) -> Tenant:
    values = dict(row._mapping)
    values |= {
        "source": SourceKind(values["source"]),
        "hosting": Hosting(values["hosting"]),
        "proof": Proof(values["proof"]),
        "activated_at": _whole_millisecond(values["activated_at"]),
    }
    values["policy"] = policies.from_json(values["policy"])
    values["known_projects"] = tuple(values["known_projects"])
    return Tenant(**values)


def _whole_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
