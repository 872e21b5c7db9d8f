"""What an admin wants made on the site at the guide's end; the rest of what they say is in the tenant's own policy."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from worker.domain import editing
from worker.domain import policy as policies
from worker.domain.model import TenantId
from worker.store import drafts, tenants
from worker.store.tenants import NOT_FINISHED, Tenant


@dataclass(frozen=True)
class Wishes:
    """Custom fields to make, by the question they are for; a space to make; the steps that were gone through.

    `finishing` is when somebody pressed the last button, ISO, while that is being done.
    """

    new_fields: tuple[str, ...] = ()
    new_space: str = ""
    new_space_name: str = ""
    steps: tuple[str, ...] = ()
    finishing: str = ""


def get(tx: Connection, tenant_id: TenantId) -> Wishes:
    """The wishes for a tenant; none when nobody said any."""
    kept: dict[str, Any] = drafts.get(tx, _name(tenant_id))
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in kept.items()}
    return Wishes(**values)


def keep(tx: Connection, tenant_id: TenantId, wishes: Wishes, now: datetime) -> None:
    """Keep the wishes."""
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(wishes).items()}
    drafts.keep(tx, _name(tenant_id), plain, now)


def drop(tx: Connection, tenant_id: TenantId) -> None:
    """Forget them: they were done, or the guide was given up."""
    drafts.drop(tx, _name(tenant_id))


def in_guide(tenant: Tenant) -> bool:
    """Whether the tenant's guide was begun and not finished."""
    return tenant.stopped == NOT_FINISHED


def unfinished(tx: Connection) -> list[Tenant]:
    """The tenants whose guide was begun and not finished."""
    return [one for one in tenants.active(tx) if in_guide(one)]


def digest(tenant: Tenant, wishes: Wishes) -> str:
    """What a form of the guide was made from: another one means that somebody saved something meanwhile."""
    said = [policies.to_json(tenant.policy), wishes.new_fields, wishes.new_space, wishes.new_space_name]
    return editing.stamp({"said": json.dumps(said, sort_keys=True, default=list)})


def _name(tenant_id: TenantId) -> str:
    return f"guide:{tenant_id}"
