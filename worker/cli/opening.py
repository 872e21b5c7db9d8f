"""What every command begins with: the settings, the deployment, the tenant that is meant, and the common options."""

from __future__ import annotations

import click
from sqlalchemy import Connection

from worker import config, logs
from worker.deployment import Deployment, assemble
from worker.domain.model import TenantId
from worker.errors import ConfigError
from worker.store import audit, tenants
from worker.store.audit import Entry
from worker.store.tenants import Tenant

# Who changed something, as the log says it.
WHO = "command line"

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
limit = click.option("--limit", default=50, show_default=True, help="How many rows at most.")
which = click.option("--tenant", "tenant_id", default="", help="The tenant; may be left out when there is only one.")


def settings(process: str) -> config.Settings:
    """The settings, with the log set up for `process`. Raises ConfigError."""
    found = config.load()
    logs.set_up(process, found.log_level, found.log_format)
    return found


def deployment(process: str) -> Deployment:
    """The deployment, opened for one command and closed at its end. Raises ConfigError."""
    opened = assemble(settings(process))
    click.get_current_context().call_on_close(opened.close)
    return opened


def tenant(deployment: Deployment, tenant_id: str) -> Tenant:
    """The tenant with this id; without one, the only one there is. Raises NotFoundHere, ConfigError."""
    with deployment.db.read() as tx:
        if tenant_id:
            return tenants.get(tx, TenantId(tenant_id))
        every = tenants.every(tx)
    if not every:
        raise ConfigError("There is no tenant yet; `learnloop tenant add` adds a site.")
    if len(every) != 1:
        names = ", ".join(one.id for one in every)
        raise ConfigError(f"Say which tenant with --tenant; there are {len(every)} here: {names}.")
    return every[0]


def note(
    tx: Connection, deployment: Deployment, what: str, tenant_id: str = "", before: str = "", after: str = ""
) -> None:
    """Write into the log what a command changes, of a tenant or of none."""
    audit.note(tx, Entry(deployment.clock.now(), WHO, what, before, after, tenant_id))
