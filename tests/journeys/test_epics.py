"""An epic is asked twice through its one comment: at its start what we hope to learn, at its end what came of it."""

from __future__ import annotations

from datetime import timedelta

import requests

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import MONDAY, World
from worker.domain.model import JobKind, Occasion, Prompt, PromptState
from worker.domain.policy import FieldMap
from worker.store import prompts

pytestmark = ON_SQLITE_ALONE

HOPE = "Whether small firms stay with yearly plans."


def begun(world: World, kind: str = "Epic") -> str:
    """An epic whose work just began."""
    key = world.site.create_issue("FLEX", kind, "Yearly plans", reporter=world.ana, assignee=world.ana)
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()
    return key


def moved(world: World, key: str, status: str) -> None:
    world.later(timedelta(days=2))
    world.site.transition(key, status, by=world.ana)
    world.settle()


def prompt(world: World, key: str) -> Prompt:
    found = world.prompt(key)
    assert found
    return found


def test_an_epics_start_asks_what_we_hope_to_learn_and_its_close_sets_the_answer_beside(world: World) -> None:
    key = begun(world)
    assert "What do we hope to learn?" in world.our_comment(key)
    assert "{{hope: …}}" in world.our_comment(key)
    form = requests.get(world.link(key), timeout=10).text
    assert '<label for="hoped">What do we hope to learn?' in form
    assert not [name for name in ("learned", "topics", "changed_course") if f'name="{name}"' in form]
    assert "nothing_new" not in form
    refused = requests.post(world.link(key), data={"hoped": " ", "choice": "learned"}, timeout=10)
    assert (refused.status_code, "Write one line about what we hope to learn." in refused.text) == (422, True)
    saved = world.answer(key, learned="", hoped=HOPE)
    assert HOPE in saved.text
    assert (prompt(world, key).state, world.learning(key)) == (PromptState.ANSWERED, None)
    assert "what we hope to learn" in world.our_comment(key)

    moved(world, key, "Done")
    assert "What did we assume that turned out otherwise?" in world.our_comment(key)
    form = requests.get(world.link(key), timeout=10).text
    assert f"When it began, we hoped to learn: <q>{HOPE}</q>" in form
    assert '<label for="missing">What are we missing?' in form
    world.answer(key, learned="Small firms change plans in May.", missing="Nobody asked the resellers.")
    learning = world.learning(key)
    assert learning
    assert (learning.answers.hoped, learning.answers.missing) == (HOPE, "Nobody asked the resellers.")
    assert world.site.properties(key)["learnloop.learning"]["hoped"] == HOPE
    body = world.page("Learning log: FLEX").storage
    assert f"<em>What we hoped to learn:</em> {HOPE}" in body
    assert "<em>What we are missing:</em> Nobody asked the resellers." in body


def test_the_answer_may_be_a_reply_and_other_words_of_people_stay_theirs(world: World) -> None:
    key = begun(world)
    world.reply(key, f"hoped: {HOPE}", by=world.ben)
    assert prompt(world, key).state is PromptState.ANSWERED
    moved(world, key, "Done")
    world.reply(key, "learned: They change plans in May.")
    world.reply(key, "hope: That they stay.", by=world.ben)
    learning = world.learning(key)
    assert learning
    assert (learning.answers.learned, learning.answers.hoped) == ("They change plans in May.", "That they stay.")
    assert learning.answers.given_by == world.ana


def test_a_hope_on_an_issue_that_is_asked_otherwise_is_no_answer(world: World) -> None:
    key = world.closed()
    world.reply(key, "hope: this holds until Friday")
    assert (prompt(world, key).state, world.learning(key)) == (PromptState.OPEN, None)


def test_a_start_nobody_answered_is_asked_about_at_the_close_all_the_same(world: World) -> None:
    key = begun(world)
    moved(world, key, "Done")
    found = prompt(world, key)
    assert (found.state, found.occasion) == (PromptState.OPEN, Occasion.CLOSE)
    assert "What did we assume" in world.our_comment(key)


def test_a_start_is_no_close_and_nothing_counts_it_as_one(world: World) -> None:
    sprint = world.sprint()
    key = world.site.create_issue("FLEX", "Epic", "Yearly plans", assignee=world.ana, sprint=sprint)
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()
    with world.deployment.db.read() as tx:
        assert prompts.state_counts(tx, world.tenant.id) == {}
        assert prompts.sprint_counts(tx, world.tenant.id, sprint) == {}


def test_only_the_start_of_an_epic_is_asked_about_once_and_where_it_is_wanted(world: World) -> None:
    assert world.our_comments(begun(world, "Story")) == []
    world.rule(ask_epic_start=False)
    assert world.our_comments(begun(world)) == []
    world.rule(ask_epic_start=True)
    key = begun(world)
    for status in ("To Do", "In Progress"):
        moved(world, key, status)
    assert len(world.our_comments(key)) == 1
    assert world.reasons(key)[0] == "already asked: open"


def test_the_reminder_of_a_start_asks_what_the_comment_asks(world: World) -> None:
    begun(world)
    world.clock.travel_to(MONDAY + timedelta(days=1, hours=3))
    world.tick(JobKind.REMINDERS)
    (mail,) = [one for one in world.site.mails if one.reason == "notify"]
    assert mail.subject.endswith("what do we hope to learn?")
    assert "nothing new" not in mail.text


def test_what_we_are_missing_may_be_a_field_of_jira(world: World) -> None:
    learned, missing = (world.site.add_field(name, "textarea") for name in ("Learned", "Missing"))
    world.rule(field_map=FieldMap(learned=learned, missing=missing))
    key = world.closed(kind="Epic")
    world.site.edit_issue(key, {learned: "They stay.", missing: "The resellers."}, by=world.ana)
    world.settle()
    learning = world.learning(key)
    assert learning
    assert learning.answers.missing == "The resellers."
    other = world.closed(kind="Epic")
    world.answer(other, learned="They leave.", missing="The banks.")
    assert world.site.issue(other).values[missing].wiki == "The banks."
