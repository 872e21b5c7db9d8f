"""`learnloop check`, line by line: what works says so, and what does not says what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.joining import by_address_only, by_connect, by_forge, by_rule
from tests.world import World, make_world
from worker import checking, standing
from worker.domain.model import Product
from worker.domain.policy import FieldMap
from worker.store import credentials, tenants

pytestmark = ON_SQLITE_ALONE


def lines(world: World) -> dict[str, tuple[str, str]]:
    """Each line's state and words."""
    return {one.subject: (one.state, one.words) for one in checking.check(world.deployment, world.tenant)}


def test_every_line_is_there_and_none_has_failed(world: World) -> None:
    world.closed()
    found = lines(world)
    assert {subject: words for subject, (state, words) in found.items() if state == "failed"} == {}
    assert {
        "base address", "identity in Jira", "clock", "permission Browse projects", "permission Add comments",
        "permission Edit own comments", "permission Edit issues", "permission Link issues",
        "permission Create issues", "silent writes",
        "field for “What did we learn?”", "field for “What surprised us?”", "field for “What will we do differently?”",
        "field for “Where does it live?”", "field for “What are we missing?”", "identity in Confluence", "space ENG",
        "webhook", "last delivery", "token for Jira", "token for Confluence", "private projects",
    } == set(found)  # fmt: skip
    assert "newest secret" in found["last delivery"][1]


def test_a_refused_token_is_said_in_every_line_that_needs_it_and_nothing_breaks(world: World) -> None:
    world.site.remove_token(world.bot)
    found = lines(world)
    assert found["identity in Jira"][0] == "failed"
    assert "learnloop tenant credential" in found["identity in Jira"][1]
    assert found["base address"][0] == "note"


def test_a_permission_that_is_missing_names_the_project_and_what_to_grant(world: World) -> None:
    world.site.add_project("OPS", "Operations", private=True)
    world.rule(projects=("FLEX", "OPS"))
    state, words = lines(world)["permission Browse projects"]
    assert (state, words) == ("failed", "missing in OPS: grant *Browse projects* to the account")


def test_a_field_that_is_gone_is_said(world: World) -> None:
    world.rule(field_map=FieldMap(learned="customfield_99999"))
    assert lines(world)["field for “What did we learn?”"] == (
        "failed",
        "customfield_99999 is no longer there, or not to be seen; choose another.",
    )


@pytest.mark.parametrize(("apart", "state"), [(0, "ok"), (20, "note"), (300, "failed")])
def test_two_clocks_that_differ_are_said(world: World, apart: int, state: str) -> None:
    real = world.site.world.now
    world.site.world.now = lambda: real() - timedelta(seconds=apart)
    assert lines(world)["clock"][0] == state


def test_a_space_that_is_gone_is_said(world: World) -> None:
    world.rule(home_space="NONE")
    state, words = lines(world)["space NONE"]
    assert state == "failed"
    assert "There is no space NONE" in words


def test_a_webhook_that_is_missing_or_unsigned_is_said(world: World) -> None:
    (hook,) = world.site.world.webhooks.values()
    hook.secret = ""
    assert "no secret" in lines(world)["webhook"][1]
    world.site.world.webhooks.clear()
    state, words = lines(world)["webhook"]
    assert state == "failed"
    assert "No webhook of the site points to" in words


def test_an_unsigned_webhook_is_warned_of_in_the_check_and_in_the_list(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_address_only) as world:
        assert lines(world)["webhook"] == ("note", standing.UNSIGNED)
        with world.deployment.db.read() as tx:
            assert standing.UNSIGNED in map(str, standing.concerns(tx, world.tenant, world.clock.now()))


def test_a_token_that_ends_soon_is_warned_of(world: World) -> None:
    with world.deployment.db.begin() as tx:
        held = credentials.of(tx, world.tenant.id)[Product.JIRA]
        credentials.expire(tx, world.tenant.id, Product.JIRA, world.clock.now() + timedelta(days=10))
    state, words = lines(world)["token for Jira"]
    assert (state, held.expires_at) == ("note", None)
    assert "expires by 2026-11-12" in words
    world.clock.forward(timedelta(days=11))
    assert "has expired" in lines(world)["token for Jira"][1]


def test_a_token_nobody_named_an_end_for_is_warned_of_after_a_year(world: World) -> None:
    world.clock.forward(timedelta(days=360))
    assert lines(world)["token for Confluence"][0] == "note"


def test_a_stopped_tenant_is_said_first(world: World) -> None:
    with world.deployment.db.begin() as tx:
        tenants.stop(tx, world.tenant.id, "The token was refused.")
    assert next(iter(lines(world).items())) == ("tenant", ("stopped", "The token was refused."))


@pytest.mark.parametrize(
    ("join", "words"),
    [(by_rule("empty"), "Rules cannot be listed"), (by_connect, "declared by the app"), (by_forge, "pinned")],
)
def test_each_source_says_how_it_is_told(tmp_path: Path, join: object, words: str) -> None:
    with make_world(tmp_path, join=join) as world:  # type: ignore[arg-type]
        assert words in lines(world)["webhook"][1]
        assert "failed" not in {state for state, _ in lines(world).values()}
