"""`learnloop settings …` as an admin types it: shown, set, exported and imported, on the database of a running site."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import BOT, SECRET, World
from worker import onboarding
from worker.cli import main
from worker.domain.model import TenantId
from worker.domain.policy import Policy, ProjectRules
from worker.domain.settings import SETTINGS
from worker.store import audit, tenants

pytestmark = ON_SQLITE_ALONE

Type = Callable[..., Result]


@pytest.fixture
def type_in(world: World, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type words after `learnloop settings`."""
    settings = world.deployment.settings
    found = {"DATA": str(settings.data), "BASE_URL": settings.base_url, "ATLASSIAN_API": settings.atlassian_api}
    for name, value in found.items():
        monkeypatch.setenv(f"LEARNLOOP_{name}", value)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    return lambda *words: CliRunner().invoke(main, ["settings", *words])


def log(world: World) -> list[tuple[str, str, str, str]]:
    """What the log of changes holds, the latest last."""
    with world.deployment.db.read() as tx:
        entries = audit.newest(tx, world.tenant.id)
    return [(one.who, one.what, one.before, one.after) for one in reversed(entries)]


def test_every_setting_is_shown_with_its_value_its_default_and_the_reason(world: World, type_in: Type) -> None:
    world.rule(expire_days=9, project_rules={"OPS": ProjectRules(private=True, own={"whom": "assignee"})})
    shown = {row["name"]: row for row in json.loads(type_in("show", "--json").stdout)}
    assert set(shown) == set(SETTINGS)
    assert shown["expire_days"] == {
        "name": "expire_days",
        "value": "9",
        "default": "5",
        "reason": SETTINGS["expire_days"].reason,
    }
    there = {row["name"]: row["value"] for row in json.loads(type_in("show", "--project", "ops", "--json").stdout)}
    assert (there["whom"], there["expire_days"], there["private"]) == ("assignee", "9", "yes")
    assert "time_zone" not in there
    assert "Details fade within days" in " ".join(type_in("show").output.split())


def test_a_setting_is_set_and_put_back_everywhere_and_in_a_project(world: World, type_in: Type) -> None:
    assert type_in("set", "reminder_days", "1, 4").output == "Remind after working days: 1, 3 → 1, 4\n"
    assert type_in("set", "whom", "reporter", "--project", "flex").exit_code == 0
    assert type_in("set", "private", "yes", "--project", "FLEX").exit_code == 0
    assert world.tenant.policy.reminder_days == (1, 4)
    assert world.tenant.policy.rules("FLEX") == ProjectRules(private=True, own={"whom": "reporter"})
    assert type_in("set", "whom", "reporter", "--project", "FLEX").output == "Nothing is different.\n"
    for words in (["reminder_days"], ["whom", "--project", "FLEX"], ["private", "--project", "FLEX"]):
        assert type_in("set", *words, "--reset").exit_code == 0
    assert world.tenant.policy == UNSET
    assert log(world)[:2] == [
        ("command line", "changed Remind after working days", "1, 3", "1, 4"),
        ("command line", "changed Who is asked first in FLEX", "as everywhere", "the reporter"),
    ]
    assert len(log(world)) == 6


# How a world's tenant begins.
UNSET = Policy(home_space="ENG", gather_seconds=0, most_a_day=50)
REFUSED = {
    "set whoom closer": "There is no setting of this name; whom is one.",
    "set whom me": "- whom: Choose closer or assignee or reporter.",
    "set whom": "Give a value, or --reset.",
    "set whom closer --reset": "Give a value, or --reset.",
    "set time_zone UTC --project FLEX": "This is the same in every project.",
    "set whom closer --project a-b": "“A-B” is not a project's key, such as FLEX.",
    "set expire_days 2": "- reminder_days: We stop asking after 2 days; remind before that.",
    "set jql colour=red": "- jql: Jira refuses this JQL",
    "set jql colour=red --project FLEX": "- project.FLEX.jql: Jira refuses this JQL",
    "set jql (a=1 --project FLEX": "- jql: Its brackets do not match.",
}


def test_what_cannot_be_set_is_a_sentence_and_changes_nothing(world: World, type_in: Type) -> None:
    before = world.tenant.policy
    for words, sentence in REFUSED.items():
        result = type_in(*words.split())
        assert result.exit_code == 1, words
        assert sentence in result.output
    assert (world.tenant.policy, log(world)) == (before, [])


def test_what_one_site_exports_another_imports(world: World, type_in: Type, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    rules = {"OPS": ProjectRules("OPS", True, {"questions": ["lives_at"]})}
    wanted = replace(UNSET, whom="assignee", topic_aliases={"db": "databases"}, project_rules=rules)
    world.rule(**{name: getattr(wanted, name) for name in ("whom", "topic_aliases", "project_rules")})
    assert type_in("export", str(file)).exit_code == 0
    assert type_in("export").stdout == file.read_text()
    world.rule(whom="closer", topic_aliases={}, project_rules={})
    imported = type_in("import", str(file))
    assert imported.exit_code == 0, imported.output
    assert "Who is asked first: the person who closed it → the assignee" in imported.output
    assert world.tenant.policy == wanted
    assert type_in("import", str(file)).output == "Nothing is different.\n"


def test_a_file_with_any_problem_changes_nothing_and_every_problem_is_named(
    world: World, type_in: Type, tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("whom = 'assignee'\nexpire_days = 'soon'\n[project.OPS]\nprivat = true\n")
    result = type_in("import", str(file))
    assert result.exit_code == 1
    assert "Nothing was changed, because of this:\n- expire_days: " in result.output
    assert "\n- project.OPS.privat: There is no setting of this name." in result.output
    assert (world.tenant.policy, log(world)) == (UNSET, [])


def test_projects_that_another_tenant_of_the_site_serves_are_not_taken_over(world: World, type_in: Type) -> None:
    world.rule(projects=("FLEX",))
    wish = onboarding.Wish(world.site.url, jira=BOT, secret=SECRET, projects=("OPS",), space="ENG")
    other = onboarding.add_tenant(world.deployment, wish)
    result = type_in("set", "projects", "FLEX, OPS", "--tenant", world.tenant_id)
    assert result.exit_code == 1
    assert other.id in result.output
    with world.deployment.db.read() as tx:
        assert tenants.get(tx, TenantId(world.tenant_id)).policy.projects == ("FLEX",)
