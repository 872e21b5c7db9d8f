"""A person drags a card, answers, and reads the page, in a real browser; axe-core finds nothing on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests import browser as chromium
from tests.world import World

Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium is installed; Debian's package is called chromium")
    with chromium.launched(path) as launched:
        yield launched


def flaws(page: Page) -> str:
    """What axe-core finds on the page, as text; empty when it finds nothing."""
    found = Axe().run(page)
    return found.generate_report() if found.violations_count else ""


def test_a_card_dragged_to_done_becomes_a_page_by_way_of_the_form(world: World, browser: Browser) -> None:
    board = world.site.add_board("FLEX", "FLEX board")
    key = world.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=world.ana, assignee=world.ana)
    page = browser.new_page()
    page.goto(f"{world.site.url}/jira/boards/{board}")
    page.locator(f"[data-key='{key}']").drag_to(page.locator("[data-status='Done']"))
    page.locator("[data-status='Done']").get_by_text("Try monthly plans").wait_for()
    world.settle()

    page.goto(f"{world.site.url}/browse/{key}")
    page.get_by_role("link", name="Write it down").click()
    chromium.wait_for_focus(page, "learned")
    assert flaws(page) == ""
    page.keyboard.type("Monthly plans need a calculator.")
    page.get_by_role("button", name="billing").or_(page.get_by_label("Topics", exact=True)).first.click()
    page.get_by_label("Topics", exact=True).fill("pricing")
    page.get_by_role("button", name="Save what we learned").click()
    page.get_by_role("heading", name="Saved, thank you").wait_for()
    assert flaws(page) == ""
    world.settle()

    page.goto(f"{world.site.url}/wiki/spaces/ENG/pages/{world.page('Learnings: pricing').id}")
    assert page.get_by_text("Monthly plans need a calculator.").count() >= 1
    assert flaws(page) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_fits_a_phone_and_works_without_javascript(world: World, browser: Browser, scheme: Scheme) -> None:
    key = world.closed("A change with a rather long summary that has to wrap on a small screen")
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, color_scheme=scheme, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(world.link(key))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Save what we learned").click()
    page.get_by_text("Write one line about what we learned").wait_for()
    page.get_by_label("What did we learn?").fill("Short answers are enough.")
    page.get_by_role("button", name="Save what we learned").click()
    page.get_by_role("heading", name="Saved, thank you").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    learning = world.learning(key)
    assert learning is not None
    assert learning.answers.learned == "Short answers are enough."
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_form_with_problems_at_phone_width(
    world: World, browser: Browser, scheme: Scheme
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    page.goto(world.link(world.closed()))
    page.get_by_label("Where does it live?").fill("not an address")
    page.get_by_role("button", name="Save what we learned").click()
    page.get_by_text("2 fields need another look").wait_for()
    assert page.get_by_label("Where does it live?").input_value() == "not an address"
    assert flaws(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


def test_the_form_is_filled_with_the_keyboard_alone(world: World, browser: Browser) -> None:
    key = world.closed()
    page = browser.new_page()
    page.goto(world.link(key))
    chromium.wait_for_focus(page, "learned")
    page.keyboard.type("Keyboards suffice.")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Nothing new this time":
            break
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Saved, thank you").wait_for()
    learning = world.learning(key)
    assert learning is not None
    assert learning.answers.learned == "Keyboards suffice."


def test_a_second_look_at_the_wording_is_said_under_the_field_and_not_again(world: World, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(world.link(world.closed()))
    page.get_by_label("What did we learn?").fill("Xanthe forgot the index.")
    page.get_by_label("Topics", exact=True).focus()
    hint = page.get_by_text("A name beside a mistake")
    hint.wait_for()
    assert hint.get_attribute("aria-live") == "polite"
    assert flaws(page) == ""
    page.get_by_label("What did we learn?").fill("The index was missing.")
    page.get_by_label("Topics", exact=True).focus()
    hint.wait_for(state="detached")
    page.get_by_label("What did we learn?").fill("Xanthe forgot the index.")
    page.get_by_role("button", name="Save what we learned").click()
    page.get_by_role("heading", name="Saved, thank you").wait_for()
    assert page.get_by_text("A name beside a mistake").count() == 0
