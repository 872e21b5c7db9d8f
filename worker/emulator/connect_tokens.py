"""The JWTs of Connect: those the site signs for an app, and whether one an app sends is good. Sources: Atlassian,
"Understanding JWT for Connect apps", "Security for Connect apps" (signed install), "Context JWT"."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt

from worker.emulator import signing_keys
from worker.emulator.apps_model import AppState, Ask, Claims, ConnectInstall
from worker.emulator.model import Issue, JsonObject, Person
from worker.emulator.qsh import CONTEXT_QSH, query_hash
from worker.emulator.world import World

REQUEST_LIFE = timedelta(minutes=3)
CONTEXT_LIFE = timedelta(minutes=15)  # unverified


def _times(now: datetime, life: timedelta) -> Claims:
    return {"iat": int(now.timestamp()), "exp": int((now + life).timestamp())}


def _hash_of(install: ConnectInstall, method: str, url: str) -> str:
    """Return the qsh of a URL of the app, its path taken below the app's base address."""
    path = urlsplit(url).path.removeprefix(urlsplit(install.app_url).path)
    return query_hash(method, path, urlsplit(url).query)


def install_token(world: World, install: ConnectInstall, url: str) -> str:
    """Return the RS256 token of an ``installed`` or ``uninstalled`` hook, made for the app's base address."""
    claims = {"iss": install.client_key, "aud": [install.app_url], "qsh": _hash_of(install, "POST", url)}
    return signing_keys.signed(signing_keys.INSTALL_KEY, claims | _times(world.now(), REQUEST_LIFE))


def request_token(world: World, install: ConnectInstall, method: str, url: str, more: Claims | None = None) -> str:
    """Return the HS256 token of a call to one URL of the app: a webhook, a lifecycle hook, an iframe."""
    claims = {"iss": install.client_key, "qsh": _hash_of(install, method, url)} | (more or {})
    return jwt.encode(claims | _times(world.now(), REQUEST_LIFE), install.shared_secret, algorithm="HS256")


def context_token(world: World, install: ConnectInstall, who: Person, issue: Issue | None) -> str:
    """Return what ``AP.context.getToken`` gives: who is looking, at which issue; bound to no request."""
    claims = {"iss": install.client_key, "qsh": CONTEXT_QSH} | looking(world, who, issue)
    return jwt.encode(claims | _times(world.now(), CONTEXT_LIFE), install.shared_secret, algorithm="HS256")


def looking(world: World, who: Person, issue: Issue | None) -> Claims:
    """Return the claims that say who looks at what."""
    seen: JsonObject = {}
    if issue is not None:
        kind = {"id": issue.values["issuetype"]}
        project = world.projects[issue.project_key]
        seen["issue"] = {"id": issue.id, "key": issue.key, "issuetype": kind}
        seen["project"] = {"id": project.id, "key": project.key}
    return {"sub": who.account_id, "context": {"jira": seen, "url": {"displayUrl": world.url}}}


def app_of(world: World, ask: Ask, token: str) -> Person | None:
    """Return the account of the app whose token a request carries.

    None unless the app is enabled and signed these very claims for this very request, and not too long ago. An app of
    Jira is nobody to Confluence: one descriptor, one product.
    """
    if ask.path.startswith("/wiki"):
        return None
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except jwt.InvalidTokenError:
        return None
    for install in world.apps.connect.values():
        if install.key == issuer and install.state is AppState.ENABLED and _made_by(world, install, ask, token):
            return install.account
    return None


def _made_by(world: World, install: ConnectInstall, ask: Ask, token: str) -> bool:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            install.shared_secret,
            algorithms=["HS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_aud": False, "require": ["iat", "exp", "qsh"]},
        )
    except jwt.InvalidTokenError:
        return False
    audience = claims.get("aud", install.client_key)
    meant = install.client_key in ([audience] if isinstance(audience, str) else audience)
    fresh = isinstance(claims["exp"], int) and world.now().timestamp() < claims["exp"]
    return meant and fresh and hmac.compare_digest(str(claims["qsh"]), query_hash(ask.method, ask.path, ask.query))
