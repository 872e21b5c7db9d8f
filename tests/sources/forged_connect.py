"""Forgeries at Connect's doors: webhooks, switches, the panel and its form; each with its status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.sources import minting
from tests.sources.doors import ONE, TWO, Doors, Sent
from tests.sources.forgers import HOOK, Forger, now
from tests.sources.minting import INSTALL_KID


def by_one(**changed: Any) -> Forger:
    """A Connect webhook of site one whose token says other things."""
    return lambda d: d.by_site(ONE, HOOK, **changed)


def token(made: Callable[[Doors], str], sent: Sent = HOOK) -> Forger:
    """A Connect request with another token."""
    return lambda d: sent.headed(Authorization=f"JWT {made(d)}")


def twice(where: str) -> Forger:
    """A genuine token in two places."""

    def forge(d: Doors) -> Sent:
        told = minting.signed(d.claims(HOOK, ONE.client_key), ONE.secret, "HS256")
        if where == "header and query":
            return replace(HOOK.headed(Authorization=f"JWT {told}"), query={"jwt": told})
        form = replace(HOOK, body=f"jwt={told}".encode()).headed(Content_Type="application/x-www-form-urlencoded")
        if where == "query and body":
            return replace(form, query={"jwt": told})
        return form.headed(Authorization=f"JWT {told}")

    return forge


def in_json(beside: str) -> Forger:
    """A rightly signed token in two places, one of them the JSON of the body."""

    def forge(d: Doors) -> Sent:
        told = minting.signed(d.claims(HOOK, ONE.client_key), ONE.secret, "HS256")
        both = replace(HOOK, body=HOOK.body.rstrip().removesuffix(b"}") + f', "jwt": "{told}"}}'.encode())
        return both.headed(Authorization=f"JWT {told}") if beside == "header" else replace(both, query={"jwt": told})

    return forge


def panel(made: Callable[[Doors], str]) -> Forger:
    """The panel's form with another token."""

    def forge(d: Doors) -> Sent:
        form = f"jwt={made(d)}&ticket=none&learned=words".encode()
        return Sent("/connect/panel", form).headed(Content_Type="application/x-www-form-urlencoded")

    return forge


CONNECT: dict[str, tuple[int, Forger]] = {
    "connect: no token": (401, lambda _: HOOK),
    "connect: a token of another scheme": (
        401,
        lambda d: HOOK.headed(Authorization=d.by_site(ONE, HOOK).headers["Authorization"].replace("JWT", "Bearer")),
    ),
    "connect: no token but words": (401, token(lambda _: "aaaa.bbbb.cccc")),
    "connect: a wrong secret": (401, by_one(secret="a secret that somebody guessed, long enough")),
    "connect: another tenant's secret": (401, by_one(secret=TWO.secret)),
    "connect: no algorithm": (401, token(lambda d: minting.unsigned(d.claims(HOOK, ONE.client_key)))),
    "connect: a public key as the secret": (
        401,
        token(lambda d: minting.by_public_key(d.claims(HOOK, ONE.client_key), "atlassian", kid=INSTALL_KID)),
    ),
    "connect: another algorithm of the same family": (
        401,
        token(lambda d: minting.signed(d.claims(HOOK, ONE.client_key), ONE.secret * 2, "HS512")),
    ),
    "connect: signed with the key of install hooks": (401, lambda d: d.by_atlassian(HOOK, ONE)),
    "connect: made for another tenant": (401, by_one(aud=[TWO.client_key])),
    "connect: made for nobody we know": (401, by_one(aud=["somebody"])),
    "connect: by nobody we know": (401, by_one(iss="somebody")),
    "connect: by nobody": (401, by_one(iss=None)),
    "connect: by a list": (401, by_one(iss=[ONE.client_key])),
    "connect: by half a letter": (401, by_one(iss="\ud800")),
    "connect: by a name with a NUL in it": (401, by_one(iss="a\0b")),
    "connect: made for half a letter": (401, by_one(aud=["\ud800"])),
    "connect: expired": (401, lambda d: d.by_site(ONE, HOOK, exp=now(d, -4))),
    "connect: without an end": (401, by_one(exp=None)),
    "connect: an end in words": (401, lambda d: d.by_site(ONE, HOOK, exp=str(now(d, 180)))),
    "connect: an end beyond all time": (401, by_one(exp=10**400)),
    "connect: made in the future": (401, lambda d: d.by_site(ONE, HOOK, iat=now(d, 60))),
    "connect: not yet good": (401, lambda d: d.by_site(ONE, HOOK, nbf=now(d, 60))),
    "connect: for another method": (401, by_one(qsh=minting.query_hash("GET", HOOK.path))),
    "connect: for another path": (401, by_one(qsh=minting.query_hash("POST", "/connect/disabled"))),
    "connect: for another query": (401, lambda d: replace(d.by_site(ONE, HOOK), query={"issueKey": "FLEX-8"})),
    "connect: for no request": (401, by_one(qsh=None)),
    "connect: a context token at the webhook": (401, by_one(qsh="context-qsh", sub="ana")),
    "connect: a context token at a switch": (
        401,
        token(lambda d: d.context(ONE, "ana"), Sent("/connect/disabled", b"{}")),
    ),
    "connect: a context token at the panel's page": (
        401,
        token(lambda d: d.context(ONE, "ana"), Sent("/connect/panel", method="GET", query={"issueKey": "FLEX-7"})),
    ),
    "connect: a context token at the admin page": (
        401,
        token(lambda d: d.context(ONE, "ana"), Sent("/connect/admin", method="GET")),
    ),
    "connect: a request's token at the panel's form": (
        401,
        panel(
            lambda d: minting.signed(d.claims(Sent("/connect/panel"), ONE.client_key, sub="ana"), ONE.secret, "HS256")
        ),
    ),
    "connect: a context token of nobody": (401, panel(lambda d: d.context(ONE, None))),
    "connect: a context token by another's secret": (401, panel(lambda d: d.context(ONE, "ana", secret=TWO.secret))),
    "connect: a context token and no ticket": (401, panel(lambda d: d.context(ONE, "ana"))),
    "connect: the same token in header and query": (401, twice("header and query")),
    "connect: the same token in query and body": (401, twice("query and body")),
    "connect: the same token in header and body": (401, twice("header and body")),
    "connect: the same token in header and JSON": (401, in_json("header")),
    "connect: the same token in query and JSON": (401, in_json("query")),
    "connect: a token of 20 kB": (401, by_one(more="x" * 20_000)),
    "connect: enabled by another site's token": (401, lambda d: d.by_site(TWO, HOOK, iss=ONE.client_key)),
}
