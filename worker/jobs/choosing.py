"""Which of a person's closes to ask about: they gather for a moment, then one is chosen (`domain.batching`).

It decides nothing about a close that was asked about before: its comment is there, and asks again. Putting the question
is the work of `asking`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from worker import stale
from worker.deployment import Deployment
from worker.domain import batching
from worker.domain.model import AccountId, JobKind, Prompt, PromptState
from worker.jobs.context import Context, split
from worker.store import prompts
from worker.store.database import hold
from worker.store.tenants import Tenant


def gather(context: Context, tenant: Tenant, prompt_id: int) -> bool:
    """Whether the question is to be put now. Else it waits for the person's other closes, or was left unasked."""
    deployment, now = context.deployment, context.now()
    with context.db.begin() as tx:
        prompt = prompts.get(tx, prompt_id)
        person = f"{tenant.id}/{prompt.asked}"
        hold(tx, f"person:{person}")
        if prompt.state is not PromptState.OPEN or prompt.chosen:
            return prompt.chosen
        if prompt.comment_id:
            prompts.choose(tx, prompt.id)
            return True
        due = batching.due(now, tenant.policy)
        if due > now:
            deployment.queue.put(tx, JobKind.CHOOSE, person, lane=f"person:{person}", not_before=due)
            return False
        # Those of other deliveries that are looked at in this very moment go on by themselves.
        return _choose(tx, deployment, tenant, [prompt], now) is not None


def choose(context: Context, key: str) -> None:
    """Choose among the closes of a person that came together. Once it is done, nothing waits, and it does nothing."""
    tenant_id, account = split(key)
    tenant = context.tenant(tenant_id)
    with context.db.begin() as tx:
        hold(tx, f"person:{key}")
        waiting = prompts.waiting(tx, tenant.id, AccountId(account))
        asked = _choose(tx, context.deployment, tenant, waiting, context.now()) if waiting else None
        if asked:
            stale.put_issue_jobs(tx, context.deployment, tenant.id, asked.issue_id, JobKind.SHOW)


def _choose(
    tx: Connection, deployment: Deployment, tenant: Tenant, waiting: Sequence[Prompt], now: datetime
) -> Prompt | None:
    """Keep the choice among one person's prompts; the one that is to be put to them, if one is."""
    today = prompts.chosen_since(tx, tenant.id, waiting[0].asked, batching.day_began(now, tenant.policy))
    choice = batching.choose(waiting, today, tenant.policy)
    if choice.asked:
        prompts.choose(tx, choice.asked.id, choice.one_more.issue_id if choice.one_more else None)
    for prompt, reason in choice.unasked():
        prompts.not_asked(tx, prompt, reason, now)
        stale.mark(tx, deployment, tenant.id, stale.retros_of(tx, tenant.id, prompt.issue_id))
    return choice.asked
