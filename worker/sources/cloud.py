"""Jira Cloud's admin webhooks: an HMAC over the raw body, an identifier that stays the same over retries.

Source: Atlassian "Webhooks" (Jira Cloud): `X-Hub-Signature: sha256=<hex>` (WebSub), `X-Atlassian-Webhook-Identifier`.
The signature covers no time, so repeats are recognised by the identifier, never by age.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from worker.errors import Forged
from worker.sources import payload

parse = payload.read

_FORGED = "The delivery is not signed with this webhook's secret."
_HEX = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True)
class Claim:
    """Who a delivery says it is from, unproven: its signature and the key it must be unique by."""

    signature: str
    key: str
    body: bytes


def claim(headers: Mapping[str, str], body: bytes) -> Claim:
    """What the headers claim. Without an identifier the body's digest is the key (a repeat has the same bytes)."""
    identifier = headers.get("X-Atlassian-Webhook-Identifier", "").strip()
    key = f"id:{identifier}" if identifier else f"sha256:{hashlib.sha256(body).hexdigest()}"
    return Claim(headers.get("X-Hub-Signature", "").strip(), key, body)


def verify(claimed: Claim, secrets: tuple[str, ...]) -> int:
    """Which of the live secrets signed the delivery, as its position. Raises Forged; an empty secret never signs."""
    method, _, digest = claimed.signature.partition("=")
    if method != "sha256" or len(digest) != 64 or not set(digest) <= _HEX:
        raise Forged(_FORGED)
    matched = -1
    for position, secret in enumerate(secrets):
        expected = hmac.new(secret.encode(), claimed.body, hashlib.sha256).hexdigest()
        if secret and hmac.compare_digest(expected, digest.lower()):
            matched = position
    if matched < 0:
        raise Forged(_FORGED)
    return matched
