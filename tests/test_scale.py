"""The arithmetic of docs/scale.md: nothing is lost between a tenant's day and the fleet's, and more helps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.one_close import Cost
from bench.scale import Assumed, arrivals, bulk, day, longest_wait, processes

GIVEN = Assumed()
COSTS = {
    "skipped": Cost({}, 0.01, 4, 1),
    "asked": Cost({"GET Jira": 1, "POST Jira": 1}, 0.02, 10, 2),
    "answered": Cost({"GET Confluence": 4, "PUT Confluence": 4, "PUT Jira": 2}, 0.1, 30, 9),
    "swept": Cost({"POST Jira": 2}, 0.03, 4, 1),
    "looked whom to remind": Cost({}, 0.005, 3, 1),
}
WEB = (0.002, 0.001)


def test_every_close_of_the_day_arrives_once_and_most_in_office_hours() -> None:
    minutes = arrivals(GIVEN)
    assert sum(minutes) == pytest.approx(GIVEN.tenants * GIVEN.closes_a_day)
    assert max(minutes) > 1.5 * sum(minutes) / len(minutes)


def test_a_close_costs_its_shares() -> None:
    found = day(COSTS, WEB, GIVEN)
    asked, answered, swept = 2 * 0.6, 10 * 0.42, 2 * 0.144
    assert found.calls == pytest.approx(asked + answered + swept)
    assert found.points == pytest.approx(3 * 0.6 + 14 * 0.42 + 2 * 0.144)  # a GET counts what it returns as well
    assert found.web_cpu == pytest.approx(0.002 + 9 * 0.001)


def test_ten_times_the_tenants_want_ten_times_the_processes() -> None:
    few, many = (
        processes(day(COSTS, WEB, given), given)
        for given in (replace(GIVEN, tenants=1_000), replace(GIVEN, tenants=10_000))
    )
    assert all(after == pytest.approx(10 * before, abs=10) for before, after in zip(few, many, strict=True))


@pytest.mark.parametrize(("share", "waits"), [(1.0, False), (0.2, True)])
def test_closes_wait_only_where_processes_are_too_few(share: float, waits: bool) -> None:
    found = day(COSTS, WEB, GIVEN)
    number = max(1, int(processes(found, GIVEN)[1] * share))
    a_close = max(found.worker_cpu, found.worker_wait / GIVEN.threads)
    assert (longest_wait(arrivals(GIVEN), a_close, number) > 1) is waits


def test_a_bulk_edit_takes_as_long_as_four_calls_at_a_time_take() -> None:
    seconds, posts = bulk(COSTS, GIVEN)
    assert seconds == pytest.approx(1_000 * 2 * GIVEN.call_seconds / 4)
    assert posts == pytest.approx(8)
