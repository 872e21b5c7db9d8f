"""The API gateway: which token opens which door, until when, and that what comes by it keeps to Atlassian's
specifications."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.contracts.specs import SPECS, check_exchange
from tests.emulator.conftest import BOT, Film

ANA_BY_TOKEN = ("ana@example.org", "scoped")


@pytest.fixture
def gateway(film: Film) -> str:
    """Return the gateway's address of the site's Jira; Ana has one token of each kind."""
    film.site.add_scoped_token(film.ana, "scoped", film.clock() + timedelta(hours=1))
    film.site.add_oauth_token(film.ana, "oauth")
    return f"{film.url}/ex/jira/{film.site.cloud_id}"


def _basic(email: str, token: str) -> str:
    return requests.auth._basic_auth_str(email, token)


@pytest.mark.parametrize(
    ("authorization", "on_the_site", "by_the_gateway"),
    [
        (_basic(*BOT), 200, 401),
        (_basic("ana@example.org", "ana-token"), 200, 401),
        (_basic("ana@example.org", "scoped"), 401, 200),
        (_basic("ole@example.org", "scoped"), 401, 401),
        ("Bearer scoped", 401, 200),
        ("Bearer oauth", 401, 200),
        (_basic("ana@example.org", "oauth"), 401, 401),
        ("Bearer unknown", 401, 401),
        ("", 401, 401),
    ],
)
def test_a_token_opens_one_door(
    film: Film, gateway: str, authorization: str, on_the_site: int, by_the_gateway: int
) -> None:
    found = [
        requests.get(f"{base}/rest/api/3/myself", headers={"Authorization": authorization}).status_code
        for base in (film.url, gateway)
    ]
    assert found == [on_the_site, by_the_gateway]


def test_a_scoped_token_ends_by_the_sites_clock(film: Film, gateway: str) -> None:
    film.clock.forward(minutes=59)
    assert requests.get(f"{gateway}/rest/api/3/myself", auth=ANA_BY_TOKEN).status_code == 200
    film.clock.forward(minutes=1)
    refused = requests.get(f"{gateway}/rest/api/3/myself", auth=ANA_BY_TOKEN)
    assert (refused.status_code, refused.json()) == (401, {"code": 401, "message": "Unauthorized"})


def test_a_token_may_be_revoked(film: Film, gateway: str) -> None:
    film.site.revoke_token("scoped")
    assert requests.get(f"{gateway}/rest/api/3/myself", auth=ANA_BY_TOKEN).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/ex/jira/11111111-1111-4111-8111-111111111111/rest/api/3/myself",
        "/ex/bitbucket/{cloud}/rest/api/3/myself",
        "/ex/jira/{cloud}/wiki/api/v2/spaces",
        "/ex/confluence/{cloud}/rest/api/3/myself",
        "/ex/jira/{cloud}/_emulator/state",
    ],
)
def test_what_the_gateway_does_not_lead_to_is_a_404(film: Film, gateway: str, path: str) -> None:
    asked = film.url + path.replace("{cloud}", film.site.cloud_id)
    assert requests.get(asked, auth=ANA_BY_TOKEN).status_code == 404


def test_anybody_may_ask_for_the_cloud_id(film: Film) -> None:
    assert requests.get(f"{film.url}/_edge/tenant_info").json() == {"cloudId": film.site.cloud_id}


def test_jira_and_confluence_answer_behind_the_gateway_and_the_record_says_the_path_as_asked(
    film: Film, gateway: str
) -> None:
    key = film.issue()
    wiki = f"{film.url}/ex/confluence/{film.site.cloud_id}/wiki"
    with requests.Session() as session:
        session.auth = ANA_BY_TOKEN
        issue = session.get(f"{gateway}/rest/api/3/issue/{key}?fields=summary").json()
        comment = {"body": {"type": "doc", "version": 1, "content": [{"type": "rule"}]}}
        assert session.post(f"{gateway}/rest/api/3/issue/{key}/comment", json=comment).status_code == 201
        assert session.get(f"{wiki}/api/v2/spaces?limit=1").json()["results"][0]["key"] == "ENG"
        assert session.get(f"{wiki}/rest/api/user/current").json()["accountId"] == film.ana
    assert issue["self"] == f"{gateway}/rest/api/3/issue/{issue['id']}"
    record = film.site.requests[-4]
    assert (record.path, record.actor) == (f"/ex/jira/{film.site.cloud_id}/rest/api/3/issue/{key}", film.ana)
    if SPECS is not None:
        assert [problem for each in film.site.requests for problem in check_exchange(each)] == []


def test_a_scripted_fault_finds_its_request_behind_the_gateway(film: Film, gateway: str) -> None:
    film.site.fault("GET", r"/rest/api/3/myself", status=503)
    found = [requests.get(f"{gateway}/rest/api/3/myself", auth=ANA_BY_TOKEN).status_code for _ in range(2)]
    assert found == [503, 200]


def test_a_get_with_a_body_is_refused_by_the_content_network(film: Film, gateway: str) -> None:
    for base in (film.url, gateway):
        refused = requests.get(f"{base}/rest/api/3/myself", auth=BOT, data="{}")
        assert (refused.status_code, refused.headers["Content-Type"]) == (403, "text/html")


def test_the_date_of_an_answer_is_the_sites(film: Film) -> None:
    film.clock.forward(days=3)
    told = parsedate_to_datetime(film.as_bot("GET", "/rest/api/3/myself").headers["Date"])
    assert told.astimezone(UTC) == film.clock().replace(microsecond=0)


def test_changelogs_carry_the_ids_webhooks_do_and_come_in_pages(film: Film) -> None:
    key = film.issue()
    for status in ("In Progress", "Done"):
        film.site.transition(key, status, by=film.ana)
    film.site.edit_issue(key, {"labels": ["a"]}, by=film.ana)
    known = [change.id for change in film.site.issue(key).changes]
    assert [each["id"] for each in film.as_bot.json("GET", f"/rest/api/3/issue/{key}/changelog")["values"]] == known
    asked = {"issueIdsOrKeys": [key], "fieldIds": ["status"], "maxResults": 1}
    first = film.as_bot.json("POST", "/rest/api/3/changelog/bulkfetch", json=asked)
    second = film.as_bot.json(
        "POST", "/rest/api/3/changelog/bulkfetch", json=asked | {"nextPageToken": first["nextPageToken"]}
    )
    histories = [page["issueChangeLogs"][0]["changeHistories"] for page in (first, second)]
    assert [each["id"] for part in histories for each in part] == known[:2]
    assert "nextPageToken" not in second
    for answer in (
        film.as_bot.json("GET", f"/rest/api/3/issue/{key}?expand=changelog"),
        film.as_bot.json("GET", "/rest/api/3/search/jql?jql=project%3DFLEX&fields=summary&expand=changelog")["issues"][
            0
        ],
    ):
        assert [each["id"] for each in answer["changelog"]["histories"]] == known[::-1]
    if SPECS is not None:
        assert [problem for each in film.site.requests for problem in check_exchange(each)] == []


def test_a_space_tells_what_i_may_do_there(film: Film) -> None:
    film.site.restrict("ENG", film.ana)
    found = {}
    for name, client in (("bot", film.as_bot), ("ana", film.as_ana)):
        told = client.json("GET", f"/wiki/api/v2/spaces/{film.space}/operations")["operations"]
        found[name] = {(each["operation"], each["targetType"]) for each in told}
    assert ("create", "page") in found["bot"]
    assert found["ana"] == {("read", "space")}
