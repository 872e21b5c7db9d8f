"""The rules of one tenant: who is asked about which closes, when, and where what they learn may appear.

Each field's default is stated with its reason. Rules are data: applying them is the work of `prompting`, `wording` of
pages and so on. This module knows nothing of how a policy is stored or edited, only its JSON shape.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from worker.errors import ConfigError


@dataclass(frozen=True)
class ProjectRules:
    """Where one project's learnings may appear. `space` empty means the home space, unless the project is private."""

    space: str = ""
    private: bool = False


@dataclass(frozen=True)
class FieldMap:
    """Ids of the Jira custom fields people may answer in (`customfield_10050`); empty means not mapped."""

    learned: str = ""
    surprised: str = ""
    differently: str = ""
    lives_at: str = ""

    def ids(self) -> tuple[str, ...]:
        """The mapped ids, in the order of the questions."""
        return tuple(value for value in (self.learned, self.surprised, self.differently, self.lives_at) if value)


@dataclass(frozen=True)
class Policy:
    """A tenant's rules. Reasons for the defaults are in the comments; figures come from people research (docs)."""

    # Empty means every project the account can see.
    projects: tuple[str, ...] = ()
    # Closing without having done the work teaches rarely, and asking then feels like an accusation.
    skipped_resolutions: tuple[str, ...] = (
        "Won't Do",
        "Won't Fix",
        "Duplicate",
        "Cannot Reproduce",
        "Declined",
        "Incomplete",
    )
    # A sub-task's lesson belongs to its parent; asking for both doubles the noise.
    ask_subtasks: bool = False
    # A comment on a service request may reach a customer and counts in its SLA.
    ask_service_desk: bool = False
    # Once withdrawn by a reopen, the same comment asks again at the next close.
    ask_again_after_reopen: bool = True
    # Two reminders, on the next working day and the third, then silence: a third has no proven value.
    reminder_days: tuple[int, ...] = (1, 3)
    expire_days: int = 5
    # "notify" mails one person through Jira; "none" sends nothing.
    reminder_channel: str = "notify"
    # After a prompt is settled, its link still lets the answer be edited for this many days.
    link_days: int = 14
    # The pages' home; a project may name its own.
    home_space: str = ""
    project_rules: dict[str, ProjectRules] = field(default_factory=dict)
    field_map: FieldMap = FieldMap()
    # Jira mails watchers on a field or label write unless the account is an admin; see DESIGN 4.4.
    accept_mail_per_answer: bool = False
    time_zone: str = "UTC"
    # How often closes whose delivery never came are looked for: webhooks are best effort (Atlassian: webhooks).
    sweep_minutes: int = 10
    # When the daily compile runs, in the tenant's time zone (cron: minute hour).
    compile_hour: int = 6

    def rules(self, project: str) -> ProjectRules:
        """The rules of `project`, default when it names none."""
        return self.project_rules.get(project, ProjectRules())

    def space_of(self, project: str) -> str:
        """The key of the space this project's own pages live in; empty means they may live nowhere."""
        rules = self.rules(project)
        return rules.space or ("" if rules.private else self.home_space)

    def private_projects(self) -> tuple[str, ...]:
        """The projects whose learnings stay among themselves."""
        return tuple(sorted(key for key, rules in self.project_rules.items() if rules.private))

    def shared(self, project: str) -> bool:
        """Whether this project's learnings may appear beside other projects' (home and topic pages)."""
        return not self.rules(project).private


def to_json(policy: Policy) -> dict[str, Any]:
    """The policy as plain JSON values."""
    return asdict(policy)


def from_json(data: dict[str, Any]) -> Policy:
    """The policy `data` describes; fields it does not name keep their defaults. Raises ConfigError on unknown names."""
    given = _known(Policy, data)
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    if "project_rules" in values:
        values["project_rules"] = {
            key: ProjectRules(**_known(ProjectRules, rules)) for key, rules in data["project_rules"].items()
        }
    if "field_map" in values:
        values["field_map"] = FieldMap(**_known(FieldMap, data["field_map"]))
    return Policy(**values)


def _known(kind: type[Policy | ProjectRules | FieldMap], data: dict[str, Any]) -> dict[str, Any]:
    """`data` as it is. Raises ConfigError when it names a setting that `kind` does not have."""
    known = {f.name for f in fields(kind)}
    if unknown := sorted(set(data) - known):
        raise ConfigError(f"The policy has no setting named {unknown[0]}; it knows {', '.join(sorted(known))}.")
    return data
