"""The second look at the wording: what it finds, what it leaves alone, and how often it is right."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from worker.cli import main
from worker.cli.wording import shares
from worker.domain import wording
from worker.domain.questions import LONGEST
from worker.domain.thanks import ACTS
from worker.domain.wording_examples import EXAMPLES
from worker.domain.wording_rules import RULES, Rule

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tom forgot the index.", "Tom forgot"),
        ("On Monday Tom Miller really forgot the index.", "Tom Miller really forgot"),
        ("It broke. Xanthe forgot the index.", "Xanthe forgot"),
        ("It was @tom who broke the build.", "@tom who broke"),
        ("the reviewer missed it", "reviewer missed"),
        ("tom forgot it, anna did not", "tom forgot"),
        ("We stopped because of Anna.", "because of Anna"),
        ("It was your mistake.", "your mistake"),
        ("They should have known.", "should have known"),
        ("*Tom* forgot it.", "Tom* forgot"),
        ("Tom\nforgot it.", "Tom\nforgot"),
        ("Nobody said that Tom’s carelessness was fine.", "Tom’s carelessness"),
        ("Blame Kevin.", "Blame Kevin"),
    ],
)
def test_the_words_are_those_of_the_text(text: str, words: str) -> None:
    found = wording.nudges(text)
    assert [text[one.start : one.end] for one in found][:1] == [one.words for one in found][:1] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "", "The default is UTC.", "The import failed to start.", "We accidentally deleted it.",
        "Redis forgot the keys.", "Fault tolerance, page fault.",
        "It was no one's fault.", "It was nobody’s fault.", "So you can see the total.",
        "If you missed the mail, ask again.", "It said “you should have known”.", "In May the refunds doubled.",
        "`Tom forgot`", "{code}Tom forgot{code}", "https://example.org/Tom-forgot", "I forgot it.", "We broke it.",
    ],
)  # fmt: skip
def test_what_is_about_the_work_is_left_alone(text: str) -> None:
    assert wording.nudges(text) == ()


def test_words_of_the_issue_are_no_person() -> None:
    assert wording.nudges("Orion forgot the tokens.")
    assert wording.nudges("Orion forgot the tokens.", ["Orion gateway", "FLEX"]) == ()


def test_places_stand_in_their_order_and_none_overlaps_another() -> None:
    found = wording.nudges("Tom forgot it. It was Tom's fault. He should have known, obviously. " * 5)
    assert len(found) >= 15
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(
    st.text(max_size=400) | st.lists(st.sampled_from(["Tom", "you", "forgot", "'s", "fault", "“", "*"])).map(" ".join)
)
def test_any_text_is_taken_and_what_is_found_is_in_it(text: str) -> None:
    for one in wording.nudges(text):
        assert text[one.start : one.end] == one.words != ""


@pytest.mark.parametrize(
    "part",
    ["a ", "you ", "Tom has ", '"', "'", "{quote}", "{code:", "x", "not ", "@a", "[~", " ", "Tom took a b c ", "`a",
     "_", "if only Tom ", "blame ", "Tom's own big ", "Tom forgot "],
)  # fmt: skip
def test_the_longest_text_takes_no_time_to_speak_of(part: str) -> None:
    text = (part * LONGEST)[:LONGEST]
    begun = time.process_time()
    wording.nudges(text)
    assert time.process_time() - begun < 1


def test_there_are_enough_sentences_about_half_of_them_harmless_and_a_third_held_out() -> None:
    assert len({one.text for one in EXAMPLES}) == len(EXAMPLES) >= 240
    held = [one for one in EXAMPLES if one.held_out]
    for some in (EXAMPLES, held):
        assert 0.45 <= sum(not one.blames for one in some) / len(some) <= 0.55
    assert len(held) >= 80


def test_false_alarms_are_few_and_the_documentation_states_what_is_measured() -> None:
    measured = wording.measured(EXAMPLES)
    assert all(found.false_alarm_share <= 0.05 for found in measured.values())
    stated = (ROOT / "docs" / "wording.md").read_text()
    for name, found in measured.items():
        assert "| " + " | ".join(str(value) for value in shares(name, found).values()) + " |" in stated


def test_the_documentation_names_every_act_of_thanks() -> None:
    stated = (ROOT / "docs" / "wording.md").read_text()
    assert all(f"| `{one.id}` | {one.words} |" in stated for one in ACTS)


def test_nothing_is_measured_of_nothing_without_a_division_by_zero() -> None:
    nothing = wording.measure([])
    assert (nothing.precision, nothing.recall, nothing.false_alarm_share) == (1.0, 1.0, 0.0)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_why_in_one_line_and_offers_a_sentence(rule: Rule) -> None:
    assert "\n" not in rule.why
    assert len(rule.why) <= 100
    assert rule.instead.startswith("Try")


def test_the_command_shows_what_is_found_and_how_often_it_is_right() -> None:
    run = CliRunner()
    assert "Tom forgot" in run.invoke(main, ["wording", "Tom forgot it."]).output
    assert "Nothing to look at twice." in run.invoke(main, ["wording", "The job failed."]).output
    assert "held out" in run.invoke(main, ["wording", "--measure"]).output
    assert run.invoke(main, ["wording"]).exit_code == 2
