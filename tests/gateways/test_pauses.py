"""What a limit holds back and what it lets through: a 429 is kept, and the next call in its scope is not made."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import requests

from tests.alone import MONDAY
from tests.gateways.data_center_rows import EVERY_ROW
from tests.gateways.desk import SITE, Desk, new_tenant
from tests.gateways.rows import DOC, SPACE, Row, TwoDoors
from worker.domain.model import IssueKey
from worker.errors import Paused, RateLimited, SiteError, Unavailable, Unreachable

ONE, OTHER = IssueKey("FLEX-1"), IssueKey("FLEX-2")
by_row = pytest.mark.parametrize("row", EVERY_ROW, ids=str)


def comment(doors: TwoDoors, issue: IssueKey = ONE) -> None:
    doors.jira.add_comment(issue, DOC, 41)


CALLS: dict[str, Callable[[TwoDoors], object]] = {
    "the same call on the issue": comment,
    "another call on the issue": lambda doors: doors.jira.drop_learning(ONE),
    "a link from the issue": lambda doors: doors.jira.link_issues(ONE, OTHER, "Relates"),
    "a look at the issue": lambda doors: doors.jira.editable(ONE),
    "the same call on another issue": lambda doors: comment(doors, OTHER),
    "another call on another issue": lambda doors: doors.jira.drop_learning(OTHER),
    "a call about no issue": lambda doors: doors.confluence.add_labels("98310", ["learnloop"]),
    "a call to Confluence": lambda doors: doors.confluence.find_page(SPACE, "Pricing"),
}
# A limit of writes on one issue; what only looks at it is let through.
ISSUE = {"the same call on the issue", "another call on the issue", "a link from the issue"}
ENDPOINT = {"the same call on the issue", "the same call on another issue"}
TENANT = set(CALLS)
REASONS = [
    ("jira-per-issue-on-write", ISSUE),
    ("jira-burst-based", ENDPOINT),
    ("jira-quota-global-based", TENANT),
    ("jira-quota-tenant-based", TENANT),
    ("confluence-quota-global-based", TENANT),
    ("confluence-quota-tenant-based", TENANT),
    ("a reason of next year", ENDPOINT),
    ("", ENDPOINT),
]


def limited(desk: Desk, reason: str = "jira-burst-based", **headers: str) -> RateLimited:
    """A comment is refused with a 429; afterwards the site answers again."""
    desk.answer(429, headers=({"RateLimit-Reason": reason} if reason else {}) | headers)
    with pytest.raises(RateLimited) as caught:
        comment(desk.doors())
    assert len(desk.requests) == 1
    all_is_well(desk)
    return caught.value


def all_is_well(desk: Desk) -> None:
    """The site has forgotten what was before and answers everything."""
    desk.site.reset()
    desk.answer(json={"id": "1", "results": [], "fields": {}})


def held_back(desk: Desk) -> set[str]:
    """Those of the calls that are not made now."""
    held = set()
    for name, call in CALLS.items():
        before = len(desk.requests)
        try:
            call(desk.doors())
        except Paused:
            assert len(desk.requests) == before
            held.add(name)
    return held


@pytest.mark.parametrize(("reason", "scope"), REASONS)
def test_a_429_holds_back_what_its_reason_names_until_it_is_over(desk: Desk, reason: str, scope: set[str]) -> None:
    error = limited(desk, reason, **{"Retry-After": "30"})
    assert (error.until, error.reason, error.status) == (MONDAY + timedelta(seconds=30), reason, 429)
    assert held_back(desk) == scope
    desk.clock.forward(timedelta(seconds=29))
    assert held_back(desk) == scope
    desk.clock.forward(timedelta(seconds=1))
    assert held_back(desk) == set()


@pytest.mark.parametrize(
    ("reason", "until"),
    [
        ("jira-per-issue-on-write", MONDAY + timedelta(minutes=20, seconds=35)),
        ("jira-burst-based", MONDAY + timedelta(minutes=20, seconds=35)),
        ("", MONDAY + timedelta(minutes=20, seconds=35)),
        ("jira-quota-global-based", MONDAY + timedelta(hours=1)),
        ("jira-quota-tenant-based", MONDAY + timedelta(hours=1)),
        ("confluence-quota-global-based", MONDAY + timedelta(hours=1)),
        ("confluence-quota-tenant-based", MONDAY + timedelta(hours=1)),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}], ids=["silent", "unreadable"])
def test_without_retry_after_a_quota_waits_for_the_hour_and_the_rest_five_seconds(
    desk: Desk, reason: str, until: datetime, headers: dict[str, str]
) -> None:
    desk.clock.forward(timedelta(minutes=20, seconds=30))
    assert limited(desk, reason, **headers).until == until


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "30", "X-RateLimit-Reset": "2026-11-02T09:40:00Z"}, timedelta(seconds=30)),
        ({"Retry-After": "Mon, 02 Nov 2026 09:10:00 GMT"}, timedelta(minutes=10)),
        ({"X-RateLimit-Reset": "2026-11-02T09:40:00Z"}, timedelta(minutes=40)),
        ({"X-RateLimit-Reset": "2026-11-02T09:40"}, timedelta(minutes=40)),
        ({"X-RateLimit-Reset": "2026-11-02T08:00:00Z"}, timedelta(seconds=2)),
        ({"X-RateLimit-Reset": "2036-11-02T08:00:00Z"}, timedelta(days=1)),
        ({"Beta-RateLimit": '"global-app-quota";r=0;t=1800'}, timedelta(minutes=30)),
        ({"RateLimit": '"burst";r=5;t=1, "global-app-quota"; r=0; t=90'}, timedelta(seconds=90)),
        ({"Beta-RateLimit": '"global-app-quota";r=60000;t=1800'}, timedelta(seconds=5)),
        ({"X-RateLimit-Reset": "soon", "Beta-RateLimit": '"global-app-quota"'}, timedelta(seconds=5)),
    ],
    ids=str,
)
def test_a_429_waits_as_long_as_any_of_its_headers_says(desk: Desk, headers: dict[str, str], wait: timedelta) -> None:
    assert limited(desk, "jira-burst-based", **headers).until == MONDAY + wait


def test_a_limit_that_lasts_beyond_today_says_its_day(desk: Desk) -> None:
    assert str(limited(desk, **{"Retry-After": "86400"})).endswith("until 2026-11-03 09:00:00 UTC.")
    with pytest.raises(Paused, match=r"lasts until 2026-11-03 09:00:00 UTC\."):
        comment(desk.doors())


def test_data_centers_jira_does_not_hold_back_its_confluence(desk: Desk) -> None:
    desk.answer(429, headers={"Retry-After": "600"})
    doors = desk.server_doors()
    with pytest.raises(RateLimited):
        doors.jira.me()
    all_is_well(desk)
    with pytest.raises(Paused):
        doors.jira.statuses()
    assert doors.confluence.find_page(SPACE, "Pricing") is None


@by_row
def test_every_call_hears_a_429_and_does_not_repeat_itself(desk: Desk, row: Row) -> None:
    desk.answers(row.answers[:-1])
    desk.answer(429, headers={"RateLimit-Reason": "jira-burst-based", "Retry-After": "3"})
    with pytest.raises(RateLimited) as caught:
        row.do(desk.doors_of(row))
    assert len(desk.requests) == len(row.answers)
    assert str(caught.value) == f"{row.call.product} limits our calls (jira-burst-based) until 09:00:03 UTC."
    assert (caught.value.call, caught.value.until) == (row.call.name, MONDAY + timedelta(seconds=3))


def test_a_limit_without_a_reason_says_so(desk: Desk) -> None:
    assert str(limited(desk, "")) == "Jira limits our calls (no reason given) until 09:00:05 UTC."


def test_a_pause_names_the_limit_and_its_end(desk: Desk) -> None:
    limited(desk, "jira-quota-tenant-based")
    with pytest.raises(Paused, match=r"jira-quota-tenant-based.*lasts until 10:00:00 UTC") as caught:
        desk.doors().jira.me()
    assert caught.value.until == MONDAY + timedelta(hours=1)


def test_of_two_pauses_the_longer_one_counts(desk: Desk) -> None:
    limited(desk, "jira-per-issue-on-write", **{"Retry-After": "600"})
    desk.site.reset()
    desk.answer(429, headers={"RateLimit-Reason": "jira-quota-tenant-based", "Retry-After": "60"})
    with pytest.raises(RateLimited):
        comment(desk.doors(), OTHER)
    with pytest.raises(Paused) as caught:
        comment(desk.doors())
    assert caught.value.until == MONDAY + timedelta(minutes=10)


def test_a_shorter_limit_of_the_same_scope_does_not_cut_a_longer_one(desk: Desk) -> None:
    first, second = threading.Event(), threading.Event()

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        late = not second.is_set()
        second.set()
        if late:
            first.wait(10)
        return 429, {"RateLimit-Reason": "jira-burst-based", "Retry-After": "2" if late else "90"}, ""

    desk.site.add_callback("POST", re.compile(SITE), answer)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(comment, desk.doors())
        assert second.wait(10)
        with pytest.raises(RateLimited):
            comment(desk.doors(), OTHER)
        first.set()
        assert isinstance(slow.exception(10), RateLimited)
    with pytest.raises(Paused) as caught:
        comment(desk.doors())
    assert caught.value.until == MONDAY + timedelta(seconds=90)


def test_another_tenant_is_not_held_back(desk: Desk) -> None:
    limited(desk, "jira-quota-global-based")
    comment(desk.doors(new_tenant(desk.db)))
    assert len(desk.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 409, 500, 503])
def test_only_a_429_makes_a_pause(desk: Desk, status: int) -> None:
    desk.answer(status, headers={"Retry-After": "60", "RateLimit-Reason": "jira-burst-based"})
    with pytest.raises(SiteError):
        comment(desk.doors())
    all_is_well(desk)
    assert held_back(desk) == set()


def test_at_most_four_calls_of_a_tenant_are_under_way_at_once(desk: Desk) -> None:
    everyone_in, let_go = threading.Barrier(5), threading.Event()

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        if not let_go.is_set():
            everyone_in.wait(10)
            let_go.wait(10)
        return 200, {}, '{"id": "1"}'

    desk.site.add_callback("POST", re.compile(SITE), answer)
    doors = desk.doors()
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(comment, doors, IssueKey(f"FLEX-{number}")) for number in range(4)]
        everyone_in.wait(10)
        with pytest.raises(Paused, match="Other calls to this site are under way") as caught:
            comment(doors, OTHER)
        let_go.set()
        assert [one.result(10) for one in running] == [None] * 4
    assert caught.value.until > MONDAY
    comment(doors, OTHER)
    assert len(desk.requests) == 5


@pytest.mark.parametrize(
    ("weather", "kind"),
    [
        ({"body": requests.ReadTimeout("slow")}, Unreachable),
        ({"status": 503}, Unavailable),
        ({"body": "<html>"}, Unavailable),
    ],
)
def test_a_call_that_fails_gives_its_place_back(desk: Desk, weather: dict[str, object], kind: type[SiteError]) -> None:
    desk.answer(**weather)  # type: ignore[arg-type]
    doors = desk.doors()
    for _ in range(6):
        with pytest.raises(kind):
            comment(doors)
    assert len(desk.requests) == 6
