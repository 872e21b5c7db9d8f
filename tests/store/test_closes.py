"""What was found at a close, and what is usual in a project because of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.alone import MONDAY
from tests.domain.nouns import ANA, issue
from worker.domain.model import Issue, IssueId, IssueKey, ProjectKey, TenantId
from worker.store import closes, prompts
from worker.store.database import Database

DAY = timedelta(days=1)


def numbered(number: int, **facts: object) -> Issue:
    return issue(id=IssueId(str(number)), key=IssueKey(f"FLEX-{number}"), **facts)


def close(
    db: Database, tenant: TenantId, one: Issue, at: datetime, took: float | None = 1, signals: tuple[str, ...] = ()
) -> None:
    """The issue was closed and looked at; `took` is None where nobody knows when its work began."""
    with db.begin() as tx:
        prompts.record_close(tx, tenant, one, at, True, "")
        closes.look(tx, tenant, one.id, at, signals, None if took is None else at - took * DAY)


def test_what_is_usual_comes_of_the_newest_closes_of_other_issues_before(db: Database, tenant: TenantId) -> None:
    for number in range(1, 6):
        close(db, tenant, numbered(number), MONDAY + number * DAY, took=number)
    close(db, tenant, numbered(6), MONDAY + 5.5 * DAY, took=40, signals=("blocked", "reopened"))
    close(db, tenant, numbered(7), MONDAY + 5.6 * DAY, took=None)
    close(db, tenant, numbered(8, project_key=ProjectKey("OPS")), MONDAY + DAY)
    with db.read() as tx:
        of_the_third = closes.usual(tx, tenant, numbered(3), MONDAY + 6 * DAY)
        of_another = closes.usual(tx, tenant, numbered(9), MONDAY + 3 * DAY)
    assert of_the_third.durations == (5 * DAY, 4 * DAY, 2 * DAY, DAY)  # neither its own nor that of one that came back
    assert of_the_third.closes == 6
    assert of_another.durations == (2 * DAY, DAY)


def test_a_component_is_first_of_the_issue_it_came_up_with(db: Database, tenant: TenantId) -> None:
    first, second = numbered(1, components=("billing",)), numbered(2, components=("billing", "web"))
    close(db, tenant, first, MONDAY)
    close(db, tenant, second, MONDAY + DAY)
    close(db, tenant, first, MONDAY + 2 * DAY)
    with db.read() as tx:
        found = [closes.usual(tx, tenant, one, MONDAY + 3 * DAY).first_in for one in (first, second, numbered(3))]
    assert found == [{"billing"}, {"web"}, frozenset()]


def test_only_the_close_that_was_looked_at_is_marked(db: Database, tenant: TenantId) -> None:
    close(db, tenant, numbered(1), MONDAY)
    close(db, tenant, numbered(1), MONDAY + DAY, signals=("reopened",))
    with db.read() as tx:
        assert [one.signals for one in closes.newest(tx, tenant)] == [("reopened",), ()]


@pytest.mark.parametrize("reason", ["", "no signal"])
def test_the_table_shows_each_close_with_its_facts_and_what_was_decided(
    db: Database, tenant: TenantId, reason: str
) -> None:
    one = numbered(1)
    close(db, tenant, numbered(2), MONDAY - DAY)
    close(db, tenant, one, MONDAY, signals=("reopened",))
    with db.begin() as tx:
        prompt = prompts.open_one(tx, tenant, one, ANA, MONDAY, MONDAY)
        prompts.looked_at(tx, prompt.id, ["it was reopened once"], 5)
        if reason:
            prompts.not_asked(tx, prompt, reason, MONDAY)
        newest, older = closes.newest(tx, tenant)
        assert closes.newest(tx, tenant, limit=1) == [newest]
    assert newest == closes.Looked("FLEX-1", MONDAY, not reason, reason, ("reopened",), ("it was reopened once",))
    assert (older.issue_key, older.facts) == ("FLEX-2", ())


def test_a_stretch_of_days_has_the_issues_closed_in_it_where_anybody_was_to_be_asked(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    with db.begin() as tx:
        for number, at in ((1, MONDAY), (2, MONDAY + DAY), (2, MONDAY + 2 * DAY), (3, MONDAY + 14 * DAY)):
            prompts.record_close(tx, tenant, numbered(number), at, asked=False, reason="resolution skipped")
        prompts.record_close(tx, other, numbered(4), MONDAY, asked=True, reason="")
        assert closes.issues_between(tx, tenant, "FLEX", MONDAY, MONDAY + 14 * DAY) == []
        prompts.open_one(tx, tenant, numbered(2), ANA, MONDAY + DAY, MONDAY)
        assert closes.issues_between(tx, tenant, "FLEX", MONDAY, MONDAY + 14 * DAY) == ["1", "2"]
        assert closes.last_of_projects(tx, tenant) == [("FLEX", MONDAY + 14 * DAY)]
