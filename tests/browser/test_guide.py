"""From an empty folder to a published page by the guide alone, in a real browser; the README states what it costs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests import browser as chromium
from tests.chaos.fleet import free_ports
from worker.emulator import Site, serve

README = Path(__file__).parents[2] / "README.md"
PATIENCE = 40.0
ANSWER = "Ask early, and in person."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium is installed; Debian's package is called chromium")
    with chromium.launched(path) as launched:
        yield launched


@dataclass
class Hand:
    """Somebody at a keyboard and a mouse; everything they do is counted."""

    page: Page
    clicks: int = 0
    keystrokes: int = 0

    def click(self, what: Locator) -> None:
        """Click once."""
        what.click()
        self.clicks += 1

    def type(self, *words: str) -> None:
        """Type words one after the other, with Tab between them and Enter at the end."""
        for number, word in enumerate(words):
            self.page.keyboard.type(word)
            self.page.keyboard.press("Tab" if number < len(words) - 1 else "Enter")
            self.keystrokes += len(word) + 1


@contextmanager
def up(folder: Path) -> Iterator[str]:
    """A real `learnloop up` on an empty folder; the address it prints for the first owner."""
    told = {
        "LEARNLOOP_DATA": str(folder),
        "LEARNLOOP_PORT": str(free_ports(1)[0]),
        "LEARNLOOP_DEBOUNCE": "0",
        "COLUMNS": "300",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "worker", "up"]
    process = subprocess.Popen(command, env=os.environ | told, stdout=subprocess.PIPE, text=True)
    try:
        yield _way_in(process)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _ask_at_once(folder: Path) -> None:
    """Spare the test the minute in which a person's closes gather."""
    command = [sys.executable, "-m", "worker", "settings", "set", "gather_seconds", "0"]
    subprocess.run(command, env=os.environ | {"LEARNLOOP_DATA": str(folder)}, check=True, timeout=60)


def _way_in(process: subprocess.Popen[str]) -> str:
    """The first link that is printed. The process ends after a while, so the wait for it does too."""
    alarm = threading.Timer(PATIENCE, process.kill)
    alarm.start()
    assert process.stdout
    try:
        for line in process.stdout:
            if found := re.search(r"http\S+/admin/join/\S+", line):
                return found[0]
    finally:
        alarm.cancel()
    raise AssertionError("no way in was printed")


def until(look: Callable[[], object]) -> None:
    """Look until there is something; fails after a while."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.1)):
        if look():
            return
        pause.wait(0.1)
    raise AssertionError("it did not happen in time")


def fine(page: Page) -> None:
    """A step of the guide has no flaw that axe-core knows, and fits a phone."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    page.set_viewport_size({"width": 1280, "height": 800})


def peopled(site: Site) -> tuple[str, str]:
    """A site with a project, a space, Ana, an issue of hers, and LearnLoop's account; Ana's id and ours."""
    bot = site.add_person("LearnLoop", email="bot@example.org", token="token", admin=True)
    ana = site.add_person("Ana Sousa")
    site.add_project("FLEX", "Flexible Pricing")
    site.add_space("ENG", "Engineering")
    return ana, bot


def stated() -> tuple[int, int]:
    """The clicks and keystrokes that the README states."""
    found = re.search(r"first page: (\d+) clicks, (\d+) keystrokes", README.read_text())
    assert found, "README.md does not state what the first page costs"
    return int(found[1]), int(found[2])


def written(site: Site, account: str) -> list[str]:
    """What an account wrote on the site; searches are POSTs that write nothing."""
    asked = [one for one in site.requests if one.actor == account and one.method != "GET"]
    return [f"{one.method} {one.path}" for one in asked if not one.path.endswith(("bulkfetch", "search/jql"))]


def test_the_guide_alone_leads_from_an_empty_folder_to_a_page_for_as_little_as_the_readme_says(
    browser: Browser, tmp_path: Path
) -> None:
    site = Site()
    server = serve(site)
    ana, bot = peopled(site)
    key = site.create_issue("FLEX", "Story", "Try monthly plans", reporter=ana, assignee=ana)
    with up(tmp_path / "data") as way_in:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        hand = Hand(page)
        page.goto(way_in)
        _through_the_guide(page, hand, server.url)
        assert written(site, bot) == []
        hand.click(page.get_by_role("button", name="Write this and switch on"))
        page.get_by_text("Close an issue now").wait_for()
        assert written(site, bot) == ["POST /rest/webhooks/1.0/webhook"]

        _ask_at_once(tmp_path / "data")
        site.transition(key, "Done", by=ana, resolution="Done")
        until(lambda: site.comments(key))
        page.goto(f"{server.url}/browse/{key}")
        hand.click(page.get_by_role("link", name="Write it down"))
        chromium.wait_for_focus(page, "learned")
        page.keyboard.type(ANSWER)
        hand.keystrokes += len(ANSWER)
        hand.click(page.get_by_role("button", name="Save what we learned"))
        page.get_by_role("heading", name="Saved, thank you").wait_for()
        until(lambda: "Learning log: FLEX" in _titles(site))
        until(lambda: ANSWER in site.page_by_title("ENG", "Learning log: FLEX").storage)
        page.close()
    server.close()
    most_clicks, most_keystrokes = stated()
    assert hand.clicks <= most_clicks
    assert hand.keystrokes <= most_keystrokes


def _through_the_guide(page: Page, hand: Hand, site_url: str) -> None:
    """From the first code to the last button, which is not pressed yet."""
    chromium.wait_for_focus(page, "email")
    hand.type("ana@example.org", "Ana Sousa", "twelve red bicycles")
    page.get_by_role("heading", name="The address under which Jira reaches us").wait_for()
    fine(page)
    hand.click(page.get_by_role("button", name="Check it and go on"))
    page.get_by_role("heading", name="Your site, and LearnLoop's account on it").wait_for()
    fine(page)
    chromium.wait_for_focus(page, "site_url")
    hand.type(site_url, "bot@example.org", "token")
    for heading in ("Which closes count", "What is asked", "Where people read"):
        page.get_by_role("heading", name=heading).wait_for()
        fine(page)
        hand.click(page.get_by_role("button", name="Keep this and go on"))
    page.get_by_role("heading", name="Write this, and switch on").wait_for()
    fine(page)


def _titles(site: Site) -> list[str]:
    return [one.title for one in list(site.world.pages.values())]
