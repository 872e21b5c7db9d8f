"""Sprints starting, changing and closing, and releases. A closing sprint lets its unfinished issues go to the
next one or the backlog, as Jira's dialog does, so that the sprint's list afterwards holds only what was
finished."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from worker.emulator import events, shapes
from worker.emulator.catalogue import SPRINT_FIELD
from worker.emulator.errors import Refused
from worker.emulator.issues import edit_issue
from worker.emulator.model import Board, Issue, Person, Sprint, Version
from worker.emulator.world import World


def add_sprint(
    world: World, board: Board, name: str, *, goal: str, start: datetime | None, end: datetime | None
) -> Sprint:
    """Add a future sprint to a scrum board; raises a 400 for a kanban board."""
    if board.kind != "scrum":
        raise Refused(400, "The board does not support sprints")
    sprint = Sprint(world.next_id("sprint", 1), board.id, name, "future", goal, world.now(), start, end)
    world.sprints[sprint.id] = sprint
    events.tell_sprint(world, "sprint_created", sprint)
    return sprint


def start_sprint(world: World, sprint: Sprint, actor: Person | None = None) -> None:
    """Start a future sprint; missing dates become now and two weeks on."""
    if sprint.state != "future":
        raise Refused(400, f"The sprint {sprint.name} is {sprint.state}; only a future sprint can be started.")
    sprint.state = "active"
    sprint.start = sprint.start or world.now()
    sprint.end = sprint.end or sprint.start + timedelta(days=14)
    events.tell_sprint(world, "sprint_started", sprint, actor=actor)


def change_sprint(world: World, sprint: Sprint, changes: dict[str, Any]) -> None:
    """Change a sprint's name, goal or dates."""
    old = {key: value for key, value in shapes.sprint(world, sprint).items() if key in ("name", "goal", "state")}
    for name, value in changes.items():
        setattr(sprint, name, value)
    events.tell_sprint(world, "sprint_updated", sprint, old)


def issues_of(world: World, sprint: Sprint) -> list[Issue]:
    """Return the issues that are in a sprint now."""
    return [issue for issue in world.issues.values() if sprint.id in (issue.values.get(SPRINT_FIELD) or [])]


def close_sprint(world: World, sprint: Sprint, actor: Person) -> None:
    """Close an active sprint.

    What is not done moves to the board's next future sprint, else to the backlog.
    """
    if sprint.state != "active":
        raise Refused(400, f"The sprint {sprint.name} is {sprint.state}; only an active sprint can be closed.")
    waiting = [s for s in world.sprints.values() if s.board_id == sprint.board_id and s.state == "future"]
    target = [waiting[0].id] if waiting else []
    for issue in issues_of(world, sprint):
        if world.status(issue).category != "done":
            edit_issue(world, issue, {SPRINT_FIELD: target}, actor, bulk=True)
    sprint.state = "closed"
    sprint.completed = world.now()
    events.tell_sprint(world, "sprint_closed", sprint, actor=actor)


def release(world: World, version: Version) -> None:
    """Release a version, today."""
    version.released, version.released_on = True, world.now().date()
    events.tell_version_released(world, version)
