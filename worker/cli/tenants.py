"""`learnloop tenant`: the sites this LearnLoop serves, from the first token to the last row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from worker import configuring, installing, onboarding, standing, terminal, visiting
from worker.cli import opening, proving
from worker.deployment import Deployment
from worker.domain import settings
from worker.domain.model import Hosting, Product, Proof, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.errors import ConfigError
from worker.onboarding import Given, Wish
from worker.store import credentials, tenants
from worker.store.tenants import Tenant
from worker.terminal import console

_SOURCES = click.Choice([one.value for one in SourceKind])
_token = click.option("--token-file", type=click.File(), help="A file that holds its token; - for standard input.")
_email = click.option(
    "--email",
    default="",
    help="The e-mail address (Cloud) or user name (Data Center) of LearnLoop's account; none for a bearer token.",
)
_scoped = click.option("--scoped", is_flag=True, help="The token is scoped, or a service account's.")
_expires = click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The day the token ends, to be warned.")


@click.group()
def tenant() -> None:
    """The sites this LearnLoop serves."""


for _one in (proving.rotate, proving.retire, proving.source):
    tenant.add_command(_one)


@tenant.command("add")
@click.option(
    "--source",
    type=click.Choice([one.value for one in SourceKind]),
    default="cloud",
    show_default=True,
    help="How the site tells us.",
)
@click.option("--site", required=True, help="Jira's address, such as https://example.atlassian.net.")
@_email
@_token
@_scoped
@_expires
@click.option("--data-center", is_flag=True, help="The rules of --source automation run on Jira Data Center.")
@click.option("--wiki", default="", help="Confluence Data Center's address, such as https://wiki.example.org.")
@click.option("--wiki-email", default="", help="The account in Confluence, where it is another one.")
@click.option("--wiki-token-file", type=click.File(), help="A file that holds its token, where it is another one.")
@click.option("--wiki-scoped", is_flag=True, help="The token for Confluence is scoped, or a service account's.")
@click.option(
    "--webhook-secret-file", type=click.File(), help="A file with what proves deliveries: secret, token, name:password."
)
@click.option("--proof", type=click.Choice(proving.WAYS), help="How deliveries are proven.")
@click.option(
    "--space", default="", help="The key of the Confluence space to publish to; without one nothing is published."
)
@click.option("--projects", default="", help="Keys of the projects to serve, separated by commas; all when not given.")
@click.option(
    "--time-zone", default="", help="The team's time zone, such as Europe/Lisbon; the account's when not given."
)
def add(**given: Any) -> None:
    """Add a site, and print what to set up there."""
    deployment = opening.deployment("tenant")
    added = onboarding.add_tenant(deployment, _wish(given))
    with deployment.db.begin() as tx:
        opening.note(tx, deployment, f"added the site {added.site_url}", added.id)
    console.print(f"Tenant {added.id} ({added.source}) on {added.site_url}.")
    proving.say_what_to_set_up(deployment, added)


@tenant.command("list")
@opening.as_json
def show_all(as_json: bool) -> None:
    """List the tenants, with what their admins should know."""
    deployment = opening.deployment("tenant")
    with deployment.db.read() as tx:
        rows = [
            {
                "id": one.id,
                "source": one.source,
                "site": one.site_url,
                "space": one.policy.home_space,
                "proof": one.proof,
                "stopped": one.stopped,
                "warnings": " ".join(str(found) for found in standing.concerns(tx, one, deployment.clock.now())),
            }
            for one in tenants.every(tx)
        ]
    terminal.rows(rows, as_json, "No tenant yet; `learnloop tenant add --help` says how to add one.")


@tenant.command()
@click.argument("tenant_id")
@click.option("--product", type=click.Choice(["jira", "confluence", "both"]), default="both", show_default=True)
@_email
@_token
@_scoped
@_expires
def credential(tenant_id: str, product: str, token_file: Any, **given: Any) -> None:
    """Give a new token; it is tried first, and a tenant that stopped for want of one goes on."""
    deployment = opening.deployment("tenant")
    found = opening.tenant(deployment, tenant_id)
    token = _given(token_file, given["email"], given["scoped"], given["expires"])
    if token is None:
        raise ConfigError("Give the token with --token-file.")
    for one in Product if product == "both" else [Product(product)]:
        onboarding.give_credential(deployment, found, one, token, opening.WHO)
        console.print(f"The token for {one.title()} works and is kept.")
    if found.stopped and not found.uninstalled_at:
        _let_go_on(deployment, found)


@tenant.command()
@click.argument("tenant_id")
@click.option("--space", help="The key of the home space; empty publishes nothing.")
@click.option("--projects", help="Keys of the projects to serve, separated by commas; empty for all.")
@click.option("--time-zone", help="The team's time zone.")
@click.option("--private", "private_project", help="The key of a project whose learnings stay among themselves.")
def change(tenant_id: str, **wanted: str | None) -> None:
    """Change where and for which projects a tenant works."""
    deployment = opening.deployment("tenant")
    found = opening.tenant(deployment, tenant_id)
    if space := wanted["space"]:
        _see_space(deployment, found, space)
    with deployment.db.begin() as tx:
        held = tenants.held(tx, found.id)
        configuring.save(tx, deployment, held, _changed(held.policy, wanted), opening.WHO)
    console.print(f"Tenant {found.id} is changed; its pages follow.")


@tenant.command()
@click.argument("tenant_id")
@click.option("--site", default="", help="Jira's new address.")
@click.option("--wiki", default="", help="Confluence Data Center's new address.")
@click.option("--yes", is_flag=True, help="Do not ask where nothing proves that an address is the same site's.")
def move(tenant_id: str, site: str, wiki: str, yes: bool) -> None:
    """Follow a site to its new address."""
    deployment = opening.deployment("tenant")
    found = opening.tenant(deployment, tenant_id)
    to_site, to_wiki = _new_places(found, site, wiki)
    unproven = [f"the token for Confluence goes to {to_wiki}"] if to_wiki else []
    if to_site and not onboarding.same_site(found, to_site):
        both = found.wiki_url.startswith(found.site_url) and not to_wiki
        unproven.append(
            f"{'the tokens for Jira and Confluence go' if both else 'the token for Jira goes'} to {to_site}"
        )
    if unproven and not yes:
        console.print(f"Nothing proves that this is the same site. From now on {', and '.join(unproven)}.")
        click.confirm("Is that your own server", abort=True)
    with deployment.db.begin() as tx:
        if to_site:
            installing.move(tx, found, to_site)
            opening.note(tx, deployment, "followed the site to a new address", found.id, found.site_url, to_site)
        if to_wiki:
            before = tenants.get(tx, found.id)
            installing.move_wiki(tx, before, to_wiki)
            opening.note(tx, deployment, "followed Confluence to a new address", found.id, before.wiki_url, to_wiki)
        now = tenants.get(tx, found.id)
    console.print(f"Tenant {now.id} is at {now.site_url} now, its pages at {now.wiki_url}.", soft_wrap=True)
    console.print("`learnloop compile` renews the links on its pages, `learnloop check` says whether all works there.")


@tenant.command()
@click.argument("tenant_id")
def resume(tenant_id: str) -> None:
    """Let a stopped or removed tenant go on, once its credentials work again."""
    deployment = opening.deployment("tenant")
    found = opening.tenant(deployment, tenant_id)
    if found.uninstalled_at and found.source is SourceKind.CONNECT:
        raise ConfigError(
            "A Connect tenant goes on when the app is installed on its site again, or once it is told another way: "
            f"`learnloop tenant source {found.id} --source cloud`."
        )
    _let_go_on(deployment, found)
    for line in _still_wanted(deployment, found.id):
        console.print(line, soft_wrap=True)


@tenant.command()
@click.argument("tenant_id")
def remove(tenant_id: str) -> None:
    """Stop serving a site and forget its credentials; what was learned there is kept."""
    deployment = opening.deployment("tenant")
    found = opening.tenant(deployment, tenant_id)
    with deployment.db.begin() as tx:
        installing.remove(tx, deployment, found)
        opening.note(tx, deployment, "removed the site; what was learned is kept", found.id)
    console.print(f"Tenant {found.id} is removed, its credentials are forgotten. What was learned is kept:")
    back = "Installing the app again" if found.source is SourceKind.CONNECT else f"`learnloop tenant resume {found.id}`"
    console.print(f"{back} has it go on, `learnloop tenant erase {found.id}` deletes every row.")


@tenant.command()
@click.argument("tenant_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(tenant_id: str, yes: bool) -> None:
    """Delete everything kept for a removed tenant, for good. Its pages in Confluence stay."""
    deployment = opening.deployment("tenant")
    with deployment.db.read() as tx:
        found = tenants.get(tx, TenantId(tenant_id))
    if not found.uninstalled_at:
        raise ConfigError(f"Tenant {found.id} is still served; `learnloop tenant remove {found.id}` first.")
    if not yes:
        console.print(
            "Its comments and pages on the site stay. Were the site added again, people would be asked anew on issues "
            "that close again, and pages be made beside those.",
            soft_wrap=True,
        )
        click.confirm(f"Delete every row of {found.id} on {found.site_url}? This cannot be undone", abort=True)
    with deployment.db.begin() as tx:
        installing.erase(tx, deployment, found)
        opening.note(tx, deployment, f"erased every row of {found.site_url}")
    console.print(f"Nothing of tenant {found.id} is kept any more.")


def _let_go_on(deployment: Deployment, found: Tenant) -> None:
    with deployment.db.begin() as tx:
        parked = installing.resume(tx, deployment, found.id)
        opening.note(tx, deployment, "let it go on", found.id, found.stopped, "going")
    console.print(f"Tenant {found.id} goes on, with {parked} {'job' if parked == 1 else 'jobs'} parked meanwhile.")
    console.print("What failed for another reason is under `learnloop jobs`.")


def _still_wanted(deployment: Deployment, tenant_id: TenantId) -> list[str]:
    """What is missing before it works: a removed tenant's secret and tokens were forgotten."""
    with deployment.db.read() as tx:
        found = standing.concerns(tx, tenants.get(tx, tenant_id), deployment.clock.now())
    return [str(one) for one in found if one.grave]


def _new_places(found: Tenant, site: str, wiki: str) -> tuple[str, str]:
    """Where Jira and Confluence are now, empty for what stays where it is. Raises ConfigError."""
    if not site and not wiki:
        raise ConfigError("Say where it is now: --site for Jira, --wiki for Confluence Data Center.")
    if wiki and found.hosting is not Hosting.DATA_CENTER:
        raise ConfigError("On Jira Cloud, Confluence is at the site's own address; give that with --site.")
    return (_address(site, found.hosting) if site else "", _address(wiki, found.hosting) if wiki else "")


def _see_space(deployment: Deployment, found: Tenant, space: str) -> None:
    """That the space is there, where Confluence can be asked. Raises what the site answers."""
    with deployment.db.read() as tx:
        asked = Product.CONFLUENCE in credentials.of(tx, found.id)
    if asked:
        visiting.doors(deployment, found).confluence.space(space)


def _changed(policy: Policy, wanted: Mapping[str, str | None]) -> Policy:
    """The policy with what was said, by the definitions of the settings. Raises ConfigError."""
    names = {"space": "home_space", "projects": "projects", "time_zone": "time_zone"}
    reading = settings.read(
        policy, {names[name]: text for name, text in wanted.items() if name in names and text is not None}
    )
    if reading.problems:
        raise ConfigError(" ".join(reading.problems.values()))
    private = wanted.get("private_project")
    return configuring.with_private(reading.policy, [private], [private]) if private else reading.policy


def _wish(given: dict[str, Any]) -> Wish:
    source = SourceKind(given["source"])
    data_center = given["data_center"] or source is SourceKind.DATA_CENTER
    hosting = Hosting.DATA_CENTER if data_center else Hosting.CLOUD
    secret = given["webhook_secret_file"]
    return Wish(
        site_url=_address(given["site"], hosting),
        source=source,
        jira=_given(given["token_file"], given["email"], given["scoped"], given["expires"]),
        wiki=_given(given["wiki_token_file"], given["wiki_email"], given["wiki_scoped"], None),
        wiki_url=_address(given["wiki"], Hosting.DATA_CENTER) if given["wiki"] else "",
        proof=Proof(given["proof"]) if given["proof"] else None,
        secret=secret.read().strip() if secret else "",
        space=given["space"],
        time_zone=given["time_zone"],
        projects=onboarding.keys(given["projects"]),
        data_center=data_center,
    )


def _address(written: str, hosting: Hosting) -> str:
    return onboarding.site_address(written, with_path=hosting is Hosting.DATA_CENTER)


def _given(token_file: Any, account: str, scoped: bool, expires: datetime | None) -> Given | None:
    if token_file is None:
        return None
    ends = expires.replace(tzinfo=UTC) if expires else None
    return Given(token_file.read().strip(), account, scoped, ends)
