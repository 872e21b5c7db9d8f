"""Credentials: one for each product of a site, kept whole and sealed, renewed in place, and each tenant's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alone import MONDAY, credential
from worker.deployment import Deployment
from worker.domain.model import AccountId, Product, Scheme, TenantId
from worker.store import credentials
from worker.store.credentials import Credential
from worker.store.database import Database


def held(db: Database, tenant: TenantId) -> dict[Product, Credential]:
    with db.read() as tx:
        return credentials.of(tx, tenant)


def test_a_credential_is_read_as_it_was_kept(db: Database, tenant: TenantId) -> None:
    whole = Credential(
        Product.JIRA, Scheme.FORGE, "https://api.example/ex/jira/1", "", AccountId("app"), b"\x00\xff", MONDAY,
        MONDAY + timedelta(microseconds=1),
    )  # fmt: skip
    with db.begin() as tx:
        credentials.keep(tx, tenant, whole)
    assert held(db, tenant)[Product.JIRA] == whole


def test_a_new_credential_takes_the_place_of_the_earlier_one_for_its_product_alone(
    parts: Deployment, tenant: TenantId
) -> None:
    before = held(parts.db, tenant)
    fresh = replace(before[Product.JIRA], scheme=Scheme.BEARER, secret=b"fresh", expires_at=MONDAY)
    with parts.db.begin() as tx:
        credentials.keep(tx, tenant, fresh)
    assert held(parts.db, tenant) == before | {Product.JIRA: fresh}


def test_what_is_kept_of_a_credential_does_not_hold_its_words(parts: Deployment, tenant: TenantId) -> None:
    with parts.db.begin() as tx:
        credentials.keep(tx, tenant, credential(parts, Product.JIRA, "very secret words"))
    kept = held(parts.db, tenant)[Product.JIRA]
    assert b"very secret words" not in kept.secret
    assert parts.keys.open(kept.secret) == "very secret words"


def test_an_expired_credential_stays_until_another_one_comes(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        credentials.expire(tx, tenant, Product.JIRA, MONDAY)
    found = held(db, tenant)
    assert (found[Product.JIRA].expires_at, found[Product.CONFLUENCE].expires_at) == (MONDAY, None)


@pytest.mark.parametrize(
    ("address", "goes"),
    [
        ("https://example.atlassian.net", True),
        ("https://example.atlassian.net.evil.example", False),
        ("https://api.atlassian.com/ex/jira/1", False),
    ],
)
def test_only_credentials_for_the_site_itself_follow_it_to_another_address(
    db: Database, tenant: TenantId, address: str, goes: bool
) -> None:
    new = "https://moved.atlassian.net"
    with db.begin() as tx:
        credentials.keep(tx, tenant, replace(credentials.of(tx, tenant)[Product.JIRA], address=address))
        credentials.move(tx, tenant, "https://example.atlassian.net", new)
    assert held(db, tenant)[Product.JIRA].address == (new if goes else address)


def test_what_happens_to_one_tenants_credentials_happens_to_no_other(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    before = held(db, other)
    with db.begin() as tx:
        credentials.move(tx, tenant, "https://example.atlassian.net", "https://moved.atlassian.net")
        credentials.expire(tx, tenant, Product.CONFLUENCE, MONDAY)
        credentials.drop(tx, tenant)
    assert (held(db, tenant), held(db, other)) == ({}, before)
