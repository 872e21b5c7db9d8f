"""Sprints we were told about, and the issues Jira listed in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update

from worker.domain.model import IssueId, ProjectKey, Sprint, TenantId
from worker.errors import NotFoundHere
from worker.store.dialects import insert_into
from worker.store.schema import sprint_issues, sprints

# Two years of weekly sprints.
MOST = 104
_FIELDS = ("board_id", "name", "goal", "state", "started_at", "ended_at", "completed_at")


@dataclass(frozen=True)
class KnownSprint:
    """A sprint with the project its retro belongs to."""

    sprint: Sprint
    project_key: ProjectKey


def keep(tx: Connection, tenant_id: TenantId, sprint: Sprint, project_key: ProjectKey) -> None:
    """Keep what is known of a sprint now."""
    values = {name: getattr(sprint, name) for name in _FIELDS} | {"project_key": project_key}
    statement = insert_into(tx, sprints).values(tenant_id=tenant_id, id=sprint.id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=values))


def keep_issues(tx: Connection, tenant_id: TenantId, sprint_id: int, issue_ids: Iterable[IssueId]) -> None:
    """Replace the sprint's list of issues."""
    where = (sprint_issues.c.tenant_id == tenant_id, sprint_issues.c.sprint_id == sprint_id)
    tx.execute(delete(sprint_issues).where(*where))
    rows = [{"tenant_id": tenant_id, "sprint_id": sprint_id, "issue_id": issue} for issue in issue_ids]
    if rows:
        tx.execute(insert(sprint_issues), rows)


def get(tx: Connection, tenant_id: TenantId, sprint_id: int) -> KnownSprint:
    """The sprint. Raises NotFoundHere."""
    query = select(sprints).where(sprints.c.tenant_id == tenant_id, sprints.c.id == sprint_id)
    row = tx.execute(query).mappings().first()
    if row is None:
        raise NotFoundHere(f"Sprint {sprint_id} is not known here; it will be once Jira says that it closed.")
    return KnownSprint(_sprint(row), ProjectKey(row["project_key"]))


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> list[int]:
    """The ids of the sprints an issue was listed in."""
    query = select(sprint_issues.c.sprint_id).where(
        sprint_issues.c.tenant_id == tenant_id, sprint_issues.c.issue_id == issue_id
    )
    return [int(sprint) for (sprint,) in tx.execute(query)]


def during(
    tx: Connection, tenant_id: TenantId, project: str, since: datetime, until: datetime | None = None
) -> list[int]:
    """The ids of the project's sprints that ended after `since`, or run, and had begun by `until` if that is given."""
    query = select(sprints.c.id).where(sprints.c.tenant_id == tenant_id, sprints.c.project_key == project)
    query = query.where(or_(sprints.c.completed_at.is_(None), sprints.c.completed_at >= since))
    if until is not None:
        query = query.where(sprints.c.started_at <= until)
    return list(tx.execute(query.order_by(sprints.c.id)).scalars())


def latest(tx: Connection, tenant_id: TenantId, project: str) -> list[int]:
    """The id of the project's sprint that began last, if it had one."""
    query = select(sprints.c.id).where(sprints.c.tenant_id == tenant_id, sprints.c.project_key == project)
    return list(tx.execute(query.order_by(sprints.c.started_at.desc().nulls_last(), sprints.c.id).limit(1)).scalars())


def of_project(tx: Connection, tenant_id: TenantId, project: str, limit: int = MOST) -> list[Sprint]:
    """The newest `limit` sprints of a project, those that began last first."""
    query = select(sprints).where(sprints.c.tenant_id == tenant_id, sprints.c.project_key == project)
    newest = query.order_by(sprints.c.started_at.desc().nulls_last(), sprints.c.id).limit(limit)
    return [_sprint(row) for row in tx.execute(newest).mappings()]


def knows(tx: Connection, tenant_id: TenantId, sprint_id: int) -> bool:
    """Whether a sprint is known."""
    query = select(sprints.c.id).where(sprints.c.tenant_id == tenant_id, sprints.c.id == sprint_id)
    return tx.execute(query).first() is not None


def running(tx: Connection, tenant_id: TenantId, since: datetime) -> list[int]:
    """The ids of the sprints that run, as far as we were told, and were not to end before `since`; also those that
    Jira did not show when it was last asked.
    """
    query = select(sprints.c.id).where(sprints.c.tenant_id == tenant_id, sprints.c.state.in_(("active", "missing")))
    query = query.where(or_(sprints.c.ended_at.is_(None), sprints.c.ended_at > since))
    return list(tx.execute(query.order_by(sprints.c.id)).scalars())


def missing(tx: Connection, tenant_id: TenantId, sprint_id: int) -> bool:
    """Keep that Jira did not show a sprint; False when it was not known here."""
    mine = (sprints.c.tenant_id == tenant_id, sprints.c.id == sprint_id)
    return tx.execute(update(sprints).where(*mine).values(state="missing")).rowcount == 1


def last_of_projects(tx: Connection, tenant_id: TenantId) -> dict[ProjectKey, datetime]:
    """When each project that has sprints last began or ended one; periods without a sprint do not count."""
    moment = func.max(func.coalesce(sprints.c.completed_at, sprints.c.started_at))
    query = select(sprints.c.project_key, moment).where(sprints.c.tenant_id == tenant_id, sprints.c.id > 0)
    found = tx.execute(query.group_by(sprints.c.project_key))
    return {ProjectKey(project): at for project, at in found if at is not None}


def issues_of(tx: Connection, tenant_id: TenantId, sprint_id: int) -> list[IssueId]:
    """The issues that were listed in a sprint."""
    mine = (sprint_issues.c.tenant_id == tenant_id, sprint_issues.c.sprint_id == sprint_id)
    query = select(sprint_issues.c.issue_id).where(*mine).order_by(sprint_issues.c.issue_id)
    return [IssueId(issue) for issue in tx.execute(query).scalars()]


def every(tx: Connection, tenant_id: TenantId) -> list[KnownSprint]:
    """The tenant's sprints, the latest completed first."""
    query = (
        select(sprints)
        .where(sprints.c.tenant_id == tenant_id)
        .order_by(sprints.c.completed_at.desc().nulls_last(), sprints.c.id.desc())
    )
    return [KnownSprint(_sprint(row), ProjectKey(row["project_key"])) for row in tx.execute(query).mappings()]


def _sprint(row: RowMapping) -> Sprint:
    return Sprint(id=row["id"], **{name: row[name] for name in _FIELDS})
