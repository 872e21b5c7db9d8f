"""Places: where something lives, as it was last looked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.alone import MONDAY
from worker.domain.model import Answers, IssueId, IssueKey, Place, PlaceState, ProjectKey, TenantId
from worker.store import learnings, places
from worker.store.database import Database
from worker.store.facts import IssueFacts

PLACE = Place(IssueId("10007"), "https://studio.atlassian.net/wiki/x/BwCuAQ", PlaceState.UNKNOWN)
FOUND = replace(PLACE, state=PlaceState.EXISTS, checked_at=MONDAY, since=MONDAY)


def test_a_place_is_known_as_it_was_last_looked_for(db: Database, tenant: TenantId, other: TenantId) -> None:
    with db.begin() as tx:
        for one in (PLACE, FOUND):
            places.keep(tx, tenant, one)
            assert places.of_issue(tx, tenant, one.issue_id) == one
        places.drop(tx, other, PLACE.issue_id)
        assert places.of_issue(tx, tenant, PLACE.issue_id) == FOUND
        places.drop(tx, tenant, PLACE.issue_id)
        assert places.of_issue(tx, tenant, PLACE.issue_id) is None


def test_a_projects_places_are_those_of_its_newest_answers(db: Database, tenant: TenantId, other: TenantId) -> None:
    with db.begin() as tx:
        for number, project in ((1, "FLEX"), (2, "FLEX"), (3, "OPS")):
            issue, at = IssueId(str(number)), MONDAY + timedelta(days=number)
            facts = IssueFacts(issue, IssueKey(f"{project}-{number}"), ProjectKey(project), "Plans", "Story")
            learnings.keep(tx, tenant, facts, Answers(learned="Ask."), 1, at)
            for whose in (tenant, other):
                places.keep(tx, whose, replace(PLACE, issue_id=issue))
        assert [one.issue_id for one in places.of_project(tx, tenant, "FLEX")] == ["2", "1"]
        assert [one.issue_id for one in places.of_project(tx, tenant, "FLEX", limit=1)] == ["2"]
        assert places.of_project(tx, other, "FLEX") == []


def test_what_was_not_looked_for_longest_is_looked_for_first(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        for number, state, days in (
            (1, PlaceState.EXISTS, 3), (2, PlaceState.MISSING, 1), (3, PlaceState.UNKNOWN, None),
            (4, PlaceState.ELSEWHERE, None), (5, PlaceState.EXISTS, 9),
        ):  # fmt: skip
            checked = MONDAY + timedelta(days=days) if days else None
            places.keep(tx, tenant, Place(IssueId(str(number)), "https://x.example.org", state, checked))
        due = MONDAY + timedelta(days=5)
        assert [one.issue_id for one in places.to_check(tx, tenant, due, 9)] == ["3", "2", "1"]
        assert [one.issue_id for one in places.to_check(tx, tenant, due, 2)] == ["3", "2"]
