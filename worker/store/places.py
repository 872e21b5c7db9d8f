"""Places where something that we do differently lives, and whether they were found."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, or_, select

from worker.domain.model import IssueId, Place, PlaceState, TenantId
from worker.store.dialects import insert_into
from worker.store.schema import learnings, places

# As many as one page can show.
MOST = 500


def keep(tx: Connection, tenant_id: TenantId, place: Place) -> None:
    """Remember where something lives, and whether it was found."""
    values = asdict(place) | {"state": place.state.value}
    statement = insert_into(tx, places).values(tenant_id=tenant_id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "issue_id"], set_=values))


def drop(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> None:
    """Forget the place of an issue whose answer names none any more."""
    tx.execute(delete(places).where(places.c.tenant_id == tenant_id, places.c.issue_id == issue_id))


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> Place | None:
    """The place that the issue's answer names, as it was last looked for."""
    query = select(places).where(places.c.tenant_id == tenant_id, places.c.issue_id == issue_id)
    row = tx.execute(query).mappings().first()
    return _place(row) if row else None


def of_project(tx: Connection, tenant_id: TenantId, project: str, limit: int = MOST) -> list[Place]:
    """The places that the newest `limit` answers of a project name that name one, the newest first."""
    joined = places.join(
        learnings, (learnings.c.tenant_id == places.c.tenant_id) & (learnings.c.issue_id == places.c.issue_id)
    )
    query = select(places).select_from(joined).where(places.c.tenant_id == tenant_id)
    query = query.where(learnings.c.project_key == project)
    query = query.order_by(learnings.c.learned_at.desc(), learnings.c.id.desc()).limit(limit)
    return [_place(row) for row in tx.execute(query).mappings()]


def to_check(tx: Connection, tenant_id: TenantId, before: datetime, limit: int) -> list[Place]:
    """The places on the tenant's own site that were last looked for before then, the longest ago first."""
    query = select(places).where(places.c.tenant_id == tenant_id, places.c.state != PlaceState.ELSEWHERE.value)
    query = query.where(or_(places.c.checked_at.is_(None), places.c.checked_at < before))
    query = query.order_by(places.c.checked_at.nulls_first(), places.c.issue_id).limit(limit)
    return [_place(row) for row in tx.execute(query).mappings()]


def _place(row: RowMapping) -> Place:
    values = {name: value for name, value in row.items() if name != "tenant_id"}
    return Place(**(values | {"state": PlaceState(row["state"])}))
