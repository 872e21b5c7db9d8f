"""Forged, borrowed and broken proofs at every door: each is answered as it should be, and not one row changes.

401 is never repeated by Jira, so a forger learns nothing and a real sender with a wrong secret shows up in the log; 404
is an address that is nobody's; 503 only where the keys that would decide cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest

from tests.sources import minting
from tests.sources.doors import ONE, SECRETS, TWO, Doors, Sent, basic, signature
from tests.sources.forged_connect import CONNECT, by_one, panel, token
from tests.sources.forged_forge import FORGE_CALLS, ONE_INSTALLATION, bearer, by_app, call
from tests.sources.forged_installs import INSTALL, KIDS, install, install_kid
from tests.sources.forged_secrets import SHARED, dc, rule
from tests.sources.forgers import CLOSE, DC, EVENT, HOOK, now
from tests.sources.minting import FORGE_KID, INSTALL_KID
from webhooks.app import MOST_BYTES
from worker import installing
from worker.sources import tokens

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
        doors.by_viewer(EVENT, module="what-happens"),  # should events say who did it, they are taken all the same
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
    assert "Open the panel again." in said.pop("connect: a context token and no ticket")  # a page, for a person
    of_tokens = [words for words in said.values() if words == tokens.FORGED]
    assert len(of_tokens) > 45
    assert set(said.values()) - {tokens.FORGED} == {
        "Log in to Jira to answer.",
        "The token is signed with a key nobody knows.",
        "This installation is not served here; `learnloop tenant add --source forge` adds a site.",
        installing.PINNED,
        "Only the app's admin page may ask this.",
        "This comes from the app itself, not from a person.",
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
    doors.clock.forward(timedelta(hours=25))  # the set that was read is good for a day at most
    doors.keys.broken = True
    before = doors.rows()
    assert (doors.send(call()(doors)).status_code, doors.rows()) == (503, before)
    doors.keys.broken = False
    doors.clock.forward(timedelta(seconds=11))
    assert doors.send(call()(doors)).status_code == 202


@pytest.mark.parametrize("page", [b"", b"not json", b"[]", b'{"keys": []}', b'{"keys": [{"kty": "RSA"}]}', b"null"])
def test_a_set_of_keys_that_is_none_decides_nothing(doors: Doors, page: bytes) -> None:
    doors.clock.forward(timedelta(hours=25))
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


@pytest.mark.parametrize("more", [0, 1, 1_000_000])
def test_a_body_in_chunks_that_is_too_large_is_refused_as_such(still: Doors, more: int) -> None:
    """Its length is said nowhere: the server cuts it, so that its signature would not be that of what is left."""
    whole = still.cloud(b"x" * (MOST_BYTES + more))
    chunks = {"wsgi.input_terminated": True, "wsgi.input": BytesIO(whole.body)}
    before = still.rows()
    answer = still.client.open(whole.path, method="POST", headers=whole.headers, environ_overrides=chunks)
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
