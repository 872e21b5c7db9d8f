"""What a retro opens with, and what becomes of an action when its Jira issue moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pages.material import PLANS, SITE
from worker.domain import promises
from worker.domain.model import (
    AccountId,
    Action,
    ActionState,
    Issue,
    IssueId,
    IssueKey,
    ProjectKey,
    Sprint,
    StatusCategory,
    StatusId,
)
from worker.domain.policy import Policy
from worker.domain.promises import followed, gone, offer, opening, read_due, refusal, summary

OPEN, DONE, DROPPED, WISHED = ActionState.OPEN, ActionState.DONE, ActionState.DROPPED, ActionState.WISHED
SKIPPED = Policy().skipped_resolutions
START = datetime(2026, 9, 7, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
# Five sprints of two weeks; the last one runs.
SPRINTS = tuple(
    Sprint(number, 1, f"Sprint {number}", "", "closed" if number < 5 else "active",
           started_at=START + timedelta(weeks=2 * (number - 1)),
           completed_at=START + timedelta(weeks=2 * number) if number < 5 else None)
    for number in range(1, 6)
)  # fmt: skip


def after(number: int, hours: float = 1) -> datetime:
    """Some hours after the end of a sprint."""
    return START + timedelta(weeks=2 * number, hours=hours)


def action(number: int, made: datetime, state: ActionState = OPEN, settled: datetime | None = None) -> Action:
    """An action FLEX-3<number>."""
    return Action(
        IssueId(f"1000{number}"), IssueKey(f"FLEX-{number}"), ProjectKey("FLEX"), f"Promise {number}", state, made,
        due_on=date(2026, 10, 5), work_id=IssueId(f"1003{number}"), work_key=IssueKey(f"FLEX-3{number}"),
        status="In Progress", settled_at=settled,
    )  # fmt: skip


def opened(sprint: int, *actions: Action) -> dict[str, list[str]]:
    """The opening of a sprint's retro, by the keys of the issues."""
    found = opening(actions, SPRINTS[sprint - 1], SPRINTS, SITE)
    offered = [one for one in found.open if one.offer]
    kinds = {"open": found.open, "done": found.done, "dropped": found.dropped, "to drop": offered}
    return {name: [one.key for one in rows] for name, rows in kinds.items() if rows}


MADE = after(1, -30)  # during the first sprint
CASES = [
    (1, (MADE, OPEN, None), {"open"}),
    (3, (MADE, OPEN, None), {"open", "to drop"}),
    (2, (MADE, OPEN, None), {"open"}),
    (1, (after(1), OPEN, None), set()),  # promised in this retro's meeting: the next one opens with it
    (2, (after(1), OPEN, None), {"open"}),
    (5, (after(4), OPEN, None), {"open"}),  # the sprint runs: its page is written before it ends
    (2, (MADE, DONE, after(1, 5)), {"done"}),
    (2, (MADE, DONE, after(2, 5)), {"done"}),  # done between the sprint's end and the meeting
    (3, (MADE, DONE, after(1, 5)), set()),  # celebrated once
    (2, (MADE, DONE, after(3, 5)), {"open"}),  # news of a later retro: this page stays as it was
    (2, (MADE, DROPPED, after(1, 5)), {"dropped"}),
    (3, (MADE, DROPPED, after(1, 5)), set()),
    (3, (MADE, WISHED, None), {"open", "to drop"}),
]


@pytest.mark.parametrize(("sprint", "one", "where"), CASES)
def test_a_retro_opens_with_what_is_open_and_what_was_settled_since_the_last(
    sprint: int, one: tuple[datetime, ActionState, datetime | None], where: set[str]
) -> None:
    made, state, settled = one
    assert set(opened(sprint, action(1, made, state, settled))) == where


def test_the_oldest_is_first() -> None:
    assert opened(2, action(3, after(1, 9)), action(1, MADE), action(2, after(1, 2)))["open"] == [
        "FLEX-31",
        "FLEX-32",
        "FLEX-33",
    ]


@pytest.mark.parametrize(
    ("sprint", "words"),
    [
        (2, ""),
        (3, "Open for three retros now. Shall we drop it? Close FLEX-31 as Won't Do, or make it smaller."),
        (4, "Open for four retros now. Shall we drop it? Close FLEX-31 as Won't Do, or make it smaller."),
    ],
)
def test_what_is_open_for_three_retros_is_offered_to_be_dropped(sprint: int, words: str) -> None:
    (one,) = opening([action(1, MADE)], SPRINTS[sprint - 1], SPRINTS, SITE).open
    assert one.offer == words


def test_what_has_no_issue_yet_is_not_offered_to_be_closed() -> None:
    (one,) = opening([replace(action(1, MADE, WISHED), work_key=None)], SPRINTS[3], SPRINTS, SITE).open
    assert (one.key, one.url, one.offer) == ("", "", "")


def test_a_promise_says_where_it_stands_and_never_whose_it_is() -> None:
    owned = replace(action(1, MADE), owner=AccountId("ana"))
    (one,) = opening([owned], SPRINTS[1], SPRINTS, SITE).open
    assert (one.words, one.key, one.url, one.status, one.due, one.retros) == (
        "Promise 1", "FLEX-31", f"{SITE}/browse/FLEX-31", "In Progress", "2026-10-05", 2,
    )  # fmt: skip
    assert "ana" not in repr(one)


@given(
    st.lists(st.tuples(st.integers(0, 1500), st.sampled_from(ActionState), st.integers(0, 1500)), max_size=6),
    st.integers(1, 5),
)
def test_every_action_is_in_one_place_at_most(times: list[tuple[int, ActionState, int]], sprint: int) -> None:
    every = []
    for number, (made, state, later) in enumerate(times):
        begun = START + timedelta(hours=made)
        settled = begun + timedelta(hours=later) if state in (DONE, DROPPED) else None
        every.append(action(number, begun, state, settled))
    found = opening(every, SPRINTS[sprint - 1], SPRINTS, SITE)
    keys = [one.key for one in (*found.open, *found.done, *found.dropped)]
    assert len(keys) == len(set(keys))
    assert not any(one.offer for one in (*found.done, *found.dropped))
    assert opening(every[::-1], SPRINTS[sprint - 1], SPRINTS[::-1], SITE) == found


def issue(category: StatusCategory, resolution: str | None = None) -> Issue:
    """The issue that does an action."""
    return Issue(
        IssueId("10031"), IssueKey("FLEX-31"), ProjectKey("FLEX"), "Promise", "Task", is_subtask=False,
        status_id=StatusId("3"), status_category=category, resolution=resolution, status_name="Now",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "category", "resolution", "state", "settled"),
    [
        (OPEN, StatusCategory.INDETERMINATE, None, OPEN, None),
        (OPEN, StatusCategory.DONE, "Done", DONE, NOW),
        (OPEN, StatusCategory.DONE, None, DONE, NOW),
        (OPEN, StatusCategory.DONE, "Won't Do", DROPPED, NOW),
        (OPEN, StatusCategory.DONE, "won't do", DROPPED, NOW),
        (DONE, StatusCategory.DONE, "Done", DONE, MADE),
        (DONE, StatusCategory.NEW, None, OPEN, None),
        (DROPPED, StatusCategory.INDETERMINATE, None, OPEN, None),
        (DONE, StatusCategory.UNDEFINED, None, DONE, MADE),
    ],
)
def test_an_action_follows_its_issue(
    before: ActionState, category: StatusCategory, resolution: str | None, state: ActionState, settled: datetime | None
) -> None:
    one = action(1, MADE, before, MADE if before is not OPEN else None)
    after_it = followed(one, issue(category, resolution), SKIPPED, NOW)
    assert (after_it.state, after_it.settled_at, after_it.status) == (state, settled, "Now")


def test_a_deleted_issue_lets_its_action_go_unless_it_was_done() -> None:
    dropped = gone(action(1, MADE), NOW)
    assert (dropped.state, dropped.settled_at, dropped.work_id, dropped.work_key) == (DROPPED, NOW, None, None)
    assert gone(action(1, MADE, DONE, MADE), NOW).state is DONE


def test_only_what_everybody_in_the_project_may_read_becomes_an_issue() -> None:
    given_up = replace(PLANS, answers=replace(PLANS.answers, differently=""))
    among_us = replace(PLANS, answers=replace(PLANS.answers, team_only=True))
    assert refusal(PLANS) == ""
    assert "Write it and save" in refusal(None)
    assert "Write it and save" in refusal(given_up)
    assert "within the team" in refusal(among_us)
    assert "security level" in refusal(replace(PLANS, visible=False))


TODAY = date(2026, 11, 21)


def test_an_issue_is_offered_until_it_is_made() -> None:
    made, being_made = action(1, MADE), replace(action(1, MADE, WISHED), work_key=None)
    refused = replace(being_made, note="Jira has no Task there.")
    assert offer(None, PLANS, False, TODAY, SITE).can
    assert offer(None, PLANS, False, TODAY, SITE).due == "2026-11-21"
    assert not offer(None, PLANS, True, TODAY, SITE).can
    assert not offer(None, None, False, TODAY, SITE).can
    assert offer(being_made, PLANS, False, TODAY, SITE).waiting
    again = offer(refused, PLANS, False, TODAY, SITE)
    assert (again.can, again.waiting, again.note) == (True, False, refused.note)
    shown = offer(made, PLANS, False, TODAY, SITE).made
    assert shown
    assert shown.key == "FLEX-31"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", date(2026, 12, 5)),
        (" 2026-11-21 ", TODAY),
        ("2026-11-20", None),
        ("2028-01-01", None),
        ("tomorrow", None),
        ("2026-02-30", None),
    ],
)
def test_a_due_date_is_a_day_from_today_on(text: str, read: date | None) -> None:
    assert read_due(text, TODAY, Policy()) == read


@given(st.text())
def test_a_summary_is_one_line_that_jira_takes(words: str) -> None:
    line = summary(words)
    assert len(line) <= promises.LONGEST_SUMMARY
    assert len(line.splitlines()) <= 1


def test_a_long_promise_is_cut_with_a_mark() -> None:
    assert summary("Ask\n  them first. ") == "Ask them first."
    assert summary("word " * 100).endswith("wor…")
