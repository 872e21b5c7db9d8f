"""The facts that measures are taken from: a project's own, of a year, whole and without names."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime, timedelta

from tests.alone import MONDAY
from tests.domain.nouns import ANA, BEN, issue
from worker.domain.loop import Close
from worker.domain.model import AccountId, Answers, Issue, IssueId, IssueKey, ProjectKey, PromptState, TenantId
from worker.store import learnings, loops, prompts
from worker.store.database import Database
from worker.store.facts import IssueFacts

FLEX, HOUR, DAY = ProjectKey("FLEX"), timedelta(hours=1), timedelta(days=1)


def story(number: int, **more: object) -> Issue:
    values: dict[str, object] = {"id": IssueId(str(number)), "key": IssueKey(f"FLEX-{number}")}
    return issue(**(values | {"project_key": FLEX} | more))


def asked(db: Database, tenant: TenantId, about: Issue, whom: AccountId = ANA, at: datetime = MONDAY) -> None:
    with db.begin() as tx:
        prompts.record_close(tx, tenant, about, at, True, "")
        prompts.open_one(tx, tenant, about, whom, at, at)


def answered(db: Database, tenant: TenantId, about: Issue, given: Answers, at: datetime) -> None:
    with db.begin() as tx:
        revision = learnings.add_revision(tx, tenant, about.id, given, at)
        learnings.keep(tx, tenant, IssueFacts.of(about), given, revision, at)
        prompt = prompts.of_issue(tx, tenant, about.id)
        assert prompt
        prompts.settle(tx, prompt.id, PromptState.ANSWERED, at)


def closes(db: Database, tenant: TenantId) -> dict[str, Close]:
    with db.read() as tx:
        return {one.issue_id: one for one in loops.of_project(tx, tenant, FLEX, ("story",)).closes}


def test_a_close_is_counted_with_what_came_of_it(db: Database, tenant: TenantId) -> None:
    first, second = story(1, components=("billing",)), story(2, duplicate=True)
    asked(db, tenant, first)
    asked(db, tenant, second, BEN, MONDAY + HOUR)
    answered(db, tenant, first, Answers(learned="Half a thought."), MONDAY + HOUR)
    answered(db, tenant, first, Answers(learned="A whole one.", changed_course=True), MONDAY + DAY)
    found = closes(db, tenant)
    assert (found["1"].state, found["1"].changed_course, found["1"].components) == ("answered", True, ("billing",))
    assert found["1"].settled_at == MONDAY + HOUR, "the first answer counts, not the last"
    assert (found["2"].state, found["2"].settled_at, found["2"].duplicate) == ("open", None, True)
    assert (found["1"].bug, found["1"].duplicate) == (True, False)


def test_a_hidden_issue_is_counted_and_another_project_is_not(db: Database, tenant: TenantId) -> None:
    hidden, other = story(1), story(2, project_key=ProjectKey("SAFE"), key=IssueKey("SAFE-2"))
    asked(db, tenant, hidden)
    asked(db, tenant, other)
    answered(db, tenant, hidden, Answers(learned="Secret.", changed_course=True), MONDAY + HOUR)
    with db.begin() as tx:
        assert learnings.set_visible(tx, tenant, [hidden.id], False)
    assert [one.changed_course for one in closes(db, tenant).values()] == [True]


def test_a_year_up_to_the_last_close_counts(db: Database, tenant: TenantId) -> None:
    for number, days in enumerate((0, 364, 365)):
        asked(db, tenant, story(number), at=MONDAY - days * DAY)
    assert set(closes(db, tenant)) == {"0", "1"}


def test_people_are_one_number(db: Database, tenant: TenantId) -> None:
    for number, whom in enumerate((ANA, BEN, ANA)):
        asked(db, tenant, story(number), whom)
    with db.begin() as tx:
        prompts.record_close(tx, tenant, story(9), MONDAY, False, "sub-task")
        loop = loops.of_project(tx, tenant, FLEX, ())
        assert loop.people == 2
        assert ANA not in str(astuple(loop))
        assert loops.projects(tx, tenant) == [("measures", FLEX)]


def test_a_project_without_a_close_has_no_facts(db: Database, tenant: TenantId) -> None:
    with db.read() as tx:
        assert loops.of_project(tx, tenant, FLEX, ()).empty
        assert loops.projects(tx, tenant) == []
