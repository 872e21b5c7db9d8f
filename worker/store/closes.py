"""Closes as a person looks at them: what was decided about each, found by issue. `prompts` keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from worker.domain.model import IssueId, TenantId
from worker.store.schema import closes

# A delivery tells of a close soon after it, but a sender repeats one that did not get through.
_BEFORE, _AFTER = timedelta(days=1), timedelta(minutes=5)


@dataclass(frozen=True)
class Close:
    """One close of an issue; `reason` says why nobody was asked."""

    issue_id: IssueId
    issue_key: str
    closed_at: datetime
    asked: bool
    reason: str


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId, limit: int = 20) -> list[Close]:
    """The latest closes of an issue, newest first."""
    query = select(*_COLUMNS).where(closes.c.tenant_id == tenant_id, closes.c.issue_id == issue_id)
    rows = tx.execute(query.order_by(closes.c.closed_at.desc()).limit(limit)).mappings()
    return [Close(**row) for row in rows]


def issue_named(tx: Connection, tenant_id: TenantId, issue_key: str, near: datetime) -> IssueId | None:
    """The id of the issue that had this key when it was closed around `near`, or None when it was not."""
    project = issue_key.rpartition("-")[0]
    mine = (closes.c.tenant_id == tenant_id, closes.c.project_key == project, closes.c.issue_key == issue_key)
    query = select(closes.c.issue_id).where(*mine, closes.c.closed_at.between(near - _BEFORE, near + _AFTER)).limit(1)
    found = tx.execute(query).scalar()
    return IssueId(found) if found is not None else None


_COLUMNS = (closes.c.issue_id, closes.c.issue_key, closes.c.closed_at, closes.c.asked, closes.c.reason)
