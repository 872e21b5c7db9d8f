"""The jobs of one site: what could not be done and why, what runs, what waits and for what.

A dead job waits for a person: it is retried, or dropped after the page has said what is lost. Nothing else is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from webhooks.access import Access, for_
from webhooks.admin import frame, guard, job_words
from webhooks.admin.addresses import id_in, place_in, written
from webhooks.admin.job_rows import Row, rows_of
from webhooks.admin.job_words import KINDS, Around
from webhooks.current import deployment
from worker.domain.model import JobKind, Product
from worker.gateways import limiter
from worker.queue import Job, Look
from worker.store import audit, pauses
from worker.store.audit import Entry
from worker.store.tenants import Tenant

blueprint = Blueprint("admin_jobs", __name__, url_prefix="/admin/<tenant_id>")

# What the page shows of each state, and in which order.
STATES = {"dead": "Could not be done", "running": "Running", "waiting": "Waiting"}
_AT_ONCE, _GLANCE, _MOST = 50, 20, 1_000
_GONE = "There is no such job any more: it was retried or dropped meanwhile. Nothing was changed."


@dataclass(frozen=True)
class Section:
    """The jobs in one state; `after` is where the next ones are, empty at the end."""

    state: str
    words: str
    rows: list[Row]
    after: str


@blueprint.get("/jobs")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """What is dead, what runs and what waits; or all in one state, from a place on."""
    parts, tenant = deployment(), guard.tenant()
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    chosen = state if state in STATES else ""
    of_kind = JobKind(kind) if kind in list(JobKind) else None
    wanted, most = ([chosen], _AT_ONCE) if chosen else (list(STATES), _GLANCE)
    after = place_in(request.args.get("after", "")) if chosen else None
    looks = {state: parts.queue.look(tenant.id, state, kind=of_kind, after=after, limit=most) for state in wanted}
    running = looks.get("running") or parts.queue.look(tenant.id, "running")
    around = _around(tenant, looks.get("waiting"), len(running.jobs))
    with parts.db.read() as tx:
        sections = [_section(tx, tenant, state, look, around) for state, look in looks.items()]
    kinds = list(dict.fromkeys(job.kind for job in looks["dead"].jobs)) if "dead" in looks else []
    values: dict[str, Any] = {
        "chosen": chosen,
        "kinds": kinds,
        "words": KINDS,
        "of_kind": of_kind,
        "further": bool(after),
    }
    return frame.page("jobs.html", sections=sections, **values)


@blueprint.post("/jobs/retry")
@for_(Access.OWNER)
def retry(**_: str) -> ResponseReturnValue:
    """Try one dead job again, or all of a kind."""
    parts, tenant = deployment(), guard.tenant()
    look = _chosen(tenant)
    with parts.db.begin() as tx:
        many = parts.queue.retry(tx, [job.id for job in look.jobs], tenant.id)
        if many:
            _note(tx, tenant, f"retried {_jobs(many)}", look.jobs)
    if not many:
        return _back(_GONE)
    more = " There are more; press again for those." if look.after else ""
    return _back(f"{_jobs(many).capitalize()} {'is' if many == 1 else 'are'} tried again now.{more}")


@blueprint.get("/jobs/drop")
@for_(Access.OWNER)
def ask(**_: str) -> ResponseReturnValue:
    """Ask before a dead job, or all of a kind, is dropped: what would be lost."""
    tenant, look = guard.tenant(), _chosen(guard.tenant())
    if not look.jobs:
        return _back(_GONE)
    with deployment().db.read() as tx:
        rows = rows_of(tx, tenant, look.jobs[:_AT_ONCE], Around(deployment().clock.now()))
    kind, seen = KINDS[look.jobs[0].kind], ",".join(str(job.id) for job in look.jobs)
    many, more = len(look.jobs), bool(look.after)
    return frame.page("jobs_drop.html", rows=rows, many=many, more=more, kind=kind, seen=seen)


@blueprint.post("/jobs/drop")
@for_(Access.OWNER)
def drop(**_: str) -> ResponseReturnValue:
    """Delete the dead jobs that were shown when it was asked; one that died since stays."""
    parts, tenant = deployment(), guard.tenant()
    seen = [found for found in map(id_in, request.form.get("seen", "").split(",")[:_MOST]) if found]
    jobs = parts.queue.dead(tenant.id, seen)
    with parts.db.begin() as tx:
        many = parts.queue.drop(tx, [job.id for job in jobs], tenant.id)
        if many:
            _note(tx, tenant, f"dropped {_jobs(many)}", jobs)
    return _back(f"{_jobs(many).capitalize()} {'was' if many == 1 else 'were'} dropped." if many else _GONE)


def _section(tx: Connection, tenant: Tenant, state: str, look: Look, around: Around) -> Section:
    return Section(state, STATES[state], rows_of(tx, tenant, look.jobs, around), written(look.after))


def _around(tenant: Tenant, waiting: Look | None, running: int) -> Around:
    """What waiting jobs may be waiting for."""
    parts, now = deployment(), deployment().clock.now()
    due = [job for job in waiting.jobs if job.run_at <= now] if waiting else []
    others = parts.queue.in_lanes([job.lane for job in due]) if due else []
    with parts.db.read() as tx:
        pause = pauses.longest(tx, tenant.id, ("tenant", *map(limiter.whole, Product)), now)
    return Around(now, tenant.stopped, pause, running, job_words.behind(due, others))


def _chosen(tenant: Tenant) -> Look:
    """The dead jobs a request means: the one with an id, or those of a kind. Of the latter at most so many at once."""
    queue, kind = deployment().queue, request.values.get("kind", "")
    if kind in list(JobKind):
        return queue.look(tenant.id, "dead", kind=JobKind(kind), limit=_MOST)
    number = id_in(request.values.get("id", ""))
    if not number:
        abort(404, "This names no job. Go back to the jobs and choose one there.")
    return Look(queue.dead(tenant.id, [number]), None)


def _note(tx: Connection, tenant: Tenant, what: str, found: list[Job]) -> None:
    now = deployment().clock.now()
    named = "\n".join(row.does for row in rows_of(tx, tenant, found[:_AT_ONCE], Around(now)))
    audit.note(tx, Entry(now, guard.account().email, what, before=named, tenant_id=tenant.id))


def _back(done: str) -> ResponseReturnValue:
    return redirect(url_for("admin_jobs.show", tenant_id=guard.tenant().id, done=done), 303)


def _jobs(many: int) -> str:
    return "one job" if many == 1 else f"{many} jobs"
