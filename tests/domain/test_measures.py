"""What each measure counts, as tables of facts; and laws that hold for any facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.domain import loop, measures
from worker.domain.loop import Close, Loop, Period
from worker.domain.measures import MEASURES, Definition, Measure
from worker.domain.model import (
    Action,
    ActionState,
    Course,
    Experiment,
    IssueId,
    IssueKey,
    Outcome,
    Place,
    PlaceState,
    ProjectKey,
    PromptState,
    Sprint,
)

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
FLEX = ProjectKey("FLEX")
BUGS = ("Bug", "Incident")


def close(number: int, state: PromptState | None = PromptState.ANSWERED, **more: object) -> Close:
    """A story that was closed `number` days after Monday and asked about."""
    at = MONDAY + timedelta(days=number)
    given = {"settled_at": at + timedelta(minutes=5)} if state in loop._ANSWERED else {}
    values: dict[str, object] = {"asked": True, "reason": ""} | given | more
    return Close(IssueId(str(number)), "Story", (), at, state=state, **values)  # type: ignore[arg-type]


def bug(number: int, *components: str, kind: str = "Bug", duplicate: bool = False) -> Close:
    """A bug that was closed `number` days after Monday."""
    made = close(number, duplicate=duplicate)
    return replace(made, type_name=kind, components=components)


def experiment(number: int, outcome: Outcome | None = None, course: Course | None = None) -> Experiment:
    """An experiment begun `number` days after Monday."""
    at = MONDAY + timedelta(days=number)
    key = IssueKey(f"FLEX-{number}")
    return Experiment(
        IssueId(str(number)), key, FLEX, "", "Spike", "They pay monthly.", at, outcome=outcome, course=course
    )


def action(number: int, state: ActionState, done_on: int | None = None) -> Action:
    """An action made `number` days after Monday."""
    at, done = MONDAY + timedelta(days=number), MONDAY + timedelta(days=done_on) if done_on is not None else None
    return Action(IssueId(str(number)), IssueKey(f"FLEX-{number}"), FLEX, "Ask.", state, at, settled_at=done)


def counted(measure: Measure) -> tuple[int, int]:
    return measure.part, measure.whole


A, N, OPEN, W, E, U = (
    PromptState.ANSWERED,
    PromptState.NOTHING_NEW,
    PromptState.OPEN,
    PromptState.WITHDRAWN,
    PromptState.EXPIRED,
    PromptState.UNASKED,
)
SKIPPED = {"asked": False, "reason": "sub-task"}


@pytest.mark.parametrize(
    ("closes", "wants", "outside"),
    [
        ([], (0, 0), ()),
        ([close(1, A), close(2, N), close(3, OPEN), close(4, E)], (2, 4), ()),
        ([close(1, A), close(2, W)], (1, 1), (("reopened before an answer", 1),)),
        ([close(1, None, **SKIPPED), close(2, None, **SKIPPED)], (0, 0), (("not asked: sub-task", 2),)),
        ([close(1, U, asked=False, reason="no signal")], (0, 0), (("not asked: no signal", 1),)),
        ([close(1, A, asked=False, reason="no signal")], (0, 0), (("answered without being asked", 1),)),
        ([close(1, None)], (0, 1), ()),
    ],
)
def test_capture_counts_closes_that_were_asked_about(
    closes: list[Close], wants: tuple[int, int], outside: tuple[tuple[str, int], ...]
) -> None:
    found = measures.capture(Loop(closes=tuple(closes)))
    assert counted(found) == wants
    assert found.outside == outside


def test_nothing_new_is_an_answer_and_shown_apart() -> None:
    rows = dict(measures.capture(Loop(closes=(close(1, A), close(2, N), close(3, N), close(4, OPEN)))).rows)
    assert rows == {"something was learned": 1, "nothing new": 2, "not answered yet": 1, "let go without an answer": 0}


@pytest.mark.parametrize(
    ("wait", "row"),
    [
        (timedelta(minutes=-5), "within the hour"),
        (timedelta(hours=1), "within the hour"),
        (timedelta(hours=1, seconds=1), "within a day"),
        (timedelta(days=1), "within a day"),
        (timedelta(days=3), "within three days"),
        (timedelta(days=3, seconds=1), "later"),
    ],
)
def test_an_answer_is_in_one_row_of_time(wait: timedelta, row: str) -> None:
    found = measures.time_to_capture(Loop(closes=(close(1, A, settled_at=MONDAY + timedelta(days=1) + wait),)))
    assert [name for name, count in found.rows if count] == [row]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ([5, 5, 5000], "2 of 3 answers came within a day"),
        ([5], "1 of 1 answer came within a day"),
        ([5, 90, 1440], "3 of 3 answers came within a day"),
        ([9000, 9000, 1441], "0 of 3 answers came within a day"),
    ],
)
def test_how_many_answers_came_within_a_day_is_said(minutes: list[int], words: str) -> None:
    closes = (close(day, A, settled_at=MONDAY + timedelta(days=day, minutes=wait)) for day, wait in enumerate(minutes))
    assert measures.TIME.say(measures.time_to_capture(Loop(closes=tuple(closes)))) == words


@pytest.mark.parametrize(
    ("bugs", "wants"),
    [
        ([bug(1, "billing"), bug(2, "billing")], (1, 2)),
        ([bug(1, "billing"), bug(91, "billing")], (1, 2)),
        ([bug(1, "billing"), bug(92, "billing")], (0, 2)),
        ([bug(1, "billing"), bug(2, "api", "Billing")], (1, 2)),
        ([bug(1, "billing"), bug(2, "api")], (0, 2)),
        ([bug(1, "billing"), bug(2, "billing", kind="Incident")], (0, 2)),
        ([bug(1), bug(2)], (0, 0)),
        ([bug(1), bug(2, duplicate=True)], (1, 1)),
        ([bug(1, "billing"), bug(2, "billing", duplicate=True)], (1, 2)),
        ([bug(1, "billing"), bug(2, "billing", kind="Story")], (0, 1)),
        ([bug(1, "billing"), replace(bug(1, "billing"), closed_at=MONDAY + timedelta(days=3))], (0, 1)),
    ],
)
def test_a_bug_like_one_before_is_a_repeat(bugs: list[Close], wants: tuple[int, int]) -> None:
    assert counted(measures.repeats(loop.put_in_order(Loop(closes=tuple(bugs)), BUGS))) == wants


def test_an_issue_counts_once_by_the_last_close_that_was_asked_about() -> None:
    first = close(1, A, reason="first")
    again = replace(first, closed_at=MONDAY + timedelta(days=2), asked=False, reason="already asked")
    (kept,) = loop.put_in_order(Loop(closes=(again, first)), BUGS).closes
    assert kept == first


@pytest.mark.parametrize(
    ("outcomes", "wants"),
    [
        ([None], (0, 0)),
        ([Outcome.SUPPORTED, Outcome.SUPPORTED], (0, 2)),
        ([Outcome.SUPPORTED, Outcome.REFUTED, Outcome.INCONCLUSIVE, None], (2, 3)),
    ],
)
def test_outcomes_we_did_not_hope_for(outcomes: list[Outcome | None], wants: tuple[int, int]) -> None:
    found = measures.outcomes(Loop(experiments=tuple(experiment(n, one) for n, one in enumerate(outcomes))))
    assert counted(found) == wants
    assert [name for name, _ in found.rows] == ["supported", "refuted", "inconclusive"]


def test_an_action_that_is_done_lives_somewhere_or_not() -> None:
    states = (PlaceState.EXISTS, PlaceState.MISSING, PlaceState.ELSEWHERE, PlaceState.UNKNOWN)
    facts = Loop(
        actions=(*(action(n, ActionState.DONE) for n in range(5)), action(7, ActionState.OPEN)),
        places=tuple(Place(IssueId(str(n)), "https://example.org", state) for n, state in enumerate(states)),
    )
    assert counted(measures.places(facts)) == (1, 5)
    assert {count for _, count in measures.places(facts).rows} == {1}
    assert measures.promises(facts).rows == (("done", 5), ("open", 1), ("dropped", 0))


def test_a_course_is_corrected_by_an_answer_or_a_decision_once_an_issue() -> None:
    facts = Loop(
        closes=(close(1, changed_course=True), close(2), close(3, N), close(4, OPEN, changed_course=True)),
        experiments=(experiment(1, course=Course.STOP), experiment(2, course=Course.KEEP), experiment(9)),
    )
    assert counted(measures.corrections(facts)) == (1, 2)


@pytest.mark.parametrize(("people", "withheld"), [(0, True), (4, True), (5, False)])
def test_answers_beside_people_are_shown_from_five_people_on(people: int, withheld: bool) -> None:
    found = measures.contributions(Loop(closes=(close(1), close(2, N), close(3, OPEN)), people=people))
    assert found.withheld is withheld
    assert counted(found) == ((0, 0) if withheld else (2, people))


SPRINTS = tuple(
    Sprint(n, 1, f"Sprint {n}", state="closed", started_at=MONDAY + timedelta(days=14 * n)) for n in range(8)
)


def test_periods_are_the_last_six_sprints_each_until_the_next() -> None:
    facts = loop.put_in_order(Loop(sprints=SPRINTS[::-1], experiments=(experiment(30), experiment(400))), BUGS)
    assert [one.name for one in facts.periods] == [f"Sprint {n}" for n in range(2, 8)]
    assert [one.until for one in facts.periods][-2:] == [SPRINTS[7].started_at, None]
    found = measures.experiments(facts)
    assert (counted(found), found.each) == ((2, 6), "sprint")
    assert dict(found.rows)["Sprint 2"] == 1


def test_a_team_without_sprints_has_periods() -> None:
    facts = loop.put_in_order(
        Loop(sprints=(replace(SPRINTS[0], id=-7, board_id=0),), experiments=(experiment(1),)), BUGS
    )
    assert measures.EXPERIMENTS.say(measures.experiments(facts)) == "We began 1 experiment in 1 period"


def test_sprints_of_two_boards_that_begin_together_are_one_period() -> None:
    twin = replace(SPRINTS[1], id=99, name="Payments 1", started_at=MONDAY + timedelta(days=15))
    facts = loop.put_in_order(Loop(sprints=(SPRINTS[0], twin, SPRINTS[1])), BUGS)
    assert [one.name for one in facts.periods] == ["Sprint 0", "Sprint 1, Payments 1"]


def test_without_sprints_periods_are_the_last_six_months_of_the_facts() -> None:
    facts = loop.put_in_order(Loop(closes=(close(1), close(250))), BUGS)
    assert [one.name for one in facts.periods] == [
        "Feb 2027",
        "Mar 2027",
        "Apr 2027",
        "May 2027",
        "Jun 2027",
        "Jul 2027",
    ]
    assert facts.periods[0] == Period("Feb 2027", datetime(2027, 2, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))
    assert measures.EXPERIMENTS.say(measures.experiments(facts)) == "We began 0 experiments in 6 months"


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "none yet"),
        (7, 9, "7 of 9"),
        (19, 19, "19 of 19"),
        (18, 20, "18 of 20 (90 %)"),
        (41, 46, "41 of 46 (89 %)"),
    ],
)
def test_a_small_number_is_said_as_one(part: int, whole: int, words: str) -> None:
    assert measures.share(part, whole) == words


# --- laws ---

DAYS = st.integers(0, 400)
CLOSES = st.builds(
    lambda number, day, state, asked, kind, parts, wait, changed, duplicate: Close(
        IssueId(str(number)), kind, parts, MONDAY + timedelta(days=day), asked, "" if asked else "sub-task", state,
        MONDAY + timedelta(days=day, hours=wait), changed, duplicate,
    ),
    st.integers(0, 60), DAYS, st.sampled_from([None, *PromptState]), st.booleans(),
    st.sampled_from(["Story", "Bug", "incident", ""]),
    st.lists(st.sampled_from(["api", "billing"]), max_size=2).map(tuple),
    st.integers(-3, 200), st.booleans(), st.booleans(),
)  # fmt: skip
EXPERIMENTS = st.builds(experiment, DAYS, st.sampled_from([None, *Outcome]), st.sampled_from([None, *Course]))
ACTIONS = st.builds(action, DAYS, st.sampled_from(list(ActionState)))
PLACES = st.builds(lambda n, state: Place(IssueId(str(n)), "", state), DAYS, st.sampled_from(list(PlaceState)))


def _once(found: list[Experiment] | list[Action] | list[Place]) -> tuple[object, ...]:
    return tuple({one.issue_id: one for one in found}.values())


LOOPS = st.builds(
    lambda closes, tried, wished, found, sprints, people: loop.put_in_order(
        Loop(tuple(closes), _once(tried), _once(wished), _once(found), SPRINTS[:sprints], people), BUGS  # type: ignore[arg-type]
    ),
    st.lists(CLOSES, max_size=12), st.lists(EXPERIMENTS, max_size=4), st.lists(ACTIONS, max_size=4),
    st.lists(PLACES, max_size=4), st.integers(0, 8), st.integers(0, 12),
)  # fmt: skip
few = settings(max_examples=60)


@few
@given(facts=LOOPS)
def test_a_measure_stays_within_its_bounds_and_its_rows_add_up(facts: Loop) -> None:
    for definition in MEASURES:
        found = definition.count(facts)
        assert found.part >= 0
        assert all(count >= 0 for _, count in (*found.rows, *found.outside))
        assert sum(count for _, count in found.rows) == (found.part if definition.rate else found.whole)
        assert definition.rate or found.part <= found.whole
        assert measures.share(found.part, found.whole)
        if found.whole and not found.withheld:
            assert definition.say(found)
        for _, one in measures.trend(definition, facts):
            assert definition.rate or one.part <= one.whole <= found.whole


@few
@given(facts=LOOPS, cut=st.integers(0, 60))
def test_the_measures_of_two_halves_of_the_issues_add_up_to_those_of_all(facts: Loop, cut: int) -> None:
    halves = _only(facts, lambda issue: int(issue) < cut), _only(facts, lambda issue: int(issue) >= cut)
    for definition in MEASURES:
        one, other, found = (definition.count(each) for each in (*halves, facts))
        assert found.part == one.part + other.part
        assert Counter(dict(found.rows)) == Counter(dict(one.rows)) + Counter(dict(other.rows))
        assert Counter(dict(found.outside)) == Counter(dict(one.outside)) + Counter(dict(other.outside))
        assert definition.rate or found.whole == one.whole + other.whole


@few
@given(facts=LOOPS, random=st.randoms(use_true_random=False))
def test_the_measures_are_the_same_in_any_order_of_the_facts(facts: Loop, random: Random) -> None:
    names = ("closes", "experiments", "actions", "places", "sprints")
    mixed = {name: tuple(random.sample(getattr(facts, name), len(getattr(facts, name)))) for name in names}
    again = loop.put_in_order(replace(facts, **mixed), BUGS)  # type: ignore[arg-type]
    assert (again.closes, again.periods) == (facts.closes, facts.periods)
    assert [one.count(again) for one in MEASURES] == [one.count(facts) for one in MEASURES]


def _only(facts: Loop, wanted: Callable[[IssueId], bool]) -> Loop:
    names = ("closes", "experiments", "actions", "places")
    some = {name: tuple(one for one in getattr(facts, name) if wanted(one.issue_id)) for name in names}
    return replace(facts, **some)  # type: ignore[arg-type]


def test_no_fact_says_who() -> None:
    """Two people who change places change no number, because no field of a close holds one."""
    assert set(Close.__dataclass_fields__) == {
        "issue_id", "type_name", "components", "closed_at", "asked", "reason", "state", "settled_at", "changed_course",
        "duplicate", "bug", "repeat",
    }  # fmt: skip


@pytest.mark.parametrize("definition", MEASURES, ids=lambda one: one.name)
def test_a_measure_says_what_it_is_of_what_and_on_what_evidence(definition: Definition) -> None:
    for words in (definition.title, definition.definition, definition.denominator, definition.evidence):
        assert words
        assert "!" not in words
    assert definition.evidence.endswith(".")


def test_the_document_says_of_each_measure_what_its_page_says() -> None:
    told = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
    for one in MEASURES:
        section = " ".join(told.partition(f"## {one.title}\n")[2].partition("\n## ")[0].split())
        for words in (one.definition, f"Counted of: {one.denominator}.", one.aim, one.evidence):
            assert words in section
