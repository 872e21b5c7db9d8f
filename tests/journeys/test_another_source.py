"""A tenant that is told another way: what it has stays, and the earlier way may go without anything following."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.commands import said, typing
from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.joining import by_connect, by_forge, install_forge
from tests.world import BOT, EVENTS, SECRET, World, make_world, serve_data_center
from worker import onboarding, rotating
from worker.domain.model import Hosting, Product, Proof, SourceKind, TenantId
from worker.errors import ConfigError
from worker.store import audit, credentials, tenants

pytestmark = ON_SQLITE_ALONE


def told_by(world: World, source: SourceKind, secret: str = "", proof: Proof | None = None) -> None:
    rotating.tell_by(world.deployment, TenantId(world.tenant_id), source, secret, "ana@example.org", proof)


def give_jira(world: World) -> None:
    """Give the tenant an API token for Jira."""
    onboarding.give_credential(world.deployment, world.tenant, Product.JIRA, BOT, "ana@example.org")
    world.bot = world.tenant.own_account


def add_webhook(world: World) -> None:
    world.site.add_webhook(onboarding.webhook_url(world.deployment, world.tenant), events=EVENTS, secret=SECRET)


def test_a_connect_site_leaves_connect_and_keeps_all_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        type_in = typing(world, tmp_path, monkeypatch)
        world.answer(world.closed("Told by the app"), "Ask earlier.")
        words = ("source", world.tenant_id, "--source", "cloud", "--webhook-secret-file", f"@{SECRET}")
        assert "--product jira" in said(type_in("tenant", *words))
        give_jira(world)
        done = type_in("tenant", *words)
        assert done.exit_code == 0, done.output
        assert "System, WebHooks, Create" in said(done)
        assert onboarding.webhook_url(world.deployment, world.tenant) in done.output.replace("\n", "")
        add_webhook(world)
        assert len(world.our_comments(world.closed("Told by both"))) == 1
        (install,) = world.site.world.apps.connect.values()
        world.site.uninstall_connect(install)
        world.settle()
        assert (world.tenant.uninstalled_at, world.tenant.stopped, world.tenant.installation) == (None, "", None)
        key = world.closed("Told by the webhook alone")
        world.answer(key, "Leave in time.")
        page = world.page("Learning log: FLEX").storage
        assert "Ask earlier." in page
        assert "Leave in time." in page
        with world.deployment.db.read() as tx:
            log = [(one.what, one.before, one.after) for one in audit.newest(tx, world.tenant_id)]
        assert ("has it told another way", "connect, proven by jwt", "cloud, proven by hmac") in log


def test_a_connect_site_whose_app_is_gone_already_is_told_another_way_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        type_in = typing(world, tmp_path, monkeypatch)
        (install,) = world.site.world.apps.connect.values()
        world.site.uninstall_connect(install)
        refused = said(type_in("tenant", "resume", world.tenant_id))
        assert f"`learnloop tenant source {world.tenant_id} --source cloud`" in refused
        give_jira(world)
        words = ("source", world.tenant_id, "--source", "cloud", "--webhook-secret-file", f"@{SECRET}")
        assert f"learnloop tenant resume {world.tenant_id}" in said(type_in("tenant", *words))
        assert type_in("tenant", "resume", world.tenant_id).exit_code == 0
        add_webhook(world)
        assert len(world.our_comments(world.closed())) == 1


def test_a_connect_site_goes_over_to_forge_with_the_apps_own_token(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_connect) as world:
        told_by(world, SourceKind.FORGE)
        with world.deployment.db.read() as tx:
            assert set(credentials.of(tx, world.tenant.id)) == {Product.CONFLUENCE}
        world.bot = install_forge(world).account.account_id
        world.site.tick_forge()
        world.settle()
        (install,) = world.site.world.apps.connect.values()
        world.site.uninstall_connect(install)
        assert len(world.our_comments(world.closed())) == 1


def test_a_forge_site_goes_over_to_a_webhook_and_its_app_is_heard_no_more(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        give_jira(world)
        told_by(world, SourceKind.CLOUD, SECRET)
        add_webhook(world)
        (install,) = world.site.world.apps.forge.values()
        world.site.uninstall_forge(install)
        assert len(world.our_comments(world.closed())) == 1


@pytest.mark.parametrize(
    ("source", "proof", "words"),
    [
        (SourceKind.CONNECT, None, "adds itself when the app is installed"),
        (SourceKind.CLOUD, None, "told by cloud already"),
        (SourceKind.DATA_CENTER, None, "runs Jira Cloud"),
        (SourceKind.AUTOMATION, Proof.HMAC, "proven by token, not by hmac"),
    ],
)
def test_a_way_that_cannot_be_is_refused(world: World, source: SourceKind, proof: Proof | None, words: str) -> None:
    before = world.tenant
    with pytest.raises(ConfigError, match=words):
        told_by(world, source, "a-secret-long-enough", proof)
    assert world.tenant == before


def test_forge_is_refused_where_no_app_would_be_taken(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in = typing(world, tmp_path, monkeypatch)
    monkeypatch.setenv("LEARNLOOP_FORGE_APPS", "")
    refused = type_in("tenant", "source", world.tenant_id, "--source", "forge")
    assert (refused.exit_code, "LEARNLOOP_FORGE_APPS is empty" in said(refused)) == (1, True)


def test_a_data_center_site_is_told_by_rules_and_by_nothing_of_the_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_world(tmp_path, hosting=Hosting.DATA_CENTER, join=serve_data_center) as world:
        with pytest.raises(ConfigError, match="runs Data Center"):
            told_by(world, SourceKind.FORGE)
        told_by(world, SourceKind.AUTOMATION, "a-token-long-enough")
        with world.deployment.db.read() as tx:
            after = tenants.get(tx, TenantId(world.tenant_id))
        assert (after.source, after.proof, after.hosting) == (SourceKind.AUTOMATION, Proof.TOKEN, Hosting.DATA_CENTER)
        words = ("--source", "data_center", "--proof", "basic", "--webhook-secret-file", "@jira:a password of both")
        back = typing(world, tmp_path, monkeypatch)("tenant", "source", world.tenant_id, *words)
        assert "Use this address, the same name and password" in said(back)
