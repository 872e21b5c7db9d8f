"""The script: faults on the wire, the same actions over HTTP, recorded requests, and sentences for bad
scripts."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.emulator.conftest import Film, Receiver
from tests.emulator.test_issues import doc
from worker.emulator import Site, serve
from worker.emulator.errors import Refused, ScriptError


def test_a_lost_response_does_the_work(film: Film) -> None:
    key = film.issue()
    film.site.fault(method="POST", path="/comment$", kind="lost_response")
    with pytest.raises(requests.ConnectionError):
        film.as_bot("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("Once")})
    assert [comment.body.wiki for comment in film.site.comments(key)] == ["Once"]
    assert film.site.requests[-1].status == 0
    film.as_bot.json("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("Again")})
    assert len(film.site.comments(key)) == 2


def test_a_reset_connection_does_not(film: Film) -> None:
    key = film.issue()
    film.site.fault(method="POST", path="/comment$", kind="reset")
    with pytest.raises(requests.ConnectionError):
        film.as_bot("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("Never")})
    assert film.site.comments(key) == []


def test_a_truncated_answer_breaks_off_after_the_work(film: Film) -> None:
    key = film.issue()
    film.site.fault(method="POST", path="/comment$", kind="truncated")
    with pytest.raises(requests.exceptions.RequestException):
        film.as_bot("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("Once")})
    assert len(film.site.comments(key)) == 1


def test_a_status_is_answered_as_often_as_scripted_with_its_headers(film: Film) -> None:
    headers = {"Retry-After": "3", "RateLimit-Reason": "jira-quota-tenant-based"}
    film.site.fault(method="GET", path="/myself", times=2, status=429, headers=headers)
    answers = [film.as_bot("GET", "/rest/api/3/myself") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["RateLimit-Reason"] == "jira-quota-tenant-based"


def test_a_proxy_may_answer_html(film: Film) -> None:
    film.site.fault(method="*", path="/rest/", kind="html", status=502)
    answer = film.as_bot("GET", "/rest/api/3/myself")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (502, "text/html")


def test_a_slow_answer_comes_late_and_holds_nobody_else_up(film: Film) -> None:
    film.site.fault(method="GET", path="myself", kind="slow", seconds=0.3)
    start = time.monotonic()
    assert film.as_bot("GET", "/rest/api/3/myself").status_code == 200
    assert time.monotonic() - start >= 0.3


def test_exchanges_with_the_api_are_recorded_and_others_are_not(film: Film) -> None:
    key = film.issue()
    film.as_bot.json("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("Hi")})
    film.as_bot("GET", f"/browse/{key}")
    film.as_bot("GET", "/_emulator/state")
    (seen,) = film.site.requests
    assert (seen.method, seen.path, seen.status) == ("POST", f"/rest/api/3/issue/{key}/comment", 201)
    assert seen.request_json == {"body": doc("Hi")}
    assert seen.response_json["body"] == doc("Hi")
    assert seen.actor == film.bot
    assert seen.request_headers["Content-Type"] == "application/json"


def script(film: Film, **asked: Any) -> requests.Response:
    return film.as_bot("POST", "/_emulator/people", json=asked)


def test_a_script_works_over_http(film: Film, receiver: Receiver) -> None:
    film.site.add_webhook(receiver.url, ["jira:issue_updated"])
    key = script(film, do="create_issue", project="FLEX", type="Task", summary="Over HTTP", by="Ana Sousa").json()[
        "result"
    ]
    assert script(film, do="transition", key=key, status="Done", by="ana@example.org").status_code == 200
    flushed = film.as_bot.json("POST", "/_emulator/flush", json={"timeout": 5})
    assert [each["status"] for each in flushed["deliveries"]] == [204]
    state = film.as_bot.json("GET", "/_emulator/state")
    assert [(issue["key"], issue["status_id"]) for issue in state["issues"]] == [(key, "10002")]
    film.site.comment(key, "Done at last", by=film.ole)
    assert [mail["reason"] for mail in film.as_bot.json("GET", "/_emulator/mails")] == ["commented"]
    fault = {"method": "GET", "path": "/myself", "status": 503}
    assert film.as_bot("POST", "/_emulator/faults", json=fault).status_code == 200
    assert film.as_bot("GET", "/rest/api/3/myself").status_code == 503
    assert [each["status"] for each in film.as_bot.json("GET", "/_emulator/requests")] == [503]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"do": "dance"}, "There is no action 'dance'"),
        ({"do": "transition", "key": "FLEX-1"}, "missing a required argument: 'status'"),
        ({"do": "transition", "key": "FLEX-1", "status": "Donne"}, "has no status 'Donne'; it has To Do"),
        (
            {"do": "transition", "key": "FLEX-1", "status": "Done", "by": "Nobody"},
            "There is no person 'Nobody'",
        ),
        ({"do": "transition", "key": "FLEX-9", "status": "Done"}, "Issue does not exist"),
        ({"do": "edit_issue", "key": "FLEX-1", "values": {"Colour": "red"}}, "Field 'Colour' cannot be set"),
        ({"do": "add_sprint", "board": 9, "name": "S"}, "There is no board 9"),
        ({"do": "add_sprint", "board": 1, "name": "S", "start": "soon"}, "start must be a time"),
        (
            {"do": "comment_inline", "page_id": "98305", "text": "nowhere", "comment": "x"},
            "does not have the text 'nowhere'",
        ),
    ],
)
def test_a_bad_script_is_told_what_is_wrong(film: Film, asked: dict[str, Any], sentence: str) -> None:
    film.issue()
    answer = film.as_bot("POST", "/_emulator/people", json=asked)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


def test_a_bad_fault_is_told_what_is_wrong(film: Film) -> None:
    for asked, sentence in (
        ({"kind": "flood"}, "no fault of the kind 'flood'"),
        ({"path": "("}, "not a regular expression"),
        ({"colour": "red"}, "colour"),
    ):
        answer = film.as_bot("POST", "/_emulator/faults", json=asked)
        assert (answer.status_code, sentence in answer.json()["error"]) == (400, True)


def test_a_closed_site_can_be_served_again_elsewhere_with_all_it_holds() -> None:
    site = Site(now=lambda: datetime(2026, 11, 2, tzinfo=UTC))
    site.add_person("Ana Sousa", email="a@example.org", token="t")
    server = serve(site)
    with requests.Session() as session:
        session.auth = ("a@example.org", "t")
        assert session.get(f"{server.url}/rest/api/3/myself", timeout=5).status_code == 200
        server.close()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{server.url}/rest/api/3/myself", timeout=5)
        again = serve(site)
        assert session.get(f"{again.url}/rest/api/3/myself", timeout=5).json()["self"].startswith(again.url)
    again.close()
    site.close()


def test_a_script_without_people_says_so() -> None:
    with pytest.raises(ScriptError, match="add a person first"):
        Site().add_space("ENG", "Engineering")


def test_a_script_meets_the_sites_own_rules(film: Film) -> None:
    with pytest.raises(Refused, match="title already exists"):
        film.site.create_page("ENG", "Engineering Home", "<p/>", by=film.ana)
