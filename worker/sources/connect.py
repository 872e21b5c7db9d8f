"""Atlassian Connect: a JWT with every request, signed with the secret that the installation brought.

Source: Atlassian Connect "Understanding JWT" and "Signed install"; where the documents are silent, the choices are
those of atlassian-connect-express. Install and uninstall are RS256 with a key of Atlassian's; all else is HS256 with
the tenant's secret and bound to its request by a hash, except context tokens, which prove only who is looking.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from worker.domain.issue_json import text
from worker.domain.query_hash import CONTEXT, query_hash
from worker.errors import Forged, PayloadError
from worker.sources import payload, tokens
from worker.sources.request import Claim, Request, identifier_key
from worker.sources.tokens import Token

parse = payload.read

# A site's address as Jira Cloud writes it: https, no port, nobody's name in it, no path, nothing that could speak in a
# header. One on this machine may be otherwise.
_SITE = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)/?")
_LOCAL_SITE = re.compile(r"https?://(localhost|127\.0\.0\.1)(?::[0-9]{1,5})?/?")
_LONGEST = 300


@dataclass(frozen=True)
class Installation:
    """What an install hook says: the app, what the site calls the installation, its secret, the site's address."""

    app_key: str
    client_key: str
    shared_secret: str
    site_url: str


@dataclass(frozen=True)
class Viewer:
    """Who is looking, proven by a token: an account, or nobody (a token of the site itself)."""

    account_id: str
    claims: Mapping[str, Any]


def claim(request: Request) -> Claim:
    """A webhook's claim; its token is looked at by `issuer` and `verify`."""
    return Claim(tokens.find(request, "JWT").text, request.body, identifier_key(request))


def issuer(request: Request) -> str:
    """The client key a request's token names: its audience where it has one, else its issuer. Unproven."""
    claims = tokens.find(request, "JWT").claims
    audience = claims.get("aud")
    first = audience[0] if isinstance(audience, list) and audience else audience
    named = first or claims.get("iss")
    if not isinstance(named, str) or not named or named != text(named):  # nothing our database could not be asked for
        raise Forged(tokens.FORGED)
    return named


def verify(request: Request, secret: str, now: datetime) -> Viewer:
    """Who sent this very request. Raises Forged; a context token is refused."""
    claims = _hs256(request, secret, now)
    _bound(claims, request)
    return Viewer(text(claims.get("sub")), claims)


def verify_context(request: Request, secret: str, now: datetime) -> Viewer:
    """Who is looking, by a context token. Raises Forged; a token bound to a request is refused."""
    claims = _hs256(request, secret, now)
    if claims.get("qsh") != CONTEXT:
        raise Forged(tokens.FORGED)
    return Viewer(text(claims.get("sub")), claims)


def installer(request: Request) -> Token:
    """The token of an install or uninstall hook, unproven; its `kid` says which key to fetch."""
    return tokens.find(request, "JWT")


def verify_install(request: Request, pem: str, base_url: str, installation: Installation, now: datetime) -> None:
    """That Atlassian signed this hook, for us, about this installation. Raises Forged."""
    claims = tokens.check(installer(request), pem, "RS256", now, ("exp", "iss", "aud", "qsh"))
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    meant = any(isinstance(one, str) and one.rstrip("/") == base_url for one in audience)
    if not meant or claims["iss"] != installation.client_key:
        raise Forged(tokens.FORGED)
    _bound(claims, request)


def installation(data: dict[str, Any], sites: tuple[str, ...]) -> Installation:
    """The body of an install hook. Raises PayloadError when something is missing, Forged for a site we do not serve."""
    names = ("key", "clientKey", "sharedSecret", "baseUrl")
    key, client_key, secret, address = (text(data.get(name)) for name in names)
    if missing := [name for name in names if not text(data.get(name)) and name != "sharedSecret"]:
        raise PayloadError(f"The hook has no {missing[0]}.")
    if len(client_key) > _LONGEST:
        raise PayloadError("The hook's clientKey is longer than any of Atlassian's.")
    site = _SITE.fullmatch(address) or _LOCAL_SITE.fullmatch(address)
    if site is None or len(address) > _LONGEST or not any(_matches(site[1], pattern) for pattern in sites):
        raise Forged("This site may not install the app; LEARNLOOP_CONNECT_SITES names those that may.")
    return Installation(key, client_key, secret, address.rstrip("/"))


def _matches(host: str, pattern: str) -> bool:
    """Whether a host fits a pattern; a `*` stands for one name between dots, as for atlassian-connect-express."""
    names, wanted = host.lower().split("."), pattern.lower().split(".")
    return len(names) == len(wanted) and all(want in ("*", name) for name, want in zip(names, wanted, strict=True))


def _hs256(request: Request, secret: str, now: datetime) -> Mapping[str, Any]:
    if not secret:
        raise Forged(tokens.FORGED)
    return tokens.check(tokens.find(request, "JWT"), secret, "HS256", now, ("exp", "iss", "qsh"))


def _bound(claims: Mapping[str, Any], request: Request) -> None:
    """That the token was made for this request: of a POST its form may count as part of its query. Raises Forged."""
    asked = [request.query] + ([request.query + request.form] if request.method == "POST" and request.form else [])
    told = text(claims.get("qsh")).encode()
    if not any(hmac.compare_digest(told, query_hash(request.method, request.path, one).encode()) for one in asked):
        raise Forged(tokens.FORGED)
