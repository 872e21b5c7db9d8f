"""The reply road: a comment on the issue is an answer when it says so, and only then."""

from __future__ import annotations

import pytest
import requests

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World
from worker.domain.model import PromptState, Road

pytestmark = ON_SQLITE_ALONE

REPLY = "learned: Ask resellers before launch. #pricing\nsurprised: They read the small print."


def test_a_reply_is_an_answer_and_its_hashes_are_topics(shared: World) -> None:
    key = shared.closed()
    shared.reply(key, REPLY)
    learning = shared.learning(key)
    assert learning is not None
    assert (learning.answers.learned, learning.answers.surprised) == (
        "Ask resellers before launch.",
        "They read the small print.",
    )
    assert (learning.answers.road, learning.answers.given_by) == (Road.REPLY, shared.ana)
    assert "Ask resellers before launch." in shared.page("Learnings: pricing").storage
    assert "Thank you" in shared.our_comment(key)
    assert "answered by reply" in shared.reasons(key)


def test_an_edited_reply_is_the_answer_from_then_on(world: World) -> None:
    key = world.closed()
    comment = world.reply(key, REPLY)
    world.site.edit_comment(comment, "learned: Ask resellers first. #resellers")
    world.settle()
    learning = world.learning(key)
    assert learning is not None
    assert (learning.revision, learning.answers.learned) == (2, "Ask resellers first.")
    assert "Ask resellers first." in world.page("Learnings: resellers").storage
    assert "Ask resellers" not in world.page("Learnings: pricing").storage


def test_the_same_reply_edited_without_a_new_word_is_the_same_answer(shared: World) -> None:
    key = shared.closed()
    comment = shared.reply(key, REPLY)
    shared.site.edit_comment(comment, REPLY + "\n")
    shared.settle()
    assert "the same answer again" in shared.reasons(key)


@pytest.mark.parametrize(
    "talk",
    [
        "Well done everybody.",
        "I learned: nothing can be planned",
        "What we learned yesterday was fun #pricing",
        "> quoted talk about what was learned",
        "surprised: me too",
    ],
)
def test_ordinary_talk_is_no_answer(shared: World, talk: str) -> None:
    key = shared.closed()
    shared.reply(key, talk)
    assert shared.learning(key) is None
    assert "a comment that is no answer (an answer starts with “learned:”)" in shared.reasons(key)
    assert "What did we learn?" in shared.our_comment(key)


@pytest.mark.parametrize("account_type", ["app", "customer"])
def test_an_answer_by_an_app_or_a_customer_is_not_taken(shared: World, account_type: str) -> None:
    key = shared.closed()
    other = shared.site.add_person("Somebody else", account_type=account_type)
    shared.reply(key, REPLY, by=other)
    assert shared.learning(key) is None
    assert "an answer by an app or a customer is not taken" in shared.reasons(key)


def test_a_comment_only_some_may_read_never_becomes_an_answer(shared: World) -> None:
    shared.site.add_person("Cleo", email="cleo@example.org", token="cleo")
    key = shared.closed()
    requests.post(
        f"{shared.site.url}/rest/api/2/issue/{key}/comment",
        json={"body": REPLY, "visibility": {"type": "role", "value": "Administrators"}},
        auth=("cleo@example.org", "cleo"),
    ).raise_for_status()
    shared.settle()
    assert shared.learning(key) is None
    assert "a comment only some people may read" in shared.reasons(key)


def test_a_reply_on_an_issue_nobody_was_asked_about_is_left_alone(shared: World) -> None:
    key = shared.site.create_issue("FLEX", "Story", "Still open", reporter=shared.ana)
    shared.reply(key, REPLY)
    assert shared.learning(key) is None
    assert "an answer on an issue that was not asked about" in shared.reasons(key)


def test_a_reply_that_cannot_be_kept_says_why(shared: World) -> None:
    key = shared.closed()
    shared.reply(key, "learned: Keep links short.\nwhere: on the wiki somewhere")
    assert shared.learning(key) is None
    assert "not a web address" in " ".join(shared.reasons(key))


def test_nothing_new_by_reply_is_an_answer_of_its_own(shared: World) -> None:
    key = shared.closed()
    shared.reply(key, "Nothing new this time.")
    prompt = shared.prompt(key)
    assert prompt is not None
    assert prompt.state is PromptState.NOTHING_NEW
    assert shared.learning(key) is None


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("changed our course\nthank me by name", True),
        ("thank me by name", False),
        ("changed our course", False),
    ],
)
def test_who_asked_to_be_named_for_a_changed_course_is_thanked_in_the_retro(
    world: World, more: str, named: bool
) -> None:
    sprint = world.sprint()
    key = world.closed(sprint=sprint)
    world.reply(key, f"learned: Ask first.\n{more}")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    (retro,) = [page for page in world.site.pages.values() if page.title.startswith("Retro:")]
    assert (world.ana in retro.storage) is named
    assert world.ana not in world.page("Learning log: FLEX").storage


def test_a_link_never_sets_consent_and_never_uses_it_for_other_words(shared: World) -> None:
    key = shared.closed()
    shared.answer(key, "First words.", thank_by_name="yes", given_by=shared.ana)
    learning = shared.learning(key)
    assert learning is not None
    assert (learning.answers.thank_by_name, learning.answers.given_by) == (False, None)

    shared.reply(key, "learned: Second words.\nchanged course\nthank me by name")
    for words, thanked in (("Second words.", True), ("Third words.", False)):
        shared.answer(key, words, changed_course="yes")
        learning = shared.learning(key)
        assert learning is not None
        assert learning.answers.learned == words
        assert (learning.answers.thank_by_name, learning.answers.given_by) == (thanked, shared.ana)
