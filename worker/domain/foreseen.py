"""What a played past comes to, in numbers an admin looks at. Pure; plain values only, so that it can be kept as JSON.

It counts closes, issues and days, per project. Of people it says two numbers and no more: the most that any one of them
would have been asked in a day, and in all. Nobody is named, and nobody can be told from another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from worker.domain import calendar
from worker.domain.forecast import Rules, Step, What
from worker.domain.forecast_pages import FuturePage
from worker.domain.model import IssueId
from worker.domain.prompting import SkipReason

_CLOSES = (What.ASKED, What.AGAIN, What.SKIPPED)
_ASKS = (What.ASKED, What.AGAIN)
# What changes our comment when it is there already.
_EDITS = (What.AGAIN, What.WITHDRAWN, What.ANSWERED, What.EXPIRED)
_EXAMPLES = 5
MOST_PROJECTS = 100


@dataclass(frozen=True)
class Reason:
    """Why closes would have been skipped, how many, and the keys of the latest of them."""

    words: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class ProjectLine:
    """One project's closes. `weeks` are the asked ones, week by week as in `Forecast.weeks`."""

    key: str
    closes: int
    asked: int
    nobody: int
    weeks: tuple[int, ...]


@dataclass(frozen=True)
class DayLine:
    """One day of the team, ISO."""

    day: str
    closes: int
    asked: int


@dataclass(frozen=True)
class Traffic:
    """What Jira would have been given to do, at most. `mailing` are the writes it tells people of by its notification
    scheme; each reminder is one more mail, to one person.
    """

    comments: int
    edits: int
    reminders: int
    mailing: int


@dataclass(frozen=True)
class Forecast:
    """What would have happened. `since` and `until` are ISO moments, `weeks` the Mondays they begin with.

    `issues` were looked at; `cut` when the site has more than may be. `a_day` and `in_all` are the most that any one
    person would have been asked.
    """

    since: str
    until: str
    issues: int
    cut: bool
    closes: int
    asked: int
    again: int
    nobody: int
    a_day: int
    in_all: int
    reasons: tuple[Reason, ...]
    weeks: tuple[str, ...]
    projects: tuple[ProjectLine, ...]
    more_projects: int
    days: tuple[DayLine, ...]
    traffic: Traffic
    answered: int
    pages: tuple[FuturePage, ...]


@dataclass(frozen=True)
class Mailing:
    """Which of our writes Jira mails people about: edits of our comment, and the fields an answer is written to."""

    edits: bool
    answers: bool


def summed(steps: Sequence[Step], rules: Rules, mailing: Mailing) -> Forecast:
    """The numbers of a played past; the pages, and how much was looked at, are the caller's to add."""
    closes = [step for step in steps if step.what in _CLOSES]
    asks = [step for step in steps if step.what in _ASKS]
    lines = _projects(closes, rules)
    return Forecast(
        since=rules.since.isoformat(),
        until=rules.until.isoformat(),
        issues=0,
        cut=False,
        closes=len(closes),
        asked=len(asks),
        again=sum(step.what is What.AGAIN for step in asks),
        nobody=sum(map(_nobody, closes)),
        a_day=max(Counter((step.person, _day(step, rules)) for step in asks).values(), default=0),
        in_all=max(Counter(step.person for step in asks).values(), default=0),
        reasons=_reasons(closes),
        weeks=tuple(monday.isoformat() for monday in _mondays(rules)),
        projects=lines[:MOST_PROJECTS],
        more_projects=max(0, len(lines) - MOST_PROJECTS),
        days=_days(closes, rules),
        traffic=_traffic(steps, rules, mailing),
        answered=sum(step.what is What.ANSWERED for step in steps),
        pages=(),
    )


def _reasons(closes: Sequence[Step]) -> tuple[Reason, ...]:
    """Every reason, the most frequent first."""
    keys: dict[str, list[str]] = {}
    for step in closes:
        if step.what is What.SKIPPED:
            keys.setdefault(step.reason, []).append(step.issue.key)
    found = [Reason(words, len(one), tuple(dict.fromkeys(reversed(one)))[:_EXAMPLES]) for words, one in keys.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.words)))


def _projects(closes: Sequence[Step], rules: Rules) -> tuple[ProjectLine, ...]:
    """A line a project, the one with most closes first."""
    own: dict[str, list[Step]] = {}
    for step in closes:
        own.setdefault(step.issue.project_key, []).append(step)
    lines = [_project(key, steps, rules) for key, steps in own.items()]
    return tuple(sorted(lines, key=lambda line: (-line.closes, line.key)))


def _project(key: str, closes: Sequence[Step], rules: Rules) -> ProjectLine:
    asks = [step for step in closes if step.what in _ASKS]
    weeks = Counter(_monday(_day(step, rules)) for step in asks)
    return ProjectLine(
        key, len(closes), len(asks), sum(map(_nobody, closes)), tuple(weeks[monday] for monday in _mondays(rules))
    )


def _days(closes: Sequence[Step], rules: Rules) -> tuple[DayLine, ...]:
    """Every day with a close, the latest first."""
    every = Counter(_day(step, rules) for step in closes)
    asked = Counter(_day(step, rules) for step in closes if step.what in _ASKS)
    return tuple(DayLine(day.isoformat(), every[day], asked[day]) for day in sorted(every, reverse=True))


def _traffic(steps: Sequence[Step], rules: Rules, mailing: Mailing) -> Traffic:
    """Comments, edits of them and reminders. Who answers in a field while closing is not commented on any more."""
    at_once = {(step.issue.id, step.at) for step in steps if step.what is What.ANSWERED}
    asked = [
        step
        for step in steps
        if step.what is What.ASKED and rules.policy.of(step.issue.project_key).channel == "comment"
    ]
    commented = {step.issue.id for step in asked if (step.issue.id, step.at) not in at_once}
    edits = sum(step.what in _EDITS and step.issue.id in commented for step in steps)
    edits += 0 if mailing.edits else len(_first_logs(steps, rules, commented))
    told = len(commented) + edits * mailing.edits + len(asked) * mailing.answers
    return Traffic(len(commented), edits, sum(step.what is What.REMINDED for step in steps), told)


def _first_logs(steps: Sequence[Step], rules: Rules, commented: set[IssueId]) -> set[str]:
    """The projects whose log page is made by an answer in a comment's thread: the comment is told where it lives."""
    answered = {step.issue.project_key: step.issue.id for step in reversed(steps) if step.what is What.ANSWERED}
    return {key for key, issue in answered.items() if issue in commented and rules.policy.space_of(key)}


def _nobody(step: Step) -> bool:
    return step.reason.startswith(SkipReason.NOBODY_TO_ASK)


def _day(step: Step, rules: Rules) -> date:
    """The day it was for the team."""
    return calendar.day(step.at, rules.policy.time_zone)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _mondays(rules: Rules) -> list[date]:
    zone = ZoneInfo(rules.policy.time_zone)
    first, last = (_monday(moment.astimezone(zone).date()) for moment in (rules.since, rules.until))
    return [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
