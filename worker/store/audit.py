"""The log of what people changed: who, when, what, from and to. Words for people, never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from worker.domain.model import TenantId
from worker.store.schema_of_admins import audit

_LONGEST = 4_000


@dataclass(frozen=True)
class Entry:
    """One change. `tenant_id` is empty where it was of none; `before` and `after` are what a person reads."""

    at: datetime
    who: str
    what: str
    before: str = ""
    after: str = ""
    tenant_id: str = ""


def note(tx: Connection, entry: Entry) -> None:
    """Keep an entry, in the transaction of the change itself."""
    cut = {"before": entry.before[:_LONGEST], "after": entry.after[:_LONGEST], "what": entry.what[:200]}
    tx.execute(insert(audit).values(vars(entry) | cut))


def newest(tx: Connection, tenant_id: TenantId | str = "", limit: int = 100, offset: int = 0) -> list[Entry]:
    """The latest entries of a tenant, or of none (accounts, a site that was erased), newest first."""
    columns = [column for column in audit.c if column.name != "id"]
    query = select(*columns).where(audit.c.tenant_id == tenant_id).order_by(audit.c.at.desc(), audit.c.id.desc())
    return [Entry(**row) for row in tx.execute(query.limit(limit).offset(offset)).mappings()]


def last(tx: Connection, tenant_id: TenantId | str, what: str) -> Entry | None:
    """The latest entry of a tenant about one thing, or None."""
    columns = [column for column in audit.c if column.name != "id"]
    query = select(*columns).where(audit.c.tenant_id == tenant_id, audit.c.what == what)
    row = tx.execute(query.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(1)).mappings().first()
    return Entry(**row) if row else None
