"""Signals: facts about the work that make a close worth a question, and the sentence that tells them. Pure.

One entry of `SIGNALS` a signal, one function each. A fact's words are made of counts and durations only: no text of
the issue and no person can appear in them. What is told is what happened, never whether it was good. docs/signals.md
lists them all; a test holds it against this registry.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from statistics import median

from worker.domain import life as lives
from worker.domain.life import Life
from worker.domain.model import IssueId
from worker.domain.numerals import counted, spelled
from worker.domain.policy import Policy, named
from worker.domain.prompting import SkipReason

# Debriefs with objective facts beside the questions help most; which numbers those are is ours.
_FACTS_HELP = "Keiser and Arthur 2021, 61 studies: objective facts help. The numbers are ours, no study."
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_amount = partial(counted, in_words=True)

LEAST_DURATIONS = 8  # below that a median says little; ours
USUAL_FACTOR, USUAL_SHARE, LEAST_TIME = 3, 0.85, 2 * _DAY
LEAST_BLOCKS, LEAST_BLOCKED = 2, _DAY
LEAST_HAND_OVERS = 3
OVERRUN_FACTOR, LEAST_OVERRUN = 2, 4 * _HOUR
LEAST_COMMENTS = 15  # five people three times each, or two in a long exchange
LEAST_CLOSES = 20


@dataclass(frozen=True)
class Usual:
    """What is usual in a project, of closes before the one that is looked at.

    `durations` are from the start of the work to the close, of issues that were not reopened; `closes` is how many
    closes are known, counted no further than is asked for; `first_in` names components that came up first with this
    issue.
    """

    durations: tuple[timedelta, ...] = ()
    closes: int = 0
    first_in: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fact:
    """What a signal found. `words` is a clause about the work that begins with "it"; a stronger fact is told first."""

    signal: str
    words: str
    strength: int


Find = Callable[[Life, Usual, Policy], Fact | None]


@dataclass(frozen=True)
class Signal:
    """One thing that is looked for: what it means, and what it cannot know."""

    name: str
    title: str
    definition: str
    cannot_know: str
    evidence: str
    find: Find


def found(life: Life, usual: Usual, policy: Policy) -> tuple[Fact, ...]:
    """Every fact of the close, the strongest first; `policy` is as it is in the issue's project."""
    every = [fact for signal in SIGNALS if (fact := signal.find(life, usual, policy))]
    return tuple(sorted(every, key=lambda fact: -fact.strength))


def strength(facts: Sequence[Fact]) -> int:
    """How much the facts ask for a question; nought for none."""
    return sum(fact.strength for fact in facts)


def opening(clauses: Sequence[str]) -> str:
    """One sentence of the first two clauses, "This was reopened twice and took nine days; three is usual here."; empty
    without any.
    """
    told = sorted((clause.removeprefix("it ") for clause in clauses[:2]), key=lambda clause: ";" in clause)
    if len(told) == 2 and all(clause.startswith("was ") for clause in told):
        told[1] = told[1].removeprefix("was ")
    return f"This {' and '.join(told)}." if told else ""


def chosen(policy: Policy, facts: Sequence[Fact], issue_id: IssueId) -> SkipReason | None:
    """Why the close is left without a question, or None when it is to be asked about. The sample is of issues, always
    the same ones.
    """
    if policy.ask_about == "every" or facts:
        return None
    if policy.ask_about == "signals":
        return SkipReason.NO_SIGNAL
    drawn = int.from_bytes(hashlib.sha256(issue_id.encode()).digest()[:8]) % 100
    return None if drawn < policy.sample_percent else SkipReason.NOT_IN_SAMPLE


def _reopened(life: Life, _: Usual, __: Policy) -> Fact | None:
    count = lives.reopens(life)
    return Fact("reopened", f"it was reopened {_times(count)}", 4 + min(count, 4)) if count else None


def _after_release(life: Life, _: Usual, policy: Policy) -> Fact | None:
    bug = named(life.issue.type_name, policy.bug_types)
    made = life.created_at.date()
    if bug and any(day is not None and day < made for day in life.released):
        return Fact("after_release", "it was found after release", 6)
    return None


def _cycle_time(life: Life, usual: Usual, policy: Policy) -> Fact | None:
    time, known = lives.took(life), sorted(usual.durations)
    epic = named(life.issue.type_name, policy.epic_types)
    if epic or time is None or time < LEAST_TIME or len(known) < LEAST_DURATIONS:
        return None
    middle = timedelta(seconds=median(one.total_seconds() for one in known))
    high = known[math.ceil(USUAL_SHARE * len(known)) - 1]
    if time <= USUAL_FACTOR * middle or time <= high:
        return None
    days = round(middle / _DAY)
    words = f"it took {_amount(round(time / _DAY), 'day')}; {spelled(days) if days else 'less than one'} is usual here"
    return Fact("cycle_time", words, 4)


def _blocked(life: Life, _: Usual, policy: Policy) -> Fact | None:
    spans = [until - since for since, until in lives.blocks(life, policy.blocked_statuses)]
    spans = [span for span in spans if span > lives.SLIP]
    total = sum(spans, timedelta())
    if len(spans) < LEAST_BLOCKS and total < LEAST_BLOCKED:
        return None
    often = f"{_times(len(spans))}, for {_lasting(total)} in all" if len(spans) > 1 else f"for {_lasting(total)}"
    return Fact("blocked", f"it was blocked {often}", 3)


def _hand_overs(life: Life, _: Usual, __: Policy) -> Fact | None:
    count = lives.hand_overs(life)
    return Fact("hand_overs", f"it changed hands {_times(count)}", 3) if count >= LEAST_HAND_OVERS else None


def _estimate(life: Life, _: Usual, __: Policy) -> Fact | None:
    if not life.estimated or not life.spent:
        return None
    planned, spent = timedelta(seconds=life.estimated), timedelta(seconds=life.spent)
    if spent <= OVERRUN_FACTOR * planned or spent - planned < LEAST_OVERRUN:
        return None
    return Fact("estimate", f"it needed {_worked(spent)} of work where the estimate was {_worked(planned)}", 3)


def _discussion(life: Life, _: Usual, __: Policy) -> Fact | None:
    count = life.comments
    return Fact("discussion", f"it was discussed in {spelled(count)} comments", 2) if count >= LEAST_COMMENTS else None


def _first_in_component(life: Life, usual: Usual, _: Policy) -> Fact | None:
    components = life.issue.components
    if usual.closes < LEAST_CLOSES or not usual.first_in.intersection(components):
        return None
    where = "its component" if len(components) == 1 else "one of its components"
    return Fact("first_in_component", f"it is the first work closed in {where}", 2)


SIGNALS: tuple[Signal, ...] = (
    Signal(
        "after_release", "Found after release",
        "A bug (one of the issue types asked as bugs) with an affected version that was released on a day before the "
        "issue was made.",
        "Whether a version without a release day was out already, and anything where nobody fills in the affected "
        "versions. It says nothing of how many people met it.",
        _FACTS_HELP, _after_release,
    ),
    Signal(
        "reopened", "Reopened",
        "The status left the category Done at least once, more than five minutes after it came there.",
        "Why: work that came back looks like a close that was undone for another reason. On Cloud only the newest 100 "
        "changes of an issue are told, so there may have been more.",
        _FACTS_HELP, _reopened,
    ),
    Signal(
        "cycle_time", "Took longer than is usual here",
        "From the first status of the category In Progress to the close, without the time it lay closed in between: at "
        "least two days, more than three times the median of the project's newest 100 closes, and longer than 85 % of "
        "them. At least eight closes must be known.",
        "Whether anybody worked on it: days are those of the calendar, weekends and waiting included. Nothing is said "
        "of an epic, which takes as long as what is in it, nor of an issue that went straight from To Do to Done, or "
        "whose oldest changes Cloud does not tell (beyond 100).",
        _FACTS_HELP, _cycle_time,
    ),
    Signal(
        "blocked", "Blocked",
        "It had one of the statuses that mean blocked, or Jira's flag, at least twice or for at least a day in all. "
        "Spans of five minutes or less do not count.",
        "Waiting that nobody marked; and whether a flag was forgotten. A flag field with both another name and other "
        "options than Jira's own is not recognised.",
        _FACTS_HELP, _blocked,
    ),
    Signal(
        "hand_overs", "Changed hands",
        "It went from one assignee to another at least three times after its first status of the category In Progress.",
        "Who they were is not kept. A team that works as a group on what one of them is assigned hands over without a "
        "trace, and one that assigns a reviewer hands over as a habit.",
        _FACTS_HELP, _hand_overs,
    ),
    Signal(
        "estimate", "More work than estimated",
        "The time logged is more than twice the original estimate, and at least four hours more.",
        "Work that nobody logged, and estimates in story points, which are no time.",
        _FACTS_HELP, _estimate,
    ),
    Signal(
        "discussion", "Long discussion",
        "At least 15 comments by people that everybody who sees the issue may read. Five people three times each, or "
        "two in a long exchange: less is the usual back and forth.",
        "What was said, and whether it was about this work; talk elsewhere leaves no trace.",
        _FACTS_HELP, _discussion,
    ),
    Signal(
        "first_in_component", "First work in a component",
        "The issue is the first of its project to close with one of its components, while at least 20 closes of the "
        "project are known.",
        "What was closed before LearnLoop was switched on, and components that were renamed.",
        "Ours, no study: who comes first to a part learns what the next one needs.", _first_in_component,
    ),
)  # fmt: skip


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number) or f"{spelled(number)} times"


def _worked(time: timedelta) -> str:
    """Time of work: a day of work is not the same everywhere, so never in days."""
    if time < 1.5 * _HOUR:
        return _amount(max(round(time / timedelta(minutes=1)), 1), "minute")
    return _amount(round(time / _HOUR), "hour")


def _lasting(time: timedelta) -> str:
    """Time by the clock: days from the first on."""
    return _worked(time) if time < _DAY else _amount(round(time / _DAY), "day")
