"""X-Atlassian-Webhook-Trace: what a request carries, the deliveries it causes carry too, and no others do."""

from __future__ import annotations

from tests.emulator.conftest import Film, Receiver
from tests.emulator.test_issues import doc

TRACE = "X-Atlassian-Webhook-Trace"


def test_a_delivery_carries_the_trace_of_the_request_that_caused_it(film: Film, receiver: Receiver) -> None:
    film.site.add_webhook(receiver.url, ["comment_created", "jira:issue_updated"])
    key = film.issue()
    film.as_bot("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("Hello")}, headers={TRACE: "learning-7"})
    film.as_bot("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("Again")})
    film.site.transition(key, "Done", by=film.ana)
    film.site.flush_webhooks()
    traces = [headers.get(TRACE) for headers, _ in receiver.got]
    assert traces == ["learning-7", "learning-7", None, None, None]


def test_a_request_the_site_refuses_leaves_no_trace_behind(film: Film, receiver: Receiver) -> None:
    film.site.add_webhook(receiver.url, ["jira:issue_updated"])
    key = film.issue()
    refused = film.as_bot("PUT", f"/rest/api/3/issue/{key}", json={"fields": {"no": 1}}, headers={TRACE: "x"})
    assert refused.status_code == 400
    film.site.transition(key, "Done", by=film.ana)
    film.site.flush_webhooks()
    assert [headers.get(TRACE) for headers, _ in receiver.got] == [None]
