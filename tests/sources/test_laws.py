"""Laws of reading deliveries: whatever bytes arrive, they are an event, ignored, unknown, refused or forged."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sources.deliveries import body, names
from worker.domain.events import CommentWritten, IssueChanged, Parsed, SprintClosed
from worker.errors import Forged, PayloadError
from worker.sources import cloud, payload

ANY_TEXT = st.text(st.characters(codec=None), max_size=20)
ANY_NUMBER = st.integers() | st.integers(-(10**19), 10**19) | st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | ANY_NUMBER | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
EVENTS = ["jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated", "sprint_closed"]
KEPT = [name for name in names() if not name.startswith("garbage")]
SECRETS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=10)
HEADERS = st.dictionaries(st.sampled_from(["X-Hub-Signature", "X-Atlassian-Webhook-Identifier"]), st.text(max_size=90))


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


def read(delivery: bytes) -> Parsed | None:
    """What `delivery` means; None when it is refused."""
    try:
        return payload.read(payload.load(delivery))
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
    read(delivery)


@settings(deadline=None)
@given(st.sampled_from(EVENTS), st.dictionaries(st.sampled_from(["issue", "comment", "sprint", "user"]), ANY_JSON))
def test_any_json_under_the_name_of_an_event_is_read_or_refused(event: str, parts: dict[str, Any]) -> None:
    read(json.dumps({"webhookEvent": event, "timestamp": 1773826200123, **parts}).encode())


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_a_delivery_with_any_of_its_values_replaced_by_any_other_is_read_or_refused(data: st.DataObject) -> None:
    delivery = json.loads(body(data.draw(st.sampled_from(KEPT))))
    changed = put(delivery, data.draw(st.sampled_from(paths(delivery))), data.draw(ANY_JSON))
    match read(json.dumps(changed).encode()):
        case IssueChanged(at=moment) | CommentWritten(at=moment):
            assert moment.tzinfo is UTC
        case SprintClosed(sprint=sprint):
            assert {one.tzinfo for one in (sprint.started_at, sprint.ended_at) if one} <= {UTC}


@settings(deadline=None)
@given(st.integers(-62_135_596_800_000, 253_402_300_799_000))
def test_every_moment_of_the_calendar_is_kept_to_the_millisecond(milliseconds: int) -> None:
    delivery = put(json.loads(body("issue_updated__status")), ("timestamp",), milliseconds)
    found = read(json.dumps(delivery).encode())
    assert isinstance(found, IssueChanged)
    since = found.at - datetime(1970, 1, 1, tzinfo=UTC)
    assert abs((since.days * 86_400 + since.seconds) * 10**6 + since.microseconds - milliseconds * 1_000) < 1_000


@settings(deadline=None)
@given(HEADERS, st.binary(max_size=50), st.lists(SECRETS | st.just(""), max_size=3))
def test_whoever_holds_no_secret_is_forged(headers: dict[str, str], delivery: bytes, secrets: list[str]) -> None:
    with pytest.raises(Forged):
        cloud.verify(cloud.claim(headers, delivery), tuple(secrets))


@settings(deadline=None)
@given(st.binary(max_size=50), SECRETS, st.lists(SECRETS, max_size=2), st.data())
def test_whoever_holds_the_secret_signs_one_body_and_no_other(
    delivery: bytes, secret: str, others: list[str], data: st.DataObject
) -> None:
    header = {"X-Hub-Signature": f"sha256={hmac.digest(secret.encode(), delivery, hashlib.sha256).hex()}"}
    position = cloud.verify(cloud.claim(header, delivery), (*others, secret))
    assert (*others, secret)[position] == secret
    other = data.draw(st.binary(max_size=50).filter(lambda drawn: drawn != delivery))
    with pytest.raises(Forged):
        cloud.verify(cloud.claim(header, other), (*others, secret))
