"""Jira Software REST: boards, sprints and their issues. A kanban board has no sprints and says so with a 400."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request

from worker.emulator import searching, shapes, sprints
from worker.emulator.catalogue import POINTS_FIELD, SPRINT_FIELD
from worker.emulator.door import actor, answer, listed, number, page_of, payload_object, world
from worker.emulator.errors import Refused, not_found
from worker.emulator.issue_view import issue_json
from worker.emulator.issues import edit_issue
from worker.emulator.limits import count_write
from worker.emulator.model import Board, Issue, JsonObject, Project, Sprint
from worker.emulator.seeing import sees_issue, sees_project, visible_issue

blueprint = Blueprint("rest_agile", __name__, url_prefix="/rest/agile/1.0")


def _board(board_id: int) -> Board:
    found = world().boards.get(board_id)
    if found is None or not sees_project(world().projects[found.project_key], actor()):
        raise not_found(f"The requested board {board_id}")
    return found


def _sprint(sprint_id: int) -> Sprint:
    actor()
    if sprint_id not in world().sprints:
        raise not_found("Sprint")
    return world().sprints[sprint_id]


def board_json(board: Board) -> JsonObject:
    """Return a board, on Cloud with the project it belongs to."""
    project = world().projects[board.project_key]
    return {
        "id": board.id,
        "self": f"{world().url}/rest/agile/1.0/board/{board.id}",
        "name": board.name,
        "type": board.kind,
    } | shapes.cloud_only(world(), {"location": _location(project), "isPrivate": project.private})


def _location(project: Project) -> JsonObject:
    return {
        "projectId": int(project.id),
        "displayName": f"{project.name} ({project.key})",
        "projectName": project.name,
        "projectKey": project.key,
        "projectTypeKey": project.kind,
        "name": f"{project.name} ({project.key})",
    }


@blueprint.get("/board")
def boards() -> Response:
    """Return the boards I may see, by project, type or name."""
    me = actor()
    project, kind, name = (request.args.get(each) for each in ("projectKeyOrId", "type", "name"))
    key = world().project(project).key if project else None
    found = [
        board
        for board in world().boards.values()
        if sees_project(world().projects[board.project_key], me)
        and key in (None, board.project_key)
        and kind in (None, board.kind)
        and (name or "").casefold() in board.name.casefold()
    ]
    return answer(_without_self(page_of([board_json(board) for board in found], "")))


def _without_self(page: JsonObject) -> JsonObject:
    del page["self"]
    return page


@blueprint.get("/board/<int:board_id>")
def board(board_id: int) -> Response:
    """Return one board."""
    return answer(board_json(_board(board_id)))


@blueprint.get("/board/<int:board_id>/configuration")
def configuration(board_id: int) -> Response:
    """Return a board's columns and what it estimates by."""
    one = _board(board_id)
    own = f"{world().url}/rest/agile/1.0/board/{one.id}"
    shown = [
        {
            "name": name,
            "statuses": [{"id": each, "self": f"{world().url}/rest/api/2/status/{each}"} for each in ids],
        }
        for name, ids in columns(one)
    ]
    return answer(
        {
            "id": one.id,
            "name": one.name,
            "type": one.kind,
            "self": f"{own}/configuration",
            "location": {"type": "project", "projectKeyOrId": one.project_key},
            "columnConfig": {"columns": shown, "constraintType": "none"},
            "estimation": {
                "type": "field",
                "field": {"fieldId": POINTS_FIELD, "displayName": "Story point estimate"},
            },
        }
    )


def columns(board: Board) -> list[tuple[str, list[str]]]:
    """Return a board's columns: one a status, the done ones together under the first one's name."""
    found: list[tuple[str, list[str]]] = []
    done: list[str] = []
    for status_id in world().projects[board.project_key].statuses:
        status = world().statuses[status_id]
        if status.category == "done":
            done.append(status_id)
        else:
            found.append((status.name, [status_id]))
    return [*found, (world().statuses[done[0]].name, done)]


@blueprint.get("/board/<int:board_id>/sprint")
def board_sprints(board_id: int) -> Response:
    """Return a board's sprints, by state."""
    one = _board(board_id)
    if one.kind != "scrum":
        raise Refused(400, "The board does not support sprints")
    states = listed("state")
    found = [s for s in world().sprints.values() if s.board_id == one.id and (not states or s.state in states)]
    return answer(_without_self(page_of([shapes.sprint(world(), each) for each in found], "")))


@blueprint.get("/sprint/<int:sprint_id>")
def sprint(sprint_id: int) -> Response:
    """Return one sprint."""
    return answer(shapes.sprint(world(), _sprint(sprint_id)))


@blueprint.get("/sprint/<int:sprint_id>/issue")
def sprint_issues(sprint_id: int) -> Response:
    """Return the issues that are in a sprint now; those moved out when it closed are not."""
    return _issues(sprints.issues_of(world(), _sprint(sprint_id)))


@blueprint.post("/sprint/<int:sprint_id>/issue")
def move_to_sprint(sprint_id: int) -> Response:
    """Move issues into an open sprint; 204."""
    me, one = actor(), _sprint(sprint_id)
    if one.state == "closed":
        raise Refused(400, "Issues can only be moved to open or active sprints.")
    for name in payload_object().get("issues") or []:
        issue = visible_issue(world(), name, me)
        count_write(world(), issue)
        edit_issue(world(), issue, {SPRINT_FIELD: [one.id]}, me)
    return answer(status=204)


@blueprint.get("/board/<int:board_id>/issue")
def board_issues(board_id: int) -> Response:
    """Return the issues on a board."""
    one = _board(board_id)
    return _issues([issue for issue in world().issues.values() if issue.project_key == one.project_key])


@blueprint.get("/board/<int:board_id>/backlog")
def backlog(board_id: int) -> Response:
    """Return the issues of a board that are in no open sprint and not done."""
    one = _board(board_id)
    states = {each.id: each.state for each in world().sprints.values()}
    waiting = [
        issue
        for issue in world().issues.values()
        if issue.project_key == one.project_key
        and world().status(issue).category != "done"
        and not any(states[each] != "closed" for each in issue.values.get(SPRINT_FIELD) or [])
    ]
    return _issues(waiting)


def _issues(found: list[Issue]) -> Response:
    me = actor()
    g.api = "2"
    jql = request.args.get("jql")
    chosen = {issue.id for issue in searching.search(world(), jql, me)} if jql else None
    kept = [i for i in found if sees_issue(world(), i, me) and (chosen is None or i.id in chosen)]
    start, size = number("startAt", 0), number("maxResults", 50, 1000)
    wanted: list[Any] = request.args.getlist("fields") or ["*all"]
    shown = [
        issue_json(world(), i, "2", wanted, expand=frozenset(listed("expand")), reader=me)
        for i in kept[start : start + size]
    ]
    return answer({"expand": "names,schema", "startAt": start, "maxResults": size, "total": len(kept), "issues": shown})
