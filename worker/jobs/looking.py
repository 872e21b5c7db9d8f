"""Look at an issue that was closed: which facts make it worth a question, and whether it gets one."""

from __future__ import annotations

from dataclasses import replace

from worker.domain import life as lives
from worker.domain import signals
from worker.domain.life import Life
from worker.domain.model import Prompt, PromptState
from worker.jobs.context import Context
from worker.store import closes, prompts, tenants
from worker.store.database import hold
from worker.store.tenants import Tenant


def look(context: Context, tenant: Tenant, prompt: Prompt, read: Life) -> Prompt:
    """Keep the facts of the prompt's close, and leave it without a question where the policy wants that; the prompt as
    it is now.

    A question that stands on the issue already is asked again whatever the facts: silence would leave it unanswered.
    """
    policy = tenant.policy.of(prompt.project_key)
    with context.db.begin() as tx:
        hold(tx, f"issue:{tenant.id}/{prompt.issue_id}")
        if prompts.get(tx, prompt.id).state is PromptState.OPEN:  # it may have been reopened or answered meanwhile
            life = replace(read, closed_at=prompt.closed_at, categories=tenants.categories(tx, tenant.id))
            usual = closes.usual(tx, tenant.id, life.issue, prompt.closed_at, policy.epic_types)
            facts = signals.found(life, usual, policy)
            names = [fact.signal for fact in facts]
            closes.look(tx, tenant.id, prompt.issue_id, prompt.closed_at, names, lives.started_at(life))
            prompts.looked_at(tx, prompt.id, [fact.words for fact in facts], signals.strength(facts))
            reason = None if prompt.comment_id else signals.chosen(policy, facts, prompt.issue_id)
            if reason:
                prompts.not_asked(tx, prompt, reason, context.now())
        return prompts.get(tx, prompt.id)
