"""Jira's changelog, tamed: what of it is a life, what is left out, and when its beginning may be missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.domain import life_json
from worker.domain.life import FLAG, Life
from worker.errors import PayloadError

ISSUE: dict[str, Any] = {"id": "10007", "key": "FLEX-7", "fields": {"status": {"id": "3"}}}
NINE = "2026-11-02T09:00:00.000+0000"
MOVE = {"field": "status", "fieldId": "status", "fieldtype": "jira", "from": "1", "to": "3"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just(NINE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def read(histories: Any = (), total: Any = None, **fields: Any) -> Life:
    """The life in an answer with this changelog and these fields."""
    log = {"histories": list(histories) if isinstance(histories, tuple) else histories, "total": total}
    return life_json.life(ISSUE | {"fields": ISSUE["fields"] | fields, "changelog": log})


def entry(*items: dict[str, Any], number: int = 1) -> dict[str, Any]:
    return {"id": str(number), "created": NINE, "items": list(items)}


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (MOVE, "status"),
        ({"field": "status", "fieldtype": "jira", "from": "1", "to": "3"}, "status"),  # Data Center names no ids
        ({"field": "assignee", "fieldtype": "jira", "to": "JIRAUSER1"}, "assignee"),
        ({"field": "Flagged", "fieldtype": "custom", "toString": "Impediment"}, FLAG),
        ({"field": "FLAGGED", "fieldtype": "custom", "fieldId": "customfield_1", "toString": "Wait"}, FLAG),
        ({"field": "Markiert", "fieldtype": "custom", "fieldId": "customfield_1", "toString": "Impediment"}, FLAG),
        ({"field": "Markiert", "fieldtype": "custom", "fromString": "Impediment", "toString": ""}, FLAG),
        ({"field": "status", "fieldtype": "custom", "toString": "Done"}, None),  # somebody's own field of that name
        ({"field": "labels", "fieldtype": "jira", "toString": "impediment"}, None),
        ({"field": "summary", "fieldtype": "jira", "toString": "Flagged"}, None),
    ],
)
def test_moves_hands_and_flags_are_followed_and_nothing_else(item: dict[str, Any], field: str | None) -> None:
    assert [turn.change.field for turn in read((entry(item),)).turns] == ([field] if field else [])


@pytest.mark.parametrize(
    ("many", "total", "whole"),
    [
        (0, None, True),
        (3, 3, True),
        (3, None, True),
        (3, 7, False),
        (99, 99, True),
        (100, 100, False),  # the newest hundred of nobody knows how many
        (101, 101, True),  # Data Center tells all of them
    ],
)
def test_the_oldest_changes_may_be_missing_where_cloud_ends(many: int, total: int | None, whole: bool) -> None:
    assert read(tuple(entry(MOVE, number=n) for n in range(many)), total).whole is whole


def test_an_entry_without_a_time_is_left_out() -> None:
    assert read((entry(MOVE) | {"created": "yesterday"},)).turns == ()


def test_an_issue_whose_making_is_not_told_began_at_its_first_change() -> None:
    assert read((entry(MOVE),)).created_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert read(created="2026-11-01T08:00:00.000+0200").created_at == datetime(2026, 11, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ({"total": 3, "comments": [{}, {}, {}]}, 3),
        ({"total": 300, "comments": [{}, {"author": {"accountId": "r", "accountType": "app"}}]}, 299),
        ({"comments": [{}, {"visibility": {"type": "group"}}, {"jsdPublic": False}, {"jsdPublic": True}]}, 2),
        ({"total": 0, "comments": [{"visibility": {"type": "group"}}]}, 0),
        (None, 0),
        ("many", 0),
    ],
)
def test_comments_are_those_of_people_that_everybody_reads(comment: Any, count: int) -> None:
    assert read(comment=comment).comments == count


def test_only_released_versions_count_with_their_day_if_they_have_one() -> None:
    versions = [
        {"released": True, "releaseDate": "2026-10-01"},
        {"released": True, "releaseDate": "soon"},
        {"released": False, "releaseDate": "2026-10-01"},
        {"name": "3.0"},
        "4.0",
    ]
    assert read(versions=versions).released == (date(2026, 10, 1), None)


@pytest.mark.parametrize("seconds", [-1, 1.5, True, "3600", None, 10**300])
def test_time_of_work_is_a_whole_number_of_seconds_or_unknown(seconds: Any) -> None:
    assert read(timespent=seconds, timeoriginalestimate=3600).spent is None
    assert read(timespent=3600, timeoriginalestimate=seconds).estimated is None


@given(JSON, JSON, st.dictionaries(st.sampled_from(life_json.FIELDS), JSON))
@settings(max_examples=60, deadline=None)
def test_any_answer_about_an_issue_is_a_life(histories: Any, item: Any, fields: dict[str, Any]) -> None:
    assert isinstance(read(histories, None, **fields), Life)
    assert isinstance(read(({"created": NINE, "items": [item, MOVE, {"field": item, "to": item}]},)), Life)


def test_an_answer_about_no_issue_is_none() -> None:
    with pytest.raises(PayloadError):
        life_json.life({"changelog": {}})
