"""Many tenants on one LearnLoop: none sees another's, no site is asked twice, and one may move, go and return."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import String, func, or_, select

from tests.journeys.joining import by_connect, give_confluence
from tests.world import BOT, EVENTS, SECRET, World, make_world
from worker import installing, onboarding
from worker.domain.model import JobKind, PromptState, TenantId
from worker.errors import ConfigError
from worker.onboarding import Wish
from worker.store import tenants
from worker.store.schema import metadata
from worker.store.tenants import Tenant


def beside(world: World, *projects: str) -> Tenant:
    """A second tenant on the same site, for these projects, with a webhook of its own."""
    wish = Wish(world.site.url, jira=BOT, secret=SECRET, space="OPS", projects=projects)
    tenant = onboarding.add_tenant(world.deployment, wish)
    world.site.add_webhook(onboarding.webhook_url(world.deployment, tenant), events=EVENTS, secret=SECRET)
    world.ask_at_once()
    return tenant


def rows_of(world: World, tenant_id: str) -> dict[str, int]:
    """How many rows of each table are a tenant's."""
    found = {}
    with world.deployment.db.read() as tx:
        for table in metadata.sorted_tables:
            if "tenant_id" in table.c:
                query = select(func.count()).where(table.c.tenant_id == tenant_id)
            elif "key" in table.c:
                query = select(func.count()).where(table.c.key.contains(tenant_id))
            else:
                texts = [column for column in table.c if isinstance(column.type, String)]
                query = select(func.count()).where(or_(*(column.contains(tenant_id) for column in texts)))
            found[table.name] = tx.execute(query.select_from(table)).scalar_one()
    return {name: count for name, count in found.items() if count}


def test_a_second_tenant_on_a_site_that_is_served_is_refused_and_told_why(world: World) -> None:
    with pytest.raises(ConfigError, match=f"Tenant {world.tenant.id} serves this site already"):
        beside(world)


def test_two_tenants_share_a_site_when_each_has_projects_of_its_own(world: World) -> None:
    world.site.add_project("OPS", "Operations")
    world.site.add_space("OPS", "Operations")
    world.rule(projects=("FLEX",))
    beside(world, "OPS")
    one, other = world.closed("In FLEX"), world.closed("In OPS", project="OPS")
    for key in (one, other):
        assert len(world.our_comments(key)) == 1
    world.answer(one, "A lesson of FLEX.")
    world.answer(other, "A lesson of OPS.")
    for space, mine, theirs in (("ENG", "FLEX", "OPS"), ("OPS", "OPS", "FLEX")):
        pages = [
            world.site.page_by_title(space, title).storage for title in ("What we learned", f"Learning log: {mine}")
        ]
        assert any(f"A lesson of {mine}." in page for page in pages)
        assert not any(f"A lesson of {theirs}." in page for page in pages)


def test_the_delivery_of_one_tenant_is_no_use_at_anothers_address(world: World) -> None:
    world.site.add_project("OPS", "Operations")
    world.site.add_space("OPS", "Operations")
    world.rule(projects=("FLEX",))
    other = beside(world, "OPS")
    key = world.closed()
    with world.deployment.db.read() as tx:
        assert {one.tenant_id for one in world.deliveries() if one.reason == "asked"} == {TenantId(world.tenant_id)}
        assert tenants.get(tx, other.id).own_account == world.bot
    assert len(world.our_comments(key)) == 1


def test_a_connect_install_on_a_site_that_is_served_is_stopped_and_says_what_to_do(world: World) -> None:
    world.site.install_connect(f"{world.deployment.settings.base_url}/atlassian-connect.json")
    with world.deployment.db.read() as tx:
        (new,) = [one for one in tenants.every(tx) if one.id != world.tenant_id]
    assert f"Tenant {world.tenant_id} serves this site already" in new.stopped
    assert len(world.our_comments(world.closed())) == 1


def test_a_connect_site_that_moved_is_followed(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        world.answer(world.closed(), "Ask earlier.")
        (install,) = world.site.world.apps.connect.values()
        moved = world.site.url.replace("127.0.0.1", "localhost")
        before = world.row("log:FLEX").url or ""
        with world.deployment.db.begin() as tx:
            installing.move(tx, world.tenant, moved)
        assert world.tenant.site_url == moved
        assert world.row("log:FLEX").url == before.replace("127.0.0.1", "localhost")
        world.site.reinstall_connect(install)
        world.settle()
        assert world.tenant.site_url == world.site.url
        assert world.row("log:FLEX").url == before


def test_an_uninstalled_tenant_does_nothing_any_more_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        key = world.closed("One")
        (install,) = world.site.world.apps.connect.values()
        world.site.uninstall_connect(install)
        requests = len(world.site.requests)
        for kind in (JobKind.REMINDERS, JobKind.COMPILE_ALL, JobKind.SWEEP):
            world.tick(kind)
        assert len(world.site.requests) == requests
        assert {(job.state, job.error) for job in world.jobs()} == {("dead", "The app was uninstalled.")}
        world.site.reinstall_connect(install)
        world.settle()
        give_confluence(world)
        assert world.tenant.uninstalled_at is None
        world.answer(key, "Still known.")
        assert "Still known." in world.page("Learning log: FLEX").storage
        assert {job.error.partition(".")[0] for job in world.jobs()} <= {"There is no credential for Confluence yet"}


def test_what_was_under_way_when_an_app_went_is_done_when_it_is_back(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        answered = world.closed("Answered meanwhile")
        world.rule(gather_seconds=60)
        asked = world.closed("Waited to be asked")
        (install,) = world.site.world.apps.connect.values()
        world.site.uninstall_connect(install)
        assert world.our_comments(asked) == []
        world.answer(answered, "By an old link.")
        world.later(timedelta(days=1))
        assert (world.our_comments(asked), world.site.properties(answered)) == ([], {})
        world.site.reinstall_connect(install)
        world.settle()
        assert len(world.our_comments(asked)) == 1
        assert world.site.properties(answered)["learnloop.learning"]["learned"] == "By an old link."


def test_what_waited_too_long_is_not_asked_any_more(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        world.rule(gather_seconds=60)
        key = world.closed()
        (install,) = world.site.world.apps.connect.values()
        world.site.uninstall_connect(install)
        world.later(timedelta(days=60))
        world.site.reinstall_connect(install)
        world.settle()
        prompt = world.prompt(key)
        assert prompt is not None
        assert (world.our_comments(key), prompt.state) == ([], PromptState.EXPIRED)


def test_what_closed_while_the_app_was_away_is_not_asked_about(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        (install,) = world.site.world.apps.connect.values()
        world.site.uninstall_connect(install)
        key = world.closed("Nobody listened")
        world.later(timedelta(days=3))
        world.site.reinstall_connect(install)
        world.tick(JobKind.SWEEP)
        assert world.our_comments(key) == []


def test_erasing_leaves_nothing_of_a_tenant_and_everything_of_the_others(world: World) -> None:
    world.site.add_project("OPS", "Operations")
    world.site.add_space("OPS", "Operations")
    world.rule(projects=("FLEX",))
    other = beside(world, "OPS")
    for project in ("FLEX", "OPS"):
        world.answer(world.closed(project=project), "Ask earlier.", topics="pricing")
    with world.deployment.db.begin() as tx:
        world.deployment.queue.put(tx, JobKind.COMPILE, f"{other.id}/home", lane="later")
    kept = rows_of(world, world.tenant_id)
    assert len(rows_of(world, other.id)) > 8
    with world.deployment.db.begin() as tx:
        installing.uninstall(tx, world.deployment, other)
        installing.erase(tx, world.deployment, tenants.get(tx, other.id))
    assert rows_of(world, other.id) == {}
    assert rows_of(world, world.tenant_id) == kept


def test_a_removed_tenant_may_return_unless_another_took_its_place(world: World) -> None:
    world.rule(projects=("FLEX",))
    world.site.add_space("OPS", "Operations")
    second = beside(world, "OPS")
    with world.deployment.db.begin() as tx:
        installing.uninstall(tx, world.deployment, world.tenant)
        tenants.set_policy(tx, second.id, replace(second.policy, projects=()))
    with world.deployment.db.begin() as tx, pytest.raises(ConfigError, match=second.id):
        installing.resume(tx, world.deployment, TenantId(world.tenant_id))
