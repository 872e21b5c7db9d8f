"""Sprints: as Jira last told of them, with the issues it listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alone import MONDAY
from worker.domain.model import IssueId, ProjectKey, Sprint, TenantId
from worker.errors import NotFoundHere
from worker.store import sprints
from worker.store.database import Database
from worker.store.sprints import KnownSprint

FLEX = ProjectKey("FLEX")
SPRINT = Sprint(5, 2, "Sprint 1", "Learn about trials", "active", MONDAY, MONDAY + timedelta(days=14))
CLOSED = replace(SPRINT, state="closed", name="Sprint one", completed_at=MONDAY + timedelta(days=13))


def test_a_sprint_is_known_as_it_was_last_told(db: Database, tenant: TenantId) -> None:
    for told in (SPRINT, CLOSED):
        with db.begin() as tx:
            sprints.keep(tx, tenant, told, FLEX)
        with db.read() as tx:
            assert sprints.get(tx, tenant, 5) == KnownSprint(told, FLEX)
            assert sprints.every(tx, tenant) == [KnownSprint(told, FLEX)]


def test_a_sprint_that_is_not_known_is_a_sentence(db: Database, tenant: TenantId, other: TenantId) -> None:
    with db.begin() as tx:
        sprints.keep(tx, other, SPRINT, FLEX)
    with db.read() as tx, pytest.raises(NotFoundHere, match="Sprint 5 is not known here"):
        sprints.get(tx, tenant, 5)


def test_the_issues_of_a_sprint_are_those_last_listed(db: Database, tenant: TenantId, other: TenantId) -> None:
    with db.begin() as tx:
        sprints.keep_issues(tx, tenant, 5, [IssueId("1"), IssueId("2")])
        sprints.keep_issues(tx, tenant, 6, [IssueId("2")])
        sprints.keep_issues(tx, other, 5, [IssueId("1")])
        sprints.keep_issues(tx, tenant, 5, [IssueId("2"), IssueId("3")])
        listed = {issue: sorted(sprints.of_issue(tx, tenant, IssueId(issue))) for issue in ("1", "2", "3")}
        assert listed == {"1": [], "2": [5, 6], "3": [5]}
        sprints.keep_issues(tx, tenant, 5, [])
        assert sprints.of_issue(tx, tenant, IssueId("2")) == [6]
        assert sprints.of_issue(tx, other, IssueId("1")) == [5]


def test_the_latest_completed_sprint_comes_first_and_the_running_one_last(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        for number, days in ((1, 20), (2, 40), (3, None), (4, 20)):
            completed = None if days is None else MONDAY + timedelta(days=days)
            sprints.keep(tx, tenant, replace(SPRINT, id=number, completed_at=completed), FLEX)
        assert [known.sprint.id for known in sprints.every(tx, tenant)] == [2, 4, 1, 3]


def test_the_sprints_that_run_are_those_active_or_not_seen_lately_and_not_long_over(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    late = replace(SPRINT, id=6, ended_at=MONDAY - timedelta(days=40))
    with db.begin() as tx:
        for one in (SPRINT, late, replace(CLOSED, id=7), replace(SPRINT, id=8), replace(SPRINT, id=9, ended_at=None)):
            sprints.keep(tx, tenant, one, FLEX)
        assert sprints.missing(tx, tenant, 8)
        assert not sprints.missing(tx, other, 8)
        assert sprints.running(tx, tenant, MONDAY - timedelta(days=30)) == [5, 8, 9]
        assert sprints.running(tx, other, MONDAY) == []


def test_a_project_last_sprinted_when_its_latest_sprint_began_or_ended_and_a_period_is_no_sprint(
    db: Database, tenant: TenantId
) -> None:
    with db.begin() as tx:
        sprints.keep(tx, tenant, SPRINT, FLEX)
        sprints.keep(tx, tenant, replace(CLOSED, id=6), FLEX)
        sprints.keep(tx, tenant, replace(CLOSED, id=-6), ProjectKey("OPS"))
        assert sprints.last_of_projects(tx, tenant) == {FLEX: CLOSED.completed_at}
        assert (sprints.knows(tx, tenant, -6), sprints.knows(tx, tenant, -7)) == (True, False)


def test_the_sprints_that_ran_at_a_moment_or_since_are_found_by_project(db: Database, tenant: TenantId) -> None:
    def ran(number: int, begun: int, days: int | None, project: str = FLEX) -> None:
        started = MONDAY + timedelta(days=begun)
        completed = started + timedelta(days=days) if days is not None else None
        one = replace(SPRINT, id=number, started_at=started, completed_at=completed)
        sprints.keep(tx, tenant, one, ProjectKey(project))

    with db.begin() as tx:
        for number, begun, days in ((1, 0, 14), (2, 7, 14), (3, 21, 14), (4, 35, None)):
            ran(number, begun, days)
        ran(5, 0, 14, "OPS")
        at = {day: MONDAY + timedelta(days=day) for day in (3, 10, 30, 40)}
        assert [sprints.during(tx, tenant, FLEX, moment, moment) for moment in at.values()] == [[1], [1, 2], [3], [4]]
        assert sprints.during(tx, tenant, FLEX, at[30]) == [3, 4]
