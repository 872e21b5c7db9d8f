"""Jira REST: search by JQL with page tokens, and the older search that is gone. Also admin webhooks and the
site's id."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from worker.emulator import searching, shapes
from worker.emulator.door import actor, answer, api, listed, payload_object, world
from worker.emulator.errors import Refused
from worker.emulator.issue_view import issue_json
from worker.emulator.model import Issue, JsonObject
from worker.emulator.rest_site import PREFIX, keep_version

blueprint = Blueprint("rest_search", __name__, url_prefix=PREFIX)
blueprint.url_value_preprocessor(keep_version)


@blueprint.get("/search/jql")
def search_get() -> Response:
    """Search; ``fields`` defaults to the id alone, there is no total, the next page comes by token."""
    asked: JsonObject = {name: request.args.get(name) for name in ("jql", "nextPageToken", "maxResults")}
    asked |= {"fields": request.args.getlist("fields"), "expand": request.args.get("expand", "")}
    asked |= {"properties": listed("properties"), "reconcileIssues": listed("reconcileIssues")}
    return _search(asked)


@blueprint.post("/search/jql")
def search_post() -> Response:
    """Search with the query in a body."""
    return _search(payload_object())


def _search(asked: JsonObject) -> Response:
    me = actor()
    jql = asked.get("jql") or ""
    wanted = [part.strip() for each in asked.get("fields") or [] for part in each.split(",") if part.strip()] or ["id"]
    only_ids = set(wanted) <= {"id", "key"}
    size = _size(asked.get("maxResults"), searching.IDS_LIMIT if only_ids else searching.PAGE_LIMIT)
    live = {str(each) for each in asked.get("reconcileIssues") or []}
    found = searching.search(world(), jql, me, live)
    page, token = searching.cut_page(found, jql, asked.get("nextPageToken"), size)
    expand = frozenset(part.strip() for part in (asked.get("expand") or "").split(",") if part.strip())
    shown = [_shown(issue, wanted, expand, asked.get("properties") or []) for issue in page]
    content: JsonObject = {"issues": shown, "isLast": token is None}
    return answer(content | ({"nextPageToken": token} if token else {}))


def _size(given: Any, most: int) -> int:
    try:
        return max(1, min(int(given or 50), most))
    except ValueError:
        raise Refused(400, "maxResults must be a number.") from None


def _shown(issue: Issue, wanted: list[str], expand: frozenset[str], properties: list[str]) -> JsonObject:
    if wanted == ["id"] and not expand and not properties:
        return {"id": issue.id}
    if set(wanted) <= {"id", "key"}:
        own = f"{world().url}/rest/api/{shapes.rest(api())}/issue/{issue.id}"
        return {"id": issue.id, "key": issue.key, "self": own}
    return issue_json(world(), issue, api(), wanted, expand=expand, properties=properties, reader=actor())


@blueprint.post("/search/approximate-count")
def count() -> Response:
    """Return how many issues a query finds."""
    return answer({"count": len(searching.search(world(), payload_object().get("jql") or "", actor()))})


@blueprint.route("/search", methods=["GET", "POST"])
def gone() -> Response:
    """Answer 410: this search was removed in 2025 (CHANGE-2046)."""
    raise Refused(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
        "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    )
