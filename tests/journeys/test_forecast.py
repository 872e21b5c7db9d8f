"""The dry run against the truth: what it says would have happened is what happened; and looking writes nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import MONDAY, World, make_world
from worker import forecasting
from worker.cli import main
from worker.clock import Clock
from worker.domain.forecast import What
from worker.domain.foreseen import Forecast
from worker.domain.model import JobKind
from worker.domain.policy import FieldMap, ProjectRules
from worker.domain.prompting import SkipReason
from worker.emulator.model import Exchange
from worker.forecasting import Relived, Wish
from worker.gateways.doors import DoorKeeper, Doors
from worker.store.schema import closes

pytestmark = ON_SQLITE_ALONE

ASKS = (What.ASKED, What.AGAIN)
OURS = "a change by our own account"
READS = ("/search/jql", "/bulkfetch", "/search")


@dataclass
class Team:
    """A team at work on the world's site: people close issues at ten in the morning, day by day."""

    world: World
    robot: str
    gone: str
    learned: str
    days: dict[int, list[Callable[[], None]]] = field(default_factory=dict)

    def on(self, day: int, act: Callable[..., None], *args: str, **more: str) -> None:
        """Somebody will do this on that day."""
        self.days.setdefault(day, []).append(partial(act, *args, **more))

    def create(self, project: str = "FLEX", kind: str = "Story", assignee: str = "", **more: Any) -> str:
        world = self.world
        whose = {"reporter": world.ben, "assignee": assignee or world.ana}
        return world.site.create_issue(project, kind, "Try monthly plans", **(whose | more))

    def move(self, key: str, status: str, by: str = "", resolution: str | None = None) -> None:
        self.world.site.transition(key, status, by=by or self.world.ana, resolution=resolution)
        self.world.settle()

    def edit(self, key: str, **values: object) -> None:
        self.world.site.edit_issue(key, values, by=self.world.ana)
        self.world.settle()

    def live(self) -> None:
        """Let every day happen; reminders are looked for each day at eleven."""
        self.world.site.close_person(self.gone)
        for day in range(max(self.days) + 12):
            self.world.clock.travel_to(MONDAY + timedelta(days=day, hours=1))
            for act in self.days.get(day, ()):
                act()
            self.world.clock.travel_to(MONDAY + timedelta(days=day, hours=2))
            self.world.tick(JobKind.REMINDERS)


def team_of(world: World) -> Team:
    """The world's team, with projects that have rules of their own."""
    site = world.site
    made = Team(
        world,
        site.add_person("Automation for Jira", account_type="app"),
        site.add_person("Gone Long Ago"),
        site.add_field("What we learned", kind="textarea"),
    )
    site.add_project("HELP", "Help Center", kind="service_desk")
    site.add_project("OPS", "Operations")
    site.add_project("SIDE", "On the side")
    site.add_project("PICK", "Only some of it")
    world.rule(
        projects=("FLEX", "HELP", "OPS", "PICK"),
        field_map=FieldMap(learned=made.learned),
        project_rules={
            "OPS": ProjectRules(own={"ask_subtasks": True, "whom": "reporter", "channel": "panel"}),
            "PICK": ProjectRules(own={"jql": "labels = keep"}),
        },
    )
    return made


def write_history(team: Team) -> None:
    """Issues of every kind that matters, and what becomes of them over three weeks."""
    for number in range(6):
        write_week(team, number + number // 5 * 2)
    for project in ("FLEX", "OPS"):
        team.on(3, team.move, team.create(project, "Sub-task", parent=team.create(project)), "Done")
    secret = team.create(fields={"security": "Board only"}, by=team.world.ana)
    team.world.site.admit("Board only", team.world.bot)
    team.on(2, team.move, secret, "Done")
    team.on(4, team.move, team.create("OPS"), "Done")
    for label in ("keep", "chore"):
        team.on(5, team.move, team.create("PICK", labels=[label]), "Done")


def write_week(team: Team, day: int) -> None:
    """What begins on `day`: issues done, dropped, reopened, reassigned and answered, by people, a robot and us."""
    world, plain, side = team.world, team.create(), team.create("SIDE")
    team.on(day, team.move, plain, "Done")
    team.on(day, team.move, side, "Done")
    dropped = team.create()
    team.on(day, team.move, dropped, "Done", resolution="Duplicate")
    team.on(day + 1, team.move, dropped, "In Progress")
    team.on(day + 1, team.move, dropped, "Done", resolution="Done")
    passed_on = team.create(assignee=world.ben)
    team.on(day, team.move, passed_on, "Done", by=team.robot)
    team.on(day + 1, team.edit, passed_on, assignee=world.ana)
    again = team.create()
    team.on(day, team.move, again, "Done")
    team.on(day, team.move, again, "In Progress")
    team.on(day + 2, team.move, again, "Closed", by=world.ben)
    late = team.create()
    team.on(day, team.move, late, "Done")
    team.on(day + 9, team.move, late, "To Do")
    team.on(day + 9, team.move, late, "Done")
    answered = team.create(labels=["billing"])
    team.on(day, team.move, answered, "Done")
    team.on(day + 1, team.edit, answered, **{team.learned: "Say it early."})
    team.on(day + 2, team.move, answered, "In Progress")
    team.on(day + 2, team.move, answered, "Done")
    team.on(day, team.move, team.create(), "Done", by=world.bot)
    team.on(day, team.move, team.create(assignee=team.gone), "Done", by=team.robot)
    team.on(day, team.move, team.create("HELP", "Incident"), "Resolved")


def doors(world: World) -> Doors:
    return DoorKeeper(world.deployment).even_stopped(world.tenant)


def relived(world: World, days: int = 60, **texts: str) -> Relived:
    return forecasting.relive(world.tenant, doors(world).jira, Wish(days, texts), world.clock.now())


def foretold(world: World, days: int = 60, **texts: str) -> Forecast:
    return forecasting.foretell(world.tenant, doors(world), Wish(days, texts), world.clock.now())


def kept(world: World) -> list[tuple[str, str]]:
    """Every close that was decided about, as it was recorded: its issue, and the reason nobody was asked."""
    with world.deployment.db.read() as tx:
        return [(row.issue_key, row.reason) for row in tx.execute(closes.select())]


def sent(world: World, method: str, ending: str) -> int:
    """How many of our requests the site has had whose path holds `ending`."""
    return sum(one.method == method and ending in one.path and one.actor == world.bot for one in world.site.requests)


def changed(requests: Iterable[Exchange]) -> list[str]:
    """The requests that may have written something."""
    return [f"{one.method} {one.path}" for one in requests if one.method != "GET" and not one.path.endswith(READS)]


def test_what_is_forecast_is_what_happens_when_the_same_past_is_lived_with_the_site_switched_on(world: World) -> None:
    team = team_of(world)
    write_history(team)
    team.live()
    elsewhere = [pair for pair in kept(world) if pair[1] == "project not chosen"]  # not even looked at beforehand
    truth, past, found = [pair for pair in kept(world) if pair not in elsewhere], relived(world), foretold(world)
    assert len(elsewhere) == 6
    skips = [step for step in past.steps if step.what is What.SKIPPED]
    assert all(step.reason in world.reasons(step.issue.key) for step in skips if step.reason != SkipReason.JQL)
    decided = [step for step in skips if step.reason != OURS]  # our own changes are known at the door
    assert len(skips) - len(decided) == 6
    assert Counter((step.issue.key, step.reason.partition(":")[0]) for step in decided) == Counter(
        pair for pair in truth if pair[1]
    )
    asked = [step for step in past.steps if step.what in ASKS]
    assert Counter(step.issue.key for step in asked) == Counter(key for key, reason in truth if not reason)
    for key, person in {step.issue.key: step.person for step in asked}.items():
        prompt = world.prompt(key)
        assert prompt is not None
        assert prompt.asked == person
    traffic = found.traffic
    assert traffic.comments == sent(world, "POST", "/comment") > 0
    assert traffic.edits == sent(world, "PUT", "/comment/") > 0
    assert traffic.reminders == sent(world, "POST", "/notify") > 0
    assert (found.asked, found.closes) == (len(asked), len(truth) + 6)


def seeded(world: World, count: int) -> None:
    """As many issues as a busy month has, closed by hand and by robots, without a delivery to anybody."""
    site, robot = world.site, world.site.add_person("Automation for Jira", account_type="app")
    site.world.webhooks.clear()
    for number in range(count):
        if number % 50 == 0:
            world.clock.forward(timedelta(days=1))
        kind = "Bug" if number % 3 else "Story"
        key = site.create_issue("FLEX", kind, f"Number {number}", assignee=world.ana, by=world.ana)
        by = robot if number % 7 == 0 else world.ben
        site.transition(key, "Done", by=by, resolution="Won't Do" if number % 11 == 0 else "Done")
        if number % 13 == 0:
            site.transition(key, "To Do", by=world.ana)
            site.transition(key, "Closed", by=world.ana)


def test_a_thousand_issues_are_forecast_in_a_few_dozen_reads_and_no_write(world: World) -> None:
    seeded(world, 1_000)
    before = len(world.site.requests), len(world.site.mails)
    found = foretold(world)
    asked = world.site.requests[before[0] :]
    assert (found.issues, found.cut) == (1_000, False)
    assert found.closes == 1_000 + 77
    assert changed(asked) == []
    assert len(asked) <= 1 + 2 * 10 + 2
    assert len(world.site.mails) == before[1]
    assert all(world.our_comments(key) == [] for key in ("FLEX-1", "FLEX-500", "FLEX-1000"))
    assert sum(line.asked for line in found.projects) == sum(line.asked for line in found.days) == found.asked > 0


def test_of_too_many_issues_the_latest_are_taken_and_it_says_so(world: World) -> None:
    for number in range(4):
        world.clock.forward(timedelta(hours=1))
        world.closed(f"Number {number}")
    past = forecasting.relive(world.tenant, doors(world).jira, Wish(30), world.clock.now(), most=3)
    assert past.cut
    assert sorted(issue.key for issue in past.issues) == ["FLEX-2", "FLEX-3", "FLEX-4"]


def test_data_center_finds_the_same_by_what_was_updated(tmp_path: Path) -> None:
    with make_world(tmp_path, hosting="data_center") as server:
        kept_open = server.closed()
        server.site.transition(kept_open, "In Progress", by=server.ana)
        server.closed(resolution="Won't Do")
        server.site.create_issue("FLEX", "Story", "Only begun", reporter=server.ana)
        found = foretold(server)
        assert (found.issues, found.closes, found.asked) == (3, 2, 1)
        assert [(one.words, one.count) for one in found.reasons] == [("resolution skipped: closed as Won't Do", 1)]
        assert found.traffic.mailing == 2  # the comment, and its edit after the reopen: no edit is quiet there


def test_the_command_prints_what_would_have_happened_and_writes_nothing(world: World) -> None:
    world.clock.travel_to(Clock().now())  # commands live in real time, and so does the world
    seeded(world, 20)
    settings = world.deployment.settings
    environ = {"LEARNLOOP_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
    before = len(world.site.requests)
    shown = CliRunner().invoke(main, ["forecast", "--days", "7"], env=environ)
    assert shown.exit_code == 0, shown.output
    said = " ".join(shown.output.split())
    assert "there were 22 closes" in said
    assert "FLEX 22 " in said
    assert re.search(r"resolution skipped: closed as Won't Do 2 (FLEX-12, FLEX-1|FLEX-1, FLEX-12)\b", said), said
    assert "Learning log: FLEX" in said
    told = CliRunner().invoke(main, ["forecast", "--set", "skipped_resolutions=", "--json"], env=environ)
    assert json.loads(told.output)["asked"] == 22 - json.loads(told.output)["nobody"]
    assert changed(world.site.requests[before:]) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--days", "91"], "whole number of days from 1 to 90"),
        (["--set", "sweep_minutes=5"], "cannot be tried"),
        (["--set", "ask_subtasks=perhaps"], "Choose yes or no"),
        (["--set", "ask_subtasks"], "is no setting"),
    ],
)
def test_a_wish_that_cannot_be_is_a_sentence(shared: World, options: list[str], sentence: str) -> None:
    settings = shared.deployment.settings
    environ = {"LEARNLOOP_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
    refused = CliRunner().invoke(main, ["forecast", *options], env=environ)
    assert refused.exit_code == 1
    assert sentence in " ".join(refused.output.split())
