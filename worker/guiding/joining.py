"""The second step: the site and our account on it, as a tenant that is stopped until the guide ends."""

from __future__ import annotations

import secrets
from dataclasses import replace

from sqlalchemy import Connection

from worker import installing, onboarding
from worker.deployment import Deployment
from worker.errors import ConfigError
from worker.guiding import wishes
from worker.guiding.wishes import Wishes
from worker.onboarding import Wish
from worker.store import audit, tenants
from worker.store.audit import Entry
from worker.store.tenants import NOT_FINISHED, Tenant

BEGUN = "The guide for this site was begun already. Go on with it, or give it up there first."


def connect(parts: Deployment, wish: Wish, who: str) -> Tenant:
    """Try the account on the site and keep both. Raises ConfigError and what the site answers; then nothing is kept."""
    if begun(parts, wish.site_url):
        raise ConfigError(BEGUN)
    tenant = onboarding.add_tenant(parts, replace(wish, secret=secrets.token_urlsafe(32), stopped=NOT_FINISHED))
    now = parts.clock.now()
    with parts.db.begin() as tx:
        wishes.keep(tx, tenant.id, Wishes(), now)
        audit.note(tx, Entry(now, who, f"began the guide for {tenant.site_url}", tenant_id=tenant.id))
    return tenant


def begun(parts: Deployment, site_url: str) -> Tenant | None:
    """The site whose guide was begun and not finished, where it is this one."""
    with parts.db.read() as tx:
        return next((one for one in wishes.unfinished(tx) if one.site_url == site_url), None)


def give_up(tx: Connection, parts: Deployment, tenant: Tenant, who: str) -> None:
    """Forget a tenant whose guide was not finished. Nothing of it is on its site."""
    if not wishes.in_guide(tenants.held(tx, tenant.id)):
        raise ConfigError("The guide for this site is finished, so there is nothing to give up.")
    wishes.drop(tx, tenant.id)
    installing.erase(tx, parts, tenant)
    audit.note(tx, Entry(parts.clock.now(), who, f"gave up the guide for {tenant.site_url}"))
