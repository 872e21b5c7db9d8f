"""Answers and learnings: history is kept, the last answer stands, and what may not be seen is only counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.alone import MONDAY
from tests.domain.nouns import ANA, issue
from worker.domain.model import Answers, IssueId, IssueKey, Learning, ProjectKey, Road, TenantId, Topic
from worker.store import counts, learnings, sprints
from worker.store.database import Database
from worker.store.facts import IssueFacts
from worker.store.learnings import Selection

DAY = timedelta(days=1)
EVERYTHING = Answers(
    "Small batches.", "How fast.", "Ship weekly.", "https://example.org/a", (Topic("pricing"), Topic("größe")),
    changed_course=True, thank_by_name=True, road=Road.REPLY, given_by=ANA,
)  # fmt: skip


def facts(number: int, project: str = "FLEX", summary: str = "A story") -> IssueFacts:
    return IssueFacts(IssueId(str(number)), IssueKey(f"{project}-{number}"), ProjectKey(project), summary, "Story")


def learn(
    db: Database, tenant: TenantId, number: int, *topics: str, project: str = "FLEX", at: datetime | None = None
) -> None:
    """Something was learned on issue `number`, a day later for each number, or `at`."""
    given = Answers(f"Lesson {number}.", topics=tuple(Topic(name) for name in topics))
    with db.begin() as tx:
        learnings.keep(tx, tenant, facts(number, project), given, 1, at or MONDAY + number * DAY)


def hide(db: Database, tenant: TenantId, *numbers: int) -> int:
    with db.begin() as tx:
        return learnings.set_visible(tx, tenant, [IssueId(str(number)) for number in numbers], visible=False)


def chosen(db: Database, tenant: TenantId, wanted: Selection) -> list[int]:
    """The numbers of the issues whose learnings `wanted` describes."""
    with db.read() as tx:
        return [int(one.issue_id) for one in learnings.select_visible(tx, tenant, wanted)]


def current(db: Database, tenant: TenantId, number: int) -> Learning | None:
    with db.read() as tx:
        return learnings.of_issue(tx, tenant, IssueId(str(number)))


def test_those_of_some_issues_can_be_asked_for(db: Database, tenant: TenantId) -> None:
    for number in (1, 2, 3):
        learn(db, tenant, number)
    assert chosen(db, tenant, Selection(issues=(IssueId("1"), IssueId("3"), IssueId("9")))) == [3, 1]
    assert chosen(db, tenant, Selection(issues=())) == []


# --- answers ---


@pytest.mark.parametrize("given", [EVERYTHING, Answers(nothing_new=True)], ids=["everything", "nothing new"])
def test_answers_are_read_as_they_were_given(db: Database, tenant: TenantId, given: Answers) -> None:
    with db.begin() as tx:
        learnings.add_revision(tx, tenant, IssueId("7"), given, MONDAY)
    with db.read() as tx:
        assert learnings.latest(tx, tenant, IssueId("7")) == given


def test_each_answer_is_one_more_revision_and_the_last_one_stands(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    with db.begin() as tx:
        numbers = [
            learnings.add_revision(tx, tenant, IssueId("7"), Answers(text), MONDAY)
            for text in ("One.", "Two.", "Three.")
        ]
        assert numbers == [1, 2, 3]
        assert learnings.add_revision(tx, tenant, IssueId("8"), Answers("Elsewhere."), MONDAY) == 1
        assert learnings.add_revision(tx, other, IssueId("7"), Answers("Another site."), MONDAY) == 1
    with db.read() as tx:
        assert learnings.latest(tx, tenant, IssueId("7")) == Answers("Three.")
        assert learnings.latest(tx, other, IssueId("7")) == Answers("Another site.")
        assert learnings.latest(tx, tenant, IssueId("9")) is None


# --- the current learning ---


def test_a_learning_repeats_what_pages_need_of_its_issue(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        learnings.keep(tx, tenant, IssueFacts.of(issue()), EVERYTHING, 4, MONDAY)
    learning = current(db, tenant, 10007)
    assert learning is not None
    assert (learning.issue_key, learning.project_key, learning.summary, learning.type_name) == (
        "FLEX-7", "FLEX", "Try monthly plans", "Story",
    )  # fmt: skip
    assert (learning.answers, learning.revision, learning.learned_at, learning.visible) == (EVERYTHING, 4, MONDAY, True)


def test_an_edit_replaces_words_and_topics_and_keeps_the_moment(db: Database, tenant: TenantId) -> None:
    learn(db, tenant, 1, "pricing", "trial", at=MONDAY)
    learn(db, tenant, 2, "pricing", at=MONDAY + DAY)
    with db.begin() as tx:
        edited = Answers("Better said.", topics=(Topic("trial"), Topic("onboarding")))
        learnings.keep(tx, tenant, facts(1), edited, 2, MONDAY + 9 * DAY)
    learning = current(db, tenant, 1)
    assert learning is not None
    assert (learning.answers, learning.revision, learning.learned_at) == (edited, 2, MONDAY)
    by_topic = {name: chosen(db, tenant, Selection(topic=Topic(name))) for name in ("pricing", "trial", "onboarding")}
    assert by_topic == {"pricing": [2], "trial": [1], "onboarding": [1]}


def test_an_edit_does_not_show_what_is_hidden(db: Database, tenant: TenantId) -> None:
    learn(db, tenant, 1, "pricing")
    hide(db, tenant, 1)
    learn(db, tenant, 1, "pricing")
    assert chosen(db, tenant, Selection()) == chosen(db, tenant, Selection(topic=Topic("pricing"))) == []


def test_a_learning_that_is_dropped_leaves_its_topics_and_keeps_its_answers(db: Database, tenant: TenantId) -> None:
    learn(db, tenant, 1, "pricing")
    with db.begin() as tx:
        learnings.add_revision(tx, tenant, IssueId("1"), Answers("Lesson 1."), MONDAY)
        learnings.drop(tx, tenant, IssueId("1"))
    assert current(db, tenant, 1) is None
    with db.read() as tx:
        assert counts.topics(tx, tenant) == []
        assert learnings.latest(tx, tenant, IssueId("1")) == Answers("Lesson 1.")


def test_a_learning_follows_its_issue_to_another_name(db: Database, tenant: TenantId) -> None:
    learn(db, tenant, 1)
    learn(db, tenant, 2)
    with db.begin() as tx:
        learnings.rename(tx, tenant, facts(1, "OPS", "Renamed"))
    moved, same = current(db, tenant, 1), current(db, tenant, 2)
    assert moved is not None
    assert same is not None
    assert (moved.issue_key, moved.project_key, moved.summary, moved.answers.learned) == (
        "OPS-1", "OPS", "Renamed", "Lesson 1.",
    )  # fmt: skip
    assert same.issue_key == "FLEX-2"


# --- choosing ---


@pytest.fixture
def library(db: Database, tenant: TenantId, other: TenantId) -> Database:
    """Six learnings on days 1 to 6, of which the fifth is hidden; and one of another tenant."""
    learn(db, tenant, 1, "pricing")
    learn(db, tenant, 2, "pricing", "trial")
    learn(db, tenant, 3, project="OPS")
    learn(db, tenant, 4, "pricing", project="OPS")
    learn(db, tenant, 5, "pricing")
    learn(db, tenant, 6)
    learn(db, other, 7, "pricing")
    hide(db, tenant, 5)
    with db.begin() as tx:
        sprints.keep_issues(tx, tenant, 9, [IssueId(number) for number in ("1", "3", "5", "7")])
    return db


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Selection(), [6, 4, 3, 2, 1]),
        (Selection(topic=Topic("pricing")), [4, 2, 1]),
        (Selection(topic=Topic("trial")), [2]),
        (Selection(topic=Topic("price")), []),
        (Selection(project=ProjectKey("OPS")), [4, 3]),
        (Selection(project=ProjectKey("OPS"), topic=Topic("pricing")), [4]),
        (Selection(projects_out=("OPS",)), [6, 2, 1]),
        (Selection(projects_out=("OPS", "FLEX")), []),
        (Selection(sprint=9), [3, 1]),
        (Selection(sprint=9, projects_out=("OPS",)), [1]),
        (Selection(sprint=8), []),
        (Selection(since=MONDAY + 3 * DAY), [6, 4, 3]),
        (Selection(until=MONDAY + 3 * DAY), [2, 1]),
        (Selection(since=MONDAY + 2 * DAY, until=MONDAY + 4 * DAY), [3, 2]),
        (Selection(limit=2), [6, 4]),
        (Selection(limit=2, offset=2), [3, 2]),
        (Selection(topic=Topic("pricing"), limit=1, offset=1), [2]),
    ],
)
def test_a_selection_gives_what_it_describes_newest_first(
    library: Database, tenant: TenantId, wanted: Selection, numbers: list[int]
) -> None:
    assert chosen(library, tenant, wanted) == numbers


def test_learnings_of_the_same_moment_keep_one_order_over_every_cut(db: Database, tenant: TenantId) -> None:
    for number in range(1, 8):
        learn(db, tenant, number, "pricing", at=MONDAY)
    for topic in (None, Topic("pricing")):
        whole = chosen(db, tenant, Selection(topic=topic))
        cuts = [chosen(db, tenant, Selection(topic=topic, limit=3, offset=offset)) for offset in (0, 3, 6)]
        assert [*cuts[0], *cuts[1], *cuts[2]] == whole == [7, 6, 5, 4, 3, 2, 1]


def test_months_count_what_may_be_seen_newest_first(db: Database, tenant: TenantId) -> None:
    moments = [
        datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 30, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC), datetime(2025, 11, 5, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC),
    ]  # fmt: skip
    for number, at in enumerate(moments, 1):
        learn(db, tenant, number, "pricing" if number < 4 else "trial", at=at)
    hide(db, tenant, 5)
    with db.read() as tx:
        assert learnings.months(tx, tenant, Selection()) == [("2026-12", 1), ("2026-11", 2), ("2025-11", 1)]
        assert learnings.months(tx, tenant, Selection(topic=Topic("pricing"))) == [("2026-12", 1), ("2026-11", 2)]


def test_topics_are_counted_by_what_may_be_seen(library: Database, tenant: TenantId) -> None:
    with library.read() as tx:
        assert counts.topics(tx, tenant) == [
            (Topic("pricing"), 3, MONDAY + 4 * DAY),
            (Topic("trial"), 1, MONDAY + 2 * DAY),
        ]
        assert counts.topics(tx, tenant, ["OPS"])[0] == (Topic("pricing"), 2, MONDAY + 2 * DAY)
        assert counts.topics(tx, tenant, ["OPS", "FLEX"]) == []


def test_projects_are_counted_by_what_may_be_seen(library: Database, tenant: TenantId) -> None:
    with library.read() as tx:
        assert counts.projects(tx, tenant) == [(ProjectKey("FLEX"), 3), (ProjectKey("OPS"), 2)]
        assert learnings.issues_of_project(tx, tenant, "FLEX") == [IssueId("1"), IssueId("2"), IssueId("6")]


def test_what_may_not_be_seen_is_counted_and_can_be_shown_again(library: Database, tenant: TenantId) -> None:
    with library.begin() as tx:
        assert learnings.hidden_count(tx, tenant, 9) == 1
        assert dict(learnings.to_check(tx, tenant, 100))[IssueId("5")] is False
        assert learnings.set_visible(tx, tenant, [IssueId("5"), IssueId("6")], visible=True) == 1
        assert learnings.hidden_count(tx, tenant, 9) == 0
    assert chosen(library, tenant, Selection(topic=Topic("pricing"))) == [5, 4, 2, 1]


def test_hiding_tells_how_many_changed_and_reaches_no_other_tenant(
    library: Database, tenant: TenantId, other: TenantId
) -> None:
    assert hide(library, tenant, 4, 5, 6, 7) == 2
    assert chosen(library, other, Selection()) == [7]


def test_one_tenants_drop_and_rename_reach_no_other(library: Database, tenant: TenantId, other: TenantId) -> None:
    with library.begin() as tx:
        learnings.drop(tx, tenant, IssueId("7"))
        learnings.rename(tx, tenant, facts(7, "OPS"))
    kept = current(library, other, 7)
    assert kept is not None
    assert kept.project_key == "FLEX"
