"""The form behind a signed link: one issue, three questions, topics, one private choice. Works without JavaScript.

The link proves access to the prompt, not identity, so nothing here sets or uses anybody's consent. A form needs no
CSRF token: no cookie and no session says who is asking, only the link does, and whoever has the link may post.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webhooks import viewing
from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import logs
from worker.answering import answer
from worker.deployment import Deployment
from worker.domain import links, questions
from worker.domain.model import Answers, PageKey, Prompt, PromptState, TenantId
from worker.errors import AnswerInvalid, Forged, NotFoundHere
from worker.store import learnings, pages, prompts, tenants
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

blueprint = Blueprint("form", __name__)


@dataclass(frozen=True)
class Asked:
    """The prompt a genuine link leads to."""

    parts: Deployment
    tenant: Tenant
    prompt: Prompt


@blueprint.get("/answer/<token>")
@for_(Access.SIGNED_LINK)
def show(token: str) -> ResponseReturnValue:
    """The form, filled with what is known already."""
    asked = _asked(token)
    if not _works(asked):
        return render_template("closed.html", prompt=asked.prompt, **_links(asked)), 410
    if request.args.get("saved") and asked.prompt.state in (PromptState.ANSWERED, PromptState.NOTHING_NEW):
        return _saved(asked, token)
    with asked.parts.db.read() as tx:
        known = learnings.latest(tx, asked.tenant.id, asked.prompt.issue_id)
    return _page(asked, known or Answers(), {})


@blueprint.post("/answer/<token>")
@for_(Access.SIGNED_LINK)
def save(token: str) -> ResponseReturnValue:
    """Keep the answer, or show the form again with a sentence beside each field that needs one."""
    asked = _asked(token)
    if not _works(asked):
        written = [text for question in questions.QUESTIONS if (text := request.form.get(question.field, "").strip())]
        return render_template("closed.html", prompt=asked.prompt, written=written, **_links(asked)), 410
    given = viewing.read_form(asked.parts, asked.tenant, asked.prompt, request.form)
    facts = IssueFacts.of_prompt(asked.prompt)
    try:
        asked.parts.db.write(lambda tx: answer(tx, asked.parts, asked.tenant.id, facts, given, asked.parts.clock.now()))
    except AnswerInvalid as error:
        return _page(asked, given, error.problems), 422
    return redirect(url_for("form.show", token=token, saved="1"), 303)


def _asked(token: str) -> Asked:
    parts = deployment()
    try:
        link = links.read(token, parts.link_key)
        with parts.db.read() as tx:
            prompt = prompts.get(tx, link.prompt_id)
            tenant = tenants.get(tx, TenantId(link.tenant_id))
    except (Forged, NotFoundHere):
        abort(404, "This link is not complete, or the question is gone. Open it again from the comment on the issue.")
    if prompt.tenant_id != tenant.id:
        abort(404)
    logs.note(tenant=tenant.id)
    return Asked(parts, tenant, prompt)


def _works(asked: Asked) -> bool:
    return links.works(asked.prompt, asked.tenant.policy.link_days, asked.parts.clock.now())


def _page(asked: Asked, given: Answers, problems: dict[str, str]) -> str:
    return render_template(
        "answer.html",
        prompt=asked.prompt,
        questions=viewing.offered(asked.tenant, asked.prompt),
        given=given,
        problems=problems,
        suggested=viewing.suggested(asked.parts, asked.tenant, asked.prompt),
        space=asked.tenant.policy.space_of(asked.prompt.project_key),
        **_links(asked),
    )


def _saved(asked: Asked, token: str) -> str:
    with asked.parts.db.read() as tx:
        log = pages.find(tx, asked.tenant.id, PageKey(f"log:{asked.prompt.project_key}"))
        known = learnings.latest(tx, asked.tenant.id, asked.prompt.issue_id)
    space = asked.tenant.policy.space_of(asked.prompt.project_key)
    return render_template(
        "saved.html",
        prompt=asked.prompt,
        given=known,
        page=log,
        space=space,
        token=token,
        nothing_new=asked.prompt.state is PromptState.NOTHING_NEW,
        **_links(asked),
    )


def _links(asked: Asked) -> dict[str, Any]:
    days = asked.tenant.policy.link_days
    return {"issue_url": f"{asked.tenant.site_url}/browse/{asked.prompt.issue_key}", "link_days": days}
