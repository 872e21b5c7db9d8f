"""Each call pins its method, path, query, headers and body, and what it makes of the documented answer.

A call or a method of a door without a row fails here.
"""

from __future__ import annotations

import logging
import re
from types import ModuleType

import pytest

from tests.gateways.desk import Desk
from tests.gateways.rows import CONFLUENCE, JIRA, ROWS, Row
from worker.gateways import confluence, jira
from worker.gateways.confluence import Confluence
from worker.gateways.jira import Jira
from worker.gateways.session import Call

by_row = pytest.mark.parametrize("row", ROWS, ids=str)
CREDENTIAL = "Ym90QGV4YW1wbGUub3JnOnRva2Vu"  # bot@example.org:token


@by_row
def test_a_call_sends_exactly_this_and_gives_exactly_that(desk: Desk, row: Row) -> None:
    desk.answers(row)
    assert row.do(desk.doors()) == row.gives
    assert desk.targets[-1] == row.sends
    assert desk.bodies[-1] == row.body
    assert len(desk.requests) == len(row.answers)


@by_row
def test_every_request_says_who_asks_and_wants_json_in_time(desk: Desk, row: Row) -> None:
    desk.answers(row)
    row.do(desk.doors())
    for request in desk.requests:
        headers, options = request.headers, request.req_kwargs  # type: ignore[attr-defined] # kept by `responses`
        assert headers["Authorization"] == f"Basic {CREDENTIAL}"
        assert (headers["Accept"], headers["Content-Type"]) == ("application/json", "application/json")
        assert options["timeout"] == 7
        assert options["verify"], "the site's certificate is looked at"


@pytest.mark.parametrize(("module", "rows"), [(jira, JIRA), (confluence, CONFLUENCE)], ids=["jira", "confluence"])
def test_every_call_has_a_row(module: ModuleType, rows: tuple[Row, ...]) -> None:
    assert {value for value in vars(module).values() if isinstance(value, Call)} == {row.call for row in rows}


@pytest.mark.parametrize(("door", "rows"), [(Jira, JIRA), (Confluence, CONFLUENCE)])
def test_every_method_has_a_row(door: type, rows: tuple[Row, ...]) -> None:
    asks_nothing = {"address"}
    assert {name for name in vars(door) if not name.startswith("_")} - asks_nothing == {row.method for row in rows}


@by_row
def test_a_row_stands_for_the_call_it_names(row: Row) -> None:
    template = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(f"{row.call.method} {row.call.path}"))
    assert re.fullmatch(template, row.sends.partition("?")[0])


def test_no_two_calls_share_a_name_because_pauses_go_by_it() -> None:
    calls = {row.call for row in ROWS}
    assert len({call.name for call in calls}) == len(calls)


@by_row
def test_no_log_line_holds_the_token_or_what_people_wrote(
    desk: Desk, caplog: pytest.LogCaptureFixture, row: Row
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.answers(row)
    row.do(desk.doors())
    for secret in (CREDENTIAL, "bot@example.org:token", "Ask earlier."):
        assert secret not in caplog.text
