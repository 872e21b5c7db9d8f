"""Deliveries nobody documented: junk in every place, forged proofs, nobody's addresses, rows that cannot be written."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from tests.alone import SECRET, with_tenant
from tests.web.conftest import Jira, signature
from worker.deployment import Deployment
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


@pytest.mark.parametrize("path", ["", "path-of-t3", "path-of-t1x", "PATH-OF-T1", "../healthz", "%00", "a" * 5000])
def test_an_address_that_is_nobodys_is_not_found(jira: Jira, close: dict[str, Any], path: str) -> None:
    assert jira.sends(close, path=path).status_code == 404
    assert jira.kept() == []


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha256=" + "é" * 64,
        "sha256=" + "١" * 64,
        "sha1={digest}",
        "{digest}",
        "sha256={digest}0",
        "sha256= {digest}",
        "sha256={digest},sha256={digest}",
    ],
)
def test_a_signature_in_any_other_shape_is_no_proof(jira: Jira, close: dict[str, Any], header: str) -> None:
    body = json.dumps(close).encode()
    digest = signature(body).partition("=")[2]
    answer = jira.sends(body, X_Hub_Signature=header.format(digest=digest).encode().decode("latin-1"))
    assert (answer.status_code, jira.kept(), jira.parts.queue.jobs()) == (401, [], [])
    assert digest not in answer.text


@pytest.mark.parametrize("secret", ["", "another secret", SECRET.upper(), f"{SECRET} "])
def test_no_other_secret_proves_anything(jira: Jira, close: dict[str, Any], secret: str) -> None:
    body = json.dumps(close).encode()
    assert jira.sends(body, X_Hub_Signature=signature(body, secret)).status_code == 401
    assert jira.kept() == []


def test_proof_comes_before_reading(jira: Jira) -> None:
    assert jira.sends(b"not json", X_Hub_Signature="sha256=" + "0" * 64).status_code == 401


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:12])
def test_junk_anywhere_in_a_signed_delivery_is_accepted_or_refused_and_never_repeated(
    jira: Jira, close: dict[str, Any], junk: object
) -> None:
    statuses = {jira.sends(spoiled(close, place, junk)).status_code for place in places(close)}
    assert statuses <= {202, 204, 400}
    assert 202 in statuses


@pytest.mark.parametrize(
    "trouble",
    ["PRAGMA query_only=ON", "PRAGMA max_page_count=1"],
    ids=["the database is read-only", "the disk is full"],
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
