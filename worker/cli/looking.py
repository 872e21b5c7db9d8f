"""Commands that show what came in, what was asked, what waits, and how each page stands."""

from __future__ import annotations

import click
from sqlalchemy import Connection

from worker import checking, rotating, terminal
from worker.cli import opening
from worker.deployment import Deployment
from worker.domain.model import PageKey
from worker.errors import ConfigError
from worker.jobs.context import Context
from worker.publish import Publisher
from worker.store import closes as close_rows
from worker.store import deliveries as delivery_rows
from worker.store import pages as page_rows
from worker.store import prompts as prompt_rows
from worker.store.tenants import Tenant
from worker.terminal import console


@click.command()
@opening.which
@opening.as_json
def check(tenant_id: str, as_json: bool) -> None:
    """Say line by line what works for a tenant, and what to do about the rest."""
    deployment = opening.deployment("check")
    found = list(checking.check(deployment, opening.tenant(deployment, tenant_id)))
    terminal.rows([vars(one) for one in found], as_json, "")
    if any(one.state in ("failed", "stopped") for one in found):
        raise click.exceptions.Exit(1)


@click.command()
@opening.as_json
@opening.limit
def deliveries(as_json: bool, limit: int) -> None:
    """What sites sent, and what came of each, newest first."""
    with opening.deployment("deliveries").db.read() as tx:
        found = delivery_rows.newest(tx, limit=limit)
        made = {tenant: rotating.made_at(tx, tenant) for tenant in {one.tenant_id for one in found}}
    rows = [
        {
            "id": one.id,
            "received": one.received_at,
            "event": one.event,
            "about": one.issue_key,
            "state": one.state,
            "reason": one.reason,
            "proven by": rotating.reading(one, made[one.tenant_id]),
        }
        for one in found
    ]
    terminal.rows(rows, as_json, "Nothing has come in yet; deliveries appear here as soon as Jira sends one.")


@click.command()
@opening.as_json
@opening.limit
@click.option("--retry", "again", default="", help="The id of a dead job to try again, or `all`.")
@click.option("--drop", "dropped", default=0, help="The id of a dead job to delete.")
def jobs(as_json: bool, limit: int, again: str, dropped: int) -> None:
    """What waits, runs or could not be done, and why."""
    deployment = opening.deployment("jobs")
    queue = deployment.queue
    if again:
        wanted = [job.id for job in queue.jobs("dead", limit=100_000)] if again == "all" else [_number(again)]
        with deployment.db.begin() as tx:
            many = queue.retry(tx, wanted)
            _note_jobs(tx, deployment, f"retried {many} jobs" if many else "")
        console.print(f"{many} of {len(wanted)} dead jobs are tried again.")
        return
    if dropped:
        with deployment.db.begin() as tx:
            gone = queue.drop(tx, [dropped])
            _note_jobs(tx, deployment, f"dropped the job {dropped}" if gone else "")
        console.print("Dropped." if gone else f"There is no dead job {dropped}.")
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


@click.command()
@opening.as_json
@opening.limit
def prompts(as_json: bool, limit: int) -> None:
    """What was asked, and where each question stands, newest first."""
    deployment = opening.deployment("prompts")
    with deployment.db.read() as tx:
        found = prompt_rows.newest(tx, limit=limit)
    rows = [
        {"id": one.id, "issue": one.issue_key, "state": one.state, "asked": one.asked_at, "reminders": one.reminders}
        for one in found
    ]
    terminal.rows(rows, as_json, "Nobody has been asked yet; the first close after a tenant was added asks.")


@click.command()
@opening.which
@opening.as_json
@opening.limit
def signals(tenant_id: str, as_json: bool, limit: int) -> None:
    """The latest closes with the facts that were found, and whether anybody was asked."""
    deployment = opening.deployment("signals")
    tenant = opening.tenant(deployment, tenant_id)
    with deployment.db.read() as tx:
        found = close_rows.newest(tx, tenant.id, limit)
    rows = [
        {
            "issue": one.issue_key,
            "closed": one.closed_at,
            "signals": ", ".join(one.signals),
            "asked": "asked" if one.asked else f"not asked: {one.reason}",
            "facts": "; ".join(one.facts),
        }
        for one in found
    ]
    terminal.rows(rows, as_json, "Nothing was closed yet since the tenant was added.")


@click.command()
@opening.as_json
@click.option("--take-back", "taken", default="", help="The key of a page: write our part over a hand edit.")
@click.option("--let-go", "released", default="", help="The key of a page: leave it to people from now on.")
@opening.which
def pages(as_json: bool, taken: str, released: str, tenant_id: str) -> None:
    """The pages we keep, and how each stands."""
    deployment = opening.deployment("pages")
    if taken or released:
        _decide_page(deployment, opening.tenant(deployment, tenant_id), taken, released)
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


def _note_jobs(tx: Connection, deployment: Deployment, what: str) -> None:
    """Say it in the log of what belongs to no site: a command means the jobs of all."""
    if what:
        opening.note(tx, deployment, what)


def _decide_page(deployment: Deployment, tenant: Tenant, taken: str, released: str) -> None:
    key = PageKey(taken or released)
    if taken:
        doors = Context.of(deployment).doors(tenant)
        state = Publisher(deployment, tenant, doors).take_back(key)
        with deployment.db.begin() as tx:
            opening.note(tx, deployment, f"took back our part of the page {key}", tenant.id, after=str(state))
        console.print(f"{key} is {state}.")
        return
    with deployment.db.begin() as tx:
        page_rows.let_go(tx, tenant.id, key)
        opening.note(tx, deployment, f"left to people the page {key}", tenant.id)
    console.print(f"{key} is left to people; it is not written any more.")


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(f"{text!r} is not the id of a job; `learnloop jobs` shows them.")
    return int(text)
