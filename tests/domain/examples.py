"""Example values for tests of the pure core: an issue, a prompt, a learning, the material of each page type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from worker.domain.model import (
    AccountId,
    Answers,
    Issue,
    IssueId,
    IssueKey,
    Learning,
    PageKey,
    Person,
    ProjectKey,
    Prompt,
    PromptState,
    Sprint,
    StatusCategory,
    StatusId,
    TenantId,
    Topic,
)
from worker.domain.pages.page_type import Material, PageLink
from worker.domain.policy import Policy

# A Tuesday, ten in the morning.
NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)

PAGE_KEYS = {
    "home": PageKey("home"),
    "topic": PageKey("topic:caching"),
    "log": PageKey("log:FLEX"),
    "retro": PageKey("retro:12"),
}


def person(account: str, account_type: str = "atlassian", *, active: bool = True) -> Person:
    """Somebody on the site."""
    return Person(AccountId(account), account_type, active)


def issue(**facts: Any) -> Issue:
    """A closed story of FLEX, `facts` apart."""
    plain = Issue(
        id=IssueId("10001"),
        key=IssueKey("FLEX-1"),
        project_key=ProjectKey("FLEX"),
        summary="Cache the prices",
        type_name="Story",
        is_subtask=False,
        status_id=StatusId("31"),
        status_category=StatusCategory.DONE,
    )
    return replace(plain, **facts)


def prompt(state: PromptState = PromptState.OPEN, **facts: Any) -> Prompt:
    """A question put to Ana at NOW about FLEX-1, `facts` apart."""
    plain = Prompt(
        id=7,
        tenant_id=TenantId("t1"),
        issue_id=IssueId("10001"),
        issue_key=IssueKey("FLEX-1"),
        project_key=ProjectKey("FLEX"),
        summary="Cache the prices",
        asked=AccountId("ana"),
        state=state,
        closed_at=NOW,
        asked_at=NOW,
    )
    return replace(plain, **facts)


def learning(number: int, answers: Answers, **facts: Any) -> Learning:
    """The learning of FLEX-`number`, a day later for each number."""
    plain = Learning(
        id=number,
        issue_id=IssueId(str(10_000 + number)),
        issue_key=IssueKey(f"FLEX-{number}"),
        project_key=ProjectKey("FLEX"),
        summary=f"Story {number}",
        type_name="Story",
        answers=answers,
        learned_at=NOW + timedelta(days=number),
        revision=1,
    )
    return replace(plain, **facts)


def material(learnings: Iterable[Learning], *, goal: str = "Faster prices", sprint_name: str = "Sprint 4") -> Material:
    """What any page type needs to know to show `learnings`."""
    sprint = Sprint(12, 1, sprint_name, goal, "closed", NOW, NOW + timedelta(days=14), NOW + timedelta(days=14))
    topic = PageKey("topic:caching")
    return Material(
        site_url="https://flex.example",
        policy=Policy(home_space="TEAM"),
        learnings=tuple(learnings),
        links={topic: PageLink(topic, "Learnings: caching", "https://flex.example/wiki/spaces/TEAM/pages/9", "TEAM")},
        topics=((Topic("caching"), 2, NOW),),
        projects=(("FLEX", 2),),
        sprint=sprint,
        project_key="FLEX",
        counts={"answered": 2, "open": 1, "skipped: sub-task": 3},
    )
