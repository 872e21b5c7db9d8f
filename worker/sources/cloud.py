"""Jira Cloud's admin webhooks: an HMAC over the raw body, an identifier that stays the same over retries.

Source: Atlassian "Webhooks" (Jira Cloud): `X-Hub-Signature: sha256=<hex>` (WebSub), `X-Atlassian-Webhook-Identifier`.
The signature covers no time, so repeats are recognised by the identifier, never by age.
"""

from __future__ import annotations

from worker.domain.model import Proof
from worker.sources import payload
from worker.sources.request import Claim, Request, identifier_key

PROOFS = (Proof.HMAC, Proof.PATH)
parse = payload.read


def claim(request: Request) -> Claim:
    """What the headers claim."""
    return Claim(request.header("x-hub-signature"), request.body, identifier_key(request))
