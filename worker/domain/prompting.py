"""Decide whether a change of an issue asks somebody what was learned, or, when an epic starts, what we hope to learn.
Pure: everything it needs is an argument.

"Closed" means: the status entered category `done` from another category. Every way not to ask has a name that the
deliveries list and the admin pages show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from worker.domain.events import Change, IssueChanged
from worker.domain.model import AccountId, Issue, Occasion, Person, Prompt, PromptState, StatusCategory, StatusId
from worker.domain.policy import Policy, named


class SkipReason(StrEnum):
    """Why nobody is asked; the value is the clause a person reads."""

    NOT_A_CLOSE = "not a close"
    OWN_CHANGE = "a change by our own account"
    BEFORE_ACTIVATION = "closed before LearnLoop was switched on"
    TOO_LATE = "told of too late to be answered well"
    PROJECT = "project not chosen"
    SUBTASK = "sub-task"
    SERVICE_DESK = "service desk project"
    STATUS = "status does not count"
    ISSUE_TYPE = "issue type not chosen"
    JQL = "does not match the JQL"
    RESOLUTION = "resolution skipped"
    NOBODY_TO_ASK = "nobody to ask"
    ALREADY_ASKED = "already asked"
    ANOTHER = "asked about another one instead"
    BESIDE = "offered beside another one"
    ENOUGH = "enough questions for one day"
    NO_SIGNAL = "no signal"
    NOT_IN_SAMPLE = "not in the sample"


# After a longer silence than this a question would come too late to be answered well.
LATEST = timedelta(days=7)
# Why a person was spared a question about one close among others. Told once more, it would be the question they were
# spared; what was left by the policy may be decided anew when an admin changed it.
_SPARED = frozenset({SkipReason.ANOTHER, SkipReason.BESIDE, SkipReason.ENOUGH})


@dataclass(frozen=True)
class Ask:
    """Ask `person`; `again` when an earlier prompt of the issue is to be opened anew."""

    person: AccountId
    again: bool = False
    occasion: Occasion = Occasion.CLOSE


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
    """What is known before deciding: the site's status categories, our account, the issue's prompt if it has one, and
    why this very close was left without a question, if it was told before; else empty. `now` is when it is decided.
    """

    categories: Mapping[StatusId, StatusCategory]
    own_account: AccountId
    activated_at: datetime
    prompt: Prompt | None = None
    left: str = ""
    now: datetime | None = None

    @property
    def too_late(self) -> datetime:
        """What happened before is not asked about any more."""
        return self.now - LATEST if self.now else datetime.min.replace(tzinfo=UTC)


def decide(event: IssueChanged, policy: Policy, history: History) -> Decision:
    """Ask, withdraw, or skip with the reason. A close that skips is still a close; see `is_close`.

    `policy` is as it is in the issue's project.
    """
    if event.actor and event.actor.account_id == history.own_account:
        return Skip(SkipReason.OWN_CHANGE)
    change = event.change("status")
    if change and is_reopen(change, event.issue, history.categories):
        return _reopened(change, event.at, history.prompt)
    if change and is_start(change, event.issue, history.categories, policy):
        return _started(event, policy, history)
    if not change or not is_close(change, event.issue, history.categories, policy):
        return Skip(SkipReason.NOT_A_CLOSE, moved(change) if change else "no status change")
    if event.at < history.activated_at:
        return Skip(SkipReason.BEFORE_ACTIVATION)
    if event.at < history.too_late:
        return Skip(SkipReason.TOO_LATE)
    if skip := excluded(event.issue, policy):
        return skip
    if not counts(change.new_name, policy):
        return Skip(SkipReason.STATUS, moved(change))
    if history.left in _SPARED:
        return Skip(SkipReason(history.left))
    return _asked(event, policy, history.prompt)


def is_close(change: Change, issue: Issue, categories: Mapping[StatusId, StatusCategory], policy: Policy) -> bool:
    """Whether the status entered `done` from another category; or, where only some statuses count, one that counts from
    one that does not: work that goes over Resolved to Released closes at Released.
    """
    before, after = _categories(change, issue, categories)
    if after is not StatusCategory.DONE:
        return False
    return before is not StatusCategory.DONE or (
        counts(change.new_name, policy) and not counts(change.old_name, policy)
    )


def counts(status: str, policy: Policy) -> bool:
    """Whether the policy takes this status, by its name, for an end of the work."""
    return not policy.closed_statuses or named(status, policy.closed_statuses)


def is_reopen(change: Change, issue: Issue, categories: Mapping[StatusId, StatusCategory]) -> bool:
    """Whether the status left `done`."""
    before, after = _categories(change, issue, categories)
    return before is StatusCategory.DONE and after is not StatusCategory.DONE


def is_start(change: Change, issue: Issue, categories: Mapping[StatusId, StatusCategory], policy: Policy) -> bool:
    """Whether this is the start of an epic that is asked what we hope to learn: its status entered `indeterminate` from
    `new`.
    """
    asked = policy.ask_epic_start and named(issue.type_name, policy.epic_types)
    return asked and _categories(change, issue, categories) == (StatusCategory.NEW, StatusCategory.INDETERMINATE)


def reopened_unasked(event: IssueChanged, history: History) -> bool:
    """Whether an issue that was left without a question is reopened: it is not to be offered beside another one."""
    change, prompt = event.change("status"), history.prompt
    if change is None or prompt is None or prompt.state is not PromptState.UNASKED or event.at < prompt.closed_at:
        return False
    return is_reopen(change, event.issue, history.categories)


def still(prompt: Prompt, issue: Issue) -> bool:
    """Whether the issue is still where the prompt's occasion left it: closed, or under way."""
    started = prompt.occasion is Occasion.START
    return issue.status_category is (StatusCategory.INDETERMINATE if started else StatusCategory.DONE)


def excluded(issue: Issue, policy: Policy) -> Skip | None:
    """The policy's reason not to ask about this issue whoever closed it, or None."""
    if policy.projects and issue.project_key not in policy.projects:
        return Skip(SkipReason.PROJECT, issue.project_key)
    if issue.service_desk and not policy.ask_service_desk:
        return Skip(SkipReason.SERVICE_DESK, issue.project_key)
    if issue.is_subtask and not policy.ask_subtasks:
        return Skip(SkipReason.SUBTASK)
    if policy.issue_types and not named(issue.type_name, policy.issue_types):
        return Skip(SkipReason.ISSUE_TYPE, issue.type_name)
    if issue.resolution and named(issue.resolution, policy.skipped_resolutions):
        return Skip(SkipReason.RESOLUTION, f"closed as {issue.resolution}")
    return None


def whom(actor: Person | None, issue: Issue, policy: Policy) -> AccountId | None:
    """Whom the policy asks first if that is an active person, else who closed it, else the assignee, else nobody (an
    automation or a bot closed it).
    """
    first = {"closer": actor, "assignee": issue.assignee, "reporter": issue.reporter}
    for person in (first.get(policy.whom), actor, issue.assignee):
        if person and person.active and person.account_type == "atlassian":
            return person.account_id
    return None


def commented(policy: Policy, prompt: Prompt) -> bool:
    """Whether the question stands in a comment. One that is there is kept true whatever the policy says since."""
    return policy.channel == "comment" or prompt.comment_id is not None


def moved(change: Change) -> str:
    """The status change as people read it: "In Progress → Review"."""
    return f"{change.old_name or change.old or '?'} → {change.new_name or change.new or '?'}"


def _asked(event: IssueChanged, policy: Policy, prompt: Prompt | None) -> Decision:
    person = whom(event.actor, event.issue, policy)
    if person is None:
        return Skip(SkipReason.NOBODY_TO_ASK)
    if prompt is None:
        return Ask(person)
    if prompt.occasion is Occasion.START:  # what was hoped is one question, what was learned another
        return Ask(person, again=True)
    if prompt.state is PromptState.UNASKED:  # a close that was left without a question says nothing about this one
        return Ask(person, again=True)
    if prompt.state is PromptState.WITHDRAWN and policy.ask_again_after_reopen:
        return Ask(person, again=True)
    return Skip(SkipReason.ALREADY_ASKED, prompt.state.replace("_", " "))


def _started(event: IssueChanged, policy: Policy, history: History) -> Decision:
    """An epic's start is asked about once, whatever becomes of the question."""
    if event.at < history.activated_at:
        return Skip(SkipReason.BEFORE_ACTIVATION)
    if event.at < history.too_late:
        return Skip(SkipReason.TOO_LATE)
    if skip := excluded(event.issue, policy):
        return skip
    if history.prompt:
        return Skip(SkipReason.ALREADY_ASKED, history.prompt.state.replace("_", " "))
    person = whom(event.actor, event.issue, policy)
    return Ask(person, occasion=Occasion.START) if person else Skip(SkipReason.NOBODY_TO_ASK)


def _reopened(change: Change, at: datetime, prompt: Prompt | None) -> Decision:
    """A reopen from before the close that was asked about came late; it takes nothing back."""
    asked = prompt and prompt.state is PromptState.OPEN and prompt.occasion is Occasion.CLOSE
    if prompt and asked and prompt.closed_at <= at:
        return Withdraw(prompt.id)
    return Skip(SkipReason.NOT_A_CLOSE, moved(change))


def _categories(
    change: Change, issue: Issue, categories: Mapping[StatusId, StatusCategory]
) -> tuple[StatusCategory, StatusCategory]:
    """Before and after. What the issue says of its current status is newer than the site's list."""
    told = {issue.status_id: issue.status_category} if issue.status_category is not StatusCategory.UNDEFINED else {}
    current = {**categories, **told}
    before = current.get(StatusId(change.old or ""), StatusCategory.UNDEFINED)
    after = current.get(StatusId(change.new or ""), StatusCategory.UNDEFINED)
    return before, after
