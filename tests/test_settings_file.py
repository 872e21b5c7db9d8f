"""A policy as a file: what is exported comes back as it was, and every problem is named before anything changes."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_settings import EFFECTS, EFFECTS_IN_A_PROJECT
from worker import settings_file
from worker.domain.calendar import Country
from worker.domain.cron import Cron
from worker.domain.policy import Policy, ProjectRules
from worker.domain.setting_kinds import Choice, Choices, Kind, Number, Text, YesNo, Zone
from worker.domain.setting_lists import Names, Numbers, Pairs
from worker.domain.settings import OF_A_PROJECT, PROJECT_ONLY, SETTINGS, Setting, take, take_project
from worker.errors import SettingInvalid

LETTERS = st.text("aZ09 -_,;'\"\\#[]{}=.é漢ש🎉\u200c", min_size=1, max_size=12)


def fits(kind: Kind, value: object) -> bool:
    try:
        kind.check(value)
    except SettingInvalid:
        return False
    return True


def values(kind: Kind) -> st.SearchStrategy[Any]:
    """Values that a kind takes."""
    match kind:
        case Number(least=least, most=most):
            return st.integers(least, most)
        case Numbers(least=least, most=most, count=count):
            return st.lists(st.integers(least, most), max_size=count, unique=True).map(sorted)
        case Choice(options=options):
            return st.sampled_from([value for value, _ in options])
        case Choices(options=options, least=least):
            return st.lists(st.sampled_from([value for value, _ in options]), min_size=least, unique=True)
        case Names(keys=True):
            return st.lists(st.sampled_from(["FLEX", "OPS", "A_1"]), max_size=3)
        case Text(pattern=""):
            return LETTERS.filter(lambda text: fits(kind, text)) | st.just("")
    return next(strategy for some_kind, strategy in OTHERS.items() if isinstance(kind, some_kind))


OTHERS: dict[type, st.SearchStrategy[Any]] = {
    YesNo: st.booleans(),
    Names: st.lists(LETTERS.filter(lambda text: bool(text.strip())), max_size=3),
    Pairs: st.dictionaries(LETTERS, LETTERS, max_size=3).filter(lambda pairs: fits(Pairs(), pairs)),
    Zone: st.sampled_from(["Asia/Tokyo", "UTC"]),
    Country: st.sampled_from(["", "PT", "DE-BY"]),
    Cron: st.sampled_from(["0 6 * * *", "*/5 1,2 1-7 * mon-fri"]),
    Text: st.sampled_from(["", "123456"]),
}


def some(known: dict[str, Setting]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these settings with values they take."""
    return st.fixed_dictionaries({}, optional={name: values(one.kind) for name, one in known.items()})


WITHOUT_TOGETHER = {"office_opens", "office_closes", "reminder_days", "expire_days"}  # which must fit each other
EVERYWHERE = some({name: one for name, one in SETTINGS.items() if name not in WITHOUT_TOGETHER})
HERE = {one.name: one for one in PROJECT_ONLY} | {
    name: one for name, one in OF_A_PROJECT.items() if name not in WITHOUT_TOGETHER
}


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    policy = take(Policy(), draw(EVERYWHERE)).policy
    for project in draw(st.lists(st.sampled_from(["FLEX", "OPS"]), unique=True)):
        policy = take_project(policy, project, draw(some(HERE))).policy
    return policy


@settings(max_examples=40)
@given(policies())
def test_what_is_exported_is_imported_as_it_was(policy: Policy) -> None:
    content = settings_file.write(policy, "LearnLoop on https://example.org").encode()
    for base in (Policy(), policy):
        reading = settings_file.read(base, content)
        assert reading.problems == {}
        assert reading.policy == policy


@given(st.binary(max_size=60) | st.text("[]{}=\"'\n.,#projectflexwhom01é\x00", max_size=60).map(str.encode))
def test_any_bytes_are_a_file_or_answered_by_sentences(content: bytes) -> None:
    before = Policy(home_space="ENG")
    reading = settings_file.read(before, content)
    assert all(words.endswith(".") for words in reading.problems.values())
    if reading.problems:
        assert reading.policy == before


def test_a_file_explains_each_setting_to_who_edits_it() -> None:
    written = settings_file.write(Policy(), "LearnLoop on https://example.org")
    assert set(tomllib.loads(written)) == set(SETTINGS)
    for one in SETTINGS.values():
        assert f"# {one.label}. Takes {one.kind.wants}.\n# {one.reason}\n# Default: " in written


def test_every_value_of_every_setting_is_written_and_read() -> None:
    policy = take(Policy(), {name: value for name, (value, _) in EFFECTS.items() if name != "office_closes"}).policy
    there = {name: value for name, (value, _) in EFFECTS.items() if name in OF_A_PROJECT}
    there |= {name: value for name, (value, _) in EFFECTS_IN_A_PROJECT.items()}
    policy = take_project(policy, "OPS", there).policy
    assert settings_file.read(Policy(), settings_file.write(policy, "x").encode()).policy == policy


WHOLE = "\ufeffwhom = 'assignee'\n[project.ops]\nwhom = 'reporter'\n"


def test_what_a_file_does_not_name_stays_and_a_project_has_what_its_table_says() -> None:
    rules = {"OPS": ProjectRules("OPSX", True, {"channel": "panel"}), "HR": ProjectRules(private=True)}
    before = Policy(home_space="ENG", project_rules=rules)
    reading = settings_file.read(before, WHOLE.encode())
    assert not reading.problems
    assert (reading.policy.whom, reading.policy.home_space) == ("assignee", "ENG")
    assert reading.policy.rules("OPS") == ProjectRules("OPSX", True, {"whom": "reporter"})
    assert reading.policy.rules("HR") == ProjectRules(private=True)


WRONG = """
whoom = 'closer'
expire_days = 0
questions = 'all'
[project.OPS]
whom = 'me'
time_zone = 'UTC'
privat = true
[project.'a b']
[topic_aliases]
a = 'a'
"""


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (
            WRONG,
            {
                "whoom": "There is no setting of this name; whom is one.",
                "expire_days": "This needs a whole number from 1 to 60.",
                "questions": "Choose any of surprised, differently, lives_at, missing.",
                "project.OPS.whom": "Choose closer or assignee or reporter.",
                "project.OPS.time_zone": "This is the same in every project.",
                "project.OPS.privat": "There is no setting of this name.",
                "project.a b": "“A B” is not a project's key, such as FLEX.",
                "topic_aliases": "“a” leads back to itself; take one of its lines out.",
            },
        ),
        ("project = 3", {"project": "Write a table a project, such as [project.FLEX]."}),
        ("project.OPS = 'whom'", {"project.OPS": "This is a table."}),
        ("expire_days = 2", {"reminder_days": "We stop asking after 2 days; remind before that."}),
        (
            "[project.OPS]\nexpire_days = 2",
            {"project.OPS.reminder_days": "We stop asking after 2 days; remind before that."},
        ),
        ("field_map = {learned = 'customfield_1'}", {"field_map": "There is no setting of this name."}),
        ("whom =", {"file": "This is not a TOML file. Invalid value (at end of document)."}),
    ],
)
def test_every_problem_is_named_and_with_any_nothing_changes(content: str, problems: dict[str, str]) -> None:
    before = Policy(home_space="ENG")
    reading = settings_file.read(before, content.encode())
    assert reading.problems == problems
    assert reading.policy == before
