"""Read the JSON of a Jira webhook into an event. Shared by every source that carries Jira's own webhook body.

Shapes: Atlassian "Webhooks" (Jira Cloud); only the issue payload is documented, the others are as recorded. So an issue
event that is not as documented is a PayloadError, and one of the others is Ignored with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from worker.domain import issue_json
from worker.domain.events import (
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueDeleted,
    IssueTouched,
    Meaning,
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


def read(data: dict[str, Any]) -> Meaning:
    """What the delivery means. Raises PayloadError when it names no event, or an issue's and is not shaped like it."""
    event = text(data.get("webhookEvent"))
    if not event and isinstance(data.get("transition"), dict):
        return _touched(_dict(data.get("issue")))
    if not event:
        raise PayloadError("The body has no webhookEvent; send Jira's own webhook body.")
    if reader := _READERS.get(event):
        return reader(event, data)
    key = text(_dict(data.get("issue")).get("key"))
    if reason := (_ISSUE_EVENTS_IGNORED | _KNOWN_AND_IGNORED).get(event):
        return Ignored(event, reason, key)
    return Unknown(event, key)


def _issue_updated(event: str, data: dict[str, Any]) -> Meaning:
    told = data.get("issue")
    if not isinstance(told, dict):
        return Ignored(event, "no issue in the delivery")
    changes = issue_json.changes(data.get("changelog"))
    if not changes:
        return Ignored(event, "no changelog: nothing changed but a comment or a worklog", text(told.get("key")))
    if not issue_json.whole(told):
        return _touched(told, tuple(change.field for change in changes))
    at = issue_json.moment(data.get("timestamp"))
    if at is None:
        raise PayloadError("The body has no timestamp in milliseconds.")
    changelog_id = text(_dict(data.get("changelog")).get("id"))
    return IssueChanged(issue_json.issue(told), issue_json.person(data.get("user")), at, changes, changelog_id)


def _touched(issue: dict[str, Any], fields: tuple[str, ...] | None = None) -> IssueTouched:
    """An issue that is told with less than its status, as in Atlassian's own example of a webhook; or by the webhook of
    a workflow's post function, which names no event ("Trigger a webhook"; as recorded).
    """
    key = text(issue.get("key"))
    name = text(issue.get("id")) or key
    if not name:
        raise PayloadError("The issue has no id, key or status; send it with Jira's standard fields.")
    return IssueTouched(name, fields, key)


def _issue_deleted(event: str, data: dict[str, Any]) -> Meaning:
    issue = _dict(data.get("issue"))
    if not text(issue.get("id")) or not text(issue.get("key")):
        return Ignored(event, "no issue in the delivery")
    return IssueDeleted(IssueId(text(issue["id"])), IssueKey(text(issue["key"])), issue_json.person(data.get("user")))


def comment(event: str, data: dict[str, Any]) -> Meaning:
    """The comment a delivery carries, with its issue; Ignored when something of it is missing, or it is not for all."""
    written, issue = _dict(data.get("comment")), _dict(data.get("issue"))
    key = text(issue.get("key"))
    if not key or not text(issue.get("id")):
        return Ignored(event, "no issue in the delivery")
    author, editor = issue_json.person(written.get("author")), issue_json.person(written.get("updateAuthor"))
    author = author or editor
    at = issue_json.moment(data.get("timestamp"))
    if author is None or not text(written.get("id")) or at is None:
        return Ignored(event, "no author, id or time on the comment", key)
    if editor and editor.account_id != author.account_id:
        return Ignored(event, CHANGED_BY_ANOTHER, key)
    if written.get("visibility"):
        return Ignored(event, "a comment only some people may read", key)
    body = text(written.get("body"))
    return CommentWritten(IssueId(text(issue["id"])), IssueKey(key), text(written["id"]), author, body, at)


def _sprint(event: str, data: dict[str, Any]) -> Meaning:
    try:
        sprint = issue_json.sprint(data.get("sprint"))
    except PayloadError as error:
        return Ignored(event, str(error))
    return SprintStarted(sprint) if event == "sprint_started" else SprintClosed(sprint)


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

_READERS: dict[str, Callable[[str, dict[str, Any]], Meaning]] = {
    "jira:issue_updated": _issue_updated,
    "jira:issue_deleted": _issue_deleted,
    "comment_created": comment,
    "comment_updated": comment,
    "sprint_started": _sprint,
    "sprint_closed": _sprint,
}
