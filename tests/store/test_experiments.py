"""Experiments: kept as they were given, found by project and sprint, and reminded of once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.alone import MONDAY
from tests.domain.nouns import ANA
from worker.domain.model import Answers, Course, Experiment, IssueId, IssueKey, Outcome, ProjectKey, Sprint, TenantId
from worker.store import experiments, learnings, sprints
from worker.store.database import Database
from worker.store.facts import IssueFacts

DAY = timedelta(days=1)
REVIEW = date(2026, 11, 9)
EVERYTHING: dict[str, Any] = {
    "guardrail": "Five calls.",
    "success": "Ten trials.",
    "review_on": REVIEW,
    "owner": ANA,
    "outcome": Outcome.REFUTED,
    "course": Course.CHANGE,
    "concluded_at": MONDAY + DAY,
    "reminded_at": MONDAY,
    "visible": False,
}


def trial(number: int, project: str = "FLEX", **told: Any) -> Experiment:
    """An experiment that began a day later for each number."""
    named = (IssueId(str(number)), IssueKey(f"{project}-{number}"), ProjectKey(project), "A spike", "Spike")
    return Experiment(*named, f"Hypothesis {number}.", MONDAY + number * DAY, **told)


def kept(db: Database, tenant: TenantId, *given: Experiment) -> None:
    with db.begin() as tx:
        for one in given:
            experiments.keep(tx, tenant, one)


def numbers(found: list[Experiment]) -> list[int]:
    return [int(one.issue_id) for one in found]


def due(db: Database, tenant: TenantId, day: date = REVIEW) -> list[int]:
    with db.read() as tx:
        return numbers(experiments.to_review(tx, tenant, day - timedelta(days=14), day))


@pytest.mark.parametrize("told", [EVERYTHING, {}], ids=["everything", "hypothesis alone"])
def test_an_experiment_is_read_as_it_was_kept_and_the_last_one_stands(
    db: Database, tenant: TenantId, other: TenantId, told: dict[str, Any]
) -> None:
    one = trial(7, **told)
    kept(db, tenant, trial(7), one)
    with db.read() as tx:
        assert experiments.of_issue(tx, tenant, IssueId("7")) == one
        assert experiments.of_issue(tx, other, IssueId("7")) is None
        assert experiments.of_issue(tx, tenant, IssueId("8")) is None


def test_a_project_shows_its_own_the_newest_first_and_no_more_than_asked(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    kept(db, tenant, trial(1), trial(2), trial(3, visible=False), trial(4, "OPS"))
    kept(db, other, trial(5))
    with db.read() as tx:
        assert numbers(experiments.of_project(tx, tenant, "FLEX")) == [2, 1]
        assert numbers(experiments.of_project(tx, tenant, "FLEX", 1)) == [2]


def test_a_sprint_has_those_of_its_issues_and_those_concluded_meanwhile(db: Database, tenant: TenantId) -> None:
    ended = MONDAY + 14 * DAY
    inside: dict[str, Any] = {"outcome": Outcome.REFUTED, "concluded_at": MONDAY + DAY}
    before = MONDAY - DAY
    kept(
        db, tenant, trial(1), trial(2, **inside), trial(3, "OPS", **inside),
        trial(4, outcome=Outcome.REFUTED, concluded_at=before), trial(5), trial(6, visible=False),
    )  # fmt: skip
    with db.begin() as tx:
        sprints.keep(tx, tenant, Sprint(12, 1, "One", started_at=MONDAY, completed_at=ended), ProjectKey("FLEX"))
        sprints.keep_issues(tx, tenant, 12, [IssueId("1"), IssueId("6")])
    with db.read() as tx:
        assert numbers(experiments.of_sprint(tx, tenant, 12, "FLEX", MONDAY, ended)) == [1, 2]
        assert numbers(experiments.of_sprint(tx, tenant, 12, "FLEX", None, None)) == [1]


def test_a_review_is_due_once_and_only_while_there_is_somebody_to_remind(db: Database, tenant: TenantId) -> None:
    waiting: dict[str, Any] = {"review_on": REVIEW, "owner": ANA}
    kept(
        db, tenant, trial(1, **waiting), trial(2, **waiting | {"owner": None}), trial(3, owner=ANA),
        trial(4, **waiting, outcome=Outcome.SUPPORTED), trial(5, **waiting, visible=False),
    )  # fmt: skip
    assert due(db, tenant, REVIEW - DAY) == []
    assert due(db, tenant) == [1]
    assert (due(db, tenant, REVIEW + 14 * DAY), due(db, tenant, REVIEW + 15 * DAY)) == ([1], [])
    with db.begin() as tx:
        assert experiments.reminded(tx, tenant, IssueId("1"), MONDAY)
        assert not experiments.reminded(tx, tenant, IssueId("1"), MONDAY)
    assert due(db, tenant) == []


def test_those_without_a_learning_are_looked_at_in_turn(db: Database, tenant: TenantId, other: TenantId) -> None:
    kept(db, tenant, *(trial(number, visible=number != 2) for number in range(1, 6)))
    kept(db, other, trial(9))
    with db.begin() as tx:
        facts = IssueFacts.known(trial(5))
        learnings.keep(tx, tenant, facts, Answers("Learned."), 1, MONDAY)
    with db.read() as tx:
        turns = [experiments.to_check(tx, tenant, night, 3) for night in (0, 1, 2)]
        assert turns == [[("1", True), ("2", False), ("3", True)], [("4", True)], turns[0]]
        assert len(experiments.to_check(tx, tenant, 7)) == 4


def test_hiding_and_renaming_reach_the_tenants_own_alone(db: Database, tenant: TenantId, other: TenantId) -> None:
    kept(db, tenant, trial(7))
    kept(db, other, trial(7))
    with db.begin() as tx:
        assert experiments.set_visible(tx, tenant, [IssueId("7")], visible=False) == 1
        assert experiments.set_visible(tx, tenant, [IssueId("7")], visible=False) == 0
        moved = IssueFacts(IssueId("7"), IssueKey("OPS-1"), ProjectKey("OPS"), "Another", "Task")
        experiments.rename(tx, tenant, moved)
        told = replace(
            trial(7), issue_key=moved.key, project_key=moved.project_key, summary="Another", type_name="Task"
        )
        assert experiments.of_issue(tx, tenant, IssueId("7")) == replace(told, visible=False)
        assert experiments.of_issue(tx, other, IssueId("7")) == trial(7)


def test_what_its_fields_held_outlives_a_change_of_the_experiment(db: Database, tenant: TenantId) -> None:
    kept(db, tenant, trial(7))
    with db.begin() as tx:
        assert experiments.noted(tx, tenant, IssueId("7")) == {}
        experiments.keep_noted(tx, tenant, IssueId("7"), {"hypothesis": "Größe"})
    kept(db, tenant, trial(7, outcome=Outcome.REFUTED))
    with db.read() as tx:
        assert experiments.noted(tx, tenant, IssueId("7")) == {"hypothesis": "Größe"}
        assert experiments.noted(tx, tenant, IssueId("8")) == {}
