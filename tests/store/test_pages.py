"""Pages: how each stands, and that a wish moves no page out of a state a person put it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from tests.alone import MONDAY
from worker.domain.model import Page, PageKey, PageState, TenantId
from worker.errors import NotFoundHere
from worker.store import pages, tallies
from worker.store.database import Database

HELD = {PageState.GONE, PageState.LET_GO}
HOME = Page(
    PageKey("home"), PageState.CURRENT, "ENG", "What we learned", "2001", "https://example.org/2001", 4, "4f2a9c",
    {"learnloop-log": "ab12"}, 12, "", MONDAY,
)  # fmt: skip


def keep(db: Database, tenant: TenantId, page: Page) -> None:
    with db.begin() as tx:
        pages.keep(tx, tenant, page)


def found(db: Database, tenant: TenantId, key: str = "home") -> Page | None:
    with db.read() as tx:
        return pages.find(tx, tenant, PageKey(key))


def with_state(state: PageState) -> Page:
    return Page(PageKey("home"), state, "ENG", "What we learned", "2001", digest="4f2a9c", reason="because")


def test_a_page_is_read_as_it_was_kept(db: Database, tenant: TenantId) -> None:
    for page in (HOME, with_state(PageState.DRIFTED)):
        keep(db, tenant, page)
        assert found(db, tenant) == page
    with db.read() as tx:
        assert pages.every(tx) == [(tenant, with_state(PageState.DRIFTED))]


def test_a_page_that_is_not_there_is_a_sentence_that_says_where_to_look(db: Database, tenant: TenantId) -> None:
    assert found(db, tenant) is None
    with db.read() as tx, pytest.raises(NotFoundHere, match=r"no page home; `learnloop pages`"):
        pages.get(tx, tenant, PageKey("home"))


def test_a_wish_for_a_new_page_makes_its_stale_row(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        pages.wish(tx, tenant, [PageKey("home"), PageKey("topic:pricing"), PageKey("home")])
    with db.read() as tx:
        rows = pages.every(tx)
    assert [(page.key, page.state, page.page_id, page.version) for _, page in rows] == [
        ("home", PageState.STALE, None, 0),
        ("topic:pricing", PageState.STALE, None, 0),
    ]


@pytest.mark.parametrize("state", PageState)
def test_a_wish_makes_a_page_stale_unless_a_person_decided(db: Database, tenant: TenantId, state: PageState) -> None:
    keep(db, tenant, with_state(state))
    with db.begin() as tx:
        pages.wish(tx, tenant, [PageKey("home")])
    page = found(db, tenant)
    assert page is not None
    assert page.state is (state if state in HELD else PageState.STALE)
    assert (page.page_id, page.digest, page.title) == ("2001", "4f2a9c", "What we learned")


def test_a_page_to_look_at_again_forgets_what_was_published_and_nothing_else(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    for somebody in (tenant, other):
        keep(db, somebody, HOME)
    with db.begin() as tx:
        pages.look_again(tx, tenant, [PageKey("home"), PageKey("not there")])
    looked, untouched = found(db, tenant), found(db, other)
    assert looked is not None
    assert (looked.digest, looked.state, looked.version, looked.regions) == ("", HOME.state, HOME.version, HOME.regions)
    assert untouched == HOME


def test_a_state_is_set_with_its_reason_for_one_page_of_one_tenant(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    for somebody in (tenant, other):
        keep(db, somebody, HOME)
    with db.begin() as tx:
        pages.set_state(tx, tenant, PageKey("home"), PageState.GONE, "A person deleted it.")
    page = found(db, tenant)
    assert page is not None
    assert (page.state, page.reason, page.title) == (PageState.GONE, "A person deleted it.", HOME.title)
    assert found(db, other) == HOME


@pytest.mark.parametrize(
    ("prefix", "keys"),
    [
        ("topic:a_b@", ["topic:a_b@2026-10", "topic:a_b@2026-11"]),
        ("topic:a_b@2026-11", ["topic:a_b@2026-11"]),
        ("topic:100%@", ["topic:100%@2026-11"]),
        ("log:", []),
    ],
)
def test_pages_are_found_by_the_beginning_of_their_key_to_the_letter(
    db: Database, tenant: TenantId, other: TenantId, prefix: str, keys: list[str]
) -> None:
    all_keys = [
        "topic:a_b",
        "topic:a_b@2026-11",
        "topic:a_b@2026-10",
        "topic:axb@2026-11",
        "topic:100%@2026-11",
        "topic:1000@2026-11",
    ]
    with db.begin() as tx:
        pages.wish(tx, tenant, [PageKey(key) for key in all_keys])
        pages.wish(tx, other, [PageKey("log:FLEX")])
        assert [page.key for page in pages.with_prefix(tx, tenant, prefix)] == keys


@pytest.mark.parametrize(
    "change",
    [
        lambda tx, tenant: pages.keep(tx, tenant, HOME),
        lambda tx, tenant: pages.wish(tx, tenant, [HOME.key]),
        lambda tx, tenant: pages.set_state(tx, tenant, HOME.key, PageState.REFUSED, "It is archived."),
    ],
)
def test_a_page_that_was_let_go_stays_so_whatever_was_being_done_with_it_until_it_is_taken_up(
    db: Database, tenant: TenantId, change: Callable[[Connection, TenantId], None]
) -> None:
    keep(db, tenant, HOME)
    with db.begin() as tx:
        pages.let_go(tx, tenant, HOME.key)
        change(tx, tenant)
    page = found(db, tenant)
    assert page == replace(HOME, state=PageState.LET_GO, reason="An admin left it to people.")
    with db.begin() as tx:
        pages.take_up(tx, tenant, HOME.key)
        assert pages.find(tx, tenant, HOME.key) == replace(HOME, state=PageState.STALE)
        change(tx, tenant)
        assert pages.get(tx, tenant, HOME.key).state is not PageState.LET_GO


def test_only_a_page_there_is_can_be_let_go(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx, pytest.raises(NotFoundHere):
        pages.let_go(tx, tenant, PageKey("home"))


def test_pages_are_counted_by_state_and_listed_with_those_first_that_wait_for_a_person(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    states = {"a": PageState.CURRENT, "b": PageState.DRIFTED, "c": PageState.STALE, "d": PageState.DRIFTED}
    for key, state in states.items():
        keep(db, tenant, replace(HOME, key=PageKey(key), state=state))
    keep(db, other, HOME)
    with db.read() as tx:
        counts = {PageState.CURRENT: 1, PageState.DRIFTED: 2, PageState.STALE: 1}
        assert tallies.page_states(tx, tenant) == counts
        assert [page.key for page in pages.listed(tx, tenant, None, 9)] == ["b", "d", "a", "c"]
        assert [page.key for page in pages.listed(tx, tenant, None, 2, 1)] == ["d", "a"]
        assert [page.key for page in pages.listed(tx, tenant, PageState.DRIFTED, 1, 1)] == ["d"]


def test_other_stale_pages_are_found_from_a_page_on_and_then_from_the_start(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    with db.begin() as tx:
        pages.wish(tx, tenant, [PageKey(f"topic:{name}") for name in "abcd"])
        pages.set_state(tx, tenant, PageKey("topic:d"), PageState.CURRENT, "")
        pages.wish(tx, other, [PageKey("home")])
        assert pages.stale_after(tx, tenant, PageKey("topic:b"), 9) == ["topic:c", "topic:a"]
        assert pages.stale_after(tx, tenant, PageKey("topic:b"), 1) == ["topic:c"]


def test_pages_are_listed_by_tenant_and_key(db: Database, tenant: TenantId, other: TenantId) -> None:
    with db.begin() as tx:
        for somebody in (other, tenant):
            pages.wish(tx, somebody, [PageKey("log:FLEX"), PageKey("home")])
        assert [(whose, page.key) for whose, page in pages.every(tx)] == [
            (tenant, "home"), (tenant, "log:FLEX"), (other, "home"), (other, "log:FLEX"),
        ]  # fmt: skip
        assert [page.key for _, page in pages.every(tx, other)] == ["home", "log:FLEX"]
