"""The form behind a signed link: one issue, three questions, topics, one private choice. Works without JavaScript.

The link proves access to the prompt, not identity, so nothing here sets or uses anybody's consent. A form needs no
CSRF token: no cookie and no session says who is asking, only the link does, and whoever has the link may post.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webhooks import viewing
from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import experimenting, logs, promising
from worker.answering import answer
from worker.deployment import Deployment
from worker.domain import consent, links, signals, wording
from worker.domain.model import Answers, PageKey, Prompt, PromptState, TenantId
from worker.domain.wording import Nudge
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
    asked = asked_by(token)
    if page := barred(asked):
        return page
    if request.args.get("saved") and asked.prompt.state in (PromptState.ANSWERED, PromptState.NOTHING_NEW):
        return saved(asked, token)
    with asked.parts.db.read() as tx:
        known = learnings.latest(tx, asked.tenant.id, asked.prompt.issue_id)
    return _page(asked, known or Answers(), {})


@blueprint.post("/answer/<token>")
@for_(Access.SIGNED_LINK)
def save(token: str) -> ResponseReturnValue:
    """Keep the answer, or show the form again with a sentence beside each field that needs one."""
    asked = asked_by(token)
    written = viewing.written(request.form)
    if page := barred(asked, written):
        return page
    given = viewing.read_form(asked.parts, asked.tenant, asked.prompt, request.form)
    facts = IssueFacts.of_prompt(asked.prompt)
    try:
        asked.parts.db.write(lambda tx: answer(tx, asked.parts, asked.tenant.id, facts, given, asked.parts.clock.now()))
    except AnswerInvalid as error:
        return _page(asked, given, error.problems), 422
    hint = wording.first(written, names_nobody(asked.prompt)) if request.form.get("wording") != "shown" else None
    if hint:  # said once, to whoever wrote it: a page that could be opened again would have to keep it
        return saved(asked_by(token), token, hint=hint)
    return redirect(url_for("form.show", token=token, saved="1"), 303)


def barred(asked: Asked, written: Sequence[str] = ()) -> tuple[str, int] | None:
    """A page that says why nothing can be answered by the link, and gives back what was `written`; None when it can.

    An answer that its author keeps within the team is closed to links: a link says nothing of who has it.
    """
    with asked.parts.db.read() as tx:
        kept = consent.kept_from(learnings.latest(tx, asked.tenant.id, asked.prompt.issue_id), None)
    open_now = works(asked)
    if open_now and not kept:
        return None
    why, status = (consent.KEPT, 403) if open_now else ("", 410)
    page = render_template("closed.html", prompt=asked.prompt, kept=why, written=written, **issue_links(asked))
    return page, status


def names_nobody(prompt: Prompt) -> tuple[str, ...]:
    """Words of the issue that are no person, whatever they look like: its components, labels, project and type."""
    return (*prompt.hints, prompt.project_key, prompt.type_name)


def asked_by(token: str) -> Asked:
    """The prompt that the link leads to; 404 for one that is not ours."""
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


def works(asked: Asked) -> bool:
    """Whether the link may still be used."""
    return links.works(asked.prompt, asked.tenant.policy.link_days, asked.parts.clock.now())


def _page(asked: Asked, given: Answers, problems: dict[str, str]) -> str:
    return render_template(
        "answer.html",
        prompt=asked.prompt,
        questions=viewing.offered(asked.tenant, asked.prompt),
        given=given,
        problems=problems,
        suggested=viewing.suggested(asked.parts, asked.tenant, asked.prompt),
        fact=signals.opening(asked.prompt.facts),
        space=asked.tenant.policy.space_of(asked.prompt.project_key),
        one_more=_one_more(asked),
        **issue_links(asked),
    )


def saved(asked: Asked, token: str, problem: str = "", hint: Nudge | None = None) -> str:
    """What became of the answer, and what may follow from it; `problem` is why that did not, `hint` a second look at
    the wording.
    """
    with asked.parts.db.read() as tx:
        promise = promising.offered(tx, asked.tenant, asked.prompt, asked.parts.clock.now())
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
        one_more=_one_more(asked),
        promise=promise,
        problem=problem,
        hint=hint,
        nothing_new=asked.prompt.state is PromptState.NOTHING_NEW,
        **issue_links(asked),
    )


def issue_links(asked: Asked) -> dict[str, Any]:
    """What every page about the prompt names."""
    prompt = asked.prompt
    return {
        "issue_url": asked.tenant.issue_url(prompt.issue_key),
        "experiment_url": experimenting.link(asked.parts, asked.tenant.id, prompt.issue_id, prompt.issue_key),
        "link_days": asked.tenant.policy.link_days,
    }


@dataclass(frozen=True)
class OneMore:
    """Another issue of the same person that may be answered while at it, and the address of its own form."""

    issue_key: str
    summary: str
    url: str


def _one_more(asked: Asked) -> OneMore | None:
    """What the page offers beside: still unanswered, still of the same project, and not restricted meanwhile."""
    if asked.prompt.one_more is None:
        return None
    with asked.parts.db.read() as tx:
        other = prompts.of_issue(tx, asked.tenant.id, asked.prompt.one_more)
    if other is None or other.restricted or other.project_key != asked.prompt.project_key:
        return None
    free = other.state is PromptState.UNASKED
    days, now = asked.tenant.policy.link_days, asked.parts.clock.now()
    if not free or not links.works(other, days, now):
        return None
    return OneMore(other.issue_key, other.summary, asked.parts.link(other))
