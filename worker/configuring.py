"""Change a tenant's settings in one step: its rules, a line in the log for each difference, and what follows on pages.

It knows nothing of forms. Whoever calls it holds the tenant (`tenants.held`), so that of two who save at once each sees
what the other did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from sqlalchemy import Connection

from worker import installing, visiting
from worker.deployment import Deployment
from worker.domain import settings
from worker.domain.experiments import PARTS, Part
from worker.domain.model import JobKind
from worker.domain.policy import Policy
from worker.domain.questions import QUESTIONS, Question
from worker.domain.setting_kinds import Choice, Choices, Number
from worker.domain.settings import PROJECT_ONLY, SETTINGS, Setting
from worker.errors import ConfigError, LearnLoopError, Rejected
from worker.store import audit, tenants
from worker.store.audit import Entry
from worker.store.tenants import Tenant

EVERYWHERE = "as everywhere"
# New JQL that is tried in Jira at once, each with a call somebody waits for.
_MOST_TRIED = 20
_MANY = f"At most {_MOST_TRIED} new conditions are tried in Jira at once, and here are more. Bring them in parts."
# What pages are made from; the other settings are about asking.
_ON_PAGES = ("home_space", "parent_page", "time_zone")


@dataclass(frozen=True)
class Difference:
    """One thing that changes, in an admin's words: what it is called, its value before and after."""

    what: str
    before: str
    after: str


def save(tx: Connection, parts: Deployment, tenant: Tenant, policy: Policy, who: str) -> list[Difference]:
    """Replace the rules of a held tenant; what changed. Pages are brought up to date where they say something else now.

    Raises ConfigError when another tenant serves some of its projects.
    """
    found = list(differences(tenant.policy, policy))
    if not found:
        return []
    if tenant.policy.projects != policy.projects:
        _alone(tx, replace(tenant, policy=policy))
    tenants.set_policy(tx, tenant.id, policy)
    now = parts.clock.now()
    for one in found:
        audit.note(tx, Entry(now, who, f"changed {one.what}", one.before, one.after, tenant.id))
    if _of_pages(tenant.policy) != _of_pages(policy) and not tenant.stopped:
        subject = f"{tenant.id}@{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        parts.queue.put(tx, JobKind.COMPILE_ALL, subject, lane=f"{JobKind.COMPILE_ALL}:{tenant.id}")
    return found


def told(made: Sequence[Difference]) -> str:
    """What to say once they are saved."""
    return f"Saved: {', '.join(one.what for one in made)}." if made else "Nothing was different."


def differences(before: Policy, after: Policy) -> Iterator[Difference]:
    """What is different between two sets of rules, in the order of the settings, then fields, then projects."""
    for setting in SETTINGS.values():
        was, will = getattr(before, setting.name), getattr(after, setting.name)
        if was != will:
            yield Difference(setting.label, words(setting, was), words(setting, will))
    named: list[Question | Part] = [*QUESTIONS, *PARTS]
    for mapped in named:
        was, will = getattr(before.field_map, mapped.field), getattr(after.field_map, mapped.field)
        if was != will:
            yield Difference(f"the Jira field for “{mapped.label}”", was or "none", will or "none")
    for project in sorted({*before.project_rules, *after.project_rules}):
        yield from _in_project(before, after, project)


def words(setting: Setting, value: Any) -> str:
    """A value as a sentence names it."""
    match setting.kind:
        case Choice(options=options):
            return dict(options).get(value, str(value))
        case Choices(options=options):
            return ", ".join(words for option, words in options if option in value) or "none"
        case Number(unit=unit):
            return f"{value} {unit}".strip()
        case kind:
            return kind.write(value) or "empty"


def texts(policy: Policy) -> dict[str, str]:
    """Every setting as a form has it."""
    return {name: one.kind.write(getattr(policy, name)) for name, one in SETTINGS.items()}


def project_texts(policy: Policy, project: str) -> dict[str, str]:
    """What is a project's own, as a form has it: only the settings it does not share, and where it publishes."""
    own = {name: SETTINGS[name].kind.write(value) for name, value in policy.rules(project).own.items()}
    return own | {one.name: one.kind.write(getattr(policy.rules(project), one.name)) for one in PROJECT_ONLY}


def with_private(policy: Policy, private: Collection[str], among: Collection[str]) -> Policy:
    """The policy in which, of the projects `among`, exactly those in `private` are private."""
    for project in among:
        rules = replace(policy.rules(project), private=project in private)
        policy = settings.with_project(policy, project, rules)
    return policy


def refused_anew(parts: Deployment, tenant: Tenant, policy: Policy) -> dict[str, str]:
    """A sentence for each JQL that is new in `policy`, everywhere or in a project, and that Jira does not take."""
    wanted, known = _conditions(policy), set(_conditions(tenant.policy).values())
    new = sorted(set(wanted.values()) - known)
    if len(new) > _MOST_TRIED:
        return {name: _MANY for name, text in wanted.items() if text in new}
    refused = {text: _refused(parts, tenant, text) for text in new}
    return {name: words for name, text in wanted.items() if (words := refused.get(text, ""))}


def _conditions(policy: Policy) -> dict[str, str]:
    """Each JQL of a policy, by the name a file of settings has for it."""
    own = {f"project.{key}.jql": rules.own["jql"] for key, rules in policy.project_rules.items() if "jql" in rules.own}
    return {"jql": policy.jql} | own


def _refused(parts: Deployment, tenant: Tenant, condition: str) -> str:
    """Why a JQL condition cannot be kept, in Jira's own words; empty when Jira takes it. One call at most."""
    if not condition:
        return ""
    try:
        visiting.doors(parts, tenant).jira.search(f"created >= -1d AND ({condition})", 1)
    except Rejected as error:
        return f"Jira refuses this JQL: {error.detail or error}"
    except LearnLoopError as error:
        return f"This could not be tried, so it is not kept yet. {error}"
    return ""


def _alone(tx: Connection, tenant: Tenant) -> None:
    """Raises ConfigError when people would be asked twice."""
    if others := installing.rivals(tx, tenant):
        raise ConfigError(installing.rivalry(others[0]))


def _in_project(before: Policy, after: Policy, project: str) -> Iterator[Difference]:
    was, will = before.rules(project), after.rules(project)
    for one in PROJECT_ONLY:
        old, new = getattr(was, one.name), getattr(will, one.name)
        if old != new:
            yield Difference(f"{one.label} of {project}", words(one, old), words(one, new))
    for name in SETTINGS:
        if was.own.get(name) != will.own.get(name):
            yield Difference(f"{SETTINGS[name].label} in {project}", _own(was.own, name), _own(will.own, name))


def _own(own: Mapping[str, Any], name: str) -> str:
    return words(SETTINGS[name], own[name]) if name in own else EVERYWHERE


def _of_pages(policy: Policy) -> tuple[object, ...]:
    """What of the rules pages are made from."""
    rules = {key: (one.space, one.private) for key, one in policy.project_rules.items() if one.space or one.private}
    return (*(getattr(policy, name) for name in _ON_PAGES), rules)
