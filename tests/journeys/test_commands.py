"""`learnloop tenant …` as an admin types it, on the database of a running LearnLoop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.joining import install_forge
from tests.world import FORGE_APP, World
from worker.cli import main
from worker.clock import Clock
from worker.domain.model import Product, Proof, TenantId
from worker.store import audit, credentials, tenants

pytestmark = ON_SQLITE_ALONE

Type = Callable[..., Result]


@pytest.fixture
def type_in(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a command; files named @words hold those words. Commands live in real time, and so does the world."""
    world.clock.travel_to(Clock().now())
    settings = world.deployment.settings
    for name, value in {
        "LEARNLOOP_DATA": str(settings.data),
        "DATABASE_URL": settings.database_url,
        "LEARNLOOP_BASE_URL": settings.base_url,
        "LEARNLOOP_ATLASSIAN_API": settings.atlassian_api,
        "LEARNLOOP_FORGE_APPS": FORGE_APP,
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str, **options: str) -> Result:
        typed = [tmp_file(tmp_path, word[1:]) if word.startswith("@") else word for word in words]
        return CliRunner().invoke(main, typed, **options)  # type: ignore[arg-type]

    return run


def tmp_file(folder: Path, words: str) -> str:
    path = folder / f"{abs(hash(words))}.txt"
    path.write_text(words + "\n")
    return str(path)


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
    said = type_in("tenant", "credential", world.tenant_id, *words)
    assert said.exit_code == 0, said.output
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
    assert type_in("tenant", "erase", world.tenant_id, "--yes").exit_code == 0
    assert json.loads(type_in("tenant", "list", "--json").output) == []
    assert changes(world) == []
    assert changes(world, "")[0][:2] == ("command line", f"erased every row of {world.site.url}")


def test_a_tenant_that_was_removed_answers_nobody_and_may_be_resumed(world: World, type_in: Type) -> None:
    type_in("tenant", "remove", world.tenant_id)
    world.closed()
    assert world.site.flush_webhooks()[-1].status == 404
    assert type_in("tenant", "resume", world.tenant_id).exit_code == 0
    type_in("tenant", "rotate", world.tenant_id, "--secret-file", "@a secret both sides know")
    type_in("tenant", "credential", world.tenant_id, "--email", "bot@example.org", "--token-file", "@token")
    assert len(world.our_comments(world.closed())) == 1


def test_space_projects_zone_and_privacy_can_be_changed(world: World, type_in: Type) -> None:
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


def test_a_site_is_followed_to_its_new_address_and_no_other(world: World, type_in: Type) -> None:
    assert (
        type_in("tenant", "move", world.tenant_id, "--site", world.site.url.replace("127.0.0.1", "localhost")).exit_code
        == 0
    )
    assert world.tenant.site_url.startswith("http://localhost:")
    said = type_in("tenant", "move", world.tenant_id, "--site", "http://127.0.0.1:1")
    assert said.exit_code == 1
    assert "does not tell its cloud id" in said.output


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
    said = type_in("tenant", "add", "--source", "forge", *words)
    assert said.exit_code == 0, said.output
    assert f"{world.deployment.settings.base_url}/webhooks/forge" in said.output.replace("\n", "")
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
        ("automation", ("--webhook-secret-file", "@a token long enough"), "X-LearnLoop-Token"),
    ],
)
def test_adding_a_tenant_says_what_to_set_up(
    world: World, type_in: Type, source: str, words: tuple[str, ...], says: str
) -> None:
    world.rule(projects=("FLEX",))
    account = ("--email", "bot@example.org", "--token-file", "@token", "--projects", "OPS", "--space", "ENG")
    said = type_in("tenant", "add", "--source", source, "--site", world.site.url, *account, *words)
    assert said.exit_code == 0, said.output
    assert says in said.output
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
    said = type_in(
        "tenant", "add", "--site", world.site.url, "--email", "bot@example.org", "--token-file", "@token", *words
    )
    assert said.exit_code == 1
    assert says in " ".join(said.output.split())
