"""`learnloop`: every command, thin over the modules that do the work.

Lists print aligned columns on a terminal and take --json for programs. A LearnLoopError ends in its sentence and exit
status 1, never in a traceback.
"""

from __future__ import annotations

import logging
import urllib.request
from pathlib import Path
from typing import Any

import click

from webhooks import serving
from worker import __version__, config, gather, onboarding, processes, render, stale, terminal
from worker.demo import show, site_alone
from worker.deployment import Deployment, assemble
from worker.domain.model import DeliveryState, JobKind, PageKey, PageState, TenantId
from worker.errors import ConfigError, LearnLoopError, NotFoundHere
from worker.jobs.context import Context
from worker.publish import Publisher
from worker.store import deliveries as delivery_rows
from worker.store import pages as page_rows
from worker.store import prompts as prompt_rows
from worker.store import tenants as tenant_rows
from worker.store.tenants import Tenant
from worker.terminal import console

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
limit = click.option("--limit", default=50, show_default=True, help="How many rows at most.")


class _Group(click.Group):
    """Shows a LearnLoopError as its sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LearnLoopError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="learnloop")
def main() -> None:
    """Ask what was learned when a Jira issue closes, and keep the answers as Confluence pages a team reads."""


# --- running ---


@main.command()
def up() -> None:
    """Run everything: one web process and one worker process, restarted when they end. Ctrl-C stops both."""
    settings = _settings("up")
    assemble(settings).close()  # the schema is current, or the reason why not is said, before anything starts
    address = f"http://{settings.host}:{settings.port}"

    def announce() -> None:
        console.print(f"LearnLoop is up at [bold]{settings.base_url}[/] (data in {settings.data}).")
        console.print("Next: [bold]learnloop tenant add --help[/]. Ctrl-C stops it.")

    processes.supervise(("web", "worker"), processes.stop_on_signals(), lambda: _answers(f"{address}/readyz"), announce)
    console.print("LearnLoop is down; nothing was lost.")


@main.command()
def web() -> None:
    """Receive deliveries and serve the form."""
    serving.serve(_settings("web"))


@main.command()
def worker() -> None:
    """Run jobs and the schedule."""
    processes.work(assemble(_settings("worker")))


@main.command()
@click.option("--port", default=8090, show_default=True, help="The emulated site's port; 0 for a free one.")
def emulator(port: int) -> None:
    """Run the emulated Jira and Confluence alone, for any client."""
    site_alone.run(port, console.print, processes.stop_on_signals())


@main.command()
@click.option("--check", "checking", is_flag=True, help="Play the month, say what came of it, and exit with 0 or 1.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address the demo listens on.")
@click.option("--site-port", default=0, help="The emulated site's port; any free one when not given.")
@click.option("--port", default=0, help="LearnLoop's port; any free one when not given.")
def demo(checking: bool, host: str, site_port: int, port: int) -> None:
    """Play a month of one team on this machine, then leave it open to try."""
    logging.getLogger("worker").setLevel(logging.ERROR)
    with terminal.progress("A month of one team") as on_scene:
        demonstration = show.run(host, (site_port, port), on_scene)
        result = next(demonstration)
    terminal.table(
        ("what came of it", "count", ""), [(one.subject, one.count, one.wrong or "ok") for one in result.lines]
    )
    if not checking:
        console.print()
        for words, address in result.addresses:
            console.print(f"{words:<28}[bold]{address}[/]", soft_wrap=True)
        console.print("\nDrag a card to Done, answer its comment, read the page. Ctrl-C ends the demo.")
        result.live(processes.stop_on_signals())
    demonstration.close()
    if any(one.wrong for one in result.lines):
        raise click.exceptions.Exit(1)


# --- tenants ---


@main.group()
def tenant() -> None:
    """The sites this LearnLoop serves."""


@tenant.command("add")
@click.option(
    "--source", type=click.Choice(["cloud"]), default="cloud", show_default=True, help="How the site tells us."
)
@click.option("--site", required=True, help="The site's address, such as https://example.atlassian.net.")
@click.option("--email", required=True, help="The e-mail address of LearnLoop's account there.")
@click.option(
    "--token-file", required=True, type=click.File(), help="A file that holds its API token; - for standard input."
)
@click.option("--webhook-secret-file", required=True, type=click.File(), help="A file that holds the webhook's secret.")
@click.option(
    "--space", default="", help="The key of the Confluence space to publish to; without one nothing is published."
)
@click.option(
    "--time-zone", default="", help="The team's time zone, such as Europe/Lisbon; the account's when not given."
)
def tenant_add(
    source: str, site: str, email: str, token_file: Any, webhook_secret_file: Any, space: str, time_zone: str
) -> None:
    """Add a site, and print the address its webhook must point to."""
    deployment = assemble(_settings("tenant"))
    wish = onboarding.Wish(
        onboarding.site_address(site),
        email,
        token_file.read().strip(),
        webhook_secret_file.read().strip(),
        space,
        time_zone,
    )
    added = onboarding.add_tenant(deployment, wish)
    console.print(f"Tenant {added.id} ({source}) on {added.site_url}.")
    console.print("In Jira: System, WebHooks, Create. Use this address, the same secret, and the events")
    console.print("Issue updated and deleted, Comment created and updated, Sprint closed:")
    console.print(f"[bold]{onboarding.webhook_url(deployment, added)}[/]", soft_wrap=True)
    console.print(f"Then: [bold]learnloop check --tenant {added.id}[/]")


@tenant.command("list")
@as_json
def tenant_list(as_json: bool) -> None:
    """List the tenants."""
    with assemble(_settings("tenant")).db.read() as tx:
        rows = [
            {
                "id": one.id,
                "source": one.source,
                "site": one.site_url,
                "space": one.policy.home_space,
                "stopped": one.stopped,
            }
            for one in tenant_rows.every(tx)
        ]
    terminal.rows(rows, as_json, "No tenant yet; `learnloop tenant add --help` says how to add one.")


@tenant.command("resume")
@click.argument("tenant_id")
def tenant_resume(tenant_id: str) -> None:
    """Let a stopped tenant go on, once its credentials work again."""
    deployment = assemble(_settings("tenant"))
    with deployment.db.begin() as tx:
        tenant_rows.get(tx, TenantId(tenant_id))
        tenant_rows.stop(tx, TenantId(tenant_id), "")
    console.print(f"Tenant {tenant_id} goes on. Retry what was parked with `learnloop jobs --retry all`.")


@main.command()
@click.option("--tenant", "tenant_id", default="", help="The tenant; may be left out when there is only one.")
@as_json
def check(tenant_id: str, as_json: bool) -> None:
    """Say line by line what works for a tenant, and what to do about the rest."""
    deployment = assemble(_settings("check"))
    found = list(onboarding.check(deployment, _tenant(deployment, tenant_id)))
    terminal.rows([vars(one) for one in found], as_json, "")
    if any(one.state in ("failed", "stopped") for one in found):
        raise click.exceptions.Exit(1)


# --- looking ---


@main.command()
@as_json
@limit
def deliveries(as_json: bool, limit: int) -> None:
    """What sites sent, and what came of each, newest first."""
    with assemble(_settings("deliveries")).db.read() as tx:
        found = delivery_rows.newest(tx, limit=limit)
    rows = [
        {
            "id": one.id,
            "received": one.received_at,
            "event": one.event,
            "about": one.issue_key,
            "state": one.state,
            "reason": one.reason,
        }
        for one in found
    ]
    terminal.rows(rows, as_json, "Nothing has come in yet; deliveries appear here as soon as Jira sends one.")


@main.command()
@as_json
@limit
@click.option("--retry", "again", default="", help="The id of a dead job to try again, or `all`.")
@click.option("--drop", "dropped", default=0, help="The id of a dead job to delete.")
def jobs(as_json: bool, limit: int, again: str, dropped: int) -> None:
    """What waits, runs or could not be done, and why."""
    queue = assemble(_settings("jobs")).queue
    if again:
        wanted = [job.id for job in queue.jobs("dead", limit=100_000)] if again == "all" else [_number(again)]
        console.print(f"{sum(queue.retry(job) for job in wanted)} of {len(wanted)} dead jobs are tried again.")
        return
    if dropped:
        console.print("Dropped." if queue.drop(dropped) else f"There is no dead job {dropped}.")
        return
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "key": one.key,
            "state": one.state,
            "due": one.run_at,
            "tries": one.tries,
            "error": one.error,
        }
        for one in queue.jobs(limit=limit)
    ]
    terminal.rows(rows, as_json, "No job waits, runs or failed.")


@main.command()
@as_json
@limit
def prompts(as_json: bool, limit: int) -> None:
    """What was asked, and where each question stands, newest first."""
    deployment = assemble(_settings("prompts"))
    with deployment.db.read() as tx:
        found = prompt_rows.newest(tx, limit=limit)
    rows = [
        {"id": one.id, "issue": one.issue_key, "state": one.state, "asked": one.asked_at, "reminders": one.reminders}
        for one in found
    ]
    terminal.rows(rows, as_json, "Nobody has been asked yet; the first close after a tenant was added asks.")


@main.command()
@as_json
@click.option("--take-back", "taken", default="", help="The key of a page: write our part over a hand edit.")
@click.option("--let-go", "released", default="", help="The key of a page: leave it to people from now on.")
@click.option("--tenant", "tenant_id", default="", help="The tenant; may be left out when there is only one.")
def pages(as_json: bool, taken: str, released: str, tenant_id: str) -> None:
    """The pages we keep, and how each stands."""
    deployment = assemble(_settings("pages"))
    if taken or released:
        _decide_page(deployment, _tenant(deployment, tenant_id), taken, released)
        return
    with deployment.db.read() as tx:
        found = page_rows.every(tx)
    rows = [
        {
            "tenant": tenant,
            "page": one.key,
            "state": one.state,
            "title": one.title,
            "version": one.version,
            "url": one.url,
            "reason": one.reason,
        }
        for tenant, one in found
    ]
    terminal.rows(rows, as_json, "No page yet; the first answer makes some.")


# --- acting ---


@main.command("compile")
@click.option(
    "--dry-run",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the pages into this folder instead.",
)
@click.option("--tenant", "tenant_id", default="", help="The tenant; may be left out when there is only one.")
def compile_(folder: Path | None, tenant_id: str) -> None:
    """Bring every page up to date now, or, with --dry-run, show what each would say."""
    deployment = assemble(_settings("compile"))
    tenant = _tenant(deployment, tenant_id)
    if folder:
        _dry_run(deployment, tenant, folder)
        return
    with deployment.db.begin() as tx:
        keys = [page.key for _, page in page_rows.every(tx, tenant.id)]
        page_rows.look_again(tx, tenant.id, keys)
        stale.mark(tx, deployment, tenant.id, keys, at_once=True)
    console.print(f"{len(keys)} pages are looked at; `learnloop pages` shows how each stands.")


@main.command()
@click.argument("delivery_id", type=int)
def replay(delivery_id: int) -> None:
    """Look at a delivery again, as if it had just come in."""
    deployment = assemble(_settings("replay"))
    with deployment.db.begin() as tx:
        found = delivery_rows.get(tx, delivery_id)
        if found.body is None:
            raise NotFoundHere(f"Delivery {delivery_id} has no body any more: {found.reason or 'it was pruned'}.")
        delivery_rows.conclude(tx, delivery_id, DeliveryState.QUEUED, "")
        deployment.queue.put(
            tx, JobKind.INTERPRET, str(delivery_id), lane=f"delivery:{found.tenant_id}/{found.issue_key}"
        )
    console.print(f"Delivery {delivery_id} is looked at again; `learnloop deliveries` shows what comes of it.")


# --- pieces ---


def _settings(process: str) -> config.Settings:
    settings = config.load()
    logging.basicConfig(level=settings.log_level, format=f"%(asctime)s {process} %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    return settings


def _tenant(deployment: Deployment, tenant_id: str) -> Tenant:
    with deployment.db.read() as tx:
        if tenant_id:
            return tenant_rows.get(tx, TenantId(tenant_id))
        every = tenant_rows.every(tx)
    if len(every) != 1:
        names = ", ".join(one.id for one in every) or "none"
        raise ConfigError(f"Say which tenant with --tenant; there are {len(every)} here: {names}.")
    return every[0]


def _decide_page(deployment: Deployment, tenant: Tenant, taken: str, released: str) -> None:
    key = PageKey(taken or released)
    if taken:
        doors = Context.of(deployment).doors(tenant)
        state = Publisher(deployment, tenant, doors).take_back(key)
        console.print(f"{key} is {state}.")
        return
    with deployment.db.begin() as tx:
        page_rows.get(tx, tenant.id, key)
        page_rows.set_state(tx, tenant.id, key, PageState.LET_GO, "An admin left it to people.")
    console.print(f"{key} is left to people; it is not written any more.")


def _dry_run(deployment: Deployment, tenant: Tenant, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with deployment.db.read() as tx:
        for _, page in page_rows.every(tx, tenant.id):
            content = gather.content(tx, tenant, page.key)
            if content is None:
                continue
            name = page.key.replace(":", "-").replace("@", "-") + ".xml"
            (folder / name).write_text(render.page(content).body, encoding="utf-8")
            same = page.digest == render.digest(content)
            rows.append({"page": page.key, "would be": "unchanged" if same else "written", "file": str(folder / name)})
    terminal.rows(rows, False, "No page yet; the first answer makes some.")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(f"{text!r} is not the id of a job; `learnloop jobs` shows them.")
    return int(text)
