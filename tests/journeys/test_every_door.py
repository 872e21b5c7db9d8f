"""Whichever way a site tells us, and whatever proves us there, the same follows from a close."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.joining import DOORS
from tests.world import World, make_world
from worker.domain.model import DeliveryState, PromptState

pytestmark = ON_SQLITE_ALONE

# An automation rule tells of transitions only.
TALKATIVE = [name for name in DOORS if "rule" not in name]


@pytest.fixture(scope="module", params=list(DOORS))
def joined(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[World]:
    """A world for each door."""
    with make_world(tmp_path_factory.mktemp(f"joined-{database}"), join=DOORS[request.param]) as made:
        yield made


def test_a_close_becomes_a_question_an_answer_and_a_page(joined: World) -> None:
    key = joined.closed("Try monthly plans")
    assert "What did we learn?" in joined.our_comment(key)
    joined.answer(key, "Small batches surface problems early.")
    assert "Thank you" in joined.our_comment(key)
    assert "Small batches surface problems early." in joined.page("Learning log: FLEX").storage
    assert joined.site.properties(key)["learnloop.learning"]["learned"] == "Small batches surface problems early."


def test_a_person_is_asked_and_not_an_app(joined: World) -> None:
    key = joined.closed("Closed by Ben", by=joined.ben)
    prompt = joined.prompt(key)
    assert prompt is not None
    assert prompt.asked == joined.ben


def test_a_reopen_takes_the_question_back(joined: World) -> None:
    key = joined.closed("Reopened")
    joined.site.transition(key, "In Progress", by=joined.ana)
    joined.settle()
    prompt = joined.prompt(key)
    assert prompt is not None
    assert prompt.state is PromptState.WITHDRAWN


def test_what_the_policy_skips_is_skipped(joined: World) -> None:
    key = joined.closed("Not done", resolution="Won't Do")
    assert joined.our_comments(key) == []
    assert any("closed as Won't Do" in reason for reason in joined.reasons(key))


@pytest.mark.parametrize("joined", TALKATIVE, indirect=True, scope="module")
def test_a_reply_answers(joined: World) -> None:
    key = joined.closed()
    joined.reply(key, "learned: locks wait for locks #migrations")
    learning = joined.learning(key)
    assert learning is not None
    assert learning.answers.learned == "locks wait for locks"


@pytest.mark.parametrize("joined", TALKATIVE, indirect=True, scope="module")
def test_a_closed_sprint_brings_its_retro(joined: World) -> None:
    sprint = joined.sprint("Sprint 7")
    key = joined.closed(sprint=sprint)
    joined.answer(key, "Ask earlier.")
    joined.site.close_sprint(sprint, by=joined.ana)
    joined.settle()
    assert any("Sprint 7" in page.title for page in joined.site.pages.values())


def test_nothing_failed_and_nothing_is_left_to_do(joined: World) -> None:
    assert joined.jobs("dead") == []
    assert {one.state for one in joined.deliveries()} <= {DeliveryState.HANDLED, DeliveryState.IGNORED}
