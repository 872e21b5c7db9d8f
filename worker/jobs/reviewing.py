"""The reminder of an experiment's review, to its owner, on the day, once; and who may see experiments, each night."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection

from worker import experimenting, stale
from worker.domain.batching import day_began
from worker.domain.calendar import day, in_office_hours
from worker.domain.experiments import LATEST_REMINDER, reminds
from worker.domain.model import Experiment, IssueId, JobKind
from worker.domain.policy import Policy
from worker.errors import Missing
from worker.gateways.jira import Jira
from worker.jobs.context import Context, split
from worker.jobs.sending import at_most_once
from worker.store import experiments
from worker.store.tenants import Tenant


def put_reviews(tx: Connection, context: Context, tenant: Tenant) -> None:
    """Enqueue the reminders of the reviews that are due, in the office hours of each one's project. Nobody gets more a
    day than questions; the others come on the days after, the earliest review first.
    """
    now = context.now()
    sent = Counter(experiments.reminded_since(tx, tenant.id, day_began(now, tenant.policy)))
    today = day(now, tenant.policy.time_zone)
    for one in experiments.to_review(tx, tenant.id, today - LATEST_REMINDER, today):
        if one.owner is None or sent[one.owner] >= tenant.policy.most_a_day:
            continue
        if _due(one, tenant.policy.of(one.project_key), now) and experiments.reminded(tx, tenant.id, one.issue_id, now):
            sent[one.owner] += 1
            stale.put_issue_jobs(tx, context.deployment, tenant.id, one.issue_id, JobKind.REVIEW)


def review(context: Context, key: str) -> None:
    """Send the reminder, once a review day, unless the experiment was concluded meanwhile, or its issue is gone or
    restricted.
    """
    tenant_id, issue_id = split(key)
    tenant = context.tenant(tenant_id)
    with context.db.read() as tx:
        one = experiments.of_issue(tx, tenant.id, IssueId(issue_id))
    if one is None or one.outcome or not one.owner or not one.visible or not one.review_on:
        return
    jira, owner = context.doors(tenant).jira, one.owner
    if not _open_to_us(context, tenant, jira, one):
        return
    subject, text = _mail(context, tenant, one)
    effect = f"{tenant.id}/review/{issue_id}/{one.review_on.isoformat()}"
    at_most_once(context, effect, lambda: jira.notify(one.issue_key, owner, subject, text))


def nightly(context: Context, tenant: Tenant) -> None:
    """Show the experiments that may be shown and hide the rest, for changes that nobody tells, such as another
    permission scheme. Issues that something was learned on are looked at with their learning.
    """
    with context.db.read() as tx:
        known = dict(experiments.to_check(tx, tenant.id, context.now().toordinal()))
    if not known:
        return
    found = {issue.id: issue for issue in context.doors(tenant).jira.issues(known)}
    with context.db.begin() as tx:
        for issue_id, visible in known.items():
            if (issue_id in found and not found[issue_id].restricted) != visible:
                (stale.hide if visible else stale.unhide)(tx, context.deployment, tenant.id, issue_id)


def _due(one: Experiment, policy: Policy, now: datetime) -> bool:
    wanted = policy.reminder_channel != "none" and in_office_hours(now, policy)
    return wanted and reminds(one, day(now, policy.time_zone))


def _open_to_us(context: Context, tenant: Tenant, jira: Jira, one: Experiment) -> bool:
    """Whether the issue is there and has no security level; else its experiment is taken off the pages."""
    try:
        if not jira.issue(one.issue_id).restricted:
            return True
    except Missing:
        pass
    with context.db.begin() as tx:
        stale.hide(tx, context.deployment, tenant.id, one.issue_id)
    return False


def _mail(context: Context, tenant: Tenant, one: Experiment) -> tuple[str, str]:
    link = experimenting.link(context.deployment, tenant.id, one.issue_id, one.issue_key)
    subject = f"{one.issue_key}: what came of the experiment?"
    text = (
        f"{one.summary}\n\nIts review day has come. The hypothesis was:\n{one.hypothesis}\n\n"
        f"Was it supported, refuted, or is it inconclusive? It can be written down here:\n{link}\n\n"
        "A comment on the issue does too, with the lines “outcome: refuted” and “decision: change course”. "
        "There is no second reminder."
    )
    return subject, text
