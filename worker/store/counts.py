"""How many learnings may be shown, by topic, project and month: kept as they change, so that a page is compiled in the
same time whether a tenant has a thousand learnings or a million.

A row with an empty topic counts a project's learnings under whatever topic. What is kept within the team is counted
under a name of its own alone, so that only who asks for it gets it. Rows of nought are not kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, literal, or_, select, text, update

from worker.domain.model import IssueId, ProjectKey, TenantId, Topic
from worker.store.dialects import insert_into, month
from worker.store.schema import learning_counts, learning_topics, learnings

_CHUNK = 500
_TEAM = "(team only)"  # no topic: those have no brackets
_C = learning_counts.c


@dataclass(frozen=True, order=True)
class _Place:
    """Where one learning is counted."""

    topic: str
    project: str
    month: str


@contextmanager
def counting(tx: Connection, tenant_id: TenantId, issue_ids: Sequence[IssueId]) -> Iterator[None]:
    """Keep the counts right over a change of these issues' learnings."""
    before = _places(tx, tenant_id, issue_ids)
    yield
    after = _places(tx, tenant_id, issue_ids)
    gone = Counter(place for place, _, _ in before - after)
    come = Counter(place for place, _, _ in after - before)
    newest = {place: moment for place, _, moment in sorted(after - before, key=lambda one: one[2])}
    for place in sorted({*gone, *come}):  # always in one order, so that two writers never wait for each other
        _add(tx, tenant_id, place, come[place] - gone[place], newest.get(place))
        if gone[place]:
            _tidy(tx, tenant_id, place)


def recount(tx: Connection, tenant_id: TenantId) -> None:
    """Count everything anew. An earlier version that runs beside this one during an upgrade counts nothing."""
    tx.execute(delete(learning_counts).where(_C.tenant_id == tenant_id))
    name = month(learnings.c.learned_at)
    same = and_(learning_topics.c.learning_id == learnings.c.id, learning_topics.c.tenant_id == tenant_id)
    tagged = learnings.join(learning_topics, same)
    shared, of_teams = learnings.c.visible, learnings.c.team_visible
    kinds = (
        (literal(""), learnings, shared),
        (learning_topics.c.topic, tagged, shared),
        (literal(_TEAM), learnings, of_teams),
    )
    for topic, source, counted in kinds:
        rows = (
            select(
                learnings.c.tenant_id,
                topic,
                learnings.c.project_key,
                name,
                func.count(),
                func.max(learnings.c.learned_at),
            )
            .select_from(source)
            .where(learnings.c.tenant_id == tenant_id, counted)
            .group_by(text("1, 2, 3, 4"))
        )
        tx.execute(insert(learning_counts).from_select(list(_C.keys()), rows))


def months(
    tx: Connection,
    tenant_id: TenantId,
    topic: Topic | None,
    project: ProjectKey | None,
    projects_out: Sequence[str],
    *,
    team: bool = False,
) -> list[tuple[str, int]]:
    """How many there are in each month ("2026-11"), newest month first; with `team` those kept within it as well."""
    names = [topic or "", *([_TEAM] if team else [])]
    query = select(_C.month, func.sum(_C.learnings)).where(_C.tenant_id == tenant_id, _C.topic.in_(names))
    if project is not None:
        query = query.where(_C.project_key == project)
    if projects_out:
        query = query.where(_C.project_key.not_in(projects_out))
    return [(name, int(count)) for name, count in tx.execute(query.group_by(_C.month).order_by(_C.month.desc()))]


def topics(tx: Connection, tenant_id: TenantId, projects_out: Sequence[str] = ()) -> list[tuple[Topic, int, datetime]]:
    """Each topic with how many there are and the newest one's moment, in the order of names."""
    query = select(_C.topic, func.sum(_C.learnings), func.max(_C.newest))
    query = query.where(_C.tenant_id == tenant_id, _C.topic.not_in(["", _TEAM])).group_by(_C.topic)
    if projects_out:
        query = query.where(_C.project_key.not_in(projects_out))
    return sorted((Topic(name), int(count), newest) for name, count, newest in tx.execute(query))


def projects(tx: Connection, tenant_id: TenantId) -> list[tuple[ProjectKey, int]]:
    """Each project with how many there are, in the order of keys."""
    query = select(_C.project_key, func.sum(_C.learnings)).where(_C.tenant_id == tenant_id, _C.topic == "")
    return sorted((ProjectKey(key), int(count)) for key, count in tx.execute(query.group_by(_C.project_key)))


def _places(tx: Connection, tenant_id: TenantId, issue_ids: Sequence[IssueId]) -> set[tuple[_Place, int, datetime]]:
    """Where each of these learnings that may be shown is counted, with its id and moment."""
    found: set[tuple[_Place, int, datetime]] = set()
    for start in range(0, len(issue_ids), _CHUNK):
        some = list(issue_ids[start : start + _CHUNK])
        columns = (learnings.c.id, learnings.c.project_key, learnings.c.learned_at, learnings.c.team_visible)
        shown = or_(learnings.c.visible, learnings.c.team_visible)
        mine = (learnings.c.tenant_id == tenant_id, learnings.c.issue_id.in_(some), shown)
        found_rows = tx.execute(select(*columns).where(*mine)).all()
        rows = [row for row in found_rows if not row.team_visible]
        known = {row.id: row for row in rows}
        for row in found_rows:
            if row.team_visible:
                found.add((_Place(_TEAM, row.project_key, f"{row.learned_at:%Y-%m}"), row.id, row.learned_at))
        tags = select(learning_topics.c.learning_id, learning_topics.c.topic)
        tagged = tx.execute(tags.where(learning_topics.c.learning_id.in_(list(known)))).all() if known else []
        for learning_id, topic in [*((row.id, "") for row in rows), *((row.learning_id, row.topic) for row in tagged)]:
            row = known[learning_id]
            found.add((_Place(topic, row.project_key, f"{row.learned_at:%Y-%m}"), learning_id, row.learned_at))
    return found


def _add(tx: Connection, tenant_id: TenantId, place: _Place, delta: int, newest: datetime | None) -> None:
    if newest is None:
        tx.execute(update(learning_counts).where(*_at(tenant_id, place)).values(learnings=_C.learnings + delta))
        return
    statement = insert_into(tx, learning_counts).values(
        tenant_id=tenant_id,
        topic=place.topic,
        project_key=place.project,
        month=place.month,
        learnings=delta,
        newest=newest,
    )
    new = statement.excluded
    later = case((new.newest > _C.newest, new.newest), else_=_C.newest)
    keys = ["tenant_id", "topic", "project_key", "month"]
    values = {"learnings": _C.learnings + new.learnings, "newest": later}
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))


def _tidy(tx: Connection, tenant_id: TenantId, place: _Place) -> None:
    """After one went: no row of nought, and the newest is one that is still there."""
    tx.execute(delete(learning_counts).where(*_at(tenant_id, place), _C.learnings <= 0))
    tx.execute(update(learning_counts).where(*_at(tenant_id, place)).values(newest=_newest(tenant_id, place)))


def _newest(tenant_id: TenantId, place: _Place) -> ColumnElement[datetime]:
    begin = datetime.fromisoformat(f"{place.month}-01T00:00:00+00:00")
    end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    shown = learnings.c.team_visible if place.topic == _TEAM else learnings.c.visible
    if place.topic not in ("", _TEAM):
        moment = learning_topics.c.learned_at
        query = select(moment).join(learnings, learnings.c.id == learning_topics.c.learning_id)
        query = query.where(learning_topics.c.tenant_id == tenant_id, learning_topics.c.topic == place.topic)
    else:
        moment = learnings.c.learned_at
        query = select(moment).where(learnings.c.tenant_id == tenant_id)
    query = query.where(shown, learnings.c.project_key == place.project, moment >= begin, moment < end)
    return query.order_by(moment.desc()).limit(1).scalar_subquery()


def _at(tenant_id: TenantId, place: _Place) -> tuple[ColumnElement[bool], ...]:
    return (
        _C.tenant_id == tenant_id,
        _C.topic == place.topic,
        _C.project_key == place.project,
        _C.month == place.month,
    )
