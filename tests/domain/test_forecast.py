"""A past that is played: issues put back as they were, the same decisions, reminders at their hours, and no person."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from worker.domain import forecast, forecast_pages, foreseen, past
from worker.domain.events import Change, IssueChanged
from worker.domain.forecast import Rules, What
from worker.domain.foreseen import Mailing
from worker.domain.model import (
    AccountId,
    Issue,
    IssueId,
    IssueKey,
    Person,
    ProjectKey,
    StatusCategory,
    StatusId,
)
from worker.domain.policy import FieldMap, Policy, ProjectRules

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
TODO, DONE = StatusId("1"), StatusId("2")
CATEGORIES = {TODO: StatusCategory.NEW, DONE: StatusCategory.DONE}
ANA, BEN = Person(AccountId("ana")), Person(AccountId("ben"))
ROBOT = Person(AccountId("robot"), "app")


def issue(number: int = 1, project: str = "FLEX", **more: object) -> Issue:
    """A closed story as it is now."""
    now = Issue(
        id=IssueId(f"{project}{number}"),
        key=IssueKey(f"{project}-{number}"),
        project_key=ProjectKey(project),
        summary="Try monthly plans",
        type_name="Story",
        is_subtask=False,
        status_id=DONE,
        status_category=StatusCategory.DONE,
        resolution="Done",
        assignee=ANA,
    )
    return replace(now, **more)  # type: ignore[arg-type]


def closing(of: Issue, at: datetime = MONDAY, by: Person = ANA, *more: Change) -> IssueChanged:
    return IssueChanged(of, by, at, (Change("status", TODO, DONE, "To Do", "Done"), *more))


def reopening(of: Issue, at: datetime, by: Person = ANA) -> IssueChanged:
    return IssueChanged(of, by, at, (Change("status", DONE, TODO, "Done", "To Do"),))


def rules(policy: Policy | None = None, days: int = 30) -> Rules:
    since = MONDAY - timedelta(days=1)
    return Rules(policy or Policy(home_space="ENG"), CATEGORIES, AccountId("bot"), since, since + timedelta(days=days))


def played(*events: IssueChanged, policy: Policy | None = None) -> list[tuple[What, datetime]]:
    steps = forecast.play(past.as_then(sorted(events, key=lambda one: one.at), CATEGORIES), rules(policy))
    return [(step.what, step.at) for step in steps]


def hour(day: int, at: int, minute: int = 0) -> datetime:
    return MONDAY.replace(hour=at, minute=minute) + timedelta(days=day)


FIELD = "customfield_1"
CHANGES = [
    (Change("resolution", "1", "2", "Duplicate", "Done"), {"resolution": "Duplicate"}),
    (Change("resolution", None, "2", "", "Done"), {"resolution": None}),
    (Change("assignee", "ben", "ana", "Ben", "Ana"), {"assignee": BEN}),
    (Change("assignee", "robot", "ana", "Robot", "Ana"), {"assignee": ROBOT}),
    (Change("assignee", None, "ana"), {"assignee": None}),
    (Change("reporter", "ben", "ana"), {"reporter": BEN}),
    (Change("issuetype", "1", "2", "Bug", "Story"), {"type_name": "Bug"}),
    (Change("security", "1", None, "Board", ""), {"restricted": True}),
    (Change(FIELD, None, None, "Earlier words.", ""), {"texts": {FIELD: "Earlier words."}}),
    (Change("status", TODO, DONE), {"status_id": TODO, "status_category": StatusCategory.NEW}),
    (Change("labels", None, None, "a", "b"), {}),
]


@pytest.mark.parametrize(("change", "earlier"), CHANGES, ids=lambda one: getattr(one, "field", ""))
def test_an_issue_is_put_back_to_before_a_change(change: Change, earlier: dict[str, object]) -> None:
    now = issue()
    first = IssueChanged(now, ROBOT, MONDAY - timedelta(hours=1), ())
    before, after = past.as_then([first, IssueChanged(now, BEN, MONDAY, (change,))], CATEGORIES)
    assert before.issue == replace(now, **earlier)  # type: ignore[arg-type]
    assert after.issue == now


def test_a_close_is_decided_by_what_the_issue_was_then() -> None:
    now = issue()
    dup = Change("resolution", None, "3", "", "Duplicate")
    again = IssueChanged(now, ANA, hour(2, 10), (Change("resolution", "3", "1", "Duplicate", "Done"),))
    assert played(closing(now, MONDAY, ANA, dup), again) == [(What.SKIPPED, MONDAY)]


def test_an_unanswered_question_is_reminded_of_twice_in_office_hours_and_let_go() -> None:
    assert played(closing(issue(), hour(0, 16, 50))) == [
        (What.ASKED, hour(0, 16, 50)),
        (What.REMINDED, hour(2, 9)),  # a day later the look after ten to five is too late
        (What.REMINDED, hour(4, 9)),
        (What.EXPIRED, hour(7, 17)),
    ]


def test_a_reopen_takes_the_question_back_and_a_later_close_asks_again() -> None:
    one = issue()
    steps = played(closing(one), reopening(one, hour(0, 12)), closing(one, hour(0, 14)))
    assert [what for what, _ in steps][:3] == [What.ASKED, What.WITHDRAWN, What.AGAIN]


def test_a_filled_in_field_ends_the_reminding() -> None:
    one = issue(texts={FIELD: "Say it early."})
    filled = IssueChanged(one, BEN, hour(0, 12), (Change(FIELD, None, None, "", "Say it early."),))
    policy = Policy(field_map=FieldMap(learned=FIELD))
    assert [what for what, _ in played(closing(one), filled, policy=policy)] == [What.ASKED, What.ANSWERED]


def test_what_is_counted_holds_the_largest_numbers_and_no_person() -> None:
    events = [closing(issue(number), hour(number // 3, 10), ANA) for number in range(6)]
    events += [closing(issue(9, "OPS"), hour(1, 11), BEN), closing(issue(10, assignee=None), hour(1, 12), ROBOT)]
    steps = forecast.play(past.as_then(events, CATEGORIES), rules())
    found = foreseen.summed(steps, rules(), Mailing(edits=False, answers=False))
    assert (found.closes, found.asked, found.nobody, found.a_day, found.in_all) == (8, 7, 1, 3, 6)
    assert [(line.key, line.closes, line.asked, line.nobody) for line in found.projects] == [
        ("FLEX", 7, 6, 1),
        ("OPS", 1, 1, 0),
    ]
    assert found.weeks[:2] == ("2026-10-26", "2026-11-02")
    assert found.projects[0].weeks[:2] == (0, 6)
    kept = str(asdict(found))
    assert not any(name in kept for name in ("ana", "ben", "robot"))


def test_pages_show_what_may_be_shown_where_it_may_be_shown() -> None:
    shown, secret = issue(1, texts={FIELD: "Say it early."}, labels=("db",)), issue(2, texts={FIELD: "No."})
    inside = issue(3, "OWN", texts={FIELD: "Among ourselves."}, labels=("private-thing",))
    issues = [shown, replace(secret, restricted=True), inside, issue(4, "BARE")]
    policy = Policy(
        home_space="ENG",
        field_map=FieldMap(learned=FIELD),
        topic_aliases={"db": "databases"},
        project_rules={"OWN": ProjectRules(private=True)},
    )
    steps = forecast.play([closing(one) for one in issues], rules(policy))
    found = {page.key: page for page in forecast_pages.pages(steps, issues, policy, "https://example.org")}
    assert list(found) == ["home", "log:BARE", "log:FLEX", "log:OWN", "topic:databases"]
    assert [one.learned for one in found["home"].samples] == ["Say it early."]
    assert (found["log:BARE"].title, found["log:BARE"].learnings) == ("Learning log: BARE", 0)
    assert (found["log:FLEX"].space, found["log:FLEX"].under) == ("ENG", "What we learned")
    assert (found["log:OWN"].space, found["log:OWN"].samples) == ("", ())
