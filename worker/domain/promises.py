"""Promises kept: what a retro opens with, and what becomes of an action when its Jira issue moves.

Pure. It counts retros and issues, never people; who owns an action is for Jira to say, and no page does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from worker.domain.addresses import issue_url
from worker.domain.model import (
    Action,
    ActionState,
    Answers,
    Issue,
    IssueId,
    Learning,
    ProjectKey,
    Sprint,
    StatusCategory,
)
from worker.domain.numerals import spelled
from worker.domain.policy import Policy

# An action that was carried through so many retros is offered to be dropped. Ours: no study was found; vendors say
# that 60 to 70 % of what retros decide is never done (facts at Policy.action_days).
LONG_OPEN = 3
# Jira's limit of a summary, in characters (REST v3, create issue: "Summary must be less than 255 characters").
LONGEST_SUMMARY = 254
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)

# What stands in place of a promise whose author took its words back; its issue goes on.
TAKEN_BACK = "Its words were taken back."


@dataclass(frozen=True)
class Promise:
    """An action as pages show it. `key` and `url` are those of the issue that does it, empty before it is made; `due`
    is an ISO day or empty; `retros` is how many retros have met it open; `offer` the sentence that offers to drop it;
    it is `waiting` while its issue is not made yet.
    """

    words: str
    key: str
    url: str
    learned_key: str
    learned_url: str
    status: str
    due: str
    retros: int
    offer: str = ""
    waiting: bool = False


@dataclass(frozen=True)
class Opening:
    """What a retro opens with: what is still open, the oldest first; what was done, and what was let go of, since the
    last one.
    """

    open: tuple[Promise, ...] = ()
    done: tuple[Promise, ...] = ()
    dropped: tuple[Promise, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.open or self.done or self.dropped)


def opening(actions: Sequence[Action], sprint: Sprint, sprints: Sequence[Sprint], site_url: str) -> Opening:
    """What the retro of `sprint` opens with. `sprints` are the project's, in any order; `actions` its visible ones.

    A retro meets what was promised before its sprint was closed. What was settled only after the next retro is that
    one's news, and stays open here, so that an old page does not change with every action.
    """
    closed, before, held, following = _meetings(sprint, sprints)
    met = sorted((one for one in actions if one.made_at < held), key=lambda one: (one.made_at, one.issue_id))
    carried: list[Promise] = []
    settled: dict[ActionState, list[Promise]] = {ActionState.DONE: [], ActionState.DROPPED: []}
    for one in met:
        if one.settled_at is None or one.settled_at >= following:
            retros = sum(one.made_at < at <= held for at in closed)
            carried.append(promise(one, site_url, retros, still=True))
        elif one.settled_at > before:
            settled[one.state].append(promise(one, site_url))
    return Opening(
        open=tuple(carried),
        done=tuple(settled[ActionState.DONE]),
        dropped=tuple(settled[ActionState.DROPPED]),
    )


def met(
    actions: Sequence[Action], sprint: Sprint, sprints: Sequence[Sprint], members: Collection[IssueId]
) -> tuple[Action, ...]:
    """Those of a project's actions of which the retro of `sprint` says something: what it opens with, and what was
    learned on its own issues, the `members`.
    """
    _, before, held, _ = _meetings(sprint, sprints)
    return tuple(
        one
        for one in actions
        if one.issue_id in members or (one.made_at < held and (one.settled_at is None or one.settled_at > before))
    )


def _meetings(sprint: Sprint, sprints: Sequence[Sprint]) -> tuple[list[datetime], datetime, datetime, datetime]:
    """When the project's retros were held, each as its sprint was closed; and the one before that of `sprint`, its own,
    and the one after. One that is still to be held is in the far future.
    """
    closed = sorted({one.completed_at for one in (*sprints, sprint) if one.completed_at})
    held = sprint.completed_at or _LATEST
    before = max((at for at in closed if at < held), default=_EARLIEST)
    return closed, before, held, min((at for at in closed if at > held), default=_LATEST)


def promise(one: Action, site_url: str, retros: int = 0, *, still: bool = False) -> Promise:
    """An action for a page; `still` open, it is offered to be dropped once enough retros met it."""
    key = one.work_key or ""
    return Promise(
        words=one.words or TAKEN_BACK,
        key=key,
        url=issue_url(site_url, key) if key else "",
        learned_key=one.issue_key,
        learned_url=issue_url(site_url, one.issue_key),
        status=one.status if one.state is ActionState.OPEN else "",
        due=one.due_on.isoformat() if one.due_on else "",
        retros=retros,
        offer=_offer(key, retros) if still and key and retros >= LONG_OPEN else "",
        waiting=one.state is ActionState.WISHED,
    )


def _offer(key: str, retros: int) -> str:
    return f"Open for {spelled(retros)} retros now. Shall we drop it? Close {key} as Won't Do, or make it smaller."


def followed(one: Action, issue: Issue, skipped: Collection[str], now: datetime) -> Action:
    """The action as its Jira issue has it now. Closed with a resolution that means the work was not done (`skipped`,
    names in any case), it was dropped; otherwise it is done.
    """
    match issue.status_category:
        case StatusCategory.UNDEFINED:
            state = one.state
        case StatusCategory.DONE:
            left = (issue.resolution or "").casefold() in {name.casefold() for name in skipped}
            state = ActionState.DROPPED if left else ActionState.DONE
        case _:
            state = ActionState.OPEN
    settled = one.settled_at or now if state in (ActionState.DONE, ActionState.DROPPED) else None
    status = issue.status_name or one.status
    return replace(one, state=state, status=status[:200], settled_at=settled, work_key=issue.key)


def gone(one: Action, now: datetime) -> Action:
    """The action once its Jira issue was deleted: dropped, unless it was settled before. It is looked for no more."""
    after = replace(one, work_id=None, work_key=None, status="")
    return after if one.settled_at else replace(after, state=ActionState.DROPPED, settled_at=now)


@dataclass(frozen=True)
class Offer:
    """What is offered beside an answer: to make an issue of `words`, due on `due` (ISO) unless another day is chosen;
    or, once that was asked for, the issue, or that it is being made. `note` is what Jira did not take.
    """

    words: str = ""
    due: str = ""
    can: bool = False
    waiting: bool = False
    made: Promise | None = None
    note: str = ""


def offer(one: Action | None, learning: Learning | None, restricted: bool, due: date, site_url: str) -> Offer:
    """What to offer beside an answer, `restricted` whether its issue is; nothing where no issue may be made."""
    if one and one.state is not ActionState.WISHED:
        return Offer(made=promise(one, site_url), note=one.note) if one.work_key else Offer()
    if restricted or refusal(learning) or learning is None:
        return Offer()
    waiting = one is not None and not one.note
    return Offer(learning.answers.differently, due.isoformat(), not waiting, waiting, note=one.note if one else "")


def due(today: date, policy: Policy) -> date:
    """The day an action that is promised today is due, when nobody chose another."""
    return today + timedelta(days=policy.action_days)


def read_due(text: str, today: date, policy: Policy) -> date | None:
    """The day somebody chose (ISO; empty means the usual one), None for one that is past or more than a year ahead."""
    try:
        chosen = date.fromisoformat(text.strip()) if text.strip() else due(today, policy)
    except ValueError:
        return None
    return chosen if today <= chosen <= today + timedelta(days=366) else None


def refusal(learning: Learning | None) -> str:
    """Why what was learned cannot become an issue that others may see; empty when it can."""
    answers = learning.answers if learning else Answers()
    if learning is None or not answers.differently:
        return "Nothing is written under “What will we do differently?” yet. Write it and save; then make it an issue."
    if answers.team_only:
        return "This answer is kept within the team, so its words are not put into an issue of their own."
    if not learning.visible:
        return RESTRICTED
    return ""


RESTRICTED = (
    "Not everybody in the project may see this issue, so its words are not put into another one. "
    "Make the issue in Jira yourself, with the same security level."
)


@dataclass(frozen=True)
class Draft:
    """An issue as it is to be made for an action. By its `label` it is found again: ids stay when an issue moves."""

    project_key: ProjectKey
    type_name: str
    summary: str
    label: str


def draft(one: Action, policy: Policy) -> Draft:
    """The issue for an action, in the project it was learned in; `policy` is that one's."""
    label = f"learnloop-action-{one.issue_id}"
    return Draft(one.project_key, policy.action_issue_type, summary(one.words), label)


def summary(words: str) -> str:
    """The words on one line, as long as a summary in Jira may be."""
    line = " ".join("".join(one if one.isprintable() else " " for one in words).split())
    return line if len(line) <= LONGEST_SUMMARY else f"{line[: LONGEST_SUMMARY - 1].rstrip()}…"
