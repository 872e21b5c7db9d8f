"""Experiments: a hypothesis on an issue, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, or_, select, update

from worker.domain.model import AccountId, Course, Experiment, IssueId, Outcome, TenantId
from worker.store.dialects import insert_into
from worker.store.facts import IssueFacts
from worker.store.schema import experiments, learnings, sprint_issues

# As many as one page can show; a project that has run more keeps the newest there.
MOST = 500


def keep(tx: Connection, tenant_id: TenantId, one: Experiment) -> None:
    """Write what is known of an experiment now."""
    values = asdict(one) | {
        "outcome": one.outcome.value if one.outcome else None,
        "course": one.course.value if one.course else None,
    }
    statement = insert_into(tx, experiments).values(tenant_id=tenant_id, **values)
    # what was hidden since `one` was read stays so
    seen = {"visible": and_(experiments.c.visible, statement.excluded.visible)}
    tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "issue_id"], set_=values | seen))


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> Experiment | None:
    """The issue's experiment, if it has one."""
    query = _of(tenant_id).where(experiments.c.issue_id == issue_id)
    row = tx.execute(query).mappings().first()
    return _experiment(row) if row else None


def of_project(tx: Connection, tenant_id: TenantId, project: str, limit: int = MOST) -> list[Experiment]:
    """The visible experiments of a project, the newest first."""
    query = _of(tenant_id).where(experiments.c.project_key == project, experiments.c.visible)
    return _all(tx, query.order_by(experiments.c.begun_at.desc(), experiments.c.issue_id).limit(limit))


def of_sprint(
    tx: Connection, tenant_id: TenantId, sprint_id: int, project: str, since: datetime | None, until: datetime | None
) -> list[Experiment]:
    """The visible experiments whose issue was in the sprint, and those of its project that were concluded meanwhile;
    the oldest first.
    """
    members = select(sprint_issues.c.issue_id).where(
        sprint_issues.c.tenant_id == tenant_id, sprint_issues.c.sprint_id == sprint_id
    )
    wanted: list[ColumnElement[bool]] = [experiments.c.issue_id.in_(members)]
    if since and until:
        concluded = experiments.c.concluded_at.between(since, until)
        wanted.append(concluded & (experiments.c.project_key == project))
    query = _of(tenant_id).where(experiments.c.visible, or_(*wanted))
    return _all(tx, query.order_by(experiments.c.begun_at, experiments.c.issue_id))


def to_review(tx: Connection, tenant_id: TenantId, first: date, today: date) -> list[Experiment]:
    """The visible experiments whose review day is `first`, `today` or between, that have no outcome, and whose owner
    was not reminded.
    """
    query = _of(tenant_id).where(experiments.c.review_on.between(first, today), experiments.c.outcome.is_(None))
    query = query.where(experiments.c.reminded_at.is_(None), experiments.c.owner.is_not(None), experiments.c.visible)
    return _all(tx, query.order_by(experiments.c.review_on, experiments.c.issue_id))


def to_check(tx: Connection, tenant_id: TenantId, night: int, limit: int = MOST) -> list[tuple[IssueId, bool]]:
    """The issues with an experiment and without a learning, and whether each may be shown: of more than `limit` others
    each `night` (a number that grows by one), all in turn.
    """
    told = select(learnings.c.issue_id).where(learnings.c.tenant_id == tenant_id)
    mine = (experiments.c.tenant_id == tenant_id, experiments.c.issue_id.not_in(told))
    total = int(tx.execute(select(func.count()).select_from(experiments).where(*mine)).scalar_one())
    turn = night % max(1, -(-total // limit))
    query = select(experiments.c.issue_id, experiments.c.visible).where(*mine).order_by(experiments.c.issue_id)
    return [(IssueId(issue), visible) for issue, visible in tx.execute(query.limit(limit).offset(turn * limit))]


def reminded(tx: Connection, tenant_id: TenantId, issue_id: IssueId, now: datetime) -> bool:
    """Note that the owner is reminded; False when it was noted before."""
    mine = (experiments.c.tenant_id == tenant_id, experiments.c.issue_id == issue_id)
    query = update(experiments).where(*mine, experiments.c.reminded_at.is_(None)).values(reminded_at=now)
    return tx.execute(query).rowcount == 1


def reminded_since(tx: Connection, tenant_id: TenantId, since: datetime) -> dict[AccountId, int]:
    """How many reminders each owner was sent since then; to spare them, never to be shown."""
    mine = (experiments.c.tenant_id == tenant_id, experiments.c.reminded_at >= since)
    query = select(experiments.c.owner, func.count()).where(*mine, experiments.c.owner.is_not(None))
    return {AccountId(owner): int(count) for owner, count in tx.execute(query.group_by(experiments.c.owner))}


def set_visible(tx: Connection, tenant_id: TenantId, issue_ids: Iterable[IssueId], visible: bool) -> int:
    """Show or hide the experiments of these issues; how many changed."""
    mine = (experiments.c.tenant_id == tenant_id, experiments.c.issue_id.in_(list(issue_ids)))
    query = update(experiments).where(*mine, experiments.c.visible.is_(not visible)).values(visible=visible)
    return tx.execute(query).rowcount


def noted(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> dict[str, str]:
    """What the issue's mapped fields held, by part, when they last said what we know."""
    mine = (experiments.c.tenant_id == tenant_id, experiments.c.issue_id == issue_id)
    return dict(tx.execute(select(experiments.c.noted).where(*mine)).scalar() or {})


def keep_noted(tx: Connection, tenant_id: TenantId, issue_id: IssueId, held: Mapping[str, str]) -> None:
    """Keep what the fields that say what we know hold."""
    mine = (experiments.c.tenant_id == tenant_id, experiments.c.issue_id == issue_id)
    tx.execute(update(experiments).where(*mine).values(noted=dict(held)))


def rename(tx: Connection, tenant_id: TenantId, facts: IssueFacts) -> None:
    """Bring what an experiment repeats of its issue up to date."""
    values = {
        "issue_key": facts.key,
        "project_key": facts.project_key,
        "summary": facts.summary,
        "type_name": facts.type_name,
    }
    mine = (experiments.c.tenant_id == tenant_id, experiments.c.issue_id == facts.id)
    tx.execute(update(experiments).where(*mine).values(values))


def _of(tenant_id: TenantId) -> Select[Any]:
    return select(experiments).where(experiments.c.tenant_id == tenant_id)


def _all(tx: Connection, query: Select[Any]) -> list[Experiment]:
    return [_experiment(row) for row in tx.execute(query).mappings()]


def _experiment(row: RowMapping) -> Experiment:
    values = {name: value for name, value in row.items() if name not in ("tenant_id", "noted")}
    values["owner"] = AccountId(row["owner"]) if row["owner"] else None
    values["outcome"] = Outcome(row["outcome"]) if row["outcome"] else None
    values["course"] = Course(row["course"]) if row["course"] else None
    return Experiment(**values)
