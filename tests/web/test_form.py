"""The form behind the link in our comment, as a browser without JavaScript meets it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import requests

from tests.world import World
from webhooks.app import MOST_BYTES
from worker.domain import questions
from worker.domain.model import PromptState
from worker.domain.policy import FieldMap, ProjectRules

LEARNED = "Small batches surface problems early."


def opened(link: str) -> requests.Response:
    return requests.get(link, timeout=10)


def sent(link: str, **fields: str) -> requests.Response:
    """Post the form and stay on whatever it answers."""
    return requests.post(link, data={"choice": "learned"} | fields, timeout=10, allow_redirects=False)


def state(world: World, key: str) -> PromptState:
    prompt = world.prompt(key)
    assert prompt is not None
    return prompt.state


def value(page: str, field: str) -> str:
    """What a field of the form holds."""
    area = re.search(rf'<textarea[^>]*name="{field}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    line = re.search(rf'<input[^>]*name="{field}"[^>]*?value="([^"]*)"', page)
    found = area or line
    assert found, f"there is no field {field}"
    return unescape(found[1])


# --- opening ---


def test_the_form_asks_every_question_about_the_issue_it_is_for(shared: World) -> None:
    key = shared.closed("Try <monthly> plans")
    response = opened(shared.link(key))
    assert response.status_code == 200
    assert "<h1>Try &lt;monthly&gt; plans</h1>" in response.text
    assert f"{shared.site.url}/browse/{key}" in response.text
    for question in questions.STORY.questions:
        assert f'<label for="{question.field}">{question.label}' in response.text
        assert value(response.text, question.field) == ""
    assert "the Confluence space ENG" in response.text


def test_a_saved_answer_is_there_when_the_form_is_opened_again(shared: World) -> None:
    key = shared.closed()
    address = "https://example.org/runbook?a=1&b=2"
    told = {"learned": 'Say "no" & mean it.\n\nTwice.', "surprised": "<b>", "differently": "Ask.", "lives_at": address}
    shared.answer(key, **told, topics="Pricing, #rollout", changed_course="yes")
    page = opened(shared.link(key)).text
    assert {field: value(page, field) for field in told} == told
    assert value(page, "topics") == "pricing rollout"
    assert re.search(r'name="changed_course"[^>]* checked>', page)


def test_topics_of_the_team_and_of_the_issue_are_suggested(world: World) -> None:
    world.answer(world.closed(), topics="rollout")
    key = world.site.create_issue("FLEX", "Story", "Bill", components=["billing"], labels=["Tax"], assignee=world.ana)
    world.site.transition(key, "Done", by=world.ana, resolution="Done")
    world.settle()
    chips = re.findall(r'data-topic="([^"]*)"', opened(world.link(key)).text)
    assert chips[:3] == ["billing", "tax", "rollout"]


def test_a_private_projects_topics_are_suggested_to_nobody_else(world: World) -> None:
    world.rule(project_rules={"FLEX": ProjectRules(private=True)})
    world.site.add_project("PLAT", "Platform")
    world.answer(world.closed(), topics="acquisition")
    assert "acquisition" in opened(world.link(world.closed())).text
    assert "acquisition" not in opened(world.link(world.closed(project="PLAT"))).text


def test_a_project_without_a_space_is_told_that_its_answer_stays_on_the_issue(world: World) -> None:
    world.rule(project_rules={"FLEX": ProjectRules(private=True)})
    key = world.closed()
    assert "It stays on the issue" in opened(world.link(key)).text
    assert "It is kept on the issue." in world.answer(key).text


def test_the_form_needs_no_script_and_no_other_machine(shared: World) -> None:
    page = opened(shared.link(shared.closed())).text
    assert re.findall(r"<form [^>]*>", page) == ['<form method="post" novalidate>']
    assert len(re.findall(r'<button type="submit" name="choice"', page)) == 2
    assert not re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|style=|<style", page)
    assert all(address.startswith("/static/") for address in re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', page))


def test_opening_the_form_any_number_of_times_changes_nothing(shared: World) -> None:
    key = shared.closed()
    link, before = shared.link(key), shared.prompt(key)
    for _ in range(3):
        opened(link)
        requests.head(link, timeout=10)
    shared.settle()
    assert shared.prompt(key) == before


# --- saving ---


def test_saving_leads_to_a_page_that_says_thank_you_and_offers_to_change_it(shared: World) -> None:
    key = shared.closed()
    link = shared.link(key)
    response = sent(link, learned=LEARNED)
    assert response.status_code == 303
    thanks = opened(f"{link}?saved=1")
    assert thanks.url.endswith(response.headers["Location"])
    assert "Saved, thank you" in thanks.text
    assert LEARNED in thanks.text
    assert f'href="{link.removeprefix(shared.deployment.settings.base_url)}"' in thanks.text
    assert state(shared, key) is PromptState.ANSWERED


def test_the_thanks_lead_to_the_page_once_there_is_one(world: World) -> None:
    key = world.closed()
    assert "A page for FLEX is being made" in sent_and_followed(world.link(key))
    world.settle()
    page = world.page("Learning log: FLEX")
    assert f"/pages/{page.id}" in opened(f"{world.link(key)}?saved=1").text


def sent_and_followed(link: str) -> str:
    sent(link, learned=LEARNED)
    return opened(f"{link}?saved=1").text


def test_nothing_new_is_kept_as_an_answer_whatever_else_is_empty(shared: World) -> None:
    key = shared.closed()
    link = shared.link(key)
    assert sent(link, choice="nothing_new").status_code == 303
    assert state(shared, key) is PromptState.NOTHING_NEW
    assert "Noted: nothing new this time" in opened(f"{link}?saved=1").text
    assert shared.learning(key) is None


def test_something_may_come_to_mind_after_nothing_new(shared: World) -> None:
    key = shared.closed()
    sent(shared.link(key), choice="nothing_new")
    sent(shared.link(key), learned=LEARNED)
    assert state(shared, key) is PromptState.ANSWERED


# --- what cannot be kept ---


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("learned", " \r\n ", "Write one line"),
        ("learned", "x" * (questions.LONGEST + 1), "8,001 characters"),
        ("surprised", "é" * (questions.LONGEST + 1), "8,001 characters"),
        ("differently", "x" * 1_000_000, "1,000,000 characters"),
        ("topics", " ".join(f"t{n}" for n in range(9)), "These are 9 topics"),
        ("lives_at", "javascript:alert(1)", "not a web address"),
        ("lives_at", "https://user@example.org/", "not a web address"),
        ("lives_at", "https://example.org/" + "x" * questions.LONGEST_URL, "not a web address"),
        ("lives_at", "the runbook", "not a web address"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field_and_nothing_is_lost(
    shared: World, field: str, text: str, says: str
) -> None:
    key = shared.closed()
    fields = {"learned": "Kept.", "surprised": "Kept too.", "differently": "And this.", "topics": "one two"}
    response = sent(shared.link(key), **fields | {field: text})
    assert response.status_code == 422
    problem = re.search(rf'<p class="problem" id="{field}-problem">(.*?)</p>', response.text, re.DOTALL)
    assert problem
    assert says in problem[1]
    described = rf'name="{field}"[^>]*aria-describedby="{field}-hint {field}-problem"[^>]*aria-invalid="true"'
    assert re.search(described, response.text)
    for name, written in (fields | {field: text}).items():
        assert value(response.text, name).strip() == written.strip()
    assert state(shared, key) is PromptState.OPEN


def test_two_problems_are_told_at_once(shared: World) -> None:
    page = sent(shared.link(shared.closed()), learned="", lives_at="nowhere").text
    assert "2 fields need another look" in page
    assert page.count('class="problem"') == 2


def test_a_form_without_any_field_is_asked_again_not_broken(shared: World) -> None:
    link, browser = shared.link(shared.closed()), {"Content-Type": "application/x-www-form-urlencoded"}
    assert requests.post(link, data=b"learned=\xff", headers=browser, timeout=10).status_code == 422
    assert requests.post(link, json={"learned": LEARNED}, timeout=10).status_code == 422


@pytest.mark.parametrize(
    "text",
    [
        "</textarea><script>alert(1)</script>",
        "{{ config }} {% raw %} ${7*7} &lt;b&gt; %s",
        "[x|javascript:alert(1)] {noformat} h1. ]]> <ac:structured-macro/>",
        "null \x00 bell \x07 escape \x1b end",
        "right-to-left \u202e mark, zero\u200bwidth, \ufffe, 👩\u200d👩\u200d👧, e\u0301",
        "'; DROP TABLE prompts; --",
    ],
)
def test_hostile_text_is_only_text_all_the_way_to_the_page(shared: World, text: str) -> None:
    key = shared.closed()
    response = shared.answer(key, text, surprised=text, topics=text)
    assert response.status_code == 200
    assert state(shared, key) is PromptState.ANSWERED
    assert "<script>alert" not in response.text
    visible = "".join(letter for letter in text if letter >= " " and letter != "\ufffe")
    assert value(opened(shared.link(key)).text, "surprised") == visible
    assert shared.jobs("dead") == []


def test_a_form_far_too_large_is_refused_before_it_is_read(shared: World) -> None:
    key = shared.closed()
    assert sent(shared.link(key), learned="x" * MOST_BYTES).status_code == 413
    assert state(shared, key) is PromptState.OPEN


# --- links that do not work ---


@pytest.mark.parametrize("change", ["shortened", "altered", "signed by another", "other words"])
def test_a_link_that_is_not_whole_leads_nowhere_and_says_so(shared: World, change: str) -> None:
    link = shared.link(shared.closed())
    start, _, token = link.rpartition("/")
    claims, _, signature = token.partition(".")
    changed = {
        "shortened": token[:-5],
        "altered": f"{claims[:-2]}{'A' if claims[-2] != 'A' else 'B'}{claims[-1]}.{signature}",
        "signed by another": f"{claims}.{signature[::-1]}",
        "other words": "the%20form%3F%00",
    }[change]
    for response in (opened(f"{start}/{changed}"), sent(f"{start}/{changed}", learned=LEARNED)):
        assert response.status_code == 404
        assert "Open it again from the comment" in response.text


def test_a_reopened_issue_has_no_question_and_the_same_link_works_after_the_next_close(world: World) -> None:
    key = world.closed()
    link = world.link(key)
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()
    assert (opened(link).status_code, "This issue was reopened" in opened(link).text) == (410, True)
    assert sent(link, learned=LEARNED).status_code == 410
    assert world.learning(key) is None
    world.site.transition(key, "Done", by=world.ana, resolution="Done")
    world.settle()
    assert opened(link).status_code == 200


def test_two_weeks_after_the_answer_the_link_ends_and_what_is_written_stays_on_the_screen(world: World) -> None:
    key = world.closed()
    link = world.link(key)
    world.answer(key)
    world.clock.forward(timedelta(days=14, minutes=-5))
    assert opened(link).status_code == 200
    world.clock.forward(timedelta(minutes=10))
    assert opened(link).status_code == 410
    written = {
        "learned": "A <second> thought.",
        "surprised": "It held.",
        "differently": "Less.",
        "lives_at": "https://x.org",
    }
    response = sent(link, **written)
    assert response.status_code == 410
    assert "it was not saved" in response.text
    for text in written.values():
        assert text in unescape(response.text)
    learning = world.learning(key)
    assert learning is not None
    assert learning.answers.learned == LEARNED


# --- what is only said when it is so ---


def test_thanks_are_said_only_for_an_answer_that_is_kept(shared: World) -> None:
    key = shared.closed()
    page = opened(f"{shared.link(key)}?saved=1")
    assert "Saved, thank you" not in page.text
    assert value(page.text, "learned") == ""


def test_an_ended_link_shows_the_answer_no_more(world: World) -> None:
    key = world.closed()
    link = world.link(key)
    world.answer(key)
    world.clock.forward(timedelta(days=15))
    response = opened(f"{link}?saved=1")
    assert response.status_code == 410
    assert LEARNED not in response.text


def test_an_answer_that_was_there_before_the_question_settles_it_when_it_is_saved_unchanged(world: World) -> None:
    field = world.site.add_field("What we learned", kind="textarea")
    world.rule(field_map=FieldMap(learned=field))
    key = world.site.create_issue("FLEX", "Story", "Try monthly plans", assignee=world.ana)
    world.site.edit_issue(key, {field: LEARNED}, by=world.ana)
    world.settle()
    world.site.transition(key, "Done", by=world.ana, resolution="Done")
    world.settle()
    assert value(opened(world.link(key)).text, "learned") == LEARNED
    world.answer(key, LEARNED)
    assert state(world, key) is PromptState.ANSWERED
    assert "Thank you" in world.our_comment(key)
