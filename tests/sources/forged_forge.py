"""Forged calls of a Forge app: tokens that are not Forge's, and true ones in the wrong place; with their status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.sources import minting
from tests.sources.doors import ONE, Doors, Sent
from tests.sources.forgers import EVENT, Forger, now
from tests.sources.minting import FORGE_KID


def call(path: str = EVENT.path, **changed: Any) -> Forger:
    """A call that Forge signed, whose token says other things."""
    return lambda d: d.by_forge(replace(EVENT, path=path), **changed)


def by_app(**app: Any) -> Forger:
    """A call that Forge signed, whose token names another installation or site."""
    return call(app={"id": "app"} | app, context=None)


def bearer(made: Callable[[Doors], str]) -> Forger:
    """A call of Forge with another token."""
    return lambda d: EVENT.headed(Authorization=f"Bearer {made(d)}")


ONE_INSTALLATION = {"id": "ari:cloud:ecosystem::installation/one"}
FORGE_CALLS: dict[str, tuple[int, Forger]] = {
    "forge: no token": (401, lambda _: EVENT),
    "forge: the token of another scheme": (
        401,
        lambda d: EVENT.headed(Authorization=d.by_forge(EVENT).headers["Authorization"].replace("Bearer", "JWT")),
    ),
    "forge: the token in the query": (
        401,
        lambda d: replace(EVENT, query={"jwt": d.by_forge(EVENT).headers["Authorization"].partition(" ")[2]}),
    ),
    "forge: for another app": (401, call(aud="ari:cloud:ecosystem::app/somebody")),
    "forge: for no app": (401, call(aud=None)),
    "forge: by another issuer": (401, call(iss="forge/invocation-tokens")),
    "forge: of a site we do not serve": (401, call(context={"cloudId": "cloud-of-somebody"})),
    "forge: of no site": (401, by_app(installation=ONE_INSTALLATION)),
    "forge: of another installation on the site": (
        401,
        by_app(
            installation={"id": "ari:cloud:ecosystem::installation/two", "contexts": [{"cloudId": "cloud-of-forge"}]}
        ),
    ),
    "forge: of no installation": (401, by_app(apiBaseUrl="https://api.atlassian.com/ex/jira/cloud-of-forge")),
    "forge: a key that is not in the set": (401, call(kid="forge-key-2")),
    "forge: another's key under a known id": (401, call(key="stranger")),
    "forge: a key id with two dots": (401, bearer(lambda d: minting.with_kid(d.invocation(), "forge", "../jwks"))),
    "forge: a key id that is a number": (401, bearer(lambda d: minting.with_kid(d.invocation(), "forge", 7))),
    "forge: no algorithm": (401, bearer(lambda d: minting.unsigned(d.invocation(), kid=FORGE_KID))),
    "forge: the public key as a secret": (
        401,
        bearer(lambda d: minting.by_public_key(d.invocation(), "forge", kid=FORGE_KID)),
    ),
    "forge: expired": (401, lambda d: call(exp=now(d, -4))(d)),
    "forge: not yet good": (401, lambda d: call(nbf=now(d, 60))(d)),
    "forge: without a beginning": (401, call(nbf=None)),
    "forge: made at no time": (401, call(iat=None)),
    "forge: a token of 20 kB": (401, call(more="x" * 20_000)),
    "forge: an event's token at the panel": (401, call("/forge/panel")),
    "forge: an event's token at the answer": (401, call("/forge/answer")),
    "forge: an event's token at the action": (401, call("/forge/action")),
    "forge: an event's token at the admin page": (401, call("/forge/admin")),
    "forge: the panel asks for the admin page": (401, lambda d: d.by_viewer(Sent("/forge/admin", b"{}"))),
    "forge: the panel sends an event": (401, lambda d: d.by_viewer(EVENT)),
    "forge: the admin page sends an event": (401, lambda d: d.by_viewer(EVENT, module="learnloop-admin")),
    "forge: a person sends an event from nowhere": (401, lambda d: d.by_viewer(EVENT, module="")),
    "forge: the panel says that the app goes": (401, lambda d: d.by_viewer(Sent("/forge/uninstalled"))),
    "forge: the admin page says that the app goes": (
        401,
        lambda d: d.by_viewer(Sent("/forge/uninstalled"), module="learnloop-admin"),
    ),
    "forge: another site's app says that the app goes": (
        401,
        call("/forge/uninstalled", context={"cloudId": "cloud-of-somebody"}),
    ),
    "forge: a person of a site we do not serve": (
        401,
        lambda d: d.by_viewer(Sent("/forge/panel", b"{}"), cloud="somebody"),
    ),
    "forge: a panel that shows no issue": (400, lambda d: d.by_viewer(Sent("/forge/panel", b"{}"), issue="")),
    "forge: a Connect token": (401, lambda d: d.by_site(ONE, EVENT)),
}
