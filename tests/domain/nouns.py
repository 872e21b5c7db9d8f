"""Plain nouns for tests of decisions: an issue, a close, a prompt, a learning. Every fact may be given otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from worker.domain.events import Change, IssueChanged
from worker.domain.model import (
    AccountId,
    Answers,
    Issue,
    IssueId,
    IssueKey,
    Learning,
    Person,
    ProjectKey,
    Prompt,
    PromptState,
    StatusCategory,
    StatusId,
    TenantId,
)

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANA, BEN, CY, US = AccountId("ana"), AccountId("ben"), AccountId("cy"), AccountId("learnloop")
ROBOT = Person(AccountId("robot"), "app")
TODO, DOING, DONE, CLOSED = StatusId("1"), StatusId("2"), StatusId("3"), StatusId("4")
CATEGORIES = {
    TODO: StatusCategory.NEW,
    DOING: StatusCategory.INDETERMINATE,
    DONE: StatusCategory.DONE,
    CLOSED: StatusCategory.DONE,
}

_ANA = Person(ANA)
_ISSUE = Issue(
    IssueId("10007"), IssueKey("FLEX-7"), ProjectKey("FLEX"), "Try monthly plans", "Story", False, DONE,
    StatusCategory.DONE, assignee=Person(BEN),
)  # fmt: skip
_PROMPT = Prompt(
    1, TenantId("t"), IssueId("10007"), IssueKey("FLEX-7"), ProjectKey("FLEX"), "Try monthly plans", ANA,
    PromptState.OPEN, MONDAY, MONDAY,
)  # fmt: skip


def issue(**facts: Any) -> Issue:
    """FLEX-7, done, assigned to Ben."""
    return replace(_ISSUE, **facts)


def moved(old: str | None, new: str | None, actor: Person | None = _ANA, **facts: Any) -> IssueChanged:
    """Ana moved FLEX-7 from one status to another; `facts` are the issue's."""
    known = {"status_id": new or "", "status_category": StatusCategory.UNDEFINED} | facts
    return IssueChanged(issue(**known), actor, MONDAY, (Change("status", old, new, "from here", "to there"),))


def prompt(**facts: Any) -> Prompt:
    """Ana was asked about FLEX-7 on that Monday at nine, and has not answered."""
    return replace(_PROMPT, **facts)


def learning(number: int, answers: Answers, **facts: Any) -> Learning:
    """What was learned on FLEX-`number`, a day later for each number."""
    key, at = IssueKey(f"FLEX-{number}"), MONDAY + timedelta(days=number)
    plain = Learning(
        number, IssueId(str(10_000 + number)), key, ProjectKey("FLEX"), f"Story {number}", "Story", answers, at, 1
    )
    return replace(plain, **facts)
