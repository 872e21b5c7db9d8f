"""What an admin sets, seen where it matters: who is asked about which close, by what, and where pages stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import MONDAY, World, make_world
from worker.domain.model import Hosting, JobKind, PageState, PromptState
from worker.domain.policy import Policy, ProjectRules
from worker.store.schema import closes as close_rows

pytestmark = ON_SQLITE_ALONE

rows = close_rows.c


@pytest.fixture(params=list(Hosting))
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on Cloud, and one on Data Center."""
    with make_world(tmp_path, hosting=request.param) as made:
        yield made


def searches(world: World) -> int:
    """How often we searched issues."""
    return sum("/search" in one.path and "project" not in one.path for one in world.site.requests)


def closes(world: World) -> list[str]:
    """Why each close was not asked about; empty for those that were."""
    with world.deployment.db.read() as tx:
        return [str(reason) for reason in tx.execute(select(rows.reason).order_by(rows.id)).scalars()]


def state(world: World, key: str) -> PromptState | None:
    found = world.prompt(key)
    return found.state if found else None


def test_a_jql_decides_right_before_the_comment_and_costs_one_call(either: World) -> None:
    world = either
    plain = world.closed("Without a rule")
    assert (len(world.our_comments(plain)), searches(world)) == (1, 0)
    world.rule(jql="labels = ask OR summary ~ 'wonder'")
    yes, no = world.closed("A wonder of its own"), world.closed("A plain chore")
    assert searches(world) == 2
    assert len(world.our_comments(yes)) == 1
    assert (world.our_comments(no), state(world, no)) == ([], PromptState.UNASKED)
    assert world.reasons(no)[-1] == "asked, if it matches the JQL"
    assert closes(world) == ["", "", "does not match the JQL"]
    world.tick(JobKind.SWEEP)
    assert world.our_comments(no) == []


def test_an_issue_that_matches_when_it_closes_again_is_asked_about_then(world: World) -> None:
    world.rule(jql="labels = ask")
    key = world.closed()
    assert state(world, key) is PromptState.UNASKED
    world.site.edit_issue(key, {"labels": ["ask"]}, by=world.ana)
    for status in ("In Progress", "Done"):
        world.later(timedelta(hours=1))
        world.site.transition(key, status, by=world.ana)
        world.settle()
    assert state(world, key) is PromptState.OPEN
    assert len(world.our_comments(key)) == 1


def test_a_jql_that_jira_refuses_parks_the_question_with_a_sentence_that_names_the_setting(either: World) -> None:
    world = either
    world.rule(jql="colour = red")
    key = world.closed()
    (dead,) = world.jobs("dead")
    assert dead.kind is JobKind.ASK
    assert "the setting “Only issues that match this JQL” (jql) of FLEX" in dead.error
    assert "colour" in dead.error
    assert world.our_comments(key) == []
    world.rule(jql="issuetype = Story")
    world.retry(dead.id)
    world.settle()
    assert len(world.our_comments(key)) == 1


@pytest.mark.parametrize("channel", ["panel", "field"])
def test_without_a_comment_the_question_is_open_all_the_same_and_people_are_reminded(
    world: World, channel: str
) -> None:
    world.rule(channel=channel)
    key = world.closed()
    assert (world.our_comments(key), state(world, key)) == ([], PromptState.OPEN)
    world.clock.travel_to(MONDAY + timedelta(days=1, hours=3))
    world.tick(JobKind.REMINDERS)
    assert [one.to for one in world.site.mails if one.reason == "notify"] == [world.ana]
    world.reply(key, "learned: a panel is enough")
    assert state(world, key) is PromptState.ANSWERED
    assert world.our_comments(key) == []


def test_a_comment_from_before_is_kept_true_when_comments_are_no_longer_wanted(world: World) -> None:
    key = world.closed()
    world.rule(channel="panel")
    world.reply(key, "learned: a panel is enough")
    assert "Thank you" in world.our_comment(key)


def test_a_project_has_rules_of_its_own_for_everything_about_its_closes(world: World) -> None:
    world.site.add_project("OPS", "Operations")
    own = {"whom": "reporter", "closed_statuses": ["Closed"], "issue_types": ["Story"], "channel": "panel"}
    world.rule(project_rules={"OPS": ProjectRules(own=own)})
    everywhere = world.closed(by=world.ben)
    there = world.site.create_issue("OPS", "Story", "Plans", reporter=world.ana, assignee=world.ben)
    world.site.transition(there, "Done", by=world.ben)
    world.settle()
    assert state(world, there) is None
    assert world.reasons(there)[-1] == "status does not count: To Do → Done"
    world.site.transition(there, "Closed", by=world.ben)
    world.settle()
    bug = world.closed(kind="Bug", project="OPS")
    prompt, usual = world.prompt(there), world.prompt(everywhere)
    assert prompt
    assert usual
    assert (prompt.asked, usual.asked) == (world.ana, world.ben)
    assert (len(world.our_comments(there)), len(world.our_comments(everywhere))) == (0, 1)
    assert "issue type not chosen: Bug" in world.reasons(bug)


def test_a_close_that_counts_only_now_is_found_by_the_sweep_too(world: World) -> None:
    world.rule(closed_statuses=("Closed",))
    key = world.closed()
    webhooks, world.site.world.webhooks = world.site.world.webhooks, {}
    world.later(timedelta(minutes=5))
    world.site.transition(key, "Closed", by=world.ana)
    world.later(timedelta(minutes=5))
    world.site.world.webhooks = webhooks
    assert state(world, key) is None
    world.tick(JobKind.SWEEP)
    assert state(world, key) is PromptState.OPEN


def test_a_form_asks_what_was_chosen_and_offers_the_topics_that_were(world: World) -> None:
    world.rule(questions=("lives_at",), topics=("Release Notes",), topic_aliases={"db": "databases"})
    key = world.closed()
    page = requests.get(world.link(key), timeout=10).text
    assert 'name="lives_at"' in page
    assert 'name="surprised"' not in page
    assert re.findall(r'data-topic="([^"]+)"', page)[0] == "release-notes"
    world.reply(key, "learned: ask early\nsurprised: nobody knew\n#db #Databases")
    world.answer(key, "Ask earlier.", topics="db pricing")
    learning = world.learning(key)
    assert learning
    assert (learning.answers.learned, learning.answers.surprised) == ("Ask earlier.", "nobody knew")
    assert learning.answers.topics == ("databases", "pricing")


def test_the_page_that_says_a_link_is_over_names_the_days_it_was_good_for(world: World) -> None:
    world.rule(link_days=1)
    key = world.closed()
    link = world.link(key)
    world.answer(key)
    world.later(timedelta(days=2))
    closed = requests.get(link, timeout=10)
    assert closed.status_code == 410
    assert "while the question was open and 1 day after" in closed.text


def test_our_home_page_is_made_below_the_page_that_was_named(either: World) -> None:
    world = either
    above = world.site.create_page("ENG", "Engineering handbook", "<p>Ours</p>")
    world.rule(parent_page=above)
    world.answer(world.closed())
    assert world.page("What we learned").parent_id == above
    assert world.page(world.row("log:FLEX").title).parent_id == world.row("home").page_id


def test_a_page_above_that_is_not_there_is_said_and_tried_again_once_it_is_corrected(world: World) -> None:
    world.rule(parent_page="999999")
    world.answer(world.closed())
    row = world.row("home")
    assert row.state is PageState.REFUSED
    assert "below 999999, the setting “Id of the page above ours”" in row.reason
    world.rule(parent_page=Policy().parent_page)
    world.tick(JobKind.COMPILE_ALL)
    assert world.row("home").state is PageState.CURRENT
    assert world.row("log:FLEX").state is PageState.CURRENT


def test_a_new_private_project_keeps_the_settings_it_has(world: World) -> None:
    world.site.add_project("SAFE", "Safety", private=True)
    world.site.admit("SAFE", world.bot)
    world.rule(project_rules={"SAFE": ProjectRules("SFE", own={"whom": "assignee"})})
    world.tick(JobKind.CHECK_PAGES)
    assert world.tenant.policy.rules("SAFE") == ProjectRules("SFE", True, {"whom": "assignee"})
