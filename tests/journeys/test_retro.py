"""A sprint starts, and there is a page to hope on; it closes, and its retro is there before the team sits down."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import BOT, EVENTS, World, make_world
from worker import onboarding, stale
from worker.domain.model import Answers, IssueId, IssueKey, JobKind, PageKey, PageState, ProjectKey
from worker.emulator.wiki_model import Page
from worker.store import learnings, sprints
from worker.store.facts import IssueFacts


def retro(world: World) -> Page:
    """The one retro on the site."""
    (only,) = [page for page in world.site.pages.values() if page.title.startswith("Retro:")]
    return only


def sprint_with_answers(world: World) -> int:
    """A sprint of five closes: a full answer, a short one, "nothing new", one unanswered, one duplicate."""
    sprint = world.sprint("Sprint 7", goal="Sell monthly plans")
    full = world.closed("Try monthly plans", sprint=sprint)
    world.reply(
        full,
        "learned: Resellers need a month's notice. #pricing\nsurprised: They read the small print.\n"
        "differently: Write to them first.\nlives at: https://example.org/checklist\n"
        "changed course\nthank me by name",
    )
    world.answer(world.closed("Faster invoices", sprint=sprint), "Batches hide slow queries.", topics="pricing")
    world.answer(world.closed("Tidy up", sprint=sprint), "", choice="nothing_new")
    world.closed("Not answered", sprint=sprint)
    world.closed("Asked before", sprint=sprint, resolution="Duplicate")
    return sprint


@pytest.fixture(scope="module")
def after_the_sprint(shared: World) -> World:
    """A world whose sprint just closed, for tests that only look."""
    sprint = sprint_with_answers(shared)
    shared.site.close_sprint(sprint, by=shared.ana)
    shared.settle()
    return shared


def test_a_closed_sprint_has_its_retro_with_every_section_within_one_settle(after_the_sprint: World) -> None:
    page = retro(after_the_sprint)
    assert page.title == "Retro: FLEX Sprint 7 (2026-11-16)"  # the day it was planned to end, when the page was made
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page.storage)
    assert headings == [
        "In short", "Still open from last time", "What do we hope to learn?", "What surprised us", "What we learned",
        "What we will do differently, and where it lives", "Thanks", "What are we missing? Where do you disagree?",
        "The numbers",
    ]  # fmt: skip
    for words in (
        "Sell monthly plans",
        "They read the small print.",
        "Batches hide slow queries.",
        after_the_sprint.ana,
    ):
        assert words in page.storage
    assert 'href="https://example.org/checklist"' in page.storage


def test_the_numbers_of_a_retro_add_up_and_name_nobody(after_the_sprint: World) -> None:
    rows = re.findall(
        r"<tr[^>]*><td[^>]*><p[^>]*>([^<]+)</p></td><td[^>]*><p[^>]*>(\d+)</p>", retro(after_the_sprint).storage
    )
    assert dict(rows) == {
        "Closes we asked about": "4",
        "Answered with a learning": "2",
        "Answered “nothing new”": "1",
        "Not answered": "1",
        "Not asked: resolution skipped": "1",
    }


def test_a_late_answer_and_a_late_silence_are_counted_when_they_come(world: World) -> None:
    sprint = world.sprint()
    key = world.closed(sprint=sprint)
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    assert "Nothing has been written down" in retro(world).storage
    world.answer(key, "Better late.")
    assert "Better late." in retro(world).storage


def test_an_issue_that_left_the_sprint_unfinished_is_not_in_its_retro(world: World) -> None:
    sprint = world.sprint()
    world.site.create_issue("FLEX", "Story", "Not finished", reporter=world.ana, sprint=sprint)
    world.answer(world.closed("Elsewhere"), "Not of this sprint.")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    assert "Not of this sprint." not in retro(world).storage


def test_the_retro_stands_under_the_projects_log_and_home_leads_to_it(after_the_sprint: World) -> None:
    log, home = after_the_sprint.page("Learning log: FLEX"), after_the_sprint.page("What we learned")
    assert (retro(after_the_sprint).parent_id, log.parent_id) == (log.id, home.id)
    assert f"/pages/{retro(after_the_sprint).id}" in home.storage
    assert {"learnloop", "learnloop-retro"} <= set(retro(after_the_sprint).labels)


# --- from its start on ---


def test_a_sprint_that_starts_has_a_page_to_hope_on_and_what_is_written_there_stays(world: World) -> None:
    sprint = world.sprint("Sprint 8", goal="Sell yearly plans")
    world.settle()
    assert "Sell yearly plans" in retro(world).storage
    assert world.site.mails == []  # nobody is mailed because a sprint began
    wish = "Whether resellers read the small print."
    room = "What do we hope to learn?</h2>"
    world.site.edit_page(retro(world).id, lambda body: body.replace(room, f"{room}<p>{wish}</p>"), by=world.ben)
    world.site.rename_page(retro(world).id, "What sprint 8 taught us", by=world.ben)
    world.reply(world.closed("Yearly plans", sprint=sprint), "learned: They do read it.")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    page = world.page("What sprint 8 taught us")
    assert wish in page.storage
    assert "They do read it." in page.storage
    assert page.storage.index(wish) < page.storage.index("They do read it.")


@ON_SQLITE_ALONE
def test_a_sprint_whose_start_nobody_told_has_its_page_at_its_end(world: World) -> None:
    (hook,) = world.site.world.webhooks.values()
    hook.events = tuple(event for event in hook.events if event != "sprint_started")
    sprint = world.sprint("Sprint 9")
    world.settle()
    assert not [page for page in world.site.pages.values() if page.title.startswith("Retro:")]
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    assert "What did we hope to learn?" in retro(world).storage


def test_each_night_a_running_sprint_is_read_again_and_its_end_is_found_though_nobody_told_it(world: World) -> None:
    sprint = world.sprint("Sprint 10")
    world.settle()
    world.reply(world.closed("Came in later", sprint=sprint), "learned: Late work teaches too.")
    assert "Late work teaches too." not in retro(world).storage
    world.tick(JobKind.PERIODS)
    assert "Late work teaches too." in retro(world).storage
    (hook,) = world.site.world.webhooks.values()
    hook.events = ()
    world.site.close_sprint(sprint, by=world.ana)
    world.later(timedelta(days=1))
    world.tick(JobKind.PERIODS)
    calls = len(world.site.requests)
    world.tick(JobKind.PERIODS)
    assert not [one for one in world.site.requests[calls:] if "/sprint/" in one.path]  # it runs no more


@ON_SQLITE_ALONE
def test_a_sprint_that_jira_does_not_show_keeps_its_page_and_is_looked_for_again(world: World) -> None:
    sprint = world.sprint("Sprint 11")
    world.settle()
    gone = world.site.world.sprints.pop(sprint)
    world.tick(JobKind.PERIODS)
    assert world.jobs("dead") == []
    assert world.row(f"retro:{sprint}").state is PageState.CURRENT
    world.site.world.sprints[sprint] = gone
    world.reply(world.closed("Back again", sprint=sprint), "learned: It was only hidden.")
    world.tick(JobKind.PERIODS)
    assert "It was only hidden." in retro(world).storage


@ON_SQLITE_ALONE
@pytest.mark.parametrize("hidden", ["sprints", "boards"])
def test_a_sprint_that_our_account_does_not_see_has_no_retro_and_no_job_is_left(
    world: World, hidden: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        sprint = world.sprint("Sprint 11")
        getattr(world.site.world, hidden).clear()
        world.settle()
    assert world.jobs() == []
    assert not [page for page in world.site.pages.values() if page.title.startswith("Retro:")]
    assert [
        one.message for one in caplog.records if f"sprint {sprint} of {world.tenant.id} has no retro" in one.message
    ]


def by_two_webhooks(world: World) -> None:
    """Two teams of one site, each with its project, its space and its webhook."""
    world.site.add_project("OPS", "Operations")
    world.site.add_space("OPSWIKI", "Operations")
    for project, space in (("FLEX", "ENG"), ("OPS", "OPSWIKI")):
        secret = f"the secret of {project} alone"
        wish = onboarding.Wish(world.site.url, jira=BOT, secret=secret, space=space, projects=(project,))
        tenant = onboarding.add_tenant(world.deployment, wish)
        world.site.add_webhook(onboarding.webhook_url(world.deployment, tenant), events=EVENTS, secret=secret)


@ON_SQLITE_ALONE
def test_a_sprint_of_another_teams_project_reaches_no_page_of_ours(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_two_webhooks) as world:
        sprint = world.sprint("Sprint 7", goal="Sell the payroll unit", project="OPS")
        world.settle()
        world.site.close_sprint(sprint, by=world.ana)
        world.settle()
        (only,) = [page for page in world.site.pages.values() if "payroll" in page.storage]
        assert only.id == world.page("Retro: OPS Sprint 7 (2026-11-16)", "OPSWIKI").id
        assert world.jobs() == []


# --- a sprint that taught more than a meeting can talk about ---


def learned_much(world: World, count: int) -> int:
    """A running sprint with `count` learnings on its issues, kept as rows, and its pages; its id."""
    sprint = world.sprint("Sprint 12")
    world.settle()
    facts = []
    for number in range(count):
        issue = world.site.issue(world.site.create_issue("FLEX", "Story", f"Story {number}", reporter=world.ana))
        facts.append(IssueFacts(IssueId(issue.id), IssueKey(issue.key), ProjectKey("FLEX"), issue.summary, "Story"))
    with world.deployment.db.begin() as tx:
        for number, one in enumerate(facts):
            moment = world.clock.now() + timedelta(seconds=number)
            learnings.keep(tx, world.tenant.id, one, Answers(f"Lesson {number}."), 1, moment)
        sprints.keep_issues(tx, world.tenant.id, sprint, [one.id for one in facts])
        stale.mark(tx, world.deployment, world.tenant.id, [PageKey(f"retro:{sprint}")])
    world.settle()
    return sprint


def lessons(page: Page) -> set[int]:
    """The numbers of the lessons on a page."""
    return {int(number) for number in re.findall(r"Lesson (\d+)\.", page.storage)}


@ON_SQLITE_ALONE
def test_what_a_retro_has_no_room_for_stands_on_a_page_below_it_and_nothing_is_lost(world: World) -> None:
    sprint = learned_much(world, 43)
    main, rest = (page for page in world.site.pages.values() if page.title.startswith("Retro:"))
    assert (rest.title, rest.parent_id) == (f"{main.title}: the rest", main.id)
    assert f"/pages/{rest.id}" in main.storage
    assert (lessons(main), lessons(rest)) == (set(range(3, 43)), {0, 1, 2})
    assert rest.id not in world.page("What we learned").storage  # home names retros alone
    world.site.edit_page(rest.id, lambda body: f"{body}<p>Ours.</p>", by=world.ben)
    with world.deployment.db.read() as tx:
        oldest = sprints.issues_of(tx, world.tenant.id, sprint)[0]
    with world.deployment.db.begin() as tx:
        stale.hide(tx, world.deployment, world.tenant.id, oldest)
    world.settle()
    assert lessons(rest) == {1, 2}
    assert "Ours.</p>" in rest.storage
