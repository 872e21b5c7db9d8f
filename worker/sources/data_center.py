"""Jira Data Center's webhooks: an HMAC, Basic credentials, or the address alone; no identifier and no second try.

Source: Atlassian "Managing webhooks" (Jira Data Center 10): an optional secret signs as in the cloud, or credentials
are sent. A delivery carries its time, so its digest tells it from every other; what is lost is found by the sweep.
"""

from __future__ import annotations

from worker.domain.model import Proof
from worker.sources import payload
from worker.sources.request import Claim, Request, digest_key

PROOFS = (Proof.HMAC, Proof.BASIC, Proof.PATH)

parse = payload.read


def claim(request: Request) -> Claim:
    """What the headers claim: a signature, or credentials where there is none."""
    offered = request.header("x-hub-signature") or request.header("authorization")
    return Claim(offered, request.body, digest_key(request.body))
