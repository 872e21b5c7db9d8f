"""Publishing asks the site little: what is compiled in one moment shares its looks, and never at the cost of care.

The clock of the publishing stands still, so that a slow machine does not turn one moment into two.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.alone import MONDAY, StillClock
from tests.journeys.test_audience import published, shown
from tests.world import World, make_world
from worker import audience, reading, stale
from worker.audience import Trust
from worker.domain.model import IssueId, JobKind, PageKey, PageState, TenantId
from worker.gateways.doors import DoorKeeper
from worker.jobs import handlers
from worker.publish import Publisher
from worker.reading import Reader, Reads
from worker.store import pages

HOME, LOG, TOPIC = PageKey("home"), PageKey("log:FLEX"), PageKey("topic:pricing")


@pytest.fixture(scope="module", autouse=True)
def database() -> str:
    """What is asked of the site does not depend on the database: SQLite alone."""
    return "sqlite"


@pytest.fixture
def still(tmp_path: Path) -> Iterator[tuple[World, StillClock]]:
    """A world whose steps have a clock of their own that stands still."""
    with make_world(tmp_path) as world:
        clock = StillClock(world.clock.now())
        world.handlers = handlers(replace(world.deployment, clock=clock))
        yield world, clock


def asked(world: World, since: int) -> dict[str, int]:
    """How often each thing that publishing asks for was asked since that many requests, refused or not."""
    kinds = {
        "looks": ("POST", "/issue/bulkfetch"),
        "spaces": ("GET", "/wiki/api/v2/spaces"),
        "creates": ("POST", "/wiki/api/v2/pages"),
        "reads": ("GET", "/wiki/api/v2/pages"),
        "writes": ("PUT", "/wiki/api/v2/pages"),
    }
    ours = [one for one in world.site.requests[since:] if one.actor == world.bot]
    return {
        name: sum(one.method == method and (path in one.path) and not one.path.endswith("/properties") for one in ours)
        for name, (method, path) in kinds.items()
    }


def mark(world: World, *keys: PageKey) -> None:
    """Have these pages compiled."""
    with world.deployment.db.begin() as tx:
        stale.mark(tx, world.deployment, world.tenant.id, keys, at_once=True)


def later(still: tuple[World, StillClock], step: timedelta) -> None:
    """Let time pass for everybody."""
    for clock in (still[0].clock, still[1]):
        clock.forward(step)


def unheard(world: World) -> None:
    """From now on the site tells us nothing by itself."""
    world.site.world.webhooks.clear()


# --- how little is asked ---


def test_a_learning_on_three_pages_costs_one_look_one_read_and_three_writes(
    still: tuple[World, StillClock],
) -> None:
    world, _ = still
    world.answer(world.closed("One"), "First.", topics="pricing")
    key = world.closed("Two")
    later(still, timedelta(minutes=1))
    since = len(world.site.requests)
    world.answer(key, "Second.", topics="pricing")
    assert shown(world).count("Second.") >= 3
    assert asked(world, since) == {"looks": 1, "spaces": 0, "creates": 0, "reads": 1, "writes": 3}


def test_the_first_pages_cost_one_look_one_space_and_at_most_one_update_each(
    still: tuple[World, StillClock],
) -> None:
    world, _ = still
    keys = [world.closed(f"Number {number}") for number in range(4)]
    since, waiting = len(world.site.requests), dict(world.handlers)
    world.handlers = {**waiting, JobKind.COMPILE: lambda _key: None}
    for number, key in enumerate(keys):
        world.answer(key, f"Lesson {number}.", topics=f"t{number} t{(number + 1) % 4}")
    world.handlers = waiting
    assert asked(world, since)["creates"] == 0
    mark(world, HOME, LOG, *(PageKey(f"topic:t{number}") for number in range(4)))
    world.settle()
    counted = asked(world, since)
    assert (counted["looks"], counted["spaces"], counted["creates"]) == (1, 1, 6)
    assert counted["writes"] <= 6
    world.tick(JobKind.COMPILE_ALL)  # the first night makes the project's measures, and home links them
    since = len(world.site.requests)
    world.tick(JobKind.COMPILE_ALL)
    assert asked(world, since) == {"looks": 0, "spaces": 0, "creates": 0, "reads": 0, "writes": 0}


def test_threads_that_compile_in_one_moment_wait_for_one_look_and_one_read(still: tuple[World, StillClock]) -> None:
    world, clock = still
    world.answer(world.closed("One"), "First.", topics="pricing caching")
    key = world.closed("Two")
    world.handlers = {**world.handlers, JobKind.COMPILE: lambda _key: None}
    world.answer(key, "Second.", topics="pricing caching")
    keys = [HOME, LOG, TOPIC, PageKey("topic:caching")]
    with world.deployment.db.begin() as tx:
        stale.mark(tx, world.deployment, world.tenant.id, keys)
    since = len(world.site.requests)
    parts = replace(world.deployment, clock=clock)
    publisher = Publisher(parts, world.tenant, DoorKeeper(parts).of(world.tenant), Trust(), Reads())
    with ThreadPoolExecutor(len(keys)) as threads:
        assert set(threads.map(publisher.publish, keys)) == {PageState.CURRENT}
    counted = asked(world, since)
    assert (counted["looks"], counted["reads"], counted["writes"]) == (1, 1, 4)


def test_pages_that_are_made_at_the_same_time_link_each_other_in_the_end(still: tuple[World, StillClock]) -> None:
    world, clock = still
    key, compiling = world.closed("One"), world.handlers
    world.handlers = {**compiling, JobKind.COMPILE: lambda _key: None}
    world.answer(key, "First.", topics="early late")
    parts = replace(world.deployment, clock=clock)
    publisher = Publisher(parts, world.tenant, DoorKeeper(parts).of(world.tenant))
    publisher.publish(HOME)
    world.settle()
    world.handlers = compiling
    world.site.fault("POST", r"/wiki/api/v2/pages$", kind="slow", seconds=0.3)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(publisher.publish, [PageKey("topic:early"), PageKey("topic:late")]))
    world.settle()
    early, late = world.page("Learnings: early"), world.page("Learnings: late")
    assert f"/pages/{late.id}" in early.storage
    assert f"/pages/{early.id}" in late.storage


# --- who may see it ---


def test_what_is_restricted_between_two_compiles_and_never_told_is_withheld_once_trust_is_over(
    still: tuple[World, StillClock],
) -> None:
    world, _ = still
    quiet, other = world.closed("Quiet deal"), world.closed("Other")
    world.answer(quiet, "Lawyers read slowly.", topics="pricing")
    unheard(world)
    world.site.edit_issue(quiet, {"security": "Board only"}, by=world.ana)
    later(still, audience.TRUSTED + timedelta(seconds=1))
    since = {page.id: page.version for page in world.site.pages.values()}
    world.answer(other, "Second.", topics="pricing")
    written = [page for page in world.site.pages.values() if page.version != since.get(page.id)]
    assert len(written) == 3
    assert not [page.title for page in written if "Lawyers" in page.storage or "Quiet deal" in page.storage]
    assert "Second." in shown(world)


def test_what_is_restricted_and_told_is_withheld_within_the_moment_of_trust(still: tuple[World, StillClock]) -> None:
    world, _ = still
    quiet, other = world.closed("Quiet deal"), world.closed("Other")
    world.answer(quiet, "Lawyers read slowly.", topics="pricing")
    assert "Lawyers" in shown(world)
    world.site.admit("Private", world.bot)
    world.site.edit_issue(quiet, {"security": "Private"}, by=world.ana)
    world.settle()
    assert "Lawyers" not in shown(world)
    world.answer(other, "Second.", topics="pricing")
    assert "Lawyers" not in shown(world)


def test_an_issue_nobody_looked_at_is_looked_at_although_its_neighbours_are_trusted(
    still: tuple[World, StillClock],
) -> None:
    world, _ = still
    first, quiet = world.closed("First"), world.closed("Quiet deal")
    world.answer(first, "First.", topics="pricing")
    unheard(world)
    world.site.edit_issue(quiet, {"security": "Board only"}, by=world.ana)
    world.answer(quiet, "Lawyers read slowly.", topics="pricing")
    assert "Lawyers" not in published(world)
    assert "First." in shown(world)


def test_a_look_that_takes_others_along_hides_what_it_finds_on_their_pages_too(
    still: tuple[World, StillClock],
) -> None:
    world, _ = still
    quiet, other = world.closed("Quiet deal"), world.closed("Other")
    world.answer(quiet, "Lawyers read slowly.", topics="zurich")
    world.answer(other, "Second.", topics="pricing")
    unheard(world)
    world.site.edit_issue(quiet, {"security": "Board only"}, by=world.ana)
    later(still, timedelta(minutes=1))
    with world.deployment.db.begin() as tx:
        pages.look_again(tx, world.tenant.id, [TOPIC])
    mark(world, TOPIC, PageKey("topic:zurich"))
    world.settle()
    assert "Lawyers" not in shown(world)


@pytest.mark.parametrize("seconds", [-1, 6])
def test_what_was_seen_too_long_ago_or_on_a_clock_that_was_put_back_is_not_trusted(
    seconds: int,
) -> None:
    trust, tenant, issues = Trust(), TenantId("t1"), [IssueId("1"), IssueId("2")]
    trust.saw(tenant, issues[:1], issues[1:], MONDAY)
    assert trust.lacks(tenant, issues, MONDAY) == issues[1:]
    assert trust.lacks(TenantId("t2"), issues, MONDAY) == issues
    assert trust.lacks(tenant, issues, MONDAY + timedelta(seconds=seconds)) == issues


# --- what people did meanwhile ---


@pytest.fixture
def read_beside(still: tuple[World, StillClock]) -> tuple[World, StillClock, Publisher]:
    """A world in which the log was just read beside home, and is about to be written."""
    world, clock = still
    world.answer(world.closed("One"), "First.")
    key = world.closed("Two")
    world.handlers = {**world.handlers, JobKind.COMPILE: lambda _key: None}
    world.answer(key, "Second.")
    mark(world, HOME, LOG)
    parts = replace(world.deployment, clock=clock)
    publisher = Publisher(parts, world.tenant, DoorKeeper(parts).of(world.tenant))
    Reader(parts, world.tenant, publisher.doors.confluence, publisher.reads).read(world.row(HOME))
    return world, clock, publisher


def test_an_edit_after_the_shared_read_is_kept_because_the_page_is_read_again(
    read_beside: tuple[World, StillClock, Publisher],
) -> None:
    world, _, publisher = read_beside
    log = world.page("Learning log: FLEX")
    world.site.edit_page(log.id, lambda body: f"{body}<p>Ben's note.</p>", by=world.ben)
    since = len(world.site.requests)
    assert publisher.publish(LOG) is PageState.CURRENT
    assert [one.status for one in world.site.requests[since:] if one.method == "PUT"] == [409, 200]
    assert "Ben's note." in log.storage
    assert "Second." in log.storage


def test_a_page_put_into_the_trash_stays_there_once_the_shared_read_is_old(
    read_beside: tuple[World, StillClock, Publisher],
) -> None:
    world, clock, publisher = read_beside
    log = world.page("Learning log: FLEX")
    world.site.trash_page(log.id, by=world.ben)
    clock.forward(reading.LASTS + timedelta(milliseconds=1))
    assert publisher.publish(LOG) is PageState.GONE
    assert log.status == "trashed"


def test_a_page_that_people_changed_or_discuss_is_read_alone(still: tuple[World, StillClock]) -> None:
    world, _ = still
    world.answer(world.closed("One"), "First.", topics="pricing")
    log, topic = world.page("Learning log: FLEX"), world.page("Learnings: pricing")
    world.site.edit_page(log.id, lambda body: f"{body}<p>Ben's note.</p>", by=world.ben)
    world.site.comment_inline(topic.id, "First.", "Is that so?", by=world.ben)
    since = len(world.site.requests)
    world.answer(world.closed("Two"), "Second.", topics="pricing")
    reads = [one.path for one in world.site.requests[since:] if one.method == "GET" and one.actor == world.bot]
    assert [f"/wiki/api/v2/pages/{page.id}" in reads for page in (log, topic)] == [True, True]
    assert world.row(TOPIC).state is PageState.WAITING
    assert "Ben's note." in log.storage
    assert "Second." in log.storage
