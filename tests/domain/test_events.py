"""What the door lets through: events that something can follow from, and the reason for every other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.domain.nouns import ANA, DOING, DONE, MONDAY, US, moved
from worker.domain.events import (
    Change,
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueDeleted,
    Parsed,
    Unknown,
    bearing,
    together,
    told_by,
)
from worker.domain.model import IssueId, IssueKey, Person

CLOSE = moved(DOING, DONE)
COMMENT = CommentWritten(IssueId("10007"), IssueKey("FLEX-7"), "5", Person(ANA), "learned: a lot", MONDAY)


def changing(*fields: str) -> IssueChanged:
    """Ana changed some fields of FLEX-7."""
    return replace(CLOSE, changes=tuple(Change(field, None, None) for field in fields))


@pytest.mark.parametrize(
    "parsed",
    [
        CLOSE,
        changing("security"),
        changing("project"),
        changing("labels", "customfield_10050"),
        replace(CLOSE, actor=None),
        COMMENT,
        IssueDeleted(IssueId("10007"), IssueKey("FLEX-7"), Person(US)),
        Ignored("issuelink_created", "issue link"),
        Unknown("worklog_created"),
    ],
)
def test_what_something_can_follow_from_passes_as_it_is(parsed: Parsed) -> None:
    assert bearing(parsed, ("customfield_10050",), US) == parsed


@pytest.mark.parametrize(
    ("parsed", "reason"),
    [
        (changing("labels"), "no status change: labels"),
        (changing("labels", "customfield_7"), "no status change: labels, customfield_7"),
        (replace(CLOSE, actor=Person(US)), "a change by our own account"),
        (replace(COMMENT, author=Person(US)), "our own comment"),
    ],
)
def test_what_nothing_follows_from_is_ignored_for_a_reason(parsed: Parsed, reason: str) -> None:
    outcome = bearing(parsed, ("customfield_10050",), US)
    assert isinstance(outcome, Ignored)
    assert (outcome.reason, outcome.issue_key) == (reason, "FLEX-7")


def test_of_several_things_those_pass_that_something_can_follow_from() -> None:
    told = together(CLOSE, COMMENT)
    assert told_by(told) == (CLOSE, COMMENT)
    assert bearing(told, (), US) == told
    assert bearing(together(changing("labels"), COMMENT), (), US) == COMMENT
    assert bearing(together(CLOSE, replace(COMMENT, author=Person(US))), (), US) == CLOSE
    nothing = bearing(together(changing("labels"), replace(COMMENT, author=Person(US))), (), US)
    assert nothing == Ignored("comment", "our own comment", "FLEX-7")


def test_a_status_that_moved_on_at_once_moved_from_the_first_to_the_last() -> None:
    first, last = Change("status", "1", "2", "To Do", "In Progress"), Change("status", "2", "3", "In Progress", "Done")
    both = replace(CLOSE, changes=(first, Change("labels", None, None), last))
    assert both.change("status") == Change("status", "1", "3", "To Do", "Done")


def test_a_bulk_change_gives_a_reason_of_bounded_length() -> None:
    outcome = bearing(changing(*(f"customfield_{number}" for number in range(500))), (), US)
    assert isinstance(outcome, Ignored)
    assert len(outcome.reason) < 160
