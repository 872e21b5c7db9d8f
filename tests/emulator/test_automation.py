"""Jira Automation's web requests: fired by a move, unsigned, in each of its body formats, with smart values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.conftest import Film, Receiver
from worker.emulator.errors import ScriptError

TEMPLATE = (
    '{"source":"automation","issueKey":"{{issue.key}}","from":"{{fieldChange.fromString}}",'
    '"to":"{{ fieldChange.toString }}","actor":"{{initiator.accountId}}","ts":"{{now.toMillis}}",'
    '"summary":{{issue.summary.asJsonString}},"nobody":"{{issue.nothing}}"}'
)


def _moved(film: Film, receiver: Receiver, **more: Any) -> tuple[str, dict[str, str], bytes]:
    film.site.add_automation("Tell", receiver.url, **more)
    key = film.issue('Say "hello"')
    film.site.transition(key, "Done", by=film.ana)
    film.site.flush_webhooks()
    ((headers, body),) = receiver.got
    return key, {name.lower(): value for name, value in headers.items()}, body


def test_a_request_is_not_signed_and_carries_the_rules_headers(film: Film, receiver: Receiver) -> None:
    _, headers, body = _moved(film, receiver, headers={"X-Token": "shared"})
    assert body == b""
    assert headers["x-token"] == "shared"
    assert [name for name in headers if name.startswith(("x-hub", "x-atlassian", "authorization"))] == []


def test_the_automation_format_is_the_issue_alone_with_a_numeric_id(film: Film, receiver: Receiver) -> None:
    key, headers, body = _moved(film, receiver, body="automation")
    told = json.loads(body)
    assert set(told) == {"self", "id", "key", "changelog", "fields"}
    assert (told["id"], told["key"]) == (int(film.site.issue(key).id), key)
    assert told["changelog"]["histories"] is None
    assert told["fields"]["status"]["name"] == "Done"
    assert headers["content-type"] == "application/json"


def test_the_jira_format_is_the_issue_as_rest_v2_gives_it(film: Film, receiver: Receiver) -> None:
    key, _, body = _moved(film, receiver, body="jira")
    assert json.loads(body) == film.as_bot.json("GET", f"/rest/api/2/issue/{key}")


def test_custom_data_is_a_template_of_smart_values(film: Film, receiver: Receiver) -> None:
    key, _, body = _moved(film, receiver, body="custom", custom=TEMPLATE)
    assert json.loads(body) == {
        "source": "automation",
        "issueKey": key,
        "from": "To Do",
        "to": "Done",
        "actor": film.ana,
        "ts": "1793610845000",
        "summary": 'Say "hello"',
        "nobody": "",
    }


def test_the_address_may_hold_smart_values(film: Film, receiver: Receiver) -> None:
    film.site.add_automation("Tell", receiver.url + "?key={{issue.key}}&to={{fieldChange.toString.urlEncode}}")
    key = film.issue()
    film.site.transition(key, "In Progress", by=film.ana)
    (delivery,) = film.site.flush_webhooks()
    assert delivery.url == f"{receiver.url}?key={key}&to=In%20Progress"


def test_only_moves_of_the_rules_project_fire(film: Film, receiver: Receiver) -> None:
    film.site.add_project("OPS", "Operations")
    film.site.add_automation("Tell", receiver.url, project="OPS")
    mine, other = film.site.create_issue("OPS", "Task", "Mine", reporter=film.ana), film.issue()
    film.site.edit_issue(mine, {"labels": ["a"]}, by=film.ana)
    film.site.transition(other, "Done", by=film.ana)
    assert film.site.flush_webhooks() == []
    film.site.transition(mine, "Done", by=film.ana)
    assert len(film.site.flush_webhooks()) == 1


def test_a_refused_request_is_not_sent_again(film: Film, receiver: Receiver) -> None:
    receiver.answers = [503]
    film.site.add_automation("Tell", receiver.url)
    film.site.transition(film.issue(), "Done", by=film.ana)
    (delivery,) = film.site.flush_webhooks()
    assert delivery.statuses == [503]


def test_an_unknown_body_is_a_bad_script(film: Film) -> None:
    with pytest.raises(ScriptError):
        film.site.add_automation("Tell", "http://127.0.0.1:9/", body="xml")
