"""Where Jira's lists of changes and searches end: at the last page by its own word, at the very moment asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.gateways.data_center_rows import SERVER_ISSUE, WITH_HISTORY
from tests.gateways.data_center_rows import found as searched
from tests.gateways.desk import Desk
from tests.gateways.rows import CHANGED, HISTORY, ISSUE, ISSUE_JSON

CLOSED_AT = CHANGED.at


def test_a_last_page_that_gives_a_token_all_the_same_is_the_last(desk: Desk) -> None:
    desk.answer(json={"issues": [ISSUE_JSON], "isLast": True, "nextPageToken": "t2"})
    assert len(desk.doors().jira.search("project = FLEX", 500)) == 1
    assert len(desk.requests) == 1


def test_a_page_that_does_not_say_it_is_the_last_leads_to_the_next(desk: Desk) -> None:
    desk.answer(json={"issues": [ISSUE_JSON], "isLast": False, "nextPageToken": "t2"})
    desk.answer(json={"issues": [ISSUE_JSON], "isLast": True})
    assert len(desk.doors().jira.search("project = FLEX", 500)) == 2
    assert [body.get("nextPageToken") for body in desk.bodies] == [None, "t2"]


SINCE = pytest.mark.parametrize(
    ("since", "many"),
    [(CLOSED_AT - timedelta(milliseconds=1), 1), (CLOSED_AT, 1), (CLOSED_AT + timedelta(milliseconds=1), 0)],
    ids=["a moment later", "at that moment", "a moment before"],
)


@SINCE
def test_cloud_tells_a_change_from_the_moment_asked_for_on(desk: Desk, since: datetime, many: int) -> None:
    desk.answer(json={"issueChangeLogs": [{"issueId": ISSUE.id, "changeHistories": [HISTORY]}]})
    assert len(desk.doors().jira.changes([ISSUE], ["status"], since)) == many


@SINCE
def test_data_center_tells_a_change_from_the_moment_asked_for_on(desk: Desk, since: datetime, many: int) -> None:
    desk.answer(json=searched(WITH_HISTORY))
    assert len(desk.server_doors().jira.changes([SERVER_ISSUE], ["status"], since)) == many
