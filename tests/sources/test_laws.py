"""Laws of reading deliveries: whatever bytes arrive, they are an event, ignored, unknown, refused or forged."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.alone import MONDAY
from tests.sources.deliveries import body, names
from worker import sources
from worker.domain.events import (
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueTouched,
    Parsed,
    SprintClosed,
    SprintStarted,
    Unknown,
)
from worker.domain.model import Proof, SourceKind
from worker.errors import Forged, PayloadError
from worker.sources import automation, cloud, connect, data_center, forge, shared_secrets, tokens
from worker.sources.request import Claim, Request

ANY_TEXT = st.text(st.characters(codec=None), max_size=20)
ANY_NUMBER = st.integers() | st.integers(-(10**19), 10**19) | st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | ANY_NUMBER | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
EVENTS = {
    "webhookEvent": [
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "sprint_started",
        "sprint_closed",
    ],
    "eventType": [
        "avi:jira:updated:issue",
        "avi:jira:commented:issue",
        "avi:jira:deleted:issue",
        "avi:jira-software:started:sprint",
        "avi:jira-software:closed:sprint",
    ],
}
LONG_SECRET = "a secret of the length that Connect gives"
PUBLIC_KEY = rsa.generate_private_key(65537, 2048).public_key()
SOURCES = st.sampled_from(SourceKind)
KEPT = [(source, name) for source in SourceKind for name in names(source.value) if not name.startswith("garbage")]
SECRETS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=10)
# What a header, a query or a form can hold once a server has decoded it.
WORDS = st.text(st.characters(codec="latin-1"), max_size=60)
NAMES = ["x-hub-signature", "x-atlassian-webhook-identifier", "authorization", "x-learnloop-token"]
SCHEMES = st.sampled_from(["", "sha256=", "Basic ", "JWT ", "Bearer ", "basic", "jwt  "])
HEADERS = st.dictionaries(st.sampled_from(NAMES), st.builds(str.__add__, SCHEMES, WORDS))
PAIRS = st.lists(st.tuples(st.sampled_from(["jwt", "issueKey", "a"]), st.text(max_size=60)), max_size=3).map(tuple)
REQUESTS = st.builds(
    Request, st.sampled_from(["GET", "POST"]), st.text(max_size=20), HEADERS, st.binary(max_size=50), PAIRS, PAIRS
)


def paths(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every value inside `value`, itself included."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for name, each in inside for path in paths(each, (*here, name)))]


def put(data: Any, path: tuple[str | int, ...], value: object) -> Any:
    """`data` with `value` at the end of `path`."""
    if not path:
        return value
    place = data
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return data


def read(delivery: bytes, source: SourceKind = SourceKind.CLOUD) -> Parsed | None:
    """What `delivery` means; None when it is refused."""
    try:
        return sources.parse(source, delivery)
    except PayloadError:
        return None


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"")
@example(b"\x00")
@example(b"\xff\xfe{\x00")
@example(b"[" * 100_000)
@example(b'{"webhookEvent": ' + b"9" * 5_000 + b"}")
@example(b'{"webhookEvent": 1e999}')
@example(b'{"webhookEvent": -Infinity}')
def test_any_bytes_are_read_or_refused(delivery: bytes) -> None:
    for source in SourceKind:
        read(delivery, source)


@settings(deadline=None, max_examples=200)
@given(SOURCES, st.dictionaries(st.sampled_from(["webhookEvent", "eventType", "issueKey", "issue", "id"]), ANY_JSON))
def test_any_json_is_an_event_ignored_unknown_or_refused(source: SourceKind, data: dict[str, Any]) -> None:
    found = read(json.dumps(data).encode(), source)
    events = IssueChanged | IssueTouched | CommentWritten | SprintStarted | SprintClosed | Ignored | Unknown
    assert found is None or isinstance(found, events) or type(found).__name__ == "IssueDeleted"


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([(field, event) for field, events in EVENTS.items() for event in events]),
    st.dictionaries(st.sampled_from(["issue", "comment", "sprint", "user", "changelog", "atlassianId"]), ANY_JSON),
)
def test_any_json_under_the_name_of_an_event_is_read_or_refused(named: tuple[str, str], parts: dict[str, Any]) -> None:
    field, event = named
    source = SourceKind.FORGE if field == "eventType" else SourceKind.CLOUD
    read(json.dumps({field: event, "timestamp": 1773826200123, **parts}).encode(), source)


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_a_delivery_with_any_of_its_values_replaced_by_any_other_is_read_or_refused(data: st.DataObject) -> None:
    source, name = data.draw(st.sampled_from(KEPT))
    delivery = json.loads(body(name, source.value))
    changed = put(delivery, data.draw(st.sampled_from(paths(delivery))), data.draw(ANY_JSON))
    match read(json.dumps(changed).encode(), source):
        case IssueChanged(at=moment) | CommentWritten(at=moment):
            assert moment.tzinfo is UTC
        case SprintStarted(sprint=sprint) | SprintClosed(sprint=sprint):
            assert {one.tzinfo for one in (sprint.started_at, sprint.ended_at) if one} <= {UTC}


@settings(deadline=None)
@given(st.integers(-62_135_596_800_000, 253_402_300_799_000))
def test_every_moment_of_the_calendar_is_kept_to_the_millisecond(milliseconds: int) -> None:
    delivery = put(json.loads(body("issue_updated__status")), ("timestamp",), milliseconds)
    found = read(json.dumps(delivery).encode())
    assert isinstance(found, IssueChanged)
    since = found.at - datetime(1970, 1, 1, tzinfo=UTC)
    assert abs((since.days * 86_400 + since.seconds) * 10**6 + since.microseconds - milliseconds * 1_000) < 1_000


# --- claims and their proofs ---

SHARING = [(cloud.claim, Proof.HMAC), (automation.claim, Proof.TOKEN), (data_center.claim, Proof.BASIC)]


@settings(deadline=None, max_examples=300)
@given(REQUESTS, st.lists(st.just("") | st.text("🗝", min_size=1, max_size=3), max_size=2))
def test_whoever_knows_no_secret_is_forged_whatever_is_sent(request: Request, secrets: list[str]) -> None:
    for claim, proof in SHARING:
        with pytest.raises(Forged):
            shared_secrets.verify(claim(request), proof, tuple(secrets))


@settings(deadline=None, max_examples=300)
@given(REQUESTS, st.sampled_from(Proof), st.lists(SECRETS, max_size=2))
def test_a_claim_is_proven_or_forged_and_never_another_error(
    request: Request, proof: Proof, secrets: list[str]
) -> None:
    for claim in (cloud.claim, automation.claim, data_center.claim):
        try:
            words = shared_secrets.verify(claim(request), proof, tuple(secrets))
        except Forged:
            continue
        assert words in {"newest secret", "earlier secret", "address only"}


@settings(deadline=None, max_examples=300)
@given(REQUESTS)
@example(Request("POST", "/", {"authorization": "JWT " + "a." * 2 + "a"}))
@example(Request("POST", "/", {"authorization": "JWT e30.W10."}))
@example(Request("POST", "/", {"authorization": "Bearer bnVsbA.bnVsbA.bnVsbA"}))
def test_what_is_no_token_is_forged_and_never_another_error(request: Request) -> None:
    for read_token in (connect.claim, connect.issuer, connect.installer, forge.claim, forge.token):
        with pytest.raises(Forged):
            read_token(request)


def unsigned(header: Any, claims: Any) -> str:
    """A token of any two JSON values, with a signature of nobody."""
    parts = (json.dumps(one).encode() for one in (header, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "c2ln"])


TOKEN_HEADER = st.fixed_dictionaries({}, optional=dict.fromkeys(("alg", "kid", "typ", "crit", "b64"), ANY_JSON))
CLAIMS = ["exp", "iat", "nbf", "iss", "aud", "qsh", "sub", "app", "context", "principal"]


@settings(deadline=None, max_examples=300)
@given(TOKEN_HEADER | ANY_JSON, st.dictionaries(st.sampled_from(CLAIMS), ANY_JSON) | ANY_JSON, REQUESTS)
def test_a_token_that_nobody_signed_is_forged_whatever_it_says(header: Any, claims: Any, sent: Request) -> None:
    for scheme in ("JWT", "Bearer"):
        request = replace(sent, headers={"authorization": f"{scheme} {unsigned(header, claims)}"}, query=(), form=())
        for read_token in (connect.issuer, lambda one: connect.installer(one).kid, lambda one: forge.token(one).kid):
            with suppress(Forged):
                assert read_token(request)
        with pytest.raises(Forged):
            connect.verify(request, LONG_SECRET, MONDAY)
        with pytest.raises(Forged):
            connect.verify_context(request, LONG_SECRET, MONDAY)
        with pytest.raises(Forged):
            forge.verify(request, PUBLIC_KEY, ("ari:cloud:ecosystem::app/1",), MONDAY)


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(CLAIMS, ANY_JSON)))
@example({"exp": 10**400, "iss": "a", "qsh": "context-qsh"})
@example({"exp": 2**63, "iat": 10**309, "iss": "a", "qsh": "context-qsh"})
def test_a_signed_token_with_any_claims_is_believed_or_forged_and_never_another_error(claims: dict[str, Any]) -> None:
    words = json.dumps({"exp": MONDAY.timestamp(), "iss": "a", "qsh": "b"} | claims).encode()
    token = jwt.PyJWS().encode(words, LONG_SECRET, algorithm="HS256")
    request = Request("POST", "/webhooks/connect", {"authorization": f"JWT {token}"})
    for verify in (connect.verify, connect.verify_context):
        with suppress(Forged):
            assert verify(request, LONG_SECRET, MONDAY).claims["exp"] is not None
    tokens.says_it_ends(token)


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["key", "clientKey", "sharedSecret", "baseUrl"]), ANY_JSON | st.text("https:/[]@.*;")
    )
)
@example({"key": "learnloop", "clientKey": "a", "baseUrl": "https://[::1"})
@example({"key": "learnloop", "clientKey": "a", "baseUrl": "https://a.atlassian.net:port"})
def test_any_install_hook_is_an_installation_or_refused(data: dict[str, Any]) -> None:
    with suppress(Forged, PayloadError):
        told = connect.installation(data, ("*.atlassian.net",))
        assert told.site_url.endswith(".atlassian.net")


@settings(deadline=None)
@given(st.binary(max_size=50), SECRETS, st.lists(SECRETS, max_size=1), st.data())
def test_whoever_holds_the_secret_signs_one_body_and_no_other(
    delivery: bytes, secret: str, others: list[str], data: st.DataObject
) -> None:
    signed = f"sha256={hmac.digest(secret.encode(), delivery, hashlib.sha256).hex()}"
    live = (*others, secret)
    which = shared_secrets.verify(Claim(signed, delivery), Proof.HMAC, live)
    assert live[["newest secret", "earlier secret"].index(which)] == secret
    other = data.draw(st.binary(max_size=50).filter(lambda drawn: drawn != delivery))
    with pytest.raises(Forged):
        shared_secrets.verify(Claim(signed, other), Proof.HMAC, live)
