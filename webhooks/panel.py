"""The panel on an issue and the admin page, inside Jira, for the Connect app.

A form carries two proofs: a ticket that this account was shown the issue, and a token that it is this account that
sends it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from webhooks import connect, incoming, viewing
from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import promising, standing
from worker.deployment import Deployment
from worker.domain import links, thanks
from worker.domain.model import AccountId, Answers, Prompt
from worker.errors import Forged
from worker.store import prompts
from worker.store.tenants import Tenant

blueprint = Blueprint("panel", __name__)


@blueprint.get("/connect/panel")
@for_(Access.CONNECT)
def show() -> ResponseReturnValue:
    """The panel of the issue in the address, which the token is bound to."""
    parts, arrived = deployment(), incoming.read()
    caller = connect.caller(parts, arrived)
    account = viewing.person(caller.viewer.account_id)
    asked = dict(arrived.query)
    with parts.db.read() as tx:
        prompt = prompts.named(tx, caller.tenant.id, asked.get("issueKey", ""))
    return _page(parts, caller.tenant, prompt, account, issue=(asked.get("issueId", ""), asked.get("issueKey", "")))


@blueprint.post("/connect/panel")
@for_(Access.CONNECT_CONTEXT)
def save() -> ResponseReturnValue:
    """Keep the answer of the person who looks."""
    parts, arrived = deployment(), incoming.read()
    caller = connect.context_caller(parts, arrived)
    account = viewing.person(caller.viewer.account_id)
    try:
        ticket = _ticket(parts, caller.tenant, account)
    except Forged as error:
        return _given_back(parts, caller.tenant, str(error)), 401
    with parts.db.read() as tx:
        prompt = prompts.get(tx, ticket.prompt_id)
    if request.form.get("choice") == "action":
        problem = promising.ask(parts, caller.tenant, prompt, account, request.form.get("due", ""))
        return _page(parts, caller.tenant, prompt, account, wished=problem)
    given = viewing.by(
        account,
        viewing.read_form(parts, caller.tenant, prompt, request.form, account),
        thank=request.form.get("thank_by_name") == "yes",
        thanked_for=request.form.get("thanked_for", ""),
        team_only=request.form.get("team_only") == "yes",
    )
    problems = viewing.keep(parts, caller.tenant, prompt, given)
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
        found = standing.inside_jira(tx, caller.tenant, parts.clock.now())
    return _framed(parts, caller.tenant, render_template("admin.html", standing=found, script=_script(parts)))


def _ticket(parts: Deployment, tenant: Tenant, account: AccountId) -> links.Link:
    """The ticket in the form. Raises Forged when it is not this account's, or this tenant's, or too old."""
    ticket = links.read_ticket(request.form.get("ticket", ""), parts.link_key, parts.clock.now())
    if ticket.tenant_id != tenant.id or ticket.asked != account:
        raise Forged("This form was opened by somebody else. Open the panel again.")
    return ticket


def _given_back(parts: Deployment, tenant: Tenant, words: str) -> Response:
    """A page inside Jira that says why nothing was kept, with what was typed: a panel stays open for days."""
    page = render_template("refusal.html", title="Not saved", words=words, written=viewing.written(request.form))
    return _framed(parts, tenant, page)


def _page(
    parts: Deployment,
    tenant: Tenant,
    prompt: Prompt | None,
    account: AccountId,
    given: Answers | None = None,
    problems: dict[str, str] | None = None,
    *,
    saved: bool = False,
    wished: str = "",
    issue: tuple[str, str] = ("", ""),
) -> tuple[Response, int]:
    shows, filled = viewing.view(parts, tenant, prompt, account, given)
    page = render_template(
        "panel.html",
        view=shows,
        questions=viewing.offered(tenant, prompt),
        given=filled,
        problems=problems or {},
        suggested=viewing.suggested(parts, tenant, prompt) if prompt else (),
        acts=thanks.ACTS,
        ticket=links.sign_ticket(prompt, account, parts.link_key, parts.clock.now()) if prompt else "",
        script=_script(parts),
        saved=saved,
        promise=viewing.promise(parts, tenant, prompt),
        problem=wished,
        experiment_url=viewing.experiment(parts, tenant, prompt, *issue),
    )
    return _framed(parts, tenant, page), 422 if problems or wished else 200


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
