"""Jira REST: comments, and the entity properties of comments and issues."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from worker.emulator import comments, shapes
from worker.emulator.door import actor, answer, api, flag, listed, number, payload, payload_object, world
from worker.emulator.errors import Refused
from worker.emulator.fields import BadValueError, take_text
from worker.emulator.limits import count_write
from worker.emulator.model import Comment, Issue, JsonObject
from worker.emulator.rest_issues import seen, written
from worker.emulator.rest_site import PREFIX, keep_version
from worker.emulator.richtext import RichText
from worker.emulator.seeing import sees_comment, visible_issue

blueprint = Blueprint("rest_comments", __name__, url_prefix=PREFIX)
blueprint.url_value_preprocessor(keep_version)


def _body(asked: JsonObject) -> RichText:
    try:
        body = take_text(world(), asked.get("body"), api())
    except BadValueError as problem:
        raise Refused(400, fields={"comment": f"Comment body is not valid! {problem}"}) from None
    if body is None or not (body.adf.get("content")):
        raise Refused(400, fields={"comment": "Comment body can not be empty!"})
    return body


def _shown(issue: Issue, comment: Comment) -> JsonObject:
    return shapes.comment(world(), issue, comment, api(), _told("properties" in listed("expand")))


def _told(properties: bool) -> bool:
    """Whether properties go into the comment: on Data Center they never do."""
    return properties and not world().data_center


@blueprint.get("/issue/<key>/comment")
def listing(key: str) -> Response:
    """Return an issue's comments in pages, the oldest first unless orderBy=-created."""
    issue = seen(key)
    read = [one for one in issue.comments if sees_comment(world(), issue, one, actor())]
    found = sorted(read, key=lambda one: one.created, reverse=request.args.get("orderBy") == "-created")
    start, size = number("startAt", 0), number("maxResults", 5000, 5000)
    part = [_shown(issue, one) for one in found[start : start + size]]
    return answer({"startAt": start, "maxResults": size, "total": len(found), "comments": part})


@blueprint.post("/issue/<key>/comment")
def create(key: str) -> Response:
    """Add a comment, with its properties in the same step; 201."""
    me, issue, asked = actor(), written(key), payload_object()
    properties = {each["key"]: each["value"] for each in asked.get("properties") or []}
    comment = comments.add_comment(
        world(), issue, me, _body(asked), properties=properties, visibility=asked.get("visibility")
    )
    return answer(shapes.comment(world(), issue, comment, api(), _told(bool(properties))), 201)


@blueprint.get("/issue/<key>/comment/<number_>")
def read(key: str, number_: str) -> Response:
    """Return one comment."""
    issue = seen(key)
    return answer(_shown(issue, comments.comment_of(world(), issue, number_, actor())))


@blueprint.put("/issue/<key>/comment/<number_>")
def edit(key: str, number_: str) -> Response:
    """Replace a comment's text; it mails again unless notifyUsers=false, which Data Center does not know.

    Raises a 403 for another's comment.
    """
    me, issue, asked = actor(), written(key), payload_object()
    comment = comments.comment_of(world(), issue, number_, me)
    notify = world().data_center or flag("notifyUsers", True)
    comments.edit_comment(world(), issue, comment, me, _body(asked), notify=notify)
    for each in asked.get("properties") or []:
        comments.set_property(comment.properties, each["key"], each["value"])
    return answer(_shown(issue, comment))


@blueprint.delete("/issue/<key>/comment/<number_>")
def delete(key: str, number_: str) -> Response:
    """Remove a comment; 204."""
    me, issue = actor(), written(key)
    comments.delete_comment(world(), issue, comments.comment_of(world(), issue, number_, me), me)
    return answer(status=204)


def _of_comment(number_: str) -> Comment:
    me = actor()
    issue, comment = comments.find_comment(world(), number_)
    visible_issue(world(), issue.key, me)
    comments.comment_of(world(), issue, comment.id, me)
    if request.method != "GET":
        count_write(world(), issue)
    return comment


def _keys(kept: JsonObject) -> Response:
    return answer({"keys": [{"key": key, "self": f"{request.base_url}/{key}"} for key in kept]})


def _value(kept: JsonObject, key: str) -> Response:
    return answer(shapes.entity_property(key, kept[comments.required_property(kept, key)]))


def _given() -> Any:
    if not request.get_data().strip():
        raise Refused(400, "The value has to be a valid, non-empty JSON document.")
    return payload()


@blueprint.get("/comment/<number_>/properties")
def comment_keys(number_: str) -> Response:
    """Return the keys of a comment's properties."""
    return _keys(_of_comment(number_).properties)


@blueprint.get("/comment/<number_>/properties/<key>")
def comment_property(number_: str, key: str) -> Response:
    """Return one property of a comment."""
    return _value(_of_comment(number_).properties, key)


@blueprint.put("/comment/<number_>/properties/<key>")
def set_comment_property(number_: str, key: str) -> Response:
    """Set a property of a comment: 201 when new, else 200."""
    new = comments.set_property(_of_comment(number_).properties, key, _given())
    return answer(status=201 if new else 200)


@blueprint.delete("/comment/<number_>/properties/<key>")
def delete_comment_property(number_: str, key: str) -> Response:
    """Remove a property of a comment; 204."""
    kept = _of_comment(number_).properties
    del kept[comments.required_property(kept, key)]
    return answer(status=204)


@blueprint.get("/issue/<key>/properties")
def issue_keys(key: str) -> Response:
    """Return the keys of an issue's properties."""
    return _keys(seen(key).properties)


@blueprint.get("/issue/<key>/properties/<name>")
def issue_property(key: str, name: str) -> Response:
    """Return one property of an issue."""
    return _value(seen(key).properties, name)


@blueprint.put("/issue/<key>/properties/<name>")
def set_issue_property(key: str, name: str) -> Response:
    """Set a property of an issue, at most 32,768 characters: 201 when new, else 200."""
    new = comments.set_issue_property(world(), written(key), name, _given(), actor())
    return answer(status=201 if new else 200)


@blueprint.delete("/issue/<key>/properties/<name>")
def delete_issue_property(key: str, name: str) -> Response:
    """Remove a property of an issue; 204."""
    comments.delete_issue_property(world(), written(key), name, actor())
    return answer(status=204)
