"""Jira's nouns as JSON, in the words of its REST answers. Pure: a world and a noun in, a dict out. Texts are
given as documents to v3 and as wiki text to v2 and webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from worker.emulator import dc_people
from worker.emulator.catalogue import CATEGORIES
from worker.emulator.model import (
    Change,
    ChangeItem,
    Comment,
    Issue,
    IssueType,
    JsonObject,
    Named,
    Person,
    Project,
    Sprint,
    Status,
    Version,
)
from worker.emulator.world import World


def moment(at: datetime) -> str:
    """Return a time as Jira writes it: 2026-11-02T09:14:05.000+0000."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


def zulu(at: datetime) -> str:
    """Return a time as Confluence and the agile API write it: 2026-11-02T09:14:05.000Z."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def cloud_only(world: World, members: JsonObject) -> JsonObject:
    """Return members that Cloud gives and Data Center does not."""
    return {} if world.data_center else members


def rest(api: str) -> str:
    """Return the REST version that self links carry; webhooks and scripts speak v2."""
    return "3" if api == "3" else "2"


def person(world: World, who: Person, api: str = "2") -> JsonObject:
    """Return a person as others see them: no e-mail address, no avatars; on Data Center with both."""
    if world.data_center:
        return dc_people.person(world, who)
    return {
        "self": f"{world.url}/rest/api/{rest(api)}/user?accountId={who.account_id}",
        "accountId": who.account_id,
        "displayName": who.name,
        "active": who.active,
        "timeZone": who.time_zone,
        "accountType": who.account_type,
    }


def status(world: World, one: Status, api: str = "2") -> JsonObject:
    """Return a status with its category."""
    number, colour, name = CATEGORIES[one.category]
    base = f"{world.url}/rest/api/{rest(api)}"
    return {
        "self": f"{base}/status/{one.id}",
        "description": "",
        "iconUrl": f"{world.url}/images/icons/statuses/generic.png",
        "name": one.name,
        "id": one.id,
        "statusCategory": {
            "self": f"{base}/statuscategory/{number}",
            "id": number,
            "key": one.category,
            "colorName": colour,
            "name": name,
        },
    }


def issue_type(world: World, one: IssueType, api: str = "2") -> JsonObject:
    """Return an issue type with its place in the hierarchy."""
    return {
        "self": f"{world.url}/rest/api/{rest(api)}/issuetype/{one.id}",
        "id": one.id,
        "description": "",
        "iconUrl": f"{world.url}/images/icons/issuetypes/generic.png",
        "name": one.name,
        "subtask": one.level < 0,
    } | cloud_only(world, {"hierarchyLevel": one.level})


def named(world: World, one: Named | IssueType, path: str, api: str = "2") -> JsonObject:
    """Return a resolution, priority, component, security level or issue type."""
    if isinstance(one, IssueType):
        return issue_type(world, one, api)
    found = {"self": f"{world.url}/rest/api/{rest(api)}/{path}/{one.id}", "id": one.id, "name": one.name}
    if path in ("resolution", "securitylevel"):
        found["description"] = ""
    if path == "priority":
        found["iconUrl"] = f"{world.url}/images/icons/priorities/{one.name.lower()}.svg"
    return found


def version(world: World, one: Version, api: str = "2") -> JsonObject:
    """Return a release."""
    return {
        "self": f"{world.url}/rest/api/{rest(api)}/version/{one.id}",
        "id": one.id,
        "name": one.name,
        "archived": False,
        "released": one.released,
        "projectId": int(world.projects[one.project_key].id),
    } | ({"releaseDate": one.released_on.isoformat()} if one.released_on else {})


def short_project(world: World, one: Project, api: str = "2") -> JsonObject:
    """Return a project as issues carry it."""
    return {
        "self": f"{world.url}/rest/api/{rest(api)}/project/{one.id}",
        "id": one.id,
        "key": one.key,
        "name": one.name,
        "projectTypeKey": one.kind,
    } | cloud_only(world, {"simplified": False})


def short_issue(world: World, issue: Issue, api: str = "2") -> JsonObject:
    """Return an issue as parents, sub-tasks and links carry it."""
    kind = world.issue_types[issue.values["issuetype"]]
    priority = world.priorities[issue.values["priority"]]
    return {
        "id": issue.id,
        "key": issue.key,
        "self": f"{world.url}/rest/api/{rest(api)}/issue/{issue.id}",
        "fields": {
            "summary": issue.summary,
            "status": status(world, world.status(issue), api),
            "priority": named(world, priority, "priority", api),
            "issuetype": issue_type(world, kind, api),
        },
    }


def sprint_in_issue(one: Sprint) -> JsonObject:
    """Return a sprint as the sprint field of an issue carries it."""
    found: JsonObject = {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "boardId": one.board_id,
        "goal": one.goal,
    }
    return found | _sprint_dates(one)


def sprint(world: World, one: Sprint) -> JsonObject:
    """Return a sprint as the agile API and sprint webhooks give it."""
    found: JsonObject = {
        "id": one.id,
        "self": f"{world.url}/rest/agile/1.0/sprint/{one.id}",
        "state": one.state,
        "name": one.name,
        "originBoardId": one.board_id,
        "goal": one.goal,
    }
    return found | cloud_only(world, {"createdDate": zulu(one.created)}) | _sprint_dates(one)


def _sprint_dates(one: Sprint) -> JsonObject:
    dates = {"startDate": one.start, "endDate": one.end, "completeDate": one.completed}
    return {name: zulu(at) for name, at in dates.items() if at}


def change_item(world: World, item: ChangeItem) -> JsonObject:
    """Return one changed field as changelogs give it; ``from`` and ``to`` are ids, as strings."""
    return {
        "field": item.field,
        "fieldtype": "custom" if item.custom else "jira",
        "from": item.old,
        "fromString": item.old_string,
        "to": item.new,
        "toString": item.new_string,
    } | cloud_only(world, {"fieldId": item.field_id})


def change(world: World, one: Change, api: str = "2") -> JsonObject:
    """Return one changelog entry."""
    return {
        "id": one.id,
        "author": person(world, world.people[one.author], api),
        "created": moment(one.at),
        "items": [change_item(world, item) for item in one.items],
    }


def comment(world: World, issue: Issue, one: Comment, api: str = "2", properties: bool = False) -> JsonObject:
    """Return a comment; ``properties`` adds its entity properties (``expand=properties``)."""
    found: JsonObject = {
        "self": f"{world.url}/rest/api/{rest(api)}/issue/{issue.id}/comment/{one.id}",
        "id": one.id,
        "author": person(world, world.people[one.author], api),
        "body": one.body.adf if api == "3" else one.body.wiki,
        "updateAuthor": person(world, world.people[one.update_author], api),
        "created": moment(one.created),
        "updated": moment(one.updated),
    } | cloud_only(world, {"jsdPublic": not one.internal})
    if one.visibility:
        found["visibility"] = one.visibility
    if properties:
        found["properties"] = [{"key": key, "value": value} for key, value in one.properties.items()]
    return found


def entity_property(key: str, value: Any) -> JsonObject:
    """Return one entity property of an issue or a comment."""
    return {"key": key, "value": value}
