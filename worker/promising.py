"""Promises in our rows: wishing that what we will do differently becomes an issue, and following that issue.

Everything happens in the caller's transaction. Making the issue in Jira is the work of `jobs.promising`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from worker import stale
from worker.deployment import Deployment
from worker.domain import promises
from worker.domain.calendar import day
from worker.domain.model import (
    AccountId,
    Action,
    ActionState,
    Answers,
    Issue,
    IssueId,
    JobKind,
    Learning,
    PageKey,
    Place,
    PlaceState,
    Prompt,
    TenantId,
)
from worker.store import actions, learnings, places, prompts
from worker.store.database import hold
from worker.store.tenants import Tenant


def offered(tx: Connection, tenant: Tenant, prompt: Prompt, now: datetime) -> promises.Offer:
    """What to offer beside the answer about the prompt's issue."""
    one, learning = actions.of_issue(tx, tenant.id, prompt.issue_id), learnings.of_issue(tx, tenant.id, prompt.issue_id)
    policy = tenant.policy.of(prompt.project_key)
    usual = promises.due(day(now, tenant.policy.time_zone), policy)
    return promises.offer(one, learning, prompt.restricted, usual, tenant.site_url)


def ask(deployment: Deployment, tenant: Tenant, prompt: Prompt, owner: AccountId, due_on: str) -> str:
    """Take the wish of a form, with its due date as it was written; a sentence where that cannot be, else empty."""
    now = deployment.clock.now()
    due = promises.read_due(due_on, day(now, tenant.policy.time_zone), tenant.policy.of(prompt.project_key))
    if due is None:
        return "Choose a due date from today on, within a year."
    issue = prompt.issue_id
    return deployment.db.write(lambda tx: wish(tx, deployment, tenant.id, issue, owner, due, now))


def wish(
    tx: Connection,
    deployment: Deployment,
    tenant_id: TenantId,
    issue_id: IssueId,
    owner: AccountId,
    due_on: date,
    now: datetime,
) -> str:
    """Have what we will do differently made an issue, once; a sentence where that cannot be, else empty."""
    hold(tx, f"issue:{tenant_id}/{issue_id}")
    learning, prompt = learnings.of_issue(tx, tenant_id, issue_id), prompts.of_issue(tx, tenant_id, issue_id)
    known = actions.of_issue(tx, tenant_id, issue_id)
    if known and not (known.state is ActionState.WISHED and known.note):
        return ""  # made, or being made
    refused = promises.refusal(learning) or (promises.RESTRICTED if prompt and prompt.restricted else "")
    if refused or learning is None:
        return refused
    keep(tx, deployment, tenant_id, _wished(learning, owner, due_on, now))
    stale.put_issue_jobs(tx, deployment, tenant_id, issue_id, JobKind.PROMISE)
    return ""


def keep(tx: Connection, deployment: Deployment, tenant_id: TenantId, one: Action) -> bool:
    """Write what is known of an action now, and have its pages follow; False when it was known."""
    if actions.of_issue(tx, tenant_id, one.issue_id) == one:
        return False
    actions.keep(tx, tenant_id, one)
    stale.mark(tx, deployment, tenant_id, stale.of_actions(tx, tenant_id, one.project_key))
    return True


def moved(tx: Connection, deployment: Deployment, tenant: Tenant, issue: Issue, now: datetime) -> None:
    """Follow an issue, as it is now, that does an action."""
    if one := actions.done_by(tx, tenant.id, issue.id):
        skipped = tenant.policy.of(issue.project_key).skipped_resolutions
        keep(tx, deployment, tenant.id, promises.followed(one, issue, skipped, now))


def deleted(tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId, now: datetime) -> str:
    """Let go of the action that a deleted issue did; that as a clause, empty when it did none."""
    one = actions.done_by(tx, tenant_id, issue_id)
    return "an action is dropped" if one and keep(tx, deployment, tenant_id, promises.gone(one, now)) else ""


def settle_place(
    tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId, answers: Answers
) -> None:
    """Remember where an answer says that something lives, and have it looked for; forget it where it says none."""
    url = answers.lives_at if not answers.nothing_new else ""
    known = places.of_issue(tx, tenant_id, issue_id)
    if not url:
        places.drop(tx, tenant_id, issue_id)
    elif known is None or known.url != url:
        places.keep(tx, tenant_id, Place(issue_id, url, PlaceState.UNKNOWN))
        put_place(tx, deployment, tenant_id, issue_id)


def reword(tx: Connection, tenant_id: TenantId, issue_id: IssueId, answers: Answers) -> None:
    """Have the pages say what the answer promises now, also once it is an issue: words may be taken back."""
    actions.reword(tx, tenant_id, issue_id, "" if answers.nothing_new else answers.differently)


def put_place(tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId) -> None:
    """Have a place looked for. In a lane of its own: nothing waits for it."""
    subject = f"{tenant_id}/{issue_id}"
    deployment.queue.put(tx, JobKind.PLACE, subject, lane=f"place:{subject}")


def keep_place(
    tx: Connection, deployment: Deployment, tenant_id: TenantId, place: Place, state: PlaceState, now: datetime
) -> None:
    """Write how a place was found; the pages follow only when that is otherwise than before."""
    known = places.of_issue(tx, tenant_id, place.issue_id)
    if known is None or known.url != place.url:
        return  # the answer names another place by now, which has a job of its own
    changed = known.state is not state
    since = now if changed or known.since is None else known.since
    places.keep(tx, tenant_id, replace(known, state=state, checked_at=now, since=since))
    learning = learnings.of_issue(tx, tenant_id, place.issue_id)
    if changed and learning:
        retros = stale.retros_of(tx, tenant_id, learning.issue_id)
        stale.mark(tx, deployment, tenant_id, [PageKey(f"ways:{learning.project_key}"), *retros])


def _wished(learning: Learning, owner: AccountId, due_on: date, now: datetime) -> Action:
    return Action(
        issue_id=learning.issue_id,
        issue_key=learning.issue_key,
        project_key=learning.project_key,
        words=learning.answers.differently,
        state=ActionState.WISHED,
        made_at=now,
        owner=owner,
        due_on=due_on,
    )
