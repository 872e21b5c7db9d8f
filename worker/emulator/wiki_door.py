"""What Confluence views share: cursors, pages of results, and the things a path names."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from worker.emulator import wiki_shapes
from worker.emulator.door import actor, answer, number, world
from worker.emulator.errors import Refused
from worker.emulator.wiki_model import Page

V2 = "/wiki/api/v2"
V1 = "/wiki/rest/api"


def page(page_id: str) -> Page:
    """Return the page of a path, if somebody is logged in and it exists."""
    actor()
    return world().page(page_id)


def results(found: list[Any], most: int = 250, default: int = 25) -> Response:
    """Return v2's page of a list: the next one is named by a cursor in _links.next and the Link header."""
    limit = number("limit", default)
    if not 1 <= limit <= most:
        raise Refused(400, f"Provided value {limit} for 'limit' is not valid: it must be between 1 and {most}.")
    start = _start(request.args.get("cursor"))
    links = {"base": wiki_shapes.base(world())}
    after = start + limit
    if after < len(found):
        arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
        cursor = base64.urlsafe_b64encode(f"start={after}".encode()).decode()
        links["next"] = f"{request.path}?{urlencode([*arguments, ('cursor', cursor)])}"
    content = answer({"results": found[start:after], "_links": links})
    if "next" in links:
        content.headers["Link"] = f'<{links["next"]}>; rel="next", <{links["base"]}>; rel="base"'
    return content


def _start(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("start="))
    except ValueError:
        raise Refused(400, "The cursor is invalid.") from None


def single(content: dict[str, Any], status: int = 200) -> Response:
    """Return one noun with the base of its links."""
    links = content.get("_links", {}) | {"base": wiki_shapes.base(world())}
    return answer(content | {"_links": links}, status)
