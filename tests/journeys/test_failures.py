"""The site fails in every way it can: nothing is doubled, nothing is lost, and what cannot work says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World
from worker import installing
from worker.domain.model import JobKind, PageState

pytestmark = ON_SQLITE_ALONE

# The request was done and its answer not heard; or nothing was done: the connection dropped, or a 500.
FAULTS = ["lost_response", "truncated", "reset", "status"]


def soon(world: World) -> None:
    """Long enough for the first tries again."""
    for _ in range(3):
        world.later(timedelta(seconds=30))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_question_whose_answer_is_not_heard_is_asked_once(shared: World, fault: str) -> None:
    shared.site.fault("POST", r"/comment$", kind=fault)
    key = shared.closed()
    soon(shared)
    (comment,) = shared.site.comments(key)
    prompt = shared.prompt(key)
    assert prompt is not None
    assert prompt.comment_id == comment.id
    assert shared.jobs() == []


def test_a_comment_that_was_not_heard_of_is_looked_for_while_a_slow_site_may_still_be_at_it(world: World) -> None:
    """Of what was cut off we cannot know whether the site goes on with it; two timeouts later it does not."""
    world.site.fault("POST", r"/comment$", kind="reset")
    key = world.closed()
    world.later(timedelta(seconds=6))
    assert world.our_comments(key) == []
    assert "we look again before we repeat it" in world.jobs("waiting")[0].error
    world.later(timedelta(seconds=5))
    assert len(world.our_comments(key)) == 1
    asked = [one for one in world.writes() if one.endswith("/comment")]
    assert len(asked) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_comment_that_was_certainly_not_written_does_not_wait_for_that(world: World, status: int) -> None:
    world.site.fault("POST", r"/comment$", status=status, headers={"Retry-After": "1"})
    key = world.closed()
    world.later(timedelta(seconds=8))
    assert len(world.our_comments(key)) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_whose_creation_is_not_heard_is_created_once(world: World, fault: str) -> None:
    world.site.fault("POST", r"/wiki/api/v2/pages$", kind=fault, times=2)
    world.answer(world.closed(), "Ask first.", topics="pricing")
    soon(world)
    titles = [page.title for page in world.site.pages.values() if page.author == world.bot]
    assert sorted(titles) == ["Learning log: FLEX", "Learnings: pricing", "What we learned"]
    for key, title in (("home", "What we learned"), ("log:FLEX", "Learning log: FLEX")):
        assert (world.row(key).page_id, world.row(key).state) == (world.page(title).id, PageState.CURRENT)
        assert [one.key for one in world.page(title).properties] == ["learnloop"]
    assert world.jobs() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_an_update_that_is_not_heard_is_written_once(shared: World, fault: str) -> None:
    shared.answer(shared.closed("One"), f"Before the {fault}.")
    page = shared.page("Learning log: FLEX")
    before = page.version
    shared.site.fault("PUT", f"/wiki/api/v2/pages/{page.id}$", kind=fault)
    shared.answer(shared.closed("Two"), f"After the {fault}.")
    soon(shared)
    assert (page.version, shared.row("log:FLEX").version) == (before + 1, before + 1)
    assert shared.row("log:FLEX").state is PageState.CURRENT
    assert page.storage.count(f"After the {fault}.") == 1


@pytest.mark.parametrize("step", [r"/properties$", r"/label$"])
def test_a_page_half_made_is_finished_and_not_made_again(world: World, step: str) -> None:
    world.site.fault("POST", f"/wiki/.*{step}", kind="lost_response")
    world.answer(world.closed(), "First.")
    soon(world)
    home = world.page("What we learned")
    assert [one.key for one in home.properties] == ["learnloop"]
    assert "learnloop" in home.labels
    assert world.jobs() == []


def test_somebody_elses_save_in_between_is_read_again_and_written_over_nothing(world: World) -> None:
    world.answer(world.closed("One"), "First.")
    world.site.fault("PUT", r"/wiki/api/v2/pages/", status=409)
    world.answer(world.closed("Two"), "Second.")
    assert "Second." in world.page("Learning log: FLEX").storage
    assert world.row("log:FLEX").state is PageState.CURRENT
    assert world.jobs() == []


def test_a_stubborn_conflict_is_tried_again_later(shared: World) -> None:
    shared.answer(shared.closed("One"), "Before a stubborn conflict.")
    page = shared.page("Learning log: FLEX")
    shared.site.fault("PUT", f"/wiki/api/v2/pages/{page.id}$", status=409, times=2)
    shared.answer(shared.closed("Two"), "After a stubborn conflict.")
    assert "After a stubborn conflict." not in page.storage
    soon(shared)
    assert "After a stubborn conflict." in page.storage


@pytest.mark.parametrize(
    ("reason", "retry_after"),
    [
        ("jira-per-issue-on-write", "30"),
        ("jira-burst-based", "30"),
        ("jira-quota-tenant-based", "30"),
        ("jira-quota-global-based", ""),
        ("", ""),
    ],
)
def test_a_limit_moves_work_to_later_without_counting_as_a_failure(
    shared: World, reason: str, retry_after: str
) -> None:
    said = {"RateLimit-Reason": reason, "Retry-After": retry_after}
    shared.site.fault("POST", r"/comment$", status=429, headers={name: value for name, value in said.items() if value})
    key = shared.closed()
    assert shared.our_comments(key) == []
    (waiting,) = shared.jobs()
    assert (waiting.state, waiting.tries) == ("waiting", 0)
    assert "limit" in waiting.error
    shared.later(timedelta(hours=1))
    assert "What did we learn?" in shared.our_comment(key)
    assert shared.jobs() == []


def test_the_limit_of_one_issue_holds_up_no_other(world: World) -> None:
    limit = {"RateLimit-Reason": "jira-per-issue-on-write", "Retry-After": "600"}
    world.site.fault("POST", r"/issue/FLEX-1/comment$", status=429, headers=limit)
    held, free = world.closed("One"), world.closed("Two")
    assert (len(world.our_comments(held)), len(world.our_comments(free))) == (0, 1)


def test_a_quota_rests_the_whole_tenant_until_it_resets(world: World) -> None:
    limit = {"RateLimit-Reason": "jira-quota-tenant-based", "Retry-After": "600"}
    world.site.fault("POST", r"/comment$", status=429, headers=limit)
    first = world.closed("One")
    before = len(world.site.requests)
    second = world.closed("Two")
    assert len(world.site.requests) == before
    world.later(timedelta(minutes=11))
    assert [len(world.our_comments(key)) for key in (first, second)] == [1, 1]


def test_a_limit_of_confluence_holds_up_no_comment(world: World) -> None:
    world.site.fault("POST", r"/wiki/api/v2/pages$", status=429, headers={"Retry-After": "60"})
    key = world.closed()
    world.answer(key, "First.")
    assert "Thank you" in world.our_comment(key)
    world.later(timedelta(minutes=2))
    assert "First." in world.page("Learning log: FLEX").storage


def test_an_outage_of_some_hours_loses_nothing(world: World) -> None:
    world.site.fault("*", r"/(rest|wiki)/", status=503, times=8)
    key = world.closed()
    for _ in range(12):
        world.later(timedelta(hours=1))
    world.answer(key, "First.")
    assert "First." in world.page("Learning log: FLEX").storage
    assert world.jobs() == []


def test_refused_credentials_stop_the_tenant_after_one_try_and_say_so(world: World) -> None:
    world.site.remove_token(world.bot)
    world.closed("One")
    world.closed("Two")
    soon(world)
    assert [one.status for one in world.site.requests if one.status == 401] == [401]
    assert "the token is wrong, has expired or is of another kind" in world.tenant.stopped
    assert {job.state for job in world.jobs()} == {"dead"}
    assert all("token" in job.error for job in world.jobs())


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {"id": "10001", "key": "FLEX-1", "fields": {}}), (404, {"errorMessages": ["It does not exist."]})],
)
def test_an_expired_token_that_is_answered_as_nobody_loses_no_close(
    world: World, status: int, body: dict[str, object]
) -> None:
    nobody = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
    world.site.fault("GET", "/rest/api/3/issue/", status=status, headers=nobody, body=body)
    key = world.closed()
    assert "the token is wrong, has expired" in world.tenant.stopped
    with world.deployment.db.begin() as tx:
        assert installing.resume(tx, world.deployment, world.tenant.id) > 0
    world.settle()
    assert "What did we learn?" in world.our_comment(key)


def test_a_site_that_is_starting_behind_its_proxy_loses_no_close_and_no_page(world: World) -> None:
    world.site.fault("GET", "/rest/api/3/issue/", kind="html", status=404)
    key = world.closed()
    world.later(timedelta(minutes=1))
    assert "What did we learn?" in world.our_comment(key)
    world.site.fault("*", "/wiki/api/v2/pages", kind="html", status=404)
    world.answer(key, "First.")
    world.later(timedelta(minutes=1))
    assert "First." in world.page("Learning log: FLEX").storage


def test_a_tenant_that_goes_on_finishes_what_was_parked(world: World) -> None:
    world.site.fault("POST", r"/comment$", status=401)
    key = world.closed()
    with world.deployment.db.begin() as tx:
        assert installing.resume(tx, world.deployment, world.tenant.id) > 0
    world.settle()
    assert "What did we learn?" in world.our_comment(key)


def test_a_space_we_may_not_write_in_parks_the_page_with_what_to_do(world: World) -> None:
    world.site.restrict("ENG", world.bot)
    key = world.closed()
    world.answer(key, "First.")
    (parked,) = world.jobs("dead")
    assert "answered 403 when asked to create the page" in parked.error
    assert "*Add page*" in parked.error
    assert "Thank you" in world.our_comment(key)

    world.site.unrestrict("ENG", world.bot)
    assert world.retry(parked.id)
    world.settle()
    assert "First." in world.page("Learning log: FLEX").storage


def test_a_job_of_ours_that_ran_twice_changes_nothing(world: World) -> None:
    key = world.closed()
    world.answer(key, "First.", topics="pricing")
    before = world.writes()
    issue = f"{world.tenant.id}/{world.site.issue(key).id}"
    for kind, subject in (
        (JobKind.ASK, issue), (JobKind.SHOW, issue), (JobKind.COMPILE, f"{world.tenant.id}/log:FLEX"),
    ):  # fmt: skip
        world.handlers[kind](subject)
    assert world.writes() == before
