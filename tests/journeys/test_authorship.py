"""No person is counted, ranked or shown: two people change places in every row, and nothing of the product changes,
but where one of them chose to be thanked by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import JSON, ColumnElement, String, Text, cast, func, update

from tests.admin.browsing import Browser, logged_in
from tests.world import World, make_world
from webhooks.app import create_app
from worker import gather, render
from worker.cli import main
from worker.domain.model import JobKind
from worker.store import pages
from worker.store.schema import metadata

# What came in is kept as it came for a week, and names whoever acted; it is shown masked.
_AS_IT_CAME = {"deliveries", "accounts", "sessions"}
_VIEWS = (
    "/", "/deliveries", "/jobs", "/pages", "/settings", "/settings/FLEX", "/settings-file",
    "/learnloop.toml", "/forecast", "/webhook", "/changes",
)  # fmt: skip
_COMMANDS = ("prompts", "pages", "jobs", "deliveries", "signals", "settings show", "settings export")


@pytest.fixture(scope="module", autouse=True)
def database() -> str:
    """What is shown does not depend on the database: SQLite alone."""
    return "sqlite"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two weeks in which Ana and Ben each did something of everything."""
    with make_world(tmp_path_factory.mktemp("lived")) as world:
        sprint, third = world.sprint(goal="See who reads it"), world.site.add_person("Chidi Okeke")
        for number, person in enumerate((world.ana, world.ana, world.ben, world.ana, third)):
            key = world.closed(f"Plan {number}", by=person, sprint=sprint)
            told = f"learned: Lesson {number}. #pricing\nsurprised: A surprise.\ndifferently: Ask first."
            world.reply(key, told, by=person)
            trial = "hypothesis: Plans sell.\nreview: 2026-11-20\noutcome: refuted\ndecision: stop"
            world.reply(key, trial, by=person)
        world.closed("Left open", by=world.ben, sprint=sprint)
        world.site.close_sprint(sprint)
        world.settle()
        world.later(timedelta(days=1))
        world.tick(JobKind.COMPILE_ALL)
        world.later(timedelta(minutes=5))
        assert world.jobs() == []
        yield world


def swap(world: World) -> None:
    """Ana's account stands wherever Ben's stood, and Ben's where Ana's did."""
    with world.deployment.db.begin() as tx:
        for table in metadata.sorted_tables:
            for column in table.columns if table.name not in _AS_IT_CAME else ():
                if isinstance(column.type, String | Text | JSON):
                    words: ColumnElement[str] = cast(column, Text)
                    for old, new in ((world.ana, "~"), (world.ben, world.ana), ("~", world.ben)):
                        words = func.replace(words, old, new)
                    changed = cast(column, Text) != words
                    tx.execute(update(table).where(changed).values({column.name: words}))


def shown(world: World, owner: Browser) -> dict[str, str]:
    """Everything the product shows: every page as it would be written, every admin page, every command, the metrics."""
    found: dict[str, str] = {}
    with world.deployment.db.read() as tx:
        for _, page in pages.every(tx, world.tenant.id):
            content = gather.content(tx, world.tenant, page.key)
            found[f"page {page.key}"] = render.page(content).body if content else ""
    for view in _VIEWS:
        response = owner.get(f"/admin/{world.tenant.id}{view}")
        assert response.status_code == 200, view
        found[f"admin {view}"] = response.text
    found["metrics"] = owner.client.get("/metrics").text
    for command in _COMMANDS:
        done = CliRunner().invoke(main, command.split())
        assert done.exit_code == 0, f"{command}: {done.output}"
        found[f"learnloop {command}"] = done.output
    return found


def test_nothing_that_is_shown_changes_when_two_people_change_places(
    lived: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = lived.deployment.settings
    monkeypatch.setenv("LEARNLOOP_DATA", str(settings.data))
    monkeypatch.setenv("LEARNLOOP_BASE_URL", settings.base_url)
    owner = logged_in(create_app(lived.deployment), lived.deployment)
    before = shown(lived, owner)
    wanted = {"home", "log:FLEX", "topic:pricing", "experiments:FLEX", "measures:FLEX"}
    assert {f"page {key}" for key in wanted} <= set(before)
    assert all(before.values())
    swap(lived)
    after = shown(lived, owner)
    assert [view for view in before if after[view] != before[view]] == []
    assert not [view for view in before if lived.ana in before[view] or lived.ben in before[view]]


def test_only_whoever_chose_to_be_thanked_by_name_is_named(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        sprint = world.sprint()
        for person, consent in ((world.ana, "thank me by name"), (world.ben, "")):
            key = world.closed(by=person, sprint=sprint)
            world.reply(key, f"learned: It was the cache.\nchanged our course\n{consent}", by=person)
        world.site.close_sprint(sprint)
        world.settle()
        retro = next(page for page in world.site.pages.values() if page.title.startswith("Retro: "))
        assert (world.ana in retro.storage, world.ben in retro.storage) == (True, False)
        others = [page.storage for page in world.site.pages.values() if page is not retro]
        assert not [body for body in others if world.ana in body or world.ben in body]
