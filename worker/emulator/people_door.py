"""What every page for people shares: who is looking, the page's frame, dates as people say them, and where to
go back to. Whom you are is a cookie that anybody may change: it is a film set."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, redirect, render_template, request
from markupsafe import Markup

from worker.emulator.connect_frames import origins
from worker.emulator.door import world
from worker.emulator.errors import Refused
from worker.emulator.model import Person, Project
from worker.emulator.seeing import sees_project

COOKIE = "persona"
blueprint = Blueprint("people_door", __name__)
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; form-action 'self'; base-uri 'none'"


def persona() -> Person:
    """Return who is looking: the cookie's person, else the first one who is not an app."""
    chosen = world().people.get(request.cookies.get(COOKIE, ""))
    if chosen and chosen.active:
        return chosen
    people = [each for each in world().people.values() if each.active]
    if not people:
        raise Refused(404, "Nobody lives on this site yet. Add a person with POST /_emulator/people.")
    return next((each for each in people if not each.token and each.account_type == "atlassian"), people[0])


def shown(template: str, code: int = 200, **more: Any) -> Response:
    """Return a page in the site's frame."""
    everybody = [each for each in world().people.values() if each.active and each.account_type != "app"]
    me = persona() if everybody else None
    frame = {"me": me, "everybody": everybody, "path": request.full_path.rstrip("?"), "when": when}
    body = render_template(template, **frame, wiki=world().wiki_path, **more)
    found = make_response(body, code)
    found.headers["Content-Security-Policy"] = "; ".join((_POLICY, " ".join(("frame-src 'self'", *origins(world())))))
    return found


def when(at: datetime | None) -> Markup:
    """Return a time as people say it, with the exact time on hover."""
    if at is None:
        return Markup("")
    me = persona()
    local, today = (
        at.astimezone(ZoneInfo(me.time_zone)),
        world().now().astimezone(ZoneInfo(me.time_zone)).date(),
    )
    day = local.date()
    if day == today:
        said = f"today at {local:%H:%M}"
    elif day == today - timedelta(days=1):
        said = f"yesterday at {local:%H:%M}"
    else:
        said = f"{day.day} {day:%B}" + ("" if day.year == today.year else f" {day.year}")
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(local.isoformat(timespec="seconds"), said)


def back(default: str) -> Response:
    """Send back to the page a form was on: a path of this site, nowhere else."""
    wanted = request.form.get("back", "")
    local = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return make_response(redirect(wanted if local else default, 303))


@blueprint.post("/persona")
def become() -> Response:
    """Become another person."""
    chosen = world().person(request.form.get("who"))
    found = back("/")
    found.set_cookie(COOKIE, chosen.account_id, samesite="Lax", httponly=True)
    return found


@blueprint.get("/")
def home() -> Response:
    """Show what this site has: boards, projects, spaces."""
    spaces = list(world().spaces.values())
    return shown("home.html", boards=list(world().boards.values()), projects=projects_of(persona()), spaces=spaces)


def projects_of(me: Person) -> list[Project]:
    """Return the projects a person sees."""
    return [each for each in world().projects.values() if sees_project(each, me)]


def problem(refused: Refused) -> Response:
    """Show a refusal as a page."""
    return shown("problem.html", refused.status, number=refused.status, sentence=str(refused))
