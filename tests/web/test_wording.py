"""The second look at the wording in the form: private, never in the way, and nothing of it is left anywhere."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.sources.doors import Doors
from tests.web.asking import asked
from webhooks.app import create_app
from worker.domain.model import Prompt
from worker.store.schema import metadata

BLAMING, HARMLESS = "Xanthe forgot the index.", "The index was missing."


@pytest.fixture
def prompt(doors: Doors) -> Prompt:
    """The cloud site has been asked about FLEX-7, whose component is billing."""
    return asked(doors, "cloud")


@pytest.fixture
def browser(doors: Doors) -> FlaskClient:
    return create_app(doors.parts).test_client()


def link(doors: Doors, prompt: Prompt) -> str:
    return doors.parts.link(prompt).removeprefix(doors.parts.settings.base_url)


def rows(doors: Doors) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with doors.parts.db.read() as tx:
        return {name: [tuple(row) for row in tx.execute(select(table))] for name, table in metadata.tables.items()}


def test_a_text_that_blames_is_answered_with_why_and_a_sentence(
    doors: Doors, prompt: Prompt, browser: FlaskClient
) -> None:
    answer = browser.post(f"{link(doors, prompt)}/wording", data={"text": BLAMING})
    assert answer.status_code == 200
    told = answer.get_json()
    assert told["words"] == "Xanthe forgot"
    assert told["instead"].startswith("Try")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("text", [HARMLESS, "", "Billing forgot the second line.", BLAMING.rjust(9_000)])
def test_what_is_harmless_of_the_issue_or_too_long_to_keep_is_answered_with_nothing(
    doors: Doors, prompt: Prompt, browser: FlaskClient, text: str
) -> None:
    answer = browser.post(f"{link(doors, prompt)}/wording", data={"text": text})
    assert (answer.status_code, answer.data) == (204, b"")


def test_more_than_a_field_holds_and_a_link_that_is_not_ours_are_refused(
    doors: Doors, prompt: Prompt, browser: FlaskClient
) -> None:
    address = link(doors, prompt)
    assert browser.post(f"{address}/wording", data={"text": "x" * 200_000}).status_code == 413
    assert browser.post(f"{address}x/wording", data={"text": BLAMING}).status_code == 404
    assert browser.get(f"{address}/wording").status_code == 405


def test_looking_leaves_no_row_no_metric_and_no_line(
    doors: Doors, prompt: Prompt, browser: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows(doors)
    with caplog.at_level(logging.DEBUG):
        for text in (BLAMING, HARMLESS, "You should have known."):
            browser.post(f"{link(doors, prompt)}/wording", data={"text": text})
    assert rows(doors) == before
    assert "Xanthe" not in caplog.text
    assert "known" not in caplog.text


def test_saving_says_it_once_and_keeps_what_was_written_and_nothing_more(
    doors: Doors, prompt: Prompt, browser: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    address = link(doors, prompt)
    with caplog.at_level(logging.DEBUG):
        answer = browser.post(address, data={"learned": BLAMING, "choice": "learned"})
    assert answer.status_code == 200
    assert "Saved, thank you" in answer.text
    assert "A name beside a mistake" in answer.text
    assert "Xanthe" not in caplog.text
    kept = rows(doors)
    assert "A name beside" not in str(kept)
    assert "A name beside" not in browser.get(f"{address}?saved=1").text
    assert "A name beside" not in browser.get(address).text
    assert rows(doors) == kept


def test_the_same_rows_are_kept_whether_or_not_something_was_said(doors: Doors, browser: FlaskClient) -> None:
    said, unsaid = asked(doors, "cloud"), asked(doors, "cloud", "FLEX-8", "10124")
    first = browser.post(link(doors, said), data={"learned": BLAMING, "choice": "learned"})
    second = browser.post(link(doors, unsaid), data={"learned": BLAMING, "choice": "learned", "wording": "shown"})
    assert (first.status_code, second.status_code) == (200, 303)
    found = rows(doors)
    counted = {
        name: [sum(issue in map(str, row) for row in table) for issue in (said.issue_id, unsaid.issue_id)]
        for name, table in found.items()
    }
    assert all(one == other for one, other in counted.values())
    assert [str(row).count("Xanthe") for row in found["answers"]] == [1, 1]


def test_harmless_words_lead_to_the_page_as_ever(doors: Doors, prompt: Prompt, browser: FlaskClient) -> None:
    answer = browser.post(link(doors, prompt), data={"learned": HARMLESS, "choice": "learned"})
    assert answer.status_code == 303


def test_the_form_may_ask_its_own_server_and_no_other(doors: Doors, prompt: Prompt, browser: FlaskClient) -> None:
    page = browser.get(link(doors, prompt))
    policy = page.headers["Content-Security-Policy"]
    assert "connect-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "wording.js" in page.text
