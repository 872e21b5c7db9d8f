"""Sprints we were told about, and the issues Jira listed in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from worker.domain.model import IssueId, ProjectKey, Sprint, TenantId
from worker.errors import NotFoundHere
from worker.store.dialects import insert_into
from worker.store.schema import sprint_issues, sprints

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
    sprint = Sprint(id=row["id"], **{name: row[name] for name in _FIELDS})
    return KnownSprint(sprint, ProjectKey(row["project_key"]))


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> list[int]:
    """The ids of the sprints an issue was listed in."""
    query = select(sprint_issues.c.sprint_id).where(
        sprint_issues.c.tenant_id == tenant_id, sprint_issues.c.issue_id == issue_id
    )
    return [int(sprint) for (sprint,) in tx.execute(query)]


def latest(tx: Connection, tenant_id: TenantId, project: str) -> list[int]:
    """The id of the project's sprint that began last, if it had one."""
    query = select(sprints.c.id).where(sprints.c.tenant_id == tenant_id, sprints.c.project_key == project)
    return list(tx.execute(query.order_by(sprints.c.started_at.desc().nulls_last(), sprints.c.id).limit(1)).scalars())


def every(tx: Connection, tenant_id: TenantId) -> list[KnownSprint]:
    """The tenant's sprints, the latest completed first."""
    query = (
        select(sprints.c.id)
        .where(sprints.c.tenant_id == tenant_id)
        .order_by(sprints.c.completed_at.desc().nulls_last(), sprints.c.id.desc())
    )
    return [get(tx, tenant_id, sprint) for (sprint,) in tx.execute(query)]
