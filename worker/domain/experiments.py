"""Experiments: what somebody writes down of one, and the rules it must meet to be kept.

The form, the reply words, the field mapping and the pages read the registry `PARTS`. Nothing here knows where an
experiment is kept, or on which issue it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from worker.domain.model import AccountId, Course, Experiment, Outcome
from worker.domain.questions import LONGEST
from worker.errors import AnswerInvalid

# How many a sprint are aimed for: "2-3 experiments a sprint", which LearnLoop was founded with (docs/experiments.md).
# It is an aim, not a finding: no study gives a right number.
SPRINT_AIM = (2, 3)
# How far from today a review may be. Ours: a slip of the pen in the year is the usual reason for a day further off.
_FURTHEST = timedelta(days=2 * 365 + 1)
# A review that was missed for longer (nothing ran, or reminders were off) is not reminded any more. Ours.
LATEST_REMINDER = timedelta(days=14)


class Control(StrEnum):
    """How a form asks for a part."""

    TEXT = "text"
    DAY = "day"
    OUTCOME = "outcome"
    COURSE = "course"


@dataclass(frozen=True)
class Part:
    """`field` names the attribute of Experiment; `words` start a line of a comment that tells it."""

    field: str
    label: str
    hint: str
    words: tuple[str, ...]
    control: Control = Control.TEXT


PARTS: tuple[Part, ...] = (
    Part(
        "hypothesis",
        "Hypothesis",
        "What we believe, so that it can turn out wrong: “If we show monthly plans, more teams start a trial.”",
        ("hypothesis",),
    ),
    Part(
        "guardrail",
        "Guardrail",
        "What tells us to stop early.",
        ("guardrail", "stop if"),
    ),
    Part(
        "success",
        "Sign of success",
        "What we will see if it holds.",
        ("success", "sign of success"),
    ),
    Part(
        "review_on",
        "Review on",
        "The day we look at what came of it. Its owner gets one reminder then.",
        ("review", "review on"),
        Control.DAY,
    ),
    Part(
        "outcome",
        "Outcome",
        "Leave it open while the experiment runs.",
        ("outcome",),
        Control.OUTCOME,
    ),
    Part(
        "course",
        "Decision",
        "What we do now that we know.",
        ("decision",),
        Control.COURSE,
    ),
)
# What an outcome and a decision are called on pages and in forms; each is shown like the others.
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.SUPPORTED: "Supported",
    Outcome.REFUTED: "Refuted",
    Outcome.INCONCLUSIVE: "Inconclusive",
}
COURSES: Mapping[Course, str] = {Course.KEEP: "Keep", Course.CHANGE: "Change course", Course.STOP: "Stop"}
_LABELS = {part.field: part.label for part in PARTS}
# Other words people use for the same, in comments and in the options of a select list.
_OUTCOME_WORDS = {
    "confirmed": Outcome.SUPPORTED,
    "disproved": Outcome.REFUTED,
    "rejected": Outcome.REFUTED,
    "unclear": Outcome.INCONCLUSIVE,
} | {one.value: one for one in Outcome}
_COURSE_WORDS = {
    "keep it": Course.KEEP,
    "keep going": Course.KEEP,
    "change": Course.CHANGE,
    "pivot": Course.CHANGE,
} | {one.value: one for one in Course}


@dataclass(frozen=True)
class Told:
    """What somebody wrote of an experiment, as words; None is a part they did not write about, "" one they emptied.

    `owner` is whose it becomes if it is nobody's yet.
    """

    hypothesis: str | None = None
    guardrail: str | None = None
    success: str | None = None
    review_on: str | None = None
    outcome: str | None = None
    course: str | None = None
    owner: AccountId | None = None


@dataclass(frozen=True)
class Terms:
    """What an experiment says, ready to keep."""

    hypothesis: str
    guardrail: str
    success: str
    review_on: date | None
    outcome: Outcome | None
    course: Course | None


def checked(told: Told, known: Experiment | None, today: date) -> Terms:
    """What is `known` with what was `told` over it. `today` is a day in the tenant's time zone.

    Raises AnswerInvalid with a sentence a field, also where there would be no hypothesis.
    """
    words = written(known) | {name: text.strip() for name, text in _told(told)}
    if problems := dict(_problems(words, _told(told), known, today)):
        raise AnswerInvalid(problems)
    return Terms(
        words["hypothesis"],
        words["guardrail"],
        words["success"],
        day_of(words["review_on"]),
        outcome_of(words["outcome"]),
        course_of(words["course"]),
    )


def renewed(one: Experiment, terms: Terms, now: datetime) -> Experiment:
    """The experiment with these terms: concluded at the moment it first has an outcome, running again without one.

    A review that moves to a later day is reminded of again.
    """
    later = terms.review_on and (one.review_on is None or terms.review_on > one.review_on)
    return replace(
        one,
        hypothesis=terms.hypothesis,
        guardrail=terms.guardrail,
        success=terms.success,
        review_on=terms.review_on,
        outcome=terms.outcome,
        course=terms.course,
        concluded_at=(one.concluded_at or now) if terms.outcome else None,
        reminded_at=None if later else one.reminded_at,
    )


def written(known: Experiment | None) -> dict[str, str]:
    """An experiment's parts as a form has them; all empty where there is none."""
    if known is None:
        return {part.field: "" for part in PARTS}
    return {
        "hypothesis": known.hypothesis,
        "guardrail": known.guardrail,
        "success": known.success,
        "review_on": known.review_on.isoformat() if known.review_on else "",
        "outcome": known.outcome.value if known.outcome else "",
        "course": known.course.value if known.course else "",
    }


def reminds(one: Experiment, today: date) -> bool:
    """Whether the owner is to be reminded of the review `today`, a day in the tenant's time zone."""
    if one.outcome or one.reminded_at or not one.owner or not one.review_on or not one.visible:
        return False
    return timedelta() <= today - one.review_on <= LATEST_REMINDER


def outcome_of(words: str) -> Outcome | None:
    """The outcome that a word or an option of a select list names."""
    return _OUTCOME_WORDS.get(_plain(words))


def course_of(words: str) -> Course | None:
    """The decision that a word or an option of a select list names."""
    return _COURSE_WORDS.get(_plain(words))


def day_of(words: str) -> date | None:
    """The day that an ISO date (2026-12-01) names."""
    try:
        return date.fromisoformat(words.strip()) if len(words.strip()) == len("2026-12-01") else None
    except ValueError:
        return None


def readable(name: str, words: str) -> bool:
    """Whether the words of a part are there, and name a day, an outcome or a decision where it takes one."""
    read = {"review_on": day_of, "outcome": outcome_of, "course": course_of}.get(name)
    return bool(read(words) if read else words)


def _told(told: Told) -> list[tuple[str, str]]:
    """The parts that were told, each with its words."""
    given = ((one.name, getattr(told, one.name)) for one in fields(Told) if one.name != "owner")
    return [(name, text) for name, text in given if text is not None]


def _problems(
    words: Mapping[str, str], told: Iterable[tuple[str, str]], known: Experiment | None, today: date
) -> Iterable[tuple[str, str]]:
    """A sentence for each part that cannot be kept. What stays as it is known needs nobody's word."""
    if not words["hypothesis"]:
        yield "hypothesis", "Write down what we believe in one line; without it there is nothing to test."
    before = written(known)
    for name in (name for name, _ in told if words[name] and words[name] != before[name]):
        if problem := _problem(name, words[name], today):
            yield name, problem


def _problem(name: str, text: str, today: date) -> str:
    match name:
        case "review_on":
            day = day_of(text)
            if day is None:
                return f"“{_short(text)}” is not a day; write it as {today.isoformat()}."
            return "" if abs(day - today) <= _FURTHEST else "This is more than two years away; choose a nearer day."
        case "outcome":
            return "" if outcome_of(text) else f"“{_short(text)}” is no outcome: supported, refuted or inconclusive."
        case "course":
            return "" if course_of(text) else f"“{_short(text)}” is no decision: keep, change course or stop."
    return (
        f"{_LABELS[name]} has {len(text):,} characters; up to {LONGEST:,} can be kept." if len(text) > LONGEST else ""
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _plain(words: str) -> str:
    return " ".join(words.casefold().strip(" .*_").split())
