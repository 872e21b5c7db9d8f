"""Prompts as a delivery leaves them, without one; and what was answered to them."""

from __future__ import annotations

from tests.alone import MONDAY
from tests.sources.doors import Doors
from worker.domain.model import (
    AccountId,
    Answers,
    Issue,
    IssueId,
    IssueKey,
    ProjectKey,
    Prompt,
    StatusCategory,
    StatusId,
    TenantId,
)
from worker.store import learnings, prompts

LEARNED = "Small batches surface problems early."
ANA, BEN = "ana", "ben"


def asked(doors: Doors, tenant: str, key: str = "FLEX-7", issue_id: str = "10123", asked_of: str = ANA) -> Prompt:
    """A prompt about a close, as a delivery leaves it."""
    issue = Issue(
        IssueId(issue_id), IssueKey(key), ProjectKey(key.partition("-")[0]), f"Summary of {tenant} {key}", "Story",
        is_subtask=False, status_id=StatusId("3"), status_category=StatusCategory.DONE, components=("billing",),
    )  # fmt: skip
    with doors.parts.db.begin() as tx:
        return prompts.open_one(tx, TenantId(tenant), issue, AccountId(asked_of), MONDAY, doors.clock.now())


def answers(doors: Doors, prompt: Prompt) -> Answers | None:
    """The latest answers about a prompt's issue."""
    with doors.parts.db.read() as tx:
        return learnings.latest(tx, prompt.tenant_id, prompt.issue_id)
