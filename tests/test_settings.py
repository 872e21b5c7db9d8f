"""Every setting of a policy: its default is valid, its bounds hold, it is documented, and it does something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.domain.nouns import ANA, CATEGORIES, CY, DOING, DONE, MONDAY, TODO, US, issue, moved, prompt
from worker import schedule
from worker.domain import batching, calendar, jql, links, periods, promises, prompting, questions, reminding, signals
from worker.domain.events import Change
from worker.domain.life import Life, Turn
from worker.domain.model import Action, ActionState, IssueId, IssueKey, JobKind, Person, ProjectKey, PromptState
from worker.domain.pages import home
from worker.domain.pages.page_type import Key, Material
from worker.domain.policy import Policy, ProjectRules, from_json, to_json
from worker.domain.prompting import History
from worker.domain.setting_kinds import Choice, Choices, Number, Text
from worker.domain.setting_lists import Names, Numbers, Pairs
from worker.domain.settings import (
    GROUPS,
    OF_A_PROJECT,
    PROJECT_ONLY,
    SETTINGS,
    Setting,
    read,
    read_project,
    take,
    take_project,
)
from worker.domain.signals import Usual
from worker.errors import SettingInvalid

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"
EVERY = {one.name: one for one in (*SETTINGS.values(), *PROJECT_ONLY)}
HISTORY = History(CATEGORIES, US, MONDAY - timedelta(days=1))
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def on(day: int, hour: int = 12) -> datetime:
    """A moment of November 2026; the second is a Monday."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def closed_again(policy: Policy) -> object:
    withdrawn = prompt(state=PromptState.WITHDRAWN)
    return prompting.decide(moved(DOING, DONE), policy, replace(HISTORY, prompt=withdrawn))


def blocked(policy: Policy) -> object:
    """What is found of an issue that had a status for a week."""
    entered = Turn(MONDAY, Change("status", "1", "2", "to there", "from there"))
    week = Life(issue(), MONDAY, MONDAY + timedelta(days=7), (entered,))
    return signals.found(week, Usual(), policy)


def fires(kind: JobKind, policy: Policy) -> datetime:
    """When a scheduled thing comes next."""
    row = next(row for row in schedule.ROWS if row.kind is kind)
    at: datetime = schedule.trigger(row, policy).get_next_fire_time(None, NOON + timedelta(minutes=1))
    return at


def home_page(policy: Policy) -> object:
    content = home.PAGE_TYPE.build(Key("home"), Material("https://example.org", replace(policy, home_space="ENG")))
    assert content
    return content.above


def retro_due(policy: Policy) -> object:
    later = NOON + timedelta(days=30)
    return periods.due(periods.Pace(ProjectKey("FLEX"), policy.retro_days, later), ZoneInfo("UTC"), later)


ACTION = Action(IssueId("10001"), IssueKey("FLEX-1"), ProjectKey("FLEX"), "Ask earlier.", ActionState.WISHED, MONDAY)

# For each setting a value other than its default, and something that is decided otherwise because of it.
EFFECTS: dict[str, tuple[Any, Callable[[Policy], object]]] = {
    "projects": (("OPS",), lambda policy: prompting.excluded(issue(), policy)),
    "closed_statuses": (("Released",), lambda policy: prompting.decide(moved(DOING, DONE), policy, HISTORY)),
    "jql": ("labels != chore", lambda policy: jql.about(issue().key, policy.jql)),
    "issue_types": (("Bug",), lambda policy: prompting.excluded(issue(), policy)),
    "skipped_resolutions": ((), lambda policy: prompting.excluded(issue(resolution="Won't Do"), policy)),
    "ask_subtasks": (True, lambda policy: prompting.excluded(issue(is_subtask=True), policy)),
    "ask_service_desk": (True, lambda policy: prompting.excluded(issue(service_desk=True), policy)),
    "ask_again_after_reopen": (False, closed_again),
    "ask_about": ("signals", lambda policy: signals.chosen(policy, (), IssueId("10001"))),
    "sample_percent": (
        100,
        lambda policy: signals.chosen(replace(policy, ask_about="sample"), (), IssueId("10001")),
    ),
    "blocked_statuses": (("from there",), blocked),
    "whom": ("reporter", lambda policy: prompting.whom(Person(ANA), issue(reporter=Person(CY)), policy)),
    "channel": ("panel", lambda policy: prompting.commented(policy, prompt())),
    "gather_seconds": (0, lambda policy: batching.due(NOON, policy)),
    "most_a_day": (1, lambda policy: batching.choose([prompt(strength=1)], 1, policy)),
    "bug_types": (("Fault",), lambda policy: questions.asked(policy, "Bug")),
    "experiment_types": (("Probe",), lambda policy: questions.asked(policy, "Spike")),
    "epic_types": (("Initiative",), lambda policy: questions.asked(policy, "Epic")),
    "ask_epic_start": (False, lambda policy: prompting.decide(moved(TODO, DOING, type_name="Epic"), policy, HISTORY)),
    "questions": (("lives_at",), questions.offered),
    "accept_mail_per_answer": (True, lambda policy: policy.writes_fields(silent=False)),
    "reminder_channel": ("none", lambda policy: reminding.due(prompt(), policy, on(3))),
    "reminder_days": ((2,), lambda policy: reminding.due(prompt(), policy, on(3))),
    "expire_days": (9, lambda policy: reminding.due(prompt(), policy, on(10))),
    "link_days": (
        3,
        lambda policy: links.works(prompt(state=PromptState.ANSWERED, settled_at=NOON), policy.link_days, on(12)),
    ),
    "time_zone": ("Asia/Tokyo", lambda policy: calendar.in_office_hours(NOON, policy)),
    "working_days": (("sat",), lambda policy: calendar.in_office_hours(NOON, policy)),
    "holidays": ("PT", lambda policy: calendar.is_working_day(date(2026, 12, 25), policy)),
    "office_opens": (13, lambda policy: calendar.in_office_hours(NOON, policy)),
    "office_closes": (12, lambda policy: calendar.in_office_hours(NOON, policy)),
    "topics": (("pricing",), lambda policy: questions.suggested(policy, ["billing"], ["caching"])),
    "topic_aliases": (
        {"db": "databases"},
        lambda policy: questions.aliased(questions.topics(["db"]), policy.topic_aliases),
    ),
    "home_space": ("ENG", lambda policy: policy.space_of("FLEX")),
    "parent_page": ("123", home_page),
    "retro_days": (7, retro_due),
    "action_issue_type": ("Chore", lambda policy: promises.draft(ACTION, policy)),
    "action_days": (3, lambda policy: promises.due(NOON.date(), policy)),
    "sweep_minutes": (5, lambda policy: fires(JobKind.SWEEP, policy)),
    "compile_cron": ("0 7 * * mon", lambda policy: fires(JobKind.COMPILE_ALL, policy)),
    "check_cron": ("0 4 * * *", lambda policy: fires(JobKind.CHECK_PAGES, policy)),
}
EFFECTS_IN_A_PROJECT: dict[str, tuple[Any, Callable[[Policy], object]]] = {
    "space": ("OPS", lambda policy: policy.space_of("FLEX")),
    "private": (True, lambda policy: policy.shared("FLEX")),
}


def outside(setting: Setting) -> list[Any]:
    """Values just beyond what a setting takes."""
    match setting.kind:
        case Number(least=least, most=most):
            return [least - 1, most + 1]
        case Numbers(least=least, most=most, count=count):
            return [[least - 1], [most + 1], list(range(least, least + count + 1))]
        case Names(most=most, longest=longest):
            return [[f"N{number}" for number in range(most + 1)], ["N" * (longest + 1)]]
        case Pairs(most=most, longest=longest):
            return [{f"n{number}": "x" for number in range(most + 1)}, {"n" * (longest + 1): "x"}]
        case Text(longest=longest):
            return ["1" * (longest + 1)]
        case Choice() | Choices():
            return ["another", ["another"]]
        case _:
            return ["another", 5]


@pytest.mark.parametrize("setting", EVERY.values(), ids=EVERY)
def test_a_setting_comes_with_a_valid_default_and_the_reason_for_it(setting: Setting) -> None:
    assert setting.kind.check(setting.default) == setting.default
    assert setting.kind.read(setting.kind.write(setting.default)) == setting.default
    assert setting.reason.endswith(".")
    assert setting.evidence
    assert setting.label


@pytest.mark.parametrize("setting", EVERY.values(), ids=EVERY)
def test_a_value_just_outside_its_bounds_is_refused(setting: Setting) -> None:
    for value in outside(setting):
        with pytest.raises(SettingInvalid):
            setting.kind.check(value)


def test_every_rule_of_a_policy_is_a_setting_and_every_setting_a_rule() -> None:
    rules = {one.name for one in fields(Policy)} - {"project_rules", "field_map"}
    assert set(SETTINGS) == rules
    assert {one.name for one in PROJECT_ONLY} == {one.name for one in fields(ProjectRules)} - {"own"}
    assert sum(len(group.settings) for group in GROUPS) == len(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_has_an_effect(name: str) -> None:
    value, decided = EFFECTS[name]
    assert decided(Policy()) != decided(take(Policy(), {name: value}).policy)


@pytest.mark.parametrize("name", OF_A_PROJECT)
def test_a_setting_of_a_project_has_its_effect_there_and_nowhere_else(name: str) -> None:
    value, decided = EFFECTS[name]
    policy = take_project(Policy(), "FLEX", {name: value}).policy
    assert decided(policy.of("FLEX")) != decided(Policy())
    assert decided(policy.of("OPS")) == decided(Policy())
    assert from_json(to_json(policy)) == policy


@pytest.mark.parametrize("name", [one.name for one in PROJECT_ONLY])
def test_what_only_a_project_has_has_an_effect(name: str) -> None:
    value, decided = EFFECTS_IN_A_PROJECT[name]
    assert decided(Policy()) != decided(take_project(Policy(), "FLEX", {name: value}).policy)


@pytest.mark.parametrize("setting", EVERY.values(), ids=EVERY)
def test_a_setting_is_documented_with_its_default_what_it_takes_the_reason_and_the_evidence(setting: Setting) -> None:
    (section,) = [part for part in DOCS.read_text().split("\n### ") if part.startswith(f"{setting.name}\n")]
    written = setting.kind.write(setting.default)
    for words in (setting.label, f"`{written}`" if written else "empty", setting.kind.wants, setting.reason):
        assert words in section, words
    assert setting.evidence in section


# --- reading several ---


@pytest.mark.parametrize(
    ("texts", "problems"),
    [
        ({"expire_days": "9", "reminder_days": "1, 8"}, set()),
        ({"expire_days": "lots", "whom": "me"}, {"expire_days", "whom"}),
        ({"office_opens": "17"}, {"office_closes"}),
        ({"reminder_days": "1, 5"}, {"reminder_days"}),
        ({"expire_days": "3"}, {"reminder_days"}),
        ({"reminder_days": "", "expire_days": "1"}, set()),
    ],
)
def test_what_was_typed_is_read_together_and_every_problem_is_named(texts: dict[str, str], problems: set[str]) -> None:
    reading = read(Policy(), texts)
    assert set(reading.problems) == problems
    if not problems:
        assert (reading.policy.reminder_days, reading.policy.expire_days) in (((1, 8), 9), ((), 1))


def test_what_is_typed_for_a_project_is_its_own_and_what_is_not_named_is_as_everywhere() -> None:
    own = {"whom": "assignee", "reminder_days": "2", "space": "FLX", "private": "yes"}
    policy = read_project(Policy(), "FLEX", own).policy
    assert policy.rules("FLEX") == ProjectRules("FLX", True, {"whom": "assignee", "reminder_days": [2]})
    again = read_project(policy, "FLEX", {"reminder_days": "4"}).policy
    assert again.rules("FLEX") == ProjectRules("FLX", True, {"reminder_days": [4]})  # never shared by leaving it out
    assert read_project(again, "FLEX", {"space": "", "private": "no"}).policy == Policy()


@pytest.mark.parametrize(
    ("texts", "problems"),
    [
        ({"whom": "me"}, {"whom"}),
        ({"private": "perhaps", "space": "a b"}, {"private", "space"}),
        ({"reminder_days": "7"}, {"reminder_days"}),  # we stop asking after 5 days everywhere
        ({"reminder_days": "7", "expire_days": "8"}, set()),
    ],
)
def test_a_projects_own_values_must_fit_those_it_shares(texts: dict[str, str], problems: set[str]) -> None:
    assert set(read_project(Policy(), "FLEX", texts).problems) == problems
