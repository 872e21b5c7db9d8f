"""How a site tells us: the webhook's address and proof, its secrets, what Jira subscribed, and what came last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from webhooks.access import Access, for_
from webhooks.admin import frame, guard
from webhooks.current import deployment
from worker import onboarding, rotating, subscription, testing_door, visiting
from worker.domain import editing
from worker.domain.model import Proof, SourceKind
from worker.errors import ConfigError, Forbidden, LearnLoopError
from worker.sources import own_test
from worker.sources.proofs import PROOFS
from worker.store import deliveries, tenants
from worker.store.deliveries import Delivery
from worker.store.tenants import Tenant
from worker.subscription import Hook

blueprint = Blueprint("admin_webhook", __name__, url_prefix="/admin/<tenant_id>")

_PROVEN = {
    Proof.HMAC: "Each delivery is signed: an HMAC (SHA-256) over its body, with a secret only Jira and we know.",
    Proof.TOKEN: "Each delivery carries a token only the rule and we know.",
    Proof.BASIC: "Each delivery carries a name and a password only Jira and we know.",
    Proof.PATH: "By nothing but the address: whoever learns it can send some. Make a secret below.",
    Proof.JWT: "Each delivery carries a token that Atlassian signs for this installation.",
}
# How a webhook can prove its deliveries, as the form offers it.
_WAYS = {
    Proof.HMAC: "a signature, by a secret",
    Proof.BASIC: "a name and a password",
    Proof.PATH: "the address alone, unsigned",
}
_STALE = (
    "The secrets are other ones than when this page was opened, perhaps because the form was sent twice, so nothing "
    "was changed. A secret is shown once; if you do not have it any more, make another."
)
_USED = "Jira uses the newest secret: another in its place would refuse what it sends. Retire the earlier one first."
_LOOKED_AT = 200  # newest deliveries in which the last of each kind is looked for


@dataclass(frozen=True)
class Came:
    """A delivery that came through the door, and what proved it, as that is called now."""

    delivery: Delivery
    proven: str


@dataclass(frozen=True)
class Heard:
    """What came through the door lately, newest first; when the newest secret was made, None if never here; and whether
    the site uses it.
    """

    deliveries: list[Delivery]
    made_at: datetime | None
    uses_newest: bool

    def last(self, events: Callable[[str], bool]) -> Came | None:
        """The last delivery whose event is one of those."""
        one = next((one for one in self.deliveries if events(one.event)), None)
        if one is None:
            return None
        proven = rotating.reading(one, self.made_at)
        return Came(one, proven if proven.startswith("a ") else f"its {proven}")


@dataclass(frozen=True)
class Listing:
    """What the site says of its webhooks; `silence` is a sentence when it says nothing."""

    hooks: tuple[Hook, ...] = ()
    silence: str = ""


@blueprint.get("/webhook")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """The webhook as it stands; with `?look=site` also what the site says of it."""
    return _page(listing=_listing(guard.tenant()) if request.args.get("look") == "site" else None)


@blueprint.post("/webhook/test")
@for_(Access.OWNER)
def test(tenant_id: str) -> ResponseReturnValue:
    """Send a test through the public address."""
    trip = testing_door.send_test(deployment(), guard.tenant())
    if trip.came_back:
        return redirect(url_for("admin_webhook.show", tenant_id=tenant_id, done=trip.words), 303)
    return _page(422, problem=trip.words)


@blueprint.post("/webhook/secret")
@for_(Access.OWNER)
def renew(**_: str) -> ResponseReturnValue:
    """Make a new secret and show it, this once; or let the address alone prove deliveries."""
    try:
        tenant, secret = _renewed()
    except ConfigError as error:
        return _page(409, problem=str(error))
    if tenant.proof is Proof.PATH:
        return redirect(url_for("admin_webhook.show", tenant_id=tenant.id, done=rotating.UNSIGNED), 303)
    return _page(secret=secret, tenant=tenant)


@blueprint.post("/webhook/retire")
@for_(Access.OWNER)
def retire(tenant_id: str) -> ResponseReturnValue:
    """Take deliveries by the newest secret only."""
    parts = deployment()
    with parts.db.begin() as tx:
        tenant = tenants.held(tx, guard.tenant().id)
        fits = request.form.get("seen") == _seen(tenant)
        if fits:
            rotating.retire(tx, parts, tenant, guard.account().email)
    if not fits:
        return _page(409, problem=_STALE, tenant=tenant)
    done = "The earlier secret is retired; only the newest proves a delivery now."
    return redirect(url_for("admin_webhook.show", tenant_id=tenant_id, done=done), 303)


def _renewed() -> tuple[Tenant, str]:
    """The tenant with a new secret, and that secret. Raises ConfigError when the one Jira uses would be lost."""
    parts, who = deployment(), guard.account().email
    with parts.db.begin() as tx:
        tenant = tenants.held(tx, guard.tenant().id)
        if request.form.get("seen") != _seen(tenant):
            raise ConfigError(_STALE)
        if tenant.earlier_secret and rotating.uses_newest(tx, tenant.id):
            raise ConfigError(_USED)
        if tenant.earlier_secret:
            secret = rotating.fresh(rotating.next_proof(tenant))
            rotating.replace_newest(tx, parts, tenant, secret, who)
        else:
            proof = rotating.next_proof(tenant, _wished())
            secret = rotating.fresh(proof)
            rotating.rotate(tx, parts, tenant, secret, who, proof)
        return tenants.get(tx, tenant.id), secret


def _wished() -> Proof | None:
    """How deliveries shall be proven from now on; None as it is usual. Raises ConfigError."""
    try:
        return Proof(request.form["proof"]) if request.form.get("proof") else None
    except ValueError as error:
        raise ConfigError("There is no such proof, so nothing was changed.") from error


def _page(status: int = 200, *, tenant: Tenant | None = None, **more: Any) -> ResponseReturnValue:
    parts, tenant = deployment(), tenant or guard.tenant()
    with parts.db.read() as tx:
        heard = _heard(tx, tenant)
    values = {"problem": "", "secret": "", "listing": None} | more
    return frame.page(
        "webhook.html",
        status,
        address=onboarding.webhook_url(parts, tenant),
        proven=_PROVEN[tenant.proof],
        last=heard.last(_of_the_site),
        test=heard.last(lambda event: not _of_the_site(event)),
        by_newest=heard.uses_newest,
        secrets=len(tenant.secrets),
        renewable=tenant.source not in (SourceKind.CONNECT, SourceKind.FORGE),
        unsigned=tenant.proof is Proof.PATH,
        proof=tenant.proof,
        ways={one: _WAYS[one] for one in PROOFS.get(tenant.source, ()) if one in _WAYS},
        seen=_seen(tenant),
        **values,
    )


def _heard(tx: Connection, tenant: Tenant) -> Heard:
    came = [one for one in deliveries.newest(tx, tenant.id, limit=_LOOKED_AT) if one.proven_by]
    return Heard(came, rotating.made_at(tx, tenant.id), rotating.uses_newest(tx, tenant.id))


def _of_the_site(event: str) -> bool:
    """Whether the site sent it, and not we a test."""
    return event != own_test.EVENT


def _listing(tenant: Tenant) -> Listing:
    """What the site says of the webhooks that point to us."""
    match tenant.source:
        case SourceKind.AUTOMATION:
            return Listing(silence="Jira lists no rules. Look yourself that one sends to the address above.")
        case SourceKind.CONNECT | SourceKind.FORGE:
            return Listing(silence="The app declares its events itself; they come as long as it is installed.")
    address = onboarding.webhook_url(deployment(), tenant)
    try:
        found = subscription.hooks(visiting.doors(deployment(), tenant).jira.webhooks(), address)
    except Forbidden:
        words = "Our account may not list webhooks (that takes “Administer Jira”). Look yourself that one points here."
        return Listing(silence=words)
    except LearnLoopError as error:
        return Listing(silence=f"The site did not say. {error}")
    return Listing(tuple(found), "" if found else "No webhook of the site points to the address above.")


def _seen(tenant: Tenant) -> str:
    """What a form about the secrets was made from; it tells nothing of them."""
    return editing.stamp({"secrets": b"|".join(tenant.secrets).hex()})
