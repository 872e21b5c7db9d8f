"""Jira Software Data Center, REST: the projects of a board, which a board itself does not name there.

Source: Atlassian, Jira Software Data Center REST reference, ``board/{boardId}/project``.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from worker.emulator import shapes
from worker.emulator.door import actor, answer, page_of, world
from worker.emulator.errors import not_found
from worker.emulator.seeing import sees_project

blueprint = Blueprint("dc_agile", __name__, url_prefix="/rest/agile/1.0")


@blueprint.get("/board/<int:board_id>/project")
def projects(board_id: int) -> Response:
    """Return the projects a board shows: here always one."""
    me, board = actor(), world().boards.get(board_id)
    if board is None or not sees_project(world().projects[board.project_key], me):
        raise not_found(f"The requested board {board_id}")
    page = page_of([shapes.short_project(world(), world().projects[board.project_key])], request.base_url)
    del page["self"]
    return answer(page)
