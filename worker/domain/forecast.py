"""Play a site's past as if LearnLoop had been switched on: who would have been asked, reminded, or not, and why. Pure.

Each issue's life is its own: what is decided about a close depends on the rules, and on that issue's one prompt. Every
decision is made by `prompting.decide` and `reminding.due` themselves; here they are only given what happened, in order.
It is played as if nobody answered but in the fields that people filled in, so that what it counts is the most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from worker.domain import prompting, reminding
from worker.domain.calendar import in_office_hours, working_days_after
from worker.domain.events import IssueChanged
from worker.domain.model import (
    AccountId,
    Issue,
    IssueId,
    Occasion,
    Prompt,
    PromptState,
    StatusCategory,
    StatusId,
    TenantId,
)
from worker.domain.policy import Policy
from worker.domain.prompting import Ask, History, Skip, SkipReason, Withdraw

# How often reminders are looked for (`schedule`): what is due in between is done at the next look.
_LOOKS = timedelta(minutes=15)
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


class What(Enum):
    """What would have happened. ASKED opens the issue's one prompt, AGAIN opens it anew after a reopen."""

    ASKED = auto()
    AGAIN = auto()
    SKIPPED = auto()
    WITHDRAWN = auto()
    ANSWERED = auto()
    REMINDED = auto()
    EXPIRED = auto()


@dataclass(frozen=True)
class Step:
    """One thing that would have happened to an issue. `person` is whom it would have reached, `reason` why nobody."""

    what: What
    at: datetime
    issue: Issue
    person: AccountId | None = None
    reason: str = ""


@dataclass(frozen=True)
class Rules:
    """What decides: the tenant's policy, whether an issue matches the policy's JQL, and what is known of the site.

    `since` and `until` (aware) bound the time that is played.
    """

    policy: Policy
    categories: Mapping[StatusId, StatusCategory]
    own_account: AccountId
    since: datetime
    until: datetime
    fits: Callable[[Issue], bool] = lambda _: True


def play(events: Iterable[IssueChanged], rules: Rules) -> list[Step]:
    """Everything that would have happened, in the order it would have. `events` carry their issues as they were."""
    lives: dict[IssueId, list[IssueChanged]] = {}
    for event in events:
        lives.setdefault(event.issue.id, []).append(event)
    steps = [step for life in lives.values() for step in _life(life, rules)]
    return sorted(steps, key=lambda step: step.at)


def _life(events: Sequence[IssueChanged], rules: Rules) -> Iterator[Step]:
    """What would have happened to one issue."""
    prompt: Prompt | None = None
    issue = events[0].issue
    for event in events:
        prompt, aged = _aged(prompt, issue, rules.policy, event.at)
        yield from aged
        prompt, done = _decided(event, prompt, rules)
        yield from done
        if prompt and prompt.state is not PromptState.ANSWERED and _fields_answer(event, rules):
            prompt = replace(prompt, state=PromptState.ANSWERED)
            yield Step(What.ANSWERED, event.at, event.issue)
        issue = event.issue
    yield from _aged(prompt, issue, rules.policy, rules.until)[1]


def _decided(event: IssueChanged, prompt: Prompt | None, rules: Rules) -> tuple[Prompt | None, list[Step]]:
    """The issue's prompt after the event, and what was done. A close that is skipped counts; other changes do not."""
    issue, policy = event.issue, rules.policy.of(event.issue.project_key)
    history = History(rules.categories, rules.own_account, rules.since, prompt)
    match prompting.decide(event, policy, history):
        case Ask(occasion=Occasion.START):
            return prompt, []  # a forecast is about closes
        case Ask(person=person, again=again):
            opened = _prompt(event, person)
            if not rules.fits(issue):
                withdrawn = replace(opened, state=PromptState.WITHDRAWN)
                return withdrawn, [Step(What.SKIPPED, event.at, issue, reason=SkipReason.JQL)]
            return opened, [Step(What.AGAIN if again else What.ASKED, event.at, issue, person)]
        case Withdraw() if prompt:
            withdrawn = replace(prompt, state=PromptState.WITHDRAWN)
            return withdrawn, [Step(What.WITHDRAWN, event.at, issue, prompt.asked)]
        case Skip() as skip if _is_close(event, rules):
            return prompt, [Step(What.SKIPPED, event.at, issue, reason=str(skip))]
    return prompt, []


def _is_close(event: IssueChanged, rules: Rules) -> bool:
    change, policy = event.change("status"), rules.policy.of(event.issue.project_key)
    return change is not None and prompting.is_close(change, event.issue, rules.categories, policy)


def _prompt(event: IssueChanged, person: AccountId) -> Prompt:
    """The prompt as it would have been opened: asked within seconds of the close."""
    issue = event.issue
    return Prompt(
        id=1,
        tenant_id=TenantId(""),
        issue_id=issue.id,
        issue_key=issue.key,
        project_key=issue.project_key,
        summary=issue.summary,
        asked=person,
        state=PromptState.OPEN,
        closed_at=event.at,
        asked_at=event.at,
    )


def _fields_answer(event: IssueChanged, rules: Rules) -> bool:
    """Whether a person filled in what was learned, in a field that is mapped."""
    fields = rules.policy.field_map
    filled = any(change.field in fields.ids() for change in event.changes) and event.issue.texts.get(fields.learned)
    by_person = event.actor and event.actor.account_type == "atlassian" and event.actor.account_id != rules.own_account
    policy = rules.policy.of(event.issue.project_key)
    return bool(filled and by_person and not prompting.excluded(replace(event.issue, resolution=None), policy))


def _aged(prompt: Prompt | None, issue: Issue, policy: Policy, until: datetime) -> tuple[Prompt | None, list[Step]]:
    """The prompt at `until` if nobody answered: reminded, and let go."""
    steps = []
    policy = policy.of(issue.project_key)
    for look in _looks(prompt, policy) if prompt and prompt.state is PromptState.OPEN else ():
        if prompt is None or look > until:
            break
        match reminding.due(prompt, policy, look):
            case reminding.Remind(number=number):
                prompt = replace(prompt, reminders=number)
                steps.append(Step(What.REMINDED, look, issue, prompt.asked))
            case reminding.Expire():
                prompt = replace(prompt, state=PromptState.EXPIRED)
                steps.append(Step(What.EXPIRED, look, issue))
    return prompt, steps


def _looks(prompt: Prompt, policy: Policy) -> list[datetime]:
    """When something becomes due: reminders at the first look in office hours, letting go at the first of all."""
    due = [_next_look(working_days_after(prompt.asked_at, days, policy)) for days in policy.reminder_days]
    waiting = [look if in_office_hours(look, policy) else _opening(look, policy) for look in due]
    return sorted((*waiting, _next_look(working_days_after(prompt.asked_at, policy.expire_days, policy))))


def _next_look(moment: datetime) -> datetime:
    return moment + (_FIRST - moment) % _LOOKS


def _opening(moment: datetime, policy: Policy) -> datetime:
    """When the office opens on the next working day."""
    local = working_days_after(moment, 1, policy).astimezone(ZoneInfo(policy.time_zone))
    return local.replace(hour=policy.office_opens, minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)
