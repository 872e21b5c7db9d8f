"""What an owner and a reader see of deliveries, and what comes of looking at some again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.admin.browsing import Browser, logged_in
from tests.alone import MONDAY, StillClock, deployed, with_tenant
from tests.sources.deliveries import body as recorded
from tests.world import World, make_world
from webhooks.app import create_app
from worker.deployment import Deployment
from worker.domain.model import Answers, DeliveryState, IssueId, IssueKey, JobKind, ProjectKey, TenantId
from worker.errors import Forbidden
from worker.store import audit, deliveries, learnings
from worker.store.accounts import Role
from worker.store.deliveries import Arrival
from worker.store.facts import IssueFacts

LIST = "/admin/t1/deliveries"
MOVED = "not a close: In Progress → Review"


def told(
    parts: Deployment, key: str = "FLEX-7", reason: str = "", *, state: DeliveryState = DeliveryState.IGNORED,
    body: bytes | None = None, tenant: str = "t1", minutes: int = 0, event: str = "jira:issue_updated",
) -> int:  # fmt: skip
    """A delivery about an issue, so many minutes after nine; its id."""
    moment = MONDAY + timedelta(minutes=minutes)
    one = Arrival(TenantId(tenant), f"{key} {minutes} {reason}"[:200], moment, event, key, state, reason, "", body)
    with parts.db.begin() as tx:
        (made,) = deliveries.accept(tx, [one])
    assert made
    return made


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """An owner's browser for looking only: three deliveries have come."""
    parts = deployed(tmp_path_factory.mktemp("looking"), StillClock())
    with_tenant(parts)
    told(parts, reason=MOVED)
    told(parts, "FLEX-8", "resolution skipped: closed as Won't do", minutes=1)
    told(parts, "FLEX-9", "asked", state=DeliveryState.HANDLED, event="comment", minutes=2)
    yield logged_in(create_app(parts), parts)
    parts.close()


def test_before_anything_came_the_page_says_what_will_appear_and_how(owner: Browser) -> None:
    page = owner.get(LIST)
    assert page.status_code == 200
    assert "Nothing has come in yet" in page.text


def test_every_delivery_is_listed_newest_first_with_its_reason(looking: Browser) -> None:
    page = looking.get(LIST).text
    places = [page.index(words) for words in (": <bdi>asked", "closed as Won&#39;t do", MOVED)]
    assert places == sorted(places)
    assert 'title="2026-11-02 09:02:00 UTC"' in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("issue=flex-8", {"FLEX-8"}),
        ("reason=WON%27T", {"FLEX-8"}),
        ("state=handled", {"FLEX-9"}),
        ("event=comment", {"FLEX-9"}),
        ("day=2026-11-02", {"FLEX-7", "FLEX-8", "FLEX-9"}),
        ("day=2026-11-03", set()),
        ("issue=FLEX-8&state=handled", set()),
        ("reason=%3Cscript%3E", set()),
        ("reason=" + "x" * 5000, set()),
        ("issue=%00FLEX-8%00", {"FLEX-8"}),
        ("issue=%E2%80%AEFLEX&reason=%F0%9F%99%88", set()),
        ("before=nonsense", {"FLEX-7", "FLEX-8", "FLEX-9"}),
        ("before=0001-01-01T00:00:00%2B14:00~1", {"FLEX-7", "FLEX-8", "FLEX-9"}),
        ("before=2026-11-02T09:01:30%2B00:00~99999999999999999999", {"FLEX-7", "FLEX-8", "FLEX-9"}),
        ("before=2026-11-02T09:01:30%2B00:00~1", {"FLEX-7", "FLEX-8"}),
    ],
)
def test_deliveries_are_found_by_what_one_knows_of_them(looking: Browser, asked: str, found: set[str]) -> None:
    page = looking.get(f"{LIST}?{asked}")
    assert page.status_code == 200
    assert {key for key in ("FLEX-7", "FLEX-8", "FLEX-9") if f"<bdi>{key}</bdi>" in page.text} == found


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("day=yesterday", "This is not a day"),
        ("day=9999-12-31", "This is not a day"),
        ("day=%F0%9F%99%88", "This is not a day"),
        ("state=%3Cscript%3E", "There is no such state"),
    ],
)
def test_what_cannot_be_looked_for_is_a_sentence_and_everything_else_still_holds(
    looking: Browser, asked: str, words: str
) -> None:
    page = looking.get(f"{LIST}?{asked}&issue=FLEX-7")
    assert page.status_code == 422
    assert words in page.text
    assert 'value="FLEX-7"' in page.text
    assert MOVED in page.text
    assert "<script>" not in page.text


def test_a_day_is_a_day_where_the_team_is(app: Flask, owner: Browser, parts: Deployment) -> None:
    with_tenant(parts, "t2", time_zone="Pacific/Auckland")
    told(
        parts, "FLEX-1", tenant="t2", minutes=-11 * 60
    )  # 22:00 UTC on the first is eleven in the morning of the second
    page = owner.get("/admin/t2/deliveries?day=2026-11-02").text
    assert "<bdi>FLEX-1</bdi>" in page
    assert ">11:00</time>" in page


def test_older_ones_are_a_page_away_and_the_last_page_says_so(owner: Browser, parts: Deployment) -> None:
    for number in range(52):
        told(parts, f"FLEX-{number}", minutes=number)
    first = owner.get(LIST).text
    assert "<bdi>FLEX-51</bdi>" in first
    assert "<bdi>FLEX-1</bdi>" not in first
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = owner.get(older).text
    assert [f"<bdi>FLEX-{number}</bdi>" in second for number in (2, 1, 0)] == [False, True, True]
    assert 'rel="next"' not in second


def test_a_site_sees_its_own_deliveries_only(owner: Browser, parts: Deployment) -> None:
    with_tenant(parts, "t2")
    other = told(parts, "SECRET-1", tenant="t2", body=b"{}")
    assert "SECRET-1" not in owner.get(LIST).text
    assert owner.get(f"{LIST}/{other}").status_code == 404
    answer = owner.post(f"{LIST}/replay", {"delivery": str(other)})
    assert "Nothing+was+looked+at+again" in answer.headers["Location"]
    assert parts.queue.jobs() == []


# --- one delivery ---


def test_one_delivery_is_shown_without_anybodys_name(owner: Browser, parts: Deployment) -> None:
    made = told(parts, reason="asked", state=DeliveryState.HANDLED, body=recorded("issue_updated__status"))
    page = owner.get(f"{LIST}/{made}").text.partition("<pre")[2]
    assert "In Progress" in page
    assert "person 1" in page
    for personal in ("Ana", "Lima", "Ben Okafor", "5b10a2844c20165700ede21g", "monthly plans"):
        assert personal not in page


def test_a_body_that_is_not_kept_is_said(owner: Browser, parts: Deployment) -> None:
    assert "Only this line was kept of it" in owner.get(f"{LIST}/{told(parts, reason=MOVED)}").text


@pytest.mark.parametrize("body", [b"\xff\x00garbage", b"[]", b'{"a":' * 900, b"{}", b'"<script>alert(1)</script>"'])
def test_a_body_that_nobody_can_read_does_not_hide_the_rest(owner: Browser, parts: Deployment, body: bytes) -> None:
    page = owner.get(f"{LIST}/{told(parts, reason='asked', body=body)}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_what_was_said_of_a_restricted_issue_is_not_shown(owner: Browser, parts: Deployment) -> None:
    made = told(parts, reason="asked", body=recorded("issue_updated__security"))
    page = owner.get(f"{LIST}/{made}").text
    assert "Who may see this issue is limited" in page
    assert "webhookEvent" not in page


def test_what_was_said_of_an_answer_kept_within_a_team_is_not_shown(owner: Browser, parts: Deployment) -> None:
    body = recorded("issue_updated__status")
    issue = json.loads(body)["issue"]
    facts = IssueFacts(IssueId(issue["id"]), IssueKey(issue["key"]), ProjectKey("FLEX"), "A summary", "Story")
    made = told(parts, reason="asked", body=body)
    assert "webhookEvent" in owner.get(f"{LIST}/{made}").text
    with parts.db.begin() as tx:
        learnings.keep(tx, TenantId("t1"), facts, Answers("Ask.", team_only=True), 1, MONDAY)
    page = owner.get(f"{LIST}/{made}").text
    assert "kept within its team" in page
    assert "webhookEvent" not in page


@pytest.mark.parametrize("number", ["0", "-1", "700", "x", "99999999999999999999999", "٧", "%00", "1.5"])
def test_a_delivery_that_is_not_there_is_a_sentence(looking: Browser, number: str) -> None:
    answer = looking.get(f"{LIST}/{number}")
    assert answer.status_code == 404


# --- looking again ---


def test_those_that_are_ticked_are_looked_at_again_and_it_is_noted_who_did(owner: Browser, parts: Deployment) -> None:
    whole, line = told(parts, body=b"{}"), told(parts, "FLEX-8")
    answer = owner.post(f"{LIST}/replay?issue=FLEX-7", {"delivery": [str(whole), str(line)]})
    assert answer.status_code == 303
    assert "issue=FLEX-7" in answer.headers["Location"]
    page = owner.get(answer.headers["Location"]).text
    assert "One delivery is looked at again" in page
    assert "Of one delivery nothing more is kept" in page
    assert [(job.kind, job.key) for job in parts.queue.jobs()] == [(JobKind.INTERPRET, str(whole))]
    with parts.db.read() as tx:
        assert deliveries.get(tx, whole).state is DeliveryState.QUEUED
        (entry,) = audit.newest(tx, TenantId("t1"))
    assert (entry.who, entry.what, entry.after) == ("ana@example.org", "had one delivery looked at again", str(whole))


def test_all_that_are_shown_can_be_looked_at_again(owner: Browser, parts: Deployment) -> None:
    made = [told(parts, f"FLEX-{number}", body=b"{}") for number in range(3)]
    shown = owner.get(LIST).text.partition('name="shown" value="')[2].partition('"')[0]
    owner.post(f"{LIST}/replay", {"all": "yes", "shown": shown})
    assert sorted(job.key for job in parts.queue.jobs()) == sorted(map(str, made))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Nothing was ticked"),
        ({"delivery": ["x", "<script>", "", "-1", "9" * 30, "\0"]}, "Nothing was ticked"),
        ({"all": "yes", "shown": ",,"}, "Nothing was ticked"),
        ({"delivery": [str(number) for number in range(1, 102)]}, "At most 100"),
    ],
)
def test_what_cannot_be_looked_at_again_changes_nothing_and_says_why(
    owner: Browser, parts: Deployment, form: dict[str, object], words: str
) -> None:
    one = told(parts, body=b"{}")
    answer = owner.post(f"{LIST}/replay", form)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{one}"' in answer.text
    assert parts.queue.jobs() == []


@pytest.mark.parametrize("role", [Role.READER, Role.PROJECT_ADMIN])
def test_who_may_not_change_everything_looks_and_is_offered_nothing_more(
    app: Flask, parts: Deployment, role: Role
) -> None:
    made = told(parts, body=b"{}")
    browser = logged_in(app, parts, role)
    for address in (LIST, f"{LIST}/{made}"):
        page = browser.get(address)
        assert page.status_code == 200
        assert "again</button>" not in page.text
    assert browser.post(f"{LIST}/replay", {"delivery": str(made)}).status_code == 403


def test_one_whose_job_was_given_up_says_so_in_the_list(owner: Browser, parts: Deployment) -> None:
    def refuse(_key: str) -> None:
        raise Forbidden(
            "Jira answered 403 when asked to read the issue. Give the account *Browse projects*, then retry."
        )

    made = told(parts, state=DeliveryState.QUEUED, body=b"{}")
    owner.post(f"{LIST}/replay", {"delivery": str(made)})
    parts.queue.drain(dict.fromkeys(JobKind, refuse))
    for page in (owner.get(LIST).text, owner.get(f"{LIST}/{made}").text):
        assert "Give the account *Browse projects*, then retry." in page
    assert "could not be looked at" in owner.get(LIST).text


# --- with a site ---


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def test_the_page_of_a_close_tells_what_followed_and_a_replay_asks_nobody_twice(world: World) -> None:
    key = world.closed()
    app = create_app(world.deployment)
    owner = logged_in(app, world.deployment)
    told_of = next(one for one in world.deliveries() if one.issue_key == key and one.reason == "asked")
    address = f"/admin/{world.tenant_id}/deliveries"
    page = owner.get(f"{address}/{told_of.id}").text
    assert "somebody was asked" in page
    assert "nobody has answered yet" in page
    assert "Ana Sousa" not in page.partition("<h2>")[2]
    before = world.our_comments(key)
    owner.post(f"{address}/replay", {"delivery": str(told_of.id)})
    world.settle()
    assert world.our_comments(key) == before
    again = owner.get(f"{address}?issue={key}").text
    assert "already asked" in again


def test_json_of_a_delivery_stays_json(owner: Browser, parts: Deployment) -> None:
    made = told(parts, body=json.dumps({"webhookEvent": "jira:issue_updated", "<b>": "</pre>"}).encode())
    page = owner.get(f"{LIST}/{made}").text
    assert "&#34;webhookEvent&#34;: &#34;jira:issue_updated&#34;" in page
    assert "<b>" not in page
