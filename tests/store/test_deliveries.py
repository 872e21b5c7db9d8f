"""Deliveries: each kept once, with what came of it, and forgotten when it is old and done with."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.alone import MONDAY
from worker.domain.model import DeliveryState, TenantId
from worker.errors import NotFoundHere
from worker.store import deliveries
from worker.store.database import Database


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
        (DeliveryState.FAILED, False),
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
