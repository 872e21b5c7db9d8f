"""The ways a site and a LearnLoop come together, each as an admin would do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.world import BOT, EVENTS, FORGE_APP, SECRET, World, by_webhook
from worker import onboarding
from worker.domain.model import Product, Proof, SourceKind
from worker.emulator.apps_model import ConnectInstall, ForgeInstall
from worker.onboarding import Given, Wish
from worker.sources.automation import TOKEN_HEADER
from worker.store import tenants

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-the-rule's-own"
CUSTOM = (
    '{"source": "automation", "event": "issue_transitioned", "issueKey": "{{issue.key}}", '
    '"from": "{{fieldChange.fromString}}", "to": "{{fieldChange.toString}}", '
    '"actor": "{{initiator.accountId}}", "ts": "{{now.toMillis}}"}'
)


def by_scoped_token(world: World) -> None:
    """A webhook, and a scoped token that works through Atlassian's gateway only."""
    world.site.add_scoped_token(world.bot, "scoped")
    account = Given("scoped", "bot@example.org", scoped=True)
    _add(world, Wish(world.site.url, jira=account, secret=SECRET, space="ENG"))


def by_service_account(world: World) -> None:
    """A webhook, and a service account's bearer token."""
    world.site.add_scoped_token(world.bot, "service")
    _add(world, Wish(world.site.url, jira=Given("service", scoped=True), secret=SECRET, space="ENG"))


def by_address_only(world: World) -> None:
    """A webhook without a secret."""
    _add(world, Wish(world.site.url, jira=BOT, proof=Proof.PATH, space="ENG"))


def by_rule(body: str) -> Any:
    """An automation rule that sends its request with one of the four bodies."""

    def join(world: World) -> None:
        wish = Wish(world.site.url, SourceKind.AUTOMATION, jira=BOT, secret=TOKEN, space="ENG")
        tenant = onboarding.add_tenant(world.deployment, wish)
        world.tenant_id = tenant.id
        address = onboarding.webhook_url(world.deployment, tenant)
        if body == "empty":
            address += "?issueKey={{issue.key}}"
        world.site.add_automation("Tell LearnLoop", address, {TOKEN_HEADER: TOKEN}, body, CUSTOM)

    return join


def by_connect(world: World) -> None:
    """The Connect app is installed; Confluence gets a token of its own, and a space."""
    install = install_connect(world)
    world.bot = install.account.account_id
    with world.deployment.db.begin() as tx:
        world.tenant_id = tenants.every(tx)[0].id
    world.settle()
    give_confluence(world)


def by_forge(world: World) -> None:
    """The Forge app is installed on a site an admin has added; its first calls bring its token."""
    wiki = Given("token", "bot@example.org")
    wish = Wish(world.site.url, SourceKind.FORGE, wiki=wiki, space="ENG")
    world.tenant_id = onboarding.add_tenant(world.deployment, wish).id
    world.bot = install_forge(world).account.account_id
    world.site.tick_forge()
    world.settle()


def install_connect(world: World) -> ConnectInstall:
    """Install the app from the descriptor our web process serves."""
    return world.site.install_connect(f"{world.deployment.settings.base_url}/atlassian-connect.json")


def install_forge(world: World) -> ForgeInstall:
    """Install the app from the manifest in this repository."""
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text())
    return world.site.install_forge(manifest, world.deployment.settings.base_url, FORGE_APP)


def give_confluence(world: World) -> None:
    """Give the tenant a token for Confluence, and a space to publish to."""
    onboarding.give_credential(world.deployment, world.tenant, Product.CONFLUENCE, BOT, "ana@example.org")
    world.rule(home_space="ENG")


def _add(world: World, wish: Wish) -> None:
    tenant = onboarding.add_tenant(world.deployment, wish)
    world.site.add_webhook(onboarding.webhook_url(world.deployment, tenant), events=EVENTS, secret=wish.secret)
    world.tenant_id = tenant.id


DOORS = {
    "webhook": by_webhook,
    "scoped token": by_scoped_token,
    "service account": by_service_account,
    "address only": by_address_only,
    "rule with nothing": by_rule("empty"),
    "rule with custom data": by_rule("custom"),
    "rule in Jira's format": by_rule("jira"),
    "rule in Automation's format": by_rule("automation"),
    "Connect": by_connect,
    "Forge": by_forge,
}
