"""A project that works without sprints has its retro all the same: one for each period, once."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World
from worker.domain.model import JobKind
from worker.domain.policy import ProjectRules
from worker.emulator.wiki_model import Page

# The world begins on Monday, 2 November 2026, with which a period of two weeks begins.
TWO_WEEKS = timedelta(days=14)


def retros(world: World) -> list[str]:
    """The titles of the retros on the site."""
    return sorted(page.title for page in world.site.pages.values() if page.title.startswith("Retro:"))


def retro(world: World, title: str) -> Page:
    return world.page(f"Retro: FLEX {title}")


def learned(world: World, words: str, project: str = "FLEX", sprint: int | None = None) -> str:
    """One more close and its answer; the issue's key."""
    key = world.closed(f"About {words}", project=project, sprint=sprint)
    world.reply(key, f"learned: {words}")
    return key


def test_a_period_has_a_retro_of_what_was_closed_in_it_and_late_answers_follow(world: World) -> None:
    learned(world, "First of its time.")
    late = world.closed("Answered late")
    world.later(timedelta(days=13))
    world.tick(JobKind.PERIODS)
    assert retros(world) == []  # it is not over
    world.later(timedelta(days=1))
    learned(world, "Of the next one.")
    world.tick(JobKind.PERIODS)
    assert retros(world) == ["Retro: FLEX 2–15 November 2026"]
    page = retro(world, "2–15 November 2026")
    assert ("First of its time." in page.storage, "Of the next one." in page.storage) == (True, False)
    world.reply(late, "learned: Better late.")
    assert "Better late." in retro(world, "2–15 November 2026").storage
    assert f"/pages/{page.id}" in world.page("What we learned").storage


@ON_SQLITE_ALONE
def test_a_period_is_made_once_a_missed_one_later_and_only_the_latest(world: World) -> None:
    learned(world, "November.")
    world.later(TWO_WEEKS)
    learned(world, "Late November.")
    world.later(TWO_WEEKS + timedelta(days=2))  # the tick of the first period was missed
    for _ in range(2):
        world.tick(JobKind.PERIODS)
    assert retros(world) == ["Retro: FLEX 16–29 November 2026"]
    writes = len(world.writes())
    world.tick(JobKind.PERIODS)
    assert len(world.writes()) == writes


def test_a_project_that_begins_to_sprint_stops_having_periods(world: World) -> None:
    learned(world, "Before sprints.")
    sprint = world.sprint("Sprint 1")
    learned(world, "In a sprint.", sprint=sprint)
    world.later(TWO_WEEKS)
    world.tick(JobKind.PERIODS)
    assert retros(world) == ["Retro: FLEX Sprint 1 (2026-11-16)"]


@ON_SQLITE_ALONE
def test_how_long_a_period_is_and_which_projects_have_one_is_the_policys(world: World) -> None:
    world.site.add_project("OPS", "Operations")
    world.rule(projects=("FLEX", "OPS"), project_rules={"OPS": ProjectRules(own={"retro_days": 7})})
    learned(world, "A week of running.", project="OPS")
    learned(world, "Two weeks of building.")
    world.closed("A copy", resolution="Duplicate")
    world.later(timedelta(days=7))
    world.tick(JobKind.PERIODS)
    assert retros(world) == ["Retro: OPS 2–8 November 2026"]
    world.rule(projects=("OPS",))
    world.later(timedelta(days=7))
    world.tick(JobKind.PERIODS)
    assert retros(world) == ["Retro: OPS 2–8 November 2026"]  # nothing closed in OPS since, and FLEX is left alone


@ON_SQLITE_ALONE
def test_a_period_in_which_nobody_was_to_be_asked_has_no_retro(world: World) -> None:
    world.closed("A copy", resolution="Duplicate")
    world.later(TWO_WEEKS)
    world.tick(JobKind.PERIODS)
    assert retros(world) == []
    assert world.jobs("dead") == []
