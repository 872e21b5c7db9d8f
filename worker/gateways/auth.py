"""What proves us in a request: Basic, Bearer, or a Connect token made for that one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import jwt
import requests
from requests.auth import AuthBase, HTTPBasicAuth

from worker.domain.model import Scheme
from worker.domain.query_hash import query_hash

# Connect's documents make tokens of three minutes in their examples; a request takes seconds.
_LIFE = timedelta(minutes=3)


@dataclass(frozen=True)
class Credentials:
    """Where calls go and what proves us there. `audience` is Connect's client key; the others have none."""

    address: str
    scheme: Scheme
    account: str
    secret: str = field(repr=False)
    audience: str = ""


def auth(credentials: Credentials, now: Callable[[], datetime]) -> AuthBase:
    """What puts the credentials into a request."""
    match credentials.scheme:
        case Scheme.BASIC:
            return HTTPBasicAuth(_wire(credentials.account), _wire(credentials.secret))
        case Scheme.BEARER | Scheme.FORGE:
            return Bearer(credentials.secret)
        case Scheme.CONNECT:
            return ConnectToken(credentials, now)


class Bearer(AuthBase):
    """A personal access token, a service account's token, or an OAuth token of a Forge installation."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class ConnectToken(AuthBase):
    """`Authorization: JWT`, HS256 with the shared secret, bound to method, path and query (Atlassian Connect)."""

    def __init__(self, credentials: Credentials, now: Callable[[], datetime]) -> None:
        self._credentials, self._now = credentials, now
        self._below = urlsplit(credentials.address).path

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        parts, now = urlsplit(request.url or ""), self._now()
        path = parts.path.removeprefix(self._below)
        claims = {
            "iss": self._credentials.account,
            "aud": [self._credentials.audience],
            "iat": now,
            "exp": now + _LIFE,
            "qsh": query_hash(request.method or "GET", path, parse_qsl(parts.query, keep_blank_values=True)),
        }
        token = jwt.encode(claims, self._credentials.secret, algorithm="HS256")
        request.headers["Authorization"] = f"JWT {token}"
        return request


def _wire(text: str) -> str:
    """`text` so that it goes out as UTF-8: requests writes Basic credentials in Latin-1 and fails beyond it."""
    return text.encode().decode("latin-1")
