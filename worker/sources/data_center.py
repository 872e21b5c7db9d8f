"""Jira Data Center's webhooks: an HMAC, Basic credentials, or the address alone; no identifier and no second try.

Source: Atlassian "Managing webhooks" (Jira Data Center 10): an optional secret signs as in the cloud, or credentials
are sent. A delivery carries its time, so its digest tells it from every other; what is lost is found by the sweep.
"""

from __future__ import annotations

from typing import Any

from worker.domain.events import Parsed, together
from worker.domain.model import Proof
from worker.sources import payload
from worker.sources.request import Claim, Request, digest_key

PROOFS = (Proof.HMAC, Proof.BASIC, Proof.PATH)


def parse(data: dict[str, Any]) -> Parsed:
    """What a delivery means. `comment_created` names no issue here; its twin, an issue update with a comment, does. One
    that was written on a transition's screen comes with the change.
    """
    read = payload.read(data)
    if data.get("webhookEvent") == "jira:issue_updated" and isinstance(data.get("comment"), dict):
        return together(read, payload.comment("comment", data))
    return read


def claim(request: Request) -> Claim:
    """What the headers claim: a signature, or credentials; a webhook may have both."""
    signature, credentials = request.header("x-hub-signature"), request.header("authorization")
    return Claim(signature, request.body, digest_key(request.body), credentials)
