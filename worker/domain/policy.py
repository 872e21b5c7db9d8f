"""The rules of one tenant: who is asked about which closes, when, and where what they learn may appear.

Rules are data: applying them is the work of `prompting`, `reminding`, the pages and so on. This module knows nothing of
how a policy is stored or edited, only its JSON shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from typing import Any


@dataclass(frozen=True)
class ProjectRules:
    """Where one project's learnings may appear, and what of the policy is different there: `own` maps names of settings
    to values, as JSON has them. `space` empty means the home space, unless the project is private.
    """

    space: str = ""
    private: bool = False
    own: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldMap:
    """Ids of the Jira custom fields people may answer in (`customfield_10050`); empty means not mapped."""

    learned: str = ""
    surprised: str = ""
    differently: str = ""
    lives_at: str = ""
    missing: str = ""
    hypothesis: str = ""
    guardrail: str = ""
    success: str = ""
    review_on: str = ""
    outcome: str = ""
    course: str = ""

    def ids(self) -> tuple[str, ...]:
        """The mapped ids: of the questions, then of an experiment, in their order."""
        return tuple(value for value in asdict(self).values() if value)


@dataclass(frozen=True)
class Policy:
    """A tenant's rules. What each means, its bounds and the reason for its default are in `domain/settings.py`."""

    projects: tuple[str, ...] = ()
    closed_statuses: tuple[str, ...] = ()
    jql: str = ""
    issue_types: tuple[str, ...] = ()
    skipped_resolutions: tuple[str, ...] = (
        "Won't Do",
        "Won't Fix",
        "Duplicate",
        "Cannot Reproduce",
        "Declined",
        "Incomplete",
    )
    ask_subtasks: bool = False
    ask_service_desk: bool = False
    ask_again_after_reopen: bool = True
    ask_about: str = "every"
    sample_percent: int = 25
    blocked_statuses: tuple[str, ...] = ("Blocked", "On Hold", "Impeded", "Waiting")
    whom: str = "closer"
    channel: str = "comment"
    gather_seconds: int = 60
    most_a_day: int = 3
    questions: tuple[str, ...] = ("surprised", "differently", "lives_at", "missing")
    bug_types: tuple[str, ...] = ("Bug", "Incident", "Problem")
    experiment_types: tuple[str, ...] = ("Spike", "Experiment")
    epic_types: tuple[str, ...] = ("Epic",)
    ask_epic_start: bool = True
    reminder_days: tuple[int, ...] = (1, 3)
    expire_days: int = 5
    reminder_channel: str = "notify"
    link_days: int = 14
    time_zone: str = "UTC"
    office_opens: int = 9
    office_closes: int = 17
    working_days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    holidays: str = ""
    topics: tuple[str, ...] = ()
    topic_aliases: Mapping[str, str] = field(default_factory=dict)
    home_space: str = ""
    parent_page: str = ""
    retro_days: int = 14
    action_issue_type: str = "Task"
    action_days: int = 14
    project_rules: dict[str, ProjectRules] = field(default_factory=dict)
    field_map: FieldMap = FieldMap()
    accept_mail_per_answer: bool = False
    sweep_minutes: int = 10
    compile_cron: str = "0 6 * * *"
    check_cron: str = "30 5 * * *"

    def of(self, project: str) -> Policy:
        """The rules as they are in `project`."""
        own = self.rules(project).own
        return replace(self, **_values(own)) if own else self

    def rules(self, project: str) -> ProjectRules:
        """The rules of `project`, default when it names none."""
        return self.project_rules.get(project, ProjectRules())

    def space_of(self, project: str) -> str:
        """The key of the space this project's own pages live in; empty means they may live nowhere."""
        rules = self.rules(project)
        return rules.space or ("" if rules.private else self.home_space)

    def own_space(self, project: str) -> str:
        """The key of the space that is this project's and not everybody's; empty without one."""
        space = self.rules(project).space
        return "" if space == self.home_space else space

    def writes_fields(self, *, silent: bool) -> bool:
        """Whether answers go into fields and labels too; `silent`: our account may write there without a mail."""
        return silent or self.accept_mail_per_answer

    def private_projects(self) -> tuple[str, ...]:
        """The projects whose learnings stay among themselves."""
        return tuple(sorted(key for key, rules in self.project_rules.items() if rules.private))

    def shared(self, project: str) -> bool:
        """Whether this project's learnings may appear beside other projects' (home and topic pages)."""
        return not self.rules(project).private


def named(name: str, names: Iterable[str]) -> bool:
    """Whether `name` is one of the names an admin wrote down; case does not matter."""
    return name.casefold() in {one.casefold() for one in names}


def to_json(policy: Policy) -> dict[str, Any]:
    """What of the policy is not as it comes, as plain JSON values."""
    usual = asdict(Policy())
    return {name: value for name, value in asdict(policy).items() if value != usual[name]}


def from_json(data: dict[str, Any]) -> Policy:
    """The policy `data` describes; what it does not name is as it comes. Names of another version are passed over."""
    values = _values({name: value for name, value in data.items() if name in _names(Policy)})
    if "project_rules" in values:
        values["project_rules"] = {key: _project_rules(rules) for key, rules in data["project_rules"].items()}
    if "field_map" in values:
        mapped = {name: value for name, value in data["field_map"].items() if name in _names(FieldMap)}
        values["field_map"] = FieldMap(**mapped)
    return Policy(**values)


def _project_rules(data: dict[str, Any]) -> ProjectRules:
    own = {name: value for name, value in data.get("own", {}).items() if name in _names(Policy) - _NOT_SETTINGS}
    return ProjectRules(data.get("space", ""), data.get("private", False), own)


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as the fields have them: tuples for lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


# What of a policy an admin does not set by name: see `ProjectRules` and `FieldMap`.
_NOT_SETTINGS = frozenset({"project_rules", "field_map"})


@cache
def _names(kind: type[Policy | FieldMap]) -> frozenset[str]:
    return frozenset(one.name for one in fields(kind))
