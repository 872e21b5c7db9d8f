"""A close is looked at: what happened to the work opens the question, and the policy may want a fact before it asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from tests.domain import nouns
from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World, make_world
from worker.cli import main
from worker.domain.model import Hosting, IssueId, PromptState
from worker.store import closes

pytestmark = ON_SQLITE_ALONE

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[World]:
    """A team whose every close is put at once."""
    folder = tmp_path_factory.mktemp(f"signals-{database}")
    with make_world(folder, gather_seconds=0, most_a_day=50) as made:
        yield made


def begun(world: World, summary: str = "Try monthly plans", kind: str = "Story", **fields: object) -> str:
    """An issue that somebody works on."""
    key = world.site.create_issue("FLEX", kind, summary, reporter=world.ana, assignee=world.ana, fields=fields)
    world.site.transition(key, "In Progress", by=world.ana)
    return key


def closed(world: World, key: str, after: timedelta = timedelta(hours=1)) -> str:
    """The issue is closed after so long; all that follows has happened."""
    world.clock.forward(after)
    world.site.transition(key, "Done", by=world.ana)
    world.settle()
    return key


def reopened(world: World, key: str, after: timedelta = timedelta(hours=1)) -> None:
    world.clock.forward(after)
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()


def test_the_question_opens_with_what_happened_to_the_work(team: World) -> None:
    for key in [begun(team, f"An ordinary story {number}") for number in range(8)]:
        closed(team, key, 3 * DAY / 8)
    key = closed(team, begun(team), 5 * DAY)
    assert "This one is closed, thank you." in team.our_comment(key)
    reopened(team, key)
    closed(team, key, 6 * DAY)
    words = "This was reopened once and took eleven days; two is usual here."
    assert words in team.our_comment(key)
    assert "This one is closed" not in team.our_comment(key)
    assert words in requests.get(team.link(key), timeout=10).text
    reopened(team, key)
    closed(team, key)
    assert "This was reopened twice and took eleven days" in team.our_comment(key)


def test_the_look_costs_no_call_and_keeps_when_the_work_began(team: World) -> None:
    before = len(team.site.requests)
    key = closed(team, begun(team))
    issue = team.site.issue(key)
    ours = [one for one in team.site.requests[before:] if one.actor == team.bot]
    reads = [one for one in ours if one.method == "GET" and "/issue/" in one.path]
    assert [one.path.rpartition("/")[2] for one in reads] == [key]
    with team.deployment.db.read() as tx:
        (close,) = closes.of_issue(tx, team.tenant.id, IssueId(issue.id))
        usual = closes.usual(tx, team.tenant.id, nouns.issue(), close.closed_at + DAY)
    moved = next(change.at for change in issue.changes if change.items[-1].new_string == "In Progress")
    assert abs((close.closed_at - moved) - usual.durations[0]) < timedelta(seconds=1)


def test_everything_a_site_tells_of_an_issue_is_looked_at(team: World) -> None:
    team.site.add_field("Flagged", "multiselect", ["Impediment"])
    team.site.release_version(team.site.add_version("FLEX", "2.1"))
    team.later(2 * DAY)
    work = {"timeoriginalestimate": 4 * 3600, "timespent": 20 * 3600, "versions": ["2.1"]}
    key = begun(team, "Rounding is off by a cent", "Bug", **work)
    for person in (team.ben, team.ana, team.ben):
        team.site.edit_issue(key, {"assignee": person}, by=team.ana)
    team.site.edit_issue(key, {"Flagged": ["Impediment"]}, by=team.ana)
    team.clock.forward(DAY)
    team.site.edit_issue(key, {"Flagged": []}, by=team.ana)
    for number in range(15):
        team.site.comment(key, f"Look at line {number}.", by=team.ben)
    prompt = team.prompt(closed(team, key))
    assert prompt is not None
    assert prompt.facts == (
        "it was found after release",
        "it was blocked for one day",
        "it changed hands three times",
        "it needed 20 hours of work where the estimate was four hours",
        "it was discussed in 15 comments",
    )
    assert "This was found after release and blocked for one day." in team.our_comment(key)


def test_without_a_signal_nobody_is_asked_where_the_policy_wants_one_and_a_reply_is_welcome(team: World) -> None:
    team.rule(ask_about="signals")
    try:
        plain, eventful = closed(team, begun(team, "A plain one")), closed(team, begun(team, "One that came back"))
        for key in (plain, eventful):
            prompt = team.prompt(key)
            assert prompt is not None
            assert (prompt.state, team.our_comments(key)) == (PromptState.UNASKED, [])
            with team.deployment.db.read() as tx:
                (close,) = closes.of_issue(tx, team.tenant.id, prompt.issue_id)
            assert (close.asked, close.reason) == (False, "no signal")
            assert team.reasons(key)[0] == "asked, if it has a signal"
        reopened(team, eventful)
        closed(team, eventful)
        assert "This was reopened once." in team.our_comment(eventful)
        team.reply(plain, "learned: The plain ones teach as well. #practice")
    finally:
        team.rule(ask_about="every")
    learning = team.learning(plain)
    assert learning is not None
    assert learning.answers.learned == "The plain ones teach as well."


def test_a_question_that_stands_is_asked_again_without_a_signal(team: World) -> None:
    key = closed(team, begun(team))
    reopened(team, key, timedelta(minutes=1))  # a slip of the hand is no reopen
    team.rule(ask_about="signals")
    closed(team, key)
    team.rule(ask_about="every")
    assert "This one is closed, thank you." in team.our_comment(key)


def test_the_table_of_the_command_line_says_what_was_found(team: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = closed(team, begun(team))
    reopened(team, key)
    closed(team, key)
    settings = team.deployment.settings
    monkeypatch.setenv("LEARNLOOP_DATA", str(settings.data))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    said = CliRunner().invoke(main, ["signals", "--json", "--limit", "2"])
    assert said.exit_code == 0, said.output
    for words in (key, '"signals": "reopened"', '"facts": "it was reopened once"', '"asked": "asked"'):
        assert words in said.output


def test_data_center_tells_the_same(tmp_path: Path) -> None:
    with make_world(tmp_path, hosting=Hosting.DATA_CENTER, gather_seconds=0) as world:
        world.site.add_field("Flagged", "multiselect", ["Impediment"])
        key = begun(world)
        world.site.edit_issue(key, {"Flagged": ["Impediment"]}, by=world.ana)
        closed(world, key, 4 * DAY)
        assert "This was blocked for four days." in world.our_comment(key)
