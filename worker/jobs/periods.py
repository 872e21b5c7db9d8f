"""Once a day: a retro for each project that works without sprints, and another look at the sprints that run.

A retro of a period is made like that of a sprint; `domain/periods` says which is due. A sprint that runs is read again
because nobody tells us which issues came into it, and because its end may not have been told.
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from worker import stale
from worker.domain import periods as rules
from worker.domain.model import JobKind, PageKey
from worker.domain.pages import home
from worker.domain.periods import Pace, Period
from worker.jobs import promising
from worker.jobs.context import Context, tick
from worker.store import closes, sprints
from worker.store.tenants import Tenant

# How long after its planned end a sprint is still read each night: teams close late, and some never do.
_LOOKED_AFTER = timedelta(days=30)


def periods(context: Context, key: str) -> None:
    """Have the retros made that are due, and those of running sprints brought up to date."""
    tenant = context.tenant(tick(key))
    zone, now = ZoneInfo(tenant.policy.time_zone), context.now()
    with context.db.read() as tx:
        over = [rules.due(pace, zone, now) for pace in _paces(tx, tenant)]
        found = [period for period in over if period and not sprints.knows(tx, tenant.id, period.id)]
        running = sprints.running(tx, tenant.id, now - _LOOKED_AFTER)
    for period in found:
        promising.refresh(context, tenant, period.project)  # so that it opens with how each action stands now
        with context.db.begin() as tx:
            _make(tx, context, tenant, period, zone)
    with context.db.begin() as tx:
        for sprint in running:
            put_retro(tx, context, tenant, sprint)


def put_retro(tx: Connection, context: Context, tenant: Tenant, sprint_id: int) -> None:
    """Enqueue the job that makes the retro of a sprint, or brings it up to date."""
    subject = f"{tenant.id}/{sprint_id}"
    context.deployment.queue.put(tx, JobKind.RETRO, subject, lane=f"sprint:{subject}")


def _paces(tx: Connection, tenant: Tenant) -> list[Pace]:
    policy, sprinted = tenant.policy, sprints.last_of_projects(tx, tenant.id)
    return [
        Pace(project, policy.of(project).retro_days, closed_at, sprinted.get(project))
        for project, closed_at in closes.last_of_projects(tx, tenant.id)
        if not policy.projects or project in policy.projects
    ]


def _make(tx: Connection, context: Context, tenant: Tenant, period: Period, zone: ZoneInfo) -> None:
    """Keep a period with the issues closed in it, once; one in which nobody was asked has no retro."""
    since, until = rules.bounds(period, zone)
    issues = closes.issues_between(tx, tenant.id, period.project, since, until)
    if not issues or sprints.knows(tx, tenant.id, period.id):
        return
    sprints.keep(tx, tenant.id, rules.as_sprint(period, zone), period.project)
    sprints.keep_issues(tx, tenant.id, period.id, issues)
    stale.mark(tx, context.deployment, tenant.id, [PageKey(f"retro:{period.id}")], at_once=True)
    stale.mark(tx, context.deployment, tenant.id, [home.KEY])
