"""How far a sweep reaches: behind the last one, not behind the tenant's start, a week at most, in chosen projects."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.telling import unheard
from tests.world import World
from worker.domain.model import JobKind
from worker.store import tenants

pytestmark = ON_SQLITE_ALONE


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def lost(world: World, summary: str = "Try monthly plans", project: str = "FLEX") -> str:
    """An issue that was closed and of which nobody told us; its key."""
    with unheard(world):
        return world.closed(summary, project=project)


def searched(world: World) -> str:
    """The query of the last search."""
    bodies = [one.request_body for one in world.site.requests if one.path.endswith("/search/jql")]
    return str(json.loads(bodies[-1])["jql"])


def reach(world: World) -> int:
    """How many minutes back the last search looked."""
    found = re.search(r'updated >= "-(\d+)m"', searched(world))
    assert found
    return int(found[1])


def start_now(world: World) -> None:
    """The tenant is switched on at this moment, and was never swept for."""
    start(world, world.clock.now())


def start(world: World, moment: datetime) -> None:
    with world.deployment.db.begin() as tx:
        tenants.change(tx, world.tenant.id, activated_at=moment, swept_at=None)


def asked(world: World, key: str) -> bool:
    return world.our_comments(key) != []


def test_a_close_the_index_did_not_have_yet_is_found_by_the_next_sweep(world: World) -> None:
    """Atlassian: search is eventually consistent."""
    world.site.world.index_lag = minutes(10)
    world.clock.forward(minutes(60))
    key = lost(world)
    world.clock.forward(minutes(8))
    world.tick(JobKind.SWEEP)
    assert not asked(world, key)
    world.clock.forward(minutes(4))
    world.tick(JobKind.SWEEP)
    assert asked(world, key)


def test_a_close_in_the_minute_the_tenant_was_switched_on_is_found(world: World) -> None:
    start_now(world)
    key = lost(world)
    world.clock.forward(minutes(20))
    world.tick(JobKind.SWEEP)
    assert asked(world, key)


def test_a_close_in_the_millisecond_the_tenant_was_switched_on_is_found(world: World) -> None:
    """Sites tell their times in milliseconds: what came after is told as if it had come before."""
    key = lost(world)
    closed = world.site.issue(key).changes[-1].at
    start(world, closed.replace(microsecond=closed.microsecond // 1_000 * 1_000 + 999))
    world.clock.forward(minutes(20))
    world.tick(JobKind.SWEEP)
    assert asked(world, key)


def test_a_sweep_looks_no_further_back_than_the_tenants_start(world: World) -> None:
    world.clock.forward(timedelta(days=1))
    start_now(world)
    world.clock.forward(minutes(5))
    world.tick(JobKind.SWEEP)
    assert reach(world) == 7  # five, a second of the tick begins the sixth, and one for good measure


def test_a_close_before_the_tenants_start_is_not_found_though_its_issue_changed_since(world: World) -> None:
    key = lost(world)
    world.clock.forward(minutes(20))
    start_now(world)
    world.site.comment(key, "Well done.", by=world.ben)
    world.tick(JobKind.SWEEP)
    assert not asked(world, key)
    assert "found by the sweep" not in {one.event for one in world.deliveries()}


def test_a_sweep_looks_half_an_hour_behind_the_last_one(world: World) -> None:
    world.clock.forward(timedelta(days=1))
    world.tick(JobKind.SWEEP)
    world.clock.forward(minutes(10))
    world.tick(JobKind.SWEEP)
    assert reach(world) == 42


def test_after_a_long_silence_only_closes_of_the_last_week_are_asked_about(world: World) -> None:
    world.tick(JobKind.SWEEP)
    late = lost(world, "Eight days ago")
    world.clock.forward(timedelta(days=2))
    recent = lost(world, "Six days ago")
    world.clock.forward(timedelta(days=6))
    world.tick(JobKind.SWEEP)
    assert not asked(world, late)
    assert asked(world, recent)


def test_issues_of_a_project_that_was_not_chosen_are_not_even_searched(world: World) -> None:
    world.site.add_project("HR", "People")
    world.rule(projects=("FLEX",))
    ours, theirs = lost(world), lost(world, project="HR")
    world.tick(JobKind.SWEEP)
    assert asked(world, ours)
    assert theirs not in {one.issue_key for one in world.deliveries()}
    assert 'project in ("FLEX")' in searched(world)
