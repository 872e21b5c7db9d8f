"""What every view of the API needs: the site, who asks, the parsed body, parameters, and an answer. Each
product dresses a refusal its own way here (Jira's errorMessages, Confluence v2's errors, v1's message)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from flask import Response, g, request

from worker.emulator.edge import ACTOR, SITE
from worker.emulator.errors import Refused
from worker.emulator.fields import Api
from worker.emulator.model import Person
from worker.emulator.world import World

if TYPE_CHECKING:
    from worker.emulator.site import Site


def site() -> Site:
    """Return the site that is asked."""
    return cast("Site", request.environ[SITE])


def world() -> World:
    """Return the site's state."""
    return site().world


def actor() -> Person:
    """Return who asks; raises a 401 when nobody is logged in."""
    person = request.environ.get(ACTOR)
    if person is None:
        raise Refused(401, "Client must be authenticated to access this resource.", code="UNAUTHORIZED")
    return cast("Person", person)


def api() -> Api:
    """Return the REST version of the request's path."""
    return "3" if g.get("api") == "3" else "2"


def payload() -> Any:
    """Return the request's JSON; raises a 400 when it is none."""
    try:
        return json.loads(request.get_data())
    except ValueError:
        raise Refused(400, "There was an error parsing JSON. Check that your request body is valid.") from None


def payload_object() -> dict[str, Any]:
    """Return the request's JSON object; raises a 400 when it is something else."""
    found = payload()
    if not isinstance(found, dict):
        raise Refused(400, "The request body must be a JSON object.")
    return found


def answer(content: Any = None, status: int = 200) -> Response:
    """Return a JSON answer, or an empty one."""
    if content is None:
        return Response(status=status, mimetype="application/json")
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, content_type="application/json;charset=UTF-8")


def number(name: str, default: int, most: int | None = None) -> int:
    """Return a whole-number parameter, at most ``most``; raises a 400 for anything else."""
    given = request.args.get(name)
    if given is None or given == "":
        return default
    if not given.lstrip("-").isdigit():
        raise Refused(400, f"The parameter {name} must be a number.")
    return min(int(given), most) if most is not None else int(given)


def flag(name: str, default: bool) -> bool:
    """Return a true/false parameter."""
    return request.args.get(name, str(default)).lower() != "false"


def listed(name: str) -> list[str]:
    """Return a list parameter, given repeatedly or separated by commas."""
    return [part.strip() for each in request.args.getlist(name) for part in each.split(",") if part.strip()]


def refusal(problem: Refused) -> Response:
    """Dress a refusal in the JSON of the product that was asked."""
    path = request.path
    if path.startswith("/wiki/api/"):
        title = "; ".join(problem.sentences) or str(problem)
        code = problem.code
        content: Any = {"errors": [{"status": problem.status, "code": code, "title": title, "detail": None}]}
    elif path.startswith("/wiki/"):
        content = {
            "statusCode": problem.status,
            "message": str(problem),
            "data": {"authorized": problem.status != 403},
        }
    elif path.startswith("/confluence/"):
        content = {
            "statusCode": problem.status,
            "data": {"authorized": problem.status != 403, "valid": True, "errors": [], "successful": False},
            "message": str(problem),
            "reason": HTTPStatus(problem.status).phrase,
        }
    else:
        content = {"errorMessages": list(problem.sentences), "errors": problem.fields}
    found = answer(content, problem.status)
    for name, value in problem.headers.items():
        found.headers[name] = value
    return found


def page_of(values: list[Any], link: str, default: int = 50) -> dict[str, Any]:
    """Return Jira's page of a list by startAt and maxResults."""
    start, size = number("startAt", 0), number("maxResults", default, 100)
    part = values[start : start + size]
    last = start + size >= len(values)
    return {
        "self": link,
        "maxResults": size,
        "startAt": start,
        "total": len(values),
        "isLast": last,
        "values": part,
    }
