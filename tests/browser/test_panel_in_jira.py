"""Somebody answers in the panel on the issue, inside Jira: a real frame, real tokens, the site playing the script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import browser as chromium
from tests.browser.test_board_to_page import flaws
from tests.journeys.joining import by_connect
from tests.world import World, make_world
from worker.domain.model import Road


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[World]:
    """A site that has the Connect app."""
    with make_world(tmp_path, join=by_connect) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium is installed; Debian's package is called chromium")
    with chromium.launched(path) as launched:
        yield launched


def test_an_answer_in_the_panel_has_an_author_and_reaches_the_page(installed: World, browser: Browser) -> None:
    key = installed.closed("Try monthly plans")
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(f"{installed.site.url}/browse/{key}")
    panel = page.frame_locator("iframe.app")
    panel.get_by_label("What did we learn?").fill("Monthly plans need a calculator.")
    panel.get_by_label("Topics", exact=True).fill("pricing")
    panel.get_by_label("You may thank me by name").check()
    panel.get_by_role("button", name="Save what we learned").click()
    panel.get_by_role("status").get_by_text("Saved, thank you.").wait_for()
    installed.settle()
    learning = installed.learning(key)
    assert learning is not None
    assert (learning.answers.road, learning.answers.thank_by_name) == (Road.PANEL, True)
    assert learning.answers.given_by in (installed.ana, installed.ben)
    assert "Monthly plans need a calculator." in installed.page("Learnings: pricing").storage


def test_a_field_that_needs_another_look_says_so_and_loses_nothing(installed: World, browser: Browser) -> None:
    key = installed.closed()
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(f"{installed.site.url}/browse/{key}")
    panel = page.frame_locator("iframe.app")
    panel.get_by_label("What did we learn?").fill("Ask earlier.")
    panel.get_by_label("Where does it live?").fill("the wiki")
    panel.get_by_role("button", name="Save what we learned").click()
    panel.get_by_text("This is not a web address").wait_for()
    assert panel.get_by_label("What did we learn?").input_value() == "Ask earlier."
    assert installed.learning(key) is None


@pytest.mark.parametrize("module", ["learnloop-panel", "learnloop-admin"])
def test_what_is_shown_inside_jira_has_no_flaws(installed: World, browser: Browser, module: str) -> None:
    key = installed.closed()
    (install,) = installed.site.world.apps.connect.values()
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(installed.site.connect_url(install, module, key, installed.ana))
    assert flaws(page) == ""


def test_no_other_site_may_show_the_panel(installed: World, browser: Browser) -> None:
    key = installed.closed()
    (install,) = installed.site.world.apps.connect.values()
    address = installed.site.connect_url(install, "learnloop-panel", key, installed.ana)
    page = browser.new_page()
    page.goto(installed.site.url.replace("127.0.0.1", "localhost"))
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.set_content(f'<iframe src="{address}" title="stolen"></iframe>')
    assert page.frames[-1].locator("text=What did we learn?").count() == 0
