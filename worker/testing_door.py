"""Try a webhook's address as its sender would: a proven delivery goes out to it and has to come in again as ours.

Whether it came is read from our own row, because another program may answer 200 at a wrong address. That nobody is
asked because of it is the work of `worker/jobs/interpreting`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from worker import onboarding
from worker.deployment import Deployment
from worker.domain.model import Proof
from worker.errors import Unreachable
from worker.gateways import places
from worker.sources import own_test
from worker.store import deliveries
from worker.store.tenants import Tenant


@dataclass(frozen=True)
class Trip:
    """How a test went. `words` says it, with what to do; `mark` is in the delivery's line ("test 3fa2…")."""

    came_back: bool
    words: str
    mark: str = ""


def send_test(parts: Deployment, tenant: Tenant) -> Trip:
    """Send the tenant's webhook address a test, proven by the newest secret. Waits some seconds at most."""
    if tenant.proof is Proof.JWT:
        words = f"Only Atlassian can prove {tenant.source.title()} deliveries, so this way cannot be tried from here."
        return Trip(False, f"{words} Close an issue instead, and its delivery appears.")
    address, mark = onboarding.webhook_url(parts, tenant), secrets.token_hex(4)
    sent = own_test.body(mark, parts.clock.now())
    secret = parts.keys.open(tenant.newest_secret) if tenant.newest_secret else ""
    headers = {"Content-Type": "application/json"} | own_test.proven(tenant.proof, secret, sent)
    try:
        status = places.deliver(address, headers, sent)
    except Unreachable as error:
        return Trip(False, f"{error} {_advice(parts)}", mark)
    return _judged(parts, tenant, mark, status)


def _judged(parts: Deployment, tenant: Tenant, mark: str, status: int) -> Trip:
    """What an answer means, beside our own row."""
    with parts.db.read() as tx:
        found = deliveries.by_key(tx, tenant.id, own_test.key(mark))
    if found:
        return Trip(True, f"The test went out and came back, proven by its {found.proven_by}.", mark)
    base = parts.settings.base_url
    match status:
        case 401:
            words = "the test arrived, but not as it was sent: a proxy on the way changes headers or the body."
        case 404:
            words = f"something answers at {base}, but it knows no such webhook. {_advice(parts)}"
        case 413:
            words = "a proxy on the way takes no body of this size; Jira sends up to 25 MB."
        case _ if 300 <= status < 400:
            words = "the address points elsewhere, and Jira does not follow. Use the last address of the way."
        case _ if 200 <= status < 300:
            words = f"something answers at {base}, but the test did not come in here. {_advice(parts)}"
        case _:
            words = f"the test did not come in. {_advice(parts)}"
    return Trip(False, f"{words[0].upper()}{words[1:]} (The answer was {status}.)", mark)


def _advice(parts: Deployment) -> str:
    return (
        f"Is LEARNLOOP_BASE_URL ({parts.settings.base_url}) the address under which Jira reaches this LearnLoop, and "
        "does the proxy before it pass on everything below /webhooks/?"
    )
