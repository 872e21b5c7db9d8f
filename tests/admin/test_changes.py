"""The log of changes, as admins read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.admin.browsing import Browser, logged_in
from tests.alone import MONDAY, with_tenant
from worker.deployment import Deployment
from worker.store import audit
from worker.store.accounts import Role
from worker.store.audit import Entry


def note(parts: Deployment, *entries: Entry) -> None:
    """Keep entries."""
    with parts.db.begin() as tx:
        for one in entries:
            audit.note(tx, one)


def test_a_change_says_who_when_what_from_and_to_at_its_own_site_only(parts: Deployment, owner: Browser) -> None:
    with_tenant(parts, "t2")
    note(
        parts,
        Entry(MONDAY, "bo@example.org", "changed Reminders", "1, 3", "2 <b>", "t1"),
        Entry(MONDAY, "bo@example.org", "changed Projects", "", "OPS", "t2"),
        Entry(MONDAY, "bo@example.org", "invited cy@example.org"),
    )
    pages = {path: owner.get(path).text for path in ("/admin/t1/changes", "/admin/t2/changes", "/admin/changes")}
    whats = ("changed Reminders", "changed Projects", "invited cy@example.org")
    found = {path: [what for what in whats if what in page] for path, page in pages.items()}
    assert found == {path: [what] for path, what in zip(pages, whats, strict=True)}
    shown = pages["/admin/t1/changes"]
    assert all(words in shown for words in ("bo@example.org", "1, 3", "2 &lt;b&gt;", "2026-11-02 09:00:00 UTC"))
    assert 'datetime="2026-11-02T09:00:00+00:00"' in shown


def test_an_empty_log_says_what_will_appear(owner: Browser) -> None:
    assert "When somebody changes a setting" in owner.get("/admin/t1/changes").text
    assert "Accounts, invitations and sites" in owner.get("/admin/changes").text


def test_the_newest_come_first_and_the_rest_on_further_pages(parts: Deployment, owner: Browser) -> None:
    moments = [MONDAY + timedelta(minutes=number) for number in range(120)]
    note(parts, *(Entry(at, "bo", f"change {number};", tenant_id="t1") for number, at in enumerate(moments)))
    pages = [owner.get(f"/admin/t1/changes?page={number}").text for number in (1, 2, 3, 4)]
    counts = [page.count("<tr><td>") for page in pages]
    assert counts == [50, 50, 20, 0]
    assert pages[0].index("change 119;") < pages[0].index("change 118;")
    assert "change 0;" in pages[2]
    assert [("Newer" in page, "Older" in page) for page in pages] == [
        (False, True),
        (True, True),
        (True, False),
        (True, False),
    ]


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "9" * 30, "²", "1e9", "<script>"])
def test_a_page_there_is_not_is_the_first_or_an_empty_one(owner: Browser, page: str) -> None:
    answer = owner.get("/admin/t1/changes", query_string={"page": page})
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_a_long_value_is_folded_and_a_huge_one_cut(parts: Deployment, owner: Browser) -> None:
    note(parts, Entry(MONDAY, "bo", "changed Topics", "", "topic " * 2_000, "t1"))
    shown = owner.get("/admin/t1/changes").text
    assert "<details>" in shown
    assert len(shown) < 10_000


def test_a_reader_reads_the_log_of_a_site_but_not_that_of_accounts(app: Flask, parts: Deployment) -> None:
    reader = logged_in(app, parts, Role.READER)
    assert [reader.get(path).status_code for path in ("/admin/t1/changes", "/admin/changes")] == [200, 403]
