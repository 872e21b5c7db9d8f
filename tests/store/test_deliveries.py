"""Deliveries: each kept once, with what came of it, and forgotten when it is old and done with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from tests.alone import MONDAY
from worker.domain.model import DeliveryState, TenantId
from worker.errors import NotFoundHere
from worker.store import deliveries
from worker.store.database import Database
from worker.store.schema import deliveries as table


def arrival(
    tenant: TenantId, key: str, state: DeliveryState = DeliveryState.QUEUED, now: datetime = MONDAY
) -> deliveries.Arrival:
    """A delivery about FLEX-7."""
    return deliveries.Arrival(
        tenant, key, now, "jira:issue_updated", "FLEX-7", state, proven_by="newest secret", body=b'{"a":1}'
    )


def accept(
    db: Database, tenant: TenantId, key: str, state: DeliveryState = DeliveryState.QUEUED, now: datetime = MONDAY
) -> int | None:
    """Keep it; its id."""
    with db.begin() as tx:
        (kept,) = deliveries.accept(tx, [arrival(tenant, key, state, now)])
        return kept


def newest(db: Database, tenant: TenantId | None = None, limit: int = 50) -> list[str]:
    with db.read() as tx:
        return [one.key for one in deliveries.newest(tx, tenant, limit)]


def test_a_delivery_is_read_as_it_came(db: Database, tenant: TenantId) -> None:
    kept = accept(db, tenant, "one")
    assert kept is not None
    with db.read() as tx:
        assert deliveries.get(tx, kept) == deliveries.Delivery(
            id=kept, tenant_id=tenant, key="one", received_at=MONDAY, event="jira:issue_updated", issue_key="FLEX-7",
            state=DeliveryState.QUEUED, reason="", proven_by="newest secret", body=b'{"a":1}',
        )  # fmt: skip


def test_the_same_delivery_again_changes_nothing(db: Database, tenant: TenantId) -> None:
    kept = accept(db, tenant, "one")
    assert kept is not None
    assert accept(db, tenant, "one", DeliveryState.IGNORED, MONDAY + timedelta(hours=1)) is None
    with db.read() as tx:
        assert (deliveries.get(tx, kept).state, deliveries.get(tx, kept).received_at) == (DeliveryState.QUEUED, MONDAY)
    assert newest(db) == ["one"]


def test_two_sites_may_use_the_same_key(db: Database, tenant: TenantId, other: TenantId) -> None:
    assert accept(db, tenant, "one") != accept(db, other, "one")
    assert (newest(db, tenant), newest(db, other), newest(db)) == (["one"], ["one"], ["one", "one"])


def test_of_many_at_once_each_is_told_its_own_id_and_a_repeat_none(db: Database, tenant: TenantId) -> None:
    known = accept(db, tenant, "two")
    with db.begin() as tx:
        ids = deliveries.accept(tx, [arrival(tenant, key) for key in ("one", "two", "three", "one")])
        assert [one and deliveries.get(tx, one).key for one in ids] == ["one", None, "three", None]
    assert known not in ids
    assert newest(db) == ["three", "one", "two"]


def test_what_came_of_a_delivery_is_kept_with_it(db: Database, tenant: TenantId) -> None:
    first, second = accept(db, tenant, "one"), accept(db, tenant, "two")
    assert first is not None
    assert second is not None
    with db.begin() as tx:
        deliveries.conclude(tx, first, DeliveryState.IGNORED, "closed before activation")
    with db.read() as tx:
        concluded, waiting = deliveries.get(tx, first), deliveries.get(tx, second)
    assert (concluded.state, concluded.reason) == (DeliveryState.IGNORED, "closed before activation")
    assert (waiting.state, waiting.reason) == (DeliveryState.QUEUED, "")


def test_a_delivery_that_is_not_there_is_a_sentence_that_says_where_to_look(db: Database) -> None:
    with db.read() as tx, pytest.raises(NotFoundHere, match=r"no delivery 7; `learnloop deliveries`"):
        deliveries.get(tx, 7)


def test_the_newest_come_first_without_their_bodies_and_not_without_end(db: Database, tenant: TenantId) -> None:
    for key in ("one", "two", "three"):
        accept(db, tenant, key)
    assert newest(db) == ["three", "two", "one"]
    assert newest(db, limit=2) == ["three", "two"]
    with db.read() as tx:
        assert {one.body for one in deliveries.newest(tx)} == {None}


@pytest.mark.parametrize(
    ("state", "goes"),
    [
        (DeliveryState.HANDLED, True),
        (DeliveryState.IGNORED, True),
        (DeliveryState.UNKNOWN, True),
        (DeliveryState.QUEUED, False),
    ],
)
def test_pruning_spares_what_still_needs_somebody(
    db: Database, tenant: TenantId, state: DeliveryState, goes: bool
) -> None:
    accept(db, tenant, "old", state)
    accept(db, tenant, "at the line", state, MONDAY + timedelta(days=7))
    with db.begin() as tx:
        assert deliveries.prune(tx, MONDAY + timedelta(days=7), 100) == goes
    assert newest(db) == ["at the line"] + ["old"] * (not goes)


def test_pruning_stops_at_its_limit(db: Database, tenant: TenantId) -> None:
    for number in range(5):
        accept(db, tenant, str(number), DeliveryState.HANDLED)
    pruned = []
    for _ in range(3):
        with db.begin() as tx:
            pruned.append(deliveries.prune(tx, MONDAY + timedelta(days=1), 3))
    assert pruned == [3, 2, 0]


@pytest.mark.parametrize("length", [200, 5000])
def test_a_key_of_any_length_is_recognised_again(db: Database, tenant: TenantId, length: int) -> None:
    assert accept(db, tenant, "k" * length) is not None
    assert accept(db, tenant, "k" * length) is None


# --- looking ---


def told(
    db: Database, tenant: TenantId, key: str, issue: str = "FLEX-7", reason: str = "", *,
    state: DeliveryState = DeliveryState.IGNORED, event: str = "jira:issue_updated", minutes: int = 0,
    body: bool = True,
) -> int:  # fmt: skip
    """A delivery that came so many minutes after nine."""
    moment = MONDAY + timedelta(minutes=minutes)
    one = deliveries.Arrival(tenant, key, moment, event, issue, state, reason, "", b"{}" if body else None)
    with db.begin() as tx:
        (kept,) = deliveries.accept(tx, [one])
    assert kept is not None
    return kept


def seen(db: Database, tenant: TenantId, **wanted: Any) -> list[str]:
    with db.read() as tx:
        return [one.key for one in deliveries.look(tx, tenant, deliveries.Wanted(**wanted)).found]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["asked", "waits", "moved", "wont"]),
        ({"state": DeliveryState.IGNORED}, ["moved", "wont"]),
        ({"state": DeliveryState.QUEUED}, ["waits"]),
        ({"issue_key": "FLEX-8"}, ["asked", "moved"]),
        ({"issue_key": "FLEX"}, []),
        ({"issue_key": "FLEX-8", "state": DeliveryState.HANDLED}, ["asked"]),
        ({"reason": "WON'T"}, ["wont"]),
        ({"reason": "%"}, []),
        ({"reason": "_"}, []),
        ({"event": "comment"}, ["waits"]),
        ({"since": MONDAY + timedelta(minutes=2)}, ["asked", "waits"]),
        ({"until": MONDAY + timedelta(minutes=2)}, ["moved", "wont"]),
        ({"since": MONDAY + timedelta(minutes=1), "until": MONDAY + timedelta(minutes=2)}, ["moved"]),
    ],
)
def test_deliveries_are_found_by_what_an_admin_knows_of_them(
    db: Database, tenant: TenantId, other: TenantId, wanted: dict[str, Any], found: list[str]
) -> None:
    told(db, tenant, "wont", reason="resolution skipped: closed as Won't do")
    told(db, tenant, "moved", "FLEX-8", "not a close: In Progress → Review", minutes=1)
    told(db, tenant, "waits", state=DeliveryState.QUEUED, event="comment", minutes=2)
    told(db, tenant, "asked", "FLEX-8", "asked", state=DeliveryState.HANDLED, minutes=3)
    told(db, other, "theirs", "FLEX-8", "won't comment", minutes=2)
    assert seen(db, tenant, **wanted) == found


def test_looks_follow_each_other_without_a_gap_though_moments_are_equal(db: Database, tenant: TenantId) -> None:
    for number in range(5):
        told(db, tenant, str(number))
    found: list[str] = []
    before: deliveries.Place | None = None
    for _ in range(3):
        with db.read() as tx:
            look = deliveries.look(tx, tenant, deliveries.Wanted(), before, limit=2)
        found += [one.key for one in look.found]
        before = look.before
    assert (found, before) == (["4", "3", "2", "1", "0"], None)


def test_a_look_for_what_is_rare_ends_and_says_where_to_look_on(db: Database, tenant: TenantId) -> None:
    told(db, tenant, "rare", reason="closed as Won't do", minutes=-1)
    line = {"tenant_id": tenant, "received_at": MONDAY, "event": "x", "issue_key": "", "state": "ignored", "reason": ""}
    with db.begin() as tx:
        tx.execute(insert(table), [line | {"key": str(number)} for number in range(deliveries.FURTHEST + 1)])
    wanted = deliveries.Wanted(reason="won't")
    with db.read() as tx:
        first = deliveries.look(tx, tenant, wanted)
        second = deliveries.look(tx, tenant, wanted, first.before)
    assert (first.found, bool(first.before)) == ([], True)
    assert ([one.key for one in second.found], second.before) == (["rare"], None)


def test_only_a_tenants_own_deliveries_that_have_bodies_can_be_looked_at_again(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    whole, line = told(db, tenant, "whole"), told(db, tenant, "line", body=False)
    theirs = told(db, other, "theirs")
    with db.read() as tx:
        assert [one.id for one in deliveries.with_bodies(tx, tenant, [line, theirs, whole, 7_000])] == [whole]
