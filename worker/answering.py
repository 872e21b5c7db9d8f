"""The one function every answer goes through, whichever road it came by.

It keeps the revision, settles the prompt, moves the learning, and enqueues what follows: the comment, the record on the
issue, the pages. All in the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from worker import promising, stale
from worker.deployment import Deployment
from worker.domain import consent
from worker.domain.model import Answers, JobKind, Occasion, Prompt, PromptState, Road, TenantId
from worker.domain.questions import QUESTIONS, checked
from worker.errors import AnswerInvalid
from worker.store import learnings, prompts, tenants
from worker.store.database import hold
from worker.store.facts import IssueFacts


@dataclass(frozen=True)
class Answered:
    """What became of an answer: kept as `revision`, or the same as before (`revision` None)."""

    revision: int | None


def answer(
    tx: Connection,
    deployment: Deployment,
    tenant_id: TenantId,
    facts: IssueFacts,
    given: Answers,
    now: datetime,
    *,
    for_everyone: bool = False,
) -> Answered:
    """Keep what somebody told us about an issue. The last edit wins; earlier revisions stay. `for_everyone`: it says
    that it is not kept within the team any longer.

    Raises AnswerInvalid with a sentence a field; nothing is kept then. What its author keeps within the team nobody
    else can see, so nobody else can change it, but by a reply that says something of its own.
    """
    hold(tx, f"issue:{tenant_id}/{facts.id}")
    prompt = prompts.of_issue(tx, tenant_id, facts.id)
    earlier = learnings.latest(tx, tenant_id, facts.id)
    occasion = prompt.occasion if prompt else Occasion.CLOSE
    known = _changeable(earlier, given)
    tidy = checked(with_hope(given, known), tenants.get(tx, tenant_id).policy.topic_aliases, occasion)
    author = known if known and _answers(known) else None
    tidy = consent.settled(tidy, author, for_everyone=for_everyone)
    if earlier and _says(earlier) == _says(tidy):
        if _settle(tx, prompt, tidy, now):  # known before it was asked for, and now confirmed
            stale.put_issue_jobs(tx, deployment, tenant_id, facts.id, JobKind.SHOW)
            stale.mark(tx, deployment, tenant_id, stale.retros_of(tx, tenant_id, facts.id))
        return Answered(None)
    revision = learnings.add_revision(tx, tenant_id, facts.id, tidy, now)
    promising.settle_place(tx, deployment, tenant_id, facts.id, tidy)
    if _answers(tidy):
        promising.reword(tx, tenant_id, facts.id, tidy)
    touched = stale.of_issue(tx, tenant_id, facts.id)
    if tidy.nothing_new:
        learnings.drop(tx, tenant_id, facts.id)
    elif tidy.learned:  # what we hope to learn is no learning yet
        learnings.keep(tx, tenant_id, facts, tidy, revision, now)
    touched += stale.of_issue(tx, tenant_id, facts.id)
    touched += stale.retros_of(tx, tenant_id, facts.id)
    _settle(tx, prompt, tidy, now)
    stale.put_issue_jobs(tx, deployment, tenant_id, facts.id, JobKind.SHOW, JobKind.RECORD)
    stale.mark(tx, deployment, tenant_id, touched)
    return Answered(revision)


def _changeable(earlier: Answers | None, given: Answers) -> Answers | None:
    """The earlier answers that `given` changes; None where it stands on its own. Raises AnswerInvalid."""
    if not consent.kept_from(earlier, given.given_by):
        return earlier
    if given.road is not Road.REPLY:
        raise AnswerInvalid({QUESTIONS[0].field: consent.KEPT})
    return None


def with_hope(given: Answers, earlier: Answers | None) -> Answers:
    """What was hoped stays through later answers, and a hope alone takes no word of an earlier answer away."""
    if earlier is None or (not _answers(given) and not (given.hoped and _answers(earlier))):
        return given
    return (
        replace(given, hoped=given.hoped or earlier.hoped) if _answers(given) else replace(earlier, hoped=given.hoped)
    )


def _answers(given: Answers) -> bool:
    """Whether they answer the question of a close: a hope alone does not."""
    return bool(given.learned) or given.nothing_new


def _says(answers: Answers) -> Answers:
    """The answers without the road they came by."""
    return replace(answers, road=Road.FORM, given_by=None)


def _settle(tx: Connection, prompt: Prompt | None, given: Answers, now: datetime) -> bool:
    """Settle the issue's prompt, keeping the moment when it already was; whether its state changed."""
    state = PromptState.NOTHING_NEW if given.nothing_new else PromptState.ANSWERED
    if prompt is None or prompt.state is state:
        return False
    prompts.settle(tx, prompt.id, state, now)
    return True
