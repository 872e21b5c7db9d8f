"""Closes whose delivery never came are found within one interval, and asked about once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import World
from worker.domain.model import DeliveryState, JobKind, PromptState
from worker.store import tenants


def lost(world: World, summary: str = "Try monthly plans", *, resolution: str = "Done", by: str = "") -> str:
    """An issue that was closed while the site had no webhook; its key."""
    webhooks, world.site.world.webhooks = world.site.world.webhooks, type(world.site.world.webhooks)()
    key = world.closed(summary, resolution=resolution, by=by)
    world.site.world.webhooks = webhooks
    return key


def found(world: World, key: str) -> list[tuple[DeliveryState, str]]:
    """What the sweep wrote down about an issue."""
    return [
        (one.state, one.reason)
        for one in world.deliveries()
        if (one.event, one.issue_key) == ("found by the sweep", key)
    ]


def test_a_close_nobody_told_us_about_is_asked_about_within_one_interval(world: World) -> None:
    key = lost(world)
    assert world.prompt(key) is None
    world.tick(JobKind.SWEEP)
    assert "What did we learn?" in world.our_comment(key)
    assert found(world, key) == [(DeliveryState.HANDLED, "asked")]


def test_the_sweep_asks_the_person_who_closed_it(world: World) -> None:
    key = lost(world, by=world.ben)
    world.tick(JobKind.SWEEP)
    prompt = world.prompt(key)
    assert prompt is not None
    assert prompt.asked == world.ben


def test_sweeping_again_asks_nobody_twice(world: World) -> None:
    key = lost(world)
    for _ in range(3):
        world.tick(JobKind.SWEEP)
        world.clock.forward(timedelta(minutes=10))
    assert len(world.our_comments(key)) == 1
    assert len(found(world, key)) == 1


def test_a_close_that_was_delivered_is_not_found_again(world: World) -> None:
    key = world.closed()
    world.tick(JobKind.SWEEP)
    assert found(world, key) == []
    assert len(world.our_comments(key)) == 1


def test_a_delivery_that_comes_after_the_sweep_changes_nothing(world: World) -> None:
    key = world.site.create_issue("FLEX", "Story", "Late", reporter=world.ana, assignee=world.ana)
    world.settle()
    world.site.transition(key, "Done", by=world.ana, resolution="Done")
    world.site.flush_webhooks()
    late = next(one for one in world.deployment.queue.jobs("waiting") if one.kind is JobKind.INTERPRET)
    with world.deployment.db.begin() as tx:
        world.deployment.queue.forget(tx, lambda kind, name: (kind, name) == (late.kind, late.key))
    world.tick(JobKind.SWEEP)
    assert world.prompt(key) is not None
    with world.deployment.db.begin() as tx:
        world.deployment.queue.put(tx, JobKind.INTERPRET, late.key, lane="late")
    world.settle()
    assert len(world.our_comments(key)) == 1
    assert world.reasons(key)[-1].startswith("already asked")


def test_a_close_before_the_tenant_was_added_is_never_asked_about(world: World) -> None:
    with world.deployment.db.begin() as tx:
        tenants.change(tx, world.tenant.id, activated_at=world.clock.now() + timedelta(minutes=30))
    key = lost(world)
    world.clock.forward(timedelta(hours=1))
    world.tick(JobKind.SWEEP)
    assert world.our_comments(key) == []


@pytest.mark.parametrize("resolution", ["Won't Do", "Duplicate"])
def test_the_policy_holds_for_what_the_sweep_finds(world: World, resolution: str) -> None:
    key = lost(world, resolution=resolution)
    world.tick(JobKind.SWEEP)
    assert found(world, key) == [(DeliveryState.IGNORED, f"resolution skipped: closed as {resolution}")]
    assert world.our_comments(key) == []


def test_a_close_that_was_undone_meanwhile_asks_nobody(world: World) -> None:
    key = lost(world)
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()
    world.tick(JobKind.SWEEP)
    assert world.our_comments(key) == []


def test_a_sweep_after_an_outage_reaches_back_to_the_last_one(world: World) -> None:
    world.tick(JobKind.SWEEP)
    key = lost(world)
    world.clock.forward(timedelta(days=3))
    world.tick(JobKind.SWEEP)
    prompt = world.prompt(key)
    assert prompt is not None
    assert prompt.state is PromptState.OPEN
