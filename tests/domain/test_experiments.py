"""What may be kept of an experiment, when its review is reminded of, and what a comment tells of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.nouns import ANA, BEN, MONDAY, issue
from worker.domain import replies
from worker.domain.experiments import (
    COURSES,
    OUTCOMES,
    PARTS,
    SPRINT_AIM,
    Told,
    checked,
    course_of,
    day_of,
    outcome_of,
    reminds,
    renewed,
    written,
)
from worker.domain.links import ExperimentLink, read_experiment, sign_experiment, works_for
from worker.domain.model import Course, Experiment, Outcome, TenantId
from worker.domain.policy import FieldMap
from worker.domain.questions import EVERY, LONGEST
from worker.errors import AnswerInvalid, Forged

TODAY = MONDAY.date()
KNOWN = Experiment(
    issue().id, issue().key, issue().project_key, issue().summary, issue().type_name, "Plans sell.", MONDAY,
    guardrail="Five calls.", review_on=TODAY + timedelta(days=7), owner=ANA,
)  # fmt: skip
DONE = replace(KNOWN, outcome=Outcome.REFUTED, course=Course.STOP, concluded_at=MONDAY)
KEY = b"k" * 32
LINK = ExperimentLink(TenantId("t1"), KNOWN.issue_id, KNOWN.issue_key, MONDAY)


def kept(known: Experiment | None = None, **told: Any) -> dict[str, str]:
    """The parts after somebody wrote these, as a form has them."""
    return written(renewed(known or replace(KNOWN, hypothesis=""), checked(Told(**told), known, TODAY), MONDAY))


def refused(known: Experiment | None = None, **told: Any) -> set[str]:
    """The parts that keep it from being kept."""
    with pytest.raises(AnswerInvalid) as caught:
        checked(Told(**told), known, TODAY)
    return set(caught.value.problems)


# --- what may be kept ---


def test_every_part_has_a_field_in_jira_and_words_of_its_own() -> None:
    names = [part.field for part in PARTS]
    assert set(names) <= set(FieldMap.__dataclass_fields__) & set(Experiment.__dataclass_fields__)
    words = [word for part in PARTS for word in part.words]
    assert len(set(words)) == len(words)
    assert not set(words) & {word for question in EVERY for word in question.words}
    assert set(OUTCOMES) == set(Outcome)
    assert set(COURSES) == set(Course)
    assert SPRINT_AIM == (2, 3)


def test_what_is_told_goes_over_what_is_known_and_the_rest_stays() -> None:
    assert kept(KNOWN, outcome="Refuted", course=" change course ") == written(KNOWN) | {
        "outcome": "refuted", "course": "change course",
    }  # fmt: skip
    assert kept(KNOWN, guardrail="", review_on="")["guardrail"] == ""


@pytest.mark.parametrize(
    ("told", "bad"),
    [
        ({}, {"hypothesis"}),
        ({"hypothesis": "  "}, {"hypothesis"}),
        ({"outcome": "supported"}, {"hypothesis"}),
        ({"hypothesis": "x" * (LONGEST + 1)}, {"hypothesis"}),
        ({"hypothesis": "x", "success": "y" * (LONGEST + 1)}, {"success"}),
        ({"hypothesis": "x", "review_on": "tomorrow"}, {"review_on"}),
        ({"hypothesis": "x", "review_on": "2026-13-01"}, {"review_on"}),
        ({"hypothesis": "x", "review_on": (TODAY + timedelta(days=732)).isoformat()}, {"review_on"}),
        ({"hypothesis": "x", "review_on": (TODAY - timedelta(days=732)).isoformat()}, {"review_on"}),
        ({"hypothesis": "x", "review_on": "9999-12-31"}, {"review_on"}),
        ({"hypothesis": "x", "outcome": "great"}, {"outcome"}),
        ({"hypothesis": "x", "course": "party", "outcome": "?"}, {"course", "outcome"}),
    ],
)
def test_what_cannot_be_kept_has_a_sentence_a_part(told: dict[str, Any], bad: set[str]) -> None:
    assert refused(**told) == bad


@pytest.mark.parametrize("days", [-731, 0, 1, 731])
def test_a_review_may_be_up_to_two_years_away(days: int) -> None:
    day = (TODAY + timedelta(days=days)).isoformat()
    assert kept(hypothesis="x", review_on=day)["review_on"] == day


def test_what_stays_as_it_was_needs_nobodys_word() -> None:
    old = replace(KNOWN, review_on=TODAY - timedelta(days=2000))
    assert kept(old, **written(old)) == written(old)
    assert refused(old, hypothesis="") == {"hypothesis"}


# --- how it goes on ---


def test_an_experiment_is_concluded_once_and_runs_again_without_an_outcome() -> None:
    later = MONDAY + timedelta(days=3)
    first = renewed(KNOWN, checked(Told(outcome="refuted"), KNOWN, TODAY), MONDAY)
    second = renewed(first, checked(Told(outcome="supported"), first, TODAY), later)
    again = renewed(second, checked(Told(outcome=""), second, TODAY), later)
    assert (first.concluded_at, second.concluded_at, second.outcome) == (MONDAY, MONDAY, Outcome.SUPPORTED)
    assert (again.concluded_at, again.outcome) == (None, None)


@pytest.mark.parametrize(("days", "again"), [(8, True), (7, False), (6, False)])
def test_only_a_later_review_is_reminded_of_again(days: int, again: bool) -> None:
    reminded = replace(KNOWN, reminded_at=MONDAY)
    told = Told(review_on=(TODAY + timedelta(days=days)).isoformat())
    assert (renewed(reminded, checked(told, reminded, TODAY), MONDAY).reminded_at is None) == again


def test_the_same_again_changes_nothing() -> None:
    same = Told(**written(DONE), owner=BEN)
    assert renewed(DONE, checked(same, DONE, TODAY), MONDAY + timedelta(days=1)) == DONE


@pytest.mark.parametrize(
    ("one", "after", "wanted"),
    [
        (KNOWN, 6, False),
        (KNOWN, 7, True),
        (KNOWN, 21, True),
        (KNOWN, 22, False),
        (replace(KNOWN, owner=None), 7, False),
        (replace(KNOWN, review_on=None), 7, False),
        (replace(KNOWN, reminded_at=MONDAY), 7, False),
        (replace(KNOWN, visible=False), 7, False),
        (replace(DONE, review_on=KNOWN.review_on), 7, False),
    ],
    ids=["early", "today", "two weeks late", "later", "nobodys", "no day", "before", "hidden", "concluded"],
)
def test_a_review_is_reminded_of_from_its_day_on_for_two_weeks(one: Experiment, after: int, wanted: bool) -> None:
    assert reminds(one, TODAY + timedelta(days=after)) is wanted


# --- words ---


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("supported", Outcome.SUPPORTED), ("*Refuted*.", Outcome.REFUTED), (" INCONCLUSIVE ", Outcome.INCONCLUSIVE),
        ("Confirmed", Outcome.SUPPORTED), ("unclear", Outcome.INCONCLUSIVE), ("rejected", Outcome.REFUTED),
        ("", None), ("it was great", None), ("not supported", None),
    ],
)  # fmt: skip
def test_an_outcome_is_known_by_its_word(words: str, outcome: Outcome | None) -> None:
    assert outcome_of(words) is outcome


@pytest.mark.parametrize(
    ("words", "course"),
    [("Keep", Course.KEEP), ("change  course", Course.CHANGE), ("Pivot", Course.CHANGE), ("stop.", Course.STOP),
     ("stop the build", None), ("", None)],
)  # fmt: skip
def test_a_decision_is_known_by_its_word(words: str, course: Course | None) -> None:
    assert course_of(words) is course


@pytest.mark.parametrize(
    ("words", "day"),
    [(" 2026-12-01 ", date(2026, 12, 1)), ("2026-02-30", None), ("20261201", None), ("1.12.2026", None), ("", None)],
)
def test_a_day_is_an_iso_date(words: str, day: date | None) -> None:
    assert day_of(words) == day


@given(st.text(), st.text(), st.text())
@settings(max_examples=60)
def test_any_words_are_kept_or_refused_with_a_sentence(one: str, other: str, day: str) -> None:
    try:
        terms = checked(Told(hypothesis=one, outcome=other, course=other, review_on=day), None, TODAY)
    except AnswerInvalid as error:
        said = error.problems
        assert all(said.values())
    else:
        assert terms.hypothesis == one.strip()


# --- in a comment ---


def test_a_comment_tells_every_part_under_its_own_word() -> None:
    told = replies.experiment(
        "*Hypothesis:* Plans sell.\nAlso to resellers.\nstop if: five calls\nSign of success: ten trials\n"
        "review on: 2026-12-01\noutcome: Refuted\ndecision: change course",
        ANA, known=False,
    )  # fmt: skip
    assert told == Told(
        "Plans sell.\nAlso to resellers.", "five calls", "ten trials", "2026-12-01", "Refuted", "change course", ANA
    )


@pytest.mark.parametrize(
    ("body", "known", "tells"),
    [
        ("hypothesis: x", False, True),
        ("hypothesis:", False, False),
        ("my hypothesis: x", False, False),
        ("{quote}\nhypothesis: x\n{quote}", False, False),
        ("{quote}hypothesis: x{quote}", True, False),
        ("outcome: refuted", False, False),
        ("outcome: refuted", True, True),
        ("outcome: it was great", True, False),
        ("decision: we take PostgreSQL", True, False),
        ("decision: stop", True, True),
        ("review: looks good to me", True, False),
        ("review: 2026-12-01", True, True),
        ("success: it works", True, False),
        ("guardrail: five calls", True, True),
        ("learned: x", True, False),
    ],
)
def test_ordinary_talk_is_no_experiment(body: str, known: bool, tells: bool) -> None:
    assert (replies.experiment(body, ANA, known=known) is not None) is tells


def test_an_answer_and_an_experiment_share_a_comment_and_no_words() -> None:
    body = "learned: Ask first.\nTwice.\nhypothesis: Plans sell.\noutcome: refuted\nsurprised: They laughed."
    told = replies.experiment(body, ANA, known=False)
    answers = replies.read(body, ANA, tried=True)
    assert answers is not None
    assert (answers.learned, answers.surprised) == ("Ask first.\nTwice.", "They laughed.")
    assert told == Told(hypothesis="Plans sell.", outcome="refuted", owner=ANA)


def test_where_there_is_no_experiment_its_words_are_words_of_the_answer() -> None:
    answers = replies.read("learned: Ask first.\noutcome: refuted", ANA)
    assert answers is not None
    assert answers.learned == "Ask first.\noutcome: refuted"


# --- the link ---


def test_a_link_leads_to_its_issue_and_to_nothing_else() -> None:
    token = sign_experiment(LINK, KEY)
    assert read_experiment(token, KEY) == LINK
    for bad in (token[:-1], f"{token}x", "", "a.b"):
        with pytest.raises(Forged):
            read_experiment(bad, KEY)
    with pytest.raises(Forged):
        read_experiment(token, b"another key of ours, and as long")


@pytest.mark.parametrize(
    ("known", "days", "works"),
    [(KNOWN, 4000, True), (DONE, 14, True), (DONE, 15, False), (None, 14, True), (None, 15, False)],
    ids=["it runs", "concluded", "long concluded", "none yet", "none, and the link is old"],
)
def test_a_link_works_while_the_experiment_runs_and_some_days_after(
    known: Experiment | None, days: int, works: bool
) -> None:
    assert works_for(LINK, known, 14, MONDAY + timedelta(days=days)) is works
