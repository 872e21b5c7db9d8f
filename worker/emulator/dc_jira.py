"""Jira Data Center, REST v2: the paths it shares with Cloud, named one by one, and its own ways to say who and what it
is. What is not named here is a 404: v3, the searches by token, the bulk reads and the histories on their own. Sources:
Atlassian, Jira Data Center REST reference 9 and 10; recorded Jira Server deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from worker.emulator import (
    dc_people,
    fields,
    issues,
    mailing,
    rest_comments,
    rest_fields,
    rest_issues,
    rest_site,
    shapes,
)
from worker.emulator.catalogue import PERMISSIONS
from worker.emulator.door import actor, answer, flag, number, payload_object, world
from worker.emulator.errors import Refused
from worker.emulator.model import Field, JsonObject, Project
from worker.emulator.seeing import administers, sees_project, visible_project

PREFIX = "/rest/api/<any('2', 'latest'):api>"
View = Callable[..., Response]
blueprint = Blueprint("dc_jira", __name__, url_prefix=PREFIX)
blueprint.url_value_preprocessor(rest_site.keep_version)


def _share() -> None:
    """Take over what both flavours have: method, path, view."""
    shared: tuple[tuple[str, str, View], ...] = (
        ("GET", "/status", rest_site.statuses),
        ("GET", "/issuetype", rest_site.issue_types),
        ("POST", "/field", rest_fields.create),
        ("POST", "/screens/addToDefault/<field_id>", rest_fields.show),
        ("GET", "/priority", rest_site.priorities),
        ("GET", "/resolution", rest_site.resolutions),
        ("GET", "/issueLinkType", rest_site.link_types),
        ("GET", "/project/<key>/statuses", rest_site.project_statuses),
        ("GET", "/project/<key>/versions", rest_site.project_versions),
        ("GET", "/project/<key>/components", rest_site.project_components),
        ("POST", "/issue", rest_issues.create),
        ("GET", "/issue/<key>", rest_issues.read),
        ("DELETE", "/issue/<key>", rest_issues.delete),
        ("GET", "/issue/<key>/editmeta", rest_issues.edit_meta),
        ("POST", "/issue/<key>/transitions", rest_issues.transition),
        ("GET", "/issue/<key>/remotelink", rest_issues.remote_links),
        ("POST", "/issue/<key>/remotelink", rest_issues.link_remote),
        ("POST", "/issueLink", rest_issues.link_issues),
        ("GET", "/issue/<key>/watchers", rest_issues.watchers),
        ("GET", "/issue/<key>/comment", rest_comments.listing),
        ("POST", "/issue/<key>/comment", rest_comments.create),
        ("GET", "/issue/<key>/comment/<number_>", rest_comments.read),
        ("PUT", "/issue/<key>/comment/<number_>", rest_comments.edit),
        ("DELETE", "/issue/<key>/comment/<number_>", rest_comments.delete),
        ("GET", "/comment/<number_>/properties", rest_comments.comment_keys),
        ("GET", "/comment/<number_>/properties/<key>", rest_comments.comment_property),
        ("PUT", "/comment/<number_>/properties/<key>", rest_comments.set_comment_property),
        ("DELETE", "/comment/<number_>/properties/<key>", rest_comments.delete_comment_property),
        ("GET", "/issue/<key>/properties", rest_comments.issue_keys),
        ("GET", "/issue/<key>/properties/<name>", rest_comments.issue_property),
        ("PUT", "/issue/<key>/properties/<name>", rest_comments.set_issue_property),
        ("DELETE", "/issue/<key>/properties/<name>", rest_comments.delete_issue_property),
    )
    for method, rule, view in shared:
        blueprint.add_url_rule(rule, f"{view.__module__.rpartition('.')[2]}_{view.__name__}", view, methods=[method])


@blueprint.get("/serverInfo")
def server_info() -> Response:
    """Return what the site is; anybody may ask. Data Center calls itself a Server."""
    site = world()
    return answer(
        {
            "baseUrl": site.url,
            "version": site.jira_version,
            "versionNumbers": [int(part) for part in site.jira_version.split(".")],
            "deploymentType": "Server",
            "buildNumber": 10030006,
            "buildDate": shapes.moment(site.now()),
            "databaseBuildNumber": 10030006,
            "serverTime": shapes.moment(site.now()),
            "scmInfo": "0000000000000000000000000000000000000000",
            "serverTitle": "Emulated site",
        }
    )


@blueprint.get("/myself")
def myself() -> Response:
    """Return who asks."""
    found = dc_people.person(world(), actor())
    return answer(found | {"deleted": False, "locale": "en_GB", "expand": "groups,applicationRoles"})


@blueprint.get("/user")
def user() -> Response:
    """Return one person, by user name or by key."""
    actor()
    one = dc_people.required(world(), request.args.get("username"), request.args.get("key"))
    return answer(dc_people.person(world(), one) | {"deleted": False, "expand": "groups,applicationRoles"})


@blueprint.get("/user/search")
def search_users() -> Response:
    """Return the active people whose user name, name or e-mail address begins with a text; ``.`` is everybody."""
    actor()
    text = request.args.get("username", "").casefold()
    if not text:
        raise Refused(400, "The username query parameter was not provided")
    people = [one for one in world().people.values() if one.active]
    found = [
        one
        for one in people
        if text == "." or any(word.casefold().startswith(text) for word in (one.username, one.name, one.email))
    ]
    start = number("startAt", 0)
    part = found[start : start + number("maxResults", 50, 1000)]
    return answer([dc_people.person(world(), one) for one in part])


@blueprint.get("/mypermissions")
def my_permissions() -> Response:
    """Return every permission and whether I have it, on a project or issue where one is named."""
    me = actor()
    return answer({"permissions": {key: rest_site.permission(me, key) for key in PERMISSIONS}})


@blueprint.get("/field")
def all_fields() -> Response:
    """Return every field, system and custom."""
    actor()
    return answer([_field(field) for field in world().fields.values()])


def _field(one: Field) -> JsonObject:
    number_ = one.id.removeprefix("customfield_")
    return {
        "id": one.id,
        "name": one.name,
        "custom": one.custom,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{number_}]", one.name] if one.custom else [one.id],
        "schema": fields.schema(one),
    }


@blueprint.get("/project")
def projects() -> Response:
    """Return every project I may browse; which are private is not told."""
    me = actor()
    return answer([_project(one) for one in world().projects.values() if sees_project(one, me)])


def _project(one: Project) -> JsonObject:
    pictures = {"48x48": f"{world().url}/secure/projectavatar?avatarId=10324"}
    expandable = "description,lead,url,projectKeys"
    return shapes.short_project(world(), one) | {"expand": expandable, "avatarUrls": pictures}


@blueprint.get("/project/<key>")
def project(key: str) -> Response:
    """Return one project with its components, issue types and releases."""
    one = visible_project(world(), key, actor())
    found = _project(one) | {
        "description": "",
        "components": [shapes.named(world(), each, "component") for each in one.components],
        "issueTypes": [shapes.issue_type(world(), each) for each in world().issue_types.values()],
        "versions": [shapes.version(world(), v) for v in world().versions.values() if v.project_key == one.key],
        "assigneeType": "UNASSIGNED",
        "roles": {},
    }
    return answer(found | ({"lead": shapes.person(world(), world().people[one.lead])} if one.lead else {}))


@blueprint.put("/issue/<key>")
def edit(key: str) -> Response:
    """Edit an issue; 204. Unlike Cloud, a notifyUsers=false one has no right to is a 403 and nothing is written.

    (Atlassian: PUT issue, status 403; lesstif/php-jira-rest-client#390.)
    """
    issue = rest_issues.seen(key)
    if not flag("notifyUsers", True) and not administers(world(), issue.project_key, actor()):
        raise Refused(403, "To discard the user notification either admin or project admin permissions are required.")
    return rest_issues.edit(key)


_CLOUD_TRANSITION = ("hasScreen", "isGlobal", "isInitial", "isAvailable", "isConditional", "looped")


@blueprint.get("/issue/<key>/transitions")
def transitions(key: str) -> Response:
    """Return where the issue may go."""
    content: Any = rest_issues.transitions(key).get_json()
    found = [{k: v for k, v in each.items() if k not in _CLOUD_TRANSITION} for each in content["transitions"]]
    return answer(content | {"transitions": found})


@blueprint.put("/issue/<key>/assignee")
def assign(key: str) -> Response:
    """Assign an issue by user name; 204."""
    issue, asked = rest_issues.written(key), payload_object()
    values = issues.take_values(world(), issue, {"assignee": asked if asked.get("name") else None}, "2")
    issues.edit_issue(world(), issue, values, actor())
    return answer(status=204)


@blueprint.post("/issue/<key>/notify")
def notify(key: str) -> Response:
    """Mail exactly the people named in ``to``, by user name; 204. Raises a 400 when it names nobody."""
    me, issue, asked = actor(), rest_issues.seen(key), payload_object()
    to = asked.get("to") or {}
    named = [dc_people.required(world(), each.get("name"), None).account_id for each in to.get("users") or []]
    others = [issue.reporter if to.get("reporter") else None, issue.assignee if to.get("assignee") else None]
    watching = sorted(issue.watchers) if to.get("watchers") else []
    wanted = [each for each in (*named, *others, *watching) if each]
    if not wanted:
        raise Refused(400, "No recipients were defined for notification.")
    text = asked.get("textBody") or asked.get("htmlBody") or ""
    mailing.mail_exactly(world(), issue, wanted, asked.get("subject") or "", text, me)
    return answer(status=204)


_share()
