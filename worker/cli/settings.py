"""`learnloop settings`: what an admin decides for a site or a project of it, shown, set, and kept as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Any

import click

from worker import configuring, settings_file, terminal
from worker.cli import opening
from worker.deployment import Deployment
from worker.domain import settings as registry
from worker.domain.policy import Policy
from worker.domain.setting_lists import Names
from worker.domain.settings import OF_A_PROJECT, PROJECT_ONLY, SETTINGS, Reading, Setting
from worker.errors import ConfigError, SettingInvalid
from worker.store import tenants
from worker.store.tenants import Tenant
from worker.terminal import console

_OF_A_PROJECT = {**{one.name: one for one in PROJECT_ONLY}, **OF_A_PROJECT}
_project = click.option("--project", default="", help="A project's key, for what is its own.")


@click.group()
def settings() -> None:
    """Whom LearnLoop asks about which closes, when, and where what was learned appears."""


@settings.command()
@_project
@opening.which
@opening.as_json
def show(tenant_id: str, project: str, as_json: bool) -> None:
    """List every setting with its value, its default and the reason for it."""
    deployment = opening.deployment("settings")
    policy, project = opening.tenant(deployment, tenant_id).policy, _key(project) if project else ""
    known = _OF_A_PROJECT if project else SETTINGS
    rows = [
        {
            "name": name,
            "value": one.kind.write(_value(policy, project, one)),
            "default": one.kind.write(one.default),
            "reason": one.reason,
        }
        for name, one in known.items()
    ]
    terminal.rows(rows, as_json, "")


@settings.command("set")
@click.argument("name")
@click.argument("value", required=False)
@click.option("--reset", is_flag=True, help="Back to its default; in a project, back to what it is everywhere.")
@_project
@opening.which
def set_(name: str, value: str | None, reset: bool, project: str, tenant_id: str) -> None:
    """Set one setting, everywhere or in one project."""
    if (value is None) != reset:
        raise ConfigError("Give a value, or --reset.")
    known = _OF_A_PROJECT if project else SETTINGS
    if name not in known:
        everywhere = project and name in SETTINGS
        raise ConfigError("This is the same in every project." if everywhere else settings_file.unknown(name))
    deployment = opening.deployment("settings")
    tenant = opening.tenant(deployment, tenant_id)
    _keep(deployment, tenant, lambda policy: _set(policy, _key(project) if project else "", known[name], value))


@settings.command()
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True), default="-")
@opening.which
def export(file: IO[str], tenant_id: str) -> None:
    """Write every setting into a TOML file, with the reason for each; to standard output when no file is named."""
    deployment = opening.deployment("settings")
    tenant = opening.tenant(deployment, tenant_id)
    file.write(settings_file.write(tenant.policy, f"LearnLoop on {tenant.site_url}"))


@settings.command("import")
@click.argument("file", type=click.File("rb"))
@opening.which
def import_(file: IO[bytes], tenant_id: str) -> None:
    """Set what a TOML file says. All of it is checked first; with any problem nothing changes."""
    content = file.read()
    deployment = opening.deployment("settings")
    tenant = opening.tenant(deployment, tenant_id)
    _keep(deployment, tenant, lambda policy: settings_file.read(policy, content))


def _set(policy: Policy, project: str, setting: Setting, value: str | None) -> Reading:
    """The policy with one setting as typed; None is its default, or in a project what it is everywhere."""
    usual = setting.kind.write(setting.default)
    if not project:
        return registry.read(policy, {setting.name: usual if value is None else value})
    texts = configuring.project_texts(policy, project)
    if value is None and setting not in PROJECT_ONLY:
        texts.pop(setting.name, None)
    else:
        texts[setting.name] = usual if value is None else value
    return registry.read_project(policy, project, texts)


def _keep(deployment: Deployment, tenant: Tenant, change: Callable[[Policy], Reading]) -> None:
    """Change the tenant's rules as they are at that moment, and say what became different. Raises ConfigError."""
    _try_jql(deployment, tenant, _without_problems(change(tenant.policy)))
    with deployment.db.begin() as tx:
        held = tenants.held(tx, tenant.id)
        found = configuring.save(tx, deployment, held, _without_problems(change(held.policy)), opening.WHO)
    for one in found:
        console.print(f"{one.what}: {one.before} → {one.after}", markup=False, soft_wrap=True)
    if not found:
        console.print("Nothing is different.")


def _try_jql(deployment: Deployment, tenant: Tenant, policy: Policy) -> None:
    """Ask Jira about each new JQL: one it cannot read would park every question. Raises ConfigError."""
    _refuse(configuring.refused_anew(deployment, tenant, policy))


def _without_problems(reading: Reading) -> Policy:
    _refuse(reading.problems)
    return reading.policy


def _refuse(problems: Mapping[str, str]) -> None:
    if problems:
        lines = "\n".join(f"- {name}: {words}" for name, words in problems.items())
        raise ConfigError(f"Nothing was changed, because of this:\n{lines}")


def _key(project: str) -> str:
    try:
        (key,) = Names(keys=True).check([project])
    except SettingInvalid as error:
        raise ConfigError(str(error)) from error
    return key


def _value(policy: Policy, project: str, setting: Setting) -> Any:
    """What holds there."""
    if setting in PROJECT_ONLY:
        return getattr(policy.rules(project), setting.name)
    return getattr(policy.of(project), setting.name)
