"""The part of a form that says what an account may do: its role, and the sites and projects that limit it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from sqlalchemy import Connection

from worker import admitting
from worker.errors import NotAdmitted
from worker.store.accounts import Role
from worker.store.tenants import Tenant


@dataclass(frozen=True)
class Site:
    """A site to limit a role to: its tenant, what people call it, its projects we know of, and keys somebody typed."""

    id: str
    host: str
    projects: tuple[str, ...]
    more: str


def wanted(tx: Connection) -> tuple[Role, tuple[str, ...], dict[str, str]]:
    """The role and the limits of a form, and a sentence for each that cannot be so."""
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        return Role.READER, (), {"role": "Choose one of the roles."}
    try:
        return role, admitting.checked_grants(tx, role, _limits()), {}
    except NotAdmitted as error:
        return role, (), {"grant": str(error)}


def _limits() -> list[str]:
    """What a form limits a role to: what is ticked, and the keys of projects typed in a site's field."""
    fields = [(name.removeprefix("more "), text) for name, text in request.form.items() if name.startswith("more ")]
    typed = [f"{site}/{key.strip().upper()}" for site, text in fields for key in text.split(",") if key.strip()]
    return request.form.getlist("grant") + typed


def chosen(role: Role, grants: Iterable[str]) -> tuple[str, list[str]]:
    """The role and the limits to show as chosen: those just sent, else those kept."""
    if "role" in request.form or "grant" in request.form:
        return request.form.get("role", ""), request.form.getlist("grant")
    return str(role), list(grants)


def sites(served: Iterable[Tenant], held: Iterable[str]) -> list[Site]:
    """The sites a role can be limited to. Of its projects a site's rules and pages have told us some."""
    grants = [one.partition("/") for one in held]
    found = []
    for one in served:
        own = {project for tenant_id, _, project in grants if project and tenant_id == one.id}
        known = own | {*one.policy.projects, *one.policy.project_rules, *one.known_projects}
        more = request.form.get(f"more {one.id}", "")
        found.append(Site(str(one.id), one.host, tuple(sorted(known)), more))
    return found
