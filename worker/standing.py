"""How a tenant stands, in words for its admin, from our own rows alone: no call is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from worker.domain.model import Product, Proof, Scheme
from worker.store import credentials, deliveries
from worker.store.credentials import Credential
from worker.store.deliveries import Delivery
from worker.store.tenants import Tenant

UNSIGNED = "Deliveries are not signed: whoever learns the webhook's address can send some. Set a secret on both sides."
_SOON = timedelta(days=14)
# Atlassian's API tokens live at most a year; Data Center's as long as its admin allows.
_LONGEST = timedelta(days=365)


@dataclass(frozen=True)
class Standing:
    """A tenant's state in a sentence, what its admin should know, and what came in last."""

    tenant: str
    site: str
    source: str
    state: str
    warnings: list[str]
    deliveries: list[dict[str, str]]


def of(tx: Connection, tenant: Tenant, now: datetime) -> Standing:
    """How the tenant stands now."""
    last = [_line(one) for one in deliveries.newest(tx, tenant.id, limit=20)]
    state = tenant.stopped or "It listens, asks and publishes."
    found = list(warnings(tenant, credentials.of(tx, tenant.id), now))
    return Standing(tenant.id, tenant.site_url, tenant.source, state, found, last)


def warnings(tenant: Tenant, held: Mapping[Product, Credential], now: datetime) -> Iterator[str]:
    """What an admin should know before it becomes a failure."""
    if tenant.proof is Proof.PATH:
        yield UNSIGNED
    if tenant.earlier_secret is not None:
        yield "Two secrets are live. Once Jira uses the newer one, retire the earlier (`learnloop tenant retire`)."
    for product in Product:
        credential = held.get(product)
        if credential is None and product is Product.CONFLUENCE and tenant.policy.home_space:
            yield "There is no credential for Confluence, so nothing is published (`learnloop tenant credential`)."
        elif credential and (words := ending(credential, now)):
            yield words
    if not tenant.policy.home_space:
        yield "No space is chosen, so nothing is published (`learnloop tenant change --space`)."


def ending(credential: Credential, now: datetime) -> str:
    """A sentence when the credential ends soon, else nothing. Forge's renews itself, Connect's lasts as installed."""
    if credential.scheme in (Scheme.FORGE, Scheme.CONNECT):
        return ""
    ends = credential.expires_at or credential.added_at + _LONGEST
    if ends > now + _SOON:
        return ""
    when = "has expired" if ends <= now else f"expires by {ends:%Y-%m-%d}"
    return f"The token for {credential.product.title()} {when}; give a new one (`learnloop tenant credential`)."


def _line(one: Delivery) -> dict[str, str]:
    return {
        "received": f"{one.received_at:%Y-%m-%d %H:%M:%S} UTC",
        "event": one.event,
        "about": one.issue_key,
        "state": str(one.state),
        "reason": one.reason,
    }
