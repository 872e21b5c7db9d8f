"""An issue as JSON: which fields were asked for, each in the form of the asked REST version, plus changelog
and names. Webhooks carry the same view in v2. It shows; who may see is decided before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from worker.emulator import shapes
from worker.emulator.catalogue import EPIC_LINK_FIELD
from worker.emulator.fields import KINDS, Api
from worker.emulator.model import Field, Issue, IssueLink, JsonObject, Person
from worker.emulator.seeing import sees_comment
from worker.emulator.world import World

# Left out of *navigable, which a webhook carries too: long lists with their own endpoints.
_NOT_NAVIGABLE = frozenset(("comment", "attachment"))
ALL = ("*all",)
MOST_CHANGES = 100  # Cloud tells the newest so many with an issue (JRACLOUD-67458; pycontribs/jira, issue 911)
NAVIGABLE = ("*navigable",)


def issue_json(
    world: World,
    issue: Issue,
    api: Api,
    wanted: Sequence[str] = ALL,
    *,
    expand: frozenset[str] = frozenset(),
    properties: Sequence[str] = (),
    reader: Person | None = None,
) -> JsonObject:
    """Return an issue as GET issue gives it; ``wanted`` is the ``fields`` parameter split at commas.

    With a ``reader`` its comments are those this person may read, else all.
    """
    found: JsonObject = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": issue.id,
        "self": f"{world.url}/rest/api/{shapes.rest(api)}/issue/{issue.id}",
        "key": issue.key,
    }
    chosen = [field for field in chosen_fields(world, wanted) if _belongs(world, issue, field)]
    found["fields"] = {field.id: _field_json(world, issue, field, api) for field in chosen}
    if reader and "comment" in found["fields"]:
        found["fields"]["comment"] = _comments(world, issue, api, reader)
    if "names" in expand:
        found["names"] = {field.id: field.name for field in chosen}
    if "changelog" in expand:
        ordered = issue.changes if world.data_center else issue.changes[: -MOST_CHANGES - 1 : -1]
        histories = [shapes.change(world, change, api) for change in ordered]
        count = len(histories)
        found["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": histories}
    if properties:
        keys = issue.properties if "*all" in properties else [key for key in properties if key in issue.properties]
        found["properties"] = {key: issue.properties[key] for key in keys}
    return found


def webhook_issue(world: World, issue: Issue) -> JsonObject:
    """Return an issue as webhooks carry it: v2, and a self link without "/issue" as real deliveries have it."""
    found = issue_json(world, issue, "2", ALL if world.data_center else NAVIGABLE)
    del found["expand"]
    return found | shapes.cloud_only(world, {"self": f"{world.url}/rest/api/2/{issue.id}"})


def webhook_short_issue(world: World, issue: Issue) -> JsonObject:
    """Return an issue as comment webhooks carry it: summary, type, project, priority and status."""
    found = shapes.short_issue(world, issue)
    found["fields"]["project"] = shapes.short_project(world, world.projects[issue.project_key])
    found["fields"]["assignee"] = KINDS["person"].give(world, issue.assignee, "2")
    return found | shapes.cloud_only(world, {"self": f"{world.url}/rest/api/2/{issue.id}"})


def chosen_fields(world: World, wanted: Sequence[str]) -> list[Field]:
    """Return the fields a ``fields`` parameter asks for: ids, ``*all``, ``*navigable`` and ``-id``
    exclusions.
    """
    tokens = [token.strip() for each in wanted for token in each.split(",") if token.strip()]
    excluded = {token[1:] for token in tokens if token.startswith("-")}
    included = {token for token in tokens if not token.startswith("-")}
    every = "*all" in included or not included
    navigable = "*navigable" in included
    return [
        field
        for field in world.fields.values()
        if field.id not in excluded
        and (every or field.id in included or (navigable and field.id not in _NOT_NAVIGABLE))
    ]


def _belongs(world: World, issue: Issue, field: Field) -> bool:
    """Whether an issue has a field at all: on Data Center only sub-tasks have a parent, stories have an epic link."""
    sub_task = world.issue_types[issue.values["issuetype"]].level < 0
    return not (world.data_center and field.id == "parent" and not sub_task)


def _epic(world: World, issue: Issue, _: Api) -> Any:
    parent = world.issues.get(issue.values.get("parent") or "")
    return parent.key if parent and world.issue_types[parent.values["issuetype"]].level == 1 else None


def _field_json(world: World, issue: Issue, field: Field, api: Api) -> Any:
    derived = _DERIVED.get(field.id)
    if derived:
        return derived(world, issue, api)
    return KINDS[field.kind].give(world, issue.values.get(field.id), api)


def _project(world: World, issue: Issue, api: Api) -> Any:
    return shapes.short_project(world, world.projects[issue.project_key], api)


def _status(world: World, issue: Issue, api: Api) -> Any:
    return shapes.status(world, world.status(issue), api)


def _creator(world: World, issue: Issue, api: Api) -> Any:
    return shapes.person(world, world.people[issue.creator], api)


def _resolved(_: World, issue: Issue, __: Api) -> Any:
    return shapes.moment(issue.resolved) if issue.resolved else None


def _comments(world: World, issue: Issue, api: Api, reader: Person | None = None) -> Any:
    read = [each for each in issue.comments if reader is None or sees_comment(world, issue, each, reader)]
    given = [shapes.comment(world, issue, comment, api) for comment in read]
    own = f"{world.url}/rest/api/{shapes.rest(api)}/issue/{issue.id}/comment"
    return {"comments": given, "self": own, "maxResults": len(given), "total": len(given), "startAt": 0}


def _subtasks(world: World, issue: Issue, api: Api) -> Any:
    return [
        shapes.short_issue(world, child, api)
        for child in world.issues.values()
        if child.values.get("parent") == issue.id and world.issue_types[child.values["issuetype"]].level < 0
    ]


def _links(world: World, issue: Issue, api: Api) -> Any:
    return [_link(world, issue, link, api) for link in issue.links]


def _link(world: World, issue: Issue, link: IssueLink, api: Api) -> JsonObject:
    kind = next(each for each in world.link_types if each.id == link.type_id)
    base = f"{world.url}/rest/api/{shapes.rest(api)}"
    found: JsonObject = {
        "id": link.id,
        "self": f"{base}/issueLink/{link.id}",
        "type": {
            "id": kind.id,
            "name": kind.name,
            "inward": kind.inward,
            "outward": kind.outward,
            "self": f"{base}/issueLinkType/{kind.id}",
        },
    }
    side, other = ("outwardIssue", link.outward) if link.inward == issue.id else ("inwardIssue", link.inward)
    return found | {side: shapes.short_issue(world, world.issues[other], api)}


def _watches(world: World, issue: Issue, api: Api) -> Any:
    own = f"{world.url}/rest/api/{shapes.rest(api)}/issue/{issue.key}/watchers"
    return {"self": own, "watchCount": len(issue.watchers), "isWatching": False}


_DERIVED: dict[str, Callable[[World, Issue, Api], Any]] = {
    "project": _project,
    "status": _status,
    "statuscategorychangedate": lambda _, issue, __: shapes.moment(issue.category_changed),
    "resolutiondate": _resolved,
    "created": lambda _, issue, __: shapes.moment(issue.created),
    "updated": lambda _, issue, __: shapes.moment(issue.updated),
    "creator": _creator,
    "comment": _comments,
    "subtasks": _subtasks,
    "issuelinks": _links,
    "watches": _watches,
    "attachment": lambda _, __, ___: [],
    EPIC_LINK_FIELD: _epic,
}
