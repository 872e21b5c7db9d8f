"""What each kept delivery means: one table, a row a file. Times in the files are 18 March 2026, 09:30 UTC and later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sources.deliveries import body, names
from worker.domain.events import (
    Change,
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueDeleted,
    IssueTouched,
    Parsed,
    SprintClosed,
    SprintStarted,
    Unknown,
)
from worker.domain.model import (
    AccountId,
    Issue,
    IssueId,
    IssueKey,
    Person,
    ProjectKey,
    Sprint,
    StatusCategory,
    StatusId,
)
from worker.errors import PayloadError
from worker.sources import payload

ANA = Person(AccountId("5b10a2844c20165700ede21g"))
BEN = Person(AccountId("5b109f2e9729b51b54dc274d"))
ROBOT = Person(AccountId("557058:0f1e2d3c-1111-4222-8333-444455556666"), account_type="app")
CLOSED_AT = datetime(2026, 3, 18, 9, 30, 0, 123_000, tzinfo=UTC)
WRITTEN_AT = CLOSED_AT + timedelta(minutes=30)
DONE = Issue(
    id=IssueId("10123"),
    key=IssueKey("FLEX-7"),
    project_key=ProjectKey("FLEX"),
    summary="Try monthly plans",
    type_name="Story",
    is_subtask=False,
    status_id=StatusId("10002"),
    status_category=StatusCategory.DONE,
    resolution="Done",
    assignee=BEN,
    reporter=ANA,
    components=("Billing",),
    labels=("pricing",),
    texts={"customfield_10050": "Resellers bill yearly."},
)
UNRESOLVED = replace(DONE, resolution=None)
STARTED = replace(UNRESOLVED, status_id=StatusId("10001"), status_category=StatusCategory.INDETERMINATE)
FINISHED = Change("status", "10001", "10002", "In Progress", "Done")
RESOLVED = Change("resolution", None, "10000", "", "Done")
UNDONE = Change("resolution", "10000", None, "Done", "")
RESTARTED = Change("status", "10002", "10001", "Done", "In Progress")
SUBTASK = replace(UNRESOLVED, type_name="Sub-task", is_subtask=True, assignee=None, components=(), labels=())
CLOSE = IssueChanged(DONE, ANA, CLOSED_AT, (RESOLVED, FINISHED), changelog_id="10501")
COMMENT = CommentWritten(DONE.id, DONE.key, "10300", BEN, "learned: Ask resellers first. #pricing", WRITTEN_AT)
SPRINT = Sprint(
    id=41,
    board_id=7,
    name="Sprint 3",
    goal="Sell monthly plans",
    state="closed",
    started_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
    ended_at=datetime(2026, 3, 16, 8, tzinfo=UTC),
    completed_at=datetime(2026, 3, 16, 9, 2, 11, 250_000, tzinfo=UTC),  # written as 10:02 at +01:00
)

MEANINGS: dict[str, Parsed] = {
    "issue_updated__status": CLOSE,
    "issue_updated__status_reopened": replace(CLOSE, issue=STARTED, actor=BEN, changes=(UNDONE, RESTARTED)),
    "issue_updated__status_by_automation": replace(CLOSE, actor=ROBOT),
    "issue_updated__status_without_user": replace(CLOSE, actor=None),
    "issue_updated__status_without_field_id": replace(CLOSE, issue=UNRESOLVED, changes=(FINISHED,)),
    "issue_updated__status_of_subtask": replace(CLOSE, issue=SUBTASK, changes=(FINISHED,)),
    "issue_updated__status_in_service_desk": replace(
        CLOSE, issue=replace(UNRESOLVED, service_desk=True), changes=(FINISHED,)
    ),
    "issue_updated__timestamp_as_text": CLOSE,
    "issue_updated__field": replace(
        CLOSE, issue=STARTED, changes=(Change("customfield_10050", None, None, "", "Resellers bill yearly."),)
    ),
    "issue_updated__security": replace(
        CLOSE,
        issue=replace(STARTED, restricted=True),
        changes=(Change("security", None, "10020", "", "Private"),),
    ),
    "issue_updated__without_changelog": Ignored(
        "jira:issue_updated", "no changelog: nothing changed but a comment or a worklog", "FLEX-7"
    ),
    "issue_updated__without_issue": Ignored("jira:issue_updated", "no issue in the delivery"),
    "issue_updated__status_twice": replace(
        CLOSE, changes=(Change("status", "10000", "10001", "To Do", "In Progress"), FINISHED)
    ),
    # Atlassian's own example of a webhook, which tells no status.
    "issue_updated__as_documented": IssueTouched("99291", ("summary", "issuetype"), "JRA-20002"),
    "issue_updated__without_status": IssueTouched("10123", ("resolution", "status"), "FLEX-7"),
    "issue_updated__without_key": IssueTouched("10123", ("resolution", "status")),
    "post_function": IssueTouched("10123", None, "FLEX-7"),
    "issue_created": Ignored("jira:issue_created", "created, not closed", "FLEX-7"),
    "issue_deleted": IssueDeleted(DONE.id, DONE.key, ANA),
    "issue_deleted__without_issue": Ignored("jira:issue_deleted", "no issue in the delivery"),
    "comment_created": COMMENT,
    "comment_created__by_app": replace(COMMENT, author=ROBOT, body="Built in 4 minutes."),
    "comment_created__restricted": Ignored("comment_created", "a comment only some people may read", "FLEX-7"),
    "comment_created__without_author": Ignored("comment_created", "no author, id or time on the comment", "FLEX-7"),
    "comment_created__without_timestamp": Ignored("comment_created", "no author, id or time on the comment", "FLEX-7"),
    "comment_created__without_issue": Ignored("comment_created", "no issue in the delivery"),
    "comment_updated": replace(COMMENT, author=ANA, body="learned: Ask resellers first, in March. #pricing"),
    "comment_updated__by_another": Ignored("comment_updated", payload.CHANGED_BY_ANOTHER, "FLEX-7"),
    "comment_deleted": Ignored("comment_deleted", "a deleted comment changes no answer", "FLEX-7"),
    "sprint_closed": SprintClosed(SPRINT),
    "sprint_closed__ids_as_text": SprintClosed(SPRINT),
    "sprint_closed__without_id": Ignored("sprint_closed", "The sprint has no numeric id."),
    "sprint_started": SprintStarted(replace(SPRINT, state="active")),
    "version_released": Ignored("jira:version_released", "version released"),
    "worklog_created": Unknown("worklog_created"),
    "attachment_created__on_issue": Unknown("attachment_created", "FLEX-7"),
}

REFUSALS = {
    "automation__issue_data": "no webhookEvent",
    "garbage__cut_off": "not JSON",
    "garbage__event_as_object": "no webhookEvent",
    "garbage__key_twice": "a key twice",
    "garbage__list": "not a JSON object",
    "garbage__not_a_number": "NaN",
    "garbage__not_utf8": "not JSON",
    "issue_updated__fields_as_list": "issue.fields is not a JSON object",
    "issue_updated__without_timestamp": "no timestamp",
}


def nested(depth: int) -> bytes:
    """A delivery with lists in lists, `depth` deep."""
    return b'{"webhookEvent": "worklog_created", "worklog": ' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize("name", MEANINGS)
def test_a_delivery_means(name: str) -> None:
    assert payload.read(payload.load(body(name))) == MEANINGS[name]


@pytest.mark.parametrize("name", REFUSALS)
def test_a_delivery_that_is_not_as_documented_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(PayloadError, match=REFUSALS[name]):
        payload.read(payload.load(body(name)))


def test_every_delivery_kept_here_is_in_one_of_the_tables() -> None:
    assert names() == sorted(MEANINGS.keys() | REFUSALS.keys())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
def test_a_body_is_read_in_any_encoding_json_allows(encoding: str) -> None:
    delivery = body("issue_updated__status").decode()
    assert payload.read(payload.load(delivery.encode(encoding))) == CLOSE


def test_half_a_character_in_a_text_becomes_a_question_mark() -> None:
    data = payload.load(body("comment_created").replace(b"Ask resellers", rb"Ask \ud83d resellers"))
    assert payload.read(data) == replace(COMMENT, body="learned: Ask ? resellers first. #pricing")


def test_a_body_is_read_however_deep_its_unread_parts_are() -> None:
    assert payload.read(payload.load(nested(100))) == Unknown("worklog_created")


def test_a_body_nested_beyond_reading_is_refused() -> None:
    with pytest.raises(PayloadError, match="not JSON"):
        payload.load(nested(200_000))


@pytest.mark.parametrize("items", [None, "status", {}, [], [None, "status", 7]])
def test_a_changelog_without_changes_is_no_change(items: object) -> None:
    data = payload.load(body("issue_updated__status"))
    data["changelog"]["items"] = items
    assert isinstance(payload.read(data), Ignored)


NO_MOMENT = {
    "missing": None,
    "empty": "",
    "a word": "yesterday",
    "a fraction": 17.5,
    "true": True,
    "an exponent": "1e12",
    "a list": [1773826200123],
    "before the calendar": -(10**17),
    "after the calendar": 10**17,
    "digits without end": "9" * 5_000,
    "digits of another script": "١٧٧٣٨٢٦٢٠٠١٢٣",
    "a day without a zone": "2026-03-18T09:30:00",
    "a day whose zone is before the calendar": "0001-01-01T00:00:00+23:00",
}


@pytest.mark.parametrize("timestamp", NO_MOMENT)
def test_a_timestamp_that_is_no_moment_is_refused(timestamp: str) -> None:
    data = payload.load(body("issue_updated__status")) | {"timestamp": NO_MOMENT[timestamp]}
    with pytest.raises(PayloadError, match="timestamp"):
        payload.read(data)


@pytest.mark.parametrize(
    "number", [None, "", "forty-one", -41, 41.0, True, "9" * 5_000, [41]], ids=lambda number: repr(number)[:12]
)
def test_a_sprint_without_a_number_is_ignored_with_the_reason(number: object) -> None:
    data = payload.load(body("sprint_closed"))
    data["sprint"]["id"] = number
    assert payload.read(data) == Ignored("sprint_closed", "The sprint has no numeric id.")


@pytest.mark.parametrize("event", ["sprint_started", "sprint_closed"])
def test_a_sprint_event_without_its_sprint_is_ignored_with_the_reason(event: str) -> None:
    assert payload.read({"webhookEvent": event}) == Ignored(event, "sprint is not a JSON object.")


@pytest.mark.parametrize(
    ("event", "issue"),
    [({"webhookEvent": "jira:issue_updated"}, {}), ({"transition": {"to_status": "Done"}}, {"fields": {}})],
)
def test_a_change_of_an_issue_that_nothing_names_is_refused(event: dict[str, Any], issue: dict[str, Any]) -> None:
    changelog = {"items": [{"field": "status", "from": "1", "to": "3"}]}
    with pytest.raises(PayloadError, match="no id, key or status"):
        payload.read(event | {"timestamp": 1, "issue": issue, "changelog": changelog})


def test_an_issue_that_is_told_by_its_key_alone_is_read_again() -> None:
    changelog = {"items": [{"field": "status", "from": "1", "to": "6"}]}
    told = {"webhookEvent": "jira:issue_updated", "issue": {"key": "FLEX-7"}, "changelog": changelog}
    assert payload.read(told) == IssueTouched("FLEX-7", ("status",), "FLEX-7")


def test_a_board_that_is_no_number_is_no_board() -> None:
    data = payload.load(body("sprint_closed"))
    data["sprint"]["originBoardId"] = "9" * 5_000
    assert payload.read(data) == SprintClosed(replace(SPRINT, board_id=0))
