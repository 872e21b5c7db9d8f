"""Who is asked about which close, and every named way not to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.domain.nouns import (
    ANA,
    BEN,
    CATEGORIES,
    CLOSED,
    CY,
    DOING,
    DONE,
    MONDAY,
    ROBOT,
    TODO,
    US,
    issue,
    moved,
    prompt,
)
from worker.domain.events import Change, IssueChanged
from worker.domain.model import Occasion, Person, PromptState, StatusCategory
from worker.domain.policy import Policy
from worker.domain.prompting import (
    Ask,
    Decision,
    History,
    Skip,
    SkipReason,
    Withdraw,
    commented,
    decide,
    is_close,
    reopened_unasked,
    still,
)

HISTORY = History(CATEGORIES, US, MONDAY - timedelta(days=1))
CLOSE = (DOING, DONE)


def decided(event: IssueChanged, policy: Policy | None = None, **history: Any) -> Decision:
    return decide(event, policy or Policy(), replace(HISTORY, **history))


@pytest.mark.parametrize(
    ("old", "new", "decision"),
    [
        (TODO, DONE, Ask(ANA)),
        (DOING, DONE, Ask(ANA)),
        (DOING, CLOSED, Ask(ANA)),
        ("99", DONE, Ask(ANA)),  # a status the site's list does not have any more was not done, as far as we know
        (None, DONE, Ask(ANA)),
        (DONE, CLOSED, Skip(SkipReason.NOT_A_CLOSE, "from here → to there")),
        (CLOSED, DONE, Skip(SkipReason.NOT_A_CLOSE, "from here → to there")),
        (TODO, DOING, Skip(SkipReason.NOT_A_CLOSE, "from here → to there")),
        (DONE, DOING, Skip(SkipReason.NOT_A_CLOSE, "from here → to there")),
        (DOING, "99", Skip(SkipReason.NOT_A_CLOSE, "from here → to there")),
        (DOING, None, Skip(SkipReason.NOT_A_CLOSE, "from here → to there")),
    ],
)
def test_only_entering_done_from_elsewhere_is_a_close(old: str | None, new: str | None, decision: Decision) -> None:
    assert decided(moved(old, new)) == decision


@pytest.mark.parametrize(
    ("category", "decision"),
    [
        (StatusCategory.DONE, Ask(ANA)),
        (StatusCategory.INDETERMINATE, Skip(SkipReason.NOT_A_CLOSE, "from here → to there")),
    ],
)
def test_the_delivery_itself_tells_the_category_of_a_status_the_list_lacks(
    category: StatusCategory, decision: Decision
) -> None:
    assert decided(moved(DOING, "99", status_category=category)) == decision


@pytest.mark.parametrize(
    ("old", "new", "now", "decision"),
    [
        (TODO, DOING, StatusCategory.DONE, Ask(ANA)),
        (DOING, DONE, StatusCategory.INDETERMINATE, Skip(SkipReason.NOT_A_CLOSE, "from here → to there")),
        (DOING, DONE, StatusCategory.UNDEFINED, Ask(ANA)),
    ],
)
def test_a_status_whose_category_an_admin_changed_is_what_the_issue_says_it_is(
    old: str, new: str, now: StatusCategory, decision: Decision
) -> None:
    assert decided(moved(old, new, status_category=now)) == decision


@pytest.mark.parametrize("reason", [SkipReason.ANOTHER, SkipReason.BESIDE, SkipReason.ENOUGH])
@pytest.mark.parametrize("state", [PromptState.UNASKED, PromptState.WITHDRAWN])
def test_a_close_that_a_person_was_spared_is_not_asked_about_when_it_is_told_again(
    reason: SkipReason, state: PromptState
) -> None:
    assert decided(moved(*CLOSE), prompt=prompt(state=state), left=str(reason)) == Skip(reason)


@pytest.mark.parametrize("reason", ["", SkipReason.JQL, SkipReason.NO_SIGNAL, SkipReason.NOT_IN_SAMPLE, "of old"])
def test_what_the_policy_left_may_be_decided_anew(reason: str) -> None:
    left = prompt(state=PromptState.UNASKED)
    assert decided(moved(*CLOSE), prompt=left, left=reason) == Ask(ANA, again=True)


@pytest.mark.parametrize(
    ("change", "state", "closed_at", "expected"),
    [
        ((DONE, DOING), PromptState.UNASKED, MONDAY - timedelta(hours=1), True),
        ((DONE, DOING), PromptState.UNASKED, MONDAY + timedelta(hours=1), False),  # an earlier reopen came late
        ((DONE, DOING), PromptState.OPEN, MONDAY - timedelta(hours=1), False),
        ((DONE, CLOSED), PromptState.UNASKED, MONDAY - timedelta(hours=1), False),
    ],
)
def test_an_issue_left_without_a_question_is_known_to_be_reopened(
    change: tuple[str, str], state: PromptState, closed_at: datetime, expected: bool
) -> None:
    known = replace(HISTORY, prompt=prompt(state=state, closed_at=closed_at))
    assert reopened_unasked(moved(*change), known) is expected


def test_a_change_of_anything_but_the_status_is_no_close() -> None:
    event = replace(moved(*CLOSE), changes=(Change("labels", None, None),))
    assert decided(event) == Skip(SkipReason.NOT_A_CLOSE, "no status change")


@pytest.mark.parametrize(
    ("actor", "assignee", "decision"),
    [
        (Person(ANA), Person(BEN), Ask(ANA)),
        (ROBOT, Person(BEN), Ask(BEN)),
        (None, Person(BEN), Ask(BEN)),
        (Person(ANA, "customer"), Person(BEN), Ask(BEN)),
        (Person(ANA, active=False), Person(BEN), Ask(BEN)),
        (ROBOT, None, Skip(SkipReason.NOBODY_TO_ASK)),
        (ROBOT, ROBOT, Skip(SkipReason.NOBODY_TO_ASK)),
        (None, Person(BEN, active=False), Skip(SkipReason.NOBODY_TO_ASK)),
    ],
)
def test_who_closed_it_is_asked_else_the_assignee_else_nobody(
    actor: Person | None, assignee: Person | None, decision: Decision
) -> None:
    assert decided(moved(*CLOSE, actor, assignee=assignee)) == decision


@pytest.mark.parametrize(
    ("first", "actor", "assignee", "reporter", "decision"),
    [
        ("closer", Person(ANA), Person(BEN), Person(CY), Ask(ANA)),
        ("assignee", Person(ANA), Person(BEN), Person(CY), Ask(BEN)),
        ("assignee", Person(ANA), None, Person(CY), Ask(ANA)),
        ("reporter", Person(ANA), Person(BEN), Person(CY), Ask(CY)),
        ("reporter", Person(ANA), Person(BEN), None, Ask(ANA)),
        ("reporter", Person(ANA), Person(BEN), Person(CY, "customer"), Ask(ANA)),
        ("reporter", ROBOT, Person(BEN), ROBOT, Ask(BEN)),
        ("reporter", ROBOT, None, ROBOT, Skip(SkipReason.NOBODY_TO_ASK)),
        ("closer", ROBOT, None, Person(CY), Skip(SkipReason.NOBODY_TO_ASK)),  # a reporter only where that is chosen
    ],
)
def test_the_policy_says_who_is_asked_first_and_the_usual_people_follow(
    first: str, actor: Person | None, assignee: Person | None, reporter: Person | None, decision: Decision
) -> None:
    assert decided(moved(*CLOSE, actor, assignee=assignee, reporter=reporter), Policy(whom=first)) == decision


def told(old: str, new: str, before: str, after: str) -> IssueChanged:
    """A move between statuses by id and name."""
    return replace(moved(old, new), changes=(Change("status", old, new, before, after),))


RELEASED = Policy(closed_statuses=("released", "Won"))


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (told(DOING, DONE, "In Progress", "Released"), "asked"),
        (told(DOING, DONE, "In Progress", "RELEASED"), "asked"),
        (told(DOING, DONE, "In Progress", "Resolved"), "status does not count: In Progress → Resolved"),
        (told(DONE, CLOSED, "Resolved", "Released"), "asked"),  # work that goes over Resolved ends at Released
        (told(DONE, CLOSED, "Won", "Released"), "not a close: Won → Released"),
        (told(CLOSED, DONE, "Released", "Resolved"), "not a close: Released → Resolved"),
        (told(TODO, DOING, "To Do", "Released"), "not a close: To Do → Released"),  # a name alone makes no end
    ],
)
def test_only_the_statuses_that_were_chosen_count(event: IssueChanged, outcome: str) -> None:
    decision = decided(event, RELEASED)
    assert (str(decision) if isinstance(decision, Skip) else "asked") == outcome


def test_a_close_into_a_status_that_does_not_count_is_still_a_close() -> None:
    event = told(DOING, DONE, "In Progress", "Resolved")
    (change,) = event.changes
    assert is_close(change, event.issue, CATEGORIES, RELEASED)


@pytest.mark.parametrize(
    ("channel", "comment_id", "expected"),
    [("comment", None, True), ("panel", None, False), ("field", None, False), ("panel", "1", True)],
)
def test_a_question_stands_in_a_comment_by_policy_and_one_that_is_there_is_kept_true(
    channel: str, comment_id: str | None, expected: bool
) -> None:
    assert commented(Policy(channel=channel), prompt(comment_id=comment_id)) is expected


@pytest.mark.parametrize(
    ("facts", "policy", "reason"),
    [
        ({"type_name": "Bug"}, {"issue_types": ("story", "Task")}, "issue type not chosen: Bug"),
        ({"type_name": "Story"}, {"issue_types": ("story", "Task")}, ""),
        ({}, {"projects": ("OPS",)}, "project not chosen: FLEX"),
        ({}, {"projects": ("OPS", "FLEX")}, ""),
        ({"is_subtask": True}, {}, "sub-task"),
        ({"is_subtask": True}, {"ask_subtasks": True}, ""),
        ({"service_desk": True}, {}, "service desk project: FLEX"),
        ({"service_desk": True}, {"ask_service_desk": True}, ""),
        ({"resolution": "Won't Do"}, {}, "resolution skipped: closed as Won't Do"),
        ({"resolution": "DUPLICATE"}, {}, "resolution skipped: closed as DUPLICATE"),
        ({"resolution": "Cannot Reproduce"}, {}, "resolution skipped: closed as Cannot Reproduce"),
        ({"resolution": "Won't Do"}, {"skipped_resolutions": ()}, ""),
        ({"resolution": "Done"}, {}, ""),
        ({"resolution": None}, {}, ""),
    ],
)
def test_the_policy_says_which_closes_are_left_alone(
    facts: dict[str, Any], policy: dict[str, Any], reason: str
) -> None:
    decision = decided(moved(*CLOSE, **facts), Policy(**policy))
    assert (str(decision) if isinstance(decision, Skip) else "") == reason


@pytest.mark.parametrize("change", [CLOSE, (DONE, DOING), (TODO, DOING)])
def test_our_own_changes_are_never_looked_at(change: tuple[str, str]) -> None:
    assert decided(moved(*change, Person(US)), prompt=prompt()) == Skip(SkipReason.OWN_CHANGE)


@pytest.mark.parametrize(
    ("since_activation", "decision"),
    [
        (timedelta(seconds=-1), Skip(SkipReason.BEFORE_ACTIVATION)),
        (timedelta(0), Ask(ANA)),
    ],
)
def test_what_closed_before_we_were_switched_on_stays_history(since_activation: timedelta, decision: Decision) -> None:
    assert decided(moved(*CLOSE), activated_at=MONDAY - since_activation) == decision


@pytest.mark.parametrize(
    ("state", "again", "anew"),
    [
        (PromptState.WITHDRAWN, Ask(ANA, again=True), Skip(SkipReason.ALREADY_ASKED, "withdrawn")),
        (PromptState.OPEN, *[Skip(SkipReason.ALREADY_ASKED, "open")] * 2),
        (PromptState.ANSWERED, *[Skip(SkipReason.ALREADY_ASKED, "answered")] * 2),
        (PromptState.NOTHING_NEW, *[Skip(SkipReason.ALREADY_ASKED, "nothing new")] * 2),
        (PromptState.EXPIRED, *[Skip(SkipReason.ALREADY_ASKED, "expired")] * 2),
    ],
)
def test_a_later_close_asks_again_only_after_a_reopen_and_by_policy(
    state: PromptState, again: Decision, anew: Decision
) -> None:
    earlier = prompt(state=state)
    assert decided(moved(*CLOSE), Policy(ask_again_after_reopen=True), prompt=earlier) == again
    assert decided(moved(*CLOSE), Policy(ask_again_after_reopen=False), prompt=earlier) == anew


@pytest.mark.parametrize("state", list(PromptState))
def test_a_reopen_takes_back_only_an_open_question(state: PromptState) -> None:
    decision = decided(moved(DONE, DOING), prompt=prompt(id=12, state=state))
    unmoved = Skip(SkipReason.NOT_A_CLOSE, "from here → to there")
    assert decision == (Withdraw(12) if state is PromptState.OPEN else unmoved)


def test_a_reopen_takes_the_question_back_whoever_reopens_and_whatever_the_policy_skips() -> None:
    event = moved(DONE, DOING, ROBOT, is_subtask=True, service_desk=True)
    assert decided(event, Policy(projects=("OPS",)), prompt=prompt(id=3)) == Withdraw(3)


# --- the start of an epic ---

SAME = Skip(SkipReason.NOT_A_CLOSE, "from here → to there")


@pytest.mark.parametrize(
    ("old", "new", "facts", "policy", "outcome"),
    [
        (TODO, DOING, {"type_name": "Epic"}, {}, Ask(ANA, occasion=Occasion.START)),
        (TODO, DOING, {"type_name": "EPIC"}, {}, Ask(ANA, occasion=Occasion.START)),
        (TODO, DOING, {"type_name": "Story"}, {}, SAME),
        (TODO, DOING, {"type_name": "Initiative"}, {"epic_types": ("initiative",)}, Ask(ANA, occasion=Occasion.START)),
        (TODO, DOING, {"type_name": "Epic"}, {"ask_epic_start": False}, SAME),
        (TODO, DOING, {"type_name": "Epic"}, {"projects": ("OPS",)}, Skip(SkipReason.PROJECT, "FLEX")),
        (TODO, DONE, {"type_name": "Epic"}, {}, Ask(ANA)),  # never under way: only its close is asked about
        (DOING, TODO, {"type_name": "Epic"}, {}, SAME),
        (DONE, DOING, {"type_name": "Epic"}, {}, SAME),
        (None, DOING, {"type_name": "Epic"}, {}, SAME),
    ],
)  # fmt: skip
def test_an_epic_that_gets_under_way_is_asked_what_we_hope_to_learn(
    old: str | None, new: str, facts: dict[str, Any], policy: dict[str, Any], outcome: Decision
) -> None:
    assert decided(moved(old, new, **facts), Policy(**policy)) == outcome


@pytest.mark.parametrize("state", PromptState)
def test_a_start_is_asked_about_once_and_the_close_after_it_whatever_became_of_it(state: PromptState) -> None:
    known = prompt(state=state, occasion=Occasion.START)
    again = decided(moved(TODO, DOING, type_name="Epic"), prompt=known)
    assert again == Skip(SkipReason.ALREADY_ASKED, state.replace("_", " "))
    assert decided(moved(*CLOSE, type_name="Epic"), prompt=known) == Ask(ANA, again=True)


def test_a_start_nobody_may_be_asked_about_has_its_reason() -> None:
    robot = moved(TODO, DOING, ROBOT, type_name="Epic", assignee=None)
    assert decided(robot) == Skip(SkipReason.NOBODY_TO_ASK)
    early = moved(TODO, DOING, type_name="Epic")
    assert decided(early, activated_at=MONDAY + timedelta(days=1)) == Skip(SkipReason.BEFORE_ACTIVATION)


@pytest.mark.parametrize("again", [True, False])
def test_a_close_left_without_a_question_says_nothing_about_the_next(again: bool) -> None:
    left = prompt(state=PromptState.UNASKED)
    assert decided(moved(*CLOSE), Policy(ask_again_after_reopen=again), prompt=left) == Ask(ANA, again=True)
    assert isinstance(decided(moved(DONE, DOING), prompt=left), Skip)


@pytest.mark.parametrize(
    ("occasion", "category", "expected"),
    [
        (Occasion.CLOSE, StatusCategory.DONE, True),
        (Occasion.CLOSE, StatusCategory.INDETERMINATE, False),
        (Occasion.START, StatusCategory.INDETERMINATE, True),
        (Occasion.START, StatusCategory.DONE, False),
        (Occasion.START, StatusCategory.NEW, False),
    ],
)
def test_a_question_is_put_while_the_issue_is_where_its_occasion_left_it(
    occasion: Occasion, category: StatusCategory, expected: bool
) -> None:
    assert still(prompt(occasion=occasion), issue(status_category=category)) is expected
