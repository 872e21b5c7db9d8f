"""Jira's JSON, tamed: issues, people, sprints and moments in every shape that has been seen, and in none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain import adf, issue_json
from worker.domain.model import Person, Sprint, StatusCategory
from worker.errors import PayloadError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NINE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (1793610000000, NINE),
        ("1793610000000", NINE),
        (1793610000123, NINE.replace(microsecond=123000)),
        ("2026-11-02T09:00:00.000+0000", NINE),
        ("2026-11-02T10:00:00.000+0100", NINE),
        ("2026-11-02T09:00:00Z", NINE),
        ("2026-11-02T10:00:00+01:00", NINE),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-1000, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-11-02T09:00:00", None),  # whose nine o'clock nobody can say
        ("02/Nov/26 9:00 AM", None),
        ("", None),
        ("-", None),
        ("٣", None),
        (None, None),
        (True, None),
        ({}, None),
        (10**18, None),
        (10**40, None),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_moment_is_read_from_numbers_digits_and_text(written: object, expected: datetime | None) -> None:
    assert issue_json.moment(written) == expected


@given(JSON | st.integers() | st.from_regex(r"-?\d{1,30}|\d{4}-\d\d-\d\dT.{0,20}", fullmatch=True))
def test_any_value_is_a_moment_or_none(value: object) -> None:
    read = issue_json.moment(value)
    assert read is None or read.tzinfo is UTC


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"accountId": "5b:1", "accountType": "app"}, Person("5b:1", "app")),  # type: ignore[arg-type]
        ({"accountId": "5b:1", "active": False}, Person("5b:1", active=False)),  # type: ignore[arg-type]
        ({"key": "JIRAUSER10", "name": "ana"}, Person("JIRAUSER10")),  # type: ignore[arg-type]
        ({"name": "ana"}, Person("ana")),  # type: ignore[arg-type]
        ({"displayName": "Ana"}, None),
        ({}, None),
        (None, None),
        ("ana", None),
    ],
)
def test_a_person_is_known_by_account_id_or_by_what_data_center_has(data: object, expected: Person | None) -> None:
    assert issue_json.person(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"key": "done", "name": "Erledigt"}, StatusCategory.DONE),
        ({"key": "indeterminate"}, StatusCategory.INDETERMINATE),
        ({"key": "new"}, StatusCategory.NEW),
        ({"name": "Done"}, StatusCategory.UNDEFINED),  # names are translated, keys are not
        ({"key": "finished"}, StatusCategory.UNDEFINED),
        (None, StatusCategory.UNDEFINED),
    ],
)
def test_a_status_category_is_known_by_its_key(data: object, expected: StatusCategory) -> None:
    assert issue_json.category(data) is expected


@pytest.mark.parametrize("number", [12, "12"])
def test_a_sprints_ids_may_be_numbers_or_strings(number: object) -> None:
    data = {"id": number, "originBoardId": "3", "name": "Sprint 1", "state": "closed", "completeDate": 1793610000000}
    assert issue_json.sprint(data) == Sprint(12, 3, "Sprint 1", state="closed", completed_at=NINE)


@pytest.mark.parametrize("data", [None, {}, {"id": "x"}, {"id": -1}, {"id": "1" * 19}, {"id": None}, []])
def test_a_sprint_without_a_number_is_refused(data: object) -> None:
    with pytest.raises(PayloadError):
        issue_json.sprint(data)


def whole() -> dict[str, Any]:
    return {
        "id": 10007,
        "key": "FLEX-7",
        "fields": {
            "summary": "Try monthly plans",
            "issuetype": {"name": "Story", "subtask": False},
            "project": {"key": "FLEX", "projectTypeKey": "service_desk"},
            "status": {"id": "3", "statusCategory": {"key": "done"}},
            "resolution": {"name": "Done"},
            "assignee": {"accountId": "5b:1"},
            "components": [{"name": "billing"}, {"id": "1"}],
            "labels": ["pricing", None],
            "security": {"name": "Internal"},
            "customfield_1": "h2. wiki",
            "customfield_2": adf.document("one\ntwo"),
            "customfield_3": {"value": "an option"},
            "description": "long",
        },
    }


def test_an_issue_is_read_whole() -> None:
    issue = issue_json.issue(whole())
    assert (issue.id, issue.key, issue.project_key, issue.status_id) == ("10007", "FLEX-7", "FLEX", "3")
    assert (issue.type_name, issue.is_subtask, issue.service_desk, issue.restricted) == ("Story", False, True, True)
    assert (issue.resolution, issue.assignee) == ("Done", Person("5b:1"))  # type: ignore[arg-type]
    assert (issue.components, issue.labels) == (("billing",), ("pricing",))
    assert issue.texts == {"customfield_1": "h2. wiki", "customfield_2": "one\ntwo", "customfield_3": "an option"}


def test_an_issue_with_the_least_there_is_has_quiet_defaults() -> None:
    issue = issue_json.issue({"id": "1", "key": "WEB-2", "fields": {"status": {"id": "3"}}})
    assert (issue.project_key, issue.summary, issue.resolution, issue.assignee) == ("WEB", "", None, None)
    assert (issue.status_category, issue.restricted, issue.labels) == (StatusCategory.UNDEFINED, False, ())


@pytest.mark.parametrize(
    ("fields", "is_one"),
    [
        ({}, False),
        ({"resolution": {"name": "Duplicate"}}, True),
        ({"resolution": {"name": "Done"}}, False),
        ({"issuelinks": [{"type": {"name": "Duplicate"}, "outwardIssue": {"id": "1"}}]}, True),
        ({"issuelinks": [{"type": {"name": "Duplicate"}, "inwardIssue": {"id": "1"}}]}, False),
        ({"issuelinks": [{"type": {"name": "Relates"}, "outwardIssue": {"id": "1"}}]}, False),
        ({"issuelinks": ["odd", {"type": None}], "resolution": "odd"}, False),
    ],
)
def test_an_issue_is_a_duplicate_by_its_resolution_or_by_its_link_to_the_other(
    fields: dict[str, Any], is_one: bool
) -> None:
    least = {"status": {"id": "3"}}
    assert issue_json.issue({"id": "7", "key": "FLEX-7", "fields": least | fields}).duplicate is is_one


@pytest.mark.parametrize("missing", ["id", "key", "fields"])
def test_an_issue_without_its_id_key_or_status_is_refused(missing: str) -> None:
    data = whole()
    del data[missing]
    with pytest.raises(PayloadError):
        issue_json.issue(data)


@given(st.sampled_from([*whole()["fields"], "id", "key", "fields"]), JSON)
def test_an_issue_with_anything_anywhere_is_read_or_refused(name: str, value: object) -> None:
    data = whole()
    (data if name in data else data["fields"])[name] = value
    try:
        issue_json.issue(data).summary.encode()
    except PayloadError:
        return


@pytest.mark.parametrize(("sent", "kept"), [("caf\ud83d", "caf?"), ("\ud83d\ude00", "??"), ("😀\x00é", "😀é")])
def test_half_a_character_or_a_nul_cannot_stop_a_row_from_being_written(sent: str, kept: str) -> None:
    assert issue_json.text(sent) == kept


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([{"type": "paragraph", "content": [{"type": "text", "text": "one"}, {"type": "hardBreak"}]}], "one"),
        (
            [
                {"type": "heading", "content": [{"type": "text", "text": "one"}]},
                {"type": "bulletList", "content": [{"type": "listItem", "content": [
                    {"type": "paragraph", "content": [{"type": "text", "text": "two"}]}]}]},
            ],
            "one\ntwo",
        ),
        ([{"type": "paragraph", "content": [{"type": "mention", "attrs": {"id": "5b", "text": "@Ana"}}]}], "@Ana"),
        ([{"type": "blockCard", "attrs": {"url": "https://example.org"}}], "https://example.org"),
        ([{"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "1"}}]}], ""),
        ([{"type": "text", "text": None}, {"type": "mention", "attrs": None}, None, "x", 3], ""),
    ],
)  # fmt: skip
def test_a_document_is_read_as_its_words(content: list[Any], words: str) -> None:
    assert adf.plain({"type": "doc", "version": 1, "content": content}) == words


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_written_as_a_document_is_read_back_without_its_blank_lines(text: str) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    assert adf.plain(adf.document(text)) == "\n".join(lines).strip()


@given(JSON)
def test_any_json_has_words_or_none(value: object) -> None:
    assert isinstance(adf.plain(value), str)


def test_a_document_nested_beyond_reason_ends() -> None:
    node: dict[str, Any] = {"type": "text", "text": "deep"}
    for _ in range(5_000):
        node = {"type": "panel", "content": [node]}
    assert adf.plain(node) == ""
