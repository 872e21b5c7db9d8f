"""Long lists are read to their end and no further, and what a door makes of the less usual answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateways.desk import Desk
from tests.gateways.rows import ISSUE_JSON, SPACE
from worker.domain.model import IssueId, IssueKey
from worker.errors import Missing

KEY = IssueKey("FLEX-7")
PAGE: dict[str, Any] = {
    "id": "98310",
    "title": "Pricing",
    "authorId": "creator",
    "version": {"number": 4, "authorId": "bot"},
    "body": {"storage": {"value": "<p>Ask earlier.</p>"}},
}


def starts(desk: Desk) -> list[str]:
    return [dict(query)["startAt"] for query in desk.queries]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        pytest.param([{"issues": [], "total": 0}], ["0"], id="an empty list"),
        pytest.param([{"issues": ["1", "2"], "total": 2}], ["0"], id="one page by its total"),
        pytest.param(
            [{"issues": ["1", "2"], "total": 3}, {"issues": ["3"], "total": 3}], ["0", "2"], id="two pages by total"
        ),
        pytest.param(
            [{"issues": ["1"], "isLast": False}, {"issues": ["2"], "isLast": True}], ["0", "1"], id="two by isLast"
        ),
        pytest.param([{"issues": ["1"], "total": 5}, {"issues": []}], ["0", "1"], id="a total that is too large"),
        pytest.param([{"issues": ["1"]}, {"issues": ["2"]}, {}], ["0", "1", "2"], id="neither total nor isLast"),
    ],
)
def test_a_paged_list_is_read_to_its_end(desk: Desk, answers: list[dict[str, Any]], asked: list[str]) -> None:
    expected = [one for answer in answers for one in answer.get("issues", [])]
    for answer in answers:
        desk.answer(json=answer | {"issues": [{"id": one} for one in answer.get("issues", [])]})
    assert desk.doors().jira.sprint_issues(37) == expected
    assert starts(desk) == asked


def test_projects_of_every_page_are_found(desk: Desk) -> None:
    desk.answer(json={"values": [{"key": "FLEX", "isPrivate": True}], "isLast": False, "total": 2})
    desk.answer(json={"values": [{"key": "CORE"}], "isLast": True, "total": 2})
    assert desk.doors().jira.projects() == {"FLEX": True, "CORE": False}
    assert starts(desk) == ["0", "1"]


def test_our_comment_is_found_on_a_later_page_and_no_further_page_is_read(desk: Desk) -> None:
    ours = {"id": "4", "properties": [{"key": "learnloop.prompt", "value": {"prompt": 41}}]}
    desk.answer(json={"comments": [{"id": "1"}, {"id": "2"}], "total": 9})
    desk.answer(json={"comments": [{"id": "3"}, ours], "total": 9})
    assert desk.doors().jira.find_comment(KEY, 41) == "4"
    assert starts(desk) == ["0", "2"]


def test_a_page_without_anchors_costs_one_call(desk: Desk) -> None:
    desk.answer(json=PAGE)
    assert desk.doors().confluence.page("98310").open_comments == frozenset()
    assert len(desk.wires) == 1


@pytest.mark.parametrize(
    ("extra", "author", "live"),
    [
        ({"version": {"number": 4}}, "creator", False),
        ({"version": {"number": 4}, "authorId": None}, None, False),
        ({"subtype": "live"}, "bot", True),
        ({"subtype": None}, "bot", False),
    ],
)
def test_a_page_has_the_author_of_its_version_and_says_whether_it_is_live(
    desk: Desk, extra: dict[str, Any], author: str | None, live: bool
) -> None:
    desk.answer(json=PAGE | extra)
    page = desk.doors().confluence.page("98310")
    assert (page.author, page.live) == (author, live)


@pytest.mark.parametrize(
    ("texts", "add", "body"),
    [
        ({}, ["learned"], {"update": {"labels": [{"add": "learned"}]}}),
        ({"customfield_1": "Ask earlier."}, [], {"fields": {"customfield_1": "Ask earlier."}}),
    ],
)
def test_an_edit_names_only_what_changes(
    desk: Desk, texts: dict[str, str], add: list[str], body: dict[str, Any]
) -> None:
    desk.answer(204)
    desk.doors().jira.edit_issue(KEY, texts, [], add, silent=True)
    assert desk.bodies == [body]


@pytest.mark.parametrize(("silent", "query"), [(True, [[("notifyUsers", "false")]]), (False, [[]])])
def test_an_edit_is_silent_only_where_that_is_asked_for(
    desk: Desk, silent: bool, query: list[list[tuple[str, str]]]
) -> None:
    """Data Center answers 403 to a silent write of somebody who is no admin, and Cloud ignores it."""
    desk.answer(204)
    for door in (desk.doors(), desk.server_doors()):
        door.jira.edit_issue(KEY, {"customfield_1": "Ask earlier."}, [], [], silent=silent)
    assert desk.queries == query * 2


@pytest.mark.parametrize("location", [{}, {"location": None}, {"location": {"displayName": "Ana"}}])
def test_a_board_of_a_person_has_no_project(desk: Desk, location: dict[str, Any]) -> None:
    desk.answer(json={"id": 12} | location)
    assert desk.doors().jira.project_of_board(12) == ""


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (100, [100]), (250, [100, 100, 50])])
def test_issues_are_read_a_hundred_a_call(desk: Desk, count: int, sizes: list[int]) -> None:
    desk.answer(json={"issues": [ISSUE_JSON]})
    wanted = [IssueId(str(number)) for number in range(count)]
    found = desk.doors().jira.issues(iter(wanted))
    assert [len(body["issueIdsOrKeys"]) for body in desk.bodies] == sizes
    assert [one for body in desk.bodies for one in body["issueIdsOrKeys"]] == wanted
    assert len(found) == len(sizes)


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (250, [250]), (251, [250, 1])])
def test_pages_are_looked_at_two_hundred_and_fifty_a_call(desk: Desk, count: int, sizes: list[int]) -> None:
    desk.answer(json={"results": [PAGE]})
    desk.doors().confluence.glances(str(number) for number in range(count))
    assert [sum(name == "id" for name, _ in query) for query in desk.queries] == sizes


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"properties": []},
        {"properties": [{"key": "learnloop.prompt", "value": {"prompt": 40}}]},
        {"properties": [{"key": "sd.public.comment", "value": {"prompt": 41}}]},
    ],
)
def test_a_comment_of_another_mark_is_not_ours(desk: Desk, properties: dict[str, Any]) -> None:
    desk.answer(json={"comments": [{"id": "1"} | properties], "total": 1})
    assert desk.doors().jira.find_comment(KEY, 41) is None


def test_an_edit_of_nothing_asks_nothing(desk: Desk) -> None:
    desk.doors().jira.edit_issue(KEY, {}, ["customfield_1"], [], silent=True)
    assert desk.requests == []


@pytest.mark.parametrize("held", [{}, {"ADMINISTER": {}}, {"ADMINISTER": {"havePermission": False}}])
def test_a_permission_that_is_not_granted_is_not_held(desk: Desk, held: dict[str, Any]) -> None:
    desk.answer(json={"permissions": held})
    assert desk.doors().jira.may("ADMINISTER") is False


@pytest.mark.parametrize(("status", "archived"), [("current", False), ("archived", True), (None, False)])
def test_an_archived_space_is_known_as_one(desk: Desk, status: str | None, archived: bool) -> None:
    desk.answer(json={"results": [{"id": "1", "key": "ENG", "status": status}]})
    assert desk.doors().confluence.space("ENG").archived is archived


@pytest.mark.parametrize(("status", "archived"), [("CURRENT", False), ("ARCHIVED", True)])
def test_data_center_writes_it_in_capitals(desk: Desk, status: str, archived: bool) -> None:
    desk.answer(json={"id": 1, "key": "ENG", "status": status})
    assert desk.server_doors().confluence.space("ENG").archived is archived


def test_a_title_nobody_has_is_none(desk: Desk) -> None:
    desk.answer(json={"results": []})
    assert desk.doors().confluence.find_page(SPACE, "Pricing") is None


def test_a_space_that_is_not_there_is_missing_and_says_what_to_do(desk: Desk) -> None:
    desk.answer(json={"results": []})
    with pytest.raises(Missing, match=r"no space ENG.*Create it, or grant \*View\*\.$"):
        desk.doors().confluence.space("ENG")


def test_a_page_under_no_parent_names_none(desk: Desk) -> None:
    desk.answer(json=PAGE)
    desk.doors().confluence.create_page(SPACE, None, "Pricing", "<p/>")
    assert "parentId" not in desk.bodies[0]
