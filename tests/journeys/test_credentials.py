"""What proves us to a site ends, is missing, is refused, and is given anew: jobs wait, say why, and go on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.joining import by_connect, by_forge, by_scoped_token, install_forge
from tests.world import BOT, World, make_world
from worker import onboarding
from worker.domain.model import JobKind, Product
from worker.errors import ConfigError, NotFoundHere, Unauthorized
from worker.onboarding import Given, Wish
from worker.store import credentials, tenants

pytestmark = ON_SQLITE_ALONE


def test_a_job_without_a_live_forge_token_waits_says_why_and_goes_on_with_the_next_call(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        key = world.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=world.ana, assignee=world.ana)
        world.settle()
        world.site.transition(key, "Done", by=world.ana, resolution="Done")
        world.site.flush_webhooks()
        world.clock.forward(timedelta(hours=2))
        world.deployment.queue.drain(world.handlers)
        (job,) = world.jobs("waiting")
        assert "Forge's next call" in job.error
        world.site.tick_forge()
        world.later(timedelta(minutes=1))
        assert "What did we learn?" in world.our_comment(key)
        assert world.jobs("dead") == []


def test_a_forge_token_the_site_takes_back_is_waited_for_and_stops_nobody(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        world.site.fault("GET", "/rest/api/3/issue/", status=401)
        key = world.closed()
        assert world.tenant.stopped == ""
        world.site.tick_forge()
        world.later(timedelta(minutes=1))
        assert "What did we learn?" in world.our_comment(key)


def test_a_forge_tenant_may_give_jira_a_token_of_its_own(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        onboarding.give_credential(world.deployment, world.tenant, Product.JIRA, BOT, "ana@example.org")
        world.site.tick_forge()
        world.site.flush_webhooks()
        with world.deployment.db.read() as tx:
            assert credentials.of(tx, world.tenant.id)[Product.JIRA].account == "bot@example.org"


def test_another_installation_of_the_forge_app_is_refused(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        pinned = world.tenant.installation
        install_forge(world)
        world.site.tick_forge()
        statuses = [status for one in world.site.flush_webhooks() for status in one.statuses]
        assert 401 in statuses
        assert world.tenant.installation == pinned


def test_a_forge_app_that_was_uninstalled_and_installed_again_goes_on(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        first = world.closed("One")
        (install,) = world.site.world.apps.forge.values()
        world.site.uninstall_forge(install)
        assert world.tenant.uninstalled_at is not None
        again = world.site.reinstall_forge(install)
        world.bot = again.account.account_id
        world.site.tick_forge()
        world.settle()
        onboarding.give_credential(world.deployment, world.tenant, Product.CONFLUENCE, BOT, "ana@example.org")
        second = world.closed("Two")
        assert "What did we learn?" in world.our_comment(second)
        assert world.prompt(first) is not None


def test_without_a_credential_for_confluence_a_page_waits_for_a_person_and_says_so(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        with world.deployment.db.begin() as tx:
            held = credentials.of(tx, world.tenant.id)
            credentials.drop(tx, world.tenant.id)
            credentials.keep(tx, world.tenant.id, held[Product.JIRA])
        world.answer(world.closed(), "Ask earlier.")
        dead = world.jobs("dead")
        assert {job.kind for job in dead} == {JobKind.COMPILE}
        assert all("learnloop tenant credential" in job.error for job in dead)


def test_a_token_that_is_refused_is_not_kept(world: World) -> None:
    with pytest.raises(Unauthorized):
        onboarding.give_credential(
            world.deployment, world.tenant, Product.JIRA, Given("wrong", "bot@example.org"), "ana@example.org"
        )
    assert "What did we learn?" in world.our_comment(world.closed())


def test_a_scoped_token_is_no_use_on_the_site_itself(world: World) -> None:
    world.site.add_scoped_token(world.bot, "scoped")
    with pytest.raises(Unauthorized):
        onboarding.give_credential(
            world.deployment, world.tenant, Product.JIRA, Given("scoped", "bot@example.org"), "ana@example.org"
        )


def test_scoped_calls_all_go_through_the_gateway(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_scoped_token) as world:
        world.answer(world.closed(), "Ask earlier.")
        ours = [one.path for one in world.site.requests if one.actor == world.bot]
        assert ours
        assert {path.split("/")[1] for path in ours} == {"ex"}


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Wish("", secret="short", jira=BOT), "at least 16 characters"),
        (Wish("", secret="a secret long enough"), "--token-file"),
        (Wish("", secret="a secret long enough", jira=BOT, time_zone="Mars/Base"), "no time zone 'Mars/Base'"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_what_to_do(world: World, wish: Wish, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        onboarding.add_tenant(world.deployment, wish)


def test_nothing_is_kept_of_a_tenant_whose_site_refuses_us(world: World) -> None:
    wish = Wish(
        world.site.url, jira=Given("wrong", "bot@example.org"), secret="a secret long enough", projects=("OPS",)
    )
    world.rule(projects=("FLEX",))
    with pytest.raises(Unauthorized):
        onboarding.add_tenant(world.deployment, wish)
    with world.deployment.db.read() as tx:
        assert len(tenants.every(tx)) == 1
        with pytest.raises(NotFoundHere):
            tenants.get(tx, "gone")  # type: ignore[arg-type]
