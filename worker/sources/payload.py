"""Read the JSON of a Jira webhook into an event. Shared by every source that carries Jira's own webhook body.

Shapes: Atlassian "Webhooks" (Jira Cloud); only the issue payload is documented, the others are as recorded. Whatever
arrives, the outcome is an event, Ignored, Unknown, or a PayloadError.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from worker.domain import issue_json
from worker.domain.events import (
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueDeleted,
    Parsed,
    SprintClosed,
    SprintStarted,
    Unknown,
)
from worker.domain.issue_json import mapping, text
from worker.domain.model import IssueId, IssueKey
from worker.errors import PayloadError

_ISSUE_EVENTS_IGNORED = {"jira:issue_created": "created, not closed"}
_KNOWN_AND_IGNORED = {
    "comment_deleted": "a deleted comment changes no answer",
    "sprint_created": "sprint created",
    "sprint_updated": "sprint updated",
    "sprint_deleted": "sprint deleted",
    "issue_property_set": "issue property",
    "issue_property_deleted": "issue property",
    "jira:version_released": "version released",
    "issuelink_created": "issue link",
    "issuelink_deleted": "issue link",
}

# Whose words they are now nobody can say, and what they choose only their author may.
CHANGED_BY_ANOTHER = "a comment that somebody else than its author changed"


def load(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises PayloadError for anything else, duplicate keys included."""
    try:
        data = _DECODER.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except PayloadError:
        raise
    except (ValueError, RecursionError) as error:
        raise PayloadError("The body is not JSON.") from error
    return mapping(data, "The body")


def read(data: dict[str, Any]) -> Parsed:
    """What the delivery means. Raises PayloadError when it names an event and is not shaped like it."""
    event = text(data.get("webhookEvent"))
    if not event:
        raise PayloadError("The body has no webhookEvent; send Jira's own webhook body.")
    if reader := _READERS.get(event):
        return reader(event, data)
    key = text(_dict(data.get("issue")).get("key"))
    if reason := (_ISSUE_EVENTS_IGNORED | _KNOWN_AND_IGNORED).get(event):
        return Ignored(event, reason, key)
    return Unknown(event, key)


def _issue_updated(event: str, data: dict[str, Any]) -> Parsed:
    if not isinstance(data.get("issue"), dict):
        return Ignored(event, "no issue in the delivery")
    issue = issue_json.issue(data["issue"])
    changes = issue_json.changes(data.get("changelog"))
    if not changes:
        return Ignored(event, "no changelog: nothing changed but a comment or a worklog", issue.key)
    changelog_id = text(_dict(data.get("changelog")).get("id"))
    return IssueChanged(issue, issue_json.person(data.get("user")), _at(data), changes, changelog_id)


def _issue_deleted(event: str, data: dict[str, Any]) -> Parsed:
    issue = _dict(data.get("issue"))
    if not text(issue.get("id")) or not text(issue.get("key")):
        return Ignored(event, "no issue in the delivery")
    return IssueDeleted(IssueId(text(issue["id"])), IssueKey(text(issue["key"])), issue_json.person(data.get("user")))


def comment(event: str, data: dict[str, Any]) -> Parsed:
    """The comment a delivery carries, with its issue; Ignored when something of it is missing, or it is not for all."""
    written, issue = _dict(data.get("comment")), _dict(data.get("issue"))
    key = text(issue.get("key"))
    if not key or not text(issue.get("id")):
        return Ignored(event, "no issue in the delivery")
    author, editor = issue_json.person(written.get("author")), issue_json.person(written.get("updateAuthor"))
    author = author or editor
    if author is None or not text(written.get("id")):
        return Ignored(event, "no author or id on the comment", key)
    if editor and editor.account_id != author.account_id:
        return Ignored(event, CHANGED_BY_ANOTHER, key)
    if written.get("visibility"):
        return Ignored(event, "a comment only some people may read", key)
    body = text(written.get("body"))
    return CommentWritten(IssueId(text(issue["id"])), IssueKey(key), text(written["id"]), author, body, _at(data))


def _sprint_closed(_event: str, data: dict[str, Any]) -> Parsed:
    return SprintClosed(issue_json.sprint(data.get("sprint")))


def _sprint_started(_event: str, data: dict[str, Any]) -> Parsed:
    return SprintStarted(issue_json.sprint(data.get("sprint")))


def _at(data: dict[str, Any]) -> datetime:
    moment = issue_json.moment(data.get("timestamp"))
    if moment is None:
        raise PayloadError("The body has no timestamp in milliseconds.")
    return moment


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys occur once: two readers of a duplicate would disagree about what was signed."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise PayloadError("The body names a key twice.")
    return found


def _no_constant(name: str) -> float:
    raise PayloadError(f"The body holds {name}, which is not JSON.")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)

_READERS: dict[str, Callable[[str, dict[str, Any]], Parsed]] = {
    "jira:issue_updated": _issue_updated,
    "jira:issue_deleted": _issue_deleted,
    "comment_created": comment,
    "comment_updated": comment,
    "sprint_started": _sprint_started,
    "sprint_closed": _sprint_closed,
}
