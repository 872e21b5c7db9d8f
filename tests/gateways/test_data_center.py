"""What is Data Center's own: lists by offset, people by key and name, histories in a search; and what both families do
alike.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.gateways.data_center_rows import BY_ANA, ME_JSON, SERVER_ISSUE_JSON, comment_json, content_json
from tests.gateways.desk import SERVERS, Desk
from tests.gateways.rows import MARKED, SPACE
from worker.domain.model import AccountId, IssueId, IssueKey
from worker.errors import Missing, Unavailable
from worker.gateways.jira_cloud import CloudJira
from worker.gateways.jira_data_center import DataCenterJira

KEY = IssueKey("FLEX-7")


def test_a_name_is_asked_for_once_as_long_as_the_door_is_open(desk: Desk) -> None:
    desk.answer(json={"key": "JIRAUSER10101", "name": "ana.sousa"})
    jira = desk.server_doors().jira
    assert [jira.mention(AccountId("JIRAUSER10101")) for _ in range(3)] == ["ana.sousa"] * 3
    assert len(desk.requests) == 1


@pytest.mark.parametrize(
    ("most", "totals", "asked"),
    [
        (100, [(100, 100)], [(0, 100)]),
        (250, [(100, 400), (100, 400), (50, 400)], [(0, 100), (100, 100), (200, 50)]),
        (250, [(100, 130), (30, 130)], [(0, 100), (100, 100)]),
        (250, [(50, 80), (30, 80)], [(0, 100), (50, 100)]),
        (250, [(0, 0)], [(0, 100)]),
        (250, [(100, 400), (0, 400)], [(0, 100), (100, 100)]),
    ],
    ids=[
        "as many as wanted",
        "no more than wanted",
        "two pages",
        "a site with smaller pages",
        "none",
        "a total too large",
    ],
)
def test_a_search_of_data_center_goes_on_by_offset(
    desk: Desk, most: int, totals: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    for count, total in totals:
        desk.answer(json={"issues": [SERVER_ISSUE_JSON] * count, "total": total})
    found = desk.server_doors().jira.search("project = FLEX", most)
    assert len(found) == sum(count for count, _ in totals)
    assert [(body["startAt"], body["maxResults"]) for body in desk.bodies] == asked


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (100, [100]), (250, [100, 100, 50])])
def test_issues_of_data_center_are_read_a_hundred_a_call(desk: Desk, count: int, sizes: list[int]) -> None:
    desk.answer(json={"issues": [], "total": 0})
    desk.server_doors().jira.issues(IssueId(str(number)) for number in range(count))
    assert [body["jql"].count(",") + 1 for body in desk.bodies] == sizes


def test_ids_that_are_gone_are_no_error_of_a_data_center_search(desk: Desk) -> None:
    desk.answer(json={"issues": [], "total": 0})
    assert desk.server_doors().jira.issues([IssueId("10007")]) == []
    assert desk.bodies[0]["validateQuery"] is False


def test_pages_the_index_does_not_know_are_looked_at_one_by_one(desk: Desk) -> None:
    desk.answer(json={"results": []})
    desk.answer(json={"id": "1", "title": "Pricing", "status": "trashed", "version": {"number": 2}})
    desk.answer(404)
    found = desk.server_doors().confluence.glances(["1", "2"])
    assert {page_id: page.status for page_id, page in found.items()} == {"1": "trashed"}


def test_a_space_that_can_be_read_is_taken_to_be_writable(desk: Desk) -> None:
    assert desk.server_doors().confluence.may_write(SPACE)
    assert desk.requests == []


def test_many_inline_comments_are_read_page_by_page(desk: Desk) -> None:
    marked = content_json(MARKED)
    desk.answer(json=marked)
    desk.answer(json={"results": [comment_json("open", f"a{number}") for number in range(100)], "size": 100})
    desk.answer(json={"results": [comment_json("reopened", "b1")], "size": 1})
    assert len(desk.server_doors().confluence.page("98310").open_comments) == 101
    assert [dict(query).get("start") for query in desk.queries] == [None, "0", "100"]


def test_a_data_center_page_address_survives_renaming_and_names_no_space(desk: Desk) -> None:
    address = desk.server_doors().confluence.address("98310", "ENG")
    assert address == f"{SERVERS}/confluence/pages/viewpage.action?pageId=98310"


def test_nobody_else_can_pass_a_comment_off_as_ours(desk: Desk) -> None:
    """A comment of another author is not even looked at, whatever properties it carries."""
    desk.answer(json=ME_JSON)
    desk.answer(json={"comments": [BY_ANA], "total": 1})
    assert desk.server_doors().jira.find_comment(KEY, 41) is None
    assert len(desk.requests) == 2


def test_a_space_of_data_center_that_is_not_there_is_missing_in_the_same_words(desk: Desk) -> None:
    desk.answer(404, json={"message": "No space with key : ENG"})
    with pytest.raises(Missing, match=r"no space ENG.*Create it, or grant \*View\*\.$") as caught:
        desk.server_doors().confluence.space("ENG")
    assert caught.value.status == 404


@pytest.mark.parametrize("body", ["", '{"message": "null for uri"}', "<html>You have found a dead link</html>"])
def test_the_webhooks_of_an_earlier_jira_are_where_they_used_to_be(desk: Desk, body: str) -> None:
    desk.answer(404, body=body)
    desk.answer(json=[{"name": "LearnLoop"}])
    assert desk.server_doors().jira.webhooks() == [{"name": "LearnLoop"}]


def test_an_outage_says_nothing_of_where_the_webhooks_are(desk: Desk) -> None:
    desk.answer(503)
    with pytest.raises(Unavailable):
        desk.server_doors().jira.webhooks()
    assert len(desk.requests) == 1


def test_cloud_mentions_by_account_id_and_asks_nobody(desk: Desk) -> None:
    assert desk.doors().jira.mention(AccountId("5b10:ana")) == "5b10:ana"
    assert desk.requests == []


def test_a_board_of_no_project_has_none(desk: Desk) -> None:
    desk.answer(json={"values": [], "total": 0})
    assert desk.server_doors().jira.project_of_board(12) == ""


def test_only_clouds_comments_are_edited_without_a_mail() -> None:
    assert (CloudJira.quiet_edits, DataCenterJira.quiet_edits) == (True, False)


@pytest.mark.parametrize("cloud", [True, False])
def test_a_comment_on_a_service_project_is_internal(desk: Desk, cloud: bool) -> None:
    desk.answer(json={"id": "1"})
    door = desk.doors() if cloud else desk.server_doors()
    door.jira.add_comment(KEY, "What did we learn?", 41, internal=True)
    assert desk.bodies[0]["properties"][1:] == [{"key": "sd.public.comment", "value": {"internal": True}}]


@pytest.mark.parametrize("cloud", [True, False])
def test_the_sites_clock_is_the_date_of_its_last_answer(desk: Desk, cloud: bool) -> None:
    door = desk.doors() if cloud else desk.server_doors()
    assert door.jira.site_time() is None
    desk.answer(json=[], headers={"Date": "Mon, 02 Nov 2026 09:00:07 GMT"})
    door.jira.statuses()
    assert door.jira.site_time() == datetime(2026, 11, 2, 9, 0, 7, tzinfo=UTC)
    for odd in ("yesterday", "", "Mon, 99 Nov 2026 09:00:07 GMT"):
        desk.site.reset()
        desk.answer(json=[], headers={"Date": odd})
        door.jira.statuses()
        assert door.jira.site_time() == datetime(2026, 11, 2, 9, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize("date", ["Mon, 02 Nov 2026 09:00:07", "Mon, 02 Nov 2026 09:00:07 -0000"])
def test_a_date_without_a_zone_is_utc_and_can_be_compared(desk: Desk, date: str) -> None:
    desk.answer(json=[], headers={"Date": date})
    jira = desk.doors().jira
    jira.statuses()
    assert jira.site_time() == datetime(2026, 11, 2, 9, 0, 7, tzinfo=UTC)
