"""Answers change: by the same link for two weeks, with every revision kept and every page following."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World
from worker.domain.model import Answers, IssueId, PromptState
from worker.store import learnings
from worker.store.schema import answers

pytestmark = ON_SQLITE_ALONE


def words_of_every_revision(world: World, key: str) -> list[str]:
    query = select(answers.c.content).where(answers.c.issue_id == world.site.issue(key).id).order_by(answers.c.revision)
    with world.deployment.db.read() as tx:
        return [content["learned"] for (content,) in tx.execute(query)]


def test_an_edited_answer_moves_between_pages_and_its_history_stays(world: World) -> None:
    key = world.closed()
    world.answer(key, "Ask first.", topics="pricing rollout")
    world.answer(key, "Ask resellers first.", topics="rollout resellers")
    assert words_of_every_revision(world, key) == ["Ask first.", "Ask resellers first."]
    assert "Ask resellers first." in world.page("Learnings: resellers").storage
    assert "Ask resellers first." in world.page("Learnings: rollout").storage
    assert "Ask" not in world.page("Learnings: pricing").storage
    assert "Nothing is gathered under" in world.page("Learnings: pricing").storage
    log = world.page("Learning log: FLEX").storage
    assert log.count("Ask resellers first.") == 1
    assert "Ask first." not in log


def test_the_same_answer_twice_is_one_revision_and_one_version_of_each_page(shared: World) -> None:
    key = shared.closed()
    shared.answer(key, "Ask first.", topics="pricing")
    before = shared.writes()
    shared.answer(key, "Ask first.", topics="pricing")
    assert words_of_every_revision(shared, key) == ["Ask first."]
    assert shared.writes() == before


def test_nothing_new_is_one_click_and_shows_on_no_page(shared: World) -> None:
    key = shared.closed()
    shared.answer(key, "", choice="nothing_new")
    prompt = shared.prompt(key)
    assert prompt is not None
    assert prompt.state is PromptState.NOTHING_NEW
    assert shared.learning(key) is None
    assert "Nothing new this time; thank you" in shared.our_comment(key)
    assert "learnloop.learning" not in shared.site.properties(key)


def test_an_answer_after_nothing_new_counts_and_can_be_taken_back_again(shared: World) -> None:
    key = shared.closed()
    shared.answer(key, "", choice="nothing_new")
    shared.answer(key, "Something came to mind.")
    assert "Something came to mind." in shared.page("Learning log: FLEX").storage
    assert "Thank you for writing down" in shared.our_comment(key)

    shared.answer(key, "", choice="nothing_new")

    assert "Something came to mind." not in shared.page("Learning log: FLEX").storage
    assert "learnloop.learning" not in shared.site.properties(key)
    assert words_of_every_revision(shared, key) == ["", "Something came to mind.", ""]


def test_nothing_new_with_words_in_the_form_is_nothing_new(shared: World) -> None:
    key = shared.closed()
    shared.answer(key, "Half a thought", choice="nothing_new")
    assert shared.learning(key) is None


@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 410)])
def test_a_link_works_two_weeks_after_the_answer(shared: World, days: int, status: int) -> None:
    key = shared.closed()
    link = shared.link(key)
    shared.answer(key, "Ask first.")
    shared.later(timedelta(days=days))
    assert requests.get(link).status_code == status
    changed = requests.post(link, data={"learned": "Ask later.", "choice": "learned"})
    assert changed.status_code == status
    learning = shared.learning(key)
    assert learning is not None
    assert (learning.answers.learned == "Ask later.") is (status == 200)


def test_the_link_of_a_withdrawn_question_takes_no_answer(shared: World) -> None:
    key = shared.closed()
    link = shared.link(key)
    shared.site.transition(key, "In Progress", by=shared.ana)
    shared.settle()
    assert requests.post(link, data={"learned": "Too late.", "choice": "learned"}).status_code == 410
    assert shared.learning(key) is None


def test_the_form_opens_with_what_was_answered_by_any_road(shared: World) -> None:
    key = shared.closed()
    link = shared.link(key)
    shared.reply(key, "learned: Ask <resellers> first. #pricing")
    form = requests.get(link).text
    assert "Ask &lt;resellers&gt; first." in form
    assert 'value="pricing"' in form


def test_the_latest_answer_of_an_issue_is_kept_when_it_says_nothing_new(shared: World) -> None:
    key = shared.closed()
    shared.answer(key, "Ask first.")
    shared.answer(key, "", choice="nothing_new")
    with shared.deployment.db.read() as tx:
        latest = learnings.latest(tx, shared.tenant.id, IssueId(shared.site.issue(key).id))
    assert latest == Answers(nothing_new=True)
