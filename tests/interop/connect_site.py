"""Sites that have our Connect app: their tokens, minted by Atlassian's package, and the requests they carry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.interop.npm import node
from tests.interop.table import BASE_URL, CLIENTS, Place, Row, Token


@dataclass(frozen=True)
class Sent:
    """A request, ready to send."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None


class Keys:
    """Atlassian's key for install hooks, and a stranger's, in PEM."""

    @cached_property
    def atlassian(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def public(self) -> str:
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.atlassian.public_key().public_bytes(serialization.Encoding.PEM, spki).decode()

    def of(self, name: str) -> str:
        """What signs in this name; a word that nobody shares for a name nobody has."""
        if name == "public":
            return self.public
        if name in CLIENTS:
            return CLIENTS[name][1]
        if name not in ("atlassian", "stranger"):
            return "a secret that nobody shares, long enough for HS256"
        key = self.atlassian if name == "atlassian" else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return key.private_bytes(serialization.Encoding.PEM, pkcs8, plain).decode()


def mint(orders: list[tuple[Token, tuple[str, str]]], keys: Keys, now: int, packages: Path) -> list[str]:
    """The tokens for these requests, all by one process of node."""
    return json.loads(node("mint.mjs", told=[_order(*one, keys, now) for one in orders], folder=packages))  # type: ignore[no-any-return]


def sent(row: Row, token: str, ticket: str) -> Sent:
    """A row's request with its token. A person's answer has its words and `ticket` with it, as our form sends them."""
    (method, url), headers, pairs, told = row.request, dict[str, str](), dict(row.pairs), row.told
    if row.request == ("POST", "/connect/panel"):
        pairs = {"ticket": ticket, "learned": "Small batches surface problems early.", "choice": "learned"}
    for place in row.places if token else ():
        match place:
            case Place.HEADER:
                headers["Authorization"] = f"{row.scheme} {token}"
            case Place.QUERY:
                url += f"{'&' if '?' in url else '?'}jwt={token}"
            case Place.FORM:
                pairs["jwt"] = token
            case Place.JSON:
                told = {**(told or {}), "jwt": token}
    if told is not None:
        return Sent(method, url, headers | {"Content-Type": "application/json"}, json.dumps(told))
    if pairs:
        return Sent(method, url, headers | {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(pairs))
    return Sent(method, url, headers, None)


def _order(token: Token, request: tuple[str, str], keys: Keys, now: int) -> dict[str, Any]:
    moments = {name: now + seconds for name, seconds in token.moments.items()}
    claims = {name: value for name, value in (moments | token.claims).items() if value is not None}
    method, url = token.hashed or request
    order: dict[str, Any] = {"alg": token.alg, "key": keys.of(token.key), "claims": claims}
    if "qsh" not in token.claims:
        order["request"] = {"method": method, "url": f"{BASE_URL}{url}"}
    return order | ({"kid": token.kid} if token.kid is not None else {})
