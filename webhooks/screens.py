"""The panel on an issue and the admin page as JSON, for the Forge app's own screens (`forge/`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from webhooks import forge, incoming, viewing
from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import promising, standing
from worker.deployment import Deployment
from worker.domain import questions, thanks
from worker.domain.model import AccountId, Answers, Prompt
from worker.domain.promises import Offer
from worker.errors import Forged, PayloadError
from worker.sources import payload
from worker.sources.forge import Invocation
from worker.store import prompts
from worker.store.tenants import Tenant

blueprint = Blueprint("screens", __name__)


@dataclass(frozen=True)
class Looked:
    """What Forge vouches for: whose site, which issue with the question about it, and who looks at it."""

    parts: Deployment
    tenant: Tenant
    call: Invocation
    account: AccountId
    prompt: Prompt | None

    def asked(self) -> Prompt:
        """The question. Raises PayloadError where there is none."""
        if self.prompt is None:
            raise PayloadError(viewing.NOTHING)
        return self.prompt

    def again(self) -> Looked:
        """The same, as it stands now."""
        with self.parts.db.read() as tx:
            return replace(self, prompt=prompts.get(tx, self.asked().id))


@blueprint.post("/forge/panel")
@for_(Access.FORGE)
def show() -> ResponseReturnValue:
    """The panel of the issue that Forge says is looked at."""
    return jsonify(_panel(_looked()))


@blueprint.post("/forge/answer")
@for_(Access.FORGE)
def save() -> ResponseReturnValue:
    """Keep the answer of the person who looks."""
    looked = _looked()
    parts, tenant, account, prompt = looked.parts, looked.tenant, looked.account, looked.asked()
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
        return jsonify(_panel(looked, given) | {"problems": problems}), 422
    return jsonify(_panel(looked.again()))


@blueprint.post("/forge/action")
@for_(Access.FORGE)
def wish() -> ResponseReturnValue:
    """Have what will be done differently made an issue, owned by the person who looks."""
    looked = _looked()
    due = payload.load(request.get_data()).get("due")
    text = due if isinstance(due, str) else ""
    problem = promising.ask(looked.parts, looked.tenant, looked.asked(), looked.account, text)
    if problem:
        return jsonify(_panel(looked) | {"problems": {"due": problem}}), 422
    return jsonify(_panel(looked))


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


def _looked() -> Looked:
    parts = deployment()
    caller = forge.caller(parts, incoming.read())
    account = viewing.person(caller.call.account_id)
    if not caller.call.issue:
        raise PayloadError("Forge does not say which issue this is about; open the panel on an issue.")
    with parts.db.read() as tx:
        prompt = prompts.named(tx, caller.tenant.id, caller.call.issue)
    return Looked(parts, caller.tenant, caller.call, account, prompt)


def _panel(looked: Looked, given: Answers | None = None) -> dict[str, Any]:
    """The panel as JSON: what there is to read, the questions, and what may follow from the answer."""
    parts, tenant, prompt, call = looked.parts, looked.tenant, looked.prompt, looked.call
    shows, filled = viewing.view(parts, tenant, prompt, looked.account, given)
    suggested = viewing.suggested(parts, tenant, prompt) if prompt else ()
    return asdict(shows) | {
        "questions": _questions(tenant, prompt, filled),
        "topics": {"value": ", ".join(filled.topics), "suggested": list(suggested)},
        "changed_course": filled.changed_course,
        "acts": [asdict(act) for act in thanks.ACTS],
        "promise": _promise(viewing.promise(parts, tenant, prompt)),
        "experiment": viewing.experiment(parts, tenant, prompt, call.issue_id, call.issue_key),
    }


def _questions(tenant: Tenant, prompt: Prompt | None, filled: Answers) -> list[dict[str, Any]]:
    return [
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


def _promise(offer: Offer) -> dict[str, Any]:
    made = offer.made and {"key": offer.made.key, "url": offer.made.url, "status": offer.made.status}
    return {name: getattr(offer, name) for name in ("words", "due", "can", "waiting", "note")} | {"made": made}


def _as_form(data: dict[str, Any]) -> dict[str, str]:
    """What a panel sent, as a form; anything that is not text or yes and no counts as not given."""
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    course = {"changed_course": "yes"} if data.get("changed_course") is True else {}
    choice = {"choice": "nothing_new"} if data.get("nothing_new") is True else {}
    return texts | course | choice
