"""What the deliveries of the four other sources mean: one table, a row a file; Jira Cloud's are in test_payloads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sources.deliveries import body, names
from tests.sources.test_payloads import ANA as CLOUD_ANA
from tests.sources.test_payloads import BEN as CLOUD_BEN
from tests.sources.test_payloads import CLOSED_AT, SPRINT, WRITTEN_AT
from tests.sources.test_payloads import DONE as CLOUD_DONE
from worker import sources
from worker.domain.events import (
    Change,
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueDeleted,
    IssueTouched,
    Parsed,
    Several,
    SprintClosed,
    SprintStarted,
    Unknown,
)
from worker.domain.model import AccountId, IssueId, IssueKey, Person, SourceKind, StatusCategory, StatusId
from worker.errors import PayloadError
from worker.sources import payload

ANA, BEN = Person(AccountId("JIRAUSER10100")), Person(AccountId("JIRAUSER10101"))
DONE = replace(CLOUD_DONE, assignee=BEN, reporter=ANA, texts={})
STARTED = replace(DONE, resolution=None, status_id=StatusId("3"), status_category=StatusCategory.INDETERMINATE)
RESOLVED = Change("resolution", None, "10000", "", "Done")
FINISHED = Change("status", "3", "10002", "In Progress", "Done")
CLOSE = IssueChanged(DONE, ANA, CLOSED_AT, (RESOLVED, FINISHED), "10501")
CONNECT_DONE = replace(CLOUD_DONE, resolution=None, components=(), labels=(), texts={})
CONNECT_STARTED = replace(CONNECT_DONE, status_id=StatusId("10001"), status_category=StatusCategory.INDETERMINATE)
CONNECT_CLOSE = IssueChanged(
    CONNECT_DONE, CLOUD_ANA, CLOSED_AT, (Change("status", "10001", "10002", "In Progress", "Done"),), "10501"
)
FLEX = (IssueId("10123"), IssueKey("FLEX-7"))
WORDS = "learned: Ask resellers first. #pricing"

MEANINGS: dict[tuple[str, str], Parsed] = {
    ("data_center", "issue_updated__status"): CLOSE,
    ("data_center", "issue_updated__labels"): replace(
        CLOSE, issue=STARTED, changes=(Change("labels", None, None, "", "pricing"),)
    ),
    ("data_center", "comment_created"): Ignored("comment_created", "no issue in the delivery"),
    ("data_center", "issue_updated__commented"): CommentWritten(*FLEX, "10300", BEN, WORDS, CLOSED_AT),
    ("data_center", "issue_updated__status_and_comment"): Several(
        (CLOSE, CommentWritten(*FLEX, "10300", BEN, WORDS, CLOSED_AT))
    ),
    ("data_center", "issue_updated__labels_and_restricted_comment"): replace(
        CLOSE, issue=STARTED, changes=(Change("labels", None, None, "", "pricing"),)
    ),
    ("data_center", "issue_updated__without_status"): IssueTouched("10123", ("status",), "FLEX-7"),
    ("data_center", "post_function"): IssueTouched("10123", None, "FLEX-7"),
    ("data_center", "sprint_closed"): SprintClosed(SPRINT),
    ("data_center", "sprint_started"): SprintStarted(replace(SPRINT, state="active")),
    ("connect", "issue_updated__status"): CONNECT_CLOSE,
    ("connect", "issue_updated__without_status"): IssueTouched("10123", ("status",), "FLEX-7"),
    ("connect", "issue_updated__rank"): replace(
        CONNECT_CLOSE, issue=CONNECT_STARTED, changes=(Change("customfield_10019", None, None, "", "Ranked higher"),)
    ),
    ("forge", "updated_issue__status"): IssueTouched("10123", ("status",), "FLEX-7"),
    ("forge", "updated_issue__assignee"): IssueTouched("10123", ("assignee",), "FLEX-7"),
    ("forge", "updated_issue__changelog_as_list"): IssueTouched("10123", None, "FLEX-7"),
    ("forge", "updated_issue__without_changelog"): IssueTouched("10123", None, "FLEX-7"),
    ("forge", "updated_issue__by_ourselves"): Ignored(
        "avi:jira:updated:issue", "a change by our own account", "FLEX-7"
    ),
    ("forge", "commented_issue"): CommentWritten(
        *FLEX, "10300", CLOUD_BEN, WORDS, WRITTEN_AT - timedelta(milliseconds=123)
    ),
    ("forge", "commented_issue__changed_by_another"): Ignored(
        "avi:jira:commented:issue", payload.CHANGED_BY_ANOTHER, "FLEX-7"
    ),
    ("forge", "commented_issue__restricted"): Ignored(
        "avi:jira:commented:issue", "a comment only some people may read", "FLEX-7"
    ),
    ("forge", "commented_issue__without_time"): Ignored(
        "avi:jira:commented:issue", "no author, id or time on the comment", "FLEX-7"
    ),
    ("forge", "deleted_issue"): IssueDeleted(*FLEX, CLOUD_ANA),
    ("forge", "closed_sprint"): SprintClosed(SPRINT),
    ("forge", "started_sprint"): SprintStarted(replace(SPRINT, state="active")),
    ("forge", "released_version"): Unknown("avi:jira:released:version"),
    ("automation", "custom_data"): IssueTouched("FLEX-7"),
    ("automation", "issue_data__jira_format"): IssueTouched("FLEX-7"),
    ("automation", "issue_data__automation_format"): IssueTouched("10123"),
    ("automation", "issue_nested"): IssueTouched("FLEX-7"),
    ("automation", "issue_nested__by_id"): IssueTouched("10123"),
}

REFUSALS = {
    ("data_center", "without_event"): "no webhookEvent",
    ("connect", "issue_updated__without_timestamp"): "no timestamp",
    ("forge", "updated_issue__without_issue"): "names no issue",
    ("forge", "without_event_type"): "no eventType",
    ("automation", "without_issue"): "names no issue",
    ("automation", "smart_value_not_filled"): "names no issue",
}


@pytest.mark.parametrize(("source", "name"), MEANINGS)
def test_a_delivery_means(source: str, name: str) -> None:
    assert sources.parse(SourceKind(source), body(name, source)) == MEANINGS[source, name]


@pytest.mark.parametrize(("source", "name"), REFUSALS)
def test_a_delivery_that_is_not_as_documented_is_refused_with_a_sentence(source: str, name: str) -> None:
    with pytest.raises(PayloadError, match=REFUSALS[source, name]):
        sources.parse(SourceKind(source), body(name, source))


@pytest.mark.parametrize("source", [kind.value for kind in SourceKind if kind is not SourceKind.CLOUD])
def test_every_delivery_kept_here_is_in_one_of_the_tables(source: str) -> None:
    told = {name for kind, name in (*MEANINGS, *REFUSALS) if kind == source}
    assert names(source) == sorted(told)
    assert told, "a source without a kept delivery is not tested"


@pytest.mark.parametrize(
    ("key", "taken"),
    [
        ("FLEX-7", True), ("A_B2-123", True), (" FLEX-7 ", True), ("10123", True), ("x" * 255 + "-1", True),
        ("", False), ("FLEX-", False), ("FLEX-7/../8", False), ("-7", False), ("FLEX-7?a=b", False), ("7FLEX-1", False),
        ("FLEX-7\nFLEX-8", False), ("FLEX-٧", False), ("x" * 256 + "-1", False), ("1" * 19, False), ("ÄB-1", False),
        ('"FLEX-7" OR 1=1', False),
    ],
)  # fmt: skip
def test_of_an_automation_request_only_a_key_or_an_id_is_taken(key: str, taken: bool) -> None:
    def read() -> Parsed:
        return sources.automation.parse({"issueKey": key})

    if taken:
        assert read() == IssueTouched(key.strip())
    else:
        with pytest.raises(PayloadError):
            read()
