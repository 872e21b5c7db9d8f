"""Decide whether a change of an issue asks somebody what was learned. Pure: everything it needs is an argument.

"Closed" means: the status entered category `done` from another category. Every way not to ask has a name that the
deliveries list and the admin pages show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from worker.domain.events import Change, IssueChanged
from worker.domain.model import AccountId, Issue, Person, Prompt, PromptState, StatusCategory, StatusId
from worker.domain.policy import Policy


class SkipReason(StrEnum):
    """Why nobody is asked; the value is the clause a person reads."""

    NOT_A_CLOSE = "not a close"
    OWN_CHANGE = "our own change"
    BEFORE_ACTIVATION = "closed before LearnLoop was switched on"
    PROJECT = "project not chosen"
    SUBTASK = "sub-task"
    SERVICE_DESK = "service desk project"
    RESOLUTION = "resolution skipped"
    NOBODY_TO_ASK = "nobody to ask"
    ALREADY_ASKED = "already asked"


@dataclass(frozen=True)
class Ask:
    """Ask `person`; `again` when an earlier prompt of the issue is to be opened anew."""

    person: AccountId
    again: bool = False


@dataclass(frozen=True)
class Withdraw:
    """The issue was reopened before anyone answered: take the question back."""

    prompt_id: int


@dataclass(frozen=True)
class Skip:
    """Do nothing, for `reason`; `detail` is what a person needs to understand it."""

    reason: SkipReason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


Decision = Ask | Withdraw | Skip


@dataclass(frozen=True)
class History:
    """What is known before deciding: the site's status categories, our account, the issue's prompt if it has one."""

    categories: Mapping[StatusId, StatusCategory]
    own_account: AccountId
    activated_at: datetime
    prompt: Prompt | None = None


def decide(event: IssueChanged, policy: Policy, history: History) -> Decision:
    """Ask, withdraw, or skip with the reason. A close that skips is still a close; see `is_close`."""
    if event.actor and event.actor.account_id == history.own_account:
        return Skip(SkipReason.OWN_CHANGE)
    change = event.change("status")
    if change and is_reopen(change, event.issue, history.categories):
        return _reopened(change, event.at, history.prompt)
    if not change or not is_close(change, event.issue, history.categories):
        return Skip(SkipReason.NOT_A_CLOSE, moved(change) if change else "no status change")
    if event.at < history.activated_at:
        return Skip(SkipReason.BEFORE_ACTIVATION)
    if skip := excluded(event.issue, policy):
        return skip
    return _asked(event, policy, history.prompt)


def is_close(change: Change, issue: Issue, categories: Mapping[StatusId, StatusCategory]) -> bool:
    """Whether the status entered `done` from another category."""
    before, after = _categories(change, issue, categories)
    return after is StatusCategory.DONE and before is not StatusCategory.DONE


def is_reopen(change: Change, issue: Issue, categories: Mapping[StatusId, StatusCategory]) -> bool:
    """Whether the status left `done`."""
    before, after = _categories(change, issue, categories)
    return before is StatusCategory.DONE and after is not StatusCategory.DONE


def excluded(issue: Issue, policy: Policy) -> Skip | None:
    """The policy's reason not to ask about this issue whoever closed it, or None."""
    if policy.projects and issue.project_key not in policy.projects:
        return Skip(SkipReason.PROJECT, issue.project_key)
    if issue.service_desk and not policy.ask_service_desk:
        return Skip(SkipReason.SERVICE_DESK, issue.project_key)
    if issue.is_subtask and not policy.ask_subtasks:
        return Skip(SkipReason.SUBTASK)
    skipped = {name.casefold() for name in policy.skipped_resolutions}
    if issue.resolution and issue.resolution.casefold() in skipped:
        return Skip(SkipReason.RESOLUTION, f"closed as {issue.resolution}")
    return None


def whom(actor: Person | None, assignee: Person | None) -> AccountId | None:
    """The actor if an active person, else the assignee if one, else nobody (an automation or a bot closed it)."""
    for person in (actor, assignee):
        if person and person.active and person.account_type == "atlassian":
            return person.account_id
    return None


def moved(change: Change) -> str:
    """The status change as people read it: "In Progress → Review"."""
    return f"{change.old_name or change.old or '?'} → {change.new_name or change.new or '?'}"


def _asked(event: IssueChanged, policy: Policy, prompt: Prompt | None) -> Decision:
    person = whom(event.actor, event.issue.assignee)
    if person is None:
        return Skip(SkipReason.NOBODY_TO_ASK)
    if prompt is None:
        return Ask(person)
    if prompt.state is PromptState.WITHDRAWN and policy.ask_again_after_reopen:
        return Ask(person, again=True)
    return Skip(SkipReason.ALREADY_ASKED, prompt.state.replace("_", " "))


def _reopened(change: Change, at: datetime, prompt: Prompt | None) -> Decision:
    """A reopen from before the close that was asked about came late; it takes nothing back."""
    if prompt and prompt.state is PromptState.OPEN and prompt.closed_at <= at:
        return Withdraw(prompt.id)
    return Skip(SkipReason.NOT_A_CLOSE, moved(change))


def _categories(
    change: Change, issue: Issue, categories: Mapping[StatusId, StatusCategory]
) -> tuple[StatusCategory, StatusCategory]:
    """Before and after. The issue's own category serves for its current status when the site's list lacks it."""
    current = {issue.status_id: issue.status_category, **categories}
    before = current.get(StatusId(change.old or ""), StatusCategory.UNDEFINED)
    after = current.get(StatusId(change.new or ""), StatusCategory.UNDEFINED)
    return before, after
