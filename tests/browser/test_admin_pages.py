"""Every admin page in a real browser, from one table: nothing for axe-core to find in light and dark, no scrolling
sideways on a phone or at twice the size, and nothing that needs JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests import browser as chromium
from tests.admin.browsing import PASSWORD, account
from tests.browser import busy
from tests.browser.test_board_to_page import flaws
from tests.world import World, make_world
from webhooks.app import create_app
from worker.store import accounts
from worker.store.accounts import Invitation, Role

Values = dict[str, str]


def _nowhere(_world: World) -> Values:
    return {}


def _site(world: World) -> Values:
    return {"tenant_id": world.tenant_id}


def _project(world: World) -> Values:
    return {"tenant_id": world.tenant_id, "project": "FLEX"}


def _kept_page(world: World) -> Values:
    return {"tenant_id": world.tenant_id, "key": "home"}


def _guided(_world: World) -> Values:
    return {"tenant_id": busy.GUIDED}


def _delivery(world: World) -> Values:
    return {"tenant_id": world.tenant_id, "delivery_id": str(world.deliveries()[-1].id)}


def _job(world: World) -> Values:
    return {"tenant_id": world.tenant_id, "id": str(world.jobs("dead")[0].id)}


def _person(world: World) -> Values:
    with world.deployment.db.read() as tx:
        return {"account_id": accounts.every(tx)[0].id}


def _invited(world: World) -> Values:
    now = world.clock.now()
    one = Invitation("bo@example.org", Role.READER, (), "ana@example.org", now, now + timedelta(days=1))
    with world.deployment.db.begin() as tx:
        return {"token": accounts.invite(tx, one)}


# What completes the address of each page that a person can open.
PAGES: dict[str, Callable[[World], Values]] = {
    "admin_login.ask": _nowhere,
    "admin_joining.offer": _invited,
    "admin_home.show": _nowhere,
    "admin_status.show": _site,
    "admin_status.check": _site,
    "admin_settings.show": _site,
    "admin_project.show": _project,
    "admin_fields.show": _site,
    "admin_credentials.show": _site,
    "admin_webhook.show": _site,
    "admin_forecast.show": _site,
    "admin_deliveries.show": _site,
    "admin_deliveries.show_one": _delivery,
    "admin_jobs.show": _site,
    "admin_jobs.ask": _job,
    "admin_settings_file.show": _site,
    "admin_pages.show": _site,
    "admin_pages.show_one": _kept_page,
    "admin_changes.show": _site,
    "admin_changes.everywhere": _nowhere,
    "admin_guide.start": _nowhere,
    "admin_guide.site": _nowhere,
    "admin_guide.account": _guided,
    "admin_guide.projects": _guided,
    "admin_guide.questions": _guided,
    "admin_guide.pages": _guided,
    "admin_guide.end": _guided,
    "admin_people.show": _nowhere,
    "admin_people.one": _person,
    "admin_password.show": _nowhere,
}
# What leads on to a page of the table, and what is no page.
ELSEWHERE = {"admin_guide.resume", "admin_settings_file.download"}


@dataclass
class Admin:
    """An owner before the admin pages: `window` as people have it, `plain` on a phone and without JavaScript."""

    world: World
    app: Flask
    window: BrowserContext
    plain: BrowserContext

    def address(self, endpoint: str) -> str:
        """Where the page is."""
        return self.app.url_map.bind("localhost").build(endpoint, PAGES[endpoint](self.world))

    def open(self, context: BrowserContext, endpoint: str) -> Page:
        """The page, opened in a tab of its own."""
        page, address = context.new_page(), self.address(endpoint)
        answer = page.goto(address)
        assert answer is not None
        assert (answer.status, urlsplit(page.url).path) == (200, unquote(urlsplit(address).path))
        return page


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Admin]:
    """An owner of a LearnLoop that has something of everything to show."""
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium is installed; Debian's package is called chromium")
    with make_world(tmp_path_factory.mktemp("admin")) as world, chromium.launched(path) as browser:
        busy.fill(world)
        app, owner = create_app(world.deployment), account(world.deployment)
        phone = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
        with (
            busy.logged_in(browser, world.deployment, owner) as window,
            busy.logged_in(browser, world.deployment, owner, **phone) as plain,
        ):
            yield Admin(world, app, window, plain)


def test_every_page_of_the_admin_is_in_the_table(admin: Admin) -> None:
    opened = {
        rule.endpoint
        for rule in admin.app.url_map.iter_rules()
        if rule.rule.startswith("/admin") and rule.methods and "GET" in rule.methods
    }
    assert opened == {*PAGES, *ELSEWHERE}


@pytest.mark.parametrize("endpoint", PAGES)
def test_axe_finds_nothing_in_light_and_dark(admin: Admin, endpoint: str) -> None:
    page = admin.open(admin.window, endpoint)
    found = flaws(page)
    page.emulate_media(color_scheme="dark")
    in_dark = Axe().run(page, options={"runOnly": ["color-contrast"]})  # nothing else differs there
    page.close()
    assert (found, in_dark.violations_count) == ("", 0), in_dark.generate_report()


# A phone, and a screen of 1280 points at 200 %.
@pytest.mark.parametrize("endpoint", PAGES)
def test_nothing_is_cut_off_on_a_phone_or_at_twice_the_size_and_every_form_can_be_sent_without_javascript(
    admin: Admin, endpoint: str
) -> None:
    page = admin.open(admin.plain, endpoint)
    assert page.locator("h1").count() == 1
    for width in (320, 640):
        page.set_viewport_size({"width": width, "height": 800})
        assert _sticks_out(page, width) == []
    forms = page.locator("main form")
    for number in range(forms.count()):
        form = forms.nth(number)
        send = form.locator("button:not([type=button]), input[type=submit]")
        assert send.count() >= 1, form.inner_html()
    assert page.locator("a[href='#'], a[href^='javascript:'], [onclick]").count() == 0
    page.close()


def _sticks_out(page: Page, width: int) -> list[str]:
    """What makes the page wider than the screen, if it is."""
    script = """width => document.documentElement.scrollWidth <= width ? [] :
        [...document.querySelectorAll("body *")].filter(one => !one.closest(".wide, pre") &&
            one.getBoundingClientRect().right > width + 1).map(one => one.outerHTML.slice(0, 200))"""
    found: list[str] = page.evaluate(script, width)
    return found


def test_one_logs_in_looks_and_has_the_site_checked_without_javascript(admin: Admin) -> None:
    base = admin.world.deployment.settings.base_url
    browser = admin.plain.browser
    assert browser is not None
    context = browser.new_context(base_url=base, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/admin/{admin.world.tenant_id}/")
    page.get_by_label("Email").fill("ana@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Status").wait_for()
    page.get_by_text("1 page had our part edited by hand").wait_for()
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("That is all.").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="Log in").wait_for()
    context.close()


def test_the_keyboard_comes_first_to_the_way_past_the_menu(admin: Admin) -> None:
    page = admin.open(admin.window, "admin_status.show")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#main")
    page.close()
