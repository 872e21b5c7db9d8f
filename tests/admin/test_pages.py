"""The admin pages about pages: how each stands, how it differs from ours, and what is decided about it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.admin.browsing import Browser, logged_in
from tests.world import World, make_world
from webhooks.app import create_app
from worker.deployment import Deployment
from worker.domain.model import JobKind, Page, PageKey, PageState, TenantId
from worker.domain.policy import ProjectRules
from worker.emulator.wiki_model import Page as SitePage
from worker.store import audit, pages, tenants
from worker.store.accounts import Role
from worker.store.audit import Entry

LOG = "log:FLEX"
T1 = TenantId("t1")
COMPARED = (PageState.DRIFTED, PageState.LET_GO)


def words(browser: Browser, path: str) -> str:
    """What an admin page says, without its markup."""
    answer = browser.get(path)
    assert answer.status_code == 200
    return said(answer.get_data(as_text=True))


def said(markup: str) -> str:
    """The words of a page, with <del> and <ins> kept as -words- and +words+."""
    marked = re.sub(r"</?del>", "-", re.sub(r"</?ins>", "+", markup))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", marked)).split())


# --- the list ---


def keep(parts: Deployment, key: str, state: PageState, reason: str = "", title: str = "") -> None:
    page = Page(PageKey(key), state, "ENG", title or key, "2001", "https://example.org/2001", 1, reason=reason)
    with parts.db.begin() as tx:
        pages.keep(tx, T1, page)


def state_of(parts: Deployment) -> PageState:
    with parts.db.read() as tx:
        return pages.get(tx, T1, PageKey(LOG)).state


def test_without_a_page_the_list_says_what_will_make_some(owner: Browser) -> None:
    assert "There is no page yet. The first answer makes some" in words(owner, "/admin/t1/pages")


def test_the_list_says_how_each_page_stands_and_begins_with_those_that_wait_for_a_person(
    parts: Deployment, owner: Browser
) -> None:
    keep(parts, "home", PageState.CURRENT, title="What we learned")
    keep(parts, "log:FLEX", PageState.REFUSED, "The page is archived; restore it.", title="<script>alert(1)</script>")
    keep(parts, "topic:pricing", PageState.DRIFTED, "This part was edited by hand.", title="تعلم 🎉")
    page = owner.get("/admin/t1/pages").get_data(as_text=True)
    assert "<script>" not in page
    titles = ["تعلم 🎉", "&lt;script&gt;alert(1)&lt;/script&gt;", "What we learned"]
    assert re.findall(r"<bdi>(.*?)</bdi>", page) == titles
    for sentence in ("This part was edited by hand.", "The page is archived", "all 3", "edited by hand 1", "current 1"):
        assert sentence in said(page)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?state=current", ["home"]),
        ("?state=drifted", ["topic:pricing"]),
        ("?state=gone", []),
        ("?state=<script>&page=a", ["topic:pricing", "home"]),
        ("?page=-1", ["topic:pricing", "home"]),
        ("?page=99999999999999999999", ["topic:pricing", "home"]),
    ],
)
def test_the_list_shows_one_state_and_takes_any_address(
    parts: Deployment, owner: Browser, query: str, shown: list[str]
) -> None:
    keep(parts, "home", PageState.CURRENT)
    keep(parts, "topic:pricing", PageState.DRIFTED)
    answer = owner.get(f"/admin/t1/pages{query}")
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert re.findall(r"<bdi>(.*?)</bdi>", page) == shown
    assert ("No page is gone now." in page) is (not shown)


def test_a_long_list_is_shown_fifty_at_once(parts: Deployment, owner: Browser) -> None:
    for number in range(101):
        keep(parts, f"topic:t{number:03}", PageState.CURRENT)
    middle = owner.get("/admin/t1/pages?state=current&page=2").get_data(as_text=True)
    assert re.findall(r"<bdi>(.*?)</bdi>", middle) == [f"topic:t{number:03}" for number in range(50, 100)]
    assert "state=current&amp;page=1" in middle
    assert "state=current&amp;page=3" in middle
    assert "page=4" not in owner.get("/admin/t1/pages?page=3").get_data(as_text=True)


@pytest.mark.parametrize("key", ["log:NONE", "nothing", "log:FLEX%00", "<script>", "🎉", "x" * 3_000])
def test_a_page_there_is_not_is_not_found_whatever_it_is_called(owner: Browser, key: str) -> None:
    assert owner.get(f"/admin/t1/pages/{key}").status_code == 404
    assert owner.post(f"/admin/t1/pages/{key}", {"do": "let-go"}).status_code == 404


@pytest.mark.parametrize("state", PageState)
def test_every_state_has_its_words_and_a_reader_decides_nothing(
    app: Flask, parts: Deployment, owner: Browser, state: PageState
) -> None:
    keep(parts, LOG, state)
    with parts.db.begin() as tx:
        tenants.stop(tx, T1, "The site refused our token.")
    page = words(owner, f"/admin/t1/pages/{LOG}")
    assert "Decide" in page
    assert ("The site refused our token. The difference cannot be shown now" in page) is (state in COMPARED)
    assert "Take back" not in page
    reader = logged_in(app, parts, Role.READER, email="ben@example.org")
    assert '<button name="do"' not in reader.get(f"/admin/t1/pages/{LOG}").get_data(as_text=True)
    assert reader.post(f"/admin/t1/pages/{LOG}", {"do": "let-go"}).status_code == 403


@pytest.mark.parametrize("do", ["", "delete", "<script>", "LET-GO", "é" * 10_000])
def test_what_cannot_be_done_is_a_sentence_and_changes_nothing(parts: Deployment, owner: Browser, do: str) -> None:
    keep(parts, LOG, PageState.CURRENT)
    answer = owner.post(f"/admin/t1/pages/{LOG}", {"do": do})
    assert answer.status_code == 422
    assert "Choose one of the buttons" in answer.get_data(as_text=True)
    assert state_of(parts) is PageState.CURRENT


def test_a_form_of_another_session_changes_nothing(parts: Deployment, owner: Browser) -> None:
    keep(parts, LOG, PageState.CURRENT)
    assert owner.post(f"/admin/t1/pages/{LOG}", {"do": "let-go", "form_token": "another"}).status_code == 400
    assert state_of(parts) is PageState.CURRENT


# --- deciding, beside a site ---


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A site, with the log of FLEX published."""
    with make_world(tmp_path_factory.mktemp("pages")) as made:
        learned(made, "First.")
        yield made


@pytest.fixture(scope="module")
def admin(world: World) -> Browser:
    """An owner's browser."""
    return logged_in(create_app(world.deployment), world.deployment)


@pytest.fixture
def edited(world: World, admin: Browser) -> SitePage:
    """The log, current until Ben edited our part of it just now."""
    return by_ben(world, admin, lambda body: body.replace("First.", "First, as Ben sees it."))


def by_ben(world: World, admin: Browser, change: Callable[[str], str]) -> SitePage:
    """The log, made current and then changed by Ben, as a daily look finds it."""
    page = world.page("Learning log: FLEX")
    if world.row(LOG).state is not PageState.CURRENT:
        take_back(world, admin)
    world.site.edit_page(page.id, change, by=world.ben)
    world.tick(JobKind.CHECK_PAGES)
    assert world.row(LOG).state is PageState.DRIFTED
    return page


def learned(world: World, text: str) -> str:
    """One more close with an answer; the issue's key."""
    key = world.closed(f"About {text}")
    world.answer(key, text)
    return key


def address(world: World, key: str = LOG) -> str:
    """The admin page of a page."""
    return f"/admin/{world.tenant_id}/pages/{key}"


def take_back(world: World, browser: Browser, seen: int | None = None) -> str:
    """Press "Take back", as of the version the page showed; what the next page says."""
    shown = re.search(r'name="seen" value="(\d+)"', browser.get(address(world)).get_data(as_text=True))
    assert seen or shown
    form = {"do": "take-back", "seen": seen or (shown[1] if shown else "")}
    return said(browser.post(address(world), form, follow_redirects=True).get_data(as_text=True))


def noted(world: World) -> Entry:
    """The newest entry of the log of changes."""
    with world.deployment.db.read() as tx:
        return audit.newest(tx, TenantId(world.tenant_id), limit=1)[0]


def test_an_edited_page_is_shown_beside_ours_word_by_word_and_looking_writes_nothing(
    world: World, admin: Browser, edited: SitePage
) -> None:
    before, version = world.writes(), edited.version
    page = words(admin, address(world))
    assert f"Read just now: version {version}" in page
    assert "changed -First, as Ben sees it.- +First.+" in page
    assert f"Take back: write over version {version}" in page
    assert (world.writes(), edited.version) == (before, version)


def test_taking_back_writes_ours_over_the_edit_once_and_is_noted(
    world: World, admin: Browser, edited: SitePage
) -> None:
    version = edited.version
    assert "The part is ours again." in take_back(world, admin)
    assert "Ben" not in edited.storage
    assert (world.row(LOG).state, edited.version) == (PageState.CURRENT, version + 1)
    entry = noted(world)
    assert (entry.who, entry.what) == ("ana@example.org", "took back our part of the page Learning log: FLEX")
    assert (entry.before, entry.after) == (f"edited by hand, version {version}", "current")
    assert "Nothing was done: by now the page is current." in take_back(world, admin, seen=version)
    assert edited.version == version + 1


def test_an_edit_the_owner_has_not_seen_is_never_written_over(world: World, admin: Browser, edited: SitePage) -> None:
    seen = edited.version
    world.site.edit_page(edited.id, lambda body: body.replace("as Ben sees it", "as Ben sees it today"), by=world.ben)
    page = take_back(world, admin, seen=seen)
    assert "Somebody edited the page since you looked" in page
    assert "as Ben sees it today.-" in page
    assert f"write over version {edited.version}" in page
    assert "today" in edited.storage
    assert "not known to be done" in noted(world).after


@pytest.mark.parametrize("seen", ["", "latest", "<script>", "9" * 5_000])
def test_nothing_is_taken_back_without_the_version_that_was_seen(
    world: World, admin: Browser, edited: SitePage, seen: str
) -> None:
    version = edited.version
    answer = admin.post(address(world), {"do": "take-back", "seen": seen})
    assert answer.status_code == 422
    assert "Look at what would be lost first" in said(answer.get_data(as_text=True))
    assert edited.version == version


def test_a_part_that_was_removed_or_only_looks_different_is_said_so(world: World, admin: Browser) -> None:
    by_ben(world, admin, lambda body: body.replace("First.", "<strong>First.</strong>"))
    assert "The words are the same." in words(admin, address(world))
    by_ben(world, admin, lambda _body: "<p>Ben's own page now.</p>")
    assert "It is no longer on the page." in words(admin, address(world))


def test_a_copied_part_is_not_offered_to_be_taken_back(world: World, admin: Browser) -> None:
    page = by_ben(world, admin, lambda body: body + body.replace("First.", "A copy."))
    shown = words(admin, address(world))
    assert "Delete the copy, then take the part back." in shown
    assert "Take back: write over" not in shown
    world.site.edit_page(page.id, "<p>Neither.</p>", by=world.ben)


def test_a_site_that_does_not_answer_is_a_sentence_and_keeps_everything(
    world: World, admin: Browser, edited: SitePage
) -> None:
    version = edited.version
    world.site.fault("GET", f"/wiki/api/v2/pages/{edited.id}", status=503)
    shown = words(admin, address(world))
    assert "The difference cannot be shown now; nothing was changed." in shown
    assert "Take back: write over" not in shown
    world.site.fault("GET", f"/wiki/api/v2/pages/{edited.id}", status=503)
    answer = admin.post(address(world), {"do": "take-back", "seen": version})
    assert answer.status_code == 409
    assert "Confluence keeps every version of a page" in said(answer.get_data(as_text=True))
    assert edited.version == version


def test_a_page_that_was_let_go_is_not_written_until_it_is_taken_up_again(
    world: World, admin: Browser, edited: SitePage
) -> None:
    for _ in range(2):
        page = admin.post(address(world), {"do": "let-go"}, follow_redirects=True).get_data(as_text=True)
        assert world.row(LOG).state is PageState.LET_GO
    assert "Nothing was done: by now the page is left to people." in said(page)
    assert noted(world).what == "left to people the page Learning log: FLEX"
    version = edited.version
    learned(world, "While it was let go.")
    assert edited.version == version
    assert "ours +While it was let go.+" in words(admin, address(world))

    admin.post(address(world), {"do": "take-up"})
    world.settle()
    assert (world.row(LOG).state, edited.version) == (PageState.DRIFTED, version)
    take_back(world, admin)
    assert "While it was let go." in edited.storage


def test_looking_again_finds_an_edit_that_was_undone(world: World, admin: Browser, edited: SitePage) -> None:
    world.site.edit_page(edited.id, lambda body: body.replace("First, as Ben sees it.", "First."), by=world.ben)
    assert "Nothing differs any more." in words(admin, address(world))
    answer = admin.post(address(world), {"do": "look"})
    assert answer.status_code == 303
    world.settle()
    assert world.row(LOG).state is PageState.CURRENT


def test_a_page_that_was_restored_from_the_trash_can_be_kept_current_again(world: World, admin: Browser) -> None:
    world.answer(world.closed(), "Ask first.", topics="pricing")
    page = world.page("Learnings: pricing")
    world.site.trash_page(page.id, by=world.ben)
    world.tick(JobKind.CHECK_PAGES)
    assert world.row("topic:pricing").state is PageState.GONE
    for status, state in (("trashed", PageState.GONE), ("current", PageState.CURRENT)):
        page.status = status
        admin.post(address(world, "topic:pricing"), {"do": "take-up"})
        world.settle()
        assert (world.row("topic:pricing").state, page.status) == (state, status)


def test_the_words_of_a_private_project_are_shown_to_its_own_people_only(tmp_path: Path) -> None:
    with make_world(tmp_path) as own:
        own.site.add_space("SECRET", "Security")
        own.rule(project_rules={"FLEX": ProjectRules(space="SECRET", private=True)})
        learned(own, "Rotate keys.")
        page = own.page("Learning log: FLEX", "SECRET")
        own.site.edit_page(page.id, lambda body: body.replace("Rotate keys.", "Rotate all keys."), by=own.ben)
        own.tick(JobKind.CHECK_PAGES)
        app = create_app(own.deployment)
        reader = logged_in(app, own.deployment, Role.READER)
        runs_it = logged_in(app, own.deployment, Role.PROJECT_ADMIN, [f"{own.tenant_id}/FLEX"], "ben@example.org")
        assert "Rotate" not in words(reader, address(own))
        assert "shown only to owners and to those who run the project" in words(reader, address(own))
        assert "Rotate -all -keys." in words(runs_it, address(own))


def test_what_became_private_is_not_written_to_the_open_space_by_taking_back(tmp_path: Path) -> None:
    with make_world(tmp_path) as own:
        learned(own, "Rotate keys.")
        page = own.page("Learning log: FLEX")
        own.site.edit_page(page.id, lambda body: body.replace("Rotate keys.", "Rotate all keys."), by=own.ben)
        own.site.add_space("SECRET", "Security")
        own.rule(project_rules={"FLEX": ProjectRules(space="SECRET", private=True)})
        own.tick(JobKind.CHECK_PAGES)
        admin = logged_in(create_app(own.deployment), own.deployment)
        assert "another space now" in words(admin, address(own))
        take_back(own, admin)
        assert "Rotate" not in page.storage
        own.settle()
        assert "Rotate keys." in own.page("Learning log: FLEX", "SECRET").storage
