"""Jira's pages for people: boards, the list of issues, and one issue to read, comment on, edit and move. What
a person does here is done as the chosen persona and raises the same events as real work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup

from worker.emulator import comments, issues
from worker.emulator.adf_html import html_from_adf, safe_href
from worker.emulator.catalogue import POINTS_FIELD, SPRINT_FIELD
from worker.emulator.connect_frames import panels
from worker.emulator.door import world
from worker.emulator.errors import Refused
from worker.emulator.fields import KINDS, take_text
from worker.emulator.model import Board, Comment, Field, Issue, Sprint
from worker.emulator.people_door import back, persona, projects_of, shown
from worker.emulator.rest_agile import columns
from worker.emulator.richtext import RichText
from worker.emulator.searching import search
from worker.emulator.seeing import sees_comment, sees_issue, visible_issue

blueprint = Blueprint("people_jira", __name__)
EDITABLE = ("textarea", "textfield", "url", "number", "select", "date")
DONE_SHOWN = 20  # how many done cards a board without sprints keeps in its last column


@dataclass(frozen=True, slots=True)
class Card:
    """An issue as boards and lists show it."""

    key: str
    summary: str
    type: str
    status: str
    category: str
    points: str
    assignee: str
    initials: str


def card(issue: Issue) -> Card:
    """Return an issue as a card."""
    status = world().status(issue)
    name = world().name_of(issue.assignee or "") or ""
    points = issue.values.get(POINTS_FIELD)
    return Card(
        issue.key,
        issue.summary,
        world().issue_types[issue.values["issuetype"]].name,
        status.name,
        status.category,
        f"{points:g}" if points is not None else "",
        name,
        "".join(part[0] for part in name.split()[:2]).upper(),
    )


def _visible() -> list[Issue]:
    me = persona()
    return [each for each in world().issues.values() if sees_issue(world(), each, me)]


@blueprint.get("/jira/boards/<int:board_id>")
def board(board_id: int) -> Response:
    """Show a board: one column a status, cards to drag or to move with a select and a button."""
    one = world().boards.get(board_id)
    if one is None:
        raise Refused(404, f"There is no board {board_id} on this site.")
    sprint = next((s for s in world().sprints.values() if s.board_id == one.id and s.state == "active"), None)
    own = _on_board(one, sprint)
    lanes = [
        (name, world().statuses[ids[0]].name, [card(each) for each in own if each.status_id in ids])
        for name, ids in columns(one)
    ]
    return shown("board.html", board=one, sprint=sprint, lanes=lanes, project=world().projects[one.project_key])


def _on_board(one: Board, sprint: Sprint | None) -> list[Issue]:
    own = [each for each in _visible() if each.project_key == one.project_key]
    if sprint is not None:
        return [each for each in own if sprint.id in (each.values.get(SPRINT_FIELD) or [])]
    done = [each for each in own if world().status(each).category == "done"]
    recent = sorted(done, key=lambda each: each.resolved or each.updated, reverse=True)[:DONE_SHOWN]
    return [each for each in own if each not in done] + recent


@blueprint.get("/jira/issues")
def issue_list() -> Response:
    """Show the issues of all projects, or of one, or those a JQL query finds."""
    jql, sentence = request.args.get("jql", ""), ""
    found = _visible()
    if jql:
        try:
            found = search(world(), jql, persona())
        except Refused as problem:
            found, sentence = [], str(problem)
    else:
        found.sort(key=lambda each: each.updated, reverse=True)
    rows = [(card(each), each.updated) for each in found[:200]]
    return shown(
        "issues.html",
        rows=rows,
        total=len(found),
        jql=jql,
        sentence=sentence,
        projects=projects_of(persona()),
    )


def _seen(key: str) -> Issue:
    return visible_issue(world(), key, persona())


@blueprint.get("/browse/<key>")
def read(key: str) -> Response:
    """Show one issue."""
    issue = _seen(key)
    project = world().projects[issue.project_key]
    custom = [field for field in world().fields.values() if field.custom and field.kind in EDITABLE]
    parent = world().issues.get(issue.values.get("parent") or "")
    return shown(
        "issue.html",
        issue=issue,
        card=card(issue),
        project=project,
        parent=parent,
        statuses=[world().statuses[each] for each in project.statuses],
        facts=_facts(issue),
        fields=[(field, _shown(issue, field), _raw(issue, field)) for field in custom],
        description=_html(issue.values.get("description")),
        remarks=[(each, world().name_of(each.author), _html(each.body)) for each in _read(issue)],
        history=[(each, world().name_of(each.author)) for each in reversed(issue.changes)],
        panels=panels(world(), issue, persona()),
        links=[each for each in issue.remote_links if safe_href(str(each.target.get("url", "")))],
    )


def _read(issue: Issue) -> list[Comment]:
    return [each for each in issue.comments if sees_comment(world(), issue, each, persona())]


def _html(text: RichText | None) -> Markup:
    return html_from_adf(text.adf, world().name_of) if text else Markup("")


def _facts(issue: Issue) -> list[tuple[str, str]]:
    shown_fields = (
        "priority",
        "assignee",
        "reporter",
        "components",
        "fixVersions",
        SPRINT_FIELD,
        "security",
        "resolution",
    )
    found = []
    for name in shown_fields:
        field = world().fields[name]
        text = KINDS[field.kind].name(world(), issue.values.get(name))[1]
        if text:
            found.append((field.name, text))
    return found


def _shown(issue: Issue, field: Field) -> Markup | str:
    value = issue.values.get(field.id)
    if isinstance(value, RichText):
        return _html(value)
    if field.kind == "url" and value:
        return Markup('<a href="{0}">{0}</a>').format(value) if safe_href(str(value)) else str(value)
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _raw(issue: Issue, field: Field) -> str:
    value: Any = issue.values.get(field.id)
    if isinstance(value, RichText):
        return value.wiki
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


@blueprint.post("/browse/<key>/transition")
def move(key: str) -> Response:
    """Move an issue to a status; a done status gets the resolution Done."""
    issue = _seen(key)
    project = world().projects[issue.project_key]
    status = issues.status_named(world(), project, request.form.get("status", ""))
    issues.transition_issue(world(), issue, status, persona())
    return back(f"/browse/{issue.key}")


@blueprint.post("/browse/<key>/comment")
def comment(key: str) -> Response:
    """Comment on an issue."""
    issue = _seen(key)
    body = take_text(world(), request.form.get("text", "").strip(), "script")
    if body is None:
        raise Refused(400, "A comment needs a text.")
    comments.add_comment(world(), issue, persona(), body)
    return back(f"/browse/{issue.key}#comments")


@blueprint.post("/browse/<key>/fields")
def edit(key: str) -> Response:
    """Edit an issue's labels and custom fields."""
    issue = _seen(key)
    given: dict[str, Any] = {}
    for name, text in request.form.items():
        field = world().fields.get(name)
        if name == "labels":
            given[name] = text.split()
        elif field and field.custom and field.kind in EDITABLE:
            given[name] = _typed(field, text.replace("\r\n", "\n").strip())
    values = issues.take_values(world(), issue, given, "script")
    issues.edit_issue(world(), issue, values, persona())
    return back(f"/browse/{issue.key}")


def _typed(field: Field, text: str) -> Any:
    if not text:
        return None
    if field.kind == "number":
        try:
            return float(text)
        except ValueError:
            raise Refused(400, f"{field.name} must be a number.") from None
    return text
