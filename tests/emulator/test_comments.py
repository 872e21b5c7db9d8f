"""Comments over REST: validated documents, properties in one step, mails, whose comment it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Film
from tests.emulator.test_issues import doc


def test_a_comment_keeps_its_properties_and_is_found_by_them(film: Film) -> None:
    key = film.issue()
    asked = {"body": doc("A question"), "properties": [{"key": "learnloop.prompt", "value": {"id": 7}}]}
    made = film.as_bot.json("POST", f"/rest/api/3/issue/{key}/comment", json=asked)
    listed = film.as_bot.json("GET", f"/rest/api/3/issue/{key}/comment?expand=properties")["comments"]
    assert [(each["id"], each["properties"]) for each in listed] == [
        (made["id"], [{"key": "learnloop.prompt", "value": {"id": 7}}])
    ]
    one = film.as_bot.json("GET", f"/rest/api/3/comment/{made['id']}/properties/learnloop.prompt")
    assert one["value"] == {"id": 7}


@pytest.mark.parametrize(
    "body",
    [
        {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}],
        },
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": "loose"}]},
        {"type": "doc", "version": 1, "content": [{"type": "bulletList", "content": []}]},
        {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "mention", "attrs": {}}]}],
        },
        {"type": "doc", "content": []},
        {"type": "paragraph"},
        "plain",
        None,
    ],
)
def test_a_body_that_is_no_document_is_refused(film: Film, body: Any) -> None:
    answer = film.as_bot("POST", f"/rest/api/3/issue/{film.issue()}/comment", json={"body": body})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["comment"])


def test_a_wiki_mention_becomes_a_mention_with_a_name(film: Film) -> None:
    key = film.issue()
    body = {"body": f"Well, [~accountid:{film.ole}]? See https://example.org/a."}
    film.as_bot.json("POST", f"/rest/api/2/issue/{key}/comment", json=body)
    found = film.as_bot.json("GET", f"/rest/api/3/issue/{key}/comment")["comments"][0]["body"]
    nodes = found["content"][0]["content"]
    assert nodes[1] == {"type": "mention", "attrs": {"id": film.ole, "text": "@Ole Berg"}}
    assert nodes[3]["marks"] == [{"type": "link", "attrs": {"href": "https://example.org/a"}}]


def test_a_comment_mails_reporter_assignee_and_the_mentioned_but_not_its_author(film: Film) -> None:
    key = film.issue(assignee=film.ole)
    film.site.world.mails.clear()
    film.site.comment(key, f"[~accountid:{film.ole}] please look", by=film.bot)
    assert {(mail.to, mail.reason) for mail in film.site.mails} == {
        (film.ole, "mentioned"),
        (film.ana, "commented"),
    }


def test_an_edit_mails_again_unless_told_not_to(film: Film) -> None:
    key = film.issue()
    made = film.as_bot.json("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("One")})
    path = f"/rest/api/3/issue/{key}/comment/{made['id']}"
    film.site.world.mails.clear()
    film.as_bot.json("PUT", f"{path}?notifyUsers=false", json={"body": doc("Two")})
    assert film.site.mails == []
    film.as_bot.json("PUT", path, json={"body": doc("Three")})
    assert [mail.reason for mail in film.site.mails] == ["comment edited"]


def test_anothers_comment_may_be_changed_only_by_an_administrator(film: Film) -> None:
    key = film.issue()
    comment = film.site.comment(key, "Mine", by=film.ole)
    path = f"/rest/api/3/issue/{key}/comment/{comment}"
    assert film.as_ana("PUT", path, json={"body": doc("Not mine")}).status_code == 403
    assert film.as_bot("PUT", path, json={"body": doc("An admin's")}).status_code == 200
    assert film.as_ana("DELETE", path).status_code == 403


def test_an_internal_comment_says_so(film: Film) -> None:
    film.site.add_project("HELP", "Help", kind="service_desk")
    key = film.site.create_issue("HELP", "Incident", "It is down", reporter=film.ana)
    asked = {"body": doc("For us"), "properties": [{"key": "sd.public.comment", "value": {"internal": True}}]}
    made = film.as_bot.json("POST", f"/rest/api/3/issue/{key}/comment", json=asked)
    assert made["jsdPublic"] is False
