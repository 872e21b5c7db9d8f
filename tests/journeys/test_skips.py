"""Closes nobody is asked about: each with a named reason in the deliveries list, none with a comment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import MONDAY, World

pytestmark = ON_SQLITE_ALONE


def assert_nobody_was_asked(world: World, key: str, reason: str) -> None:
    assert reason in world.reasons(key)
    assert world.prompt(key) is None
    assert world.our_comments(key) == []


@pytest.mark.parametrize("resolution", ["Won't Do", "Duplicate", "Cannot Reproduce"])
def test_a_close_without_the_work_done_is_not_asked_about(shared: World, resolution: str) -> None:
    key = shared.closed(resolution=resolution)
    assert_nobody_was_asked(shared, key, f"resolution skipped: closed as {resolution}")


def test_a_resolution_is_asked_about_when_the_policy_says_so(world: World) -> None:
    world.rule(skipped_resolutions=())
    key = world.closed(resolution="Won't Do")
    assert world.reasons(key)[-1] == "asked"


def test_a_sub_task_leaves_its_lesson_to_its_parent(shared: World) -> None:
    parent = shared.site.create_issue("FLEX", "Story", "Monthly plans", reporter=shared.ana)
    child = shared.site.create_issue("FLEX", "Sub-task", "Write the job", parent=parent, assignee=shared.ana)
    shared.site.transition(child, "Done", by=shared.ana)
    shared.settle()
    assert_nobody_was_asked(shared, child, "sub-task")


def test_a_service_request_is_not_commented_on_where_a_customer_reads(shared: World) -> None:
    shared.site.add_project("HELP", "Help Center", kind="service_desk")
    key = shared.site.create_issue("HELP", "Service Request", "I cannot log in", assignee=shared.ana)
    shared.site.transition(key, "Resolved", by=shared.ana)
    shared.settle()
    assert_nobody_was_asked(shared, key, "service desk project: HELP")


def test_a_project_that_was_not_chosen_is_left_alone(world: World) -> None:
    world.site.add_project("OPS", "Operations")
    world.rule(projects=("FLEX",))
    key = world.closed(project="OPS")
    assert_nobody_was_asked(world, key, "project not chosen: OPS")


def test_a_change_of_our_own_account_asks_nobody(shared: World) -> None:
    key = shared.closed(by=shared.bot)
    assert_nobody_was_asked(shared, key, "a change by our own account")


def test_a_close_before_the_switching_on_stays_history(world: World) -> None:
    world.clock.travel_to(MONDAY - timedelta(days=1))
    key = world.closed()
    assert_nobody_was_asked(world, key, "closed before LearnLoop was switched on")


def test_moving_on_between_two_done_statuses_is_no_close(shared: World) -> None:
    key = shared.closed()
    shared.site.transition(key, "Closed", by=shared.ben)
    shared.settle()
    assert "not a close: Done → Closed" in shared.reasons(key)
    assert len(shared.our_comments(key)) == 1


def test_when_an_automation_closes_the_assignee_is_asked(shared: World) -> None:
    robot = shared.site.add_person("Automation for Jira", account_type="app")
    key = shared.closed(by=robot)
    prompt = shared.prompt(key)
    assert prompt is not None
    assert prompt.asked == shared.ana
    assert shared.ana in shared.our_comment(key)


@pytest.mark.parametrize("assigned", [False, True])
def test_an_automation_closing_what_nobody_here_works_on_finds_nobody_to_ask(world: World, assigned: bool) -> None:
    robot = world.site.add_person("Automation for Jira", account_type="app")
    key = world.site.create_issue(
        "FLEX", "Bug", "Stale build", reporter=world.ben, assignee=world.ana if assigned else None
    )
    world.site.close_person(world.ana)
    world.site.transition(key, "Done", by=robot)
    world.settle()
    assert_nobody_was_asked(world, key, "nobody to ask")


def test_an_issue_reopened_before_the_question_was_written_gets_no_comment(shared: World) -> None:
    key = shared.site.create_issue("FLEX", "Story", "Try yearly plans", reporter=shared.ana, assignee=shared.ana)
    shared.site.transition(key, "Done", by=shared.ana)
    shared.site.transition(key, "In Progress", by=shared.ana)
    shared.settle()
    assert shared.our_comments(key) == []
    assert "withdrawn: the issue was reopened" in shared.reasons(key)


def test_an_answered_issue_that_closes_again_is_not_asked_about_again(shared: World) -> None:
    key = shared.closed()
    shared.answer(key)
    shared.site.transition(key, "In Progress", by=shared.ana)
    shared.site.transition(key, "Done", by=shared.ana)
    shared.settle()
    assert "already asked: answered" in shared.reasons(key)
    assert "Thank you" in shared.our_comment(key)
