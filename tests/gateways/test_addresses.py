"""What goes into an address stays in its place: nothing a site or a person wrote can change which call is made."""

from __future__ import annotations

import re

import pytest

from tests.gateways.desk import BOT, SITE, Desk
from tests.gateways.rows import DOC, SPACE
from worker.domain.model import IssueKey, Scheme
from worker.errors import Rejected
from worker.gateways.auth import Credentials


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("FLEX-7", "FLEX-7"),
        ("FLEX 7", "FLEX%207"),
        ("FLEX-7/comment", "FLEX-7%2Fcomment"),
        ("FLEX-7#top", "FLEX-7%23top"),
        ("FLEX%2F7", "FLEX%252F7"),
        ("ÄPFEL-7", "%C3%84PFEL-7"),
        ("FLEX-7?notifyUsers=true", "FLEX-7%3FnotifyUsers%3Dtrue"),
        ("../myself", "..%2Fmyself"),
        ("FLEX-7&x={y}", "FLEX-7%26x%3D%7By%7D"),
        ("FLEX-7\r\nX-Forged: 1", "FLEX-7%0D%0AX-Forged%3A%201"),
    ],
)
def test_an_issue_key_is_one_part_of_the_path(desk: Desk, key: str, written: str) -> None:
    desk.answer(json={"id": "10400"})
    desk.doors().jira.edit_comment(IssueKey(key), "1/2", DOC)
    assert desk.wires == [f"PUT /rest/api/3/issue/{written}/comment/1%2F2"]
    assert desk.queries == [[("notifyUsers", "false")]]


@pytest.mark.parametrize("key", ["", ".", ".."])
def test_a_key_that_would_name_another_address_is_never_sent(desk: Desk, key: str) -> None:
    desk.answer(json={})
    with pytest.raises(Rejected, match="Jira"):
        desk.doors().jira.drop_learning(IssueKey(key))
    assert desk.wires == []


@pytest.mark.parametrize("page", ["98310/../1", "98310?status=trashed", "98310#x"])
def test_a_page_id_is_one_part_of_the_path(desk: Desk, page: str) -> None:
    desk.answer(json={"results": []})
    desk.doors().confluence.add_labels(page, ["learnloop"])
    (wire,) = desk.wires
    assert re.fullmatch(r"POST /wiki/rest/api/content/98310[^/?#]+/label", wire)


@pytest.mark.parametrize("title", ["R&D", "a=b", "What now?", "50 %", "a+b", "#1", "Größe, or not", "a;b", "’“”"])
def test_a_title_reaches_the_search_as_it_is(desk: Desk, title: str) -> None:
    desk.answer(json={"results": []})
    assert desk.doors().confluence.find_page(SPACE, title) is None
    assert ("title", title) in desk.queries[0]
    assert len(desk.queries[0]) == 5


@pytest.mark.parametrize("key", ["ENG", "~5b10:ana", "A,B", "A&limit=1"])
def test_a_space_key_is_asked_for_as_it_is(desk: Desk, key: str) -> None:
    desk.answer(json={"results": [{"id": "1", "key": key}]})
    assert desk.doors().confluence.space(key).key == key
    assert desk.queries == [[("keys", key)]]


@pytest.mark.parametrize("site_url", [SITE, f"{SITE}/"])
def test_a_slash_after_the_site_changes_nothing(desk: Desk, site_url: str) -> None:
    desk.answer(json=[])
    desk.doors(credentials=Credentials(site_url, Scheme.BASIC, BOT.account, BOT.secret)).jira.statuses()
    assert desk.requests[0].url == f"{SITE}/rest/api/3/status"


def test_a_page_address_for_people_survives_renaming(desk: Desk) -> None:
    assert desk.doors().confluence.address("98310", "ENG") == f"{SITE}/wiki/spaces/ENG/pages/98310"
    assert desk.requests == []
