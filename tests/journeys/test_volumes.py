"""Long pages: the newest learnings stay, older months move to child pages, and nothing is shown twice or lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World, make_world
from worker import stale
from worker.domain.model import Answers, IssueId, PageKey, Topic
from worker.domain.pages.page_type import MOST_LEARNINGS
from worker.domain.questions import checked
from worker.store import learnings
from worker.store.facts import IssueFacts

pytestmark = ON_SQLITE_ALONE

# Learnings a month; November fits its page, October does not fit with it and is too long for one volume.
MONTHS = {9: 5, 10: 205, 11: 10}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[World]:
    """A world with months of learnings under one topic. Tests only add to it."""
    with make_world(tmp_path_factory.mktemp(f"world-{database}")) as world:
        seed(world)
        yield world


def seed(world: World) -> None:
    """Keep the months' learnings as rows, and have their pages made."""
    number = 0
    with world.deployment.db.begin() as tx:
        for month, count in MONTHS.items():
            for _ in range(count):
                number += 1
                key = world.site.create_issue("FLEX", "Story", f"Story {number}", reporter=world.ana)
                issue = world.site.issue(key)
                facts = IssueFacts(IssueId(issue.id), issue.key, "FLEX", issue.summary, "Story")  # type: ignore[arg-type]
                given = checked(Answers(learned=f"Lesson {number}.", topics=(Topic("pricing"),)))
                moment = datetime(2026, month, 1, tzinfo=UTC) + timedelta(minutes=number)
                learnings.keep(tx, world.tenant.id, facts, given, 1, moment)
        wanted = [PageKey("home"), PageKey("log:FLEX"), PageKey("topic:pricing")]
        stale.mark(tx, world.deployment, world.tenant.id, wanted)
    world.settle()


def volume_versions(world: World) -> dict[str, int]:
    """The version of each child page."""
    return {page.title: page.version for page in world.site.pages.values() if "(2026-" in page.title}


@pytest.mark.parametrize("title", ["Learning log: FLEX", "Learnings: pricing"])
def test_months_beyond_the_limit_move_to_child_pages_that_hold_every_learning_once(seeded: World, title: str) -> None:
    pages = [page for page in seeded.site.pages.values() if page.title.startswith(title) and page.author == seeded.bot]
    assert sorted(page.title for page in pages) == [
        title, f"{title} (2026-09)", f"{title} (2026-10)", f"{title} (2026-10.2)",
    ]  # fmt: skip
    found: list[str] = []
    for page in pages:
        lessons = re.findall(r"<p[^>]*>Lesson (\d+)\.</p>", page.storage)
        assert len(lessons) <= MOST_LEARNINGS
        found += lessons
    assert sorted(map(int, found)) == list(range(1, sum(MONTHS.values()) + 1))


def test_the_long_page_leads_to_its_volumes_and_they_stand_under_it(seeded: World) -> None:
    log = seeded.page("Learning log: FLEX")
    for name in ("2026-09", "2026-10", "2026-10.2"):
        volume = seeded.page(f"Learning log: FLEX ({name})")
        assert volume.parent_id == log.id
        assert f"/pages/{volume.id}" in log.storage


def test_one_more_learning_writes_the_page_and_leaves_the_volumes_alone(seeded: World) -> None:
    before = volume_versions(seeded)
    seeded.answer(seeded.closed("Newest"), "The newest lesson.", topics="pricing")
    assert "The newest lesson." in seeded.page("Learning log: FLEX").storage
    assert volume_versions(seeded) == before
