"""The page of a project's measures: made at night, with pictures that are drawn when their numbers change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from tests.world import World, make_world
from worker.domain.model import JobKind, PageKey, PageState
from worker.gateways.doors import DoorKeeper
from worker.publish import Publisher

KEY = "measures:FLEX"
TITLE = "Measures: FLEX"
PNG = b"\x89PNG\r\n\x1a\n"
UPLOAD = re.compile(r"/child/attachment(/[^/]+/data)?$")
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[World]:
    """One project, told on from test to test."""
    with make_world(tmp_path_factory.mktemp(f"measures-{database}")) as made:
        yield made


def answered(world: World, how_many: int = 5) -> list[str]:
    """Issues that were closed by three people in turn, and answered at once."""
    team = (world.ana, world.ben, _third(world))
    keys = [world.closed(f"Story {number}", by=team[number % 3]) for number in range(how_many)]
    for key in keys:
        world.reply(key, f"learned: What {key} taught us.")
    return keys


def _third(world: World) -> str:
    """Somebody beside Ana and Ben."""
    known = [one.account_id for one in world.site.world.people.values() if one.name == "Chidi Okeke"]
    return known[0] if known else world.site.add_person("Chidi Okeke")


def uploads(world: World) -> list[str]:
    """The pictures we sent."""
    return [one for one in world.writes() if UPLOAD.search(one)]


def attached(world: World) -> list[tuple[str, int]]:
    """The pictures on the page, each with its version."""
    return [(one.name, one.version) for one in world.page(TITLE).attachments]


def test_the_page_comes_at_night_and_a_picture_that_is_refused_is_tried_again(world: World) -> None:
    restricted, *_ = answered(world)
    world.site.edit_issue(restricted, {"security": "Private"}, by=world.ana)
    world.settle()
    assert TITLE not in {one.title for one in world.site.world.pages.values()}
    world.site.fault("PUT", UPLOAD.pattern, status=503, times=1)
    world.tick(JobKind.COMPILE_ALL)
    row = world.row(KEY)
    page = world.page(TITLE)
    assert 'ri:filename="time.png"' in page.storage
    assert (row.state, row.pictures, row.page_id) == (PageState.STALE, {}, page.id)
    version = page.version
    world.later(timedelta(minutes=5))
    assert [(one.name, one.media_type, one.data[:8]) for one in page.attachments] == [("time.png", "image/png", PNG)]
    assert (world.row(KEY).state, page.version) == (PageState.CURRENT, version)
    shown = requests.get(f"{world.site.url}/wiki/spaces/ENG/pages/{page.id}", timeout=10).text
    assert re.search(r'<img src="[^"]+/time\.png" alt="5 of 5 answers came within a day\. [^"]+"', shown)


def test_a_restricted_issue_is_a_number_and_nobody_is_named(world: World) -> None:
    page = world.page(TITLE).storage
    assert "We answered 5 of 5 closes" in page
    assert "FLEX-" not in page
    assert world.ana not in page


def test_it_costs_nothing_until_a_number_changes_and_nothing_on_an_answer(world: World) -> None:
    world.tick(JobKind.COMPILE_ALL)
    asked, sent = len(world.site.requests), len(uploads(world))
    world.tick(JobKind.COMPILE_ALL)
    assert len(world.site.requests) == asked
    answered(world, 1)
    assert len(uploads(world)) == sent
    world.tick(JobKind.COMPILE_ALL)
    assert "We answered 6 of 6 closes" in world.page(TITLE).storage
    assert attached(world) == [("time.png", 2)]


def test_taking_an_edit_back_draws_nothing_itself(world: World) -> None:
    page = world.page(TITLE)
    world.site.edit_page(page.id, page.storage.replace("We answered", "We nearly answered"), by=world.ben)
    answered(world, 1)
    world.tick(JobKind.COMPILE_ALL)
    assert world.row(KEY).state is PageState.DRIFTED
    publisher = Publisher(world.deployment, world.tenant, DoorKeeper(world.deployment).of(world.tenant))
    publisher.sides(PageKey(KEY))
    publisher.take_back(PageKey(KEY))
    assert attached(world) == [("time.png", 2)]
    world.settle()
    assert "We answered 7 of 7 closes" in world.page(TITLE).storage
    assert attached(world) == [("time.png", 3)]
    assert world.row(KEY).state is PageState.CURRENT


def test_the_numbers_of_two_people_are_not_shown(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        for number in range(6):
            key = world.closed(f"Story {number}", by=(world.ana, world.ben)[number % 2])
            world.reply(key, "learned: Something.")
        world.tick(JobKind.COMPILE_ALL)
        page = world.page(TITLE)
        assert "It is shown once 3 people were asked" in page.storage
        assert "6 of 6" not in page.storage
        assert page.attachments == []
