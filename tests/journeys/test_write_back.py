"""What goes back to the issue, and who is mailed about it: nobody, but for the one mention."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World, make_world
from worker.domain.model import PageState
from worker.domain.policy import FieldMap

pytestmark = ON_SQLITE_ALONE


@pytest.fixture
def guest(tmp_path: Path) -> Iterator[World]:
    """A world in which our account is no admin, so that Jira mails watchers on each of our edits."""
    with make_world(tmp_path, admin=False) as made:
        yield made


def mails_of_ours(world: World) -> list[tuple[str, str]]:
    """Who was mailed and why, but for what people themselves did."""
    return [(one.to, one.reason) for one in world.site.mails if one.reason not in ("created", "transitioned")]


def test_an_answer_is_found_by_jql_through_labels_and_read_from_the_property(world: World) -> None:
    key = world.closed()
    world.site.edit_issue(key, {"labels": ["q4"]}, by=world.ana)
    world.answer(key, "Ask first.", topics="pricing", lives_at="https://example.org/r", changed_course="yes")
    assert world.site.issue(key).labels == ["learned", "pricing", "q4"]
    assert world.site.properties(key)["learnloop.learning"] == {
        "learned": "Ask first.", "surprised": "", "differently": "", "livesAt": "https://example.org/r",
        "missing": "", "hoped": "",
        "topics": ["pricing"], "changedCourse": True, "revision": 1,
    }  # fmt: skip
    (link,) = world.site.remote_links(key)
    assert link.target["url"] == world.row("log:FLEX").url


def test_the_property_never_says_who_answered(world: World) -> None:
    key = world.closed()
    world.reply(key, "learned: Ask first.\nthank me by name")
    assert world.ana not in str(world.site.properties(key))


def test_the_one_mail_of_an_answered_close_is_the_mention(world: World) -> None:
    key = world.closed()
    world.answer(key, "Ask first.", topics="pricing")
    world.answer(key, "Ask resellers first.", topics="resellers")
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()
    assert mails_of_ours(world) == [(world.ana, "mentioned")]


def test_an_update_of_a_page_mails_none_of_its_watchers(world: World) -> None:
    world.answer(world.closed("One"), "Ask first.")
    world.site.watch(world.page("Learning log: FLEX").id, world.ben)
    world.answer(world.closed("Two"), "Ask twice.")
    assert "Ask twice." in world.page("Learning log: FLEX").storage
    assert world.ben not in [to for to, _ in mails_of_ours(world)]


def test_an_account_without_the_right_to_silence_writes_the_property_only(guest: World) -> None:
    field = guest.site.add_field("What we learned", kind="textarea")
    guest.rule(field_map=FieldMap(learned=field))
    key = guest.closed()
    guest.answer(key, "Ask first.", topics="pricing")
    assert not guest.tenant.silent_writes
    assert guest.site.properties(key)["learnloop.learning"]["learned"] == "Ask first."
    assert guest.site.issue(key).labels == []
    assert guest.site.issue(key).values.get(field) is None
    assert guest.row("topic:pricing").state is PageState.CURRENT
    assert mails_of_ours(guest) == [(guest.ana, "mentioned")]


def test_labels_are_written_at_the_price_of_a_mail_where_the_admin_accepts_it(guest: World) -> None:
    guest.rule(accept_mail_per_answer=True)
    key = guest.closed()
    guest.answer(key, "Ask first.", topics="pricing")
    assert guest.site.issue(key).labels == ["learned", "pricing"]
    assert mails_of_ours(guest) == [(guest.ana, "mentioned"), (guest.ana, "edited")]


def test_a_comment_of_ours_that_somebody_deleted_is_not_written_again(world: World) -> None:
    key = world.closed()
    (comment,) = world.site.comments(key)
    world.site.delete_comment(comment.id)
    world.reply(key, "learned: Ask first.")
    assert world.our_comments(key) == []
    assert world.jobs() == []
