"""What the door lets through: events that something can follow from, and the reason for every other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.domain.nouns import ANA, DOING, DONE, MONDAY, US, moved
from worker.domain.events import Change, CommentWritten, Ignored, IssueDeleted, Parsed, Unknown, bearing
from worker.domain.model import IssueId, IssueKey, Person

CLOSE = moved(DOING, DONE)
COMMENT = CommentWritten(IssueId("10007"), IssueKey("FLEX-7"), "5", Person(ANA), "learned: a lot", MONDAY)


def changing(*fields: str) -> Parsed:
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


def test_a_bulk_change_gives_a_reason_of_bounded_length() -> None:
    outcome = bearing(changing(*(f"customfield_{number}" for number in range(500))), (), US)
    assert isinstance(outcome, Ignored)
    assert len(outcome.reason) < 160
