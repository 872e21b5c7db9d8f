"""The one function every answer goes through, whichever road it came by.

It keeps the revision, settles the prompt, moves the learning, and enqueues what follows: the comment, the record on the
issue, the pages. All in the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from worker import stale
from worker.deployment import Deployment
from worker.domain.model import Answers, JobKind, PromptState, Road, TenantId
from worker.domain.questions import checked
from worker.store import learnings, prompts, tenants
from worker.store.database import hold
from worker.store.facts import IssueFacts


@dataclass(frozen=True)
class Answered:
    """What became of an answer: kept as `revision`, or the same as before (`revision` None)."""

    revision: int | None


def answer(
    tx: Connection, deployment: Deployment, tenant_id: TenantId, facts: IssueFacts, given: Answers, now: datetime
) -> Answered:
    """Keep what somebody told us about an issue. The last edit wins; earlier revisions stay.

    Raises AnswerInvalid with a sentence a field; nothing is kept then.
    """
    tidy = checked(given, tenants.get(tx, tenant_id).policy.topic_aliases)
    hold(tx, f"issue:{tenant_id}/{facts.id}")
    earlier = learnings.latest(tx, tenant_id, facts.id)
    if earlier:
        tidy = _with_consent(tidy, earlier)
    if earlier and _says(earlier) == _says(tidy):
        if _settle(tx, tenant_id, facts, tidy, now):  # known before it was asked for, and now confirmed
            stale.put_issue_jobs(tx, deployment, tenant_id, facts.id, JobKind.SHOW)
            stale.mark(tx, deployment, tenant_id, stale.retros_of(tx, tenant_id, facts.id))
        return Answered(None)
    revision = learnings.add_revision(tx, tenant_id, facts.id, tidy, now)
    before = learnings.of_issue(tx, tenant_id, facts.id)
    touched = stale.showing(tx, tenant_id, before) if before else []
    if tidy.nothing_new:
        learnings.drop(tx, tenant_id, facts.id)
    else:
        learnings.keep(tx, tenant_id, facts, tidy, revision, now)
    after = learnings.of_issue(tx, tenant_id, facts.id)
    touched += stale.showing(tx, tenant_id, after) if after else []
    touched += stale.retros_of(tx, tenant_id, facts.id)
    _settle(tx, tenant_id, facts, tidy, now)
    stale.put_issue_jobs(tx, deployment, tenant_id, facts.id, JobKind.SHOW, JobKind.RECORD)
    stale.mark(tx, deployment, tenant_id, touched)
    return Answered(revision)


def _with_consent(given: Answers, earlier: Answers) -> Answers:
    """A link proves access, not identity: an answer by form keeps the author's consent as Jira's roads left it."""
    if given.road is Road.FORM and earlier.given_by is not None:
        return replace(given, thank_by_name=earlier.thank_by_name, given_by=earlier.given_by)
    return replace(given, thank_by_name=given.thank_by_name and given.given_by is not None)


def _says(answers: Answers) -> Answers:
    """The answers without the road they came by."""
    return replace(answers, road=Road.FORM, given_by=None)


def _settle(tx: Connection, tenant_id: TenantId, facts: IssueFacts, given: Answers, now: datetime) -> bool:
    """Settle the issue's prompt, keeping the moment when it already was; whether its state changed."""
    prompt = prompts.of_issue(tx, tenant_id, facts.id)
    state = PromptState.NOTHING_NEW if given.nothing_new else PromptState.ANSWERED
    if prompt is None or prompt.state is state:
        return False
    prompts.settle(tx, prompt.id, state, now)
    return True
