"""Pauses: calls to a site that must wait, shared by every thread and process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from worker.domain.model import TenantId
from worker.store.dialects import insert_into
from worker.store.schema import pauses, tenants

# Built once: every call to a site asks. A tenant's pauses are few, so the scopes are picked here.
_LASTING = (
    select(pauses.c.scope, pauses.c.until, pauses.c.reason)
    .where(pauses.c.tenant_id == bindparam("tenant"), pauses.c.until > bindparam("now", type_=pauses.c.until.type))
    .order_by(pauses.c.until.desc())
)


@dataclass(frozen=True)
class Pause:
    """Calls in `scope` wait until `until`, because of `reason` (Atlassian's RateLimit-Reason or our clause)."""

    scope: str
    until: datetime
    reason: str


def set_pause(tx: Connection, tenant_id: TenantId, pause: Pause) -> None:
    """Keep a pause; a longer one that is already there stays. A tenant that is only being added keeps none."""
    if tx.execute(select(tenants.c.id).where(tenants.c.id == tenant_id)).first() is None:
        return
    statement = insert_into(tx, pauses).values(
        tenant_id=tenant_id, scope=pause.scope, until=pause.until, reason=pause.reason
    )
    new = statement.excluded
    set_ = {"until": new.until, "reason": new.reason}
    longer = pauses.c.until < new.until
    tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "scope"], set_=set_, where=longer))


def longest(tx: Connection, tenant_id: TenantId, scopes: tuple[str, ...], now: datetime) -> Pause | None:
    """The pause among `scopes` that ends last, if one has not ended at `now`."""
    rows = tx.execute(_LASTING, {"tenant": tenant_id, "now": now}).all()
    return next((Pause(*row) for row in rows if row.scope in scopes), None)


def prune(tx: Connection, now: datetime) -> int:
    """Delete pauses that are over; how many went."""
    return tx.execute(delete(pauses).where(pauses.c.until <= now)).rowcount
