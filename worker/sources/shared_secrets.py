"""What two sides know: an HMAC over the raw body, a token in a header, Basic credentials; compared in constant time.

Source: WebSub's `X-Hub-Signature: sha256=<hex>`, as Jira Cloud and Jira Data Center send it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from worker.domain.model import Proof
from worker.errors import Forged
from worker.sources.request import Claim

_FORGED = "The delivery does not prove that it comes from this webhook."
_HEX = frozenset("0123456789abcdefABCDEF")
# Which secret vouched for a delivery, by its position; the log and the deliveries list say it.
_WHICH = ("newest secret", "earlier secret")


def verify(claimed: Claim, proof: Proof, secrets: tuple[str, ...]) -> str:
    """What vouched for the delivery, in words. Raises Forged. `secrets` are live ones, the newest first.

    An empty secret never vouches. Where the tenant's proof is the address alone, nothing more is looked at.
    """
    match proof:
        case Proof.PATH:
            return "address only"
        case Proof.HMAC:
            offered, expected = _signature(claimed.offered), [_hmac(secret, claimed.body) for secret in secrets]
        case Proof.TOKEN:
            offered, expected = claimed.offered, list(secrets)
        case Proof.BASIC:
            offered, expected = _basic(claimed.credentials), list(secrets)
        case _:
            raise Forged(_FORGED)
    matched = [
        which
        for which, secret, value in zip(_WHICH, secrets, expected, strict=False)
        if secret and hmac.compare_digest(value.encode(), offered.encode())
    ]
    if not offered or not matched:
        raise Forged(_FORGED)
    return matched[0]


def _hmac(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _signature(header: str) -> str:
    """The digest in a signature header, in lower case. Raises Forged when it is not one of SHA-256."""
    method, _, digest = header.partition("=")
    if method != "sha256" or len(digest) != 64 or not set(digest) <= _HEX:
        raise Forged(_FORGED)
    return digest.lower()


def _basic(header: str) -> str:
    """`name:password` of a Basic header. Raises Forged."""
    scheme, _, encoded = header.partition(" ")
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError as error:  # not base64, not ASCII, or not UTF-8 inside
        raise Forged(_FORGED) from error
