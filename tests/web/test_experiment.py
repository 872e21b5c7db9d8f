"""The form of an experiment, as a browser without JavaScript meets it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import requests

from tests.world import World
from worker import experimenting
from worker.domain.experiments import PARTS
from worker.domain.model import Course, Experiment, IssueId, IssueKey, Outcome
from worker.store import experiments

FULL = {
    "hypothesis": 'If we show <b>monthly</b> plans & "more",\nteams start a trial.',
    "guardrail": "Five calls a day.",
    "success": "Ten trials.",
    "review_on": "2026-11-20",
    "outcome": "refuted",
    "course": "change course",
}


def address(world: World, key: str) -> str:
    issue = world.site.issue(key)
    return experimenting.link(world.deployment, world.tenant.id, IssueId(issue.id), IssueKey(key))


def opened(link: str) -> requests.Response:
    return requests.get(link, timeout=10)


def sent(link: str, **fields: str) -> requests.Response:
    """Post the form and stay on whatever it answers."""
    return requests.post(link, data=fields, timeout=10, allow_redirects=False)


def known(world: World, key: str) -> Experiment | None:
    with world.deployment.db.read() as tx:
        return experiments.of_issue(tx, world.tenant.id, IssueId(world.site.issue(key).id))


def value(page: str, field: str) -> str:
    """What a field of the form holds."""
    area = re.search(rf'<textarea[^>]*name="{field}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    line = re.search(rf'<input[^>]*name="{field}"[^>]*?value="([^"]*)"', page)
    chosen = re.search(
        rf'<select[^>]*name="{field}".*?(?:<option value="([^"]*)" selected>|</select>)', page, re.DOTALL
    )
    found = area or line or chosen
    assert found, f"there is no field {field}"
    return unescape(found[1] or "")


def test_the_form_of_an_answer_leads_to_that_of_an_experiment_whose_owner_is_whoever_was_asked(shared: World) -> None:
    key = shared.closed("Try <monthly> plans")
    link = re.search(r'href="([^"]+/experiment/[^"]+)"', opened(shared.link(key)).text)
    assert link
    page = opened(link[1])
    assert "<h1>Try &lt;monthly&gt; plans</h1>" in page.text
    assert {part.field: value(page.text, part.field) for part in PARTS} == dict.fromkeys(FULL, "")
    assert sent(link[1], **FULL).status_code == 303
    one = known(shared, key)
    assert one is not None
    assert (one.outcome, one.course, one.owner) == (Outcome.REFUTED, Course.CHANGE, shared.ana)


def test_what_is_known_is_filled_in_and_the_form_changes_no_owner(shared: World) -> None:
    key = shared.closed()
    shared.reply(key, "hypothesis: Plans sell.", by=shared.ben)
    link = address(shared, key)
    assert value(opened(link).text, "hypothesis") == "Plans sell."
    sent(link, **FULL)
    assert {part.field: value(opened(link).text, part.field) for part in PARTS} == FULL
    one = known(shared, key)
    assert one is not None
    assert one.owner == shared.ben


def test_saving_leads_to_a_page_that_says_where_it_appears(shared: World) -> None:
    key = shared.closed()
    link = address(shared, key)
    answer = sent(link, hypothesis="Plans sell.")
    assert answer.status_code == 303
    shared.settle()
    thanks = opened(f"{link}?saved=1")
    assert "Saved, thank you" in thanks.text
    assert shared.page("Experiments: FLEX").title in thanks.text


def test_what_cannot_be_kept_is_shown_again_with_a_sentence_a_part(shared: World) -> None:
    key = shared.closed()
    bad = FULL | {"hypothesis": "", "review_on": "2036-11-20", "outcome": "<script>"}
    answer = sent(address(shared, key), **bad)
    assert answer.status_code == 422
    assert "Write down what we believe" in answer.text
    assert "more than two years away" in answer.text
    assert "<script>" not in answer.text
    assert value(answer.text, "guardrail") == FULL["guardrail"]
    assert known(shared, key) is None


def test_an_issue_nobody_was_asked_about_is_shown_once_jira_says_who_may_see_it(shared: World) -> None:
    key = shared.site.create_issue("FLEX", "Spike", "A quiet spike", reporter=shared.ana)
    link = address(shared, key)
    assert f"<h1>The experiment on {key}</h1>" in opened(link).text
    sent(link, hypothesis="Nobody asked.")
    one = known(shared, key)
    assert one is not None
    assert (one.visible, one.owner) == (False, None)
    shared.settle()
    one = known(shared, key)
    assert one is not None
    assert (one.visible, one.summary) == (True, "A quiet spike")
    assert "Nobody asked." in shared.page("Experiments: FLEX").storage


def test_a_link_has_done_its_work_some_days_after_the_conclusion_and_loses_no_words(world: World) -> None:
    key = world.closed()
    link = address(world, key)
    sent(link, **FULL)
    world.later(timedelta(days=13))
    assert opened(link).status_code == 200
    world.later(timedelta(days=2))
    assert opened(link).status_code == 410
    late = sent(link, hypothesis="Written too late.")
    assert late.status_code == 410
    assert "Written too late." in late.text
    one = known(world, key)
    assert one is not None
    assert one.hypothesis == FULL["hypothesis"]


@pytest.mark.parametrize("token", ["x", "WyJ0MSJd.AAAA", "a%00b", "%F0%9F%99%82"])
def test_a_link_that_is_not_ours_leads_nowhere(shared: World, token: str) -> None:
    base = shared.deployment.settings.base_url
    assert opened(f"{base}/experiment/{token}").status_code == 404
    assert sent(f"{base}/experiment/{token}", **FULL).status_code == 404


def test_a_link_to_an_answer_opens_no_experiment_nor_the_other_way_round(shared: World) -> None:
    key = shared.closed()
    assert opened(shared.link(key).replace("/answer/", "/experiment/")).status_code == 404
    assert opened(address(shared, key).replace("/experiment/", "/answer/")).status_code == 404


def test_the_form_needs_no_script_and_no_other_machine(shared: World) -> None:
    page = opened(address(shared, shared.closed())).text
    assert re.findall(r"<form [^>]*>", page) == ['<form method="post" novalidate>']
    assert not re.findall(r"<script|\son\w+=|style=|<style", page)
    for part in PARTS:
        assert f'<label for="{part.field}">{part.label}' in page


def test_opening_the_form_any_number_of_times_changes_nothing(shared: World) -> None:
    key = shared.closed()
    for _ in range(3):
        opened(address(shared, key))
    assert known(shared, key) is None
