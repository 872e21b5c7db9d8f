"""Write an answer back to its issue, so that JQL and people in Jira find it, and link the page it lives on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from worker import stale
from worker.domain import adf, consent
from worker.domain.model import Answers, IssueId, IssueKey, JobKind, Learning, PageKey
from worker.domain.questions import LABEL, QUESTIONS
from worker.errors import Missing
from worker.gateways.jira import Jira
from worker.jobs.context import Context, split
from worker.store import learnings, pages, prompts
from worker.store.tenants import Tenant

# What the property of an answer says that its author keeps within the team.
_KEPT = {"teamOnly": True}
# Jira takes 32,768 characters of JSON in a property (REST v3); five texts of this length and an address stay below it.
_MOST_TEXT = 5_000


def record(context: Context, key: str) -> None:
    """Keep the current answer in the issue's property; in fields and labels too, where that mails nobody."""
    tenant_id, issue = split(key)
    tenant = context.tenant(tenant_id)
    with context.db.read() as tx:
        learning = learnings.of_issue(tx, tenant.id, IssueId(issue))
        prompt = prompts.of_issue(tx, tenant.id, IssueId(issue))
        earlier = learnings.history(tx, tenant.id, IssueId(issue))
    jira = context.doors(tenant).jira
    if learning is None:
        if prompt:
            _drop(jira, prompt.issue_key)
        return
    kept = learning.answers.team_only
    jira.keep_learning(learning.issue_key, _KEPT if kept else _property(learning.answers, learning.revision))
    if tenant.policy.writes_fields(silent=tenant.silent_writes):
        _write_fields(jira, tenant, learning, earlier)
    with context.db.begin() as tx:
        log = pages.find(tx, tenant.id, PageKey(f"log:{learning.project_key}"))
        if log and log.url:
            stale.put_issue_jobs(tx, context.deployment, tenant.id, learning.issue_id, JobKind.LINK)


def link(context: Context, key: str) -> None:
    """Show the project's log on the issue, once, and have our comment point to it."""
    tenant_id, issue = split(key)
    tenant = context.tenant(tenant_id)
    with context.db.read() as tx:
        learning = learnings.of_issue(tx, tenant.id, IssueId(issue))
        log = pages.find(tx, tenant.id, PageKey(f"log:{learning.project_key}")) if learning else None
    if learning is None or not learning.visible or log is None or not log.url:
        return
    if not consent.on_pages(tenant.policy, learning.project_key, team_only=learning.answers.team_only):
        return
    jira = context.doors(tenant).jira
    jira.link_page(learning.issue_key, f"learnloop={tenant.id}:{learning.issue_id}", log.url, log.title)
    with context.db.begin() as tx:
        stale.put_issue_jobs(tx, context.deployment, tenant.id, learning.issue_id, JobKind.SHOW)


def _property(answers: Answers, revision: int) -> dict[str, Any]:
    """What the property holds: the answer's words, never who gave it."""
    return {
        "learned": answers.learned[:_MOST_TEXT],
        "surprised": answers.surprised[:_MOST_TEXT],
        "differently": answers.differently[:_MOST_TEXT],
        "livesAt": answers.lives_at,
        "missing": answers.missing[:_MOST_TEXT],
        "hoped": answers.hoped[:_MOST_TEXT],
        "topics": list(answers.topics),
        "changedCourse": answers.changed_course,
        "revision": revision,
    }


def _write_fields(jira: Jira, tenant: Tenant, learning: Learning, earlier: Sequence[Answers]) -> None:
    """Mapped fields that hold what an earlier answer said, or nothing, and labels that are missing.

    Words in a field that no answer of ours ever said are a person's: they stay. Labels are added, never taken away. An
    answer kept within the team empties the fields that said it.
    """
    fields = tenant.policy.field_map
    issue = jira.issue(learning.issue_key, fields.ids())
    said = Answers() if learning.answers.team_only else learning.answers
    texts: dict[str, str] = {}
    for name in (question.field for question in QUESTIONS):
        field, words = getattr(fields, name), getattr(said, name)
        held = issue.texts.get(field, "")
        ours = not held or any(adf.same(held, getattr(one, name)) for one in earlier)
        if field and ours and not adf.same(held, words):
            texts[field] = words
    rich = {field.id for field in jira.fields() if field.rich} if texts else set()
    wanted = () if learning.answers.team_only else (LABEL, *learning.answers.topics)
    labels = [label for label in wanted if label not in issue.labels]
    jira.edit_issue(learning.issue_key, texts, rich, labels, silent=tenant.silent_writes)


def _drop(jira: Jira, issue_key: str) -> None:
    try:
        jira.drop_learning(IssueKey(issue_key))
    except Missing:
        return  # nothing was recorded, or the issue is gone: either way nothing is left of it
