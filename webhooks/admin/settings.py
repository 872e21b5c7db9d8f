"""What LearnLoop does on a site, as one form: every setting of the registry, and which projects are private."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard, setting_rows
from webhooks.admin.setting_rows import Row
from webhooks.current import deployment
from worker import configuring
from worker.configuring import Difference
from worker.domain import editing, settings
from worker.domain.policy import Policy
from worker.domain.settings import GROUPS, SETTINGS, Setting
from worker.errors import ConfigError
from worker.store import audit, tenants
from worker.store.tenants import Tenant

blueprint = Blueprint("admin_settings", __name__, url_prefix="/admin/<tenant_id>")

PRIVATE = "private"
_LABELS = {name: one.label for name, one in SETTINGS.items()}


@dataclass(frozen=True)
class Saved:
    """What came of saving: the changes made, or what stands in the way. `texts` are what the form has now."""

    tenant: Tenant
    texts: Mapping[str, str]
    made: tuple[Difference, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/settings")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """The settings as they are."""
    tenant = guard.tenant()
    return _page(Saved(tenant, _texts(tenant)))


@blueprint.post("/settings")
@for_(Access.OWNER)
def save(tenant_id: str) -> ResponseReturnValue:
    """Keep what was typed, if all of it can be kept."""
    given = setting_rows.typed(SETTINGS.values())
    if PRIVATE in request.form:
        chosen = set(request.form.getlist(PRIVATE))
        given[PRIVATE] = ", ".join(key for key in _projects(guard.tenant()) if key in chosen)
    came = _saved(given, _refused(guard.tenant(), given))
    if came.problems or came.notes:
        return _page(came, 422 if came.problems else 409)
    done = configuring.told(came.made)
    return redirect(url_for("admin_settings.show", tenant_id=tenant_id, done=done), 303)


def _saved(given: dict[str, str], jql: dict[str, str]) -> Saved:
    """Bring together what was typed and what is kept now, and save it unless something stands in the way."""
    parts = deployment()
    with parts.db.begin() as tx:
        tenant = tenants.held(tx, guard.tenant().id)
        merged = editing.merge(request.form.get("seen", ""), _texts(tenant), given)
        reading = settings.read(tenant.policy, merged.texts)
        problems = {**reading.problems, **jql}
        entries = audit.newest(tx, tenant.id) if merged.moved else []
        notes = setting_rows.clashes(merged.moved, merged.texts, _LABELS, entries)
        if problems or notes:
            return Saved(tenant, merged.texts, problems=problems, notes=notes)
        try:
            made = configuring.save(tx, parts, tenant, _marked(tenant, reading.policy), guard.account().email)
        except ConfigError as error:
            return Saved(tenant, merged.texts, problems={"projects": str(error)})
    return Saved(tenant, merged.texts, tuple(made))


def _marked(tenant: Tenant, policy: Policy) -> Policy:
    """The policy with the projects marked private that are ticked."""
    if PRIVATE not in request.form:
        return policy
    return configuring.with_private(policy, request.form.getlist(PRIVATE), _projects(tenant))


def _refused(tenant: Tenant, given: Mapping[str, str]) -> dict[str, str]:
    """A sentence when Jira does not take a changed JQL. It is tried before the tenant is held: a site may be slow."""
    return configuring.refused_anew(deployment(), tenant, settings.read(tenant.policy, given).policy)


def _page(came: Saved, status: int = 200) -> ResponseReturnValue:
    tenant = came.tenant
    private = came.texts.get(PRIVATE, "").split(", ")
    return frame.page(
        "settings.html",
        status,
        groups=[(group, [_row(one, came) for one in group.settings]) for group in GROUPS],
        projects=[(key, key in private, _own(tenant.policy, key)) for key in _projects(tenant)],
        problems=came.problems,
        notes=came.notes,
        seen=editing.stamp(_texts(tenant)),
        zones=setting_rows.zones(),
    )


def _row(setting: Setting, came: Saved) -> Row:
    policy, now = came.tenant.policy, deployment().clock.now()
    value = getattr(policy, setting.name)
    text = came.texts.get(setting.name, setting.kind.write(value))
    return Row(
        setting,
        text,
        setting_rows.words_of(setting, setting.default),
        changed=value != setting.default,
        problem=came.problems.get(setting.name, ""),
        note=came.notes.get(setting.name, ""),
        times=setting_rows.times(setting.kind, text, policy.time_zone, now),
        own_in=setting_rows.own_in(policy, setting.name),
    )


def _texts(tenant: Tenant) -> dict[str, str]:
    """Every setting as the form has it, and the private projects in the order they are listed."""
    private = [key for key in _projects(tenant) if tenant.policy.rules(key).private]
    return configuring.texts(tenant.policy) | {PRIVATE: ", ".join(private)}


def _projects(tenant: Tenant) -> list[str]:
    """The projects to list: those served, and those that have rules of their own."""
    return sorted({*(tenant.policy.projects or tenant.known_projects), *tenant.policy.project_rules})


def _own(policy: Policy, project: str) -> str:
    """What is different in a project, in a few words."""
    rules = policy.rules(project)
    named = [SETTINGS[name].label for name in rules.own if name in SETTINGS]
    return ", ".join([f"space {rules.space}", *named] if rules.space else named) or configuring.EVERYWHERE
