"""What people see and do in a browser: boards, issues and pages that work without JavaScript."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright

from tests.emulator.conftest import Film, Receiver

LEARNINGS = """<ac:structured-macro ac:name="info"><ac:parameter ac:name="title">In short</ac:parameter>
<ac:rich-text-body><p>Prices &amp; people&nbsp;first</p></ac:rich-text-body></ac:structured-macro>
<ac:structured-macro ac:name="toc" /><h2>What surprised us</h2><p>See
<ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">FLEX-1</ac:parameter>
</ac:structured-macro>, <ac:link><ri:user ri:account-id="{ole}" /></ac:link>, <time datetime="2026-11-02" /> and
<ac:link><ri:page ri:content-title="Engineering Home" /></ac:link>.</p>
<ac:structured-macro ac:name="excerpt"><ac:rich-text-body><table><tbody><tr><th>From</th></tr></tbody></table>
</ac:rich-text-body></ac:structured-macro><ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">Green
</ac:parameter><ac:parameter ac:name="title">Supported</ac:parameter></ac:structured-macro>
<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>Tell the team
</ac:task-body></ac:task></ac:task-list><ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[a < b]]>
</ac:plain-text-body></ac:structured-macro><ac:structured-macro ac:name="roadmap" /><script>alert(1)</script>
<p><a href="javascript:alert(1)">a script</a></p>"""


@pytest.fixture
def browser(film: Film) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.post(f"{film.url}/persona", data={"who": film.ana, "back": "/"}, timeout=5)
        yield session


def seen(browser: requests.Session, url: str, status: int = 200) -> str:
    answer = browser.get(url, timeout=5)
    assert answer.status_code == status, answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    return re.sub(r"\s+", " ", answer.text)


def test_a_card_is_moved_without_javascript_as_the_chosen_person(
    film: Film, browser: requests.Session, receiver: Receiver
) -> None:
    board = film.site.add_board("FLEX", "Prices")
    key = film.issue("Prices <b>per</b> region", assignee=film.ole, fields={"Story point estimate": 3})
    film.site.add_webhook(receiver.url, ["jira:issue_updated"])
    shown = seen(browser, f"{film.url}/jira/boards/{board}")
    assert "Prices &lt;b&gt;per&lt;/b&gt; region" in shown
    assert 'aria-label="Ole Berg"' in shown
    asked = {"status": "Done", "back": f"/jira/boards/{board}"}
    answer = browser.post(f"{film.url}/browse/{key}/transition", data=asked, timeout=5)
    assert answer.url.endswith(f"/jira/boards/{board}")
    assert film.site.status(key) == "Done"
    film.site.flush_webhooks()
    (told,) = receiver.bodies()
    assert told["user"]["accountId"] == film.ana
    assert told["issue"]["fields"]["resolution"]["name"] == "Done"


def test_an_issue_is_read_commented_on_and_edited(film: Film, browser: requests.Session) -> None:
    field = film.site.add_field("What we learned", kind="textarea")
    key = film.issue(
        fields={"What we learned": f"Ask *first*, [~accountid:{film.ole}]"},
        description="See https://example.org/x",
    )
    shown = seen(browser, f"{film.url}/browse/{key}")
    assert "Ask <strong>first</strong>" in shown
    assert '<span class="mention">@Ole Berg</span>' in shown
    assert '<a href="https://example.org/x">https://example.org/x</a>' in shown
    browser.post(f"{film.url}/browse/{key}/comment", data={"text": "learned: <i>ask</i> first"}, timeout=5)
    browser.post(f"{film.url}/browse/{key}/fields", data={"labels": "a b", field: "Ask *later*"}, timeout=5)
    shown = seen(browser, f"{film.url}/browse/{key}")
    assert "learned: &lt;i&gt;ask&lt;/i&gt; first" in shown
    assert "Ask <strong>later</strong>" in shown
    assert film.site.issue(key).labels == ["a", "b"]
    assert film.site.comments(key)[0].author == film.ana


def test_an_issue_that_is_not_yours_to_see_is_not_there(film: Film, browser: requests.Session) -> None:
    key = film.issue()
    film.site.edit_issue(key, {"security": "Private"}, by=film.ole)
    assert "does not exist or you do not have permission" in seen(browser, f"{film.url}/browse/{key}", 404)
    assert key not in seen(browser, f"{film.url}/jira/issues")


def test_a_page_reads_like_a_page(film: Film, browser: requests.Session) -> None:
    key = film.issue("Cache the price table")
    page = film.site.create_page("ENG", "Learnings", LEARNINGS.format(ole=film.ole), by=film.bot)
    shown = seen(browser, f"{film.url}/wiki/spaces/ENG/pages/{page}")
    for part in (
        '<p class="panel-title">In short</p>',
        "Prices &amp; people\N{NO-BREAK SPACE}first".replace("\N{NO-BREAK SPACE}", " "),
        '<h2 id="h-what-surprised-us">What surprised us</h2>',
        '<a href="#h-what-surprised-us">What surprised us</a>',
        f'<a href="/browse/{key}">{key} Cache the price table</a>',
        '<span class="mention">@Ole Berg</span>',
        '<time datetime="2026-11-02">2 November 2026</time>',
        ">Engineering Home</a>",
        '<span class="lozenge lozenge-green">Supported</span>',
        "a &lt; b",
        "roadmap macro",
        "Version 1 by LearnLoop",
    ):
        assert part in shown, part
    assert "alert(1)" not in shown


def test_a_person_edits_a_page_and_a_stale_form_is_told_so(film: Film, browser: requests.Session) -> None:
    page = film.page("Learnings", "<p>Hello</p>")["id"]
    place = f"{film.url}/wiki/spaces/ENG/pages/{page}"
    asked = {"title": "Learnings", "storage": "<p>Hello, by hand</p>", "message": "tidied", "version": "1"}
    answer = browser.post(f"{place}/edit", data=asked, timeout=5)
    assert "Version 2 by Ana Sousa: tidied" in re.sub(r"\s+", " ", answer.text)
    stale = browser.post(f"{place}/edit", data=asked, timeout=5)
    assert (stale.status_code, "Version must be incremented" in stale.text) == (409, True)
    broken = browser.post(f"{place}/edit", data=asked | {"version": "2", "storage": "<p>open"}, timeout=5)
    assert (broken.status_code, "Error parsing xhtml" in broken.text) == (400, True)
    assert "&lt;p&gt;open" in broken.text


def test_a_task_is_ticked_on_the_page(film: Film, browser: requests.Session) -> None:
    page = film.site.create_page("ENG", "Learnings", LEARNINGS.format(ole=film.ole), by=film.bot)
    place = f"{film.url}/wiki/spaces/ENG/pages/{page}"
    browser.post(f"{place}/tasks/1", data={"done": "yes"}, timeout=5)
    assert "<ac:task-status>complete</ac:task-status>" in film.site.pages[page].storage
    assert 'aria-pressed="true"' in seen(browser, place)


def test_the_other_pages_are_there(film: Film, browser: requests.Session) -> None:
    film.page("Learnings")
    for path in ("/", "/wiki/spaces", "/wiki/spaces/ENG", "/jira/issues?jql=project%3DFLEX"):
        seen(browser, film.url + path)
    assert "does not exist" in seen(browser, f"{film.url}/jira/issues?jql=colour=red")
    assert "There is nothing at this address" in seen(browser, f"{film.url}/nowhere", 404)


def test_a_form_never_sends_anybody_to_another_site(film: Film, browser: requests.Session) -> None:
    for place in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = browser.post(f"{film.url}/persona", data={"who": film.ole, "back": place}, timeout=5)
        assert answer.url == f"{film.url}/"


@pytest.fixture
def tab() -> Iterator[Tab]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine to drag a card with")
    with sync_playwright() as play:
        window = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield window.new_page(viewport={"width": 1200, "height": 800})
        window.close()


def test_a_card_is_dragged_to_done_and_nothing_overflows_a_phone(film: Film, tab: Tab) -> None:
    board = film.site.add_board("FLEX", "Prices")
    key = film.issue()
    page = film.site.create_page("ENG", "Learnings", LEARNINGS.format(ole=film.ole), by=film.bot)
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(f"{film.url}/jira/boards/{board}")
    tab.drag_and_drop(f'.card[data-key="{key}"]', '.lane[data-status="Done"]')
    tab.wait_for_selector(f'.lane[data-status="Done"] .card[data-key="{key}"] option[hidden]', state="attached")
    tab.wait_for_load_state()
    assert film.site.status(key) == "Done"
    tab.set_viewport_size({"width": 320, "height": 640})
    for path in (f"/browse/{key}", f"/wiki/spaces/ENG/pages/{page}", f"/jira/boards/{board}", "/jira/issues"):
        tab.goto(film.url + path)
        assert tab.evaluate("document.documentElement.scrollWidth") == 320
    assert said == []
