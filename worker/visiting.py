"""Look at a tenant's site while somebody waits for what it says: also while the tenant is stopped, and not for long."""

from __future__ import annotations

from dataclasses import replace

from worker.deployment import Deployment
from worker.domain.experiments import PARTS, Control
from worker.gateways.doors import DoorKeeper, Doors
from worker.gateways.jira_shapes import JiraField
from worker.store.tenants import Tenant

# Seconds an admin waits for one call at most, whatever jobs may take.
_PATIENCE = 8.0
# What a field may take instead of words and still hold what is said: where it lives is always a web address.
_CONTROLS = {Control.DAY: "day", Control.OUTCOME: "choice", Control.COURSE: "choice"}
_TAKES = {part.field: _CONTROLS.get(part.control, "") for part in PARTS} | {"lives_at": "address"}


def doors(parts: Deployment, tenant: Tenant) -> Doors:
    """The tenant's site for somebody who waits."""
    return DoorKeeper(patient(parts)).even_stopped(tenant)


def answer_fields(parts: Deployment, tenant: Tenant) -> list[JiraField]:
    """The site's own fields an answer can be written in, by name. Raises SiteError."""
    return [one for one in mappable_fields(parts, tenant) if one.words]


def mappable_fields(parts: Deployment, tenant: Tenant) -> list[JiraField]:
    """The same, and those for an address or a part of an experiment: days, lists to choose from. Raises SiteError."""
    every = doors(parts, tenant).jira.fields()
    wanted = (one for one in every if (one.words or one.takes) and one.id.startswith("customfield_"))
    return sorted(wanted, key=_by_name)


def fits(field: JiraField, name: str) -> bool:
    """Whether a field can hold what answers the question, or tells the part of an experiment, of this name."""
    return field.words or (field.takes != "" and field.takes == _TAKES.get(name))


def patient(parts: Deployment) -> Deployment:
    """The deployment, but giving up on a silent site before the person who waits does."""
    return replace(parts, settings=replace(parts.settings, site_timeout=min(parts.settings.site_timeout, _PATIENCE)))


def _by_name(field: JiraField) -> str:
    return field.name.casefold()
