"""What proves us to a site: the token for Jira and the one for Confluence, when each ends, and giving a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard, tokens
from webhooks.current import deployment
from worker import installing, onboarding, standing, visiting
from worker.deployment import Deployment
from worker.domain.model import Hosting, Product, Scheme
from worker.errors import ConfigError, LearnLoopError, SettingInvalid, Unauthorized
from worker.guiding import wishes
from worker.onboarding import Given
from worker.store import audit, credentials, tenants
from worker.store.audit import Entry
from worker.store.credentials import Credential

blueprint = Blueprint("admin_credentials", __name__, url_prefix="/admin/<tenant_id>")


@dataclass(frozen=True)
class Card:
    """What is known of the credential for one product, in words; empty `kind` means there is none."""

    product: Product
    kind: str = ""
    given: datetime | None = None
    ends: datetime | None = None
    warning: str = ""
    account: str = ""
    renews_itself: bool = False


@blueprint.get("/credentials")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """The credentials as they are."""
    return _page()


@blueprint.post("/credentials/<product>")
@for_(Access.OWNER)
def give(tenant_id: str, product: str) -> ResponseReturnValue:
    """Try a token, and keep it when the site takes it."""
    if product not in list(Product):
        abort(404)
    given, problems = _read(deployment().clock.now())
    if problems:
        return _page(422, product, problems)
    try:
        done = _given(Product(product), given)
    except LearnLoopError as error:
        return _page(422, product, {"token": f"{_refusal(error, given)} The earlier one stays in use."})
    return redirect(url_for("admin_credentials.show", tenant_id=tenant_id, done=done), 303)


@blueprint.post("/credentials/resume")
@for_(Access.OWNER)
def resume(tenant_id: str) -> ResponseReturnValue:
    """Let a stopped site go on."""
    parts, tenant = deployment(), guard.tenant()
    if wishes.in_guide(tenant) or tenant.uninstalled_at:
        return _page(409, problems={"resume": "Finish the guide, or install the app again; then it goes on by itself."})
    try:
        with parts.db.begin() as tx:
            parked = installing.resume(tx, parts, tenants.held(tx, tenant.id).id)
            now, who = parts.clock.now(), guard.account().email
            audit.note(tx, Entry(now, who, "let it go on", tenant.stopped, "going", tenant.id))
    except ConfigError as error:
        return _page(409, problems={"resume": str(error)})
    done = "It goes on, and so does what was parked meanwhile." if parked else "It goes on."
    return redirect(url_for("admin_credentials.show", tenant_id=tenant_id, done=done), 303)


def _page(status: int = 200, product: str = "", problems: Mapping[str, str] | None = None) -> ResponseReturnValue:
    parts, tenant = deployment(), guard.tenant()
    with parts.db.read() as tx:
        held = credentials.of(tx, tenant.id)
    return frame.page(
        "credentials.html",
        status,
        cards=[_card(parts, one, held.get(one)) for one in Product],
        sent_for=product,
        problems=problems or {},
        typed=request.form,
        scopes=tenant.hosting is Hosting.CLOUD,
        stopped=tenant.stopped,
        in_guide=wishes.in_guide(tenant),
    )


def _card(parts: Deployment, product: Product, held: Credential | None) -> Card:
    if held is None:
        return Card(product)
    warning = standing.ending(held, parts.clock.now()).partition(" (`")[0]
    itself = held.scheme in (Scheme.CONNECT, Scheme.FORGE)
    return Card(product, onboarding.kind(held), held.added_at, held.expires_at, warning, held.account, itself)


def _given(product: Product, given: Given) -> str:
    """Try a credential and keep it; what to say then. Raises what the site answers, and nothing is kept."""
    parts, tenant = deployment(), guard.tenant()
    tried = onboarding.tried_credential(visiting.patient(parts), replace(tenant, stopped=""), product, given)
    with parts.db.begin() as tx:
        earlier = onboarding.keep_credential(tx, tenant.id, tried, guard.account().email)
    words = f"The token for {product.title()} works and is kept."
    if earlier and earlier.account_id not in ("", tried.account_id):
        words += " It is of another account than the earlier one, whose comments and pages it may not edit."
    return words


def _read(now: datetime) -> tuple[Given, dict[str, str]]:
    """What was typed, and a sentence for each part that cannot be."""
    token, account = request.form.get("token", "").strip(), " ".join(request.form.get("account", "").split())
    problems, ends = dict[str, str](), None
    try:
        tokens.checked(token)
    except SettingInvalid as error:
        problems["token"] = str(error)
    if len(account) > 320 or not account.isprintable():
        problems["account"] = "This is the account's email address on Cloud, its user name on Data Center."
    try:
        ends = tokens.end(request.form.get("expires", ""), now)
    except SettingInvalid as error:
        problems["expires"] = str(error)
    return Given(token, account, request.form.get("scoped") == "yes", ends), problems


def _refusal(error: LearnLoopError, given: Given) -> str:
    """Why a token was not kept."""
    if isinstance(error, Unauthorized) and error.status == 401:  # of a CAPTCHA it says more itself
        of = f", and of {given.account}" if given.account else ""
        return f"The site does not take this token (401). Is it whole{of}, and not expired?"
    return str(error)
