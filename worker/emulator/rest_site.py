"""Jira REST: who I am, what the site is, its people, permissions, statuses, fields, types, projects and
labels."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request

from worker.emulator import fields, shapes
from worker.emulator.catalogue import PERMISSIONS
from worker.emulator.door import actor, answer, api, flag, listed, number, page_of, world
from worker.emulator.errors import Refused
from worker.emulator.model import JsonObject, Person, Project, Status
from worker.emulator.seeing import administers, sees_issue, sees_project, visible_project

PREFIX = "/rest/api/<any('2', '3', 'latest'):api>"
blueprint = Blueprint("rest_site", __name__, url_prefix=PREFIX)


@blueprint.url_value_preprocessor
def keep_version(_: str | None, values: dict[str, Any] | None) -> None:
    """Keep the REST version of the path for the views."""
    g.api = (values or {}).pop("api", "2")


@blueprint.get("/myself")
def myself() -> Response:
    """Return who asks, e-mail included."""
    found = shapes.person(world(), actor(), api())
    return answer(found | {"emailAddress": actor().email, "locale": "en_GB", "expand": "groups,applicationRoles"})


@blueprint.get("/serverInfo")
def server_info() -> Response:
    """Return what the site is; anybody may ask."""
    site = world()
    return answer(
        {
            "baseUrl": site.url,
            "displayUrl": site.url,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100287,
            "buildDate": shapes.moment(site.now()),
            "serverTime": shapes.moment(site.now()),
            "scmInfo": "0000000000000000000000000000000000000000",
            "serverTitle": "Emulated site",
            "serverTimeZone": "Etc/UTC",
        }
    )


@blueprint.get("/user")
def user() -> Response:
    """Return one account."""
    actor()
    return answer(shapes.person(world(), world().person(request.args.get("accountId")), api()))


@blueprint.get("/user/bulk")
def users() -> Response:
    """Return the accounts among those asked for that exist."""
    actor()
    wanted = request.args.getlist("accountId")
    if not wanted:
        raise Refused(400, "The query parameter 'accountId' is required.")
    found = [world().people[each] for each in wanted if each in world().people]
    return answer(page_of([shapes.person(world(), one, api()) for one in found], request.base_url, 10))


@blueprint.get("/mypermissions")
def my_permissions() -> Response:
    """Return which of the asked permissions I have, on a project or issue where one is named."""
    me = actor()
    asked = listed("permissions")
    if not asked:
        raise Refused(400, "The 'permissions' query parameter is required.")
    unknown = [key for key in asked if key not in PERMISSIONS]
    if unknown:
        raise Refused(400, f"Unrecognized permission: {unknown[0]}")
    return answer({"permissions": {key: permission(me, key) for key in asked}})


def permission(me: Person, key: str) -> JsonObject:
    """Return one permission, and whether somebody has it on the project or issue the query names."""
    number_, name, kind = PERMISSIONS[key]
    return {
        "id": number_,
        "key": key,
        "name": name,
        "type": kind,
        "description": "",
        "havePermission": _has(me, key),
    }


def _has(me: Person, key: str) -> bool:
    if key == "ADMINISTER":
        return me.admin
    project_key = request.args.get("projectKey")
    issue = request.args.get("issueKey") or request.args.get("issueId")
    if issue:
        found = world().issue(issue)
        if not sees_issue(world(), found, me):
            return False
        project_key = found.project_key
    if project_key and not sees_project(world().project(project_key), me):
        return False
    if key in ("ADMINISTER_PROJECTS", "EDIT_ALL_COMMENTS"):
        keys = [project_key.upper()] if project_key else list(world().projects)
        return any(administers(world(), each, me) for each in keys)
    return True


@blueprint.get("/status")
def statuses() -> Response:
    """Return every status with its category."""
    actor()
    return answer([shapes.status(world(), one, api()) for one in world().statuses.values()])


@blueprint.get("/statuses/search")
def search_statuses() -> Response:
    """Return statuses in the newer shape, by text or category."""
    actor()
    text = request.args.get("searchString", "").casefold()
    wanted = request.args.get("statusCategory")
    found = [_status_search(one) for one in world().statuses.values() if text in one.name.casefold()]
    found = [one for one in found if wanted in (None, one["statusCategory"])]
    return answer(page_of(found, request.base_url, 200))


def _status_search(one: Status) -> JsonObject:
    category = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}[one.category]
    scope = {"type": "GLOBAL"}
    return {"id": one.id, "name": one.name, "statusCategory": category, "scope": scope, "description": ""}


@blueprint.get("/field")
def all_fields() -> Response:
    """Return every field, system and custom."""
    actor()
    return answer(
        [
            {
                "id": field.id,
                "key": field.id,
                "name": field.name,
                "custom": field.custom,
                "orderable": True,
                "navigable": True,
                "searchable": True,
                "clauseNames": [f"cf[{field.id.removeprefix('customfield_')}]", field.name]
                if field.custom
                else [field.id],
                "schema": fields.schema(field),
            }
            for field in world().fields.values()
        ]
    )


@blueprint.get("/issuetype")
def issue_types() -> Response:
    """Return every issue type."""
    actor()
    return answer([shapes.issue_type(world(), one, api()) for one in world().issue_types.values()])


@blueprint.get("/priority")
def priorities() -> Response:
    """Return every priority."""
    actor()
    return answer([shapes.named(world(), one, "priority", api()) for one in world().priorities.values()])


@blueprint.get("/resolution")
def resolutions() -> Response:
    """Return every resolution."""
    actor()
    return answer([shapes.named(world(), one, "resolution", api()) for one in world().resolutions.values()])


@blueprint.get("/label")
def labels() -> Response:
    """Return every label in use."""
    actor()
    found = sorted({label for issue in world().issues.values() for label in issue.labels})
    return answer(page_of(found, request.base_url, 1000))


@blueprint.get("/issueLinkType")
def link_types() -> Response:
    """Return every kind of issue link."""
    actor()
    base = f"{world().url}/rest/api/{shapes.rest(api())}/issueLinkType"
    found = [
        {
            "id": one.id,
            "name": one.name,
            "inward": one.inward,
            "outward": one.outward,
            "self": f"{base}/{one.id}",
        }
        for one in world().link_types
    ]
    return answer({"issueLinkTypes": found})


@blueprint.get("/project")
def projects() -> Response:
    """Return every project I may browse, without pages (the older endpoint)."""
    me = actor()
    return answer([_project(one) for one in world().projects.values() if sees_project(one, me)])


@blueprint.get("/project/search")
def search_projects() -> Response:
    """Return the projects I may browse, by keys or text, in pages."""
    me = actor()
    keys, ids, text = listed("keys"), listed("id"), request.args.get("query", "").casefold()
    found = [one for one in world().projects.values() if sees_project(one, me)]
    found = [one for one in found if (not keys or one.key in keys) and (not ids or one.id in ids)]
    found = [one for one in found if text in one.name.casefold() or text in one.key.casefold()]
    return answer(page_of([_project(one) for one in found], request.base_url))


def _project(one: Project) -> JsonObject:
    return shapes.short_project(world(), one, api()) | {"isPrivate": one.private, "style": "classic"}


@blueprint.get("/project/<key>")
def project(key: str) -> Response:
    """Return one project with its components, issue types and releases."""
    one = visible_project(world(), key, actor())
    found = _project(one) | {
        "description": "",
        "components": [shapes.named(world(), each, "component", api()) for each in one.components],
        "issueTypes": [shapes.issue_type(world(), each, api()) for each in world().issue_types.values()],
        "versions": [shapes.version(world(), v, api()) for v in world().versions.values() if v.project_key == one.key],
        "assigneeType": "UNASSIGNED",
    }
    if one.lead:
        found["lead"] = shapes.person(world(), world().people[one.lead], api())
    return answer(found)


@blueprint.get("/project/<key>/statuses")
def project_statuses(key: str) -> Response:
    """Return the statuses of a project's workflow, issue type by issue type."""
    one = visible_project(world(), key, actor())
    own = [shapes.status(world(), world().statuses[each], api()) for each in one.statuses]
    return answer(
        [
            {
                "self": f"{world().url}/rest/api/{shapes.rest(api())}/issuetype/{kind.id}",
                "id": kind.id,
                "name": kind.name,
                "subtask": kind.level < 0,
                "statuses": own,
            }
            for kind in world().issue_types.values()
        ]
    )


@blueprint.get("/project/<key>/versions")
def project_versions(key: str) -> Response:
    """Return a project's releases."""
    one = visible_project(world(), key, actor())
    return answer([shapes.version(world(), v, api()) for v in world().versions.values() if v.project_key == one.key])


@blueprint.get("/project/<key>/components")
def project_components(key: str) -> Response:
    """Return a project's components."""
    one = visible_project(world(), key, actor())
    return answer([shapes.named(world(), each, "component", api()) for each in one.components])


@blueprint.get("/users/search")
def search_users() -> Response:
    """Return every account, in pages by startAt and maxResults."""
    actor()
    found = [shapes.person(world(), one, api()) for one in world().people.values()]
    start = number("startAt", 0)
    return answer(found[start : start + number("maxResults", 50, 1000)] if flag("active", True) else found)
