"""What an admin sees of jobs: what failed and what to do, why others wait; and what retrying and dropping do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial

import pytest
from flask import Flask

from tests.admin.browsing import Browser, logged_in
from tests.alone import MONDAY, StillClock, deployed, with_tenant
from webhooks.admin.job_words import KINDS, Around, behind, what_went_wrong, why
from webhooks.app import create_app
from worker.deployment import Deployment
from worker.domain import spans
from worker.domain.model import (
    AccountId,
    Issue,
    IssueId,
    IssueKey,
    JobKind,
    ProjectKey,
    StatusCategory,
    StatusId,
    TenantId,
)
from worker.errors import Forbidden, Unavailable
from worker.queue import Job
from worker.store import audit, pauses, prompts, tenants
from worker.store.accounts import Role
from worker.store.pauses import Pause

JOBS = "/admin/t1/jobs"
REFUSED = "Jira answered 403 when asked to comment. Give the account *Add comments*, then retry."
SITE_DOWN = "Jira answered 503 when asked to comment. It is tried again."


def put(parts: Deployment, key: str, kind: JobKind = JobKind.ASK, tenant: str = "t1", wait: int = 0) -> None:
    """Enqueue a job about an issue, due in so many minutes."""
    with parts.db.begin() as tx:
        due = parts.clock.now() + timedelta(minutes=wait) if wait else None
        parts.queue.put(tx, kind, f"{tenant}/{key}", f"issue:{tenant}/{key}", not_before=due)


def failing(error: Exception) -> dict[JobKind, object]:
    def fail(_key: str) -> None:
        raise error

    return dict.fromkeys(JobKind, fail)


def dead(
    parts: Deployment, *keys: str, kind: JobKind = JobKind.ASK, tenant: str = "t1", error: Exception | None = None
) -> None:
    """Jobs that were given up."""
    for key in keys:
        put(parts, key, kind, tenant)
    parts.queue.drain(failing(error or Forbidden(REFUSED, status=403)))  # type: ignore[arg-type] # each raises


def states(parts: Deployment) -> dict[str, str]:
    return {job.key: job.state for job in parts.queue.jobs()}


def ids(parts: Deployment) -> list[str]:
    return [str(job.id) for job in parts.queue.jobs("dead")]


def test_when_nothing_is_to_be_done_the_page_says_what_would_appear(owner: Browser) -> None:
    page = owner.get(JOBS)
    assert page.status_code == 200
    assert "Nothing failed for good" in page.text
    assert "Nothing waits" in page.text


def test_a_dead_job_says_what_it_was_for_what_went_wrong_and_what_to_do(owner: Browser, parts: Deployment) -> None:
    where = (IssueId("7"), IssueKey("FLEX-7"), ProjectKey("FLEX"))
    issue = Issue(*where, "Monthly", "Story", False, StatusId("3"), StatusCategory.DONE)
    with parts.db.begin() as tx:
        prompts.open_one(tx, TenantId("t1"), issue, AccountId("ana"), MONDAY, MONDAY)
    dead(parts, "7", "8")
    page = owner.get(JOBS).text
    assert "Ask about FLEX-7" in page
    assert "Ask about issue 8" in page
    assert page.count(REFUSED) == 2


def test_a_mistake_of_ours_is_said_to_be_one(owner: Browser, parts: Deployment) -> None:
    put(parts, "7")
    for _ in range(3):
        parts.queue.drain(failing(KeyError("<script>")))  # type: ignore[arg-type] # each raises
        assert isinstance(parts.clock, StillClock)
        parts.clock.forward(timedelta(minutes=1))
    page = owner.get(JOBS).text
    assert "This is a mistake of LearnLoop&#39;s own" in page
    assert "tried 3 times" in page
    assert "<script>" not in page


def test_waiting_jobs_say_why_they_wait_in_the_teams_time_with_utc_on_hover(owner: Browser, parts: Deployment) -> None:
    with parts.db.begin() as tx:
        tenant = tenants.get(tx, TenantId("t1"))
        tenants.set_policy(tx, tenant.id, replace(tenant.policy, time_zone="Europe/Helsinki"))
    put(parts, "log:FLEX", JobKind.COMPILE, wait=30)
    put(parts, "7")
    parts.queue.drain(failing(Unavailable(SITE_DOWN, status=503, call="comment")))  # type: ignore[arg-type] # each raises
    page = owner.get(JOBS).text
    assert "Changes gather, so that they become one version. It begins at 11:30." in page
    assert 'title="2026-11-02 09:30:00 UTC">11:30</time>' in page
    assert f"It was tried once and is tried again at 11:00. {SITE_DOWN}" in page


def test_a_stopped_site_is_said_first(owner: Browser, parts: Deployment) -> None:
    with parts.db.begin() as tx:
        tenants.stop(tx, TenantId("t1"), "Jira answered 401. Give a new token.")
    put(parts, "7")
    assert owner.get(JOBS).text.count("Nothing is tried for this site: Jira answered 401.") == 2


@pytest.mark.parametrize("scope", ["tenant", "product:jira", "product:confluence"])
def test_a_limit_of_the_site_or_of_a_whole_product_is_why_a_job_waits(
    owner: Browser, parts: Deployment, scope: str
) -> None:
    put(parts, "7")
    with parts.db.begin() as tx:
        pauses.set_pause(tx, TenantId("t1"), replace(QUOTA, scope=scope))
    assert "The site limits our calls (jira-quota-tenant-based)" in owner.get(JOBS).text


def test_a_site_sees_its_own_jobs_only_and_touches_no_others(owner: Browser, parts: Deployment) -> None:
    with_tenant(parts, "t2")
    dead(parts, "SECRET", tenant="t2")
    (theirs,) = ids(parts)
    assert "SECRET" not in owner.get(JOBS).text
    for action in ("retry", "drop"):
        assert owner.post(f"{JOBS}/{action}", {"id": theirs, "seen": theirs}).status_code == 303
    assert "no+such+job" in owner.get(f"{JOBS}/drop?id={theirs}").headers["Location"]
    assert states(parts) == {"t2/SECRET": "dead"}


def test_many_are_shown_a_page_at_a_time(owner: Browser, parts: Deployment) -> None:
    for number in range(53):
        put(parts, f"{number:02}", wait=number + 1)
    first = owner.get(f"{JOBS}?state=waiting").text
    assert ("issue 49" in first, "issue 50" in first) == (True, False)
    further = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = owner.get(further).text
    assert ("issue 49" in second, "issue 50" in second, "issue 52" in second) == (False, True, True)


# --- doing ---


def test_one_is_retried_and_it_is_noted_who_did(owner: Browser, parts: Deployment) -> None:
    dead(parts, "7", "8")
    page = owner.get(owner.post(f"{JOBS}/retry", {"id": ids(parts)[0]}).headers["Location"]).text
    assert "One job is tried again now." in page
    assert states(parts) == {"t1/7": "waiting", "t1/8": "dead"}
    with parts.db.read() as tx:
        (entry,) = audit.newest(tx, TenantId("t1"))
    assert (entry.who, entry.what, entry.before) == ("ana@example.org", "retried one job", "Ask about issue 7")


def test_all_of_a_kind_are_retried_and_others_stay(owner: Browser, parts: Deployment) -> None:
    dead(parts, "7", "8")
    dead(parts, "9", kind=JobKind.LINK)
    page = owner.get(owner.post(f"{JOBS}/retry", {"kind": "ask"}).headers["Location"]).text
    assert "2 jobs are tried again now." in page
    assert states(parts) == {"t1/7": "waiting", "t1/8": "waiting", "t1/9": "dead"}


def test_dropping_asks_first_names_what_is_lost_and_drops_only_what_was_shown(
    owner: Browser, parts: Deployment
) -> None:
    dead(parts, "7", "8")
    page = owner.get(f"{JOBS}/drop?kind=ask").text
    assert "Drop 2 jobs?" in page
    assert "the question: nobody is asked on the issue" in page
    assert "Ask about issue 8" in page
    assert states(parts) == {"t1/7": "dead", "t1/8": "dead"}
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    dead(parts, "9")
    answer = owner.post(f"{JOBS}/drop?kind=ask", {"seen": seen})
    assert "2 jobs were dropped." in owner.get(answer.headers["Location"]).text
    assert states(parts) == {"t1/9": "dead"}
    with parts.db.read() as tx:
        (entry,) = audit.newest(tx, TenantId("t1"))
    assert (entry.what, entry.before) == ("dropped 2 jobs", "Ask about issue 7\nAsk about issue 8")


def test_what_another_admin_did_meanwhile_is_said(app: Flask, owner: Browser, parts: Deployment) -> None:
    dead(parts, "7")
    (one,) = ids(parts)
    other = logged_in(app, parts, email="bo@example.org")
    other.post(f"{JOBS}/retry", {"id": one})
    for answer in (owner.post(f"{JOBS}/retry", {"id": one}), owner.post(f"{JOBS}/drop", {"seen": one})):
        assert "it was retried or dropped meanwhile" in owner.get(answer.headers["Location"]).text
    assert states(parts) == {"t1/7": "waiting"}


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, Deployment]]:
    """An owner's browser and its LearnLoop, in which one job is dead."""
    parts = deployed(tmp_path_factory.mktemp("looking"), StillClock())
    with_tenant(parts)
    dead(parts, "7")
    yield logged_in(create_app(parts), parts), parts
    parts.close()


BAD = ["", "0", "-1", "x", "<script>alert(1)</script>", "9" * 30, "٧", "\0", "🙈", "\u202e7", "7" * 100_000]


@pytest.mark.parametrize("text", BAD)
def test_a_job_that_cannot_be_meant_is_a_sentence_and_changes_nothing(
    looking: tuple[Browser, Deployment], text: str
) -> None:
    owner, parts = looking
    answers = [
        owner.post(f"{JOBS}/retry", {"id": text}),
        owner.post(f"{JOBS}/retry", {"kind": text}),
        owner.post(f"{JOBS}/drop", {"seen": text}),
    ]
    if len(text) < 1_000:
        answers += [owner.client.get(f"{JOBS}/drop", query_string={"id": text, "kind": text})]
        query = {"state": text, "kind": text, "after": text}
        answers += [owner.client.get(JOBS, query_string=query | more) for more in ({}, {"state": "waiting"})]
    assert {answer.status_code for answer in answers} <= {200, 303, 404}
    assert all("<script>alert" not in answer.text for answer in answers)
    assert states(parts) == {"t1/7": "dead"}


@pytest.mark.parametrize("role", [Role.READER, Role.PROJECT_ADMIN])
def test_who_may_not_change_everything_looks_and_is_offered_nothing_more(
    app: Flask, parts: Deployment, role: Role
) -> None:
    dead(parts, "7")
    browser = logged_in(app, parts, role)
    page = browser.get(JOBS).text
    assert REFUSED in page
    assert "Retry" not in page
    assert "Drop" not in page
    (one,) = ids(parts)
    refused = [browser.post(f"{JOBS}/{action}", {"id": one, "seen": one}) for action in ("retry", "drop")]
    assert [answer.status_code for answer in [*refused, browser.get(f"{JOBS}/drop?id={one}")]] == [403] * 3


# --- words ---


def test_every_kind_of_job_has_its_words() -> None:
    assert set(KINDS) == set(JobKind)


def job(
    number: int = 1, *, lane: str = "issue:t1/7", state: str = "waiting", due: int = 0, error: str = "", tries: int = 0
) -> Job:
    """A job that is due so many minutes after nine."""
    return Job(number, JobKind.ASK, "t1/7", lane, state, MONDAY + timedelta(minutes=due), tries, error, "")


QUOTA = Pause("tenant", MONDAY + timedelta(hours=3), "jira-quota-tenant-based")


@pytest.mark.parametrize(
    ("one", "around", "words"),
    [
        (job(), Around(MONDAY), "It is next."),
        (job(due=5), Around(MONDAY), "It begins at 09:05."),
        (job(due=5, error="Down.", tries=2), Around(MONDAY), "It was tried twice and is tried again at 09:05. Down."),
        (job(due=180, error="Limit."), Around(MONDAY), "It begins again at 12:00. Limit."),
        (job(), Around(MONDAY, pause=QUOTA), "The site limits our calls (jira-quota-tenant-based) until 12:00."),
        (job(), Around(MONDAY, behind=frozenset([1])), "It waits for the job before it about the same thing."),
        (job(), Around(MONDAY, running=4), "It waits for its turn: a few jobs of a site run at once, others do now."),
        (job(due=-2), Around(MONDAY), "It has been due since 08:58 and no worker has taken it. Is one running?"),
        (job(due=5), Around(MONDAY, stopped="Token."), "Nothing is tried for this site: Token."),
    ],
)  # fmt: skip
def test_why_a_job_waits_is_said_in_one_sentence(one: Job, around: Around, words: str) -> None:
    assert why(one, around, partial(spans.said, zone=UTC, now=MONDAY)) == words


@pytest.mark.parametrize(
    ("other", "waits"),
    [
        (job(2, state="running", due=5), True),
        (job(2, due=-5), True),
        (job(2, due=60, error="Down."), True),
        (job(2, due=5), False),
        (job(2, due=-5, state="dead", error="No."), False),
        (job(2, due=-5, lane="issue:t1/8"), False),
    ],
)
def test_a_job_is_behind_whatever_holds_its_lane(other: Job, waits: bool) -> None:
    assert behind([job(1)], [job(1), other]) == ({1} if waits else set())


@pytest.mark.parametrize(
    ("error", "words"),
    [(REFUSED, REFUSED), ("", "nothing is known"), ("KeyError: 'x'", "a mistake of LearnLoop's own: KeyError: 'x'")],
)
def test_what_went_wrong_is_a_sentence(error: str, words: str) -> None:
    assert words in what_went_wrong(job(state="dead", error=error, tries=1))
