"""Find the closes whose delivery never came: webhooks are best effort, and Data Center's are not even repeated.

A bounded search, reaching back beyond the last one because a site's index lags, then the changelogs of what it found.
What was decided about before is left alone; the rest goes the way of any delivery.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.domain import jql, prompting
from worker.domain.events import IssueChanged
from worker.domain.model import DeliveryState, Issue
from worker.errors import Rejected
from worker.gateways.jira import Jira
from worker.jobs import interpreting
from worker.jobs.context import Context, tick
from worker.store import deliveries, prompts, tenants
from worker.store.deliveries import Arrival
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)

_OVERLAP = timedelta(minutes=30)
# How far behind ours the site's clock may be, by which a changelog tells its times.
_CLOCKS_APART = timedelta(hours=1)
# Closes a site may have between two sweeps, or over seven days of silence; beyond, the log says so.
_MOST = 20_000


def sweep(context: Context, key: str) -> None:
    """Look for closes since the last sweep that nobody told us about, and decide about each as if told."""
    tenant, now = context.tenant(tick(key)), context.now()
    since = _since(tenant, now)
    jira = context.doors(tenant).jira
    issues = _closed(jira, tenant, since, now)
    if len(issues) == _MOST:
        log.warning("tenant %s: only the first %d issues closed since %s were looked at", tenant.id, _MOST, since)
    told_since = max(since - _CLOCKS_APART, tenant.activated_at)
    for event in jira.changes(issues, ("status",), told_since) if issues else ():
        interpreting.know_statuses(context, tenant, event)
        _take(context, tenant, event)
    with context.db.begin() as tx:
        tenants.change(tx, tenant.id, swept_at=now)


def _since(tenant: Tenant, now: datetime) -> datetime:
    last = tenant.swept_at or tenant.activated_at
    return max(last - _OVERLAP, tenant.activated_at, now - prompting.LATEST)


def _closed(jira: Jira, tenant: Tenant, since: datetime, now: datetime) -> list[Issue]:
    """The issues that may have been closed since. Cloud refuses to search in a project that is not there, or not for
    our account (400); the others are then searched without it.
    """
    chosen = tenant.policy.projects
    try:
        return jira.search(_jql(chosen, since, now), _MOST)
    except Rejected:
        seen = jira.projects() if chosen else {}
        there = tuple(key for key in chosen if key in seen)
        if not there or there == chosen:
            raise
    gone = ", ".join(key for key in chosen if key not in seen)
    log.warning("tenant %s: Jira has no project %s, or not for our account; see the setting projects", tenant.id, gone)
    return jira.search(_jql(there, since, now), _MOST)


def _jql(projects: Sequence[str], since: datetime, now: datetime) -> str:
    """Relative minutes: absolute times in JQL are read in the time zone of the account."""
    minutes = math.ceil((now - since).total_seconds() / 60) + 1
    where = jql.all_of(jql.of_projects(projects), "statusCategory = Done", f'updated >= "-{minutes}m"')
    return f"{where} ORDER BY updated ASC"


def _take(context: Context, tenant: Tenant, event: IssueChanged) -> None:
    """Decide about a close nobody told us about. It gets a line among the deliveries, so that an admin sees it."""
    change, now = event.change("status"), context.now()
    with context.db.begin() as tx:
        categories = tenants.categories(tx, tenant.id)
        policy = tenant.policy.of(event.issue.project_key)
        if change is None or not prompting.is_close(change, event.issue, categories, policy):
            return
        if prompts.knows_close(tx, tenant.id, event.issue.id, event.at, event.changelog_id):
            return
        state, reason = interpreting.react(tx, context, tenant, event)
        found = Arrival(
            tenant_id=tenant.id,
            key=f"swept:{event.issue.id}/{event.changelog_id or event.at.isoformat()}",
            received_at=now,
            event="found by the sweep",
            issue_key=event.issue.key,
            state=state if state is DeliveryState.HANDLED else DeliveryState.IGNORED,
            reason=reason,
        )
        deliveries.accept(tx, [found])
