"""`learnloop check`, line by line: what works says so, and what does not says what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.joining import by_address_only, by_connect, by_forge, by_rule
from tests.world import EVENTS, SECRET, World, by_webhook, make_world
from worker import checking, rotating, standing
from worker.domain.model import Hosting, Product
from worker.domain.policy import FieldMap
from worker.store import credentials, tenants

pytestmark = ON_SQLITE_ALONE


NOT_LOOKED_AT = ("note", "not looked at: the token was refused")
HELD = {"havePermission": True}


def lines(world: World) -> dict[str, tuple[str, str]]:
    """Each line's state and words."""
    return {one.subject: (one.state, one.words) for one in checking.check(world.deployment, world.tenant)}


def test_every_line_is_there_and_none_has_failed(world: World) -> None:
    world.closed()
    found = lines(world)
    assert {subject: words for subject, (state, words) in found.items() if state == "failed"} == {}
    assert {
        "base address", "identity in Jira", "clock", "projects", "permission Browse projects",
        "permission Add comments", "permission Edit own comments", "permission Edit issues",
        "permission Link issues", "permission Create issues", "silent writes",
        "field for “What did we learn?”", "field for “What surprised us?”", "field for “What will we do differently?”",
        "field for “Where does it live?”", "field for “What are we missing?”", "identity in Confluence", "space ENG",
        "proof of deliveries", "webhook", "last delivery", "token for Jira", "token for Confluence", "private projects",
    } == set(found)  # fmt: skip
    assert "newest secret" in found["last delivery"][1]


@pytest.mark.parametrize("hosting", Hosting)
def test_a_refused_token_is_given_to_each_product_once_and_the_other_lines_say_they_were_not_looked_at(
    tmp_path: Path, hosting: Hosting
) -> None:
    with make_world(tmp_path, hosting=hosting) as world:
        world.rule(field_map=FieldMap(learned="customfield_10050"))
        world.site.remove_token(world.bot)
        before = len(world.site.requests)
        found = lines(world)
        asked = [one.path for one in world.site.requests[before:]]
    assert {subject for subject, (state, _) in found.items() if state == "failed"} == {
        "identity in Jira", "identity in Confluence",
    }  # fmt: skip
    assert "learnloop tenant credential" in found["identity in Jira"][1]
    assert (len(asked), [path for path in asked if path.endswith("/myself")]) == (2, asked[:1])
    assert {subject for subject, said in found.items() if said == NOT_LOOKED_AT} >= {
        "projects", "permission Browse projects", "silent writes", "field for “What did we learn?”", "space ENG",
        "webhook",
    }  # fmt: skip


def test_a_clock_that_is_off_is_said_though_the_token_is_refused_for_it(world: World) -> None:
    real = world.site.world.now
    world.site.world.now = lambda: real() - timedelta(seconds=300)
    world.site.remove_token(world.bot)
    assert "set this machine's clock" in lines(world)["clock"][1]


def test_a_token_that_one_product_refuses_is_still_used_for_the_other(world: World) -> None:
    world.site.fault("GET", "/rest/api/3/myself", status=401)
    found = lines(world)
    assert found["projects"] == NOT_LOOKED_AT
    assert (found["identity in Confluence"][0], found["space ENG"][0]) == ("ok", "ok")


def test_a_permission_that_is_missing_names_the_project_and_what_to_grant(world: World) -> None:
    world.site.add_project("OPS", "Operations")
    world.site.fault("GET", "mypermissions.*OPS", status=200, body={"permissions": {"ADD_COMMENTS": HELD}})
    found = lines(world)
    assert found["permission Browse projects"] == (
        "failed", "missing in OPS: grant *Browse projects* to the account",
    )  # fmt: skip
    assert found["permission Edit issues"] == ("note", "missing in OPS: grant *Edit issues* to the account")
    assert found["permission Add comments"] == ("ok", "in FLEX, OPS")


def test_every_chosen_project_is_asked_about_in_one_call(world: World) -> None:
    for number in range(8):
        world.site.add_project(f"P{number}", f"Project {number}")
    world.rule(projects=("FLEX", *(f"P{number}" for number in range(8))))
    before = len(world.site.requests)
    assert lines(world)["permission Add comments"] == ("ok", "in FLEX, P0, P1, P2, P3, P4, P5, P6, P7")
    asked = [one for one in world.site.requests[before:] if "projectKey" in one.query]
    assert len(asked) == 9


def test_of_very_many_projects_the_first_are_looked_at_and_it_is_said(world: World) -> None:
    for number in range(30):
        world.site.add_project(f"P{number}", f"Project {number}")
    words = lines(world)["permission Add comments"][1]
    assert words.startswith("in FLEX, P0, ")
    assert words.endswith(", P18 (20 of 31 projects were looked at)")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ((), ("ok", "every one that the account sees: 1")),
        (("FLEX",), ("ok", "FLEX")),
        (("FLEX", "TYPO"),
         ("failed", "TYPO is not there, or the account may not see it; see *Projects* in the settings.")),
        (("OPS", "FLEX", "TYPO"),
         ("failed", "OPS, TYPO are not there, or the account may not see them; see *Projects* in the settings.")),
    ],
)  # fmt: skip
def test_a_chosen_project_that_is_not_to_be_seen_is_named(
    world: World, chosen: tuple[str, ...], said: tuple[str, str]
) -> None:
    world.site.add_project("OPS", "Operations", private=True)
    world.rule(projects=chosen)
    found = lines(world)
    assert found["projects"] == said
    assert found["permission Browse projects"] == ("ok", "in FLEX")


def test_an_account_that_sees_no_project_is_told_what_to_grant(world: World) -> None:
    world.site.world.projects["FLEX"].private = True
    found = lines(world)
    assert found["projects"][0] == "failed"
    assert "grant it *Browse projects*" in found["projects"][1]
    assert found["permission Add comments"] == ("note", "There is no project to look in.")


def test_a_field_that_is_gone_is_said(world: World) -> None:
    world.rule(field_map=FieldMap(learned="customfield_99999"))
    assert lines(world)["field for “What did we learn?”"] == (
        "failed",
        "customfield_99999 is no longer there, or not to be seen; choose another.",
    )


@pytest.mark.parametrize(
    ("part", "kind", "state"),
    [
        ("learned", "textfield", "ok"),
        ("learned", "textarea", "ok"),
        ("learned", "number", "failed"),
        ("learned", "date", "failed"),
        ("learned", "url", "failed"),
        ("lives_at", "url", "ok"),
        ("hypothesis", "date", "failed"),
        ("review_on", "date", "ok"),
        ("outcome", "select", "ok"),
        ("outcome", "date", "failed"),
    ],
)
def test_a_field_that_cannot_hold_the_answer_is_said(world: World, part: str, kind: str, state: str) -> None:
    made = world.site.add_field("Ours", kind)
    world.rule(field_map=FieldMap(**{part: made}))
    (said,) = [said for subject, said in lines(world).items() if made in said[1]]
    assert said[0] == state
    if state == "failed":
        assert said[1] == f"Ours ({made}) cannot hold what is written there; choose a text field."


def test_the_sites_own_fields_hold_no_answer(world: World) -> None:
    world.rule(field_map=FieldMap(learned="summary"))
    assert lines(world)["field for “What did we learn?”"][0] == "failed"


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


def test_a_space_that_is_archived_is_said(world: World) -> None:
    archived = {"id": "1", "key": "ENG", "name": "Engineering", "status": "archived"}
    world.site.fault("GET", r"/wiki/api/v2/spaces\?", status=200, body={"results": [archived]})
    assert lines(world)["space ENG"] == (
        "failed", "ENG is archived, so no page can be written there; restore it, or choose another.",
    )  # fmt: skip


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
        assert lines(world)["proof of deliveries"] == ("note", standing.UNSIGNED)
        with world.deployment.db.read() as tx:
            assert standing.UNSIGNED in map(str, standing.concerns(tx, world.tenant, world.clock.now()))


@pytest.mark.parametrize("status", [403, 404])
def test_webhooks_that_the_account_may_not_list_are_to_be_looked_at_by_hand(world: World, status: int) -> None:
    world.site.fault("GET", "/rest/webhooks/", status=status, body={"message": "null for uri"})
    state, words = lines(world)["webhook"]
    assert (state, "look yourself" in words) == ("note", True)


def test_a_webhook_that_tells_too_little_is_said_and_one_too_many_is_noted(world: World) -> None:
    (hook,) = world.site.world.webhooks.values()
    hook.events, hook.exclude_body = ("jira:issue_updated",), True
    state, words = lines(world)["webhook"]
    assert state == "failed"
    assert "tick Issue deleted, Comment created," in words
    assert "Untick *Exclude body*" in words
    world.site.add_webhook(hook.url, events=EVENTS, secret=SECRET)
    hook.exclude_body = False
    assert lines(world)["webhook"] == (
        "note", "2 webhooks point here, so each close would be told twice; remove one.",
    )  # fmt: skip


def test_data_center_ten_does_not_say_whether_a_webhook_is_signed(tmp_path: Path) -> None:
    with make_world(tmp_path, hosting=Hosting.DATA_CENTER) as world:
        state, words = lines(world)["webhook"]
    assert state == "note"
    assert "close an issue, then look at *last delivery*" in words


def test_a_secret_that_was_forgotten_is_said(world: World) -> None:
    with world.deployment.db.begin() as tx:
        tenants.change(tx, world.tenant.id, newest_secret=None)
    assert lines(world)["proof of deliveries"] == ("failed", standing.REFUSED)


@pytest.mark.parametrize(
    ("join", "words"),
    [(by_webhook, "signed with"), (by_rule("empty"), "a token in"), (by_connect, "a token that Atlassian signs")],
)
def test_what_proves_a_delivery_is_said(tmp_path: Path, join: Callable[[World], None], words: str) -> None:
    with make_world(tmp_path, join=join) as world:
        state, said = lines(world)["proof of deliveries"]
    assert (state, words in said) == ("ok", True)


def test_a_forge_app_that_calls_no_more_is_said(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        assert lines(world)["token for Jira"][0] == "ok"
        world.clock.forward(timedelta(hours=3))
        state, words = lines(world)["token for Jira"]
    assert state == "failed"
    assert "has not called since its token ended" in words


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 409}, {"kind": "html"}, {"kind": "html", "status": 404}, {"kind": "reset"}],
    ids=str,
)
def test_what_failed_is_not_said_to_be_tried_again(world: World, fault: dict[str, Any]) -> None:
    world.site.fault("*", times=99, **fault)
    failed = [words for state, words in lines(world).values() if state == "failed"]
    assert len(failed) > 5
    assert [words for words in failed if "tried again" in words or words[-1] not in ".?"] == []


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


def test_the_last_delivery_says_what_proved_it_as_that_is_called_now(world: World) -> None:
    world.closed()
    assert lines(world)["last delivery"][1].endswith("proven by newest secret")
    world.clock.forward(timedelta(minutes=1))
    with world.deployment.db.begin() as tx:
        rotating.rotate(tx, world.deployment, tenants.held(tx, world.tenant.id), "a newer secret, long enough", "Ana")
    assert lines(world)["last delivery"][1].endswith("proven by a secret from before the newest")
