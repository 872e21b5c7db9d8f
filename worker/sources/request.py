"""What arrived, as bytes and words: the one thing every source is given. And the claim it makes of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """An HTTP request. `path` is as written, below our base address; header names are in lower case; `query` and
    `form` are decoded pairs in their order.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """A header's value without spaces around it; empty when it is not there."""
        return self.headers.get(name, "").strip()


@dataclass(frozen=True)
class Claim:
    """Who a delivery says it is from, unproven. `offered` is its signature or token, `credentials` its Authorization
    header where the source may send one, `body` what is kept of it, `key` what it is unique by (a repeat has the same),
    None where nothing could tell a repeat from a new one.
    """

    offered: str
    body: bytes
    key: str | None = None
    credentials: str = ""


def digest_key(body: bytes) -> str:
    """A delivery's key by its bytes, for senders that give no identifier: a repeat has the same bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def identifier_key(request: Request) -> str:
    """A delivery's key by Jira's identifier, which stays the same over retries; by its bytes where there is none."""
    identifier = request.header("x-atlassian-webhook-identifier")
    return f"id:{identifier}" if identifier else digest_key(request.body)
