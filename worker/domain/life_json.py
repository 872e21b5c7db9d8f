"""Jira's issue JSON with its changelog, read into a `Life`: REST v3 of Cloud and v2 of Data Center.

Shapes: Jira Cloud platform REST v3, IssueBean with `expand=changelog` (PageOfChangelogs), and the REST reference of
Jira Data Center. What is not as documented is left out; only what makes an issue must be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from worker.domain import issue_json
from worker.domain.events import Change
from worker.domain.issue_json import moment, text
from worker.domain.life import FLAG, IMPEDIMENT, Life, Turn

# The fields a read must ask for beside those of an issue.
FIELDS = ("created", "comment", "timeoriginalestimate", "timespent", "versions")
# Cloud gives the newest changes only, so many at most (JRACLOUD-67458; pycontribs/jira, issue 911).
MOST_CHANGES = 100

_FOLLOWED = ("status", "assignee")
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


def life(data: object) -> Life:
    """The life of the issue in `data`, without the close that is looked at. Raises PayloadError when it is no issue."""
    issue = issue_json.issue(data)
    shape = issue_json.mapping(data, "issue")
    fields = issue_json.mapping(shape.get("fields", {}), "issue.fields")
    log = _dict(shape.get("changelog"))
    histories = _dicts(log.get("histories"))
    turns = tuple(turn for history in histories for turn in _turns(history))
    return Life(
        issue=issue,
        created_at=moment(fields.get("created")) or min((turn.at for turn in turns), default=_UNKNOWN),
        turns=turns,
        whole=len(histories) != MOST_CHANGES and _number(log.get("total")) in (None, len(histories)),
        comments=_comments(_dict(fields.get("comment"))),
        estimated=_number(fields.get("timeoriginalestimate")),
        spent=_number(fields.get("timespent")),
        released=tuple(_day(one.get("releaseDate")) for one in _dicts(fields.get("versions")) if one.get("released")),
    )


def _turns(history: Mapping[str, Any]) -> Iterator[Turn]:
    """The changes of one entry that say how the work went; none of an entry without a time."""
    at, number = moment(history.get("created")), text(history.get("id"))
    for item in _dicts(history.get("items")) if at else ():
        change = issue_json.change(item)
        if _is_flag(item, change):
            change = replace(change, field=FLAG)
        if at and change.field in (*_FOLLOWED, FLAG):
            yield Turn(at, change, int(number) if number.isdecimal() and len(number) <= 18 else 0)


def _is_flag(item: Mapping[str, Any], change: Change) -> bool:
    custom = item.get("fieldtype") == "custom"
    named = text(item.get("field")).casefold() == FLAG
    return custom and (named or IMPEDIMENT in (change.old_name.casefold(), change.new_name.casefold()))


def _comments(data: Mapping[str, Any]) -> int:
    """How many comments people wrote that everybody who sees the issue may read. Those that a page of them does not
    show are taken for such.
    """
    listed = _dicts(data.get("comments"))
    aside = sum(bool(one.get("visibility")) or one.get("jsdPublic") is False or _by_app(one) for one in listed)
    total = _number(data.get("total"))
    return max((len(listed) if total is None else total) - aside, 0)


def _by_app(comment: Mapping[str, Any]) -> bool:
    author = issue_json.person(comment.get("author"))
    return author is not None and author.account_type == "app"


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        return None


def _number(value: object) -> int | None:
    """A whole number that is not below nought, nor more than any count or work could be."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
