"""Prompts and closes: one prompt an issue however often it closes, and every close once with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.alone import MONDAY
from tests.domain.nouns import ANA, BEN, issue
from worker.domain.model import IssueId, IssueKey, Prompt, PromptState, TenantId
from worker.errors import NotFoundHere
from worker.store import prompts, sprints
from worker.store.database import Database

DAY = timedelta(days=1)
TUESDAY = MONDAY + DAY


def ask(db: Database, tenant: TenantId, number: int = 7, now: datetime = MONDAY) -> Prompt:
    """Ana is asked about FLEX-`number`."""
    about = issue(id=IssueId(str(number)), key=IssueKey(f"FLEX-{number}"), components=("billing",), labels=("trial",))
    with db.begin() as tx:
        return prompts.open_one(tx, tenant, about, ANA, now, now)


def read(db: Database, prompt: Prompt) -> Prompt:
    with db.read() as tx:
        return prompts.get(tx, prompt.id)


def test_a_prompt_is_open_and_knows_its_issue(db: Database, tenant: TenantId) -> None:
    prompt = ask(db, tenant)
    assert (prompt.issue_key, prompt.summary, prompt.asked, prompt.state) == (
        "FLEX-7", "Try monthly plans", ANA, PromptState.OPEN,
    )  # fmt: skip
    assert (prompt.hints, prompt.reminders, prompt.comment_id) == (("billing", "trial"), 0, None)
    with db.read() as tx:
        assert prompts.of_issue(tx, tenant, IssueId("7")) == prompts.get(tx, prompt.id) == prompt


def test_a_later_close_opens_the_same_prompt_anew_under_the_same_comment(db: Database, tenant: TenantId) -> None:
    first = ask(db, tenant)
    with db.begin() as tx:
        prompts.shown(tx, first.id, "10100", "digest")
        prompts.reminded(tx, first.id, 1)
        prompts.settle(tx, first.id, PromptState.WITHDRAWN, MONDAY)
        again = prompts.open_one(tx, tenant, issue(id=IssueId("7"), summary="Renamed"), BEN, TUESDAY, TUESDAY)
    assert (again.id, again.comment_id, again.shown) == (first.id, "10100", "digest")
    assert (again.state, again.settled_at, again.reminders) == (PromptState.OPEN, None, 0)
    assert (again.asked, again.summary, again.closed_at, again.asked_at) == (BEN, "Renamed", TUESDAY, TUESDAY)


@pytest.mark.parametrize("state", [state for state in PromptState if state is not PromptState.OPEN])
def test_a_prompt_is_settled_at_a_moment(db: Database, tenant: TenantId, state: PromptState) -> None:
    prompt, untouched = ask(db, tenant, 7), ask(db, tenant, 8)
    with db.begin() as tx:
        prompts.settle(tx, prompt.id, state, TUESDAY)
    assert (read(db, prompt).state, read(db, prompt).settled_at) == (state, TUESDAY)
    assert read(db, untouched) == untouched


def test_a_prompt_that_is_not_there_is_a_sentence_that_says_where_to_look(db: Database, tenant: TenantId) -> None:
    with db.read() as tx:
        assert prompts.of_issue(tx, tenant, IssueId("7")) is None
        with pytest.raises(NotFoundHere, match=r"no prompt 7; `learnloop prompts`"):
            prompts.get(tx, 7)


def test_one_tenants_prompt_is_not_found_for_another(db: Database, tenant: TenantId, other: TenantId) -> None:
    ask(db, tenant)
    with db.read() as tx:
        assert prompts.of_issue(tx, other, IssueId("7")) is None
        assert prompts.open_before(tx, other, TUESDAY) == prompts.newest(tx, other) == []
        assert prompts.state_counts(tx, other) == {}
    assert ask(db, other).id != ask(db, tenant).id


def test_a_reminder_counts_once_and_never_backwards(db: Database, tenant: TenantId) -> None:
    prompt = ask(db, tenant)
    with db.begin() as tx:
        assert [prompts.reminded(tx, prompt.id, number) for number in (1, 1, 2, 1, 2)] == [
            True,
            False,
            True,
            False,
            False,
        ]
    assert read(db, prompt).reminders == 2


def test_open_prompts_asked_before_a_moment_come_oldest_first(db: Database, tenant: TenantId) -> None:
    for number, days in ((1, 3), (2, 1), (3, 2), (4, 0)):
        ask(db, tenant, number, MONDAY + days * DAY)
    settled = ask(db, tenant, 5, MONDAY)
    with db.begin() as tx:
        prompts.settle(tx, settled.id, PromptState.ANSWERED, TUESDAY)
    with db.read() as tx:
        found = prompts.open_before(tx, tenant, MONDAY + 3 * DAY)
        assert [one.issue_key for one in found] == ["FLEX-4", "FLEX-2", "FLEX-3"]
        assert [one.issue_key for one in prompts.newest(tx, tenant, limit=2)] == ["FLEX-1", "FLEX-3"]
        assert prompts.state_counts(tx, tenant) == {PromptState.OPEN: 4, PromptState.ANSWERED: 1}


def close(db: Database, tenant: TenantId, number: int, reason: str, at: datetime = MONDAY) -> None:
    """FLEX-`number` was closed and its closer not asked."""
    with db.begin() as tx:
        prompts.record_close(tx, tenant, issue(id=IssueId(str(number))), at, False, reason)


@pytest.mark.parametrize(
    ("at", "changelog_id", "expected"),
    [
        (MONDAY, "77", "asked about another one instead"),
        (MONDAY + DAY, "77", "asked about another one instead"),  # the same change, however late it is told
        (MONDAY + timedelta(minutes=1), "", "asked about another one instead"),
        (MONDAY + timedelta(minutes=1), "78", ""),
        (MONDAY + timedelta(minutes=3), "", ""),
    ],
)
def test_why_a_close_was_left_is_found_as_it_is_known_again(
    db: Database, tenant: TenantId, other: TenantId, at: datetime, changelog_id: str, expected: str
) -> None:
    about = IssueId("1")
    with db.begin() as tx:
        prompts.record_close(tx, tenant, issue(id=about), MONDAY, False, "asked about another one instead", "77")
        prompts.record_close(tx, tenant, issue(id=IssueId("2")), MONDAY, True, "", "79")
    with db.read() as tx:
        assert prompts.left(tx, tenant, about, at, changelog_id) == expected
        assert prompts.left(tx, other, about, at, changelog_id) == ""
        assert prompts.left(tx, tenant, IssueId("2"), MONDAY, "79") == ""


def test_one_that_was_left_is_offered_no_more_beside_the_question_of_its_person(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    left, beside, unlike, elsewhere = ask(db, tenant, 1), ask(db, tenant, 2), ask(db, tenant, 3), ask(db, other, 2)
    with db.begin() as tx:
        prompts.choose(tx, beside.id, left.issue_id)
        prompts.choose(tx, unlike.id, beside.issue_id)
        prompts.choose(tx, elsewhere.id, left.issue_id)
        prompts.offer_no_more(tx, left)
    assert [read(db, one).one_more for one in (beside, unlike, elsewhere)] == [None, beside.issue_id, left.issue_id]


def counts(db: Database, tenant: TenantId) -> dict[str, int]:
    with db.read() as tx:
        return prompts.sprint_counts(tx, tenant, 5)


def test_the_same_close_again_keeps_the_first_decision(db: Database, tenant: TenantId) -> None:
    with db.begin() as tx:
        sprints.keep_issues(tx, tenant, 5, [IssueId("1")])
    close(db, tenant, 1, "a sub-task")
    close(db, tenant, 1, "another reason")
    assert counts(db, tenant) == {"skipped: a sub-task": 1}


def test_a_sprint_counts_its_own_prompts_by_state_and_its_skips_by_reason(
    db: Database, tenant: TenantId, other: TenantId
) -> None:
    for somebody in (tenant, other):
        with db.begin() as tx:
            sprints.keep_issues(tx, somebody, 5, [IssueId(str(number)) for number in range(1, 6)])
    ask(db, tenant, 1)
    answered = ask(db, tenant, 2)
    with db.begin() as tx:
        prompts.settle(tx, answered.id, PromptState.ANSWERED, MONDAY)
    close(db, tenant, 3, "a sub-task")
    close(db, tenant, 4, "a sub-task")
    close(db, tenant, 9, "not in the sprint")
    close(db, other, 5, "another site's")
    assert counts(db, tenant) == {"open": 1, "answered": 1, "skipped: a sub-task": 2}
    assert counts(db, other) == {"skipped: another site's": 1}


def test_an_issue_closed_twice_is_one_skip_and_one_that_was_asked_after_all_is_none(
    db: Database, tenant: TenantId
) -> None:
    with db.begin() as tx:
        sprints.keep_issues(tx, tenant, 5, [IssueId("1"), IssueId("2")])
    for day in range(2):
        close(db, tenant, 1, "nobody to ask", MONDAY + day * DAY)
        close(db, tenant, 2, "nobody to ask", MONDAY + day * DAY)
    ask(db, tenant, 2, MONDAY + 2 * DAY)
    assert counts(db, tenant) == {"open": 1, "skipped: nobody to ask": 1}


def test_what_was_left_unasked_is_counted_by_the_reason_of_its_own_close_and_apart_once_it_is_answered(
    db: Database, tenant: TenantId
) -> None:
    with db.begin() as tx:
        sprints.keep_issues(tx, tenant, 5, [IssueId("1"), IssueId("2"), IssueId("3")])
    close(db, tenant, 1, "nobody to ask", MONDAY - DAY)  # an earlier close of the same issue, for another reason
    left = [ask(db, tenant, number, MONDAY) for number in (1, 2, 3)]
    with db.begin() as tx:
        for prompt in left:
            prompts.record_close(tx, tenant, issue(id=prompt.issue_id), MONDAY, True, "")
            prompts.not_asked(tx, prompt, "no signal", MONDAY)
        prompts.settle(tx, left[2].id, PromptState.ANSWERED, MONDAY)
    assert counts(db, tenant) == {"unasked": 2, "answered": 1, "unasked: no signal": 2, "volunteered": 1}
