"""A tenant's rules: their JSON, their names, and what they say about where a project may appear."""

from __future__ import annotations

import json
from typing import Any

import pytest

from worker.domain.policy import FieldMap, Policy, ProjectRules, from_json, to_json
from worker.errors import ConfigError

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
    project_rules={"OPS": ProjectRules(space="OPS", private=True), "HR": ProjectRules(private=True)},
    field_map=FieldMap(learned="customfield_1", lives_at="customfield_2"),
    accept_mail_per_answer=True,
    time_zone="Asia/Kolkata",
    compile_hour=4,
)


@pytest.mark.parametrize("policy", [Policy(), RULES])
def test_rules_come_back_from_json_as_they_went(policy: Policy) -> None:
    assert from_json(json.loads(json.dumps(to_json(policy)))) == policy


def test_rules_that_are_not_named_keep_their_defaults() -> None:
    assert from_json({"expire_days": 9}) == Policy(expire_days=9)


@pytest.mark.parametrize(
    "data",
    [
        {"remindr_days": [1]},
        {"project_rules": {"OPS": {"privat": True}}},
        {"field_map": {"lerned": "customfield_1"}},
    ],
)
def test_an_unknown_name_is_answered_by_a_sentence_that_names_it(data: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"no setting named (remindr_days|privat|lerned); it knows "):
        from_json(data)


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
