"""Pauses: the longest one counts, with its own reason, for its own tenant and scope, until it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.alone import MONDAY
from worker.domain.model import TenantId
from worker.store import pauses
from worker.store.database import Database
from worker.store.pauses import Pause

MINUTE = timedelta(minutes=1)
SHORT, LONG = Pause("tenant", MONDAY + MINUTE, "burst"), Pause("tenant", MONDAY + 9 * MINUTE, "quota")


def keep(db: Database, tenant: TenantId, *several: Pause) -> None:
    for pause in several:
        with db.begin() as tx:
            pauses.set_pause(tx, tenant, pause)


def longest(db: Database, tenant: TenantId, *scopes: str, minutes: float = 0) -> Pause | None:
    with db.read() as tx:
        return pauses.longest(tx, tenant, scopes, MONDAY + minutes * MINUTE)


@pytest.mark.parametrize("order", [(SHORT, LONG), (LONG, SHORT), (LONG, LONG)], ids=["rising", "falling", "same"])
def test_of_two_pauses_in_a_scope_the_longer_one_stays_whole(
    db: Database, tenant: TenantId, order: tuple[Pause, Pause]
) -> None:
    keep(db, tenant, *order)
    assert longest(db, tenant, "tenant") == LONG


def test_of_several_scopes_the_one_that_ends_last_counts(db: Database, tenant: TenantId) -> None:
    issue, endpoint = (
        Pause("issue:FLEX-7", MONDAY + MINUTE, "per issue"),
        Pause("endpoint:ask", MONDAY + 2 * MINUTE, "burst"),
    )
    keep(db, tenant, endpoint, issue, LONG)
    assert longest(db, tenant, "issue:FLEX-7", "endpoint:ask") == endpoint
    assert longest(db, tenant, "issue:FLEX-7", "tenant", "endpoint:ask") == LONG
    assert longest(db, tenant, "issue:FLEX-8", "endpoint:read") is None


def test_a_pause_is_over_at_its_end(db: Database, tenant: TenantId) -> None:
    keep(db, tenant, LONG)
    assert longest(db, tenant, "tenant", minutes=8.99) == LONG
    assert longest(db, tenant, "tenant", minutes=9) is None


def test_a_pause_of_one_tenant_holds_nobody_else(db: Database, tenant: TenantId, other: TenantId) -> None:
    keep(db, tenant, LONG)
    assert longest(db, other, "tenant") is None


def test_pruning_deletes_what_is_over_and_nothing_else(db: Database, tenant: TenantId, other: TenantId) -> None:
    keep(db, tenant, LONG)
    keep(db, other, SHORT)
    with db.begin() as tx:
        assert [pauses.prune(tx, MONDAY + minutes * MINUTE) for minutes in (0, 1, 1)] == [0, 1, 0]
    assert longest(db, tenant, "tenant") == LONG
    assert longest(db, other, "tenant") is None
