"""Where pages live: their space, the page above them, their key and the names of their regions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages.material import EMPTY, SPRINT
from worker.domain.model import PageKey, Sprint
from worker.domain.pages import may_be_under, page_type, read_key
from worker.domain.pages.page_type import Content, Key, region_name
from worker.domain.pages.retro import title
from worker.domain.policy import Policy, ProjectRules

HOME = Policy(home_space="ENG")
OWN = Policy(home_space="ENG", project_rules={"FLEX": ProjectRules(space="FLX")})
PRIVATE = Policy(home_space="ENG", project_rules={"FLEX": ProjectRules(space="FLX", private=True)})
HIDDEN = Policy(home_space="ENG", project_rules={"FLEX": ProjectRules(private=True)})
WITHIN_HOME = Policy(home_space="ENG", project_rules={"FLEX": ProjectRules(space="ENG", private=True)})
NOWHERE = Policy()


def built(key: str, policy: Policy) -> Content | None:
    """The page, if it has a place."""
    kind = page_type(PageKey(key))
    return kind.build(read_key(PageKey(key)), replace(EMPTY, policy=policy, sprint=SPRINT, project_key="FLEX"))


@pytest.mark.parametrize(
    ("key", "policy", "space", "parent"),
    [
        ("home", HOME, "ENG", None),
        ("topic:caching", HOME, "ENG", "home"),
        ("topic:caching@2026-03", HOME, "ENG", "topic:caching"),
        ("log:FLEX", HOME, "ENG", "home"),
        ("log:FLEX@2026-03.2", HOME, "ENG", "log:FLEX"),
        ("log:FLEX", OWN, "FLX", None),  # a page cannot stand under one of another space
        ("log:FLEX", PRIVATE, "FLX", None),
        ("log:FLEX", WITHIN_HOME, "ENG", None),
        ("log:FLEX@2026-03", PRIVATE, "FLX", "log:FLEX"),
        ("experiments:FLEX", HOME, "ENG", "log:FLEX"),
        ("experiments:FLEX", PRIVATE, "FLX", "log:FLEX"),
        ("retro:12", HOME, "ENG", "log:FLEX"),
        ("retro:12", OWN, "FLX", "log:FLEX"),
        ("retro:12", PRIVATE, "FLX", "log:FLEX"),
    ],
)
def test_a_page_lives_in_its_space_under_its_parent(key: str, policy: Policy, space: str, parent: str | None) -> None:
    page = built(key, policy)
    assert page is not None
    assert (page.key, page.space, page.parent) == (key, space, parent)
    assert parent is None or may_be_under(PageKey(key), PageKey(parent))


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("home", "log:FLEX"),
        ("topic:caching", "log:FLEX"),
        ("topic:caching", "topic:caching"),
        ("topic:caching@2026-03", "home"),
        ("log:FLEX@2026-03", "log:BILL"),
        ("retro:12", "home"),
        ("experiments:FLEX", "home"),
        ("retro:12", "log:FLEX@2026-03"),
    ],
)
def test_a_page_waits_for_no_page_it_cannot_stand_under(key: str, other: str) -> None:
    assert not may_be_under(PageKey(key), PageKey(other))


@pytest.mark.parametrize(
    ("key", "policy"),
    [
        ("home", NOWHERE),
        ("topic:caching", NOWHERE),
        ("log:FLEX", NOWHERE),
        ("retro:12", NOWHERE),
        ("log:FLEX", HIDDEN),
        ("experiments:FLEX", HIDDEN),
        ("retro:12", HIDDEN),
    ],
)
def test_a_page_without_a_place_is_not_made(key: str, policy: Policy) -> None:
    assert built(key, policy) is None


def test_a_retro_is_not_made_before_its_sprint_is_known() -> None:
    kind = page_type(PageKey("retro:12"))
    assert kind.build(Key("retro", "12"), replace(EMPTY, project_key="FLEX")) is None


@pytest.mark.parametrize(
    ("sprint", "expected"),
    [
        (SPRINT, "Retro: FLEX Sprint 3 (2026-11-13)"),
        (replace(SPRINT, name="FLEX 3"), "Retro: FLEX 3 (2026-11-13)"),
        (replace(SPRINT, completed_at=None), "Retro: FLEX Sprint 3 (2026-11-13)"),
        (replace(SPRINT, completed_at=None, ended_at=None), "Retro: FLEX Sprint 3"),
    ],
    ids=["named", "named after the project", "ended", "no end"],
)
def test_a_retro_is_called_after_its_project_its_sprint_and_the_day(sprint: Sprint, expected: str) -> None:
    assert title(sprint, "FLEX") == expected


@pytest.mark.parametrize(
    "key", ["home", "topic:caching", "topic:größe.2", "topic:a@2026-03", "log:FLEX", "log:FLEX@2026-03.2", "retro:12"]
)
def test_a_key_is_read_and_written_the_same(key: str) -> None:
    assert str(read_key(PageKey(key))) == key


@pytest.mark.parametrize("key", ["", "diary", "Home", ":x", "@2026-03"])
def test_a_key_of_no_type_is_no_key(key: str) -> None:
    with pytest.raises(KeyError):
        read_key(PageKey(key))


@pytest.mark.parametrize(
    ("key", "part", "name"),
    [
        ("home", "", "learnloop-home"),
        ("retro:12", "numbers", "learnloop-retro-12-numbers"),
        ("topic:größe", "", "learnloop-topic-größe"),
        ("log:FLEX@2026-03.2", "", "learnloop-log-FLEX-2026-03.2"),
        ('topic:"><x', "", "learnloop-topic----x"),
    ],
)
def test_a_region_is_named_after_its_page(key: str, part: str, name: str) -> None:
    assert region_name(PageKey(key), part) == name
