"""From a close to a page somebody reads, and everything that must not happen on the way."""

from __future__ import annotations

from tests.world import World
from worker.domain.model import PromptState


def test_a_close_asks_the_closer_once_and_the_answer_becomes_pages(world: World) -> None:
    key = world.closed("Try monthly plans")
    assert "What did we learn?" in world.our_comment(key)
    assert world.ana in world.our_comment(key)

    response = world.answer(key, "Monthly plans confuse <resellers> & us.", topics="pricing #rollout")

    assert response.url.endswith("?saved=1")
    assert "Thank you" in world.our_comment(key)
    assert "Monthly plans confuse &lt;resellers&gt; &amp; us." in world.page("Learning log: FLEX").storage
    assert "Monthly plans confuse" in world.page("Learnings: pricing").storage
    assert "Monthly plans confuse" in world.page("Learnings: rollout").storage
    assert "Learnings: pricing" not in world.page("Learnings: rollout").storage
    assert world.site.properties(key)["learnloop.learning"]["learned"] == "Monthly plans confuse <resellers> & us."
    assert {"learned", "pricing", "rollout"} <= set(world.site.issue(key).labels)
    assert len(world.site.remote_links(key)) == 1


def test_the_same_delivery_five_times_changes_nothing_after_the_first(world: World) -> None:
    key = world.closed()
    (delivery,) = [one for one in world.site.deliveries if one.event == "jira:issue_updated" and one.status == 202]
    for _ in range(5):
        world.site.redeliver(delivery.id)
        world.settle()
    assert len(world.our_comments(key)) == 1
    assert len([one for one in world.deliveries() if one.reason == "asked"]) == 1


def test_a_reopen_takes_the_question_back_and_a_later_close_asks_in_the_same_comment(world: World) -> None:
    key = world.closed()
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()
    assert "reopened" in world.our_comment(key)
    world.site.transition(key, "Done", by=world.ben, resolution="Done")
    world.settle()
    assert "What did we learn?" in world.our_comment(key)
    assert world.ben in world.our_comment(key)
    prompt = world.prompt(key)
    assert prompt is not None
    assert prompt.state is PromptState.OPEN
