"""What the site tells the triggers of Forge apps, in the shapes of Atlassian's "Jira events" and "Jira Software events"
for Forge: less than a webhook tells, sprint ids as strings, the actor as ``atlassianId``. The body of a comment as a
document, and the whole status in ``associatedStatuses`` (before, after), are unverified."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from worker.emulator import forge, shapes
from worker.emulator.apps_model import AppState, ForgeInstall
from worker.emulator.model import Change, Comment, Issue, JsonObject, Person, Sprint
from worker.emulator.world import World

_PEOPLE = ("assignee", "reporter")


def _raise(world: World, event: str, told: JsonObject, actor: Person | None) -> None:
    """Queue an event for every trigger that asked for it; ``filter.ignoreSelf`` spares an app its own acts."""
    for install in world.apps.forge.values():
        own = actor is not None and actor.account_id == install.account.account_id
        for trigger in install.modules("trigger") if install.state is AppState.ENABLED else []:
            ignored = own and (trigger.get("filter") or {}).get("ignoreSelf")
            if event in trigger["events"] and not ignored:
                by = {"atlassianId": actor.account_id} if actor else {}
                forge.send(world, install, trigger, event, {"eventType": event, "selfGenerated": own} | told | by)


def _issue(world: World, issue: Issue) -> JsonObject:
    fields: JsonObject = {
        "summary": issue.summary,
        "issuetype": shapes.issue_type(world, world.issue_types[issue.values["issuetype"]]),
        "creator": _user(issue.creator),
        "created": shapes.moment(issue.created),
        "project": shapes.short_project(world, world.projects[issue.project_key]),
        "reporter": _user(issue.reporter),
        "assignee": _user(issue.assignee),
        "updated": shapes.moment(issue.updated),
        "status": shapes.status(world, world.status(issue)),
    }
    return {"id": issue.id, "key": issue.key, "fields": fields}


def _user(account_id: str | None) -> JsonObject | None:
    return {"accountId": account_id} if account_id else None


def tell_issue(world: World, event: str, issue: Issue, actor: Person) -> None:
    """Raise avi:jira:created:issue or avi:jira:deleted:issue."""
    told = {"issue": _issue(world, issue), "associatedUsers": [_user(actor.account_id)]}
    _raise(world, event, told, actor)


def tell_updated(world: World, issue: Issue, actor: Person, change: Change, kind: str) -> None:
    """Raise avi:jira:updated:issue with its changed fields; a move also carries the status before and after."""
    if world.data_center:
        return
    names = ("field", "fieldId", "from", "fromString", "to", "toString")
    items = [shapes.change_item(world, item) for item in change.items]
    told: JsonObject = {
        "issue": _issue(world, issue),
        "jiraEventTypeName": kind,
        "changelog": {"items": [{name: item[name] for name in names} for item in items]},
    }
    people = [each for item in items if item["fieldId"] in _PEOPLE for each in (item["from"], item["to"]) if each]
    told |= {"associatedUsers": [_user(each) for each in dict.fromkeys(people)]} if people else {}
    moved = next((item for item in items if item["fieldId"] == "status"), None)
    if moved:
        statuses = [shapes.status(world, world.statuses[moved[side]]) for side in ("from", "to")]
        told["associatedStatuses"] = statuses
    _raise(world, "avi:jira:updated:issue", told, actor)


def tell_comment(world: World, issue: Issue, comment: Comment, actor: Person) -> None:
    """Raise avi:jira:commented:issue; Forge tells nothing of a comment that is edited."""
    given = shapes.comment(world, issue, comment, "3")
    given["author"] = given["updateAuthor"] = _user(comment.author)
    told = {"issue": _issue(world, issue), "comment": given, "associatedUsers": [_user(comment.author)]}
    _raise(world, "avi:jira:commented:issue", told, actor)


def tell_sprint(world: World, what: str, sprint: Sprint, actor: Person | None) -> None:
    """Raise avi:jira-software:started:sprint and its like; ids are strings, times are the actor's local ones."""
    zone = ZoneInfo(actor.time_zone if actor else "Etc/UTC")
    dates: dict[str, Any] = {
        "createDate": sprint.created,
        "startDate": sprint.start,
        "endDate": sprint.end,
        "completeDate": sprint.completed,
    }
    told = {
        "id": str(sprint.id),
        "originBoardId": str(sprint.board_id),
        "name": sprint.name,
        "goal": sprint.goal,
        "state": sprint.state,
    } | {name: _local(at, zone) for name, at in dates.items() if at}
    _raise(world, f"avi:jira-software:{what}:sprint", {"sprint": told}, actor)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}{at.astimezone(zone):%z}"


def tell_app(world: World, install: ForgeInstall, event: str, by: Person) -> None:
    """Tell an app itself that it was installed or upgraded (avi:forge:installed:app and its like)."""
    told = {
        "id": forge.installation_ari(install),
        "installerAccountId": by.account_id,
        "app": {"id": install.app_id, "version": "1"},
    }
    for trigger in install.modules("trigger"):
        if event in trigger["events"]:
            forge.send(world, install, trigger, event, {"eventType": event} | told)


def tick(world: World, install: ForgeInstall) -> None:
    """Call every scheduled trigger of an app once."""
    for trigger in install.modules("scheduledTrigger"):
        told = {"context": forge.context(world, trigger["key"])}
        forge.send(world, install, trigger, "scheduledTrigger", told)
