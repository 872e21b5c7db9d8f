"""Forged hooks of an installation: keys, tokens and bodies that are not Atlassian's; each with its status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.sources import minting
from tests.sources.doors import ONE, TWO, Doors, Sent
from tests.sources.forgers import Forger, now
from tests.sources.minting import INSTALL_KID


def install(what: str = "installed", url: str = "", **changed: Any) -> Forger:
    """An install hook of site one, signed by Atlassian, whose token says other things."""
    return lambda d: d.by_atlassian(d.hook(what, ONE, url=url), ONE, **changed)


def install_told(**told: Any) -> Forger:
    """An install hook of site one, rightly signed, whose body says other things."""
    return lambda d: d.by_atlassian(d.hook("installed", ONE, **told), ONE)


def install_token(made: Callable[[Doors, Sent], str]) -> Forger:
    """An install hook of site one with another token."""

    def forge(d: Doors) -> Sent:
        sent = d.hook("installed", ONE)
        return sent.headed(Authorization=f"JWT {made(d, sent)}")

    return forge


def install_kid(kid: object) -> Forger:
    """An install hook of site one, rightly signed, whose token names another key."""
    return install_token(lambda d, sent: minting.with_kid(d.install_claims(sent, ONE), "atlassian", kid))


KIDS: dict[str, object] = {
    "two dots": "../jwks.json",
    "dots inside": f"a/../{INSTALL_KID}",
    "dots at the end": f"{INSTALL_KID}/..",
    "encoded dots": f"%2e%2e/{INSTALL_KID}",
    "two slashes": f"//evil.example/{INSTALL_KID}",
    "a slash at the start": f"/{INSTALL_KID}",
    "another host": f"https://evil.example/{INSTALL_KID}",
    "a name at a host": f"@evil.example/{INSTALL_KID}",
    "a query": f"{INSTALL_KID}?a=b",
    "a fragment": f"{INSTALL_KID}#",
    "a new line": f"{INSTALL_KID}\n",
    "a backslash": f"..\\{INSTALL_KID}",
    "very long": "a" * 201,
    "empty": "",
    "a number": 1,
    "a list": [INSTALL_KID],
    "null": None,
    "of another script": "１２３",
}

INSTALL: dict[str, tuple[int, Forger]] = {
    **{f"install: a key id with {name}": (401, install_kid(kid)) for name, kid in KIDS.items()},
    "install: a key nobody knows": (401, install(kid="install-key-2")),
    "install: another's key under a known id": (401, install(key="stranger")),
    "install: no token": (401, lambda d: d.hook("installed", ONE)),
    "install: no algorithm": (
        401,
        install_token(lambda d, sent: minting.unsigned(d.install_claims(sent, ONE), kid=INSTALL_KID)),
    ),
    "install: the public key as a secret": (
        401,
        install_token(lambda d, sent: minting.by_public_key(d.install_claims(sent, ONE), "atlassian", kid=INSTALL_KID)),
    ),
    "install: signed by the site's own secret": (
        401,
        lambda d: d.by_site(ONE, d.hook("installed", ONE), aud=["https://learnloop.example.org"]),
    ),
    "install: for another app's address": (401, install(aud=["https://other.example.org"])),
    "install: for an address that starts like ours": (401, install(aud=["https://learnloop.example.org.evil.example"])),
    "install: for nobody": (401, install(aud=None)),
    "install: by another site than the body says": (401, install(iss=TWO.client_key)),
    "install: by nobody": (401, install(iss=None)),
    "install: expired": (401, lambda d: install(exp=now(d, -4))(d)),
    "install: not yet good": (401, lambda d: install(nbf=now(d, 60))(d)),
    "install: a token made for uninstalling": (401, install(qsh=minting.query_hash("POST", "/connect/uninstalled"))),
    "install: a context token's hash": (401, install(qsh="context-qsh")),
    "install: a site that is not allowed": (401, install(url="https://one.evil.example")),
    "install: a host that ends like ours": (401, install(url="https://evilatlassian.net")),
    "install: a host with something before it": (401, install(url="https://evil.example;one.atlassian.net")),
    "install: a name in the address": (401, install(url="https://evil.example@one.atlassian.net")),
    "install: a path in the address": (401, install(url="https://one.atlassian.net/evil")),
    "install: an address that is none": (401, install(url="https://[::1")),
    "install: an address of another kind": (401, install(url="javascript:one.atlassian.net")),
    "install: for another app key": (401, install_told(key="learnloop2")),
    "install: without a secret": (401, install_told(sharedSecret=None)),
    "install: with an empty secret": (401, install_told(sharedSecret="")),
    "install: without a client key": (400, install_told(clientKey=None)),
    "install: with a client key that is an object": (400, install_told(clientKey={"a": 1})),
    "install: with a client key without end": (400, install_told(clientKey="a" * 301)),
    "install: without an address": (400, install_told(baseUrl=None)),
    "install: a body that is no object": (
        400,
        lambda d: replace(d.by_atlassian(d.hook("installed", ONE), ONE), body=b"[]"),
    ),
    "install: a body cut off": (400, lambda d: replace(d.by_atlassian(d.hook("installed", ONE), ONE), body=b'{"key":')),
    "install: a body that names a key twice": (
        400,
        lambda d: replace(d.by_atlassian(d.hook("installed", ONE), ONE), body=b'{"key": "learnloop", "key": "other"}'),
    ),
    "uninstall: by the site's own secret": (401, lambda d: d.by_site(ONE, d.hook("uninstalled", ONE))),
    "uninstall: another's key": (401, install("uninstalled", key="stranger")),
    "uninstall: of another site than the token's": (401, install("uninstalled", iss=TWO.client_key)),
}
