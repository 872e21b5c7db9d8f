"""`learnloop tenant rotate`, `retire` and `source`: what proves a site's deliveries, and how it tells us at all."""

from __future__ import annotations

from typing import Any

import click

from worker import onboarding, rotating
from worker.cli import opening
from worker.deployment import Deployment
from worker.domain.model import Proof, SourceKind
from worker.errors import ConfigError
from worker.sources.automation import TOKEN_HEADER
from worker.store import tenants
from worker.store.tenants import Tenant
from worker.terminal import console

WAYS = ["hmac", "token", "basic", "path"]
# What deliveries are proven by, as Jira's form for a webhook has it.
_SAME = {
    Proof.HMAC: "this address, the same secret",
    Proof.BASIC: "this address, the same name and password",
    Proof.PATH: "this address alone, unsigned",
}


@click.command()
@click.argument("tenant_id")
@click.option("--secret-file", "--webhook-secret-file", type=click.File(), help="A file that holds the new secret.")
@click.option("--proof", type=click.Choice(WAYS), help="Another proof than now; path takes no secret.")
def rotate(tenant_id: str, secret_file: Any, proof: str | None) -> None:
    """Give a new webhook secret, the earlier one stays good until it is retired; or change what proves deliveries."""
    deployment = opening.deployment("tenant")
    found = opening.tenant(deployment, tenant_id)
    secret, wished = secret_file.read().strip() if secret_file else "", Proof(proof) if proof else None
    with deployment.db.begin() as tx:
        held = tenants.held(tx, found.id)
        after = rotating.rotate(tx, deployment, held, secret, opening.WHO, wished)
    for line in _after_rotating(held, after):
        console.print(line, soft_wrap=True)


@click.command()
@click.argument("tenant_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def retire(tenant_id: str, yes: bool) -> None:
    """Stop taking deliveries by the earlier webhook secret."""
    deployment = opening.deployment("tenant")
    found = opening.tenant(deployment, tenant_id)
    rotating.next_proof(found)
    if found.earlier_secret is None:
        console.print(f"Tenant {found.id} has no earlier secret; nothing is changed.")
        return
    with deployment.db.read() as tx:
        used = rotating.uses_newest(tx, found.id)
    if not used and not yes:
        console.print("No delivery has come by the newest secret yet: Jira may still use the earlier one.")
        click.confirm("Deliveries by it are refused from then on. Retire it all the same?", abort=True)
    with deployment.db.begin() as tx:
        rotating.retire(tx, deployment, tenants.held(tx, found.id), opening.WHO)
    console.print(f"Tenant {found.id} takes deliveries by its newest secret only.")


@click.command()
@click.argument("tenant_id")
@click.option("--source", required=True, type=click.Choice([one.value for one in SourceKind]), help="The new way.")
@click.option("--proof", type=click.Choice(WAYS), help="How its deliveries are proven.")
@click.option("--webhook-secret-file", "secret_file", type=click.File(), help="A file with what proves deliveries.")
def source(tenant_id: str, source: str, proof: str | None, secret_file: Any) -> None:
    """Have a site tell us another way. Everything else stays, and the earlier way counts no more."""
    deployment = opening.deployment("tenant")
    found = opening.tenant(deployment, tenant_id)
    secret, wished = secret_file.read().strip() if secret_file else "", Proof(proof) if proof else None
    after = rotating.tell_by(deployment, found.id, SourceKind(source), secret, opening.WHO, wished)
    console.print(f"Tenant {after.id} is told by {after.source} now; it was by {found.source}.")
    say_what_to_set_up(deployment, after)
    if after.stopped:
        console.print(f"It stands still: {after.stopped}", soft_wrap=True)
        console.print(f"Then: [bold]learnloop tenant resume {after.id}[/]")


def say_what_to_set_up(deployment: Deployment, tenant: Tenant) -> None:
    """What has to be done on the site now, and how to see that it is."""
    for line in _steps(tenant):
        console.print(line, soft_wrap=True)
    console.print(f"[bold]{onboarding.webhook_url(deployment, tenant)}[/]", soft_wrap=True)
    console.print(f"Then: [bold]learnloop check --tenant {tenant.id}[/]")


def _steps(tenant: Tenant) -> list[str]:
    """What to set up on the site; the address follows."""
    match tenant.source:
        case SourceKind.AUTOMATION:
            return [
                "In Jira: Automation, a rule on “Work item transitioned” with the action “Send web request”, POST,",
                f"with the header {TOKEN_HEADER} (hidden) that holds the token, to this address:",
            ]
        case SourceKind.FORGE:
            return ["In Jira: install your Forge app and give it this LearnLoop's address. Its events come to:"]
    use = _SAME.get(tenant.proof)
    if use is None:
        raise ConfigError(f"A webhook is not proven by {tenant.proof}.")
    return [f"In Jira: System, WebHooks, Create. Use {use}, and the events", f"{onboarding.EVENT_WORDS}:"]


def _after_rotating(before: Tenant, after: Tenant) -> list[str]:
    """What to do now, and what becomes of deliveries until then."""
    where = "the rule" if after.source is SourceKind.AUTOMATION else "Jira's webhook"
    if after.proof is Proof.PATH:
        return [rotating.UNSIGNED, f"A secret in {where} is not looked at any more."]
    if after.earlier_secret:
        return [
            f"Set the same in {where} now. Until then deliveries by the earlier one are taken;",
            f"once `learnloop deliveries` shows the newest secret: `learnloop tenant retire {after.id}`.",
        ]
    was = "unsigned deliveries" if before.proof is Proof.PATH else "deliveries without it"
    return [f"Set the same in {where} now: {was} are refused from now on. Closes of that time are found by the search."]
