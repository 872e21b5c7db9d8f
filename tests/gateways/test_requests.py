"""Each call pins its method, path, query, headers and body, and what it makes of the documented answer.

A call or a method of a door without a row fails here.
"""

from __future__ import annotations

import inspect
import logging
import re
from types import ModuleType

import pytest

from tests.gateways import data_center_rows, rows
from tests.gateways.data_center_rows import EVERY_ROW
from tests.gateways.desk import Desk, is_form
from tests.gateways.rows import Row
from worker.domain.model import Hosting
from worker.gateways import confluence_cloud, confluence_data_center, jira, jira_cloud, jira_data_center
from worker.gateways.calls import Call
from worker.gateways.confluence_cloud import CloudConfluence
from worker.gateways.confluence_data_center import DataCenterConfluence
from worker.gateways.jira_cloud import CloudJira
from worker.gateways.jira_data_center import DataCenterJira

by_row = pytest.mark.parametrize("row", EVERY_ROW, ids=str)
CREDENTIAL = "Ym90QGV4YW1wbGUub3JnOnRva2Vu"  # bot@example.org:token
AUTHORIZATION = {Hosting.CLOUD: f"Basic {CREDENTIAL}", Hosting.DATA_CENTER: "Bearer token"}
# What looks at nothing outside, and so has no row.
ASKS_NOTHING = {"address", "site_time"}


@by_row
def test_a_call_sends_exactly_this_and_gives_exactly_that(desk: Desk, row: Row) -> None:
    desk.answers(row.answers)
    assert row.do(desk.doors_of(row)) == row.gives
    assert desk.targets[-1] == row.sends
    assert desk.bodies[-1] == row.body
    assert len(desk.requests) == len(row.answers)


@by_row
def test_every_request_says_who_asks_and_wants_json_in_time(desk: Desk, row: Row) -> None:
    desk.answers(row.answers)
    row.do(desk.doors_of(row))
    for request in desk.requests:
        headers, options = request.headers, request.req_kwargs  # type: ignore[attr-defined] # kept by `responses`
        assert headers["Authorization"] == AUTHORIZATION[row.hosting]
        assert headers["Accept"] == "application/json"
        assert is_form(request) or headers["Content-Type"] == "application/json"
        assert (headers.get("X-Atlassian-Token") == "nocheck") == is_form(request)
        assert options["timeout"] == 7
        assert options["verify"], "the site's certificate is looked at"


@pytest.mark.parametrize(
    ("modules", "found"),
    [
        ((jira, jira_cloud), rows.JIRA),
        ((jira, jira_data_center), data_center_rows.JIRA),
        ((confluence_cloud,), rows.CONFLUENCE),
        ((confluence_data_center,), data_center_rows.CONFLUENCE),
    ],
    ids=["jira cloud", "jira data center", "confluence cloud", "confluence data center"],
)
def test_every_call_has_a_row(modules: tuple[ModuleType, ...], found: tuple[Row, ...]) -> None:
    calls = {value for module in modules for value in vars(module).values() if isinstance(value, Call)}
    assert calls == {row.call for row in found}


@pytest.mark.parametrize(
    ("door", "found", "asks_nothing"),
    [
        (CloudJira, rows.JIRA, ASKS_NOTHING | {"mention"}),
        (DataCenterJira, data_center_rows.JIRA, ASKS_NOTHING | {"create_webhook"}),
        (CloudConfluence, rows.CONFLUENCE, ASKS_NOTHING),
        (DataCenterConfluence, data_center_rows.CONFLUENCE, ASKS_NOTHING | {"may_write", "pages"}),
    ],
)
def test_every_method_has_a_row(door: type, found: tuple[Row, ...], asks_nothing: set[str]) -> None:
    public = {name for name, _ in inspect.getmembers(door, inspect.isfunction) if not name.startswith("_")}
    assert public - asks_nothing == {row.method for row in found}


@by_row
def test_a_row_stands_for_the_call_it_names(row: Row) -> None:
    below = "(?:/jira|/confluence)" if row.hosting is Hosting.DATA_CENTER else ""
    template = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(row.call.path))
    assert re.fullmatch(f"{row.call.method} {below}{template}", row.sends.partition("?")[0])


def test_no_two_calls_share_a_name_because_pauses_go_by_it() -> None:
    calls = {row.call for row in EVERY_ROW}
    assert len({call.name for call in calls}) == len(calls)


@by_row
def test_no_log_line_holds_the_token_or_what_people_wrote(
    desk: Desk, caplog: pytest.LogCaptureFixture, row: Row
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.answers(row.answers)
    row.do(desk.doors_of(row))
    for secret in (CREDENTIAL, "bot@example.org:token", "Bearer token", "Ask earlier."):
        assert secret not in caplog.text
