"""The one comment of ours on an issue, and the reminders: asking, thanking, withdrawing, letting go.

`show` brings the comment to what the prompt's row says, whatever happened before; a comment that already says it costs
no call. So a repeated step changes nothing, and a lost response is found again by the comment's property.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from worker import privacy, render, stale
from worker.domain import jql, prompting, reminding
from worker.domain.model import Issue, IssueId, JobKind, PageKey, Prompt, PromptState, StatusCategory
from worker.domain.policy import Policy
from worker.domain.prompting import SkipReason
from worker.domain.questions import QUESTIONS
from worker.errors import Missing, Paused, RateLimited, Rejected, Unavailable
from worker.gateways.jira import Document, Jira, Markup
from worker.jobs.context import Context, split, tick
from worker.store import effects, pages, prompts
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)

OPENING = "This one is closed, thank you. One question while it is fresh:"
_SETTLED = {
    PromptState.ANSWERED: "Thank you for writing down what we learned.",
    PromptState.NOTHING_NEW: "Nothing new this time; thank you for saying so.",
    PromptState.WITHDRAWN: "This was reopened, so there is no question for now.",
    PromptState.EXPIRED: "We have stopped asking about this one. A reply that starts with “learned:” is still welcome.",
}


def ask(context: Context, key: str) -> None:
    """Look at the issue once more, then put the question on it. Deliveries come late and out of order.

    Raises Rejected for a JQL of the policy that Jira does not take.
    """
    tenant_id, issue_id = split(key)
    tenant, prompt = _known(context, tenant_id, issue_id)
    if prompt is None or prompt.state is not PromptState.OPEN:
        return
    doors = context.doors(tenant)
    try:
        issue = doors.jira.issue(prompt.issue_key)
    except Missing:
        issue = None
    if issue and issue.status_category is StatusCategory.DONE:
        if not _meets(doors.jira, tenant, issue):
            with context.db.begin() as tx:
                prompts.not_asked(tx, prompt, SkipReason.JQL, context.now())
            return
        privacy.know(context.deployment, doors, tenant, issue.project_key)
        _show(context, context.tenant(tenant_id), prompt, internal=issue.service_desk)
        return
    log.info("%s is no longer closed, or not to be seen; nobody is asked", prompt.issue_key)
    with context.db.begin() as tx:
        prompts.withdraw(tx, prompt.id, context.now())
    show(context, key)


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
            match reminding.due(prompt, tenant.policy.of(prompt.project_key), now):
                case reminding.Remind(number=number) if prompts.reminded(tx, prompt.id, number):
                    subject = f"{tenant.id}/{prompt.issue_id}"
                    lane = f"issue:{subject}"
                    context.deployment.queue.put(tx, JobKind.REMIND, f"{subject}/{prompt.id}.{number}", lane=lane)
                case reminding.Expire():
                    prompts.settle(tx, prompt.id, PromptState.EXPIRED, now)
                    stale.put_issue_jobs(tx, context.deployment, tenant.id, prompt.issue_id, JobKind.SHOW)
                    stale.mark(tx, context.deployment, tenant.id, stale.retros_of(tx, tenant.id, prompt.issue_id))


def remind(context: Context, key: str) -> None:
    """Send one reminder to the one person asked. At most once: a mail cannot be looked for, and must not be doubled."""
    tenant_id, rest = split(key)
    issue_id, _, number = rest.partition("/")
    tenant, prompt = _known(context, tenant_id, issue_id)
    effect = f"{tenant_id}/remind/{issue_id}/{number}/{prompt.asked_at.isoformat() if prompt else ''}"
    jira = context.doors(tenant).jira
    if prompt is None or prompt.state is not PromptState.OPEN or not effects.claim(context.db, effect, context.now()):
        return
    subject = f"{prompt.issue_key}: what did we learn?"
    text = (
        f"{prompt.summary}\n\n{QUESTIONS[0].label} Two minutes, or one click for “nothing new”:\n"
        f"{context.deployment.link(prompt)}\n\nAfter two reminders we stop asking."
    )
    try:
        jira.notify(prompt.issue_key, prompt.asked, subject, text)
    except (Paused, RateLimited, Unavailable) as error:
        if not isinstance(error, Unavailable) or error.status == HTTPStatus.SERVICE_UNAVAILABLE:
            with context.db.begin() as tx:
                effects.forget(tx, effect)  # it was certainly not sent
        raise


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
            call=lambda: {"id": jira.add_comment(prompt.issue_key, document, prompt.id, internal=internal)},
            find=lambda: _found(jira.find_comment(prompt.issue_key, prompt.id)),
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
        begun = effects.known(tx, _commenting(tenant, prompt))
    return context.doors(tenant).jira.find_comment(prompt.issue_key, prompt.id) if begun else None


def _commenting(tenant: Tenant, prompt: Prompt) -> str:
    """The key of the effect that writes our comment."""
    return f"{tenant.id}/comment/{prompt.issue_id}"


def _found(comment_id: str | None) -> effects.Result | None:
    return {"id": comment_id} if comment_id else None


def _document(context: Context, tenant: Tenant, prompt: Prompt, jira: Jira) -> Document:
    """What the comment says in the prompt's state, in the site's markup."""
    write = render.adf_comment if jira.markup is Markup.ADF else render.wiki_comment
    with context.db.read() as tx:
        log_page = pages.find(tx, tenant.id, PageKey(f"log:{prompt.project_key}"))
    link = context.deployment.link(prompt)
    if prompt.state is PromptState.OPEN:
        return write(
            "ask",
            asked=jira.mention(prompt.asked),
            opening=OPENING,
            question=QUESTIONS[0].label,
            link=link,
            audience=audience(tenant.policy, prompt.project_key),
        )
    answered = prompt.state is PromptState.ANSWERED
    where = log_page if answered and jira.quiet_edits else None  # telling it later would be one more mail
    editable = prompt.state in (PromptState.ANSWERED, PromptState.NOTHING_NEW)
    return write(
        "settled",
        words=_SETTLED[prompt.state],
        url=where.url if where and where.url else "",
        title=where.title if where else "",
        link=link if editable else "",
        link_words="Change it" if answered else "Something came to mind after all",
    )


def audience(policy: Policy, project: str) -> str:
    """One line on who will read an answer from `project`."""
    space = policy.space_of(project)
    if not space:
        return "What you write stays on this issue."
    where = f"the Confluence pages of {project} in the space {space}"
    return f"What you write appears on {where}, without your name."
