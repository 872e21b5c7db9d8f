"""Deliveries that real sites sent, read where they are beside the checkout: each is taken at the doors of its kind of
site and read as they read it, and its close is a close.

Their index says, by hand, which of them entered "done"; deciding must say the same. A clone alone has none of them.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.doors import Doors
from worker.domain.events import IssueChanged, Parsed, told_by
from worker.domain.model import AccountId, JobKind, Person, SourceKind, StatusCategory, StatusId
from worker.domain.policy import Policy
from worker.domain.prompting import Ask, Decision, History, Skip, SkipReason, decide
from worker.errors import PayloadError
from worker.sources import parse

BESIDE = Path(__file__).parents[3] / "shared" / "payloads"
FOLDER = Path(os.environ.get("LEARNLOOP_PAYLOADS", BESIDE))
INDEX: list[dict[str, Any]] = json.loads((FOLDER / "index.json").read_text()) if FOLDER.is_dir() else []
pytestmark = pytest.mark.skipif(not INDEX, reason="recorded deliveries are not beside this checkout")

EVERYTHING = Policy(skipped_resolutions=(), ask_subtasks=True, ask_service_desk=True)
# What the statuses of the recorded sites mean, by the names the index gives them.
CATEGORIES = {
    "To Do": StatusCategory.NEW,
    "Work Required": StatusCategory.NEW,
    "Done": StatusCategory.DONE,
    "Closed": StatusCategory.DONE,
}
# The doors a recorded delivery may come to, by what sent it.
DOORS = {"cloud": (SourceKind.CLOUD, SourceKind.CONNECT), "server": (SourceKind.DATA_CENTER,)}
ARRIVALS = [(row, kind) for row in INDEX for kind in DOORS[row["deployment"]]]
CHANGES = [row for row in INDEX if row["webhookEvent"] == "jira:issue_updated" and row["has_changelog"]]


def recorded(row: dict[str, Any]) -> bytes:
    """The delivery of a row of the index."""
    return (FOLDER / str(row["file"])).read_bytes()


def read(row: dict[str, Any]) -> Parsed:
    """What the delivery of a row means where it comes from."""
    return parse(DOORS[row["deployment"]][0], recorded(row))


def changed(row: dict[str, Any]) -> IssueChanged:
    """The change a delivery tells of, and that it tells of no other."""
    (change,) = told_by(read(row))
    assert isinstance(change, IssueChanged)
    return change


def decided(event: IssueChanged) -> Decision:
    """What follows from `event` where everything may be asked, and nothing was asked before."""
    status = event.change("status")
    named = {status.old: status.old_name, status.new: status.new_name} if status else {}
    categories = {StatusId(status_id or ""): CATEGORIES[words] for status_id, words in named.items()}
    history = History(categories, AccountId("learnloop"), activated_at=datetime(2000, 1, 1, tzinfo=UTC))
    return decide(event, EVERYTHING, history)


def name(row: dict[str, Any]) -> str:
    """The file, as the test's name."""
    return str(row["file"])


@pytest.mark.parametrize("row", INDEX, ids=name)
def test_a_recorded_delivery_is_read_unless_it_names_no_event(row: dict[str, Any]) -> None:
    if row["webhookEvent"] is None:
        with pytest.raises(PayloadError, match="no webhookEvent"):
            read(row)
        return
    read(row)


@pytest.mark.parametrize(("row", "kind"), ARRIVALS, ids=lambda one: one if isinstance(one, str) else name(one))
def test_a_recorded_delivery_is_taken_at_its_doors_and_a_close_is_looked_at(
    still: Doors, row: dict[str, Any], kind: SourceKind
) -> None:
    before = len(still.jobs(JobKind.INTERPRET))
    answer = still.send(still.delivery(kind, recorded(row)))
    assert answer.status_code in ({400} if row["webhookEvent"] is None else {202, 204})
    assert len(still.jobs(JobKind.INTERPRET)) - before == (answer.status_code == 202)
    assert answer.status_code == 202 or not row["enters_done"]


@pytest.mark.parametrize("row", CHANGES, ids=name)
def test_deciding_says_what_the_index_says_of_a_change(row: dict[str, Any]) -> None:
    event = changed(row)
    assert event.issue.key == row["issue_key"]
    assert [change.field for change in event.changes if change.field == "status"] == (
        ["status"] * row["status_items_in_changelog"]
    )
    decision = decided(event)
    not_a_close = isinstance(decision, Skip) and decision.reason is SkipReason.NOT_A_CLOSE
    assert not_a_close is not row["enters_done"]


@pytest.mark.parametrize("row", [row for row in INDEX if row["enters_done"]], ids=name)
def test_whoever_closed_a_recorded_issue_is_asked_and_if_it_was_a_robot_its_assignee(row: dict[str, Any]) -> None:
    event = changed(row)
    assert event.actor is not None
    assert decided(event) == Ask(event.actor.account_id)
    owner = Person(AccountId("owner"))
    by_robot = replace(event, actor=Person(AccountId("robot"), "app"), issue=replace(event.issue, assignee=owner))
    assert decided(by_robot) == Ask(owner.account_id)
