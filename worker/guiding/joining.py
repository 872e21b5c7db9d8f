"""The second step: the site and our account on it, as a tenant that is stopped until the guide ends."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from worker import checking, installing, onboarding
from worker.checking import Finding
from worker.deployment import Deployment
from worker.errors import ConfigError
from worker.gateways.doors import DoorKeeper, Doors
from worker.guiding import wishes
from worker.guiding.wishes import NOT_FINISHED, Wishes
from worker.onboarding import Wish
from worker.store import audit, credentials, tenants
from worker.store.audit import Entry
from worker.store.tenants import Tenant


def connect(parts: Deployment, wish: Wish, who: str) -> Tenant:
    """Try the account on the site and keep both. Raises ConfigError and what the site answers; then nothing is kept."""
    with parts.db.read() as tx:
        if any(one.site_url == wish.site_url for one in wishes.unfinished(tx)):
            raise ConfigError("The guide for this site was begun already. Go on with it, or give it up there first.")
    tenant = onboarding.add_tenant(parts, replace(wish, secret=secrets.token_urlsafe(32), stopped=NOT_FINISHED))
    now = parts.clock.now()
    with parts.db.begin() as tx:
        wishes.keep(tx, tenant.id, Wishes(), now)
        audit.note(tx, Entry(now, who, f"began the guide for {tenant.site_url}", tenant_id=tenant.id))
    return tenant


def account(parts: Deployment, tenant: Tenant) -> Iterator[Finding]:
    """What our account is and may do on the site, line by line."""
    return checking.account(parts, tenant)


def doors(parts: Deployment, tenant: Tenant) -> Doors:
    """The doors of a tenant that is stopped for the guide; to be read through alone before its end."""
    with parts.db.read() as tx:
        held = credentials.of(tx, tenant.id)
    return DoorKeeper(parts).with_these(replace(tenant, stopped=""), held)


def give_up(tx: Connection, parts: Deployment, tenant: Tenant, who: str) -> None:
    """Forget a tenant whose guide was not finished. Nothing of it is on its site."""
    if tenants.held(tx, tenant.id).stopped != NOT_FINISHED:
        raise ConfigError("The guide for this site is finished, so there is nothing to give up.")
    wishes.drop(tx, tenant.id)
    installing.erase(tx, parts, tenant)
    audit.note(tx, Entry(parts.clock.now(), who, f"gave up the guide for {tenant.site_url}"))
