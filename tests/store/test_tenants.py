"""Tenants: kept whole, found by the address of their deliveries, and told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alone import MONDAY
from worker.domain.model import Hosting, Proof, SourceKind, StatusCategory, StatusId, TenantId
from worker.domain.policy import Policy, ProjectRules
from worker.errors import NotFoundHere
from worker.store import tenants
from worker.store.database import Database


def test_a_tenant_is_read_as_it_was_kept(db: Database, tenant: TenantId) -> None:
    with db.read() as tx:
        first = tenants.get(tx, tenant)
    whole = replace(
        first,
        id=TenantId("whole"),
        webhook_path="another",
        source=SourceKind.FORGE,
        hosting=Hosting.DATA_CENTER,
        wiki_url="https://wiki.example.org",
        cloud_id="cloud-1",
        installation="ari:cloud:ecosystem::installation/1",
        proof=Proof.BASIC,
        newest_secret=b"\x00\xff",
        earlier_secret=b"\xfe",
        policy=Policy(("FLEX",), home_space="ENG", project_rules={"HR": ProjectRules("HRX", private=True)}),
        stopped="The token has expired.",
        uninstalled_at=MONDAY,
        swept_at=MONDAY + timedelta(hours=1),
        known_projects=("FLEX", "HR"),
        statuses_read_at=MONDAY + timedelta(microseconds=1),
    )
    with db.begin() as tx:
        tenants.add(tx, whole)
    with db.read() as tx:
        assert tenants.get(tx, TenantId("whole")) == whole
    assert whole.secrets == (b"\x00\xff", b"\xfe")


def test_a_tenant_that_is_not_there_is_a_sentence_that_says_where_to_look(db: Database) -> None:
    with db.read() as tx, pytest.raises(NotFoundHere, match=r"no tenant t9; `learnloop tenant list`"):
        tenants.get(tx, TenantId("t9"))


def test_a_delivery_address_leads_to_its_own_tenant_or_to_none(db: Database, tenant: TenantId, other: TenantId) -> None:
    with db.read() as tx:
        found = [tenants.by_path(tx, path) for path in ("path-of-t2", "path-of-t1", "PATH-OF-T1", "", "path-of-%")]
    assert [one and one.id for one in found] == [other, tenant, None, None, None]


def test_changes_reach_only_the_tenant_they_are_made_for(db: Database, tenant: TenantId, other: TenantId) -> None:
    rules = Policy(home_space="OPS", ask_subtasks=True)
    with db.begin() as tx:
        tenants.set_policy(tx, tenant, rules)
        tenants.stop(tx, tenant, "The site refused our token.")
        tenants.keep_categories(tx, tenant, {StatusId("3"): StatusCategory.DONE}, MONDAY)
    with db.read() as tx:
        changed, same = tenants.every(tx)
        assert tenants.categories(tx, other) == {}
    assert (changed.id, changed.policy, changed.stopped) == (tenant, rules, "The site refused our token.")
    assert (same.id, same.policy.home_space, same.stopped, same.statuses_read_at) == (other, "ENG", "", None)


def test_an_empty_sentence_lets_a_stopped_tenant_go_on(db: Database, tenant: TenantId) -> None:
    for sentence in ("The site refused our token.", ""):
        with db.begin() as tx:
            tenants.stop(tx, tenant, sentence)
        with db.read() as tx:
            assert tenants.get(tx, tenant).stopped == sentence


def test_status_categories_are_those_last_read(db: Database, tenant: TenantId) -> None:
    done, new = StatusCategory.DONE, StatusCategory.NEW
    readings = [{StatusId("1"): new, StatusId("3"): done}, {StatusId("3"): new}, {}]
    for day, found in enumerate(readings):
        with db.begin() as tx:
            tenants.keep_categories(tx, tenant, found, MONDAY + timedelta(days=day))
        with db.read() as tx:
            assert tenants.categories(tx, tenant) == found
            assert tenants.get(tx, tenant).statuses_read_at == MONDAY + timedelta(days=day)
