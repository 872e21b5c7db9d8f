"""`learnloop tenant …` as an admin types it, on the database of a running LearnLoop."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.commands import Type, said, typing
from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.joining import install_forge
from tests.world import World
from worker.domain.model import Product, Proof, TenantId
from worker.store import audit, credentials, tenants

pytestmark = ON_SQLITE_ALONE


@pytest.fixture
def type_in(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a command."""
    return typing(world, tmp_path, monkeypatch)


def signed_by(world: World) -> list[str]:
    with world.deployment.db.read() as tx:
        tenant = tenants.get(tx, TenantId(world.tenant_id))
    return [world.deployment.keys.open(one) for one in tenant.secrets]


def changes(world: World, tenant_id: str | None = None) -> list[tuple[str, str, str, str]]:
    """Who changed what, from what and to what, of the tenant or of none."""
    with world.deployment.db.read() as tx:
        found = audit.newest(tx, world.tenant_id if tenant_id is None else tenant_id)
    return [(one.who, one.what, one.before, one.after) for one in found]


def test_a_secret_is_rotated_without_losing_a_delivery(world: World, type_in: Type) -> None:
    (hook,) = world.site.world.webhooks.values()
    assert type_in("tenant", "rotate", world.tenant_id, "--secret-file", "@a newer secret of both").exit_code == 0
    assert len(world.our_comments(world.closed("By the earlier secret"))) == 1
    assert world.deliveries()[0].proven_by == "earlier secret"
    hook.secret = "a newer secret of both"
    assert len(world.our_comments(world.closed("By the newest"))) == 1
    assert world.deliveries()[0].proven_by == "newest secret"
    assert type_in("tenant", "retire", world.tenant_id).exit_code == 0
    assert signed_by(world) == ["a newer secret of both"]
    hook.secret = "a secret both sides know"
    assert world.our_comments(world.closed("By the retired one")) == []


def test_a_secret_that_jira_does_not_use_yet_is_retired_only_when_that_is_meant(world: World, type_in: Type) -> None:
    world.closed()
    type_in("tenant", "rotate", world.tenant_id, "--secret-file", "@a newer secret of both")
    asked = type_in("tenant", "retire", world.tenant_id, input="n\n")
    assert (asked.exit_code, "No delivery has come by the newest secret yet" in asked.output) == (1, True)
    assert len(signed_by(world)) == 2
    assert type_in("tenant", "retire", world.tenant_id, "--yes").exit_code == 0
    assert signed_by(world) == ["a newer secret of both"]
    assert "no earlier secret" in said(type_in("tenant", "retire", world.tenant_id))


def test_the_list_of_deliveries_says_what_proved_each_as_that_is_called_now(world: World, type_in: Type) -> None:
    def proven() -> list[str]:
        return [one["proven by"] for one in json.loads(type_in("deliveries", "--json").output) if one["about"] == key]

    key = world.closed()
    assert set(proven()) == {"newest secret"}
    world.clock.forward(timedelta(seconds=-5))  # what a command makes is newer than what has come
    type_in("tenant", "rotate", world.tenant_id, "--secret-file", "@a newer secret of both")
    assert set(proven()) == {"a secret from before the newest"}


@pytest.mark.parametrize(
    ("proof", "words", "shown"),
    [
        ("path", (), "the address alone proves a delivery"),
        ("hmac", ("--secret-file", "@a newer secret of both"), "unsigned deliveries are refused from now on"),
    ],
)
def test_what_proves_deliveries_is_changed_and_what_becomes_of_the_others_said(
    world: World, type_in: Type, proof: str, words: tuple[str, ...], shown: str
) -> None:
    before = Proof.HMAC if proof == "path" else Proof.PATH
    secret = world.tenant.newest_secret if proof == "path" else None
    with world.deployment.db.begin() as tx:
        tenants.change(tx, world.tenant.id, proof=before.value, newest_secret=secret)
    done = type_in("tenant", "rotate", world.tenant_id, "--proof", proof, *words)
    assert (done.exit_code, shown in said(done)) == (0, True), done.output
    assert world.tenant.proof is Proof(proof)
    assert world.tenant.earlier_secret is None
    assert ("command line", "changed what proves deliveries", before, proof) in changes(world)
    assert len(world.our_comments(world.closed())) == (1 if proof == "path" else 0)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--proof", "basic", "--secret-file", "@jira:a password of both"), "proven by hmac or path, not by basic"),
        ((), "at least 16 characters with --webhook-secret-file"),
    ],
)
def test_a_proof_that_cannot_be_is_refused(world: World, type_in: Type, words: tuple[str, ...], shown: str) -> None:
    refused = type_in("tenant", "rotate", world.tenant_id, *words)
    assert (refused.exit_code, shown in said(refused)) == (1, True), refused.output
    assert signed_by(world) == ["a secret both sides know"]


def test_an_unsigned_tenant_is_signed_from_its_first_rotation_on(world: World, type_in: Type) -> None:
    with world.deployment.db.begin() as tx:
        tenants.change(tx, TenantId(world.tenant_id), proof=Proof.PATH.value, newest_secret=None)
    assert type_in("tenant", "rotate", world.tenant_id, "--secret-file", "@a newer secret of both").exit_code == 0
    assert world.tenant.proof is Proof.HMAC
    assert signed_by(world) == ["a newer secret of both"]


def test_a_new_token_lets_a_stopped_tenant_go_on(world: World, type_in: Type) -> None:
    world.site.remove_token(world.bot)
    key = world.closed()
    assert world.tenant.stopped
    world.site.add_scoped_token(world.bot, "scoped")
    words = ("--email", "bot@example.org", "--token-file", "@scoped", "--scoped", "--expires", "2027-01-31")
    shown = type_in("tenant", "credential", world.tenant_id, *words)
    assert shown.exit_code == 0, shown.output
    assert world.tenant.stopped == ""
    assert type_in("jobs", "--retry", "all").exit_code == 0
    world.settle()
    assert "What did we learn?" in world.our_comment(key)
    with world.deployment.db.read() as tx:
        held = credentials.of(tx, TenantId(world.tenant_id))
    assert {f"{held[product].expires_at:%Y-%m-%d}" for product in Product} == {"2027-01-31"}


def test_a_tenant_is_removed_and_erased_only_in_that_order(world: World, type_in: Type) -> None:
    refused = type_in("tenant", "erase", world.tenant_id, "--yes")
    assert refused.exit_code == 1
    assert "still served" in refused.output
    assert type_in("tenant", "remove", world.tenant_id).exit_code == 0
    assert changes(world)[0][:2] == ("command line", "removed the site; what was learned is kept")
    asked = type_in("tenant", "erase", world.tenant_id, input="n\n")
    assert asked.exit_code == 1
    assert "Delete every row" in asked.output
    assert "comments and pages on the site stay" in said(asked)
    assert type_in("tenant", "erase", world.tenant_id, "--yes").exit_code == 0
    assert json.loads(type_in("tenant", "list", "--json").output) == []
    assert changes(world) == []
    assert changes(world, "")[0][:2] == ("command line", f"erased every row of {world.site.url}")


def test_a_removed_site_is_not_added_beside_what_is_kept_of_it(world: World, type_in: Type) -> None:
    type_in("tenant", "remove", world.tenant_id)
    words = ("--site", world.site.url, "--email", "bot@example.org", "--token-file", "@token")
    for source, secret in (("cloud", "@a secret long enough"), ("automation", "@a-token-long-enough")):
        refused = type_in("tenant", "add", "--source", source, *words, "--webhook-secret-file", secret)
        assert refused.exit_code == 1
        for command in ("resume", "erase"):
            assert f"`learnloop tenant {command} {world.tenant_id}`" in said(refused)
        assert (f"tenant source {world.tenant_id} --source automation" in said(refused)) == (source == "automation")
    assert len(json.loads(type_in("tenant", "list", "--json").output)) == 1


def test_a_refused_tenant_is_not_named_as_if_it_were_kept(world: World, type_in: Type) -> None:
    words = ("--email", "bot@example.org", "--token-file", "@token", "--webhook-secret-file", "@a secret long enough")
    refused = said(type_in("tenant", "add", "--site", world.site.url, *words))
    assert f"Tenant {world.tenant_id} serves this site already" in refused
    assert "tenant resume" not in refused


def test_a_tenant_that_was_removed_answers_nobody_and_may_be_resumed(world: World, type_in: Type) -> None:
    type_in("tenant", "remove", world.tenant_id)
    world.closed()
    assert world.site.flush_webhooks()[-1].status == 404
    assert type_in("tenant", "resume", world.tenant_id).exit_code == 0
    type_in("tenant", "rotate", world.tenant_id, "--secret-file", "@a secret both sides know")
    type_in("tenant", "credential", world.tenant_id, "--email", "bot@example.org", "--token-file", "@token")
    assert len(world.our_comments(world.closed())) == 1


def test_space_projects_zone_and_privacy_can_be_changed(world: World, type_in: Type) -> None:
    world.site.add_space("OPS", "Operations")
    words = ("--space", "OPS", "--projects", "FLEX, OPS", "--time-zone", "Asia/Tokyo", "--private", "FLEX")
    assert type_in("tenant", "change", world.tenant_id, *words).exit_code == 0
    policy = world.tenant.policy
    assert (policy.home_space, policy.projects, policy.time_zone) == ("OPS", ("FLEX", "OPS"), "Asia/Tokyo")
    assert policy.private_projects() == ("FLEX",)
    assert ("command line", "changed Projects", "empty", "FLEX, OPS") in changes(world)
    assert type_in("tenant", "change", world.tenant_id, "--time-zone", "Mars/Base").exit_code == 1
    assert type_in("tenant", "change", world.tenant_id, "--projects", "no key").exit_code == 1
    assert type_in("tenant", "change", world.tenant_id, "--projects", "").exit_code == 0
    assert world.tenant.policy.projects == ()


def test_a_space_that_is_not_there_is_not_chosen(world: World, type_in: Type) -> None:
    refused = type_in("tenant", "change", world.tenant_id, "--space", "NOPE")
    assert (refused.exit_code, "There is no space NOPE" in said(refused)) == (1, True)
    assert world.tenant.policy.home_space == "ENG"
    assert type_in("tenant", "change", world.tenant_id, "--space", "").exit_code == 0


def test_without_any_tenant_a_command_says_how_to_add_one(world: World, type_in: Type) -> None:
    type_in("tenant", "remove", world.tenant_id)
    type_in("tenant", "erase", world.tenant_id, "--yes")
    assert "`learnloop tenant add` adds a site" in said(type_in("check"))


def test_a_site_is_followed_to_its_new_address_and_no_other(world: World, type_in: Type) -> None:
    assert (
        type_in("tenant", "move", world.tenant_id, "--site", world.site.url.replace("127.0.0.1", "localhost")).exit_code
        == 0
    )
    assert world.tenant.site_url.startswith("http://localhost:")
    shown = type_in("tenant", "move", world.tenant_id, "--site", "http://127.0.0.1:1")
    assert shown.exit_code == 1
    assert "does not tell its cloud id" in shown.output


def test_a_forge_tenant_is_added_and_served(world: World, type_in: Type) -> None:
    type_in("tenant", "remove", world.tenant_id)
    type_in("tenant", "erase", world.tenant_id, "--yes")
    words = (
        "--site",
        world.site.url,
        "--wiki-email",
        "bot@example.org",
        "--wiki-token-file",
        "@token",
        "--space",
        "ENG",
    )
    shown = type_in("tenant", "add", "--source", "forge", *words)
    assert shown.exit_code == 0, shown.output
    assert f"{world.deployment.settings.base_url}/webhooks/forge" in shown.output.replace("\n", "")
    world.bot = install_forge(world).account.account_id
    world.site.tick_forge()
    world.settle()
    world.ask_at_once()
    assert len(world.our_comments(world.closed())) == 1


@pytest.mark.parametrize(
    ("source", "words", "says"),
    [
        ("cloud", ("--webhook-secret-file", "@a secret long enough"), "System, WebHooks, Create"),
        ("cloud", ("--proof", "path"), "unsigned"),
        ("automation", ("--webhook-secret-file", "@a-token-long-enough"), "X-LearnLoop-Token"),
    ],
)
def test_adding_a_tenant_says_what_to_set_up(
    world: World, type_in: Type, source: str, words: tuple[str, ...], says: str
) -> None:
    world.rule(projects=("FLEX",))
    account = ("--email", "bot@example.org", "--token-file", "@token", "--projects", "OPS", "--space", "ENG")
    shown = type_in("tenant", "add", "--source", source, "--site", world.site.url, *account, *words)
    assert shown.exit_code == 0, shown.output
    assert says in shown.output
    assert len(json.loads(type_in("tenant", "list", "--json").output)) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--source", "forge"), "LEARNLOOP_FORGE_APPS is empty"),
        (("--source", "automation", "--proof", "path"), "proven by token, not by path"),
        (("--source", "data_center", "--proof", "basic", "--webhook-secret-file", "@without a colon"), "name:password"),
        (("--source", "cloud", "--webhook-secret-file", "@short"), "at least 16 characters"),
    ],
)
def test_what_cannot_be_added_is_refused_with_what_to_do(
    world: World, type_in: Type, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.setenv("LEARNLOOP_FORGE_APPS", "")
    shown = type_in(
        "tenant", "add", "--site", world.site.url, "--email", "bot@example.org", "--token-file", "@token", *words
    )
    assert shown.exit_code == 1
    assert says in " ".join(shown.output.split())
