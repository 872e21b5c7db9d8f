"""The receiver answers by what Jira does with a status: 2xx is done, 4xx is never repeated, 503 is."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from tests.alone import with_tenant
from tests.web.conftest import Jira, signature
from webhooks.app import MOST_BYTES
from worker.deployment import Deployment
from worker.domain.model import DeliveryState, JobKind
from worker.store import tenants

JUNK = [None, [], {}, "", -1, 10**30, True, 1.5, "\ud800", "\x00", [None], {"a": None}, "x" * 5000]


def places(value: object, here: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every place in a JSON value, the whole of it first."""
    yield here
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from places(part, (*here, name))


def spoiled(value: Any, place: tuple[Any, ...], junk: object) -> Any:
    """A copy with junk in one place."""
    if not place:
        return junk
    made = part = copy.deepcopy(value)
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = junk
    return made


# --- accepted ---


def test_a_close_is_kept_with_its_job_before_it_is_acknowledged(jira: Jira, close: dict[str, Any]) -> None:
    answer = jira.sends(close)
    assert (answer.status_code, answer.text) == (202, "")
    (kept,) = jira.kept()
    (job,) = jira.parts.queue.jobs()
    assert (kept.state, kept.issue_key, kept.event) == (DeliveryState.QUEUED, "FLEX-1", "jira:issue_updated")
    assert (job.kind, job.key) == (JobKind.INTERPRET, str(kept.id))


def test_the_same_delivery_again_is_answered_the_same_and_changes_nothing(jira: Jira, close: dict[str, Any]) -> None:
    for retry in range(5):
        answer = jira.sends(close, X_Atlassian_Webhook_Identifier="one", X_Atlassian_Webhook_Retry=str(retry))
        assert answer.status_code == 202
    assert (len(jira.kept()), len(jira.parts.queue.jobs())) == (1, 1)


def test_without_an_identifier_the_same_bytes_are_the_same_delivery(jira: Jira, close: dict[str, Any]) -> None:
    for body in (close, close, close | {"timestamp": close["timestamp"] + 1}):
        assert jira.sends(body, X_Atlassian_Webhook_Identifier="").status_code == 202
    assert len(jira.kept()) == 2


def test_two_tenants_may_be_sent_the_same_identifier(jira: Jira, close: dict[str, Any]) -> None:
    with_tenant(jira.parts, "t2")
    for path in ("path-of-t1", "path-of-t2"):
        jira.sends(close, path=path, X_Atlassian_Webhook_Identifier="one")
    assert sorted(one.tenant_id for one in jira.kept()) == ["t1", "t2"]


@pytest.mark.parametrize("timestamp", [1_793_610_000_000, "1793610000000"])
def test_a_timestamp_may_be_a_number_or_its_digits(jira: Jira, close: dict[str, Any], timestamp: object) -> None:
    assert jira.sends(close | {"timestamp": timestamp}).status_code == 202


def test_a_stopped_tenant_still_loses_nothing(jira: Jira, close: dict[str, Any]) -> None:
    with jira.parts.db.begin() as tx:
        tenants.stop(tx, tenants.every(tx)[0].id, "The token has expired.")
    assert jira.sends(close).status_code == 202
    assert len(jira.parts.queue.jobs()) == 1


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        ({"webhookEvent": "sprint_started"}, DeliveryState.IGNORED, "sprint started"),
        ({"webhookEvent": "jira:issue_created"}, DeliveryState.IGNORED, "created, not closed"),
        ({"webhookEvent": "jira:made_up"}, DeliveryState.UNKNOWN, "no word for jira:made_up here"),
        ({"changelog": None}, DeliveryState.IGNORED, "no changelog"),
        ({"issue": None}, DeliveryState.IGNORED, "no issue"),
        ({"changelog": {"items": [{"fieldId": "summary", "toString": "New"}]}}, DeliveryState.IGNORED, ""),
    ],
)
def test_what_leads_to_nothing_keeps_one_line_without_its_body_and_has_no_job(
    jira: Jira, close: dict[str, Any], change: dict[str, Any], state: DeliveryState, reason: str
) -> None:
    answer = jira.sends(close | change)
    assert (answer.status_code, answer.text) == (204, "")
    (line,) = jira.kept()
    assert (line.state, line.body, jira.parts.queue.jobs()) == (state, None, [])
    assert line.reason
    assert reason in line.reason


# --- refused ---


@pytest.mark.parametrize("path", ["", "path-of-t3", "path-of-t1x", "PATH-OF-T1", "../healthz", "%00", "a" * 5000])
def test_an_address_that_is_nobodys_is_not_found(jira: Jira, close: dict[str, Any], path: str) -> None:
    assert jira.sends(close, path=path).status_code == 404
    assert jira.kept() == []


@pytest.mark.parametrize(
    "forge",
    [
        lambda body: "",
        lambda body: "sha256=",
        lambda body: "sha256=" + "0" * 64,
        lambda body: signature(body, "another secret"),
        lambda body: signature(body, ""),
        lambda body: signature(body + b" "),
        lambda body: signature(body).replace("sha256", "sha1"),
        lambda body: signature(body).removeprefix("sha256="),
        lambda body: signature(body)[:-1],
        lambda body: signature(body) + "0",
        lambda body: "sha256=" + "é" * 64,
        lambda body: "sha256=" + "١" * 64,
    ],
)
def test_a_delivery_without_its_own_proof_is_refused(
    jira: Jira, close: dict[str, Any], forge: Callable[[bytes], str]
) -> None:
    body = json.dumps(close).encode()
    header = forge(body).encode().decode("latin-1")
    answer = jira.sends(body, X_Hub_Signature=header)
    assert (answer.status_code, jira.kept(), jira.parts.queue.jobs()) == (401, [], [])
    assert signature(body).partition("=")[2] not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"webhookEvent": ',
        b'{"webhookEvent": 7e999}',
        b'{"webhookEvent": "sprint_closed"}',
        b'{"webhookEvent": "jira:issue_updated", "issue": {}, "timestamp": 1}',
        b'{"webhookEvent": "jira:issue_updated", "webhookEvent": "sprint_started"}',
        b'{"webhookEvent": "sprint_started", "x": NaN}',
        b"[" * 100_000,
        b'{"webhookEvent": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_that_cannot_be_read_is_refused_for_good(jira: Jira, body: bytes) -> None:
    answer = jira.sends(body)
    assert (answer.status_code, jira.kept()) == (400, [])
    assert answer.text.endswith(".")


def test_proof_comes_before_reading(jira: Jira) -> None:
    assert jira.sends(b"not json", X_Hub_Signature="sha256=" + "0" * 64).status_code == 401


def test_a_body_above_jiras_own_limit_is_too_large(jira: Jira) -> None:
    assert jira.sends(b" " * (MOST_BYTES + 1)).status_code == 413
    assert jira.kept() == []


def test_a_webhook_address_takes_nothing_but_deliveries(jira: Jira) -> None:
    for method in (jira.client.get, jira.client.put, jira.client.delete):
        assert method("/webhooks/cloud/path-of-t1").status_code == 405


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:12])
def test_junk_anywhere_in_a_signed_delivery_is_accepted_or_refused_and_never_repeated(
    jira: Jira, close: dict[str, Any], junk: object
) -> None:
    statuses = {jira.sends(spoiled(close, place, junk)).status_code for place in places(close)}
    assert statuses <= {202, 204, 400}
    assert 202 in statuses


# --- not written ---


@pytest.mark.parametrize(
    "trouble", ["PRAGMA query_only=ON", "PRAGMA max_page_count=1"], ids=["the database is read-only", "the disk is full"]
)
def test_a_delivery_that_cannot_be_written_is_asked_for_again(
    jira: Jira, parts: Deployment, close: dict[str, Any], trouble: str
) -> None:
    def hurt(connection: Any, _record: object) -> None:
        connection.execute(trouble)

    big = spoiled(close, ("issue", "fields", "summary"), "x" * 500_000)
    event.listen(parts.db.engine, "connect", hurt)
    parts.db.engine.dispose()
    assert jira.sends(big, X_Atlassian_Webhook_Identifier="one").status_code == 503
    event.remove(parts.db.engine, "connect", hurt)
    parts.db.engine.dispose()
    assert (jira.kept(), parts.queue.jobs()) == ([], [])
    assert jira.sends(big, X_Atlassian_Webhook_Identifier="one").status_code == 202
    assert (len(jira.kept()), len(parts.queue.jobs())) == (1, 1)
