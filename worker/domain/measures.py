"""Numbers about the loop, never about a person: each is one function of the facts, with its definition beside it.

Pure. The same numbers come of any order of the facts, and of any two people changing places. Every measure is made of
counts, so that those of parts of the issues add up to that of all. Why these, and these aims: docs/measures.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from worker.domain.experiments import SPRINT_AIM
from worker.domain.loop import Close, Loop, within
from worker.domain.model import ActionState, Course, Outcome, PlaceState, PromptState
from worker.domain.numerals import counted

Rows = tuple[tuple[str, int], ...]

# DESIGN: what the loop aims for, from the texts it was founded on; no study sets a rate.
CAPTURE_AIM = 0.9
# The floor of Officevibe, Betterworks, Quantum Workplace, Dialog, Apple and others (people.md, "Minimum group size").
FEWEST_PEOPLE = 5
# Below this a project's numbers are somebody's own; Officevibe's floor for scores, and the least any vendor allows.
FEWEST_IN_A_TEAM = 3
# A share of fewer moves by more than five points with each one, so it is said as a number. Ours.
FEWEST_FOR_A_SHARE = 20
_HOUR, _DAY, _THREE_DAYS = timedelta(hours=1), timedelta(days=1), timedelta(days=3)
_LATER = "later"


@dataclass(frozen=True)
class Measure:
    """What was counted: `part` of `whole`, and `rows`, what the whole (of a rate: the part) is made of, by name.

    `outside` is what does not count, by reason. `withheld`: there are too few people to say it. `each` is what a rate's
    whole counts, where it is not always the same.
    """

    part: int
    whole: int
    rows: Rows
    outside: Rows = ()
    withheld: bool = False
    each: str = ""


@dataclass(frozen=True)
class Definition:
    """A measure: what it says, of what (the denominator in words), our aim, the evidence, and how it is counted.

    `rate`: so many beside so many of something else, and no share of it. `trend`: it is shown by period too.
    """

    name: str
    title: str
    definition: str
    denominator: str
    aim: str
    evidence: str
    count: Callable[[Loop], Measure]
    say: Callable[[Measure], str]
    rate: bool = False
    trend: bool = False


def share(part: int, whole: int) -> str:
    """A share in words: a percentage only where the whole is large enough to bear one."""
    if not whole:
        return "none yet"
    words = f"{part} of {whole}"
    return words if whole < FEWEST_FOR_A_SHARE else f"{words} ({round(100 * part / whole)} %)"


def capture(loop: Loop) -> Measure:
    """How many of the closes that were asked about are answered."""
    asked = [one for one in loop.closes if one.counts]
    states = Counter(one.state for one in asked)
    learned, nothing = states[PromptState.ANSWERED], states[PromptState.NOTHING_NEW]
    let_go = states[PromptState.EXPIRED]
    rows = (
        ("something was learned", learned),
        ("nothing new", nothing),
        ("not answered yet", len(asked) - learned - nothing - let_go),
        ("let go without an answer", let_go),
    )
    outside = Counter(_outside(one) for one in loop.closes if not one.counts)
    return Measure(learned + nothing, len(asked), rows, _ordered(outside))


def _outside(close: Close) -> str:
    """Why a close does not count."""
    if close.state is PromptState.WITHDRAWN:
        return "reopened before an answer"
    return "answered without being asked" if close.answered else f"not asked: {close.reason or 'no reason kept'}"


CAPTURE = Definition(
    "capture",
    "Capture rate",
    "Closes that were asked about and have an answer. “Nothing new” is an answer; a question that a reopen took back "
    "does not count.",
    "closes that were asked about, each issue once",
    "nine in ten",
    "An aim LearnLoop was founded with; no study sets one. Short forms and at most two reminders are what raises it.",
    capture,
    lambda found: f"We answered {found.part} of {counted(found.whole, 'close')}",
    trend=True,
)


def time_to_capture(loop: Loop) -> Measure:
    """How soon after the close the answers came."""
    asked = [one for one in loop.closes if one.counts]
    waits = [one.settled_at - one.closed_at for one in asked if one.answered and one.settled_at]
    hour, day, three = (sum(wait <= bound for wait in waits) for bound in (_HOUR, _DAY, _THREE_DAYS))
    rows = (
        ("within the hour", hour),
        ("within a day", day - hour),
        ("within three days", three - day),
        (_LATER, len(waits) - three),
    )
    return Measure(day, len(waits), rows, _ordered({"not answered": len(asked) - len(waits)}))


TIME = Definition(
    "time",
    "Time to capture",
    "The time from a close to its first answer. The number is the answers that came within a day.",
    "answers to closes that were asked about",
    "",
    "Lessons are worded better while they are fresh: post-mortems written three to five days later lose context "
    "(incident.io, a vendor). No study sets an aim.",
    time_to_capture,
    lambda found: f"{found.part} of {counted(found.whole, 'answer')} came within a day",
)


def outcomes(loop: Loop) -> Measure:
    """How many of the experiments that are over were refuted or inconclusive."""
    found = Counter(one.outcome for one in loop.experiments)
    rows = tuple((outcome.value, found[outcome]) for outcome in Outcome)
    over = sum(count for _, count in rows)
    return Measure(over - found[Outcome.SUPPORTED], over, rows, _ordered({"still running": found[None]}))


OUTCOMES = Definition(
    "outcomes",
    "Outcomes that were not what we hoped",
    "Experiments that were refuted or inconclusive. They taught as much as the others; none at all would say that we "
    "try only what we know, or tell only what went well.",
    "experiments with an outcome",
    "",
    "NASA's managers named few positive lessons and a fear of telling mistakes as why their repository went unread "
    "(GAO-01-1015R): both kinds must have a place. No study sets a share.",
    outcomes,
    lambda found: f"{found.part} of {counted(found.whole, 'experiment')} told us something else than we hoped",
)


def experiments(loop: Loop) -> Measure:
    """How many experiments began in how many sprints, or months."""
    rows = tuple((period.name, len(within(loop, period).experiments)) for period in loop.periods)
    began = sum(count for _, count in rows)
    earlier = {"began before": len(loop.experiments) - began}
    return Measure(began, len(rows), rows, _ordered(earlier), each=loop.each)


EXPERIMENTS = Definition(
    "experiments",
    "Experiments a sprint",
    "Experiments by the sprint in which they began; by the month where there are no sprints.",
    "the last sprints, six at most",
    f"{SPRINT_AIM[0]} to {SPRINT_AIM[1]} a sprint",
    "An aim LearnLoop was founded with; no study sets one.",
    experiments,
    lambda found: f"We began {counted(found.part, 'experiment')} in {counted(found.whole, found.each)}",
    rate=True,
)


def promises(loop: Loop) -> Measure:
    """How many of the actions that came of answers are done."""
    states = Counter(one.state for one in loop.actions)
    done, dropped = states[ActionState.DONE], states[ActionState.DROPPED]
    rows = (("done", done), ("open", len(loop.actions) - done - dropped), ("dropped", dropped))
    return Measure(done, len(loop.actions), rows)


PROMISES = Definition(
    "promises",
    "Actions done",
    "Actions that came of answers and are done. To drop one is a decision too, so it is shown apart.",
    "actions that came of answers",
    "",
    "Vendors quote 40 to 50 % done; none of those figures could be traced to a study, so there is no aim.",
    promises,
    lambda found: (
        f"{found.part} of {counted(found.whole, 'issue')} we promised {'is' if found.part == 1 else 'are'} done"
    ),
    trend=True,
)


def places(loop: Loop) -> Measure:
    """How many of the actions that are done live where somebody finds them."""
    known = {place.issue_id: place.state for place in loop.places}
    states = Counter(known.get(one.issue_id) for one in loop.actions if one.state is ActionState.DONE)
    rows = (
        ("it is there", states[PlaceState.EXISTS]),
        ("elsewhere, where we do not look", states[PlaceState.ELSEWHERE]),
        ("not looked for yet", states[PlaceState.UNKNOWN]),
        ("not found there", states[PlaceState.MISSING]),
        ("no place named", states[None]),
    )
    return Measure(states[PlaceState.EXISTS], states.total(), rows)


PLACES = Definition(
    "places",
    "Where it lives",
    "Actions done whose place was named and is there: a page or an issue of this site that we found.",
    "actions that are done",
    "",
    "One of NASA's managers needed over two weeks to search its lessons (GAO-02-195): what is not found is not used. "
    "No study sets an aim.",
    places,
    lambda found: f"{found.part} of {counted(found.whole, 'thing')} done can be found where we said",
)


def contributions(loop: Loop) -> Measure:
    """How many answers there are, beside how many people were asked. Nothing below five people."""
    if loop.people < FEWEST_PEOPLE:
        return Measure(0, 0, (), withheld=True)
    states = Counter(one.state for one in loop.closes)
    rows = (("something was learned", states[PromptState.ANSWERED]), ("nothing new", states[PromptState.NOTHING_NEW]))
    return Measure(sum(count for _, count in rows), loop.people, rows)


CONTRIBUTIONS = Definition(
    "contributions",
    "Answers, and the size of the team",
    "All answers, asked for or not, beside how many different people were asked. Nobody divides the one by the other.",
    "different people asked; shown from five on",
    "",
    "Five is the floor of most survey tools (Officevibe, Betterworks, Quantum Workplace, Apple), so that no number is "
    "one person's.",
    contributions,
    lambda found: f"{counted(found.part, 'answer')}, in a project where {found.whole} people were asked",
    rate=True,
)


def corrections(loop: Loop) -> Measure:
    """How many of the issues that taught us something changed what we do."""
    decided = [one for one in loop.experiments if one.course]
    taught = {one.issue_id for one in loop.closes if one.state is PromptState.ANSWERED}
    changed = {one.issue_id for one in loop.closes if one.changed_course and one.issue_id in taught}
    changed |= {one.issue_id for one in decided if one.course in (Course.CHANGE, Course.STOP)}
    whole = len(taught | {one.issue_id for one in decided})
    return Measure(len(changed), whole, (("changed our course", len(changed)), ("kept it", whole - len(changed))))


CORRECTIONS = Definition(
    "corrections",
    "Course corrections",
    "Issues whose learning changed what we do next, and experiments after which we changed course or stopped.",
    "issues with a learning, or with a decision after an experiment",
    "",
    "The founding texts ask for moments of course correction; no study sets a share.",
    corrections,
    lambda found: f"{found.part} of {counted(found.whole, 'lesson')} changed our course",
    trend=True,
)


def repeats(loop: Loop) -> Measure:
    """How many of the bugs that were closed had been seen before."""
    bugs = [one for one in loop.closes if one.bug]
    comparable = [one for one in bugs if one.components or one.duplicate]
    duplicates = sum(one.duplicate for one in comparable)
    again = sum(one.repeat and not one.duplicate for one in comparable)
    rows = (
        ("like one closed in the 90 days before", again),
        ("a duplicate", duplicates),
        ("not seen before", len(comparable) - again - duplicates),
    )
    alone = len(bugs) - len(comparable)
    return Measure(again + duplicates, len(comparable), rows, _ordered({"without a component to compare by": alone}))


REPEATS = Definition(
    "repeats",
    "Repeat issues",
    "Bugs of a type and component of which another was closed in the 90 days before, and bugs that are another's "
    "duplicate. It is a hint: two bugs of one component may have nothing else in common.",
    "bugs closed that name a component, or are duplicates",
    "falling",
    "An aim LearnLoop was founded with; the 90 days are ours, no study.",
    repeats,
    lambda found: (
        f"{found.part} of {counted(found.whole, 'bug')} had one before in their component, or are another's duplicate"
    ),
    trend=True,
)

MEASURES: tuple[Definition, ...] = (
    CAPTURE,
    TIME,
    OUTCOMES,
    EXPERIMENTS,
    PROMISES,
    PLACES,
    CORRECTIONS,
    REPEATS,
    CONTRIBUTIONS,
)


def trend(definition: Definition, loop: Loop) -> tuple[tuple[str, Measure], ...]:
    """The measure by period, the oldest first."""
    return tuple((period.name, definition.count(within(loop, period))) for period in loop.periods)


def _ordered(found: Mapping[str, int]) -> Rows:
    """What there is at least one of, the most first."""
    return tuple(sorted(((name, count) for name, count in found.items() if count), key=lambda row: (-row[1], row[0])))
