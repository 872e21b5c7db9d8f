"""Jira REST: issues. Created, read, edited, moved, linked, deleted; their changelogs and what may be edited."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from worker.emulator import comments, fields, issues, mailing, shapes
from worker.emulator.door import actor, answer, api, flag, listed, page_of, payload_object, world
from worker.emulator.errors import Refused
from worker.emulator.fields import KINDS
from worker.emulator.issue_view import issue_json
from worker.emulator.limits import count_write
from worker.emulator.model import Field, Issue, JsonObject, Person, Status
from worker.emulator.rest_site import PREFIX, keep_version
from worker.emulator.seeing import visible_issue, visible_project

blueprint = Blueprint("rest_issues", __name__, url_prefix=PREFIX)
blueprint.url_value_preprocessor(keep_version)


def seen(key: str) -> Issue:
    """Return the issue of a path, if whoever asks may see it."""
    return visible_issue(world(), key, actor())


def written(key: str) -> Issue:
    """Return the issue of a path that is about to be written to, counting the write."""
    issue = seen(key)
    count_write(world(), issue)
    return issue


@blueprint.post("/issue")
def create() -> Response:
    """Create an issue; 201 with id and key."""
    me = actor()
    asked = payload_object()
    given = dict(asked.get("fields") or {})
    reference = given.pop("project", None) or {}
    name = reference.get("key") or reference.get("id")
    if not name:
        raise Refused(400, fields={"project": "Specify a valid project ID or key"})
    try:
        project = visible_project(world(), str(name), me)
    except Refused:
        raise Refused(400, fields={"project": "valid project is required"}) from None
    issue = issues.create_issue(world(), project, given, me, api())
    for each in asked.get("properties") or []:
        comments.set_issue_property(world(), issue, each["key"], each["value"], me)
    own = f"{world().url}/rest/api/{shapes.rest(api())}/issue/{issue.id}"
    return answer({"id": issue.id, "key": issue.key, "self": own}, 201)


@blueprint.get("/issue/<key>")
def read(key: str) -> Response:
    """Return one issue."""
    expand = frozenset(listed("expand"))
    return answer(
        issue_json(
            world(),
            seen(key),
            api(),
            request.args.getlist("fields") or ["*all"],
            expand=expand,
            properties=listed("properties"),
            reader=actor(),
        )
    )


@blueprint.put("/issue/<key>")
def edit(key: str) -> Response:
    """Edit an issue. notifyUsers=false is silently ignored unless an administrator says it."""
    me, issue, asked = actor(), written(key), payload_object()
    values = _values(issue, asked)
    issues.edit_issue(world(), issue, values, me, notify=flag("notifyUsers", True))
    for each in asked.get("properties") or []:
        comments.set_issue_property(world(), issue, each["key"], each["value"], me)
    if flag("returnIssue", False):
        return answer(issue_json(world(), issue, api(), reader=me))
    return answer(status=204)


def _values(issue: Issue, asked: Mapping[str, Any]) -> dict[str, Any]:
    given, update = asked.get("fields") or {}, asked.get("update") or {}
    if both := set(given) & set(update):
        name = min(both)
        raise Refused(400, f"Field with ID '{name}' is present in both fields and update.")
    values = issues.take_values(world(), issue, given, api())
    return values | issues.take_updates(world(), issue, update, api())


@blueprint.delete("/issue/<key>")
def delete(key: str) -> Response:
    """Delete an issue; one with sub-tasks only with deleteSubtasks=true."""
    me, issue = actor(), written(key)
    children = [each for each in world().issues.values() if each.values.get("parent") == issue.id]
    if children and not flag("deleteSubtasks", False):
        raise Refused(400, f"The issue '{issue.key}' has subtasks. You must specify the 'deleteSubtasks' parameter.")
    for child in children:
        issues.delete_issue(world(), child, me)
    issues.delete_issue(world(), issue, me)
    return answer(status=204)


@blueprint.get("/issue/<key>/editmeta")
def edit_meta(key: str) -> Response:
    """Return the fields that may be edited, with their schemas and allowed values."""
    issue = seen(key)
    editable = [
        field
        for field in world().fields.values()
        if field.kind not in ("project", "status", "moment", "seconds", "shown")
    ]
    skipped = ("creator", "resolution")
    return answer({"fields": {field.id: _meta(issue, field) for field in editable if field.id not in skipped}})


def _meta(issue: Issue, field: Field) -> JsonObject:
    found: JsonObject = {
        "required": field.id in ("summary", "issuetype"),
        "schema": fields.schema(field),
        "name": field.name,
        "key": field.id,
        "operations": list(KINDS[field.kind].operations),
    }
    if field.options:
        found["allowedValues"] = [{"value": option} for option in field.options]
    elif field.id == "components":
        known = world().projects[issue.project_key].components
        found["allowedValues"] = [shapes.named(world(), one, "component", api()) for one in known]
    elif field.id in ("priority", "resolution"):
        table = {"priority": world().priorities, "resolution": world().resolutions}[field.id]
        found["allowedValues"] = [shapes.named(world(), one, field.id, api()) for one in table.values()]
    return found


@blueprint.get("/issue/<key>/transitions")
def transitions(key: str) -> Response:
    """Return where the issue may go; every status of its workflow can be reached from every other."""
    issue = seen(key)
    wanted = request.args.get("transitionId")
    with_fields = "transitions.fields" in listed("expand")
    found = [_transition(issue, number, status, with_fields) for number, status in _numbered(issue)]
    kept = [each for each in found if wanted in (None, each["id"])]
    return answer({"expand": "transitions", "transitions": kept})


def _numbered(issue: Issue) -> list[tuple[str, Status]]:
    own = world().projects[issue.project_key].statuses
    return [(str(10 * n + 1), world().statuses[each]) for n, each in enumerate(own, 1) if each != issue.status_id]


def _transition(issue: Issue, number: str, status: Status, with_fields: bool) -> JsonObject:
    done = status.category == "done"
    found: JsonObject = {
        "id": number,
        "name": status.name,
        "to": shapes.status(world(), status, api()),
        "hasScreen": done,
        "isGlobal": True,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "looped": False,
    }
    if with_fields:
        resolution = world().fields["resolution"]
        found["fields"] = {"resolution": _meta(issue, resolution) | {"hasDefaultValue": True}} if done else {}
    return found


@blueprint.post("/issue/<key>/transitions")
def transition(key: str) -> Response:
    """Move an issue, with fields of the transition's screen and comments; 204."""
    me, issue, asked = actor(), written(key), payload_object()
    wanted = str((asked.get("transition") or {}).get("id", ""))
    status = next((status for number, status in _numbered(issue) if number == wanted), None)
    if status is None:
        raise Refused(
            400,
            f"It seems that you have tried to perform an illegal workflow operation: transition {wanted}.",
        )
    update = dict(asked.get("update") or {})
    remarks = update.pop("comment", [])
    values = _values(issue, {"fields": asked.get("fields"), "update": update})
    issues.transition_issue(world(), issue, status, me, values)
    for remark in remarks:
        body = fields.take_text(world(), remark["add"]["body"], api())
        if body:
            comments.add_comment(world(), issue, me, body)
    return answer(status=204)


@blueprint.get("/issue/<key>/changelog")
def changelog(key: str) -> Response:
    """Return an issue's changes, the oldest first, in pages."""
    issue = seen(key)
    found = [shapes.change(world(), change, api()) for change in issue.changes]
    return answer(page_of(found, request.base_url, 100))


@blueprint.post("/changelog/bulkfetch")
def bulk_changelogs() -> Response:
    """Return the changes of up to 1,000 issues, of up to 10 fields, in one list."""
    me, asked = actor(), payload_object()
    names, wanted = asked.get("issueIdsOrKeys") or [], set(asked.get("fieldIds") or [])
    if not 1 <= len(names) <= 1000 or len(wanted) > 10:
        raise Refused(400, "Give 1 to 1000 issues and at most 10 field ids.")
    start, size = _token_start(asked.get("nextPageToken")), int(asked.get("maxResults") or 1000)
    every = [
        (issue, change)
        for issue in _asked_issues(names, me)
        for change in issue.changes
        if not wanted or wanted & {item.field_id for item in change.items}
    ]
    found: dict[str, list[JsonObject]] = {}
    for issue, change in every[start : start + size]:
        found.setdefault(issue.id, []).append(_history(shapes.change(world(), change, api()), wanted))
    content: JsonObject = {
        "issueChangeLogs": [{"issueId": key, "changeHistories": given} for key, given in found.items()]
    }
    after = start + size
    return answer(content | ({"nextPageToken": _page_token(after)} if after < len(every) else {}))


def _asked_issues(names: list[Any], me: Person) -> list[Issue]:
    """Return the issues that exist, are indexed and may be seen, each once."""
    known = (world().issues.get(world().keys.get(str(name), str(name))) for name in dict.fromkeys(names))
    return [one for one in known if one and issues.indexed(world(), one) and _visible(one.key, me)]


def _page_token(after: int) -> str:
    return base64.urlsafe_b64encode(str(after).encode()).decode()


def _token_start(token: str | None) -> int:
    try:
        return int(base64.urlsafe_b64decode(token)) if token else 0
    except ValueError:
        raise Refused(400, "The nextPageToken is invalid.") from None


def _history(change: JsonObject, wanted: set[str]) -> JsonObject:
    items = [each for each in change["items"] if not wanted or each["fieldId"] in wanted]
    return change | {"items": items}


def _visible(key: str, me: Person) -> bool:
    try:
        visible_issue(world(), key, me)
    except Refused:
        return False
    return True


@blueprint.post("/issue/bulkfetch")
def bulk_fetch() -> Response:
    """Return up to 100 issues by id or key; those not visible are simply not there."""
    me, asked = actor(), payload_object()
    names = [str(name) for name in asked.get("issueIdsOrKeys") or []]
    if not 1 <= len(names) <= 100:
        raise Refused(400, "Give 1 to 100 issue ids or keys.")
    found, missing = [], []
    for name in dict.fromkeys(names):
        if world().keys.get(name, name) in world().issues and _visible(name, me):
            expand, keys = frozenset(asked.get("expand") or []), asked.get("properties") or []
            wanted, issue = asked.get("fields") or ["*all"], world().issue(name)
            found.append(issue_json(world(), issue, api(), wanted, expand=expand, properties=keys, reader=me))
        else:
            missing.append(
                {"id": name, "errorMessage": "Issue does not exist or you do not have permission to see it."}
            )
    return answer({"issues": found, "issueErrors": missing})


@blueprint.get("/issue/<key>/remotelink")
def remote_links(key: str) -> Response:
    """Return an issue's links to things outside, or the one with a globalId."""
    issue = seen(key)
    wanted = request.args.get("globalId")
    found = [_remote(issue, link) for link in issue.remote_links if wanted in (None, link.global_id)]
    if wanted is None:
        return answer(found)
    if not found:
        raise Refused(404, f"No remote issue link found for the global id '{wanted}'.")
    return answer(found[0])


def _remote(issue: Issue, link: Any) -> JsonObject:
    own = f"{world().url}/rest/api/{shapes.rest(api())}/issue/{issue.id}/remotelink/{link.id}"
    found = {"id": link.id, "self": own, "globalId": link.global_id, "object": link.target}
    found |= {"application": link.application} if link.application else {}
    return found | ({"relationship": link.relationship} if link.relationship else {})


@blueprint.post("/issue/<key>/remotelink")
def link_remote(key: str) -> Response:
    """Create a remote link (201), or replace the one with the same globalId (200)."""
    issue, asked = written(key), payload_object()
    target = asked.get("object") or {}
    missing = [name for name in ("url", "title") if not target.get(name)]
    if missing:
        raise Refused(400, fields={name: f"'{name}' is required." for name in missing})
    link, new = comments.put_remote_link(
        world(),
        issue,
        target,
        global_id=asked.get("globalId") or "",
        relationship=asked.get("relationship") or "",
        application=asked.get("application") or {},
    )
    own = f"{world().url}/rest/api/{shapes.rest(api())}/issue/{issue.id}/remotelink/{link.id}"
    return answer({"id": link.id, "self": own}, 201 if new else 200)


@blueprint.post("/issue/<key>/notify")
def notify(key: str) -> Response:
    """Mail exactly the people named in ``to``; 204. Raises a 400 when it names nobody."""
    me, issue, asked = actor(), seen(key), payload_object()
    to = asked.get("to") or {}
    people = [each.get("accountId") for each in to.get("users") or []]
    people += [issue.reporter] if to.get("reporter") else []
    people += [issue.assignee] if to.get("assignee") else []
    people += sorted(issue.watchers) if to.get("watchers") else []
    wanted = [each for each in people if each]
    if not wanted:
        raise Refused(400, "No recipients were defined for notification.")
    text = asked.get("textBody") or asked.get("htmlBody") or ""
    mailing.mail_exactly(world(), issue, wanted, asked.get("subject") or "", text, me)
    return answer(status=204)


@blueprint.post("/issueLink")
def link_issues() -> Response:
    """Link two issues; 201, without a body."""
    actor()
    asked = payload_object()
    ends = []
    for side in ("inwardIssue", "outwardIssue"):
        reference = asked.get(side) or {}
        ends.append(seen(str(reference.get("key") or reference.get("id") or "")))
    kind = asked.get("type") or {}
    issues.link_issues(world(), str(kind.get("name") or kind.get("id")), ends[0], ends[1])
    return answer(status=201)


@blueprint.get("/issue/<key>/watchers")
def watchers(key: str) -> Response:
    """Return who watches an issue."""
    issue = seen(key)
    found = [shapes.person(world(), world().people[each], api()) for each in sorted(issue.watchers)]
    own = f"{world().url}/rest/api/{shapes.rest(api())}/issue/{issue.key}/watchers"
    return answer(
        {
            "self": own,
            "watchCount": len(found),
            "isWatching": actor().account_id in issue.watchers,
            "watchers": found,
        }
    )


@blueprint.put("/issue/<key>/assignee")
def assign(key: str) -> Response:
    """Assign an issue; 204."""
    issue, asked = written(key), payload_object()
    values = issues.take_values(world(), issue, {"assignee": asked if asked.get("accountId") else None}, api())
    issues.edit_issue(world(), issue, values, actor())
    return answer(status=204)
