"""A sprint closes, and its retro is there before the team sits down."""

from __future__ import annotations

import re

import pytest

from tests.world import World
from worker.emulator.wiki_model import Page


def retro(world: World) -> Page:
    """The one retro on the site."""
    (only,) = [page for page in world.site.pages.values() if page.title.startswith("Retro:")]
    return only


def sprint_with_answers(world: World) -> int:
    """A sprint of five closes: a full answer, a short one, "nothing new", one unanswered, one duplicate."""
    sprint = world.sprint("Sprint 7", goal="Sell monthly plans")
    full = world.closed("Try monthly plans", sprint=sprint)
    world.reply(
        full,
        "learned: Resellers need a month's notice. #pricing\nsurprised: They read the small print.\n"
        "differently: Write to them first.\nlives at: https://example.org/checklist\n"
        "changed course\nthank me by name",
    )
    world.answer(world.closed("Faster invoices", sprint=sprint), "Batches hide slow queries.", topics="pricing")
    world.answer(world.closed("Tidy up", sprint=sprint), "", choice="nothing_new")
    world.closed("Not answered", sprint=sprint)
    world.closed("Asked before", sprint=sprint, resolution="Duplicate")
    return sprint


@pytest.fixture(scope="module")
def after_the_sprint(shared: World) -> World:
    """A world whose sprint just closed, for tests that only look."""
    sprint = sprint_with_answers(shared)
    shared.site.close_sprint(sprint, by=shared.ana)
    shared.settle()
    return shared


def test_a_closed_sprint_has_its_retro_with_every_section_within_one_settle(after_the_sprint: World) -> None:
    page = retro(after_the_sprint)
    assert page.title == "Retro: FLEX Sprint 7 (2026-11-02)"
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page.storage)
    assert headings == [
        "In short", "What surprised us", "What we learned", "What changed because of it",
        "What we will do differently, and where it lives", "Thanks", "What are we missing? Where do you disagree?",
    ]  # fmt: skip
    for words in (
        "Sell monthly plans",
        "They read the small print.",
        "Batches hide slow queries.",
        after_the_sprint.ana,
    ):
        assert words in page.storage
    assert 'href="https://example.org/checklist"' in page.storage


def test_the_numbers_of_a_retro_add_up_and_name_nobody(after_the_sprint: World) -> None:
    rows = re.findall(
        r"<tr[^>]*><td[^>]*><p[^>]*>([^<]+)</p></td><td[^>]*><p[^>]*>(\d+)</p>", retro(after_the_sprint).storage
    )
    assert dict(rows) == {
        "Closes we asked about": "4",
        "Answered with a learning": "2",
        "Answered “nothing new”": "1",
        "Not answered": "1",
        "Not asked: resolution skipped": "1",
    }


def test_a_late_answer_and_a_late_silence_are_counted_when_they_come(world: World) -> None:
    sprint = world.sprint()
    key = world.closed(sprint=sprint)
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    assert "Nothing has been written down" in retro(world).storage
    world.answer(key, "Better late.")
    assert "Better late." in retro(world).storage


def test_an_issue_that_left_the_sprint_unfinished_is_not_in_its_retro(world: World) -> None:
    sprint = world.sprint()
    world.site.create_issue("FLEX", "Story", "Not finished", reporter=world.ana, sprint=sprint)
    world.answer(world.closed("Elsewhere"), "Not of this sprint.")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    assert "Not of this sprint." not in retro(world).storage


def test_the_retro_stands_under_the_projects_log_and_home_leads_to_it(after_the_sprint: World) -> None:
    log, home = after_the_sprint.page("Learning log: FLEX"), after_the_sprint.page("What we learned")
    assert (retro(after_the_sprint).parent_id, log.parent_id) == (log.id, home.id)
    assert f"/pages/{retro(after_the_sprint).id}" in home.storage
    assert {"learnloop", "learnloop-retro"} <= set(retro(after_the_sprint).labels)
