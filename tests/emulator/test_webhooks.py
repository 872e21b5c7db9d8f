"""Webhook deliveries: signed, in order, retried with the same id and bytes, filtered by JQL, told as Cloud
tells them."""

from __future__ import annotations

import json

import pytest

from tests.emulator.conftest import Film, Receiver
from tests.emulator.test_issues import doc
from worker.emulator.events import sign

ISSUE_EVENTS = ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted"]


def test_the_signature_is_websubs_over_the_raw_body() -> None:
    # The vector of Atlassian's webhook page.
    expected = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert sign("It's a Secret to Everybody", b"Hello World!") == expected


def test_a_transition_is_told_with_its_changelog_in_v2_shape(film: Film, receiver: Receiver) -> None:
    field = film.site.add_field("What we learned", kind="textarea")
    board = film.site.add_board("FLEX", "Board")
    sprint = film.site.add_sprint(board, "Sprint 1")
    hook = film.site.add_webhook(receiver.url, ISSUE_EVENTS, secret="s3cret")
    key = film.issue(sprint=sprint, components=["Checkout"], fields={"What we learned": "*bold*"})
    film.site.transition(key, "Done", by=film.ana)
    deliveries = film.site.flush_webhooks()
    headers, raw = receiver.got[-1]
    told = json.loads(raw)
    assert [each.status for each in deliveries] == [204, 204]
    assert headers["X-Hub-Signature"] == sign("s3cret", raw)
    assert headers["User-Agent"] == "Atlassian HTTP Client"
    assert headers["X-Atlassian-Webhook-Flow"] == "Primary"
    assert "X-Atlassian-Webhook-Retry" not in headers
    assert (told["webhookEvent"], told["issue_event_type_name"]) == ("jira:issue_updated", "issue_generic")
    assert told["timestamp"] == 1793610845000
    assert told["matchedWebhookIds"] == [hook]
    assert told["user"]["accountId"] == film.ana
    assert "emailAddress" not in told["user"]
    assert [item["fieldId"] for item in told["changelog"]["items"]] == ["resolution", "status"]
    fields = told["issue"]["fields"]
    assert fields["status"]["statusCategory"]["key"] == "done"
    assert fields["customfield_10020"][0]["name"] == "Sprint 1"
    assert fields["issuetype"]["hierarchyLevel"] == 0
    assert fields[field] == "*bold*"
    assert fields["created"] == "2026-11-02T09:14:05.000+0000"


@pytest.mark.parametrize("first", [408, 409, 425, 429, 500, 503, None])
def test_a_failed_delivery_is_retried_with_the_same_id_and_bytes(
    film: Film, receiver: Receiver, first: int | None
) -> None:
    receiver.answers = [first, first]
    film.site.add_webhook(receiver.url, ["jira:issue_created"])
    film.issue()
    (delivery,) = film.site.flush_webhooks()
    assert (delivery.attempts, delivery.statuses) == (3, [first, first, 204])
    assert len({body for _, body in receiver.got}) == 1
    assert {headers["X-Atlassian-Webhook-Identifier"] for headers, _ in receiver.got} == {delivery.id}
    assert [headers.get("X-Atlassian-Webhook-Retry") for headers, _ in receiver.got] == [None, "1", "2"]


@pytest.mark.parametrize("status", [400, 401, 404, 413])
def test_other_refusals_are_final(film: Film, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    film.site.add_webhook(receiver.url, ["jira:issue_created"])
    film.issue()
    (delivery,) = film.site.flush_webhooks()
    assert delivery.statuses == [status]


def test_a_delivery_is_given_up_after_five_retries_and_the_next_one_still_comes(film: Film, receiver: Receiver) -> None:
    receiver.answers = [503] * 6
    film.site.add_webhook(receiver.url, ISSUE_EVENTS)
    key = film.issue()
    film.site.edit_issue(key, {"labels": ["a"]}, by=film.ana)
    first, second = film.site.flush_webhooks()
    assert (first.attempts, first.status, second.statuses) == (6, 503, [204])


def test_a_delivery_is_sent_once_more_as_it_was(film: Film, receiver: Receiver) -> None:
    film.site.add_webhook(receiver.url, ["jira:issue_created"], secret="s")
    film.issue()
    (delivery,) = film.site.flush_webhooks()
    film.site.redeliver(delivery.id)
    film.site.flush_webhooks()
    assert receiver.got[0][1] == receiver.got[1][1]
    first, second = (headers["X-Atlassian-Webhook-Identifier"] for headers, _ in receiver.got)
    assert first == second


def test_a_comment_is_told_twice(film: Film, receiver: Receiver) -> None:
    film.site.add_webhook(receiver.url, ["comment_created", "jira:issue_updated"])
    key = film.issue()
    film.as_bot.json("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("learned: ask first")})
    film.site.flush_webhooks()
    comment, update = receiver.bodies()
    assert (comment["webhookEvent"], comment["comment"]["body"]) == ("comment_created", "learned: ask first")
    assert comment["issue"]["key"] == key
    assert update["issue_event_type_name"] == "issue_commented"
    assert "changelog" not in update


def test_jql_filters_issue_events_and_not_sprint_events(film: Film, receiver: Receiver) -> None:
    film.site.add_project("OPS", "Operations")
    film.site.add_webhook(receiver.url, ["jira:issue_created", "sprint_created", "sprint_started"], jql="project = OPS")
    film.issue()
    film.site.create_issue("OPS", "Task", "In", reporter=film.ana)
    sprint = film.site.add_sprint(film.site.add_board("FLEX", "Board"), "Sprint 1", goal="Learn")
    film.site.start_sprint(sprint, by=film.ana)
    film.site.flush_webhooks()
    assert receiver.events() == ["jira:issue_created", "sprint_created", "sprint_started"]
    told = receiver.bodies()[-1]
    assert (told["sprint"]["id"], told["sprint"]["state"], "user" in told) == (sprint, "active", False)


def test_a_closing_sprint_tells_its_moved_issues_in_bulk(film: Film, receiver: Receiver) -> None:
    sprint = film.site.add_sprint(film.site.add_board("FLEX", "Board"), "Sprint 1")
    film.site.start_sprint(sprint, by=film.ana)
    film.issue(sprint=sprint)
    film.site.add_webhook(receiver.url, ["jira:issue_updated", "sprint_closed"])
    film.site.close_sprint(sprint, by=film.ana)
    film.site.flush_webhooks()
    flows = [headers["X-Atlassian-Webhook-Flow"] for headers, _ in receiver.got]
    assert list(zip(receiver.events(), flows, strict=True)) == [
        ("jira:issue_updated", "Secondary"),
        ("sprint_closed", "Primary"),
    ]


def test_a_transition_may_go_untold(film: Film, receiver: Receiver) -> None:
    key = film.issue()
    film.site.add_webhook(receiver.url, ISSUE_EVENTS)
    film.site.transition(key, "Done", by=film.ana, notify_webhooks=False)
    assert film.site.flush_webhooks() == []
    assert film.site.status(key) == "Done"


def test_other_events_are_told(film: Film, receiver: Receiver) -> None:
    events = [
        "comment_updated",
        "comment_deleted",
        "issue_property_set",
        "jira:version_released",
        "jira:issue_deleted",
    ]
    film.site.add_webhook(receiver.url, events)
    key = film.issue()
    comment = film.site.comment(key, "One", by=film.ana)
    film.site.edit_comment(comment, "Two")
    film.site.delete_comment(comment)
    film.as_bot("PUT", f"/rest/api/3/issue/{key}/properties/k", json={"a": 1})
    film.site.release_version(film.site.add_version("FLEX", "1.0"))
    film.site.delete_issue(key, by=film.ana)
    film.site.flush_webhooks()
    assert receiver.events() == events


def test_webhooks_are_registered_by_administrators_and_never_show_their_secret(film: Film, receiver: Receiver) -> None:
    asked = {
        "name": "LearnLoop",
        "url": receiver.url + "?key={issue.key}",
        "events": ["jira:issue_created"],
        "secret": "s",
    }
    assert film.as_ana("POST", "/rest/webhooks/1.0/webhook", json=asked).status_code == 403
    made = film.as_bot.json("POST", "/rest/webhooks/1.0/webhook", json=asked)
    assert made["isSigned"] is True
    assert "secret" not in made
    film.issue()
    (delivery,) = film.site.flush_webhooks()
    assert delivery.url.endswith("?key=FLEX-1")
    assert film.as_bot("DELETE", f"/rest/webhooks/1.0/webhook/{made['id']}").status_code == 204
    film.issue()
    assert len(film.site.flush_webhooks()) == 1
