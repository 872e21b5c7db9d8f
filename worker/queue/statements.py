"""What the queue asks of its table: what is due, what may be claimed, what a person looks at. It runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from worker.domain.model import JobKind
from worker.queue import Place
from worker.store.dialects import for_dialect
from worker.store.schema import jobs

Row = TypeVar("Row", bound=tuple[Any, ...])

# How many jobs in a state one look passes over at most. Those of one tenant lie among everybody's.
FURTHEST = 5_000

_DEAD: ColumnElement[str] = literal_column("'dead'")  # as its index has it
_NOW = bindparam("now", type_=jobs.c.run_at.type)
# "waiting" when a job is due, "running" when a lease has run out.
DUE = union_all(
    select(literal("waiting")).where(exists().where(jobs.c.state == "waiting", jobs.c.run_at <= _NOW)),
    select(literal("running")).where(exists().where(jobs.c.state == "running", jobs.c.lease_until < _NOW)),
)
# The first due job of each lane that is free, in the order they became due. A job that holds its lane comes before all
# others there, though it may be due after them.
_OTHER = jobs.alias()
_BUSY = jobs.alias()
_FULL = (
    select(_BUSY.c.share)
    .where(_BUSY.c.state == "running", _BUSY.c.share != "")
    .group_by(_BUSY.c.share)
    .having(func.count() >= bindparam("share"))
)
_MINE, _THEIRS = (tuple_(~row.c.holds_lane, row.c.run_at, row.c.id) for row in (jobs, _OTHER))
CLAIMABLE = (
    select(jobs.c.id, jobs.c.share)
    .where(jobs.c.state == "waiting", jobs.c.run_at <= _NOW, jobs.c.share.not_in(_FULL))
    .where(
        ~exists().where(
            _OTHER.c.lane == jobs.c.lane,
            _OTHER.c.id != jobs.c.id,
            or_(_OTHER.c.state == "running", and_(_OTHER.c.state == "waiting", _THEIRS < _MINE)),
        )
    )
    .order_by(jobs.c.run_at, jobs.c.id)
    .limit(bindparam("most"))
)
FRESH = {"state": "waiting", "tries": 0, "holds_lane": False, "token": 0, "error": "", "trace": ""}


@cache
def put(dialect: str) -> Insert:
    """Enqueue, built once a database: one (kind, key) waits at most once, at the earlier of the two times; one that
    waits to be tried again is not hurried.
    """
    statement = for_dialect(dialect, jobs)
    earlier = statement.excluded.run_at < jobs.c.run_at
    return statement.on_conflict_do_update(
        index_elements=["kind", "key"],
        index_where=text("state = 'waiting'"),
        set_={"run_at": case((earlier, statement.excluded.run_at), else_=jobs.c.run_at)},
        where=~jobs.c.holds_lane,
    )


def share_of(lane: str) -> str:
    """The tenant whose share of the workers a job of this lane takes; empty for a lane of no tenant."""
    return lane.partition(":")[2].partition("/")[0][:64]


def waits_already() -> ColumnElement[bool]:
    """Whether a job has a twin that waits: the same kind and key."""
    twin = jobs.alias()
    return exists().where(twin.c.kind == jobs.c.kind, twin.c.key == jobs.c.key, twin.c.state == "waiting")


def dead(job_ids: Sequence[int], tenant_id: str = "") -> ColumnElement[bool]:
    """Those of these jobs that are dead and, where one is named, of the tenant."""
    mine = [jobs.c.share == tenant_id] if tenant_id else []
    is_dead = func.coalesce(jobs.c.state, "") == "dead"  # not to be looked up by: the ids are fewer
    return and_(jobs.c.id.in_(job_ids), is_dead, *mine)


def ended(tenant_id: str, error: str) -> ColumnElement[bool]:
    """The tenant's dead jobs that ended with this sentence."""
    return and_(jobs.c.state == _DEAD, jobs.c.share == tenant_id, jobs.c.error == error)


def furthest(state: str, tenant_id: str, after: Place | None) -> Select[tuple[datetime, int]]:
    """Where a look that begins after `after` stops at the latest."""
    return _in_order(select(jobs.c.run_at, jobs.c.id), state, tenant_id, after).offset(FURTHEST).limit(1)


def seen(
    state: str, tenant_id: str, kind: JobKind | None, after: Place | None, until: Place | None
) -> Select[tuple[Any, ...]]:
    """The tenant's jobs in `state` between two places, the oldest first."""
    query = _in_order(select(jobs), state, tenant_id, after).where(jobs.c.share == tenant_id)
    if until:
        query = query.where(jobs.c.run_at <= until[0])
    return query.where(jobs.c.kind == kind.value) if kind else query


def _in_order(query: Select[Row], state: str, tenant_id: str, after: Place | None) -> Select[Row]:
    """The jobs of a state in the order of their moments. Dead ones have an index by tenant, which costs those that
    succeed nothing; the others lie among everybody's.
    """
    where = [jobs.c.state == _DEAD, jobs.c.share == tenant_id] if state == "dead" else [jobs.c.state == state]
    if after:
        where += [jobs.c.run_at >= after[0], or_(jobs.c.run_at > after[0], jobs.c.id > after[1])]
    return query.where(*where).order_by(jobs.c.run_at, jobs.c.id)
