"""Each signal over small lives: what it finds, where its number lies, and what it cannot know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.nouns import ANA, BEN, CATEGORIES, CLOSED, CY, DOING, DONE, MONDAY, TODO, issue
from worker.domain import life as lives
from worker.domain import signals
from worker.domain.events import Change
from worker.domain.life import FLAG, Life, Turn
from worker.domain.model import IssueId, StatusCategory, StatusId
from worker.domain.policy import Policy
from worker.domain.prompting import SkipReason
from worker.domain.signals import SIGNALS, Fact, Usual, chosen, found, opening, strength

DOCS = Path(__file__).parents[2] / "docs" / "signals.md"
STUCK = StatusId("9")
NAMES = {TODO: "To Do", DOING: "In Progress", DONE: "Done", CLOSED: "Closed", STUCK: "Blocked"}
ALL = {**CATEGORIES, STUCK: StatusCategory.INDETERMINATE}
ISSUE = issue(components=("billing",))
DAYS = timedelta(days=1)
HOUR = 1 / 24
# Twenty quick closes of one to five days; three is usual.
QUICK = Usual(tuple(day * DAYS for day in (1, 2, 3, 4, 5) for _ in range(4)), closes=20)


def at(day: float) -> datetime:
    """So many days after the issue was made."""
    return MONDAY + day * DAYS


def walk(*steps: tuple[float, StatusId], start: StatusId = TODO) -> tuple[Turn, ...]:
    """Moves from status to status, each with its day."""
    moves, old = [], start
    for day, new in steps:
        moves.append(Turn(at(day), Change("status", old, new, NAMES.get(old, ""), NAMES.get(new, ""))))
        old = new
    return tuple(moves)


def flags(*days: float) -> tuple[Turn, ...]:
    """The flag is set, taken off, set, and so on."""
    told = [Change(FLAG, None, "[10019]", "", "Impediment"), Change(FLAG, "[10019]", None, "Impediment", "")]
    return tuple(Turn(at(day), told[number % 2]) for number, day in enumerate(days))


def given_to(*steps: tuple[float, str | None], first: str | None = BEN) -> tuple[Turn, ...]:
    """It goes from one assignee to another."""
    turns, old = [], first
    for day, new in steps:
        turns.append(Turn(at(day), Change("assignee", old, new, "Ben Okafor", "Cy Vance")))
        old = new
    return tuple(turns)


def life(*turns: Turn, closed: float | None = None, **facts: Any) -> Life:
    """FLEX-7 with these changes, closed at the last move unless said otherwise."""
    last = max((turn.at for turn in turns if turn.change.field == "status"), default=at(1))
    end = last if closed is None else at(closed)
    return replace(Life(ISSUE, MONDAY, end, turns, categories=ALL), **facts)


def words(name: str, one: Life, usual: Usual = QUICK, **policy: Any) -> str | None:
    """What one signal says, "it " left out."""
    (signal,) = (each for each in SIGNALS if each.name == name)
    fact = signal.find(one, usual, Policy(**policy))
    assert fact is None or (fact.signal == name and fact.strength > 0)
    return fact.words.removeprefix("it ") if fact else None


WORKED = ((0, DOING), (1, DONE))


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (life(*walk(*WORKED)), None),
        (life(*walk(*WORKED, (2, DOING), (3, DONE))), "was reopened once"),
        (life(*walk(*WORKED, (2, TODO), (3, DONE), (4, DOING), (5, CLOSED))), "was reopened twice"),
        (life(*walk(*WORKED, (1, CLOSED), (2, DONE))), None),  # from one end to another
        (life(*walk(*WORKED, (1 + HOUR / 12, DOING), (2, DONE))), None),  # five minutes: a slip of the hand
        (life(*walk(*WORKED, (1 + HOUR / 11, DOING), (2, DONE))), "was reopened once"),
        (life(*walk(*WORKED, (2, DOING), (3, DONE), (4, DOING)), closed=3), "was reopened once"),  # not what came after
        (life(*walk(*WORKED, (2, StatusId("77")), (3, DONE))), "was reopened once"),  # it left Done, wherever to
        (life(*walk((0, DOING), (1, StatusId("77")), (2, DOING), (3, DONE))), None),  # whether 77 is an end is unknown
        (life(*walk(*WORKED, (2, DOING), (3, DONE)), whole=False), "was reopened once"),  # at least
        (life(closed=1), None),
    ],
)
def test_a_reopen_is_leaving_done_for_longer_than_a_slip(one: Life, said: str | None) -> None:
    assert words("reopened", one) == said


def cycle(days: float) -> Life:
    return life(*walk((0, DOING), (days, DONE)))


@pytest.mark.parametrize(
    ("one", "usual", "said"),
    [
        (cycle(9), QUICK, None),  # three times the median is not more than that
        (cycle(9 + HOUR), QUICK, "took nine days; three is usual here"),
        (cycle(40), QUICK, "took 40 days; three is usual here"),
        (cycle(9.5), replace(QUICK, durations=QUICK.durations[:7]), None),  # seven closes say little
        (cycle(20), replace(QUICK, durations=tuple([2 * DAYS] * 8)), "took 20 days; two is usual here"),
        (cycle(2 - HOUR), Usual(tuple([DAYS / 4] * 8)), None),  # less than two days are not worth a word
        (cycle(2), Usual(tuple([DAYS / 4] * 8)), "took two days; less than one is usual here"),
        (cycle(2.5), Usual(tuple([DAYS / 2] * 6 + [10 * DAYS] * 2)), None),  # more than a sixth take as long
        (cycle(10.5), Usual(tuple([DAYS / 2] * 6 + [10 * DAYS] * 2)), "took ten days; less than one is usual here"),
        (cycle(31), Usual(), None),
        (life(*walk((31, DONE))), QUICK, None),  # straight from To Do: when it began is unknown
        (replace(cycle(31), whole=False), QUICK, None),  # Cloud may not have told the beginning
        (life(*walk((31, DONE), start=DOING)), QUICK, "took 31 days; three is usual here"),  # it was made in progress
        (life(*walk((0, DOING), (1, DONE), (30, DOING), (31, DONE))), QUICK, None),  # it lay closed most of the time
        (life(*walk((0, DOING), (1, DONE), (2, TODO), (12, DONE))), QUICK, "took eleven days; three is usual here"),
        (replace(cycle(31), closed_at=None), QUICK, None),
        (replace(cycle(31), issue=replace(cycle(31).issue, type_name="epic")), QUICK, None),  # as long as what is in it
        (replace(cycle(31), closed_at=at(-1)), QUICK, None),  # clocks differ
    ],
)
def test_a_long_time_is_long_for_the_project(one: Life, usual: Usual, said: str | None) -> None:
    assert words("cycle_time", one, usual) == said


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (life(*walk((0, DOING), (1, STUCK), (1 + 23 * HOUR, DOING), (9, DONE))), None),
        (life(*walk((0, DOING), (1, STUCK), (2, DOING), (9, DONE))), "was blocked for one day"),
        (life(*walk((0, DOING), (1, STUCK), (5, DONE))), "was blocked for four days"),  # until its close
        (life(*walk((0, DOING), (9, DONE)), *flags(1, 3)), "was blocked for two days"),
        (life(*walk((0, DOING), (9, DONE)), *flags(6)), "was blocked for three days"),  # nobody took the flag off
        (life(*walk((0, DOING), (1, STUCK), (3, DOING), (9, DONE)), *flags(2, 4)), "was blocked for three days"),
        (
            life(*walk((0, DOING), (9, DONE)), *flags(1, 1 + HOUR, 2, 2 + HOUR)),
            "was blocked twice, for two hours in all",
        ),
        (life(*walk((0, DOING), (9, DONE)), *flags(1, 1.001, 2, 2.001)), None),  # two slips of the hand
        (
            life(*walk((0, DOING), (9, DONE)), *flags(1, 1.01, 2, 2.01)),
            "was blocked twice, for 29 minutes in all",
        ),
        (life(*walk((0, DOING), (9, DONE)), *flags(10, 20)), None),  # after the close
        (life(closed=9), None),
    ],
)
def test_blocked_is_a_status_that_means_it_or_the_flag(one: Life, said: str | None) -> None:
    assert words("blocked", one) == said


def test_which_statuses_mean_blocked_is_the_policys_in_any_case() -> None:
    one = life(*walk((0, DOING), (1, STUCK), (5, DONE)))
    assert words("blocked", one, blocked_statuses=("BLOCKED",)) == "was blocked for four days"
    assert words("blocked", one, blocked_statuses=("Waiting",)) is None


THREE = given_to((1, CY), (2, ANA), (3, BEN))


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (life(*walk((0, DOING), (9, DONE)), *THREE), "changed hands three times"),
        (life(*walk((0, DOING), (9, DONE)), *THREE[:2]), None),
        (life(*walk((1, DOING), (9, DONE)), *THREE), "changed hands three times"),  # at the moment the work began
        (life(*walk((1 + HOUR, DOING), (9, DONE)), *THREE), None),  # the first was before the work began
        (life(*walk((0, DOING), (9, DONE)), *given_to((1, CY), (2, ANA), (3, BEN), first=None)), None),  # given first
        (
            life(*walk((0, DOING), (9, DONE)), *given_to((1, None), (2, CY), (3, None), (4, CY), (5, ANA), (6, CY))),
            "changed hands three times",  # that nobody had it for a while is no hand
        ),
        (life(*walk((0, DOING), (2, DONE)), *THREE, closed=2), None),  # what came after the close is not counted
        (life(*walk((9, DONE)), *THREE), None),  # when the work began is unknown
        (life(*walk((0, DOING), (9, DONE)), *THREE, whole=False), None),
    ],
)
def test_hands_change_after_the_work_began(one: Life, said: str | None) -> None:
    assert words("hand_overs", one) == said


@pytest.mark.parametrize(
    ("estimated", "spent", "said"),
    [
        (8, 16, None),
        (8, 16.1, "needed 16 hours of work where the estimate was eight hours"),
        (3, 7, "needed seven hours of work where the estimate was three hours"),
        (3, 6.9, None),  # not four hours more
        (0.5, 5, "needed five hours of work where the estimate was 30 minutes"),
        (1 / 3600, 4.1, "needed four hours of work where the estimate was one minute"),
        (None, 40, None),
        (8, None, None),
        (0, 40, None),  # an estimate of nothing is none
    ],
)
def test_more_work_than_estimated(estimated: float | None, spent: float | None, said: str | None) -> None:
    seconds = [None if hours is None else round(hours * 3600) for hours in (estimated, spent)]
    assert words("estimate", life(estimated=seconds[0], spent=seconds[1])) == said


@pytest.mark.parametrize(
    ("kind", "released", "said"),
    [
        ("Bug", (date(2026, 11, 1),), "was found after release"),
        ("incident", (date(2026, 11, 1),), "was found after release"),
        ("Story", (date(2026, 11, 1),), None),
        ("Bug", (), None),
        ("Bug", (date(2026, 11, 2),), None),  # the day it was made: before or after is unknown
        ("Bug", (date(2026, 11, 20),), None),  # found in the tests of what was released since
        ("Bug", (None,), None),  # released, nobody knows when
        ("Bug", (None, date(2026, 10, 1)), "was found after release"),
    ],
)
def test_a_bug_is_found_after_the_release_of_its_version(
    kind: str, released: tuple[date | None, ...], said: str | None
) -> None:
    assert words("after_release", life(issue=issue(type_name=kind), released=released)) == said


def test_which_types_are_bugs_is_the_policys() -> None:
    one = life(issue=issue(type_name="Defect"), released=(date(2026, 1, 1),))
    assert words("after_release", one) is None
    assert words("after_release", one, bug_types=("defect",)) == "was found after release"


@pytest.mark.parametrize(
    ("comments", "said"),
    [(0, None), (1, None), (14, None), (15, "was discussed in 15 comments"), (16, "was discussed in 16 comments"),
     (1200, "was discussed in 1200 comments")],
)  # fmt: skip
def test_a_discussion_is_long_from_fifteen_comments(comments: int, said: str | None) -> None:
    assert words("discussion", life(comments=comments)) == said


@pytest.mark.parametrize(
    ("components", "first_in", "closes", "said"),
    [
        (("billing",), {"billing"}, 20, "is the first work closed in its component"),
        (("billing", "web"), {"billing"}, 20, "is the first work closed in one of its components"),
        (("billing",), {"billing"}, 19, None),  # of a young project everything is the first
        (("billing",), set(), 20, None),
        (("billing",), {"web"}, 20, None),
        ((), set(), 20, None),
    ],
)
def test_the_first_work_in_a_component(
    components: tuple[str, ...], first_in: set[str], closes: int, said: str | None
) -> None:
    usual = Usual(closes=closes, first_in=frozenset(first_in))
    assert words("first_in_component", life(issue=issue(components=components)), usual) == said


# --- together ---

REOPENED = Fact("reopened", "it was reopened twice", 6)


@pytest.mark.parametrize(
    ("clauses", "sentence"),
    [
        ([], ""),
        (["it was reopened twice"], "This was reopened twice."),
        (["it took nine days; three is usual here"], "This took nine days; three is usual here."),
        (
            ["it was reopened twice", "it took nine days; three is usual here"],
            "This was reopened twice and took nine days; three is usual here.",
        ),
        (
            ["it took nine days; three is usual here", "it was blocked for two days"],
            "This was blocked for two days and took nine days; three is usual here.",
        ),
        (
            ["it was found after release", "it was reopened once", "it changed hands three times"],
            "This was found after release and reopened once.",
        ),
        (
            ["it changed hands three times", "it is the first work closed in its component"],
            "This changed hands three times and is the first work closed in its component.",
        ),
    ],
)
def test_at_most_two_facts_make_one_sentence(clauses: list[str], sentence: str) -> None:
    assert opening(clauses) == sentence


def test_the_strongest_fact_comes_first_and_all_count() -> None:
    one = life(*walk((0, DOING), (1, DONE), (2, DOING), (20, DONE)), comments=30)
    facts = found(one, QUICK, Policy())
    assert [fact.signal for fact in facts] == ["reopened", "cycle_time", "discussion"]
    assert strength(facts) == sum(fact.strength for fact in facts) > strength(facts[:1]) > strength(()) == 0


@pytest.mark.parametrize(
    ("policy", "facts", "reason"),
    [
        (Policy(), (), None),
        (Policy(ask_about="signals"), (REOPENED,), None),
        (Policy(ask_about="signals"), (), SkipReason.NO_SIGNAL),
        (Policy(ask_about="sample", sample_percent=1), (REOPENED,), None),
        (Policy(ask_about="sample", sample_percent=100), (), None),
        (Policy(ask_about="sample", sample_percent=1), (), SkipReason.NOT_IN_SAMPLE),
    ],
)
def test_the_policy_says_which_closes_are_asked_about(
    policy: Policy, facts: Sequence[Fact], reason: SkipReason | None
) -> None:
    assert chosen(policy, facts, IssueId("10007")) is reason


def test_a_sample_is_of_about_its_size_always_the_same_and_within_a_larger_one() -> None:
    every = [IssueId(str(number)) for number in range(10_000, 14_000)]
    quarter, half = (
        {one for one in every if chosen(Policy(ask_about="sample", sample_percent=percent), (), one) is None}
        for percent in (25, 50)
    )
    assert 900 < len(quarter) < 1100
    assert quarter < half
    assert chosen(Policy(ask_about="sample"), (), IssueId("10001")) is SkipReason.NOT_IN_SAMPLE  # in every version


# --- laws ---

STATUSES = st.sampled_from([TODO, DOING, DONE, CLOSED, STUCK, StatusId("77")])
PEOPLE = st.sampled_from(["712020:ana-sousa", "712020:ben-okafor", None])
MOMENTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
CHANGES = st.one_of(
    st.builds(lambda old, new: Change("status", old, new, NAMES.get(old, ""), NAMES.get(new, "")), STATUSES, STATUSES),
    st.builds(lambda old, new: Change("assignee", old, new, "Ana Sousa", "Ben Okafor"), PEOPLE, PEOPLE),
    st.builds(lambda new: Change(FLAG, None, new, "", "Impediment" if new else ""), st.sampled_from(["[1]", None])),
)
TURNS = st.lists(st.builds(Turn, MOMENTS, CHANGES, st.integers(0, 10**6)), max_size=12, unique_by=lambda t: t.number)
COUNTS = st.none() | st.integers(0, 10**12 - 1)
LIVES = st.builds(
    Life,
    issue=st.builds(
        lambda kind, parts: issue(type_name=kind, components=parts, summary="Ana Sousa's secret plan"),
        st.sampled_from(["Bug", "Story"]),
        st.lists(st.sampled_from(["billing", "Ana Sousa's part"]), max_size=2, unique=True).map(tuple),
    ),
    created_at=MOMENTS,
    closed_at=st.none() | MOMENTS,
    turns=TURNS.map(tuple),
    whole=st.booleans(),
    categories=st.just(ALL),
    comments=st.integers(0, 10**6),
    estimated=COUNTS,
    spent=COUNTS,
    released=st.lists(st.none() | st.dates(), max_size=2).map(tuple),
)
USUALS = st.builds(
    Usual,
    st.lists(st.timedeltas(timedelta(0), timedelta(days=90)), max_size=12).map(tuple),
    st.integers(0, 20),
    st.frozensets(st.sampled_from(["billing", "Ana Sousa's part"])),
)
_VOCABULARY = set(
    re.findall(
        r"\w+",
        """after all and blocked changed closed comments component components day days discussed estimate first for
        found hands here hour hours in is it its less minute minutes needed of once one release reopened than the
        three times took twice two usual was where work no four five six seven eight nine ten eleven twelve""",
    )
)


@given(LIVES, USUALS, st.randoms())
@settings(max_examples=60, deadline=None)
def test_any_life_gives_facts_whatever_the_order_its_changes_came_in(one: Life, usual: Usual, chance: Any) -> None:
    facts = found(one, usual, Policy())
    shuffled = list(one.turns)
    chance.shuffle(shuffled)
    assert found(replace(one, turns=tuple(shuffled)), usual, Policy()) == facts
    assert list(facts) == sorted(facts, key=lambda fact: -fact.strength)
    assert lives.took(one) is None or lives.started_at(one) is not None


@given(LIVES, USUALS)
@settings(max_examples=60, deadline=None)
def test_a_fact_is_made_of_counts_and_plain_words_so_that_nobody_can_be_named_or_judged(
    one: Life, usual: Usual
) -> None:
    for fact in found(one, usual, Policy()):
        assert fact.words.startswith("it ")
        assert set(re.findall(r"[^\W\d]+", fact.words)) <= _VOCABULARY
    told = opening([fact.words for fact in found(one, usual, Policy())])
    assert not told or (told.startswith("This ") and told.endswith(".") and len(told) < 160)


# --- the page ---


def test_the_page_tells_each_signal_as_the_registry_has_it() -> None:
    page = DOCS.read_text()
    parts = page.split("\n## ")[1:]
    titled = {part.partition("\n")[0]: part for part in parts}
    assert [title for title in titled if title in {one.title for one in SIGNALS}] == [one.title for one in SIGNALS]
    for one in SIGNALS:
        words = " ".join(titled[one.title].split())
        assert f"`{one.name}`" in words
        for text in (one.definition, one.cannot_know, one.evidence):
            assert text in words


def test_every_signal_has_its_own_name_and_says_what_it_cannot_know() -> None:
    assert len({one.name for one in SIGNALS}) == len({one.title for one in SIGNALS}) == len(SIGNALS)
    assert all(one.cannot_know.endswith(".") and one.definition.endswith(".") for one in SIGNALS)


def test_the_numbers_the_page_tells_are_those_that_decide() -> None:
    told = " ".join(one.definition for one in SIGNALS)
    for number in (
        f"median of the project's newest 100 closes, and longer than {round(signals.USUAL_SHARE * 100)} %",
        f"At least {signals.LEAST_COMMENTS} comments",
        f"at least {signals.LEAST_CLOSES} closes",
    ):
        assert number in told
