"""A Jira nobody here wrote: `jira820` (PyPI, MIT), which plays Jira Data Center 8.20, as a tenant of ours.

It sends no webhooks, so a delivery is built from the issue it shows, and signed as Jira signs. It knows one person, who
is whoever asks. What it lacks of the real one is not made up for: a test names each call it does not know, with what
becomes of the job that needs it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.second_jira import DONE, Joined, keep_tenant, second_jira
from tests.world import SECRET, make_world
from worker import onboarding
from worker.domain.model import AccountId, Hosting, IssueId, IssueKey, JobKind, PromptState, SourceKind
from worker.errors import Missing, Rejected
from worker.gateways.jira import Jira
from worker.gateways.jira_data_center import DataCenterJira
from worker.store import learnings, tenants

pytestmark = ON_SQLITE_ALONE


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Joined]:
    """The second Jira as a Data Center tenant of ours, beside the emulated site's Confluence."""
    with second_jira(tmp_path_factory.mktemp("jira820")) as jira:
        folder = tmp_path_factory.mktemp(f"learnloop-{database}")
        with make_world(folder, hosting=Hosting.DATA_CENTER, join=lambda world: keep_tenant(world, jira)) as world:
            yield Joined(jira, world)


def test_a_close_there_brings_the_question_there(joined: Joined) -> None:
    key = joined.jira.create("Try monthly plans")
    assert joined.jira.comments(key) == []
    joined.close(key)
    (comment,) = joined.jira.comments(key)
    assert comment["body"].startswith(f"[~{joined.jira.person()}] ")
    assert "What did we learn" in comment["body"]
    prompt = joined.prompt(key)
    assert prompt is not None
    assert (prompt.state, prompt.comment_id) == (PromptState.OPEN, comment["id"])


def test_after_the_answer_the_same_comment_says_thank_you(joined: Joined) -> None:
    key = joined.jira.create("Sell to teams first")
    joined.close(key)
    (asked,) = joined.jira.comments(key)
    joined.answer(key, "Small batches surface problems early.")
    (shown,) = joined.jira.comments(key)
    assert shown["id"] == asked["id"]
    assert "Thank you" in shown["body"]
    prompt = joined.prompt(key)
    assert prompt is not None
    assert prompt.state is PromptState.ANSWERED


def test_a_reply_there_answers(joined: Joined) -> None:
    key = joined.jira.create("Ask before building")
    joined.close(key)
    issue = joined.jira.ask("GET", f"/rest/api/2/issue/{key}")
    written = joined.jira.ask("POST", f"/rest/api/2/issue/{key}/comment", {"body": "learned: Ask first. #pricing"})
    author = issue["fields"]["assignee"]  # whoever asks jira820 is the same person; a real one knows who writes
    event = {
        "webhookEvent": "comment_created",
        "issue": issue,
        "comment": written | {"author": author, "updateAuthor": author},
    }
    assert joined.deliver(event) < 300
    with joined.world.deployment.db.read() as tx:
        learning = learnings.of_issue(tx, joined.world.tenant.id, IssueId(str(issue["id"])))
    assert learning is not None
    assert learning.answers.learned == "Ask first."


def test_a_delivery_signed_with_another_secret_changes_nothing_there(joined: Joined) -> None:
    key = joined.jira.create("Forged")
    joined.jira.close(key)
    body = json.dumps({"webhookEvent": "jira:issue_updated", "timestamp": 1}).encode()
    headers = {"X-Hub-Signature": "sha256=" + hmac.new(b"guessed", body, hashlib.sha256).hexdigest()}
    address = onboarding.webhook_url(joined.world.deployment, joined.world.tenant)
    assert requests.post(address, data=body, headers=headers, timeout=10).status_code == 401
    joined.world.settle()
    assert joined.jira.comments(key) == []


def test_what_it_tells_of_itself_is_read_as_data_centers(joined: Joined) -> None:
    jira = joined.doors
    assert isinstance(jira, DataCenterJira)
    assert jira.me().account_id == joined.world.tenant.own_account
    assert jira.projects() == {"FLEX": False}
    assert jira.statuses()[DONE] == "done"  # type: ignore[index]
    assert "Story Points" in {one.name for one in jira.fields()}
    assert jira.mention(AccountId(joined.jira.person())) == joined.jira.person()
    issue = jira.issue(IssueKey(joined.jira.create("Read me")))
    assert (issue.project_key, issue.type_name, issue.status_category) == ("FLEX", "Story", "new")


def test_a_page_is_linked_on_the_issue_and_the_same_link_again_replaces_it(joined: Joined) -> None:
    key = joined.jira.create("Linked")
    for title in ("Pricing", "Pricing and plans"):
        joined.doors.link_page(IssueKey(key), "learnloop=topic/pricing", "https://wiki.example.org/1", title)
    (link,) = joined.jira.ask("GET", f"/rest/api/2/issue/{key}/remotelink")
    assert (link["globalId"], link["object"]["title"]) == ("learnloop=topic/pricing", "Pricing and plans")


def test_the_read_of_a_closed_sprint_gives_the_retro_its_issues(joined: Joined) -> None:
    board = joined.jira.ask("GET", "/rest/agile/1.0/board?type=scrum")["values"][0]["id"]
    sprint = joined.jira.ask("POST", "/rest/agile/1.0/sprint", {"originBoardId": board, "name": "Sprint 7"})["id"]
    place = f"/rest/agile/1.0/sprint/{sprint}"
    joined.jira.ask("PUT", place, {"state": "active", "goal": "Sell monthly plans"})
    keys = [joined.jira.create(f"In the sprint {number}") for number in range(3)]
    joined.jira.ask("POST", f"{place}/issue", {"issues": keys})
    for key in keys:
        joined.close(key)
    joined.jira.ask("PUT", place, {"state": "closed"})
    found = joined.doors.sprint(sprint)
    assert (found.id, found.board_id, found.name, found.goal, found.state) == (
        sprint, board, "Sprint 7", "Sell monthly plans", "closed",
    )  # fmt: skip
    ids = {str(joined.jira.ask("GET", f"/rest/api/2/issue/{key}")["id"]) for key in keys}
    assert set(joined.doors.sprint_issues(sprint)) == ids


# --- what it does not know ---

LACKS: dict[str, tuple[Callable[[Jira], object], str, int]] = {
    "permissions": (lambda jira: jira.may("ADMINISTER"), "GET /rest/api/2/mypermissions", 404),
    "a search by POST": (lambda jira: jira.search("project = FLEX", 1), "POST /rest/api/2/search", 405),
    "reading issues": (lambda jira: jira.issues([IssueId("1")]), "POST /rest/api/2/search", 405),
    "a reminder": (
        lambda jira: jira.notify(IssueKey("FLEX-1"), AccountId("u01"), "What did we learn?", "It is about FLEX-1."),
        "POST /rest/api/2/issue/FLEX-1/notify",
        404,
    ),
    "a property to keep": (
        lambda jira: jira.keep_learning(IssueKey("FLEX-1"), {"learned": "Ask first."}),
        "PUT /rest/api/2/issue/FLEX-1/properties/learnloop.learning",
        404,
    ),
    "a property to drop": (
        lambda jira: jira.drop_learning(IssueKey("FLEX-1")),
        "DELETE /rest/api/2/issue/FLEX-1/properties/learnloop.learning",
        404,
    ),
    "a board's projects": (lambda jira: jira.project_of_board(1), "GET /rest/agile/1.0/board/1/project", 404),
    "webhooks": (lambda jira: jira.webhooks(), "GET /rest/webhooks/1.0/webhook", 404),
}


@pytest.mark.parametrize("lacking", list(LACKS))
def test_a_call_it_does_not_know_is_an_error_that_says_so(joined: Joined, lacking: str) -> None:
    ask, target, status = LACKS[lacking]
    method, _, path = target.partition(" ")
    assert requests.request(method, f"{joined.jira.url}{path}", json={}, timeout=10).status_code == status
    with pytest.raises((Missing, Rejected)) as caught:
        ask(joined.doors)
    assert caught.value.status == status
    assert str(caught.value).startswith(f"Jira answered {status} when asked to ")


def test_it_keeps_no_properties_of_comments_so_ours_is_not_known_again(joined: Joined) -> None:
    key = joined.jira.create("Forgotten")
    assert joined.doors.add_comment(IssueKey(key), "What did we learn?", 41)
    assert joined.doors.find_comment(IssueKey(key), 41) is None


def test_it_cannot_be_added_as_a_tenant_because_it_does_not_tell_permissions(joined: Joined) -> None:
    wish = onboarding.Wish(joined.jira.url, SourceKind.DATA_CENTER, jira=onboarding.Given("token"), secret=SECRET)
    with joined.world.deployment.db.begin() as tx:
        tenants.set_policy(tx, joined.world.tenant.id, replace(joined.world.tenant.policy, projects=("FLEX",)))
    with pytest.raises(Missing) as caught:
        onboarding.add_tenant(joined.world.deployment, replace(wish, projects=("OTHER",)))
    assert caught.value.call == "permissions"


def test_the_jobs_that_need_more_than_it_has_are_parked_with_the_call_and_stop_nobody(joined: Joined) -> None:
    key = joined.jira.create("Parked")
    joined.close(key)
    joined.answer(key, "Measure twice.")
    board = joined.jira.ask("GET", "/rest/agile/1.0/board?type=scrum")["values"][0]["id"]
    sprint = joined.jira.ask("POST", "/rest/agile/1.0/sprint", {"originBoardId": board, "name": "Sprint 8"})
    assert joined.deliver({"webhookEvent": "sprint_closed", "sprint": sprint | {"state": "closed"}}) < 300
    parked = {(job.kind, job.error.partition(":")[0]) for job in joined.world.jobs("dead")}
    assert parked == {
        (JobKind.RECORD, "Jira answered 404 when asked to keep the answer on the issue"),
        (JobKind.COMPILE, "Jira answered 405 when asked to search issues"),
    }
    assert joined.world.tenant.stopped == ""
