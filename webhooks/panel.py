"""The panel on an issue and the admin page, inside Jira: as a page for Connect, as JSON for Forge's own components.

Here Jira says who is looking and at which issue, so an answer has an author, and consent can be given. A Connect form
carries two proofs: a ticket that this account was shown the issue, and a token that it is this account that sends it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from webhooks import connect, forge, incoming
from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import standing
from worker.answering import answer
from worker.deployment import Deployment
from worker.domain import links, questions
from worker.domain.model import AccountId, Answers, PageKey, Prompt, PromptState, Road
from worker.errors import AnswerInvalid, Forged, PayloadError
from worker.sources import payload
from worker.store import counts, learnings, pages, prompts
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

blueprint = Blueprint("panel", __name__)

_SUGGESTIONS = 12
_WORDS = {
    PromptState.OPEN: "This one is closed, thank you. One question while it is fresh:",
    PromptState.ANSWERED: "This is what we learned. You can change it.",
    PromptState.NOTHING_NEW: "Nothing new this time. If something came to mind after all, write it here.",
    PromptState.EXPIRED: "We have stopped asking about this one. What you write is still welcome.",
    PromptState.WITHDRAWN: "This was reopened, so there is no question for now.",
}
_NOTHING = "There is no question here. One comes when the issue is closed."


@dataclass(frozen=True)
class View:
    """What the panel shows of one issue to one person."""

    issue: str
    state: str
    words: str
    audience: str
    editable: bool
    thank: bool
    page: dict[str, str] | None


# --- Connect ---


@blueprint.get("/connect/panel")
@for_(Access.CONNECT)
def show() -> ResponseReturnValue:
    """The panel of the issue in the address, which the token is bound to."""
    parts, arrived = deployment(), incoming.read()
    caller = connect.caller(parts, arrived)
    account = _person(caller.viewer.account_id)
    with parts.db.read() as tx:
        prompt = prompts.named(tx, caller.tenant.id, dict(arrived.query).get("issueKey", ""))
    return _page(parts, caller.tenant, prompt, account)


@blueprint.post("/connect/panel")
@for_(Access.CONNECT_CONTEXT)
def save() -> ResponseReturnValue:
    """Keep the answer of the person who looks."""
    parts, arrived = deployment(), incoming.read()
    caller = connect.context_caller(parts, arrived)
    account = _person(caller.viewer.account_id)
    try:
        ticket = _ticket(parts, caller.tenant, account)
    except Forged as error:
        return _given_back(parts, caller.tenant, str(error)), 401
    with parts.db.read() as tx:
        prompt = prompts.get(tx, ticket.prompt_id)
    given = _by(account, questions.from_form(request.form), consent=request.form.get("thank_by_name") == "yes")
    problems = _keep(parts, caller.tenant, prompt, given)
    with parts.db.read() as tx:
        prompt = prompts.get(tx, ticket.prompt_id)
    return _page(parts, caller.tenant, prompt, account, given if problems else None, problems, saved=not problems)


@blueprint.get("/connect/admin")
@for_(Access.CONNECT)
def admin() -> ResponseReturnValue:
    """How the tenant stands. Jira shows admin pages to admins only, and the token is bound to this one."""
    parts = deployment()
    caller = connect.caller(parts, incoming.read())
    with parts.db.read() as tx:
        found = standing.of(tx, caller.tenant, parts.clock.now())
    return _framed(parts, caller.tenant, render_template("admin.html", standing=found, script=_script(parts)))


# --- Forge ---


@blueprint.post("/forge/panel")
@for_(Access.FORGE)
def forge_show() -> ResponseReturnValue:
    """The panel of the issue that Forge says is looked at."""
    parts = deployment()
    tenant, prompt, account = _forge_prompt(parts)
    return jsonify(_as_json(parts, tenant, prompt, account))


@blueprint.post("/forge/answer")
@for_(Access.FORGE)
def forge_save() -> ResponseReturnValue:
    """Keep the answer of the person who looks."""
    parts = deployment()
    tenant, prompt, account = _forge_prompt(parts)
    if prompt is None:
        raise PayloadError(_NOTHING)
    given = _from_json(payload.load(request.get_data()), account)
    problems = _keep(parts, tenant, prompt, given)
    if problems:
        return jsonify(_as_json(parts, tenant, prompt, account, given) | {"problems": problems}), 422
    with parts.db.read() as tx:
        prompt = prompts.get(tx, prompt.id)
    return jsonify(_as_json(parts, tenant, prompt, account))


@blueprint.post("/forge/admin")
@for_(Access.FORGE)
def forge_admin() -> ResponseReturnValue:
    """How the tenant stands, for the admin page alone: another module of the app is refused."""
    parts = deployment()
    caller = forge.caller(parts, incoming.read())
    if caller.call.module != forge.ADMIN_MODULE:
        raise Forged("Only the app's admin page may ask this.")
    with parts.db.read() as tx:
        return jsonify(asdict(standing.of(tx, caller.tenant, parts.clock.now())))


# --- pieces ---


def _forge_prompt(parts: Deployment) -> tuple[Tenant, Prompt | None, AccountId]:
    caller = forge.caller(parts, incoming.read())
    account = _person(caller.call.account_id)
    if not caller.call.issue:
        raise PayloadError("Forge does not say which issue this is about; open the panel on an issue.")
    with parts.db.read() as tx:
        return caller.tenant, prompts.named(tx, caller.tenant.id, caller.call.issue), account


def _person(account_id: str) -> AccountId:
    """The account that looks. Raises Forged when nobody is logged in."""
    if not account_id:
        raise Forged("Log in to Jira to answer.")
    return AccountId(account_id)


def _ticket(parts: Deployment, tenant: Tenant, account: AccountId) -> links.Link:
    """The ticket in the form. Raises Forged when it is not this account's, or this tenant's, or too old."""
    ticket = links.read_ticket(request.form.get("ticket", ""), parts.link_key, parts.clock.now())
    if ticket.tenant_id != tenant.id or ticket.asked != account:
        raise Forged("This form was opened by somebody else. Open the panel again.")
    return ticket


def _given_back(parts: Deployment, tenant: Tenant, words: str) -> Response:
    """A page inside Jira that says why nothing was kept, with what was typed: a panel stays open for days."""
    given = questions.from_form(request.form)
    written = [text for question in questions.QUESTIONS if (text := getattr(given, question.field).strip())]
    page = render_template("refusal.html", title="Not saved", words=words, written=written)
    return _framed(parts, tenant, page)


def _keep(parts: Deployment, tenant: Tenant, prompt: Prompt, given: Answers) -> dict[str, str]:
    """Keep an answer; a sentence for each field that needs one, and for the first while the issue is open again."""
    if prompt.state is PromptState.WITHDRAWN:
        return {questions.QUESTIONS[0].field: _WORDS[PromptState.WITHDRAWN]}
    facts = IssueFacts.of_prompt(prompt)
    try:
        parts.db.write(lambda tx: answer(tx, parts, tenant.id, facts, given, parts.clock.now()))
    except AnswerInvalid as error:
        return error.problems
    return {}


def _view(
    parts: Deployment, tenant: Tenant, prompt: Prompt | None, account: AccountId, given: Answers | None
) -> tuple[View, Answers]:
    """What to show, and the answers to show in it: those just given, where they could not be kept, else the known."""
    if prompt is None:
        return View("", "none", _NOTHING, "", editable=False, thank=False, page=None), Answers()
    with parts.db.read() as tx:
        known = learnings.latest(tx, tenant.id, prompt.issue_id) or Answers()
        log = pages.find(tx, tenant.id, PageKey(f"log:{prompt.project_key}"))
    shown = log if log and log.url and prompt.state is PromptState.ANSWERED else None
    space = tenant.policy.space_of(prompt.project_key)
    where = f"on the pages of {prompt.project_key} in the Confluence space {space}, without your name"
    view = View(
        issue=prompt.issue_key,
        state=str(prompt.state),
        words=_WORDS[prompt.state],
        audience=f"What you write appears {where}." if space else "What you write stays on this issue.",
        editable=prompt.state is not PromptState.WITHDRAWN,
        thank=given.thank_by_name if given else known.thank_by_name and known.given_by == account,
        page={"title": shown.title, "url": str(shown.url)} if shown else None,
    )
    return view, given or known


def _suggested(parts: Deployment, tenant: Tenant, prompt: Prompt) -> tuple[str, ...]:
    others = tuple(key for key in tenant.policy.private_projects() if key != prompt.project_key)
    with parts.db.read() as tx:
        used = counts.topics(tx, tenant.id, others)
    return questions.topics([*prompt.hints, *(name for name, *_ in sorted(used, key=lambda t: -t[1]))])[:_SUGGESTIONS]


def _page(
    parts: Deployment,
    tenant: Tenant,
    prompt: Prompt | None,
    account: AccountId,
    given: Answers | None = None,
    problems: dict[str, str] | None = None,
    *,
    saved: bool = False,
) -> tuple[Response, int]:
    view, filled = _view(parts, tenant, prompt, account, given)
    page = render_template(
        "panel.html",
        view=view,
        questions=questions.QUESTIONS,
        given=filled,
        problems=problems or {},
        suggested=_suggested(parts, tenant, prompt) if prompt else (),
        ticket=links.sign_ticket(prompt, account, parts.link_key, parts.clock.now()) if prompt else "",
        script=_script(parts),
        saved=saved,
    )
    return _framed(parts, tenant, page), 422 if problems else 200


def _framed(parts: Deployment, tenant: Tenant, page: str) -> Response:
    """A page that the tenant's site, and nobody else, may show in a frame, with Atlassian's script for frames."""
    script, site = (urlsplit(address) for address in (_script(parts), tenant.site_url))
    response = make_response(page)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; script-src 'self' {script.scheme}://{script.netloc}; img-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {site.scheme}://{site.netloc}"
    )
    return response


def _script(parts: Deployment) -> str:
    return parts.settings.connect_script


def _as_json(
    parts: Deployment, tenant: Tenant, prompt: Prompt | None, account: AccountId, given: Answers | None = None
) -> dict[str, Any]:
    view, filled = _view(parts, tenant, prompt, account, given)
    asked = [
        {
            "name": question.field,
            "label": question.label,
            "hint": question.hint,
            "value": getattr(filled, question.field),
            "max": questions.LONGEST_URL if question.field == "lives_at" else questions.LONGEST,
            "required": question.required,
        }
        for question in questions.QUESTIONS
    ]
    suggested = _suggested(parts, tenant, prompt) if prompt else ()
    return asdict(view) | {
        "opening": "",
        "questions": asked,
        "topics": {"value": ", ".join(filled.topics), "suggested": list(suggested)},
        "changed_course": filled.changed_course,
    }


def _from_json(data: dict[str, Any], account: AccountId) -> Answers:
    """The answers a panel sent; anything that is not text or yes and no counts as not given."""
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    course = {"changed_course": "yes"} if data.get("changed_course") is True else {}
    choice = {"choice": "nothing_new"} if data.get("nothing_new") is True else {}
    return _by(account, questions.from_form(texts | course | choice), consent=data.get("thank_by_name") is True)


def _by(account: AccountId, given: Answers, *, consent: bool) -> Answers:
    """The answers as those of the account that Jira says is looking; only so can consent be given."""
    return replace(given, road=Road.PANEL, given_by=account, thank_by_name=consent)
