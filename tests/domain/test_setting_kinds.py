"""What may be typed into a setting: each kind reads it or says in a sentence what it takes, and never anything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from worker.domain import jql
from worker.domain.calendar import Country
from worker.domain.cron import Cron
from worker.domain.jql import Condition
from worker.domain.model import IssueKey
from worker.domain.setting_kinds import Choice, Choices, Kind, Number, Text, YesNo, Zone
from worker.domain.setting_lists import Names, Numbers, Pairs
from worker.domain.settings import PROJECT_ONLY, SETTINGS
from worker.errors import SettingInvalid

KINDS = list(dict.fromkeys(one.kind for one in (*SETTINGS.values(), *PROJECT_ONLY)))
NO_COUNTRY = "not known; this takes a country such as PT, with a region such as DE-BY, or nothing."
DAYS = Choices((("mon", "Monday"), ("tue", "Tuesday")), least=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
# Letters that mean something to one kind or another, so that texts come near what is taken.
NEAR = st.text("aA1-_,;=*/\"'() \n\t\x00\u202e\ud800🎉ש", max_size=30) | st.text(max_size=30)
CRON_PART = st.from_regex(r"(\*|\d{1,2}(-\d{1,2})?)(/\d{1,2})?", fullmatch=True)


def taken(kind: Kind, text: str) -> Any:
    """What a kind makes of a text, or the sentence why it does not take it."""
    value, sentence = kept(kind.read, text)
    return sentence or value


def kept(check: Callable[[Any], Any], given: object) -> tuple[Any, str]:
    """What a kind takes, or the sentence why it does not."""
    try:
        return check(given), ""
    except SettingInvalid as error:
        return None, str(error)


@pytest.mark.parametrize("kind", KINDS, ids=repr)
@given(text=NEAR)
def test_any_text_is_read_or_answered_by_a_sentence_and_what_is_read_is_written_as_it_is_read(
    kind: Kind, text: str
) -> None:
    value, sentence = kept(kind.read, text)
    if sentence:
        assert sentence.endswith(".")
        assert not set(sentence) & set("\x00\n\u202e\ud800")
    else:
        assert kind.check(value) == value
        assert kind.read(kind.write(value)) == value


@pytest.mark.parametrize("kind", KINDS, ids=repr)
@given(value=JSON)
def test_any_value_of_a_file_is_checked_or_answered_by_a_sentence(kind: Kind, value: object) -> None:
    taken_value, sentence = kept(kind.check, value)
    assert sentence.endswith(".") if sentence else kind.read(kind.write(taken_value)) == taken_value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (YesNo(), " Yes ", True),
        (YesNo(), "", False),  # a box that is not ticked is not sent
        (YesNo(), "perhaps", "Choose yes or no."),
        (Number(1, 60), " 7 ", 7),
        (Number(1, 60), "61", "This needs a whole number from 1 to 60."),
        (Number(1, 60), "٣", "This needs a whole number from 1 to 60."),
        (Number(1, 60), "1" * 5_000, "This needs a whole number from 1 to 60."),
        (Text(10), " a\r\nb ", "a b"),
        (Text(10), "x" * 11, "This takes one line of up to 10 characters."),
        (Text(10, r"[0-9]+", "123456"), "12a", "This looks like 123456."),
        (Choice((("a", "An A"), ("b", "A B"))), "c", "Choose a or b."),
        (DAYS, "tue,mon", ("mon", "tue")),
        (DAYS, "", "Choose at least 1."),
        (Names(), "Done, Released\nWon't Do,, Done", ("Done", "Released", "Won't Do")),
        (Names(), '"Done, really", Closed', ("Done, really", "Closed")),
        (Names(), "مُنجَز, می\u200cخواهم, 👩\u200d🔬", ("مُنجَز", "می\u200cخواهم", "👩\u200d🔬")),
        (Names(), "a\u202eb", "“a?b” is not a name of up to 100 characters."),
        (Names(), "x" * 101, f"“{'x' * 40}” is not a name of up to 100 characters."),
        (Names(), "a," * 101 + "b", ("a", "b")),
        (Names(most=2), "a,b,c", "This takes up to 2 names, separated by commas or lines."),
        (Names(keys=True), "flex, OPS_2", ("FLEX", "OPS_2")),
        (Names(keys=True), 'FLEX") OR (1', "“FLEX\") OR (1” is not a project's key, such as FLEX."),
        (Names(), '"' + "x" * 200_000, "This is too long to be read."),
        (Numbers(1, 30, 2), "", ()),
        (Numbers(1, 30, 2), "1, 3", (1, 3)),
        (Numbers(1, 30, 2), "3, 1", "This takes up to 2 whole numbers from 1 to 30, the smallest first."),
        (Pairs(), "db = databases\n\n k8s=kubernetes ", {"db": "databases", "k8s": "kubernetes"}),
        (Pairs(), "db", "“db” is no pair; this takes one pair a line, such as: db = databases."),
        (Pairs(), "db = a\ndb = b", "“db” stands there twice; leave the line that is meant."),
        (Pairs(), "a = b\nb = c\nc = a", "“a” leads back to itself; take one of its lines out."),
        (Pairs(), "x = a\na = b\nb = a", "“a” leads back to itself; take one of its lines out."),
        (Pairs(), "a =", "“” cannot be in a pair; this takes one pair a line, such as: db = databases."),
        (Zone(), "Europe/Lisbon", "Europe/Lisbon"),
        (Zone(), "Lisbon", "There is no time zone of that name; this takes a time zone such as Europe/Lisbon."),
        (Country(), "de-by", "DE-BY"),
        (Country(), "", ""),
        (Country(), "XX", f"The holidays of “XX” are {NO_COUNTRY}"),
        (Country(), "PT-XX", f"The holidays of “PT-XX” are {NO_COUNTRY}"),
        (Condition(), "labels != chore AND text ~ '(beta)'", "labels != chore AND text ~ '(beta)'"),
        (Condition(), 'summary ~ "she said \\"no (\\""', 'summary ~ "she said \\"no (\\""'),
        (Condition(), "a = 1) OR (b = 2", "Its brackets do not match."),
        (Condition(), r'summary ~ a\" ) OR (summary ~ "x" AND summary ~ "y\"z"',
         "Put words with a backslash into quotation marks."),
        (Condition(), 'summary ~ "open', "A quotation mark in it is not closed."),
        (Condition(), "labels = x  Order  by created",
         "Leave ORDER BY out: this only says which issues count, and they have no order."),
        (Condition(), 'summary ~ "order by"', 'summary ~ "order by"'),
    ],
)  # fmt: skip
def test_each_kind_reads_what_people_type_and_says_what_it_takes(kind: Kind, text: str, value: object) -> None:
    assert taken(kind, text) == value


@pytest.mark.parametrize("value", [True, [True], ["a", 1], {"a": 1}, [[1]], 1.5, None])
def test_a_value_of_another_type_is_not_taken_for_one(value: object) -> None:
    for kind in (Number(0, 9), Numbers(0, 9, 9), Text(), Names(), Pairs(), Zone(), Cron(), Country(), Condition()):
        with pytest.raises(SettingInvalid):
            kind.check(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0 6 * * *", "0 6 * * *"),
        (" 0  6 * *  MON-Fri,SUN ", "0 6 * * mon-fri,sun"),
        ("*/15 8-18/2 1,15 2-11 tue", "*/15 8-18/2 1,15 2-11 tue"),
        ("0 0 29 2 *", "0 0 29 2 *"),
        ("60 6 * * *", ""),
        ("0 24 * * *", ""),
        ("0 6 0 * *", ""),
        ("0 6 * 13 *", ""),
        ("0 6 * * 1", ""),  # which day that is depends on the program
        ("0 6 * * fri-mon", ""),
        ("9-3 * * * *", ""),
        ("*/60 * * * *", ""),
        ("5-8/4 * * * *", ""),
        ("0 6 * *", ""),
        ("0 6 * * * *", ""),
        ("@daily", ""),
        ("", ""),
    ],
)
def test_a_schedule_has_five_fields_and_names_its_weekdays(text: str, value: str) -> None:
    refused = "This takes five fields, minute hour day month weekday, such as: 0 6 * * mon-fri."
    assert taken(Cron(), text) == (value or refused)


@pytest.mark.parametrize("text", ["0 6 30 2 *", "0 6 31 2,4,6,9,11 *"])
def test_a_day_that_no_year_has_is_refused_because_nothing_would_ever_happen(text: str) -> None:
    assert taken(Cron(), text) == "There is no such day, so it would never happen."


@given(st.tuples(CRON_PART, CRON_PART, CRON_PART, CRON_PART, st.sampled_from(["*", "mon", "mon-fri", "sat,sun"])))
def test_every_schedule_that_is_taken_is_one_that_runs(parts: tuple[str, ...]) -> None:
    cron, sentence = kept(Cron().read, " ".join(parts))
    start = datetime(2026, 11, 2, tzinfo=UTC)
    assert sentence or CronTrigger.from_crontab(cron, timezone=UTC).get_next_fire_time(None, start)


def test_a_condition_is_asked_about_one_issue_and_none_is_not_asked_at_all() -> None:
    assert jql.about(IssueKey("FLEX-7"), "labels = a OR labels = b") == 'key = "FLEX-7" AND (labels = a OR labels = b)'
    assert jql.about(IssueKey("FLEX-7"), "") == ""
