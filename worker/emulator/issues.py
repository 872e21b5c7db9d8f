"""What happens to issues: created, edited, moved through the workflow, linked, deleted. Each step writes the
changelog, records the mails and raises the webhook events real Jira would. Callers hold the lock and have
checked who may."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from worker.emulator import catalogue, events, mailing
from worker.emulator.errors import Refused
from worker.emulator.fields import KINDS, Api, BadValueError
from worker.emulator.model import Change, ChangeItem, Field, Issue, IssueLink, Person, Project, Status
from worker.emulator.seeing import administers
from worker.emulator.world import World

# The names changelogs give some system fields, where they differ from the field id.
_CHANGE_NAMES = {
    "components": "Component",
    "fixVersions": "Fix Version",
    "versions": "Version",
    "parent": "IssueParentAssociation",
}
_ALWAYS = {"labels": list, "components": list, "fixVersions": list, "versions": list}


def take_values(world: World, issue: Issue, raw: Mapping[str, Any], api: Api) -> dict[str, Any]:
    """Read field values written in the dialect of ``api``; raises a 400 that names every field it refuses."""
    taken: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, given in raw.items():
        found = world.field_named(name) if api == "script" else world.fields.get(name)
        try:
            if found is None:
                raise BadValueError(f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.")
            taken[found.id] = KINDS[found.kind].take(world, found, issue, given, api)
        except BadValueError as problem:
            wrong[name] = str(problem)
    if wrong:
        raise Refused(400, fields=wrong)
    return taken


def take_updates(world: World, issue: Issue, raw: Mapping[str, list[dict[str, Any]]], api: Api) -> dict[str, Any]:
    """Read the ``update`` part of an edit: add, remove and set operations, field by field."""
    taken: dict[str, Any] = {}
    for name, operations in raw.items():
        if name not in world.fields:
            raise Refused(400, fields={name: f"Field '{name}' cannot be set. It is not on the appropriate screen."})
        value = issue.values.get(name)
        for operation in operations:
            value = _operate(world, issue, world.fields[name], value, operation, api=api)
        taken[name] = value
    return taken


def _operate(world: World, issue: Issue, field: Field, value: Any, operation: dict[str, Any], *, api: Api) -> Any:
    for verb, given in operation.items():
        if verb not in KINDS[field.kind].operations:
            raise Refused(400, fields={field.id: f"The operation '{verb}' is not supported by the field {field.name}."})
        if verb == "set":
            value = take_values(world, issue, {field.id: given}, api)[field.id]
            continue
        named = take_values(world, issue, {field.id: [given]}, api)[field.id]
        kept = [each for each in value or [] if each not in named]
        value = kept if verb == "remove" else [*kept, *named]
        value = sorted(value) if field.kind == "labels" else value
    return value


def create_issue(world: World, project: Project, raw: Mapping[str, Any], actor: Person, api: Api) -> Issue:
    """Create an issue from field values in the dialect of ``api``.

    Raises a 400 naming what is wrong or missing.
    """
    now = world.now()
    number = project.last_number + 1
    issue = Issue(
        id=str(world.next_id("issue", 10001)),
        key=f"{project.key}-{number}",
        project_key=project.key,
        status_id=project.statuses[0],
        creator=actor.account_id,
        created=now,
        updated=now,
        category_changed=now,
        values={"priority": catalogue.DEFAULT_PRIORITY, "reporter": actor.account_id},
    )
    values = take_values(world, issue, raw, api)
    missing = {name: f"{name} is required." for name in ("summary", "issuetype") if not values.get(name)}
    if missing:
        raise Refused(400, fields=missing)
    for name, empty in _ALWAYS.items():
        issue.values[name] = empty()
    issue.values |= values
    project.last_number = number
    issue.watchers.add(actor.account_id)
    world.issues[issue.id] = issue
    world.keys[issue.key] = issue.id
    mailing.mail_about_issue(world, issue, actor, "created", issue.summary)
    events.tell_created(world, issue, actor)
    return issue


def remember(world: World, issue: Issue) -> None:
    """Keep the issue as it is for searches that have not heard of the change about to be made."""
    if not world.index_lag:
        return
    horizon = world.now() - world.index_lag
    issue.earlier = [(until, past) for until, past in issue.earlier if until > horizon]
    past = copy.copy(issue)
    past.values, past.earlier = dict(issue.values), []
    issue.earlier.append((world.now(), past))


def change_values(world: World, issue: Issue, values: Mapping[str, Any], actor: Person) -> Change | None:
    """Set values already read and write the changelog.

    Returns None, touching nothing, when nothing differs.
    """
    items = [
        item(world, world.fields[name], issue.values.get(name), value)
        for name, value in values.items()
        if (issue.values.get(name) or None) != (value or None)
    ]
    return _write_change(world, issue, values, tuple(items), actor) if items else None


def _write_change(
    world: World, issue: Issue, values: Mapping[str, Any], items: tuple[ChangeItem, ...], actor: Person
) -> Change:
    remember(world, issue)
    issue.values |= values
    issue.updated = world.now()
    change = Change(str(world.next_id("change", 10200)), actor.account_id, issue.updated, items)
    issue.changes.append(change)
    return change


def item(world: World, field: Field, old: Any, new: Any) -> ChangeItem:
    """Return the changelog's line for one field."""
    name = KINDS[field.kind].name
    label = field.name if field.custom else _CHANGE_NAMES.get(field.id, field.id)
    return ChangeItem(label, field.id, field.custom, *name(world, old), *name(world, new))


def edit_issue(
    world: World,
    issue: Issue,
    values: Mapping[str, Any],
    actor: Person,
    *,
    notify: bool = True,
    bulk: bool = False,
) -> None:
    """Apply an edit. ``notify=False`` spares the mails only for Jira's or the project's administrators."""
    change = change_values(world, issue, values, actor)
    if change is None:
        return
    if notify or not administers(world, issue.project_key, actor):
        changed = ", ".join(item.field for item in change.items)
        mailing.mail_about_issue(world, issue, actor, "edited", f"changed {changed}")
    events.tell_updated(world, issue, actor, change, bulk)


def status_named(world: World, project: Project, name: str) -> Status:
    """Return the status of the project's workflow with that name or id.

    Raises a 400 naming those there are.
    """
    for status_id in project.statuses:
        status = world.statuses[status_id]
        if name.casefold() in (status.name.casefold(), status.id):
            return status
    known = ", ".join(world.statuses[each].name for each in project.statuses)
    raise Refused(400, f"The workflow of {project.key} has no status {name!r}; it has {known}.")


def transition_issue(
    world: World,
    issue: Issue,
    status: Status,
    actor: Person,
    values: Mapping[str, Any] | None = None,
    *,
    notify_webhooks: bool = True,
) -> Change | None:
    """Move an issue to a status.

    Entering a done status sets a resolution (Done unless given), leaving one clears it.
    """
    values = dict(values or {})
    before = world.status(issue)
    done = status.category == "done"
    if done:
        values["resolution"] = values.get("resolution") or issue.values.get("resolution") or "10000"
    else:
        values["resolution"] = None
    items = [
        item(world, world.fields[name], issue.values.get(name), value)
        for name, value in values.items()
        if (issue.values.get(name) or None) != (value or None)
    ]
    if before.id != status.id:
        items.append(ChangeItem("status", "status", False, before.id, before.name, status.id, status.name))
    if not items:
        return None
    change = _write_change(world, issue, values, tuple(items), actor)
    _enter(issue, before, status)
    mailing.mail_about_issue(world, issue, actor, "transitioned", f"{before.name} to {status.name}")
    if notify_webhooks:
        events.tell_updated(world, issue, actor, change)
    return change


def _enter(issue: Issue, before: Status, status: Status) -> None:
    issue.status_id = status.id
    if before.category != status.category:
        issue.category_changed = issue.updated
    if status.category != "done":
        issue.resolved = None
    elif issue.resolved is None:
        issue.resolved = issue.updated


def delete_issue(world: World, issue: Issue, actor: Person) -> None:
    """Delete an issue; it raises jira:issue_deleted and is then gone, with its links."""
    events.tell_deleted(world, issue, actor)
    for other in world.issues.values():
        other.links = [link for link in other.links if issue.id not in (link.inward, link.outward)]
    del world.issues[issue.id], world.keys[issue.key]


def link_issues(world: World, type_name: str, inward: Issue, outward: Issue) -> IssueLink:
    """Link two issues; raises a 404 for an unknown kind of link."""
    found = [kind for kind in world.link_types if type_name in (kind.name, kind.id)]
    if not found:
        raise Refused(404, f"No issue link type with name '{type_name}' found.")
    link = IssueLink(str(world.next_id("link", 10300)), found[0].id, inward.id, outward.id)
    inward.links.append(link)
    outward.links.append(link)
    return link


def indexed(world: World, issue: Issue) -> Issue | None:
    """Return the issue as searches see it now: late by the site's index lag, None when not indexed yet."""
    if not world.index_lag:
        return issue
    horizon = world.now() - world.index_lag
    if issue.created > horizon:
        return None
    return next((past for until, past in issue.earlier if until > horizon), issue)
