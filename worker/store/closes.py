"""Closes as a person looks at them, and what was found when their issues were looked at. `prompts` keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, func, select, update

from worker.domain.model import Issue, IssueId, ProjectKey, TenantId
from worker.domain.policy import named
from worker.domain.signals import LEAST_CLOSES, Usual
from worker.store.schema import closes, components, prompts

# A delivery tells of a close soon after it, but a sender repeats one that did not get through.
_BEFORE, _AFTER = timedelta(days=1), timedelta(minutes=5)
# How many closes tell what is usual, and how many are read to find them: not every issue was in progress. Ours.
_DURATIONS, _READ = 100, 200


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


def last_of_projects(tx: Connection, tenant_id: TenantId) -> list[tuple[ProjectKey, datetime]]:
    """When an issue of each project was last closed, whether or not anybody was asked."""
    query = select(closes.c.project_key, func.max(closes.c.closed_at)).where(closes.c.tenant_id == tenant_id)
    found = tx.execute(query.group_by(closes.c.project_key).order_by(closes.c.project_key))
    return [(ProjectKey(project), at) for project, at in found]


def issues_between(
    tx: Connection, tenant_id: TenantId, project: str, since: datetime, until: datetime
) -> list[IssueId]:
    """The issues of a project that were closed in [since, until); none where nobody was to be asked about any."""
    mine = (closes.c.tenant_id == tenant_id, closes.c.project_key == project)
    within = (*mine, closes.c.closed_at >= since, closes.c.closed_at < until)
    same = (prompts.c.tenant_id == tenant_id, prompts.c.issue_id == closes.c.issue_id)
    if tx.execute(select(closes.c.id).where(*within, exists().where(*same)).limit(1)).first() is None:
        return []
    query = select(closes.c.issue_id).where(*within).distinct().order_by(closes.c.issue_id)
    return [IssueId(issue) for issue in tx.execute(query).scalars()]


@dataclass(frozen=True)
class Looked:
    """One close with the facts that were found: `signals` their names, `facts` their words, empty where nobody looked
    or the issue was closed again since. `reason` says why nobody was asked.
    """

    issue_key: str
    closed_at: datetime
    asked: bool
    reason: str
    signals: tuple[str, ...]
    facts: tuple[str, ...]


def look(
    tx: Connection,
    tenant_id: TenantId,
    issue_id: IssueId,
    closed_at: datetime,
    signals: Iterable[str],
    started_at: datetime | None,
) -> None:
    """Keep what was found when the issue of a close was looked at."""
    same = (closes.c.tenant_id == tenant_id, closes.c.issue_id == issue_id, closes.c.closed_at == closed_at)
    tx.execute(update(closes).where(*same).values(signals=list(signals), started_at=started_at))


def usual(tx: Connection, tenant_id: TenantId, issue: Issue, before: datetime, without: Sequence[str] = ()) -> Usual:
    """What is usual in the issue's project, of other issues' closes before then, issues of the types `without` left
    out.
    """
    mine = (closes.c.tenant_id == tenant_id, closes.c.project_key == issue.project_key, closes.c.closed_at < before)
    told = (closes.c.issue_id, closes.c.type_name, closes.c.started_at, closes.c.closed_at, closes.c.signals)
    query = select(*told).where(*mine).order_by(closes.c.closed_at.desc()).limit(_READ)
    rows = [row for row in tx.execute(query) if row.issue_id != issue.id and not named(row.type_name, without)]
    timed = [row for row in rows if row.started_at and row.started_at < row.closed_at]
    once = [row.closed_at - row.started_at for row in timed if "reopened" not in row.signals]
    return Usual(tuple(once[:_DURATIONS]), min(len(rows), LEAST_CLOSES), _first_in(tx, tenant_id, issue))


def newest(tx: Connection, tenant_id: TenantId, limit: int = 50) -> list[Looked]:
    """The latest closes with what was found at each, newest first."""
    asked_about = and_(
        prompts.c.tenant_id == closes.c.tenant_id,
        prompts.c.issue_id == closes.c.issue_id,
        prompts.c.closed_at == closes.c.closed_at,
    )
    told = (closes.c.issue_key, closes.c.closed_at, closes.c.asked, closes.c.reason, closes.c.signals, prompts.c.facts)
    query = select(*told).select_from(closes.outerjoin(prompts, asked_about)).where(closes.c.tenant_id == tenant_id)
    rows = tx.execute(query.order_by(closes.c.closed_at.desc(), closes.c.id.desc()).limit(limit))
    return [Looked(key, at, asked, reason, tuple(s), tuple(f or ())) for key, at, asked, reason, s, f in rows]


def _first_in(tx: Connection, tenant_id: TenantId, issue: Issue) -> frozenset[str]:
    """Which of the issue's components came up first with it, in its project."""
    mine = (components.c.tenant_id == tenant_id, components.c.project_key == issue.project_key)
    known = [name[:255] for name in issue.components]
    query = select(components.c.component).where(*mine, components.c.component.in_(known))
    return frozenset(tx.execute(query.where(components.c.issue_id == issue.id)).scalars()) if known else frozenset()


_COLUMNS = (closes.c.issue_id, closes.c.issue_key, closes.c.closed_at, closes.c.asked, closes.c.reason)
