"""What is done about a page: every way it can be found, in tables. A person's words are never written over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.domain.nouns import ANA, US
from tests.domain.test_storage_format import region, task
from worker.domain import storage_format
from worker.domain.model import Page, PageKey, PageState
from worker.domain.publishing import (
    Create,
    Keep,
    Leave,
    Look,
    Remote,
    Rendered,
    Unchanged,
    Update,
    first,
    is_our_create,
    message,
    plan,
    take_back,
)

ROOM = "<h2>Notes</h2><p>Ours&nbsp;alone.</p>"
OLD, NEW = region("learnloop-log", "<p>old</p>"), region("learnloop-log", "<p>new</p>")
OURS = "LearnLoop: 1 learning added · 4f2a9c00"


def task_list(*tasks: str) -> str:
    return f"<ac:task-list>{''.join(tasks)}</ac:task-list>"


def digests(*markups: str) -> dict[str, str]:
    found = storage_format.regions("".join(markups))
    return {name: storage_format.digest(markup) for name, markup in found.items()}


def rendered(*markups: str) -> Rendered:
    """The page as we would have it."""
    return Rendered("Log", "".join(markups) + ROOM, "4f2a9c0011223344", storage_format.regions("".join(markups)), 3)


def remote(body: str, **facts: Any) -> Remote:
    """The page as the site has it: version 4, the last word a person's."""
    return replace(Remote("9", "Their title", "current", 4, body, ANA, "typo"), **facts)


ROW = Page(
    PageKey("log:FLEX"), PageState.CURRENT, "ENG", "Log", page_id="9", version=3, digest="d1", regions=digests(OLD)
)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (replace(ROW, page_id=None), Create()),
        (replace(ROW, page_id=None, digest=""), Create()),
        (ROW, Unchanged()),
        (replace(ROW, state=PageState.STALE), Unchanged()),
        (replace(ROW, digest="d0"), Look()),
        (replace(ROW, digest=""), Look()),
        (replace(ROW, state=PageState.DRIFTED), Look()),
        (replace(ROW, state=PageState.WAITING), Look()),
        (replace(ROW, state=PageState.REFUSED), Look()),
    ],
)
def test_the_row_alone_says_whether_to_look(page: Page, expected: Create | Unchanged | Look) -> None:
    assert first(page, "d1") == expected


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"status": "archived"}, PageState.REFUSED),
        ({"status": "trashed"}, PageState.GONE),
        ({"status": "deleted"}, PageState.GONE),
        ({"status": "draft"}, PageState.GONE),
        ({"live": True}, PageState.REFUSED),
        ({"body": " \n"}, PageState.REFUSED),
    ],
)
def test_a_page_that_cannot_be_written_safely_is_left_even_to_take_it_back(
    facts: dict[str, Any], state: PageState
) -> None:
    found = replace(remote(OLD + ROOM), **facts)
    for step in (plan(ROW, rendered(NEW), found, US), take_back(rendered(NEW), found)):
        assert isinstance(step, Leave)
        assert (step.state, step.reason[-1]) == (state, ".")


AROUND = f"<p>Mine</p>{OLD}{ROOM}<p>Mine too</p>"


@pytest.mark.parametrize(
    ("facts", "body"),
    [
        ({"version": 3}, OLD + ROOM),  # nobody was there
        ({"version": 4}, AROUND),  # a person wrote around our region
        ({"version": 4}, OLD),  # a person removed the room we left
        ({"version": 40}, f"<ac:layout><ac:layout-cell>{OLD}</ac:layout-cell></ac:layout>"),
        ({"version": 4, "author": US, "message": "moved by our account"}, AROUND),
    ],
)
def test_our_region_is_written_into_the_page_as_people_have_it(facts: dict[str, Any], body: str) -> None:
    found = remote(body, **facts)
    step = plan(ROW, rendered(NEW), found, US)
    assert step == Update("Their title", body.replace(OLD, NEW), found.version + 1, digests(NEW))


EDITED = region("learnloop-log", "<p>old, but better</p>")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (EDITED + ROOM, "learnloop-log"),
        (ROOM, "learnloop-log"),  # they removed our region
        (OLD + OLD, "learnloop-log"),  # they copied it: nobody can say which is ours
        (OLD.replace("learnloop-log", "theirs"), "learnloop-log"),
    ],
)
@pytest.mark.parametrize("wanted", [OLD, NEW])
def test_a_region_somebody_edited_is_left_and_named(body: str, named: str, wanted: str) -> None:
    step = plan(ROW, rendered(wanted), remote(body), US)
    assert isinstance(step, Leave)
    assert step.state is PageState.DRIFTED
    assert named in step.reason


def test_only_a_newer_version_is_looked_at_for_edits() -> None:
    """Confluence may rewrite a body without making a version of it; that is nobody's edit."""
    step = plan(ROW, rendered(NEW), remote(EDITED + ROOM, version=3), US)
    assert isinstance(step, Update)


def test_only_the_edited_region_is_named() -> None:
    numbers = region("learnloop-numbers")
    row = replace(ROW, regions=digests(OLD, numbers))
    step = plan(row, rendered(NEW, numbers), remote(EDITED + numbers), US)
    assert isinstance(step, Leave)
    assert "learnloop-numbers" not in step.reason


@pytest.mark.parametrize(
    ("author", "text", "ours"),
    [
        (US, OURS, True),
        (US, "LearnLoop: brought up to date · 00ff00ff", True),
        (ANA, OURS, False),  # a person may write anything as a message
        (None, OURS, False),
        (US, "", False),  # somebody used our account's hands
        (US, "LearnLoop: 1 learning added", False),
        (US, f"Reverted: {OURS}", False),
        (US, f"{OURS} and more", False),
    ],
)
def test_a_version_of_our_account_with_our_message_is_ours_whatever_the_row_says(
    author: Any, text: str, ours: bool
) -> None:
    """The response to a write was lost: the site has the newer text, our row the older one."""
    step = plan(ROW, rendered(NEW), remote(EDITED + ROOM, author=author, message=text), US)
    assert isinstance(step, Update if ours else Leave)


@pytest.mark.parametrize("version", [3, 4])
def test_a_page_that_says_it_already_is_kept_and_its_version_remembered(version: int) -> None:
    found = remote(f"<p>Mine</p>{NEW}", version=version, author=US, message=OURS)
    assert plan(ROW, rendered(NEW), found, US) == Keep(version, digests(NEW))


def test_what_the_site_added_on_saving_is_no_edit() -> None:
    saved = OLD.replace("<p>", '<p local-id="1">').replace("excerpt", 'excerpt" ac:macro-id="2')
    assert plan(ROW, rendered(OLD), remote(saved), US) == Keep(4, digests(OLD))


LIST, TICKED = (
    region("learnloop-log", task_list(task("write it"))),
    region("learnloop-log", task_list(task("write it", "complete"))),
)


def test_a_ticked_task_is_no_drift_and_stays_ticked_in_the_next_version() -> None:
    row = replace(ROW, regions=digests(LIST))
    assert isinstance(plan(row, rendered(LIST), remote(TICKED), US), Keep)
    longer = region("learnloop-log", task_list(task("new"), task("write it", number=2)))
    step = plan(row, rendered(longer), remote(TICKED), US)
    assert isinstance(step, Update)
    assert step.body == region("learnloop-log", task_list(task("new"), task("write it", "complete", 2)))


@pytest.mark.parametrize(
    ("open_comments", "waits"),
    [
        (frozenset(), False),
        (frozenset({"c1"}), True),
        (frozenset({"c2"}), False),  # it is anchored in somebody's own paragraph
        (frozenset({"elsewhere"}), False),
    ],
)
def test_a_passage_people_discuss_waits_until_they_are_done(open_comments: frozenset[str], waits: bool) -> None:
    marked = OLD.replace("old", '<ac:inline-comment-marker ac:ref="c1">old</ac:inline-comment-marker>')
    theirs = '<p><ac:inline-comment-marker ac:ref="c2">x</ac:inline-comment-marker></p>'
    step = plan(ROW, rendered(NEW), remote(marked + theirs, open_comments=open_comments), US)
    if waits:
        assert isinstance(step, Leave)
        assert step.state is PageState.WAITING
    else:
        assert isinstance(step, Update)
        assert theirs in step.body


def test_after_a_conflict_the_same_plan_is_made_from_the_newer_version() -> None:
    """409: somebody saved between our look and our write, first around our region, then inside it."""
    assert plan(ROW, rendered(NEW), remote(OLD), US) == Update("Their title", NEW, 5, digests(NEW))
    again = plan(ROW, rendered(NEW), remote(AROUND, version=5), US)
    assert again == Update("Their title", AROUND.replace(OLD, NEW), 6, digests(NEW))
    assert isinstance(plan(ROW, rendered(NEW), remote(EDITED, version=5), US), Leave)


def test_after_an_update_there_is_nothing_left_to_do() -> None:
    step = plan(ROW, rendered(NEW), remote(AROUND), US)
    assert isinstance(step, Update)
    row = replace(ROW, version=step.version, regions=dict(step.regions))
    after = remote(step.body, version=step.version, author=US, message=OURS)
    assert plan(row, rendered(NEW), after, US) == Keep(step.version, digests(NEW))


@pytest.mark.parametrize("body", [f"<p>Mine</p>{EDITED}{ROOM}", f"<p>Mine</p>{ROOM}"])
def test_taking_back_writes_our_region_and_nothing_else(body: str) -> None:
    step = take_back(rendered(NEW), remote(body))
    assert isinstance(step, Update)
    expected = body.replace(EDITED, NEW) if EDITED in body else body + NEW
    assert (step.title, step.body, step.version) == ("Their title", expected, 5)
    row = replace(ROW, version=5, regions=dict(step.regions))
    assert isinstance(plan(row, rendered(NEW), remote(step.body, version=5), US), Keep)


def test_a_copied_region_cannot_be_taken_back_until_the_copy_is_gone() -> None:
    step = take_back(rendered(NEW), remote(EDITED + OLD))
    assert isinstance(step, Leave)
    assert step.state is PageState.DRIFTED
    assert "learnloop-log" in step.reason


@pytest.mark.parametrize(
    ("facts", "ours"),
    [
        ({}, True),
        ({"body": f"<p>more</p>{OLD}"}, True),
        ({"author": ANA}, False),
        ({"author": None}, False),
        ({"version": 2}, False),  # a person was there since; never adopt what people have made theirs
        ({"live": True}, False),
        ({"body": ROOM}, False),
        ({"body": region("learnloop-topic")}, False),
    ],
)
def test_a_page_found_by_its_title_is_ours_only_if_an_unanswered_create_made_it(
    facts: dict[str, Any], ours: bool
) -> None:
    found = replace(remote(OLD + ROOM, version=1, author=US), **facts)
    assert is_our_create(found, rendered(NEW).regions, US) is ours


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (0, 1, "LearnLoop: 1 learning added · 4f2a9c00"),
        (2, 5, "LearnLoop: 3 learnings added · 4f2a9c00"),
        (5, 4, "LearnLoop: 1 learning taken off · 4f2a9c00"),
        (5, 5, "LearnLoop: brought up to date · 4f2a9c00"),
    ],
)
def test_the_version_message_says_what_changed_and_is_known_again(before: int, after: int, text: str) -> None:
    assert message(before, after, "4f2a9c0011223344") == text
    step = plan(ROW, rendered(NEW), remote(EDITED, author=US, message=text), US)
    assert isinstance(step, Update)
