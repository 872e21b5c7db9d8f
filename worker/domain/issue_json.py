"""Jira's issue JSON, read into an `Issue`: the v2 shape of webhooks and the v3 shape of REST.

Shapes: Jira Cloud platform REST v3, IssueBean; webhook bodies carry the same with wiki text instead of ADF. Untrusted:
anything that is not as documented becomes a PayloadError or is left out, never another exception.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from worker.domain import adf
from worker.domain.events import UNNAMED_FIELD, Change, IssueChanged
from worker.domain.model import (
    AccountId,
    Issue,
    IssueId,
    IssueKey,
    Person,
    ProjectKey,
    Sprint,
    StatusCategory,
    StatusId,
)
from worker.errors import PayloadError

# The fields a REST read must ask for so that `issue` finds everything it looks at.
FIELDS = (
    "summary",
    "issuetype",
    "status",
    "resolution",
    "assignee",
    "reporter",
    "components",
    "labels",
    "project",
    "security",
)

_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799


def issue(data: object) -> Issue:
    """The issue in `data`. Raises PayloadError when its id, key or status is missing."""
    shape = mapping(data, "issue")
    if not whole(shape):
        raise PayloadError("The issue has no id, key or status; send it with Jira's standard fields.")
    key, fields, status = text(shape["key"]), shape["fields"], shape["fields"]["status"]
    project = _dict(fields.get("project"))
    kind = _dict(fields.get("issuetype"))
    return Issue(
        id=IssueId(text(shape.get("id"))),
        key=IssueKey(key),
        project_key=ProjectKey(text(project.get("key")) or key.rpartition("-")[0]),
        summary=text(fields.get("summary")),
        type_name=text(kind.get("name")),
        is_subtask=kind.get("subtask") is True,
        status_id=StatusId(text(status.get("id"))),
        status_category=category(status.get("statusCategory")),
        service_desk=project.get("projectTypeKey") == "service_desk",
        resolution=text(_dict(fields.get("resolution")).get("name")) or None,
        assignee=person(fields.get("assignee")),
        reporter=person(fields.get("reporter")),
        components=_names(fields.get("components")),
        labels=tuple(text(label) for label in _list(fields.get("labels")) if text(label)),
        restricted=fields.get("security") is not None,
        texts={name: words for name, value in fields.items() if (words := _custom_text(name, value))},
        status_name=text(status.get("name")),
        duplicate=_duplicate(fields),
    )


def whole(shape: dict[str, Any]) -> bool:
    """Whether an issue is told with its id, key and status. Raises PayloadError when its fields are no fields."""
    fields = mapping(shape.get("fields", {}), "issue.fields")
    status = mapping(fields.get("status") or {}, "issue.fields.status")
    return all(text(one) for one in (shape.get("id"), shape.get("key"), status.get("id")))


def _duplicate(fields: dict[str, Any]) -> bool:
    """Whether the issue was resolved as, or links another as what it duplicates (Jira's own names, in its language)."""
    if text(_dict(fields.get("resolution")).get("name")).casefold() == "duplicate":
        return True
    links = [_dict(link) for link in _list(fields.get("issuelinks"))]
    return any(text(_dict(link.get("type")).get("name")) == "Duplicate" and link.get("outwardIssue") for link in links)


def person(data: object) -> Person | None:
    """The user in `data`, or None when it is not one. Data Center users carry `key` or `name` instead of accountId."""
    shape = _dict(data)
    account = text(shape.get("accountId")) or text(shape.get("key")) or text(shape.get("name"))
    if not account:
        return None
    return Person(AccountId(account), text(shape.get("accountType")) or "atlassian", shape.get("active") is not False)


def change(item: dict[str, Any]) -> Change:
    """One item of a changelog. Fields are known by id; Data Center and old payloads carry only the name, which for
    Jira's own is the id, and for a custom one is not.
    """
    told = UNNAMED_FIELD if item.get("fieldtype") == "custom" else text(item.get("field"))
    return Change(
        field=text(item.get("fieldId")) or told,
        old=text(item.get("from")) or None,
        new=text(item.get("to")) or None,
        old_name=text(item.get("fromString")),
        new_name=text(item.get("toString")),
    )


def changes(changelog: object) -> tuple[Change, ...]:
    """The changes in `changelog` (`{"items": […]}`)."""
    return tuple(change(item) for item in _list(_dict(changelog).get("items")) if isinstance(item, dict))


def changed(issue: Issue, history: object) -> IssueChanged:
    """One entry of an issue's changelog, as REST gives it, as the event it was. Raises PayloadError without a time."""
    shape = mapping(history, "changelog entry")
    at = moment(shape.get("created"))
    if at is None:
        raise PayloadError("The changelog entry does not say when it was made.")
    return IssueChanged(issue, person(shape.get("author")), at, changes(shape), text(shape.get("id")))


def category(data: object) -> StatusCategory:
    """The status category in `data` (`{"key": "done", …}`); UNDEFINED when Jira did not say."""
    key = text(_dict(data).get("key"))
    return StatusCategory(key) if key in set(StatusCategory) else StatusCategory.UNDEFINED


def sprint(data: object) -> Sprint:
    """The sprint in `data`; ids may be numbers or strings. Raises PayloadError without an id."""
    shape = mapping(data, "sprint")
    number = text(shape.get("id"))
    if not number.isdecimal() or len(number) > 18:
        raise PayloadError("The sprint has no numeric id.")
    board = text(shape.get("originBoardId"))
    return Sprint(
        id=int(number),
        board_id=int(board) if board.isdecimal() and len(board) <= 18 else 0,
        name=text(shape.get("name")),
        goal=text(shape.get("goal")),
        state=text(shape.get("state")),
        started_at=moment(shape.get("startDate")),
        ended_at=moment(shape.get("endDate")),
        completed_at=moment(shape.get("completeDate")),
    )


def moment(value: object) -> datetime | None:
    """Milliseconds since 1970 (number or digits), or Jira's ISO text with an offset, as UTC; None when neither."""
    written = text(value)
    digits = written.removeprefix("-")
    if digits.isdecimal() and digits.isascii() and len(digits) <= 18:
        seconds = int(written) / 1000
        return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds <= _LATEST else None
    try:
        read = datetime.fromisoformat(written)
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def mapping(value: object, name: str) -> dict[str, Any]:
    """`value` as a JSON object. Raises PayloadError naming what should have been one."""
    if not isinstance(value, dict):
        raise PayloadError(f"{name} is not a JSON object.")
    return value


def text(value: object) -> str:
    """A JSON string or whole number as text; empty for anything else. Half a character ("\\ud83d") becomes "?", and
    NUL, which PostgreSQL keeps in no text, is left out.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(value: object) -> tuple[str, ...]:
    return tuple(name for item in _list(value) if (name := text(_dict(item).get("name"))))


def _custom_text(name: str, value: object) -> str:
    """A custom field's words: text, a date in ISO, or what a select list's option is called."""
    if not name.startswith("customfield_"):
        return ""
    if isinstance(value, dict) and value.get("type") == "doc":
        return text(adf.plain(value))
    return text(value.get("value")) if isinstance(value, dict) else text(value) if isinstance(value, str) else ""
