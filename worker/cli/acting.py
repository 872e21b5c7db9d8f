"""Commands that make something happen now: pages brought up to date, a delivery looked at again."""

from __future__ import annotations

from pathlib import Path

import click

from worker import gather, render, replaying, stale, terminal
from worker.cli import opening
from worker.deployment import Deployment
from worker.store import pages as page_rows
from worker.store.tenants import Tenant
from worker.terminal import console


@click.command("compile")
@click.option(
    "--dry-run",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the pages into this folder instead.",
)
@opening.which
def compile_(folder: Path | None, tenant_id: str) -> None:
    """Bring every page up to date now, or, with --dry-run, show what each would say."""
    deployment = opening.deployment("compile")
    tenant = opening.tenant(deployment, tenant_id)
    if folder:
        _dry_run(deployment, tenant, folder)
        return
    with deployment.db.begin() as tx:
        keys = [page.key for _, page in page_rows.every(tx, tenant.id)]
        stale.look_again(tx, deployment, tenant.id, keys)
    console.print(f"{len(keys)} pages are looked at; `learnloop pages` shows how each stands.")


@click.command()
@click.argument("delivery_id", type=int)
def replay(delivery_id: int) -> None:
    """Look at a delivery again, as if it had just come in."""
    deployment = opening.deployment("replay")
    with deployment.db.begin() as tx:
        tenant_id = replaying.replay(tx, deployment, delivery_id)
        opening.note(tx, deployment, "had one delivery looked at again", tenant_id, after=str(delivery_id))
    console.print(f"Delivery {delivery_id} is looked at again; `learnloop deliveries` shows what comes of it.")


def _dry_run(deployment: Deployment, tenant: Tenant, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with deployment.db.read() as tx:
        for _, page in page_rows.every(tx, tenant.id):
            content = gather.content(tx, tenant, page.key)
            if content is None:
                continue
            name = page.key.replace(":", "-").replace("@", "-") + ".xml"
            (folder / name).write_text(render.page(content, tenant.hosting).body, encoding="utf-8")
            same = page.digest == render.digest(content)
            rows.append({"page": page.key, "would be": "unchanged" if same else "written", "file": str(folder / name)})
    terminal.rows(rows, False, "No page yet; the first answer makes some.")
