"""What happens between a call that was done and its record: people go on meanwhile, and the record is caught up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import World


def to_do(world: World, key: str) -> None:
    world.site.transition(key, "To Do", by=world.ana)


def answered(world: World, key: str) -> None:
    assert world.answer(key).status_code == 200


@pytest.mark.parametrize(("meanwhile", "says"), [(answered, "Thank you"), (to_do, "This was reopened")])
@pytest.mark.parametrize("unheard", ["lost_response", "truncated"])
def test_what_people_do_before_we_know_our_own_comment_is_shown_in_it(
    world: World, unheard: str, meanwhile: object, says: str
) -> None:
    assert callable(meanwhile)
    world.site.fault("POST", r"/comment$", kind=unheard)
    key = world.closed()
    meanwhile(world, key)
    world.settle()
    world.later(timedelta(seconds=30))
    assert says in world.our_comment(key)
    assert world.jobs() == []


def test_an_issue_reopened_before_it_was_asked_about_gets_no_comment(world: World) -> None:
    world.site.fault("POST", r"/comment$", kind="status", status=503)
    key = world.closed()
    to_do(world, key)
    world.settle()
    world.later(timedelta(seconds=30))
    assert world.our_comments(key) == []
    assert world.jobs() == []
