"""Signed links to one prompt: proof of access to the prompt, never of who opened it.

The token is itsdangerous' URL-safe form (HMAC-SHA256, key passed in) of tenant, prompt and the account asked. When it
stops working is decided by the prompt's row, so that reopening a prompt does not strand its link.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from worker.domain.model import AccountId, Prompt, PromptState, TenantId
from worker.errors import Forged


@dataclass(frozen=True)
class Link:
    """What a genuine token says."""

    tenant_id: TenantId
    prompt_id: int
    asked: AccountId


def sign(prompt: Prompt, key: bytes) -> str:
    """The token for `prompt`."""
    signed = _serializer(key).dumps([prompt.tenant_id, prompt.id, prompt.asked])
    return signed if isinstance(signed, str) else signed.decode("ascii")


def read(token: str, key: bytes) -> Link:
    """The link in `token`. Raises Forged when the key did not sign it."""
    try:
        tenant, prompt, asked = _serializer(key).loads(token)
    except (BadData, ValueError) as error:
        raise Forged("This link is not one of ours, or not complete.") from error
    return Link(TenantId(tenant), int(prompt), AccountId(asked))


def works(prompt: Prompt, link_days: int, now: datetime) -> bool:
    """Whether the prompt's link may still be used: while it is open, and `link_days` after it was settled."""
    if prompt.state is PromptState.OPEN:
        return True
    if prompt.state is PromptState.WITHDRAWN:
        return False
    return prompt.settled_at is not None and now <= prompt.settled_at + timedelta(days=link_days)


def _serializer(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="learnloop.answer", signer_kwargs={"digest_method": hashlib.sha256})
