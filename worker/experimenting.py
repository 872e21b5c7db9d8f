"""The one function everything written of an experiment goes through, whichever road it came by.

It merges what was told over what is known, and marks the pages that show it. All in the caller's transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from worker import stale
from worker.deployment import Deployment
from worker.domain import calendar
from worker.domain.experiments import Told, checked, renewed
from worker.domain.links import ExperimentLink, sign_experiment
from worker.domain.model import Experiment, IssueId, IssueKey, JobKind, TenantId
from worker.store import experiments, tenants
from worker.store.database import hold
from worker.store.facts import IssueFacts


def keep(
    tx: Connection, deployment: Deployment, tenant_id: TenantId, facts: IssueFacts, told: Told, now: datetime
) -> bool:
    """Keep what somebody wrote of the experiment on an issue; False when it says nothing new.

    Raises AnswerInvalid with a sentence a field; nothing is kept then.
    """
    hold(tx, f"issue:{tenant_id}/{facts.id}")
    policy = tenants.get(tx, tenant_id).policy.of(facts.project_key)
    known = experiments.of_issue(tx, tenant_id, facts.id)
    terms = checked(told, known, calendar.day(now, policy.time_zone))
    start = known or _begun(facts, told, now)
    one = renewed(start, terms, now)
    one = replace(one, owner=one.owner or told.owner, visible=one.visible and not facts.restricted)
    if one == known:
        return False
    experiments.keep(tx, tenant_id, one)
    stale.put_issue_jobs(tx, deployment, tenant_id, facts.id, JobKind.NOTE)
    if start.visible:
        stale.mark(tx, deployment, tenant_id, stale.of_experiment(tx, tenant_id, one))
    return True


def link(deployment: Deployment, tenant_id: TenantId, issue_id: IssueId, issue_key: IssueKey) -> str:
    """The address at which the experiment on an issue can be written down."""
    signed = ExperimentLink(tenant_id, issue_id, issue_key, deployment.clock.now())
    return f"{deployment.settings.base_url}/experiment/{sign_experiment(signed, deployment.link_key)}"


def _begun(facts: IssueFacts, told: Told, now: datetime) -> Experiment:
    named = (facts.id, facts.key, facts.project_key, facts.summary, facts.type_name)
    return Experiment(*named, "", now, owner=told.owner, visible=not facts.restricted)
