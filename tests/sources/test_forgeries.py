"""Forged, borrowed and broken proofs at every door: each is answered as it should be, and not one row changes.

401 is never repeated by Jira, so a forger learns nothing and a real sender with a wrong secret shows up in the log; 404
is an address that is nobody's; 503 only where the keys that would decide cannot be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.sources import minting
from tests.sources.deliveries import body
from tests.sources.doors import ONE, SECRETS, TWO, Doors, Sent, basic, signature
from tests.sources.minting import FORGE_KID, INSTALL_KID
from webhooks.app import MOST_BYTES
from worker.sources import tokens

Forger = Callable[[Doors], Sent]

CLOSE = body("issue_updated__status")
RULE = body("custom_data", "automation")
DC = body("issue_updated__status", "data_center")
FORGE = body("updated_issue__status", "forge")
HOOK = Sent("/webhooks/connect", body("issue_updated__status", "connect"))
EVENT = Sent("/webhooks/forge", FORGE)


def rule(**headers: str | None) -> Sent:
    """What an automation rule sends, with other headers."""
    genuine = {"X_LearnLoop_Token": SECRETS["rules"]}
    return Sent("/webhooks/automation/path-of-rules", RULE).headed(**genuine | headers)


def dc(tenant: str = "dc", **headers: str | None) -> Sent:
    """What Data Center sends, with these headers alone."""
    return Sent(f"/webhooks/data_center/path-of-{tenant}", DC).headed(**headers)


SHARED: dict[str, tuple[int, Forger]] = {
    "cloud: no signature": (401, lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=None)),
    "cloud: an empty signature": (401, lambda d: d.cloud(CLOSE).headed(X_Hub_Signature="")),
    "cloud: a wrong secret": (401, lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=signature(CLOSE, "guessed"))),
    "cloud: an empty secret": (401, lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=signature(CLOSE, ""))),
    "cloud: another tenant's secret": (
        401,
        lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=signature(CLOSE, SECRETS["cloud2"])),
    ),
    "cloud: the signature of another body": (401, lambda d: replace(d.cloud(CLOSE), body=CLOSE.replace(b"7", b"8"))),
    "cloud: GitHub's header": (
        401,
        lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=None, X_Hub_Signature_256=signature(CLOSE, SECRETS["cloud"])),
    ),
    "cloud: an address that is nobody's": (404, lambda d: replace(d.cloud(CLOSE), path="/webhooks/cloud/path-of-me")),
    "cloud: at the door of another source": (
        404,
        lambda d: replace(d.cloud(CLOSE), path="/webhooks/data_center/path-of-cloud"),
    ),
    "cloud: the address of a Forge tenant": (
        404,
        lambda d: replace(d.cloud(CLOSE), path="/webhooks/cloud/path-of-forge"),
    ),
    "cloud: a Connect token instead": (
        401,
        lambda d: d.by_site(ONE, d.cloud(CLOSE).headed(X_Hub_Signature=None)),
    ),
    "automation: no token": (401, lambda _: rule(X_LearnLoop_Token=None)),
    "automation: a wrong token": (401, lambda _: rule(X_LearnLoop_Token="guessed")),
    "automation: half the token": (401, lambda _: rule(X_LearnLoop_Token=SECRETS["rules"][:-1])),
    "automation: another tenant's token": (401, lambda _: rule(X_LearnLoop_Token=SECRETS["rules2"])),
    "automation: the token in the query": (
        401,
        lambda _: replace(rule(X_LearnLoop_Token=None), query={"X-LearnLoop-Token": SECRETS["rules"]}),
    ),
    "automation: the token in the body": (
        401,
        lambda _: replace(rule(X_LearnLoop_Token=None), body=json.dumps({"token": SECRETS["rules"]}).encode()),
    ),
    "automation: the token as a bearer's": (
        401,
        lambda _: rule(X_LearnLoop_Token=None, Authorization=f"Bearer {SECRETS['rules']}"),
    ),
    "automation: a signature instead": (
        401,
        lambda _: rule(X_LearnLoop_Token=None, X_Hub_Signature=signature(RULE, SECRETS["rules"])),
    ),
    "data center: nothing": (401, lambda _: dc()),
    "data center: a wrong secret": (401, lambda _: dc(X_Hub_Signature=signature(DC, "guessed"))),
    "data center: credentials where a secret is set": (401, lambda _: dc(Authorization=basic(SECRETS["dc"]))),
    "data center: a secret where credentials are set": (
        401,
        lambda _: dc("basic", X_Hub_Signature=signature(DC, SECRETS["basic"])),
    ),
    "data center: a wrong password": (401, lambda _: dc("basic", Authorization=basic("jira:passwort"))),
    "data center: another name": (401, lambda _: dc("basic", Authorization=basic("admin:password"))),
    "data center: credentials that are not base64": (401, lambda _: dc("basic", Authorization="Basic jira:password")),
    "data center: base64 cut off": (401, lambda _: dc("basic", Authorization=basic("jira:password")[:-2])),
    "data center: credentials beyond ASCII": (401, lambda _: dc("basic", Authorization="Basic \xfc\xfc\xfc\xfc")),
    "data center: base64 of no text": (401, lambda _: dc("basic", Authorization="Basic /////w==")),
    "data center: credentials without a scheme": (
        401,
        lambda _: dc("basic", Authorization=basic(SECRETS["basic"]).partition(" ")[2]),
    ),
}


def by_one(**changed: Any) -> Forger:
    """A Connect webhook of site one whose token says other things."""
    return lambda d: d.by_site(ONE, HOOK, **changed)


def token(made: Callable[[Doors], str], sent: Sent = HOOK) -> Forger:
    """A Connect request with another token."""
    return lambda d: sent.headed(Authorization=f"JWT {made(d)}")


def now(doors: Doors, seconds: int) -> int:
    return int(doors.clock.now().timestamp()) + seconds


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
    "connect: a token of 20 kB": (401, by_one(more="x" * 20_000)),
    "connect: enabled by another site's token": (401, lambda d: d.by_site(TWO, HOOK, iss=ONE.client_key)),
}


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
    "forge: an event's token at the admin page": (401, call("/forge/admin")),
    "forge: the panel asks for the admin page": (401, lambda d: d.by_viewer(Sent("/forge/admin", b"{}"))),
    "forge: a person sends an event": (401, lambda d: d.by_viewer(EVENT)),
    "forge: a person of a site we do not serve": (
        401,
        lambda d: d.by_viewer(Sent("/forge/panel", b"{}"), cloud="somebody"),
    ),
    "forge: a panel that shows no issue": (400, lambda d: d.by_viewer(Sent("/forge/panel", b"{}"), issue="")),
    "forge: a Connect token": (401, lambda d: d.by_site(ONE, EVENT)),
}

FORGERIES = SHARED | CONNECT | INSTALL | FORGE_CALLS


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_refused_and_nothing_is_stored(still: Doors, forgery: str) -> None:
    status, forge = FORGERIES[forgery]
    before, sent = still.rows(), forge(still)
    answer = still.send(sent)
    assert (answer.status_code, still.rows()) == (status, before), answer.text


def test_a_genuine_request_of_every_kind_is_taken_where_its_forgeries_are_not(doors: Doors) -> None:
    """Without this the table above could pass because nothing is ever taken."""
    genuine = [
        doors.cloud(CLOSE),
        rule(),
        dc(X_Hub_Signature=signature(DC, SECRETS["dc"])),
        dc("basic", Authorization=basic(SECRETS["basic"])),
        by_one()(doors),
        by_one(aud=[ONE.client_key])(doors),
        by_one(iss="the app", aud=ONE.client_key)(doors),
        by_one(exp=now(doors, -2), iat=now(doors, 2), nbf=now(doors, 2))(doors),
        install()(doors),
        install(aud="https://learnloop.example.org/")(doors),
        install_kid(INSTALL_KID)(doors),
        call()(doors),
        by_app(installation=ONE_INSTALLATION | {"contexts": [{"cloudId": "cloud-of-forge"}]})(doors),
        bearer(lambda d: minting.with_kid(d.invocation(), "forge", FORGE_KID))(doors),
        doors.by_viewer(Sent("/forge/panel", b"{}")),
        doors.by_viewer(Sent("/forge/admin", b"{}"), module="learnloop-admin"),
    ]
    statuses = [doors.send(sent).status_code for sent in genuine]
    assert [status for status in statuses if status not in (200, 202, 204)] == []


def test_a_key_id_that_could_lead_elsewhere_is_never_asked_for(doors: Doors) -> None:
    asked = list(doors.keys.asked)
    for kid in KIDS.values():
        doors.send(install_kid(kid)(doors))
    assert doors.keys.asked == asked


def test_a_refusal_never_says_what_was_close(still: Doors) -> None:
    """One sentence for whatever is wrong with a token; the others tell a person what to do, and are about no token."""
    said = {name: still.send(forge(still)).text for name, (_, forge) in (CONNECT | FORGE_CALLS).items()}
    of_tokens = [words for words in said.values() if words == tokens.FORGED]
    assert len(of_tokens) > 45
    assert set(said.values()) - {tokens.FORGED} == {
        "Log in to Jira to answer.",
        "This form is not one of ours, or not complete. Open the panel again.",
        "The token is signed with a key nobody knows.",
        "This installation is not served here; `learnloop tenant add --source forge` adds a site.",
        "Only the app's admin page may ask this.",
        "Events come from Jira itself, not from a person.",
        "Forge does not say which issue this is about; open the panel on an issue.",
    }


def test_an_allowed_sites_switch_is_refused_to_its_people(doors: Doors) -> None:
    answer = doors.send(token(lambda d: d.context(ONE, "ana"), Sent("/connect/disabled", b"{}"))(doors))
    assert (answer.status_code, doors.of(ONE).stopped) == (401, "")


# --- keys that cannot be read ---


def test_while_the_host_of_install_keys_does_not_answer_a_hook_is_asked_for_again(doors: Doors) -> None:
    doors.keys.broken = True
    before = doors.rows()
    sent = install(kid="install-key-2")
    assert (doors.send(sent(doors)).status_code, doors.rows()) == (503, before)
    doors.keys.broken = False
    doors.keys.pages["/pem/install-key-2"] = minting.pem("atlassian").encode()
    assert doors.send(sent(doors)).status_code == 204


def test_while_the_set_of_forge_keys_cannot_be_read_an_event_is_asked_for_again(doors: Doors) -> None:
    doors.clock.forward(timedelta(minutes=61))  # the set that was read is old by then
    doors.keys.broken = True
    before = doors.rows()
    assert (doors.send(call()(doors)).status_code, doors.rows()) == (503, before)
    doors.keys.broken = False
    assert doors.send(call()(doors)).status_code == 202


@pytest.mark.parametrize("page", [b"", b"not json", b"[]", b'{"keys": []}', b'{"keys": [{"kty": "RSA"}]}', b"null"])
def test_a_set_of_keys_that_is_none_decides_nothing(doors: Doors, page: bytes) -> None:
    doors.clock.forward(timedelta(minutes=61))
    doors.keys.pages["/jwks.json"] = page
    assert doors.send(call()(doors)).status_code == 503


# --- bodies ---

SOURCES = ["cloud", "automation", "connect", "forge", "data_center"]
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half of it": CLOSE[: len(CLOSE) // 2],
    "a key twice": b'{"issueKey": "FLEX-7", "issueKey": "FLEX-8", "webhookEvent": "jira:x", "eventType": "x"}',
    "a key twice, inside": b'{"issueKey": "FLEX-7", "webhookEvent": "x", "eventType": "x", "a": [{"b": 1, "b": 2}]}',
    "nesting without end": b'{"webhookEvent": ' + b"[" * 100_000,
    "nesting without end that closes": b'{"webhookEvent": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "NaN": b'{"issueKey": "FLEX-7", "webhookEvent": "x", "eventType": "x", "timestamp": NaN}',
    "infinity": b'{"issueKey": "FLEX-7", "webhookEvent": "x", "eventType": "x", "timestamp": -Infinity}',
    "no UTF-8": b"\xff\xfe\xfd\xfc",
    "a list": b"[]",
    "null": b"null",
    "an empty object": b"{}",
    "a form": b"issueKey=FLEX-7",
    "two objects": CLOSE + CLOSE,
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_delivery_is_refused_however_well_it_is_signed(still: Doors, source: str, name: str) -> None:
    before = still.rows()
    answer = still.send(still.delivery(source, BODIES[name]))
    assert (answer.status_code, still.rows()) == (400, before)
    assert answer.text.endswith(".")


@pytest.mark.parametrize("source", SOURCES)
def test_a_body_above_jiras_largest_is_refused_before_it_is_read(still: Doors, source: str) -> None:
    before, sent = still.rows(), still.delivery(source, b"{}")
    answer = still.client.open(
        sent.path, method="POST", headers=sent.headers, environ_overrides={"CONTENT_LENGTH": str(MOST_BYTES + 1)}
    )
    assert (answer.status_code, still.rows()) == (413, before)


# --- tenants that are gone ---


def uninstalled(doors: Doors) -> Iterator[Sent]:
    """Everything that site one could send, signed with the secret it had."""
    yield by_one()(doors)
    for path in ("/connect/enabled", "/connect/disabled"):
        yield doors.by_site(ONE, Sent(path, b"{}"))
    yield doors.by_site(ONE, Sent("/connect/admin", method="GET"))
    yield doors.by_site(ONE, Sent("/connect/panel", method="GET", query={"issueKey": "FLEX-7"}), sub="ana")
    yield panel(lambda d: d.context(ONE, "ana"))(doors)
    yield doors.hook("disabled", ONE)


def test_nothing_a_site_sends_after_it_uninstalled_the_app_is_taken(doors: Doors) -> None:
    assert doors.told("uninstalled", ONE).status_code == 204
    before = doors.rows()
    assert [(doors.send(sent).status_code, doors.rows()) for sent in uninstalled(doors)] == [(401, before)] * 7


def test_a_forged_install_leaves_the_secret_that_works(doors: Doors) -> None:
    fake = doors.hook("installed", ONE, sharedSecret="a secret that the forger chose, long enough")
    for forged in (
        fake,
        doors.by_atlassian(fake, ONE, key="stranger"),
        doors.by_atlassian(fake, ONE, iss=TWO.client_key),
    ):
        assert doors.send(forged).status_code == 401
    by_forger = doors.by_site(ONE, HOOK, secret="a secret that the forger chose, long enough")
    assert doors.send(by_forger).status_code == 401
    assert doors.send(by_one()(doors)).status_code == 202
