"""A tenant's rules: their JSON, their names, and what they say about where a project may appear."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from worker.domain.policy import FieldMap, Policy, ProjectRules, from_json, to_json

RULES = Policy(
    projects=("FLEX", "OPS"),
    skipped_resolutions=(),
    ask_subtasks=True,
    ask_service_desk=True,
    ask_again_after_reopen=False,
    reminder_days=(2,),
    expire_days=9,
    reminder_channel="none",
    link_days=3,
    home_space="ENG",
    project_rules={
        "OPS": ProjectRules(space="OPS", private=True, own={"reminder_days": [1], "whom": "assignee"}),
        "HR": ProjectRules(private=True),
    },
    field_map=FieldMap(learned="customfield_1", lives_at="customfield_2"),
    accept_mail_per_answer=True,
    time_zone="Asia/Kolkata",
    compile_cron="0 4 * * mon-fri",
    sweep_minutes=3,
    closed_statuses=("Released",),
    topic_aliases={"db": "databases"},
)


@pytest.mark.parametrize("policy", [Policy(), RULES])
def test_rules_come_back_from_json_as_they_went(policy: Policy) -> None:
    assert from_json(json.loads(json.dumps(to_json(policy)))) == policy


def test_rules_that_are_not_named_keep_their_defaults() -> None:
    assert from_json({"expire_days": 9}) == Policy(expire_days=9)


@pytest.mark.parametrize(
    "data",
    [
        {"remindr_days": [1], "compile_hour": 6},
        {"project_rules": {"OPS": {"privat": True, "own": {"remindr_days": [1], "project_rules": {}}}}},
        {"field_map": {"lerned": "customfield_1"}},
    ],
)
def test_names_of_another_version_are_passed_over_so_that_two_versions_can_run_at_once(data: dict[str, Any]) -> None:
    read = from_json(data)
    assert replace(read, project_rules={}) == Policy()
    assert all(rules == ProjectRules() for rules in read.project_rules.values())


def test_only_what_is_not_as_it_comes_is_kept_so_that_a_better_default_reaches_who_never_chose() -> None:
    assert to_json(Policy()) == {}
    assert to_json(Policy(expire_days=9, ask_subtasks=False)) == {"expire_days": 9}


def test_a_project_has_its_own_values_and_the_others_as_everywhere() -> None:
    there = from_json(json.loads(json.dumps(to_json(RULES)))).of("OPS")
    assert (there.whom, there.reminder_days, there.expire_days) == ("assignee", (1,), 9)
    assert RULES.of("FLEX") == RULES


@pytest.mark.parametrize(
    ("project", "space", "shared"),
    [
        ("FLEX", "ENG", True),
        ("OPS", "OPS", False),
        ("HR", "", False),  # private without a space of its own: nowhere
    ],
)
def test_a_project_appears_where_its_rules_say(project: str, space: str, shared: bool) -> None:
    assert (RULES.space_of(project), RULES.shared(project)) == (space, shared)


def test_private_projects_are_named() -> None:
    assert RULES.private_projects() == ("HR", "OPS")


def test_the_mapped_fields_are_listed_in_the_order_of_the_questions() -> None:
    assert RULES.field_map.ids() == ("customfield_1", "customfield_2")
