"""What a delivery is answered, and what is kept of it, each by what Jira does with the status."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from tests.world import SECRET, World
from webhooks.app import MOST_BYTES
from worker import onboarding
from worker.domain.model import DeliveryState, JobKind
from worker.store import deliveries
from worker.store.deliveries import Delivery

DONE = {"id": "10002", "name": "Done", "statusCategory": {"key": "done"}}
CLOSE: dict[str, Any] = {
    "webhookEvent": "jira:issue_updated",
    "timestamp": 1793612460000,
    "user": {"accountId": "5b10", "accountType": "atlassian", "active": True},
    "issue": {
        "id": "90001",
        "key": "FLEX-9001",
        "fields": {
            "summary": "Try monthly plans",
            "status": DONE,
            "issuetype": {"id": "10001", "name": "Story", "subtask": False},
            "project": {"id": "10000", "key": "FLEX", "projectTypeKey": "software"},
        },
    },
    "changelog": {
        "id": "1",
        "items": [{"field": "status", "fieldId": "status", "from": "3", "to": "10002", "toString": "Done"}],
    },
}


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def address(world: World) -> str:
    return onboarding.webhook_url(world.deployment, world.tenant)


def delivered(world: World, body: bytes | Mapping[str, Any], key: str = "", **headers: str) -> requests.Response:
    """One delivery, signed unless `headers` says otherwise, as Jira sends it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"X-Hub-Signature": signed(raw), "Content-Type": "application/json"}
    if key:
        sent["X-Atlassian-Webhook-Identifier"] = key
    return requests.post(address(world), data=raw, headers=sent | headers, timeout=10)


def with_key(issue_key: str) -> dict[str, Any]:
    return CLOSE | {"issue": CLOSE["issue"] | {"key": issue_key}}


def kept(world: World) -> list[Delivery]:
    """The deliveries there are, once everything that waits to be written has been."""
    world.deployment.db.write(lambda _tx: None)
    return world.deliveries()


def body_of(world: World, delivery: Delivery) -> bytes | None:
    with world.deployment.db.read() as tx:
        return deliveries.get(tx, delivery.id).body


# --- kept ---


def test_a_close_is_kept_with_its_job_before_it_is_answered(world: World) -> None:
    response = delivered(world, CLOSE, "first")
    assert (response.status_code, response.text) == (202, "")
    (delivery,) = world.deliveries()
    assert (delivery.state, delivery.issue_key) == (DeliveryState.QUEUED, "FLEX-9001")
    assert body_of(world, delivery) == json.dumps(CLOSE).encode()
    assert [(job.kind, job.key) for job in world.jobs()] == [(JobKind.INTERPRET, str(delivery.id))]


def test_a_repeat_is_answered_like_the_first_and_adds_nothing(world: World) -> None:
    for _ in range(3):
        assert delivered(world, CLOSE, "same").status_code == 202
    assert len(world.deliveries()) == len(world.jobs()) == 1


def test_without_an_identifier_the_same_bytes_are_the_same_delivery(world: World) -> None:
    for body in (CLOSE, CLOSE, CLOSE | {"timestamp": 1793612460001}):
        assert delivered(world, body).status_code == 202
    assert len(world.deliveries()) == 2


@pytest.mark.parametrize(
    ("change", "event", "state", "reason"),
    [
        ({"webhookEvent": "jira:issue_created"}, "jira:issue_created", DeliveryState.IGNORED, "created, not closed"),
        ({"changelog": None}, "jira:issue_updated", DeliveryState.IGNORED, "no changelog"),
        ({"changelog": {"items": [{"fieldId": "rank"}]}}, "jira:issue_updated", DeliveryState.IGNORED, "no status"),
        ({"webhookEvent": "jira:moon_rose"}, "jira:moon_rose", DeliveryState.UNKNOWN, "no word for jira:moon_rose"),
    ],
)
def test_what_can_lead_to_nothing_becomes_one_line_without_a_body_or_a_job(
    world: World, change: dict[str, Any], event: str, state: DeliveryState, reason: str
) -> None:
    assert delivered(world, CLOSE | change).status_code == 204
    (delivery,) = kept(world)
    assert (delivery.event, delivery.issue_key, delivery.state) == (event, "FLEX-9001", state)
    assert reason in delivery.reason
    assert body_of(world, delivery) is None
    assert world.jobs() == []


def test_our_own_change_is_known_at_the_door(world: World) -> None:
    assert delivered(world, CLOSE | {"user": {"accountId": world.bot}}).status_code == 204
    assert kept(world)[0].reason == "a change by our own account"


@pytest.mark.parametrize("issue_key", ["", "FLEX-\u0000", "\ud800", "'; DROP TABLE deliveries; --", "x" * 5_000])
def test_a_signed_delivery_with_strange_words_is_never_an_error_that_jira_repeats(world: World, issue_key: str) -> None:
    assert delivered(world, with_key(issue_key)).status_code in {202, 204, 400}
    event = issue_key or "\udfff"
    assert delivered(world, {"webhookEvent": event}).status_code == 204
    assert any(one.state is DeliveryState.UNKNOWN for one in kept(world))
    assert delivered(world, CLOSE, "after").status_code == 202


# --- refused ---


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "sha256=" + "é" * 64, signed(b"{}"), signed(b"", "")],
    ids=["none", "empty", "zeros", "another method", "no hex", "another body", "no secret"],
)
def test_a_delivery_that_the_secret_did_not_sign_is_refused_and_not_kept(shared: World, signature: str) -> None:
    before = len(kept(shared))
    response = delivered(shared, CLOSE, **{"X-Hub-Signature": signature})
    assert response.status_code == 401
    assert response.text == "The delivery does not prove that it comes from this webhook."
    assert len(kept(shared)) == before


def test_the_signature_covers_every_byte(shared: World) -> None:
    body = json.dumps(CLOSE).encode()
    assert delivered(shared, body + b" ", **{"X-Hub-Signature": signed(body)}).status_code == 401


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"<xml/>", "not JSON"),
        (b'{"webhookEvent": ', "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"timestamp": ' + b"9" * 5_000 + b"}", "not JSON"),
        (b'{"timestamp": NaN}', "NaN"),
        (b'{"issue": 1, "issue": 2}', "names a key twice"),
        (b"[]", "The body"),
        (b"{}", "no webhookEvent"),
        (b'{"webhookEvent": "jira:issue_updated", "issue": {}, "changelog": {"items": [{}]}}', "issue"),
    ],
)
def test_what_is_not_jiras_own_body_is_refused_with_a_sentence_and_not_kept(
    shared: World, body: bytes, says: str
) -> None:
    before = len(kept(shared))
    response = delivered(shared, body)
    assert response.status_code == 400
    assert says in response.text
    assert len(kept(shared)) == before


def test_an_address_that_is_no_webhook_is_not_found(shared: World) -> None:
    body = json.dumps(CLOSE).encode()
    elsewhere = address(shared)[:-1]
    headers = {"X-Hub-Signature": signed(body)}
    assert requests.post(elsewhere, data=body, headers=headers, timeout=10).status_code == 404
    assert requests.get(address(shared), timeout=10).status_code == 405


def test_a_body_above_jiras_largest_is_refused_as_too_large(shared: World) -> None:
    response = requests.post(address(shared), data=b"x" * (MOST_BYTES + 1), timeout=10)
    assert response.status_code == 413


# --- not written ---


def test_a_delivery_that_cannot_be_written_is_sent_for_again_and_kept_the_next_time(world: World) -> None:
    refuse = "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    with world.deployment.db.begin() as tx:
        tx.exec_driver_sql(refuse)
    response = delivered(world, CLOSE, "again")
    assert (response.status_code, response.text) == (503, "The delivery could not be written; send it again.")
    assert (world.deliveries(), world.jobs()) == ([], [])
    with world.deployment.db.begin() as tx:
        tx.exec_driver_sql("DROP TRIGGER full")
    assert delivered(world, CLOSE, "again").status_code == 202
    assert len(world.jobs()) == 1


def test_a_delivery_whose_job_cannot_be_written_is_not_kept_without_it(world: World) -> None:
    with world.deployment.db.begin() as tx:
        tx.exec_driver_sql("CREATE TRIGGER full BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    assert delivered(world, CLOSE).status_code == 503
    assert world.deliveries() == []
