"""A request that breaks a specification, one rule at a time, is noticed; the same request without the slip is not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import pytest
from requests import Request

from tests.contracts.specs import SPECS, check_exchange

pytestmark = pytest.mark.skipif(SPECS is None, reason="Atlassian's specifications are not beside this checkout")

JSON = {"Content-Type": "application/json"}
UPLOAD = "/wiki/rest/api/content/98314/child/attachment"
PNG = ("time.png", b"\x89PNG", "image/png")


@dataclass(frozen=True)
class Asked:
    """A request to which nothing was answered, so that only the request is looked at."""

    method: str
    path: str
    query: str = ""
    request_headers: dict[str, str] = field(default_factory=dict)
    request_body: bytes = b""
    status: int = 0
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: bytes = b""


def upload(token: str = "nocheck", **parts: object) -> Asked:
    """An attachment sent as a form of these parts."""
    made = Request("PUT", f"http://site{UPLOAD}", files=parts).prepare()
    headers = {"Content-Type": made.headers["Content-Type"]} | ({"X-Atlassian-Token": token} if token else {})
    assert isinstance(made.body, bytes)
    return Asked("PUT", UPLOAD, request_headers=headers, request_body=made.body)


RIGHT = (
    Asked("GET", "/wiki/api/v2/pages/98314", "body-format=storage"),
    Asked("GET", "/wiki/api/v2/pages", "id=1,2&id=3&status=current&limit=250&sort=-modified-date"),
    Asked("GET", "/rest/api/3/issue/FLEX-1", "fields=summary,status&updateHistory=false"),
    Asked("GET", "/ex/jira/c1/rest/api/3/myself"),
    Asked("GET", "/ex/jira/c1/rest/webhooks/1.0/webhook"),
    Asked("GET", "/ex/confluence/c1/wiki/api/v2/spaces", "limit=1"),
    Asked("GET", "/rest/agile/1.0/sprint/7/issue", "fields=summary,status"),
    upload(file=PNG, minorEdit=(None, "true")),
    upload("no-check", file=PNG, minorEdit=(None, "true"), comment=(None, "a plot")),
    Asked("POST", "/rest/api/3/search/jql", "", JSON, json.dumps({"jql": "x", "maxResults": 100}).encode()),
)


@pytest.mark.parametrize("asked", RIGHT, ids=lambda asked: f"{asked.method} {asked.path}?{asked.query}")
def test_a_request_as_documented_is_let_be(asked: Asked) -> None:
    assert check_exchange(asked) == []


WRONG = {
    "more than the maximum": (
        Asked("GET", "/wiki/api/v2/pages", "limit=251"), "query parameter limit : 251 is greater than the maximum"),
    "less than the minimum": (
        Asked("GET", "/wiki/api/v2/pages", "limit=0"), "query parameter limit : 0 is less than the minimum"),
    "more values than are taken": (
        Asked("GET", "/wiki/api/v2/pages", "id=" + ",".join(map(str, range(1, 252)))), "query parameter id : [1, 2, 3"),
    "no whole number": (
        Asked("GET", "/wiki/api/v2/pages", "limit=ten"), "'ten' is not of type 'integer'"),
    "no whole number in a list": (
        Asked("GET", "/wiki/api/v2/pages", "id=1,two"), "'two' is not of type 'integer'"),
    "neither true nor false": (
        Asked("GET", "/rest/api/3/issue/FLEX-1", "updateHistory=no"), "'no' is not of type 'boolean'"),
    "not among the values": (
        Asked("GET", "/wiki/api/v2/pages/98314", "body-format=html"), "'html' is not one of"),
    "not among the values of a list": (
        Asked("GET", "/wiki/api/v2/pages", "status=draughty"), "'draughty' is not one of"),
    "one value twice": (
        Asked("GET", "/wiki/api/v2/pages", "limit=1&limit=2"), "query parameter limit is given more than once"),
    "an unknown parameter": (
        Asked("GET", "/rest/api/3/myself", "who=me"), "query parameter who is unknown"),
    "a missing parameter": (
        Asked("GET", "/rest/api/3/user/bulk"), "query parameter accountId is missing"),
    "a word where a number is in the path": (
        Asked("GET", "/wiki/api/v2/pages/abc"), "in the path id : 'abc' is not of type 'integer'"),
    "a sprint by name": (
        Asked("GET", "/rest/agile/1.0/sprint/seven"), "in the path sprintId : 'seven' is not of type 'integer'"),
    "Jira asked of the gateway's Confluence": (
        Asked("GET", "/ex/confluence/c1/rest/api/3/myself"), "the gateway has no such path for confluence"),
    "Confluence asked of the gateway's Jira": (
        Asked("GET", "/ex/jira/c1/wiki/api/v2/spaces"), "the gateway has no such path for jira"),
    "webhooks asked of the gateway's Confluence": (
        Asked("GET", "/ex/confluence/c1/rest/webhooks/1.0/webhook"), "the gateway has no such path for confluence"),
    "a header that is asked for": (
        Asked("POST", "/wiki/rest/api/user/watch/space/ENG"), "header X-Atlassian-Token is missing"),
    "a header that is asked for in words": (
        upload("", file=PNG, minorEdit=(None, "true")), "header X-Atlassian-Token is missing"),
    "that header with another value": (
        upload("check", file=PNG, minorEdit=(None, "true")), "header X-Atlassian-Token is missing"),
    "a form without its file": (
        upload(minorEdit=(None, "true")), "form field file is missing"),
    "a form whose file is words": (
        upload(file=(None, "words"), minorEdit=(None, "true")), "form field file is not a file"),
    "a form without a field": (
        upload(file=PNG), "form field minorEdit is missing"),
    "a form with a field nobody knows": (
        upload(file=PNG, minorEdit=(None, "true"), silent=(None, "true")), "form field silent is unknown"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "words"), WRONG.values(), ids=list(WRONG))
def test_a_request_that_is_not_as_documented_is_noticed(asked: Asked, words: str) -> None:
    found = check_exchange(asked)
    assert words in "".join(found)
    assert len(found) == 1


@pytest.mark.parametrize("status", [400, 410, 413])
def test_a_request_that_was_refused_is_looked_at_all_the_same(status: int) -> None:
    wrong = Asked("POST", "/rest/api/3/search/jql", "", JSON, json.dumps({"jql": "x", "startAt": 0}).encode())
    assert [one for one in check_exchange(replace(wrong, status=status)) if "startAt" in one] != []
