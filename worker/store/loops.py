"""The facts of a project that its measures are taken from, of the twelve months up to its last close.

People are counted here, and leave as one number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from worker.domain.loop import Close, Loop, put_in_order
from worker.domain.model import IssueId, ProjectKey, PromptState, TenantId
from worker.store import actions, experiments, places, sprints
from worker.store import schema as tables
from worker.store.schema import answers, closes, learnings, prompts

_YEAR = timedelta(days=365)
# More closes in a year than one project has had anywhere we know of; the newest are taken. Ours.
_MOST = 20_000


def of_project(tx: Connection, tenant_id: TenantId, project: ProjectKey, bug_types: Iterable[str]) -> Loop:
    """The project's facts, ready to be counted; `bug_types` are the names of what counts as a bug, in any case."""
    found, people = _closes(tx, tenant_id, project)
    loop = Loop(
        closes=tuple(found),
        experiments=tuple(experiments.of_project(tx, tenant_id, project)),
        actions=tuple(actions.of_project(tx, tenant_id, project)),
        places=tuple(places.of_project(tx, tenant_id, project)),
        # a stretch of days that has a retro because there are no sprints (its number is below zero) is none
        sprints=tuple(one for one in sprints.of_project(tx, tenant_id, project) if one.id > 0),
        people=people,
    )
    return put_in_order(loop, bug_types)


def projects(tx: Connection, tenant_id: TenantId) -> list[tuple[str, ProjectKey]]:
    """The page types of which a project has something to say, with the project: its experiments, actions, closes asked
    about.
    """
    told = (
        ("experiments", tables.experiments, tables.experiments.c.visible),
        ("ways", tables.actions, tables.actions.c.visible),
        ("measures", closes, closes.c.asked),
    )
    found = []
    for kind, table, counts in told:
        query = select(table.c.project_key).where(table.c.tenant_id == tenant_id, counts).distinct()
        found += [(kind, ProjectKey(key)) for key in tx.execute(query.order_by(table.c.project_key)).scalars()]
    return found


def _closes(tx: Connection, tenant_id: TenantId, project: ProjectKey) -> tuple[list[Close], int]:
    """The closes of a year, the oldest first, and how many different people were asked about them."""
    mine = (closes.c.tenant_id == tenant_id, closes.c.project_key == project)
    newest = tx.execute(select(func.max(closes.c.closed_at)).where(*mine)).scalar()
    if newest is None:
        return [], 0
    query = _query(tenant_id).where(*mine, closes.c.closed_at > newest - _YEAR)
    rows = tx.execute(query.order_by(closes.c.closed_at.desc(), closes.c.id.desc()).limit(_MOST)).mappings().all()
    people = {row["person"] for row in rows if row["asked"] and row["person"]}
    return [_close(dict(row)) for row in reversed(rows)], len(people)


def _query(tenant_id: TenantId) -> Select[Any]:
    prompted = and_(prompts.c.tenant_id == tenant_id, prompts.c.issue_id == closes.c.issue_id)
    learned = and_(learnings.c.tenant_id == tenant_id, learnings.c.issue_id == closes.c.issue_id)
    first_answer = (
        select(func.min(answers.c.given_at))
        .where(answers.c.tenant_id == tenant_id, answers.c.issue_id == closes.c.issue_id)
        .where(answers.c.given_at >= closes.c.closed_at)
        .scalar_subquery()
    )
    return select(
        closes.c.issue_id,
        closes.c.type_name,
        closes.c.components,
        closes.c.closed_at,
        closes.c.asked,
        closes.c.reason,
        closes.c.duplicate,
        prompts.c.state,
        prompts.c.asked.label("person"),
        func.coalesce(first_answer, prompts.c.settled_at).label("settled_at"),
        learnings.c.content["changed_course"].as_boolean().label("changed_course"),
    ).select_from(closes.outerjoin(prompts, prompted).outerjoin(learnings, learned))


def _close(row: dict[str, Any]) -> Close:
    return Close(
        issue_id=IssueId(row["issue_id"]),
        type_name=row["type_name"],
        components=tuple(row["components"]),
        closed_at=row["closed_at"],
        asked=row["asked"],
        reason=row["reason"],
        state=PromptState(row["state"]) if row["state"] else None,
        settled_at=row["settled_at"],
        changed_course=bool(row["changed_course"]),
        duplicate=row["duplicate"],
    )
