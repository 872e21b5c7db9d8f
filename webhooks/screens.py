"""The panel on an issue and the admin page as JSON, for the Forge app's own screens (`forge/`)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from webhooks import forge, incoming, viewing
from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import standing
from worker.deployment import Deployment
from worker.domain import questions, thanks
from worker.domain.model import AccountId, Answers, Prompt
from worker.errors import Forged, PayloadError
from worker.sources import payload
from worker.store import prompts
from worker.store.tenants import Tenant

blueprint = Blueprint("screens", __name__)


@blueprint.post("/forge/panel")
@for_(Access.FORGE)
def show() -> ResponseReturnValue:
    """The panel of the issue that Forge says is looked at."""
    parts = deployment()
    tenant, prompt, account = _prompt(parts)
    return jsonify(_as_json(parts, tenant, prompt, account))


@blueprint.post("/forge/answer")
@for_(Access.FORGE)
def save() -> ResponseReturnValue:
    """Keep the answer of the person who looks."""
    parts = deployment()
    tenant, prompt, account = _prompt(parts)
    if prompt is None:
        raise PayloadError(viewing.NOTHING)
    data = payload.load(request.get_data())
    act = data.get("thanked_for")
    given = viewing.by(
        account,
        viewing.read_form(parts, tenant, prompt, _as_form(data), account),
        thank=data.get("thank_by_name") is True,
        thanked_for=act if isinstance(act, str) else "",
        team_only=data.get("team_only") is True,
    )
    problems = viewing.keep(parts, tenant, prompt, given)
    if problems:
        return jsonify(_as_json(parts, tenant, prompt, account, given) | {"problems": problems}), 422
    with parts.db.read() as tx:
        prompt = prompts.get(tx, prompt.id)
    return jsonify(_as_json(parts, tenant, prompt, account))


@blueprint.post("/forge/admin")
@for_(Access.FORGE)
def admin() -> ResponseReturnValue:
    """How the tenant stands, for the admin page alone: another module of the app is refused."""
    parts = deployment()
    caller = forge.caller(parts, incoming.read())
    if caller.call.module != forge.ADMIN_MODULE:
        raise Forged("Only the app's admin page may ask this.")
    with parts.db.read() as tx:
        return jsonify(standing.inside_jira(tx, caller.tenant, parts.clock.now()))


def _prompt(parts: Deployment) -> tuple[Tenant, Prompt | None, AccountId]:
    caller = forge.caller(parts, incoming.read())
    account = viewing.person(caller.call.account_id)
    if not caller.call.issue:
        raise PayloadError("Forge does not say which issue this is about; open the panel on an issue.")
    with parts.db.read() as tx:
        return caller.tenant, prompts.named(tx, caller.tenant.id, caller.call.issue), account


def _as_json(
    parts: Deployment, tenant: Tenant, prompt: Prompt | None, account: AccountId, given: Answers | None = None
) -> dict[str, Any]:
    shows, filled = viewing.view(parts, tenant, prompt, account, given)
    asked = [
        {
            "name": question.field,
            "label": question.label,
            "hint": question.hint,
            "value": getattr(filled, question.field),
            "max": questions.LONGEST_URL if question.field == "lives_at" else questions.LONGEST,
            "required": question.required,
        }
        for question in viewing.offered(tenant, prompt)
    ]
    suggested = viewing.suggested(parts, tenant, prompt) if prompt else ()
    return asdict(shows) | {
        "questions": asked,
        "topics": {"value": ", ".join(filled.topics), "suggested": list(suggested)},
        "changed_course": filled.changed_course,
        "acts": [asdict(act) for act in thanks.ACTS],
    }


def _as_form(data: dict[str, Any]) -> dict[str, str]:
    """What a panel sent, as a form; anything that is not text or yes and no counts as not given."""
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    course = {"changed_course": "yes"} if data.get("changed_course") is True else {}
    choice = {"choice": "nothing_new"} if data.get("nothing_new") is True else {}
    return texts | course | choice
