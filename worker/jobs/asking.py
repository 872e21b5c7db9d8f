"""The one comment of ours on an issue, and the reminders: asking, thanking, withdrawing, letting go.

`show` brings the comment to what the prompt's row says, whatever happened before; a comment that already says it costs
no call. So a repeated step changes nothing, and a lost response is found again by the comment's property.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, replace
from datetime import timedelta

from worker import privacy, render, stale
from worker.domain import comment_words, consent, jql, prompting, reminding
from worker.domain.life import Life
from worker.domain.model import Issue, IssueId, JobKind, Occasion, PageKey, Prompt, PromptState
from worker.domain.policy import Policy
from worker.domain.prompting import SkipReason
from worker.errors import Missing, Paused, Rejected, SiteError
from worker.gateways.jira import Jira
from worker.gateways.jira_shapes import Document, Markup
from worker.jobs import looking
from worker.jobs.choosing import gather
from worker.jobs.context import Context, split, tick
from worker.jobs.reviewing import put_reviews
from worker.jobs.sending import at_most_once, certainly_not_done
from worker.store import effects, learnings, pages, prompts
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)


def ask(context: Context, key: str) -> None:
    """Look at the issue once more, then put the question on it. Deliveries come late and out of order.

    Raises Rejected for a JQL of the policy that Jira does not take.
    """
    tenant_id, issue_id = split(key)
    tenant, prompt = _known(context, tenant_id, issue_id)
    if prompt is None or prompt.state is not PromptState.OPEN:
        return
    if isinstance(reminding.due(prompt, tenant.policy.of(prompt.project_key), context.now()), reminding.Expire):
        with context.db.begin() as tx:  # it waited for so long (the app was uninstalled, say) that nobody would know
            prompts.expire(tx, prompt.id, context.now())
        show(context, key)
        return
    doors = context.doors(tenant)
    try:
        life = doors.jira.life(prompt.issue_key)
    except Missing:
        life = None
    if life is None or not prompting.still(prompt, life.issue):
        log.info("%s is no longer where it was, or not to be seen; nobody is asked", prompt.issue_key)
        with context.db.begin() as tx:
            prompts.withdraw(tx, prompt.id, context.now())
        show(context, key)
    elif prompt.chosen or (_wanted(context, doors.jira, tenant, prompt, life) and gather(context, tenant, prompt.id)):
        privacy.know(context.deployment, doors, tenant, life.issue.project_key)
        tenant, prompt = _known(context, tenant_id, issue_id)
        if prompt and prompt.state is PromptState.OPEN:
            _show(context, tenant, prompt, internal=life.issue.service_desk)


def _wanted(context: Context, jira: Jira, tenant: Tenant, prompt: Prompt, life: Life) -> bool:
    """Whether the issue is worth a question by the policy; one that is not is left without, and the reason is kept."""
    if not _meets(jira, tenant, life.issue):
        _leave(context, prompt, SkipReason.JQL)
        return False
    if prompt.occasion is Occasion.CLOSE:
        return looking.look(context, tenant, prompt, life).state is PromptState.OPEN
    with context.db.begin() as tx:
        prompts.looked_at(tx, prompt.id, (), 0)  # nothing has happened yet that could speak for a question
    return True


def _leave(context: Context, prompt: Prompt, reason: SkipReason) -> None:
    """Leave a close without a question; a comment from before says so."""
    with context.db.begin() as tx:
        prompts.not_asked(tx, prompt, reason, context.now())
    if prompt.comment_id:
        show(context, f"{prompt.tenant_id}/{prompt.issue_id}")


def _meets(jira: Jira, tenant: Tenant, issue: Issue) -> bool:
    """Whether the issue meets the policy's JQL; one call, and none without a JQL."""
    policy = tenant.policy.of(issue.project_key)
    query = jql.about(issue.key, policy.jql)
    try:
        return not query or jira.meets(issue.id, query)
    except Rejected as error:
        words = (
            f"Jira does not take the setting “Only issues that match this JQL” (jql) of {issue.project_key}, so nobody "
            f"was asked about {issue.key}: {error.detail or error} Correct it, then retry this job."
        )
        raise Rejected(words, status=error.status, call=error.call, detail=error.detail) from error


def show(context: Context, key: str) -> None:
    """Bring our comment to what the prompt says now."""
    tenant_id, issue_id = split(key)
    tenant, prompt = _known(context, tenant_id, issue_id)
    if prompt and prompt.comment_id:
        _show(context, tenant, prompt)
    elif prompt and prompt.state is PromptState.OPEN:
        ask(context, key)
    elif prompt and (comment_id := _unrecorded(context, tenant, prompt)):
        _show(context, tenant, replace(prompt, comment_id=comment_id))


def reminders(context: Context, key: str) -> None:
    """Enqueue the reminders that are due and let go of what was asked long enough ago."""
    tenant = context.tenant(tick(key))
    now = context.now()
    with context.db.begin() as tx:
        for prompt in prompts.open_before(tx, tenant.id, now - timedelta(hours=1)):
            policy = tenant.policy.of(prompt.project_key)
            match reminding.due(prompt, policy, now):
                case reminding.Remind(number) if _put(policy, prompt) and prompts.reminded(tx, prompt.id, number):
                    subject = f"{tenant.id}/{prompt.issue_id}"
                    lane = f"issue:{subject}"
                    context.deployment.queue.put(tx, JobKind.REMIND, f"{subject}/{prompt.id}.{number}", lane=lane)
                case reminding.Expire():
                    prompts.expire(tx, prompt.id, now)
                    stale.put_issue_jobs(tx, context.deployment, tenant.id, prompt.issue_id, JobKind.SHOW)
                    stale.mark(tx, context.deployment, tenant.id, stale.retros_of(tx, tenant.id, prompt.issue_id))
        put_reviews(tx, context, tenant)


def remind(context: Context, key: str) -> None:
    """Send one reminder to the one person asked."""
    tenant_id, rest = split(key)
    issue_id, _, number = rest.partition("/")
    tenant, prompt = _known(context, tenant_id, issue_id)
    effect = f"{tenant_id}/remind/{issue_id}/{number}/{prompt.asked_at.isoformat() if prompt else ''}"
    jira = context.doors(tenant).jira
    if prompt is None or prompt.state is not PromptState.OPEN:
        return
    policy = tenant.policy.of(prompt.project_key)
    if isinstance(reminding.due(prompt, policy, context.now()), reminding.Expire):
        return
    subject, text = comment_words.reminder(policy, prompt, context.deployment.link(prompt))
    at_most_once(context, effect, lambda: jira.notify(prompt.issue_key, prompt.asked, subject, text))


def _put(policy: Policy, prompt: Prompt) -> bool:
    """Whether the person can know of the question: nobody is reminded of what they were not asked."""
    return prompt.chosen and (prompt.comment_id is not None or not prompting.commented(policy, prompt))


def _known(context: Context, tenant_id: str, issue_id: str) -> tuple[Tenant, Prompt | None]:
    tenant = context.tenant(tenant_id)
    with context.db.read() as tx:
        return tenant, prompts.of_issue(tx, tenant.id, IssueId(issue_id))


def _show(context: Context, tenant: Tenant, prompt: Prompt, *, internal: bool = False) -> None:
    if not prompting.commented(tenant.policy.of(prompt.project_key), prompt):
        return
    jira = context.doors(tenant).jira
    document = _document(context, tenant, prompt, jira)
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
    if prompt.shown == digest:
        return
    comment_id = prompt.comment_id
    if comment_id is None:
        result = effects.once(
            context.db,
            _commenting(tenant, prompt),
            context.now(),
            call=lambda: _add(context, tenant, prompt, jira, document, internal=internal),
            find=lambda: _earlier(context, tenant, prompt, jira),
        )
        comment_id = str(result["id"])
    else:
        try:
            jira.edit_comment(prompt.issue_key, comment_id, document)
        except Missing:
            log.info("our comment on %s was deleted; it is not written again", prompt.issue_key)
    with context.db.begin() as tx:
        prompts.shown(tx, prompt.id, comment_id, digest)


def _unrecorded(context: Context, tenant: Tenant, prompt: Prompt) -> str | None:
    """The comment of a try that did not live to record it; somebody may have answered it meanwhile."""
    with context.db.read() as tx:
        begun = effects.begun(tx, _commenting(tenant, prompt)) is not None
    return context.doors(tenant).jira.find_comment(prompt.issue_key, prompt.id) if begun else None


def _commenting(tenant: Tenant, prompt: Prompt) -> str:
    """The key of the effect that writes our comment."""
    return f"{tenant.id}/comment/{prompt.issue_id}"


def _add(
    context: Context, tenant: Tenant, prompt: Prompt, jira: Jira, document: Document, *, internal: bool
) -> effects.Result:
    """Write our comment. After a refusal the next try need not wait for a slow site; it looks all the same, because an
    earlier try may have been done meanwhile.
    """
    try:
        return {"id": jira.add_comment(prompt.issue_key, document, prompt.id, internal=internal)}
    except (Paused, SiteError) as error:
        if certainly_not_done(error):
            with context.db.begin() as tx:
                effects.over(tx, _commenting(tenant, prompt))
        raise


def _earlier(context: Context, tenant: Tenant, prompt: Prompt, jira: Jira) -> effects.Result | None:
    """The comment of an earlier try that was not heard of. A slow site may be at it still: raises Paused until it has
    had the time of two calls.
    """
    if comment_id := jira.find_comment(prompt.issue_key, prompt.id):
        return {"id": comment_id}
    with context.db.read() as tx:
        begun = effects.begun(tx, _commenting(tenant, prompt))
    over = begun + timedelta(seconds=2 * context.deployment.settings.site_timeout) if begun else context.now()
    if context.now() < over:
        words = (
            f"Jira did not say whether it took our comment on {prompt.issue_key}; we look again before we repeat it."
        )
        raise Paused(words, over)
    return None


def _document(context: Context, tenant: Tenant, prompt: Prompt, jira: Jira) -> Document:
    """What the comment says in the prompt's state, in the site's markup."""
    write = render.adf_comment if jira.markup is Markup.ADF else render.wiki_comment
    with context.db.read() as tx:
        log_page = pages.find(tx, tenant.id, PageKey(f"log:{prompt.project_key}"))
        kept = learnings.kept_within(tx, tenant.id, [prompt.issue_id])
    link = context.deployment.link(prompt)
    if prompt.state is PromptState.OPEN:
        words = comment_words.asking(tenant.policy.of(prompt.project_key), prompt)
        who = comment_words.audience(tenant.policy, prompt.project_key)
        return write("ask", asked=jira.mention(prompt.asked), link=link, audience=who, **asdict(words))
    learned = prompt.state is PromptState.ANSWERED and prompt.occasion is Occasion.CLOSE
    on_log = consent.on_pages(tenant.policy, prompt.project_key, team_only=bool(kept))
    where = log_page if learned and on_log and jira.quiet_edits else None  # telling it later would be one more mail
    editable = prompt.state in (PromptState.ANSWERED, PromptState.NOTHING_NEW)
    return write(
        "settled",
        words=comment_words.settled(prompt, consent.where_kept(tenant.policy, prompt.project_key) if kept else ""),
        url=where.url if where and where.url else "",
        title=where.title if where else "",
        link=link if editable and not kept else "",
        link_words="Change it" if prompt.state is PromptState.ANSWERED else "Something came to mind after all",
    )
