"""Every answer that is not the documented one becomes one error of ours, with what to do; nothing is repeated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.alone import MONDAY
from tests.gateways.data_center_rows import EVERY_ROW
from tests.gateways.desk import SERVERS, SITE, Desk
from tests.gateways.rows import Row
from worker.domain.model import Hosting
from worker.errors import (
    Conflict,
    Forbidden,
    Missing,
    RateLimited,
    Rejected,
    SiteError,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unreachable,
)

by_row = pytest.mark.parametrize("row", EVERY_ROW, ids=str)
STATUSES = [
    (400, Rejected, "no reason given. Look whether"),
    (401, Unauthorized, "Make a new one and give it with `learnloop tenant credential`."),
    (401, Unauthorized, "want `--scoped`, classic ones `--email`"),
    (402, Rejected, "Look at the site's plan"),
    (403, Forbidden, "then retry."),
    (404, Missing, "not there, or the account may not see it."),
    (405, Rejected, "whether a proxy before it refuses such calls"),
    (408, Unavailable, "It is tried again."),
    (409, Conflict, "somebody else changed it first. It is tried again."),
    (410, Rejected, "withdrawn this way of asking; look whether there is a newer LearnLoop, then retry."),
    (412, Rejected, "whether there is a newer LearnLoop; then retry."),
    (413, TooLarge, "larger than the site accepts. Make it shorter"),
    (414, Rejected, "whether there is a newer LearnLoop; then retry."),
    (415, Rejected, "whether there is a newer LearnLoop; then retry."),
    (422, Rejected, "whether there is a newer LearnLoop; then retry."),
    (423, Rejected, "It is locked there"),
    (425, Unavailable, "It is tried again."),
    (451, Rejected, "withheld there for legal reasons"),
    (499, Rejected, "whether there is a newer LearnLoop; then retry."),
    (500, Unavailable, "It is tried again."),
    (502, Unavailable, "It is tried again."),
    (503, Unavailable, "It is tried again."),
    (504, Unavailable, "It is tried again."),
]
# One call of each product in each family.
FOUR = [row for row in EVERY_ROW if row.method in ("add_comment", "update_page")]
COMMENT = FOUR[0]
MADE = ("add_comment", "create_issue", "create_field", "create_page")
both_products = pytest.mark.parametrize("row", FOUR, ids=str)


def failure(desk: Desk, row: Row, status: int = 200, **answer: Any) -> SiteError:
    """What `row` raises when its last request is answered so; that request was made once."""
    desk.answers(row.answers[:-1])
    desk.answer(status, **answer)
    with pytest.raises(SiteError) as caught:
        row.do(desk.doors_of(row))
    assert len(desk.requests) == len(row.answers)
    return caught.value


@both_products
@pytest.mark.parametrize(("status", "kind", "advice"), STATUSES)
def test_a_status_is_one_error_and_a_sentence_with_what_to_do(
    desk: Desk, row: Row, status: int, kind: type[SiteError], advice: str
) -> None:
    error = failure(desk, row, status, json={})
    assert type(error) is kind
    assert str(error).startswith(f"{row.call.product} answered {status} when asked to {row.call.about}")
    assert advice in str(error)
    assert (error.status, error.call) == (status, row.call.name)


@both_products
@pytest.mark.parametrize(
    "words",
    [{"code": 401, "message": "Unauthorized; scope does not match"}, {"errors": [{"title": "Missing Scope"}]}],
    ids=["the gateway's words", "a list of errors"],
)
def test_a_token_that_lacks_a_scope_is_forbidden_and_not_wrong(desk: Desk, row: Row, words: dict[str, Any]) -> None:
    error = failure(desk, row, 401, json=words)
    assert (type(error), error.status) == (Forbidden, 401)
    assert str(error) == (
        f"{row.call.product} answered 401 when asked to {row.call.about}: "
        "the token lacks a scope for it; docs/install.md lists them."
    )


@both_products
@pytest.mark.parametrize("reason", ["AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED", "OUT, AUTHENTICATED_FAILED"])
@pytest.mark.parametrize("status", [200, 201, 401, 403, 404, 429])
def test_a_token_that_is_answered_as_nobody_is_refused_whatever_the_status(
    desk: Desk, row: Row, status: int, reason: str
) -> None:
    error = failure(desk, row, status, json={}, headers={"X-Seraph-LoginReason": reason})
    assert (type(error), error.status, error.product) == (Unauthorized, status, row.call.product.lower())
    assert "as it answers nobody: the token is wrong, has expired or is of another kind" in str(error)


@pytest.mark.parametrize("reason", ["OK", "OUT", "AUTHORISATION_FAILED", "AUTHENTICATED_FAILED, OK", ""])
def test_another_reason_of_the_login_means_nothing(desk: Desk, reason: str) -> None:
    desk.answer(json={"id": "10401"}, headers={"X-Seraph-LoginReason": reason})
    assert COMMENT.do(desk.doors()) == "10401"


@both_products
@pytest.mark.parametrize("status", [401, 403])
def test_an_account_that_must_solve_a_captcha_is_told_to_log_in_in_a_browser(desk: Desk, row: Row, status: int) -> None:
    reason = f"CAPTCHA_CHALLENGE; login-url={SITE}/login.jsp"
    headers = {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED", "X-Authentication-Denied-Reason": reason}
    error = failure(desk, row, status, body="<html>denied</html>", headers=headers)
    assert (type(error), error.status) == (Unauthorized, status)
    assert "Log in once in a browser as this account" in str(error)


@both_products
@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("body", ["<html>default backend - 404</html>", "no service", '{"mess'])
def test_nothing_is_missing_because_something_before_the_site_says_so(
    desk: Desk, row: Row, status: int, body: str
) -> None:
    error = failure(desk, row, status, body=body, headers={"Retry-After": "30"})
    assert (type(error), error.status) == (Unavailable, status)
    assert f"but not in {row.call.product}'s own words" in str(error)
    assert isinstance(error, Unavailable)
    assert error.until == MONDAY + timedelta(seconds=30)


@both_products
@pytest.mark.parametrize("body", ["", " \n", "null", '{"message": "null for uri"}'])
def test_what_is_missing_in_the_products_own_words_or_none_is_missing(desk: Desk, row: Row, body: str) -> None:
    assert type(failure(desk, row, 404, body=body)) is Missing


@both_products
def test_a_refused_token_says_which_products_it_is(desk: Desk, row: Row) -> None:
    assert failure(desk, row, 401, json={}).product == row.call.product.lower()


@both_products
@pytest.mark.parametrize(
    "reason",
    [
        "jira-quota-global-based",
        "jira-quota-tenant-based",
        "jira-burst-based",
        "jira-per-issue-on-write",
        "confluence-quota-global-based",
        "confluence-quota-tenant-based",
        "",
    ],
)
def test_a_429_is_rate_limited_and_keeps_the_sites_reason(desk: Desk, row: Row, reason: str) -> None:
    error = failure(desk, row, 429, headers={"Retry-After": "30"} | ({"RateLimit-Reason": reason} if reason else {}))
    assert isinstance(error, RateLimited)
    assert (error.reason, error.status, error.call) == (reason, 429, row.call.name)
    assert error.until == MONDAY + timedelta(seconds=30)


@by_row
@pytest.mark.parametrize(("status", "kind"), [(413, TooLarge), (500, Unavailable), (503, Unavailable)])
def test_no_call_repeats_itself_where_the_transport_would(
    desk: Desk, row: Row, status: int, kind: type[SiteError]
) -> None:
    assert type(failure(desk, row, status, json={}, headers={"Retry-After": "0"})) is kind


@pytest.mark.parametrize(
    ("row", "status"),
    [(row, status) for row in EVERY_ROW for status in (403, 404) if status == 403 or not row.may_miss],
    ids=str,
)
def test_a_permission_error_names_the_permission(desk: Desk, row: Row, status: int) -> None:
    wanted = f"Give the account {row.call.needs}" if row.call.needs else "Check the account's permissions"
    assert wanted in str(failure(desk, row, status, json={}))


@both_products
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_so_the_token_stays_at_home(desk: Desk, row: Row, status: int) -> None:
    error = failure(desk, row, status, headers={"Location": "https://elsewhere.example.net/"})
    assert type(error) is Rejected
    assert "we do not follow. Check the site's address." in str(error)


@both_products
@pytest.mark.parametrize(
    "weather",
    [
        requests.ConnectionError("refused"),
        requests.exceptions.SSLError("a strange certificate"),
        requests.ConnectTimeout("slow"),
        requests.ReadTimeout("slow"),
        requests.exceptions.ChunkedEncodingError("cut off"),
        ConnectionResetError("reset"),
        TimeoutError("slow"),
    ],
    ids=lambda weather: type(weather).__name__,
)
def test_no_answer_is_unreachable_and_is_not_asked_twice(desk: Desk, row: Row, weather: Exception) -> None:
    error = failure(desk, row, body=weather)
    assert type(error) is Unreachable
    assert str(error).startswith(f"{row.call.product} did not answer when asked to {row.call.about}")
    assert type(weather).__name__ in str(error)
    assert f"Is {SITE if row.hosting is Hosting.CLOUD else SERVERS}" in str(error)
    assert (error.status, error.call) == (0, row.call.name)


@both_products
@pytest.mark.parametrize(
    "body",
    ["<!doctype html>\n<title>Log in</title>", '{"id": "1040', "null and void", "\x00\x01", "\ufeff"],
    ids=["a log-in page", "truncated JSON", "words", "bytes", "only a byte order mark"],
)
def test_an_answer_that_is_not_json_is_unavailable(desk: Desk, row: Row, body: str) -> None:
    error = failure(desk, row, 200, body=body)
    assert type(error) is Unavailable
    assert f"{row.call.product} answered something that is not JSON when asked to {row.call.about}" in str(error)
    assert "look whether a login page or a proxy stands before it" in str(error)
    assert error.detail == " ".join(body.split())


@pytest.mark.parametrize("status", [200, 400, 404])
def test_an_answer_that_is_nested_without_end_is_no_mistake_of_ours(desk: Desk, status: int) -> None:
    assert isinstance(failure(desk, COMMENT, status, body="[" * 100_000), Unavailable | Rejected)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"body": ""}, "an answer without a body, or of another shape"),
        ({"json": {}}, "an answer without “id”"),
        ({"json": {"id": None}}, "an answer without “id”"),
        ({"json": {"id": ""}}, "an answer without “id”"),
        ({"json": {"id": True}}, "an answer without “id”"),
        ({"json": {"id": {"a": 1}}}, "an answer without “id”"),
    ],
)
@pytest.mark.parametrize("row", [row for row in EVERY_ROW if row.method in MADE], ids=str)
def test_what_was_made_is_never_kept_without_an_id(desk: Desk, row: Row, answer: dict[str, Any], words: str) -> None:
    error = failure(desk, row, **answer)
    assert type(error) is Unavailable
    assert str(error) == f"The site's answer to “{row.method}” is not as documented: {words}. It is tried again."


@pytest.mark.parametrize("key", [None, "", 7.5])
def test_an_issue_that_was_made_is_never_kept_without_its_key(desk: Desk, key: object) -> None:
    row = next(row for row in EVERY_ROW if row.method == "create_issue")
    assert "an answer without “key”" in str(failure(desk, row, json={"id": "10401", "key": key}))


@pytest.mark.parametrize(
    "date", ["Sat, 21 Nov 2026 10:00:00 +99999999999999999999", "Sat, 21 Nov 99999999999 10:00:00 GMT", "today"]
)
def test_a_date_nobody_can_read_changes_nothing(desk: Desk, date: str) -> None:
    desk.answer(json={"id": "10401"}, headers={"Date": date})
    doors = desk.doors()
    assert COMMENT.do(doors) == "10401"
    assert doors.jira.site_time() is None


@pytest.mark.parametrize("row", [row for row in EVERY_ROW if row.gives is not None], ids=str)
@pytest.mark.parametrize("odd", ["odd", 7, [7]])
def test_an_answer_of_another_shape_is_unavailable_and_names_what_was_read(desk: Desk, row: Row, odd: Any) -> None:
    error = failure(desk, row, json=odd)
    assert type(error) is Unavailable
    assert str(error).startswith(f"The site's answer to “{row.method}” is not as documented")


@pytest.mark.parametrize("row", [row for row in EVERY_ROW if row.method in ("issue", "sprint")], ids=str)
@pytest.mark.parametrize("odd", [{}, [], None, {"id": None}, {"id": "x", "key": "FLEX-7", "fields": 7}])
def test_an_issue_or_a_sprint_without_its_parts_is_unavailable(desk: Desk, row: Row, odd: Any) -> None:
    assert type(failure(desk, row, json=odd)) is Unavailable


@both_products
def test_an_error_page_in_html_is_still_the_error_of_its_status(desk: Desk, row: Row) -> None:
    error = failure(desk, row, 502, body="<html>Bad gateway</html>", content_type="text/html")
    assert (type(error), error.status, error.detail) == (Unavailable, 502, "")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"errorMessages": ["Comment body is too long."], "errors": {}}, "Comment body is too long."),
        ({"errors": {"customfield_1": "Not on the screen."}}, "customfield_1: Not on the screen."),
        ({"errorMessages": ["One."], "errors": {"a": "Two."}}, "One.; a: Two."),
        ({"errors": [{"status": 400, "title": "Title taken", "detail": None}]}, "Title taken"),
        ({"errors": [{"title": None, "detail": "Bad body"}, 7]}, "Bad body"),
        ({"statusCode": 400, "message": "A page with this\n title exists"}, "A page with this title exists"),
        ({"errorMessages": None, "errors": None, "message": None}, ""),
        ({"errorMessages": 7, "errors": 7}, ""),
        ({"errorMessages": "One.", "errors": "Two."}, "One.; Two."),
        ({"errorMessages": {"a": "One."}, "message": "Two."}, "a: One.; Two."),
        ({"statusCode": 400, "data": {"errors": []}, "message": "Title is taken"}, "Title is taken"),
        (["odd"], ""),
        ("odd", ""),
        (None, ""),
    ],
)
def test_the_sites_own_reason_is_handed_on(desk: Desk, body: Any, detail: str) -> None:
    error = failure(desk, COMMENT, 400, json=body)
    assert error.detail == detail
    assert (f"{detail.rstrip('.')}. Mend what it names" if detail else "no reason given. Look") in str(error)


def test_a_long_reason_is_cut(desk: Desk) -> None:
    assert len(failure(desk, COMMENT, 400, json={"errorMessages": ["word " * 1000]}).detail) == 300


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta(0)),
        ("1.5", timedelta(seconds=1.5)),
        ("-5", timedelta(0)),
        ("99999999", timedelta(days=1)),
        ("inf", timedelta(days=1)),
        ("Mon, 02 Nov 2026 09:30:00 GMT", timedelta(minutes=30)),
        ("Mon, 02 Nov 2026 08:00:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
    ],
)
@pytest.mark.parametrize("status", [503, 429])
def test_retry_after_says_when_to_come_back(desk: Desk, status: int, retry_after: str, wait: timedelta) -> None:
    error = failure(desk, COMMENT, status, headers={"Retry-After": retry_after})
    assert isinstance(error, Unavailable | RateLimited)
    least = timedelta(seconds=2) if status == 429 else timedelta(0)  # "0" would be asked again without end
    assert error.until == MONDAY + max(wait, least)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}, {"Retry-After": "nan"}, {"Retry-After": ""}])
def test_without_a_readable_retry_after_an_outage_names_no_time(desk: Desk, headers: dict[str, str]) -> None:
    error = failure(desk, COMMENT, 503, headers=headers)
    assert isinstance(error, Unavailable)
    assert error.until is None


@by_row
def test_the_token_is_in_no_sentence(desk: Desk, row: Row) -> None:
    error = failure(desk, row, body=requests.ConnectionError("https://bot%40example.org:token@flexible.example.net"))
    assert "token" not in f"{error} {error.detail}"
