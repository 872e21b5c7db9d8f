"""Actions: what we will do differently as issues, found by the issue they came from and the one that does them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.alone import MONDAY
from worker.domain.model import AccountId, Action, ActionState, Answers, IssueId, IssueKey, ProjectKey, TenantId
from worker.store import actions, learnings
from worker.store.database import Database
from worker.store.facts import IssueFacts

WISHED = Action(
    IssueId("10007"), IssueKey("FLEX-7"), ProjectKey("FLEX"), "Ask two resellers first.", ActionState.WISHED, MONDAY,
    owner=AccountId("ana"), due_on=date(2026, 11, 16),
)  # fmt: skip
OPEN = replace(
    WISHED, state=ActionState.OPEN, work_id=IssueId("10031"), work_key=IssueKey("FLEX-31"), status="To Do", note="Note."
)


def test_an_action_is_known_as_it_was_last_kept(db: Database, tenant: TenantId, other: TenantId) -> None:
    for one in (WISHED, OPEN, replace(OPEN, state=ActionState.DONE, settled_at=MONDAY + timedelta(days=3))):
        with db.begin() as tx:
            actions.keep(tx, tenant, one)
            assert actions.of_issue(tx, tenant, IssueId("10007")) == one
            assert actions.done_by(tx, tenant, IssueId("10031")) == (one if one.work_id else None)
            assert actions.of_issue(tx, other, IssueId("10007")) is None
            assert actions.done_by(tx, other, IssueId("10031")) is None


def test_a_projects_actions_come_oldest_first_the_newest_of_many(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        for number in (3, 1, 2):
            made = MONDAY + timedelta(days=number)
            actions.keep(tx, tenant, replace(OPEN, issue_id=IssueId(str(number)), work_id=None, made_at=made))
        actions.keep(tx, tenant, replace(OPEN, issue_id=IssueId("9"), project_key=ProjectKey("OPS"), work_id=None))
        assert [one.issue_id for one in actions.of_project(tx, tenant, "FLEX")] == ["1", "2", "3"]
        assert [one.issue_id for one in actions.of_project(tx, tenant, "FLEX", limit=2)] == ["2", "3"]


def test_open_are_those_whose_issue_is_made_and_not_closed(db: Database, tenant: TenantId, other: TenantId) -> None:
    with db.begin() as tx:
        for number, state in enumerate(ActionState):
            actions.keep(tx, tenant, replace(OPEN, issue_id=IssueId(str(number)), work_id=None, state=state))
        hidden = replace(OPEN, issue_id=IssueId("8"), project_key=ProjectKey("OPS"), visible=False)
        actions.keep(tx, tenant, hidden)
        assert [one.state for one in actions.still_open(tx, tenant, "FLEX")] == [ActionState.OPEN]
        assert [one.project_key for one in actions.still_open(tx, tenant)] == ["FLEX", "OPS"]
        assert actions.still_open(tx, other) == []


def test_an_action_is_hidden_with_either_of_its_issues(db: Database, tenant: TenantId, other: TenantId) -> None:
    with db.begin() as tx:
        actions.keep(tx, tenant, OPEN)
        actions.keep(tx, other, OPEN)
        for issue in ("10007", "10031"):
            assert actions.set_visible(tx, tenant, [IssueId(issue)], False) == 1
            assert actions.set_visible(tx, tenant, [IssueId(issue)], False) == 0
            assert actions.of_project(tx, tenant, "FLEX") == []
            assert actions.set_visible(tx, tenant, [IssueId(issue)], True) == 1
        assert actions.of_project(tx, other, "FLEX") == [OPEN]


def test_an_action_stays_hidden_with_what_was_learned(db: Database, tenant: TenantId) -> None:
    facts = IssueFacts(OPEN.issue_id, OPEN.issue_key, OPEN.project_key, "A story", "Story")
    with db.begin() as tx:
        actions.keep(tx, tenant, OPEN)
        learnings.keep(tx, tenant, facts, Answers("Ask."), 1, MONDAY)
        for kept in (learnings, actions):
            kept.set_visible(tx, tenant, [OPEN.issue_id], False)
        assert actions.set_visible(tx, tenant, [IssueId("10031")], True) == 0
        for kept in (learnings, actions):
            assert kept.set_visible(tx, tenant, [OPEN.issue_id], True) == 1
        assert actions.of_project(tx, tenant, "FLEX") == [OPEN]


def test_an_action_follows_the_keys_of_both_issues(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        actions.keep(tx, tenant, OPEN)
        for issue, key in (("10007", "PLAN-1"), ("10031", "PLAN-2")):
            facts = IssueFacts(IssueId(issue), IssueKey(key), ProjectKey("PLAN"), "Moved", "Story")
            actions.rename(tx, tenant, facts)
        one = actions.of_issue(tx, tenant, IssueId("10007"))
    assert one == replace(
        OPEN, issue_key=IssueKey("PLAN-1"), project_key=ProjectKey("PLAN"), work_key=IssueKey("PLAN-2")
    )


def test_what_was_hidden_meanwhile_is_not_shown_by_a_later_write(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        actions.keep(tx, tenant, WISHED)
        actions.set_visible(tx, tenant, [WISHED.issue_id], False)
        actions.keep(tx, tenant, OPEN)  # as it was read before
        found = actions.of_issue(tx, tenant, OPEN.issue_id)
    assert found == replace(OPEN, visible=False)


def test_words_taken_back_and_a_move_survive_a_write_of_what_was_read_before(db: Database, tenant: TenantId) -> None:
    moved = IssueFacts(OPEN.issue_id, IssueKey("SAFE-1"), ProjectKey("SAFE"), "", "")
    with db.begin() as tx:
        actions.keep(tx, tenant, WISHED)
        actions.reword(tx, tenant, OPEN.issue_id, "")
        actions.rename(tx, tenant, moved)
        actions.keep(tx, tenant, OPEN)
        kept = actions.of_issue(tx, tenant, OPEN.issue_id)
    assert kept == replace(OPEN, words="", issue_key=moved.key, project_key=moved.project_key)
