"""Answers with their history, and the current learning of each issue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    delete,
    false,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    update,
)

from worker.domain.model import (
    AccountId,
    Answers,
    IssueId,
    Learning,
    ProjectKey,
    Road,
    TenantId,
    Topic,
)
from worker.store import counts
from worker.store.counts import counting
from worker.store.dialects import insert_into
from worker.store.facts import IssueFacts
from worker.store.schema import answers, learning_topics, learnings, sprint_issues

_NAMES = frozenset(one.name for one in fields(Answers))
# Kept even when empty: the version before this one reads them all; it does not know the others.
_ALWAYS = _NAMES - {"hoped", "missing", "thanked_for", "team_only"}

# Whether the issue of a learning is for everybody, whoever may read what was learned.
_OPEN: ColumnElement[bool] = func.coalesce(learnings.c.team_visible, learnings.c.visible, type_=Boolean)


def add_revision(tx: Connection, tenant_id: TenantId, issue_id: IssueId, given: Answers, now: datetime) -> int:
    """Keep one more revision of an issue's answers; its number, from 1."""
    query = select(func.max(answers.c.revision)).where(answers.c.tenant_id == tenant_id, answers.c.issue_id == issue_id)
    revision = (tx.execute(query).scalar() or 0) + 1
    tx.execute(
        insert(answers).values(
            tenant_id=tenant_id,
            issue_id=issue_id,
            revision=revision,
            given_at=now,
            road=given.road.value,
            given_by=given.given_by,
            content=_content(given),
        )
    )
    return revision


def latest(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> Answers | None:
    """The newest answers of an issue, "nothing new" included."""
    query = select(answers).where(answers.c.tenant_id == tenant_id, answers.c.issue_id == issue_id)
    row = tx.execute(query.order_by(answers.c.revision.desc()).limit(1)).mappings().first()
    return _answers(row["content"]) if row else None


def history(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> list[Answers]:
    """Every revision of an issue's answers, the oldest first."""
    query = select(answers.c.content).where(answers.c.tenant_id == tenant_id, answers.c.issue_id == issue_id)
    return [_answers(content) for content in tx.execute(query.order_by(answers.c.revision)).scalars()]


def keep(tx: Connection, tenant_id: TenantId, facts: IssueFacts, given: Answers, revision: int, now: datetime) -> None:
    """Make `given` the issue's current learning. The moment of the first answer stays."""
    changing = {
        "issue_key": facts.key,
        "project_key": facts.project_key,
        "summary": facts.summary,
        "type_name": facts.type_name,
        "content": _content(given),
        "revision": revision,
    }
    first = _seen(literal(not facts.restricted), given) | {"learned_at": now}
    with counting(tx, tenant_id, [facts.id]):
        row = tx.execute(
            insert_into(tx, learnings)
            .values(tenant_id=tenant_id, issue_id=facts.id, **first, **changing)
            .on_conflict_do_update(index_elements=["tenant_id", "issue_id"], set_=changing | _seen(_OPEN, given))
            .returning(learnings.c.id, learnings.c.learned_at)
        ).one()
        tx.execute(delete(learning_topics).where(learning_topics.c.learning_id == row.id))
        if given.topics:
            tags = [
                {"tenant_id": tenant_id, "topic": t, "learning_id": row.id, "learned_at": row.learned_at}
                for t in given.topics
            ]
            tx.execute(insert(learning_topics), tags)


def drop(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> None:
    """Take the issue's learning off every page; its answers stay in the history."""
    with counting(tx, tenant_id, [issue_id]):
        tx.execute(delete(learnings).where(learnings.c.tenant_id == tenant_id, learnings.c.issue_id == issue_id))


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> Learning | None:
    """The issue's current learning, if it has one."""
    query = select(learnings).where(learnings.c.tenant_id == tenant_id, learnings.c.issue_id == issue_id)
    row = tx.execute(query).mappings().first()
    return _learning(row) if row else None


def set_visible(tx: Connection, tenant_id: TenantId, issue_ids: Iterable[IssueId], visible: bool) -> int:
    """Show or hide the learnings of these issues; how many changed."""
    wanted = list(issue_ids)
    query = update(learnings).where(learnings.c.tenant_id == tenant_id, learnings.c.issue_id.in_(wanted))
    with counting(tx, tenant_id, wanted):
        shared = query.where(learnings.c.team_visible.is_(None), learnings.c.visible.is_(not visible))
        of_teams = query.where(learnings.c.team_visible.is_(not visible))
        changed = tx.execute(shared.values(visible=visible)).rowcount
        return changed + tx.execute(of_teams.values(team_visible=visible)).rowcount


def rename(tx: Connection, tenant_id: TenantId, facts: IssueFacts) -> None:
    """Bring key, project, summary and type of a learning up to date with its issue."""
    values = {
        "issue_key": facts.key,
        "project_key": facts.project_key,
        "summary": facts.summary,
        "type_name": facts.type_name,
    }
    mine = (learnings.c.tenant_id == tenant_id, learnings.c.issue_id == facts.id)
    with counting(tx, tenant_id, [facts.id]):
        tx.execute(update(learnings).where(*mine).values(values))


@dataclass(frozen=True)
class Selection:
    """Which learnings: of a topic, of a project, of a sprint, of these issues, or any. `projects` None means every
    project. `team_of` is the project whose team reads them: what is kept within that team is among them.
    """

    topic: Topic | None = None
    project: ProjectKey | None = None
    sprint: int | None = None
    issues: tuple[IssueId, ...] | None = None
    projects_out: tuple[str, ...] = ()
    team_of: ProjectKey | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 200
    offset: int = 0


def select_visible(tx: Connection, tenant_id: TenantId, wanted: Selection) -> list[Learning]:
    """The visible learnings `wanted` describes, newest first."""
    query = _where(select(learnings), tenant_id, wanted)
    order = learning_topics.c if wanted.topic else learnings.c
    column = order.learning_id if wanted.topic else order.id
    query = query.order_by(order.learned_at.desc(), column.desc()).limit(wanted.limit).offset(wanted.offset)
    return [_learning(row) for row in tx.execute(query).mappings()]


def months(tx: Connection, tenant_id: TenantId, wanted: Selection) -> list[tuple[str, int]]:
    """How many visible learnings `wanted` (of a topic, of a project) has in each month ("2026-11"), newest first."""
    team = wanted.team_of is not None and wanted.team_of == wanted.project
    return counts.months(tx, tenant_id, wanted.topic, wanted.project, wanted.projects_out, team=team)


def to_check(tx: Connection, tenant_id: TenantId, limit: int) -> list[tuple[IssueId, bool]]:
    """The issues with a learning that were not looked at for longest, and whether each may be shown."""
    query = select(learnings.c.issue_id, _OPEN).where(learnings.c.tenant_id == tenant_id)
    query = query.order_by(learnings.c.checked_at.nulls_first(), learnings.c.id).limit(limit)
    return [(IssueId(issue), bool(visible)) for issue, visible in tx.execute(query)]


def checked(tx: Connection, tenant_id: TenantId, issue_ids: Sequence[IssueId], now: datetime) -> None:
    """Keep that these issues were looked at."""
    mine = (learnings.c.tenant_id == tenant_id, learnings.c.issue_id.in_(issue_ids))
    tx.execute(update(learnings).where(*mine).values(checked_at=now))


def hidden(tx: Connection, tenant_id: TenantId) -> int:
    """How many learnings may not be shown at the moment, because of who may see their issues."""
    query = select(func.count()).where(learnings.c.tenant_id == tenant_id, not_(_OPEN))
    return int(tx.execute(query.select_from(learnings)).scalar_one())


def issues_of_project(tx: Connection, tenant_id: TenantId, project: str) -> list[IssueId]:
    """The issues of a project that have a learning which may be shown, be it to its team alone."""
    query = select(learnings.c.issue_id).where(learnings.c.tenant_id == tenant_id, learnings.c.project_key == project)
    return [IssueId(issue) for (issue,) in tx.execute(query.where(_OPEN))]


def hidden_count(tx: Connection, tenant_id: TenantId, sprint_id: int, projects_out: tuple[str, ...] = ()) -> int:
    """How many learnings of a sprint may not be shown on its retro, because of who may see their issues; they are
    counted and nothing more.
    """
    return _counted(tx, tenant_id, sprint_id, or_(not_(_OPEN), learnings.c.project_key.in_(projects_out)))


def kept_count(
    tx: Connection,
    tenant_id: TenantId,
    sprint_id: int,
    projects_out: tuple[str, ...] = (),
    team_of: ProjectKey | None = None,
) -> int:
    """How many learnings of a sprint are kept within a team that is not the one which reads its retro (`team_of`)."""
    elsewhere = [learnings.c.team_visible, learnings.c.project_key.not_in([*projects_out, *filter(None, [team_of])])]
    return _counted(tx, tenant_id, sprint_id, and_(*elsewhere))


def kept_within(tx: Connection, tenant_id: TenantId, issue_ids: Sequence[IssueId]) -> set[IssueId]:
    """Those of the issues whose learning is kept within the team."""
    mine = (learnings.c.tenant_id == tenant_id, learnings.c.issue_id.in_(issue_ids))
    query = select(learnings.c.issue_id).where(*mine, learnings.c.team_visible.is_not(None))
    return {IssueId(issue) for issue in tx.execute(query).scalars()} if issue_ids else set()


def _counted(tx: Connection, tenant_id: TenantId, sprint_id: int, which: ColumnElement[bool]) -> int:
    query = _members(select(func.count()).select_from(learnings), tenant_id, sprint_id)
    return int(tx.execute(query.where(learnings.c.tenant_id == tenant_id, which)).scalar_one())


def _where(query: Select[Any], tenant_id: TenantId, wanted: Selection) -> Select[Any]:
    shown: ColumnElement[bool] = learnings.c.visible
    if wanted.team_of is not None:
        shown = or_(shown, and_(learnings.c.team_visible, learnings.c.project_key == wanted.team_of))
    query = query.where(learnings.c.tenant_id == tenant_id, shown)
    if wanted.topic is not None:
        query = query.join(learning_topics, learning_topics.c.learning_id == learnings.c.id)
        query = query.where(learning_topics.c.tenant_id == tenant_id, learning_topics.c.topic == wanted.topic)
    if wanted.project is not None:
        query = query.where(learnings.c.project_key == wanted.project)
    if wanted.projects_out:
        query = query.where(learnings.c.project_key.not_in(wanted.projects_out))
    if wanted.sprint is not None:
        query = _members(query, tenant_id, wanted.sprint)
    if wanted.issues is not None:
        query = query.where(learnings.c.issue_id.in_(wanted.issues))
    moment = learnings.c.learned_at if wanted.topic is None else learning_topics.c.learned_at  # whose index is walked
    if wanted.since is not None:
        query = query.where(moment >= wanted.since)
    if wanted.until is not None:
        query = query.where(moment < wanted.until)
    return query


def _members(query: Select[Any], tenant_id: TenantId, sprint_id: int) -> Select[Any]:
    members = and_(
        sprint_issues.c.tenant_id == tenant_id,
        sprint_issues.c.sprint_id == sprint_id,
        sprint_issues.c.issue_id == learnings.c.issue_id,
    )
    return query.join(sprint_issues, members)


def _seen(is_open: ColumnElement[bool], given: Answers) -> dict[str, Any]:
    """Where a learning may be seen: `is_open` says whether its issue is for everybody. What is kept within the team is
    not visible to whoever does not ask for it by name.
    """
    return {
        "visible": false() if given.team_only else is_open,
        "team_visible": is_open if given.team_only else null(),
    }


def _content(given: Answers) -> dict[str, Any]:
    """What was said. A newer field is kept only where it says something."""
    values, usual = asdict(given), asdict(Answers())
    return {name: value for name, value in values.items() if name in _ALWAYS or value != usual[name]}


def _answers(content: dict[str, Any]) -> Answers:
    values = {name: value for name, value in content.items() if name in _NAMES}
    values["topics"] = tuple(Topic(name) for name in values.get("topics", ()))
    values["road"] = Road(values["road"])
    values["given_by"] = AccountId(values["given_by"]) if values.get("given_by") else None
    return Answers(**values)


def _learning(row: RowMapping) -> Learning:
    names = ("id", "issue_id", "issue_key", "project_key", "summary", "type_name", "learned_at", "revision", "visible")
    values = {name: row[name] for name in names}
    if row["team_visible"] is not None:
        values["visible"] = row["team_visible"]
    return Learning(answers=_answers(row["content"]), **values)
