"""Closes whose delivery never came are found within one interval, and asked about once."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.telling import tell, unheard
from tests.world import World
from worker.domain.model import DeliveryState, JobKind, PromptState, StatusCategory, StatusId
from worker.store import tenants


def lost(world: World, summary: str = "Try monthly plans", *, resolution: str = "Done", by: str = "") -> str:
    """An issue that was closed while the site had no webhook; its key."""
    webhooks, world.site.world.webhooks = world.site.world.webhooks, type(world.site.world.webhooks)()
    key = world.closed(summary, resolution=resolution, by=by)
    world.site.world.webhooks = webhooks
    return key


def statuses_read(world: World) -> int:
    """How often the site was asked for its statuses."""
    return len([one for one in world.site.requests if one.path == "/rest/api/3/status"])


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


# --- sites that change ---


def recategorise(world: World, name: str, category: str) -> None:
    """An admin puts a status into another category."""
    known = world.site.world.statuses
    (status,) = (one for one in known.values() if one.name == name)
    known[status.id] = replace(status, category=category)


@pytest.mark.parametrize("heard", [True, False])
def test_a_status_that_an_admin_put_into_another_category_is_judged_by_that(world: World, heard: bool) -> None:
    world.closed("Before")
    recategorise(world, "In Review", "done")
    key = world.site.create_issue("FLEX", "Story", "Released", reporter=world.ana, assignee=world.ana)
    with unheard(world) as told:
        world.site.transition(key, "In Review", by=world.ana)
    if heard:
        tell(world, told[-1])
    else:
        world.tick(JobKind.SWEEP)
    assert len(world.our_comments(key)) == 1
    with world.deployment.db.read() as tx:
        known = tenants.categories(tx, world.tenant.id)
    assert known[StatusId(world.site.world.issue(key).status_id)] is StatusCategory.DONE


@ON_SQLITE_ALONE
def test_a_status_that_is_listed_no_more_costs_one_call_a_sweep_and_not_one_a_close(world: World) -> None:
    keys = [lost(world, f"Story {number}") for number in range(5)]
    for key in keys:
        changes = world.site.issue(key).changes
        for place, change in enumerate(changes):
            items = (replace(item, old="10999") if item.field == "status" else item for item in change.items)
            changes[place] = replace(change, items=tuple(items))
    world.clock.forward(timedelta(hours=1))
    before = statuses_read(world)
    world.tick(JobKind.SWEEP)
    assert statuses_read(world) - before == 1
    assert [len(world.our_comments(key)) for key in keys] == [1] * 5


@ON_SQLITE_ALONE
def test_a_chosen_project_that_is_gone_keeps_no_other_from_being_searched(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.rule(projects=("FLEX", "GONE"))
    key = lost(world)
    with caplog.at_level(logging.WARNING):
        world.tick(JobKind.SWEEP)
    assert len(world.our_comments(key)) == 1
    assert world.jobs() == []
    assert [one.message for one in caplog.records if "no project GONE, or not for our account" in one.message]


@ON_SQLITE_ALONE
def test_where_every_chosen_project_is_gone_the_sweep_fails_and_searches_nothing_else(world: World) -> None:
    world.rule(projects=("GONE",))
    key = lost(world)
    world.tick(JobKind.SWEEP)
    assert [one.kind for one in world.jobs("dead")] == [JobKind.SWEEP]
    assert world.our_comments(key) == []


@ON_SQLITE_ALONE
def test_a_close_is_found_though_the_sites_clock_is_behind_ours(world: World) -> None:
    world.clock.forward(timedelta(hours=3))
    world.tick(JobKind.SWEEP)
    key = lost(world)
    changes = world.site.issue(key).changes
    changes[:] = [replace(one, at=one.at - timedelta(minutes=50)) for one in changes]
    world.tick(JobKind.SWEEP)
    assert len(world.our_comments(key)) == 1
    world.tick(JobKind.SWEEP)
    assert len(found(world, key)) == 1
