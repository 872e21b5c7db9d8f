"""Actions: what we will do differently, as Jira issues of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Boolean, Connection, RowMapping, Select, and_, func, not_, or_, select, update

from worker.domain.model import Action, ActionState, IssueId, TenantId
from worker.store.dialects import insert_into
from worker.store.facts import IssueFacts
from worker.store.schema import actions, learnings

# As many as one page can show; a project that has made more keeps the newest there.
MOST = 500


def keep(tx: Connection, tenant_id: TenantId, one: Action) -> None:
    """Write what is known of an action now. One that is there follows its answer and its issue by `reword` and `rename`
    alone, and what was hidden stays so: `one` may have been read before that.
    """
    values = asdict(one) | {"state": one.state.value}
    statement = insert_into(tx, actions).values(tenant_id=tenant_id, **values)
    changing = {name: value for name, value in values.items() if name not in ("words", "issue_key", "project_key")}
    changing["visible"] = and_(actions.c.visible, statement.excluded.visible)
    tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "issue_id"], set_=changing))


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> Action | None:
    """The action that came of what was learned on this issue, if there is one."""
    return _first(tx, _of(tenant_id).where(actions.c.issue_id == issue_id))


def done_by(tx: Connection, tenant_id: TenantId, work_id: IssueId) -> Action | None:
    """The action that this issue does, if it does one."""
    return _first(tx, _of(tenant_id).where(actions.c.work_id == work_id))


def of_project(tx: Connection, tenant_id: TenantId, project: str, limit: int = MOST) -> list[Action]:
    """The visible actions of a project, the oldest of the newest `limit` first."""
    query = _of(tenant_id).where(actions.c.project_key == project, actions.c.visible)
    newest = query.order_by(actions.c.made_at.desc(), actions.c.issue_id).limit(limit)
    return [_action(row) for row in tx.execute(newest).mappings()][::-1]


def still_open(tx: Connection, tenant_id: TenantId, project: str = "") -> list[Action]:
    """The actions of a project, or of all, whose Jira issue is not done yet, hidden ones too."""
    query = _of(tenant_id).where(actions.c.state == ActionState.OPEN.value)
    if project:
        query = query.where(actions.c.project_key == project)
    return [_action(row) for row in tx.execute(query.order_by(actions.c.made_at, actions.c.issue_id)).mappings()]


def set_visible(tx: Connection, tenant_id: TenantId, issue_ids: Iterable[IssueId], visible: bool) -> int:
    """Show or hide the actions that were learned on, or are done by, these issues; how many changed. One whose learning
    is hidden stays so, whoever may see the issue that does it.
    """
    wanted = list(issue_ids)
    either = or_(actions.c.issue_id.in_(wanted), actions.c.work_id.in_(wanted))
    query = update(actions).where(actions.c.tenant_id == tenant_id, either, actions.c.visible.is_(not visible))
    if visible:
        shown = func.coalesce(learnings.c.team_visible, learnings.c.visible, type_=Boolean)
        hidden = select(learnings.c.issue_id).where(learnings.c.tenant_id == tenant_id, not_(shown))
        query = query.where(actions.c.issue_id.not_in(hidden.where(learnings.c.issue_id == actions.c.issue_id)))
    return tx.execute(query.values(visible=visible)).rowcount


def rename(tx: Connection, tenant_id: TenantId, facts: IssueFacts) -> None:
    """Follow the key and project of an issue that an action was learned on, and the key of one that does it."""
    learned = (actions.c.tenant_id == tenant_id, actions.c.issue_id == facts.id)
    tx.execute(update(actions).where(*learned).values(issue_key=facts.key, project_key=facts.project_key))
    work = (actions.c.tenant_id == tenant_id, actions.c.work_id == facts.id)
    tx.execute(update(actions).where(*work).values(work_key=facts.key))


def reword(tx: Connection, tenant_id: TenantId, issue_id: IssueId, words: str) -> None:
    """Have the action say what its answer says now; empty when it promises nothing any more."""
    mine = (actions.c.tenant_id == tenant_id, actions.c.issue_id == issue_id)
    tx.execute(update(actions).where(*mine).values(words=words))


def _of(tenant_id: TenantId) -> Select[Any]:
    return select(actions).where(actions.c.tenant_id == tenant_id)


def _first(tx: Connection, query: Select[Any]) -> Action | None:
    row = tx.execute(query).mappings().first()
    return _action(row) if row else None


def _action(row: RowMapping) -> Action:
    values = {name: value for name, value in row.items() if name != "tenant_id"}
    return Action(**(values | {"state": ActionState(row["state"])}))
