"""Credentials: what proves us to each product of a tenant's site. Secrets go in and out sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from worker.domain.model import AccountId, Product, Scheme, TenantId
from worker.store.dialects import insert_into
from worker.store.schema import credentials

_OF_TENANT = select(credentials).where(credentials.c.tenant_id == bindparam("tenant"))  # built once: every job asks


@dataclass(frozen=True)
class Credential:
    """One credential. `address` is the base of every call, `account` what goes with the secret (an e-mail address, a
    user name, an app key, or nothing), `account_id` who the site says we are. `expires_at` is None when nobody knows.
    """

    product: Product
    scheme: Scheme
    address: str
    account: str
    account_id: AccountId
    secret: bytes
    added_at: datetime
    expires_at: datetime | None = None


def keep(tx: Connection, tenant_id: TenantId, credential: Credential) -> None:
    """Keep the tenant's credential for a product, in place of an earlier one."""
    values = {name: getattr(credential, name) for name in credentials.c.keys() if name != "tenant_id"}  # noqa: SIM118
    statement = insert_into(tx, credentials).values(tenant_id=tenant_id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "product"], set_=values))


def of(tx: Connection, tenant_id: TenantId) -> dict[Product, Credential]:
    """The tenant's credentials."""
    rows = tx.execute(_OF_TENANT, {"tenant": tenant_id}).mappings()
    found = (dict(row) for row in rows)
    return {one.product: one for one in map(_credential, found)}


def drop(tx: Connection, tenant_id: TenantId, product: Product | None = None) -> None:
    """Forget what proves us to a product of the tenant's site, or to each."""
    which = (credentials.c.product == product.value,) if product else ()
    tx.execute(delete(credentials).where(credentials.c.tenant_id == tenant_id, *which))


def expire(tx: Connection, tenant_id: TenantId, product: Product, now: datetime) -> None:
    """The site does not take this credential any more; it counts as expired from `now`."""
    mine = (credentials.c.tenant_id == tenant_id, credentials.c.product == product.value)
    tx.execute(update(credentials).where(*mine).values(expires_at=now))


def move(tx: Connection, tenant_id: TenantId, old: str, new: str) -> None:
    """The site's address changed from `old` to `new`; credentials that go there follow."""
    mine = (credentials.c.tenant_id == tenant_id, credentials.c.address == old)
    tx.execute(update(credentials).where(*mine).values(address=new))


def _credential(row: dict[str, object]) -> Credential:
    values = {name: value for name, value in row.items() if name != "tenant_id"}
    values |= {"product": Product(str(row["product"])), "scheme": Scheme(str(row["scheme"]))}
    return Credential(**values)  # type: ignore[arg-type]
