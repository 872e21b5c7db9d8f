"""The field road: people answer in Jira's own custom fields, and what others answered is written back to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World
from worker.domain.model import Answers, Road
from worker.domain.policy import FieldMap

pytestmark = ON_SQLITE_ALONE


@dataclass
class Fields:
    """The world, and its custom fields."""

    world: World
    learned: str
    surprised: str
    lives_at: str

    def answers(self, key: str) -> Answers:
        learning = self.world.learning(key)
        assert learning is not None
        return learning.answers

    def text(self, key: str, field: str) -> str:
        value = self.world.site.issue(key).values.get(field)
        return str(getattr(value, "wiki", value) or "")

    def edit(self, key: str, by: str = "", **texts: str) -> None:
        values = {getattr(self, name): words for name, words in texts.items()}
        self.world.site.edit_issue(key, values, by=by or self.world.ana)
        self.world.settle()


@pytest.fixture(scope="module")
def fields(shared: World) -> Fields:
    made = Fields(
        shared,
        shared.site.add_field("What we learned", kind="textarea"),
        shared.site.add_field("What surprised us", kind="textfield"),
        shared.site.add_field("Where it lives", kind="url"),
    )
    shared.rule(field_map=FieldMap(learned=made.learned, surprised=made.surprised, lives_at=made.lives_at))
    return made


def test_a_field_edited_in_jira_is_an_answer_of_whom_jira_names(fields: Fields) -> None:
    key = fields.world.closed()
    fields.edit(key, by=fields.world.ben, learned="Ben's lesson.", lives_at="https://example.org/runbook")
    given = fields.answers(key)
    assert (given.learned, given.lives_at) == ("Ben's lesson.", "https://example.org/runbook")
    assert (given.road, given.given_by) == (Road.FIELD, fields.world.ben)
    assert "Ben&#39;s lesson." in fields.world.page("Learning log: FLEX").storage
    assert "Thank you" in fields.world.our_comment(key)
    assert "an answer in Jira's fields" in fields.world.reasons(key)


def test_labels_of_the_issue_become_topics_of_a_field_answer(fields: Fields) -> None:
    world = fields.world
    key = world.closed()
    world.site.edit_issue(key, {"labels": ["Cache-Layer"]}, by=world.ana)
    fields.edit(key, learned="Caches lie.")
    assert "Caches lie." in world.page("Learnings: cache-layer").storage


def test_an_answer_by_form_is_written_to_the_fields_and_not_taken_for_another(fields: Fields) -> None:
    world = fields.world
    key = world.closed()
    world.answer(key, "Caches lie.", surprised="They lie at night.", lives_at="https://example.org/r")
    assert fields.text(key, fields.learned) == "Caches lie."
    assert fields.text(key, fields.surprised) == "They lie at night."
    assert fields.text(key, fields.lives_at) == "https://example.org/r"
    assert fields.answers(key).road is Road.FORM
    assert world.writes().count(f"PUT /rest/api/3/issue/{key}") == 1
    assert "a change by our own account" in world.reasons(key)


def test_writing_back_and_reading_never_chase_each_other(fields: Fields) -> None:
    world = fields.world
    key = world.closed()
    world.answer(key, "Caches lie.")
    fields.edit(key, learned="Caches lie at night.")
    before = world.writes()
    for _ in range(3):
        world.settle()
    learning = world.learning(key)
    assert learning is not None
    assert learning.revision == 2
    assert world.writes() == before
    assert fields.text(key, fields.learned) == "Caches lie at night."
    assert world.site.properties(key)["learnloop.learning"]["learned"] == "Caches lie at night."


def test_an_edit_of_one_field_keeps_the_paragraphs_of_another(fields: Fields) -> None:
    key = fields.world.closed()
    fields.world.answer(key, "Caches lie.\n\nAsk the origin.")
    fields.edit(key, surprised="They lie at night.")
    assert fields.answers(key).learned == "Caches lie.\n\nAsk the origin."
    assert fields.answers(key).surprised == "They lie at night."


def test_an_unchanged_answer_of_several_paragraphs_is_written_to_its_field_once(fields: Fields) -> None:
    world = fields.world
    key = world.closed()
    world.answer(key, "Caches lie.\n\nAsk the origin.")
    world.answer(key, "Caches lie.\n\nAsk the origin.", changed_course="yes")
    assert world.writes().count(f"PUT /rest/api/3/issue/{key}") == 1


def test_a_field_that_is_no_web_address_does_not_lose_the_lesson(fields: Fields) -> None:
    key = fields.world.closed()
    notes = fields.world.site.add_field("Place", kind="textfield")
    policy = fields.world.tenant.policy
    fields.world.rule(field_map=replace(policy.field_map, lives_at=notes))
    fields.world.site.edit_issue(key, {fields.learned: "Caches lie.", notes: "in the drawer"}, by=fields.world.ana)
    fields.world.settle()
    fields.world.rule(field_map=policy.field_map)
    assert (fields.answers(key).learned, fields.answers(key).lives_at) == ("Caches lie.", "")
    assert fields.text(key, notes) == "in the drawer"


def test_a_field_filled_before_the_close_is_no_second_question(fields: Fields) -> None:
    world = fields.world
    key = world.site.create_issue("FLEX", "Story", "Try caches", reporter=world.ana, assignee=world.ana)
    fields.edit(key, learned="Filled in early.")
    assert world.our_comments(key) == []
    assert "Filled in early." in world.page("Learning log: FLEX").storage


def test_a_field_that_is_not_mapped_says_nothing(fields: Fields) -> None:
    world = fields.world
    key = world.closed()
    other = world.site.add_field("Notes", kind="textarea")
    world.site.edit_issue(key, {other: "learned: not an answer"}, by=world.ana)
    world.settle()
    assert world.learning(key) is None
    assert f"no status change: {other}" in world.reasons(key)
