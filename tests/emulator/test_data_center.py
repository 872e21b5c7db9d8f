"""The Data Center flavour of the emulated site: its own words for people and texts, its own paths and nothing of
Cloud's, and clients nobody here wrote working against it. Every request keeps to ``contracts/data_center_paths``."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
import requests
from atlassian import Confluence
from jira import JIRA, JIRAError
from md2conf.api_v1 import ConfluenceSessionV1
from md2conf.options import ProcessorOptions
from md2conf.options_api import ConfluenceSessionOptions
from md2conf.publisher import Publisher
from requests.adapters import HTTPAdapter

from tests.contracts.data_center_paths import DATA_CENTER_PATHS, outside, row_of
from tests.emulator.conftest import Client, Clock, Receiver
from worker.emulator import Site, serve
from worker.emulator.application import flask_app
from worker.emulator.edge import API
from worker.emulator.events import sign
from worker.emulator.model import Hosting

V2 = "/rest/api/2"
WIKI = "/confluence/rest/api"
RECORDED = Path(__file__).parents[3] / "shared/payloads/jira-trigger-plugin/webhook__issue_updated_status_updated.json"
EVENTS = ["jira:issue_created", "jira:issue_updated", "comment_created", "sprint_started"]
MACRO = '<ac:structured-macro ac:name="info"><ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>'


@dataclass
class Film:
    """A site with a project and a space: Ana works and logs in by password, the bot administers by token, Ole may do
    little.
    """

    site: Site
    clock: Clock
    ana: str
    ole: str
    bot: str
    as_bot: Client
    as_ana: Client

    @property
    def url(self) -> str:
        return self.site.url

    def issue(self, summary: str = "Prices per region", **more: Any) -> str:
        return self.site.create_issue("FLEX", more.pop("type", "Story"), summary, reporter="ana", **more)

    def page(self, title: str = "Learnings", storage: str = "<p>Hello</p>", **more: Any) -> Any:
        body = {"storage": {"value": storage, "representation": "storage"}}
        asked = {"type": "page", "title": title, "space": {"key": "ENG"}, "body": body, **more}
        return self.as_bot.json("POST", f"{WIKI}/content", json=asked)

    def save(self, page: str, number: int, storage: str = "<p>Two</p>", **more: Any) -> requests.Response:
        body = {"storage": {"value": storage, "representation": "storage"}}
        asked = {"id": page, "type": "page", "title": more.pop("title", "Learnings"), "body": body}
        return self.as_bot("PUT", f"{WIKI}/content/{page}", json=asked | {"version": {"number": number, **more}})


def a_film(jira_version: str) -> Iterator[Film]:
    clock = Clock()
    site = Site(now=clock, hosting="data_center", jira_version=jira_version)
    server = serve(site)
    ana = site.add_person(
        "Ana Sousa", email="ana@example.org", username="ana", password="pw", time_zone="Europe/Lisbon"
    )
    ole = site.add_person("Ole Berg", email="ole@example.org")
    bot = site.add_person("LearnLoop", email="bot@example.org", token="pat", admin=True)
    site.add_project("FLEX", "Flexible Pricing", components=["Checkout"], lead="ana")
    site.add_space("ENG", "Engineering", by="ana")
    with requests.Session() as by_token, requests.Session() as by_password:
        by_token.headers["Authorization"] = "Bearer pat"
        by_password.auth = ("ana", "pw")
        yield Film(site, clock, ana, ole, bot, Client(server.url, by_token), Client(server.url, by_password))
    server.close()
    site.close()
    assert outside(site.requests) == []


@pytest.fixture
def film() -> Iterator[Film]:
    yield from a_film("10.3.6")


@pytest.fixture
def older() -> Iterator[Film]:
    """The same on Jira 9."""
    yield from a_film("9.12.15")


def test_the_table_of_paths_and_the_site_know_the_same_paths() -> None:
    rules = [rule for rule in flask_app(Hosting.DATA_CENTER).url_map.iter_rules() if rule.rule.startswith(API)]
    served = [
        row_of(method, rule.rule.replace("<any('2', 'latest'):api>", "2"))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    assert None not in served
    assert set(served) == set(range(len(DATA_CENTER_PATHS)))


@pytest.mark.parametrize(
    "path",
    [
        "/rest/api/3/myself",
        "/rest/api/2/search/jql?jql=project=FLEX",
        "/rest/api/2/project/search",
        "/rest/api/2/issue/FLEX-1/changelog",
        "/rest/webhooks/1.0/webhook",
        "/_edge/tenant_info",
        "/wiki/api/v2/spaces",
        "/wiki/rest/api/content/search?cql=space=ENG",
        "/confluence/api/v2/spaces",
    ],
)
def test_what_is_cloud_s_is_not_there(path: str) -> None:
    site = Site(hosting="data_center")
    server = serve(site)
    site.add_person("Ana Sousa", token="pat", admin=True)
    found = requests.get(server.url + path, headers={"Authorization": "Bearer pat"}, timeout=10)
    assert found.status_code == 404
    server.close()
    site.close()


@pytest.mark.parametrize(
    ("header", "who"),
    [
        ("Bearer pat", "LearnLoop"),
        ("Basic " + base64.b64encode(b"ana:pw").decode(), "Ana Sousa"),
        ("Basic " + base64.b64encode(b"ana@example.org:pw").decode(), None),
        ("Basic " + base64.b64encode(b"bot:pat").decode(), None),
        ("Basic " + base64.b64encode(b"ole:").decode(), None),
        ("Bearer pw", None),
        ("Basic !", None),
        ("", None),
    ],
)
def test_a_token_is_a_bearer_and_a_password_is_basic(film: Film, header: str, who: str | None) -> None:
    for path in (f"{V2}/myself", f"{WIKI}/user/current"):
        found = requests.get(film.url + path, headers={"Authorization": header}, timeout=10)
        assert (found.status_code, found.json().get("displayName")) == (200 if who else 401, who)


def test_a_person_has_a_name_and_a_key_and_in_confluence_another(film: Film) -> None:
    person = film.as_bot.json("GET", f"{V2}/user?username=ana")
    assert person == film.as_bot.json("GET", f"{V2}/user?key={film.ana}")
    assert (person["name"], person["key"], person["displayName"]) == ("ana", "JIRAUSER10100", "Ana Sousa")
    assert person["emailAddress"] == "ana@example.org"
    assert not {"accountId", "accountType"} & set(person)
    known = film.as_bot.json("GET", f"{WIKI}/user?username=ana")
    assert known == film.as_ana.json("GET", f"{WIKI}/user/current")
    assert len(known["userKey"]) == 32
    assert "accountId" not in known
    assert film.as_bot("GET", f"{V2}/user?username=nobody").status_code == 404


def test_the_site_says_what_it_is_and_what_it_has(film: Film) -> None:
    about = film.as_bot.json("GET", f"{V2}/serverInfo")
    assert (about["deploymentType"], about["versionNumbers"][0]) == ("Server", 10)
    (project,) = film.as_bot.json("GET", f"{V2}/project")
    assert project["key"] == "FLEX"
    assert "isPrivate" not in project
    names = {each["id"]: each["name"] for each in film.as_bot.json("GET", f"{V2}/field")}
    assert names["customfield_10014"] == "Epic Link"
    assert "statuscategorychangedate" not in names
    allowed = film.as_ana.json("GET", f"{V2}/mypermissions?projectKey=FLEX")["permissions"]
    assert (allowed["ADMINISTER"]["havePermission"], allowed["BROWSE_PROJECTS"]["havePermission"]) == (False, True)


def test_texts_are_wiki_markup_and_a_mention_is_a_name(film: Film) -> None:
    key = film.issue(assignee="ole")
    text = "Well done [~ana], *really*. Not [~nobody], nor [~accountid:x]."
    made = film.as_bot.json("POST", f"{V2}/issue/{key}/comment", json={"body": text})
    assert made["body"] == text
    assert [(mail.to, mail.reason) for mail in film.site.mails[-2:]] == [
        (film.ana, "mentioned"),
        (film.ole, "commented"),
    ]
    shown = requests.get(f"{film.url}/browse/{key}", timeout=10).text
    assert "@Ana Sousa" in shown
    assert "[~nobody]" in shown
    adf = {"type": "doc", "version": 1, "content": []}
    assert film.as_bot("POST", f"{V2}/issue/{key}/comment", json={"body": adf}).status_code == 400


def test_a_comment_takes_properties_and_never_shows_them(film: Film) -> None:
    issue = f"{V2}/issue/{film.issue()}"
    asked = {"body": "Hello", "properties": [{"key": "learnloop", "value": {"prompt": 1}}]}
    made = film.as_bot.json("POST", f"{issue}/comment", json=asked)
    (listed,) = film.as_bot.json("GET", f"{issue}/comment?expand=properties")["comments"]
    assert not {"properties", "jsdPublic"} & (set(made) | set(listed))
    one = f"{V2}/comment/{made['id']}/properties"
    assert film.as_bot.json("GET", f"{one}/learnloop")["value"] == {"prompt": 1}
    assert film.as_bot("PUT", f"{one}/learnloop", json={"prompt": 2}).status_code == 200
    assert film.as_bot("GET", f"{one}/other").status_code == 404


def test_editing_a_comment_mails_whatever_is_asked(film: Film) -> None:
    issue = f"{V2}/issue/{film.issue()}"
    made = film.as_bot.json("POST", f"{issue}/comment", json={"body": "Hello"})
    film.site.world.mails.clear()
    film.as_bot.json("PUT", f"{issue}/comment/{made['id']}?notifyUsers=false", json={"body": "Bye"})
    assert [mail.reason for mail in film.site.mails] == ["comment edited"]


def test_sparing_the_mails_of_an_edit_takes_an_administrator(film: Film) -> None:
    key = film.issue()
    asked = {"fields": {"labels": ["learned"]}}
    refused = film.as_ana("PUT", f"{V2}/issue/{key}?notifyUsers=false", json=asked)
    assert refused.status_code == 403
    assert film.site.issue(key).labels == []
    film.site.world.mails.clear()
    assert film.as_bot("PUT", f"{V2}/issue/{key}?notifyUsers=false", json=asked).status_code == 204
    assert film.site.issue(key).labels == ["learned"]
    assert film.site.mails == []


def test_people_are_assigned_and_notified_by_name(film: Film) -> None:
    key = film.issue()
    assert film.as_bot("PUT", f"{V2}/issue/{key}/assignee", json={"name": "ole"}).status_code == 204
    film.site.world.mails.clear()
    mail = {"subject": "Hello", "textBody": "x", "to": {"users": [{"name": "ole"}]}}
    assert film.as_bot("POST", f"{V2}/issue/{key}/notify", json=mail).status_code == 204
    assert [(each.to, each.reason) for each in film.site.mails] == [(film.ole, "notify")]
    for wrong in ({"users": [{"accountId": film.ole}]}, {"users": [{"name": "nobody"}]}, {}):
        assert film.as_bot("POST", f"{V2}/issue/{key}/notify", json={"to": wrong}).status_code in (400, 404)


def test_changes_are_told_oldest_first_without_field_ids(film: Film) -> None:
    board = film.site.add_board("FLEX", "Board")
    sprint = film.site.add_sprint(board, "Sprint 1", goal="Learn")
    epic = film.issue("All prices", type="Epic")
    key = film.issue(sprint=sprint, parent=epic)
    film.site.transition(key, "In Progress", by="ana")
    film.site.transition(key, "Done", by="ana")
    issue = film.as_bot.json("GET", f"{V2}/issue/{key}?expand=changelog")
    items = [item for history in issue["changelog"]["histories"] for item in history["items"]]
    assert [(item["field"], item["toString"]) for item in items] == [
        ("status", "In Progress"),
        ("resolution", "Done"),
        ("status", "Done"),
    ]
    assert all("fieldId" not in item for item in items)
    fields = issue["fields"]
    assert "hierarchyLevel" not in fields["issuetype"]
    assert ("parent" in fields, fields["customfield_10014"]) == (False, epic)
    (text,) = fields["customfield_10020"]
    assert text.startswith("com.atlassian.greenhopper.service.sprint.Sprint@")
    assert f"[id={sprint},rapidViewId={board},state=FUTURE,name=Sprint 1,startDate=<null>" in text


def test_a_search_is_by_offset_and_tells_the_total(film: Film) -> None:
    keys = [film.issue(f"Issue {n}") for n in range(5)]
    asked = {"jql": "project = FLEX AND reporter = ana ORDER BY key", "startAt": 2, "maxResults": 2}
    found = film.as_bot.json("POST", f"{V2}/search", json=asked | {"fields": ["summary"], "expand": ["changelog"]})
    assert [issue["key"] for issue in found["issues"]] == keys[2:4]
    assert (found["startAt"], found["maxResults"], found["total"]) == (2, 2, 5)
    assert set(found["issues"][0]["fields"]) == {"summary"}
    assert found["issues"][0]["changelog"]["histories"] == []
    every = film.as_bot.json("GET", f"{V2}/search?maxResults=0")
    assert (every["total"], every["issues"]) == (5, [])
    default = film.as_bot.json("GET", f"{V2}/search?jql=key={keys[0]}")["issues"][0]["fields"]
    assert "summary" in default
    assert "comment" not in default


@pytest.mark.parametrize("asked", ["id in ({id}, 999999)", "key in ({key}, FLEX-99)", "issuekey = NONE-1 OR id = {id}"])
def test_an_issue_that_is_gone_fails_a_search_unless_validation_is_off(film: Film, asked: str) -> None:
    key = film.issue()
    jql = asked.format(id=film.site.issue(key).id, key=key)
    refused = film.as_bot("POST", f"{V2}/search", json={"jql": jql})
    assert refused.status_code == 400
    assert "does not exist for the field" in refused.json()["errorMessages"][0]
    for lenient in (False, "warn"):
        found = film.as_bot.json("POST", f"{V2}/search", json={"jql": jql, "validateQuery": lenient})
        assert [issue["key"] for issue in found["issues"]] == [key]
        assert len(found["warningMessages"]) == 1
    by_get = film.as_bot.json("GET", f"{V2}/search", params={"jql": jql, "validateQuery": "false"})
    assert by_get["total"] == 1


def test_an_issue_may_be_written_as_often_as_one_likes(film: Film) -> None:
    key = film.issue()
    statuses = {film.as_bot("PUT", f"{V2}/issue/{key}/properties/k", json={"n": n}).status_code for n in range(30)}
    assert statuses == {200, 201}


def test_boards_and_sprints_are_told_without_cloud_s_words(film: Film) -> None:
    board = film.site.add_board("FLEX", "Board")
    sprint = film.site.add_sprint(board, "Sprint 1")
    key = film.issue(sprint=sprint)
    film.site.start_sprint(sprint)
    (one,) = film.as_bot.json("GET", "/rest/agile/1.0/board?projectKeyOrId=FLEX")["values"]
    assert set(one) == {"id", "self", "name", "type"}
    (project,) = film.as_bot.json("GET", f"/rest/agile/1.0/board/{board}/project")["values"]
    assert project["key"] == "FLEX"
    (told,) = film.as_bot.json("GET", f"/rest/agile/1.0/board/{board}/sprint?state=active")["values"]
    assert (told["id"], told["state"], "createdDate" in told) == (sprint, "active", False)
    (issue,) = film.as_bot.json("GET", f"/rest/agile/1.0/sprint/{sprint}/issue")["issues"]
    assert issue["key"] == key


def test_webhooks_moved_in_jira_10(film: Film, older: Film, receiver: Receiver) -> None:
    old, new = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
    asked: dict[str, Any] = {"name": "n", "url": receiver.url, "events": ["jira:issue_created"]}
    assert older.as_bot("POST", new, json=asked).status_code == 404
    assert older.as_bot.json("POST", old, json=asked)["name"] == "n"
    assert [each["name"] for each in older.as_bot.json("GET", old)] == ["n"]
    settings = {"FILTERS": {"issue-related-events-section": "project = FLEX"}, "EXCLUDE_BODY": "false"}
    assert film.as_bot("POST", old, json=asked).status_code == 404
    made = film.as_bot.json("POST", new, json=asked | {"configuration": settings})
    assert film.as_bot.json("GET", new) == [made]
    assert film.as_ana("GET", new).status_code == 403
    film.issue()
    assert [each.status for each in film.site.flush_webhooks()] == [204]
    assert film.as_bot("DELETE", f"{new}/{made['id']}").status_code == 204


@pytest.mark.parametrize(
    ("asked", "header"),
    [
        ({"secret": "s3cret"}, "X-Hub-Signature"),
        ({"credentials": ("hook", "pw")}, "Authorization"),
        ({}, None),
    ],
)
def test_a_delivery_is_signed_or_has_credentials_or_neither(
    film: Film, receiver: Receiver, asked: dict[str, Any], header: str | None
) -> None:
    film.site.add_webhook(receiver.url, EVENTS, **asked)
    film.issue()
    film.site.flush_webhooks()
    ((headers, body),) = receiver.got
    proofs = {name: headers[name] for name in ("X-Hub-Signature", "Authorization") if name in headers}
    basic = "Basic " + base64.b64encode(b"hook:pw").decode()
    expected = {"X-Hub-Signature": sign("s3cret", body), "Authorization": basic}
    assert proofs == ({header: expected[header]} if header else {})
    assert not [name for name in headers if name.startswith("X-Atlassian")]


@pytest.mark.parametrize("answer", [500, 429, None])
def test_a_delivery_is_tried_once(film: Film, receiver: Receiver, answer: int | None) -> None:
    receiver.answers = [answer]
    film.site.add_webhook(receiver.url, EVENTS)
    film.issue()
    (delivery,) = film.site.flush_webhooks()
    assert (delivery.attempts, delivery.statuses) == (1, [answer])


def test_a_transition_is_told_as_a_server_tells_it(film: Film, receiver: Receiver) -> None:
    key = film.issue()
    path = f"{urlparse(receiver.url).path}/${{issue.key}}"
    film.site.add_webhook(receiver.url + "/${issue.key}", EVENTS)
    film.site.transition(key, "Done", by="ana")
    (delivery,) = film.site.flush_webhooks()
    (told,) = receiver.bodies()
    assert (told["webhookEvent"], told["issue_event_type_name"]) == ("jira:issue_updated", "issue_generic")
    assert told["timestamp"] == 1793610845000
    assert {"self", "name", "key", "emailAddress", "displayName", "active", "timeZone"} <= set(told["user"])
    assert "accountId" not in told["user"]
    assert [(item["field"], "fieldId" in item) for item in told["changelog"]["items"]] == [
        ("resolution", False),
        ("status", False),
    ]
    assert told["issue"]["self"].endswith(f"{V2}/issue/{told['issue']['id']}")
    assert told["issue"]["fields"]["comment"]["total"] == 0
    assert "matchedWebhookIds" not in told
    where = urlparse(delivery.url)
    assert where.path == path.replace("${issue.key}", key)
    assert parse_qs(where.query) == {"user_id": ["ana"], "user_key": [film.ana]}


@pytest.mark.skipif(not RECORDED.is_file(), reason="no recorded deliveries are beside this checkout")
def test_a_transition_has_the_members_of_a_recorded_one(film: Film, receiver: Receiver) -> None:
    key = film.issue()
    film.site.add_webhook(receiver.url, EVENTS)
    film.site.transition(key, "Done", by="ana")
    film.site.flush_webhooks()
    (told,) = receiver.bodies()
    recorded = json.loads(RECORDED.read_bytes())
    assert set(told) - set(recorded) == {"issue_event_type_name"}
    assert set(told["user"]) == set(recorded["user"])
    assert set(told["issue"]) == set(recorded["issue"])
    assert set(told["changelog"]["items"][0]) == set(recorded["changelog"]["items"][0])
    for name in ("status", "reporter", "watches", "comment"):
        assert set(told["issue"]["fields"][name]) - {"self"} == set(recorded["issue"]["fields"][name]) - {"self"}


def test_a_comment_s_own_event_does_not_say_of_which_issue(film: Film, receiver: Receiver) -> None:
    key = film.issue()
    film.site.add_webhook(receiver.url, EVENTS)
    film.site.comment(key, "learned: ask first", by="ana")
    film.site.flush_webhooks()
    comment, update = receiver.bodies()
    assert set(comment) == {"timestamp", "webhookEvent", "comment"}
    assert (update["issue_event_type_name"], update["issue"]["key"]) == ("issue_commented", key)
    assert update["comment"]["author"]["name"] == "ana"


def test_a_page_is_made_found_and_saved_by_version(film: Film) -> None:
    space = film.as_bot.json("GET", f"{WIKI}/space/ENG?expand=homepage")
    made = film.page(ancestors=[{"id": space["homepage"]["id"]}])
    assert [each["id"] for each in made["ancestors"]] == [space["homepage"]["id"]]
    query = f"{WIKI}/content?spaceKey=ENG&title=Learnings&expand=body.storage,version,ancestors,space"
    (found,) = film.as_bot.json("GET", query)["results"]
    assert (found["version"]["number"], found["space"]["key"]) == (1, "ENG")
    assert found["version"]["by"]["username"] == "bot"
    assert found["body"]["storage"]["value"] == "<p>Hello</p>"
    saved = film.save(made["id"], 2, minorEdit=True, message="two").json()["version"]
    assert (saved["number"], saved["minorEdit"], saved["message"]) == (2, True, "two")
    stale = film.save(made["id"], 2)
    assert (stale.status_code, stale.json()["reason"]) == (409, "Conflict")
    assert "Current version is: 2" in stale.json()["message"]
    plain = film.as_bot.json("GET", f"{WIKI}/content/{made['id']}")
    assert {"space", "history", "version"} <= set(plain)
    assert {"body", "ancestors"} <= set(plain["_expandable"])
    assert "version" not in film.as_bot.json("GET", f"{WIKI}/content/{made['id']}?expand=space")
    before = film.as_bot.json("GET", f"{WIKI}/content/{made['id']}?status=historical&version=1&expand=body.storage")
    assert (before["status"], before["body"]["storage"]["value"]) == ("historical", "<p>Hello</p>")


def test_a_title_is_one_per_space(film: Film) -> None:
    film.page()
    other = film.page("Other")
    for refused in (film.save(other["id"], 2, title="learnings"), film.as_bot("POST", f"{WIKI}/content", json={})):
        assert refused.status_code == 400
    again = {"type": "page", "title": "Learnings", "space": {"key": "ENG"}}
    refused = film.as_bot("POST", f"{WIKI}/content", json=again)
    assert refused.status_code == 400
    assert "already exists" in refused.json()["message"]


def test_storage_gets_macro_ids_and_nothing_of_cloud_s_editor(film: Film) -> None:
    code = (
        '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[<ac:structured-macro>]]></ac:plain-text-body>'
    )
    kept = film.page(storage=f"<p>Hello</p>{MACRO}{code}</ac:structured-macro>")["body"]["storage"]["value"]
    assert "local-id" not in kept
    assert kept.startswith('<p>Hello</p><ac:structured-macro ac:name="info" ac:schema-version="1" ac:macro-id="')
    assert "<![CDATA[<ac:structured-macro>]]>" in kept
    assert film.save(film.page("Again", kept)["id"], 2, kept, title="Again").json()["body"]["storage"]["value"] == kept
    assert film.save(film.page("Bad")["id"], 2, "<p>", title="Bad").status_code == 400


def test_a_page_in_the_trash_is_there_for_those_who_ask_for_any_status(film: Film) -> None:
    page = film.page()["id"]
    film.site.trash_page(page, by="ana")
    assert film.as_bot("GET", f"{WIKI}/content/{page}").status_code == 404
    assert film.as_bot.json("GET", f"{WIKI}/content/{page}?status=any")["status"] == "trashed"
    assert film.as_bot.json("GET", f"{WIKI}/content?spaceKey=ENG&title=Learnings")["results"] == []
    assert film.as_bot("DELETE", f"{WIKI}/content/{page}?status=trashed").status_code == 204
    assert film.as_bot("GET", f"{WIKI}/content/{page}?status=any").status_code == 404


def test_content_properties_are_kept_by_key(film: Film) -> None:
    kept = f"{WIKI}/content/{film.page()['id']}/property"
    assert film.as_bot.json("POST", kept, json={"key": "learnloop", "value": {"a": 1}})["version"]["number"] == 1
    assert film.as_bot("POST", kept, json={"key": "learnloop", "value": 1}).status_code == 409
    saved = {"key": "learnloop", "value": {"a": 2}, "version": {"number": 2}}
    assert film.as_bot.json("PUT", f"{kept}/learnloop", json=saved)["value"] == {"a": 2}
    assert film.as_bot("PUT", f"{kept}/learnloop", json=saved).status_code == 409
    assert film.as_bot.json("PUT", f"{kept}/new", json={"value": 1, "version": {"number": 1}})["key"] == "new"
    assert [each["key"] for each in film.as_bot.json("GET", kept)["results"]] == ["learnloop", "new"]
    assert film.as_bot("DELETE", f"{kept}/new").status_code == 204
    assert film.as_bot("GET", f"{kept}/new").status_code == 404


def test_pages_are_found_by_label_id_and_space(film: Film) -> None:
    one, two = film.page()["id"], film.page("Other")["id"]
    film.as_bot.json("POST", f"{WIKI}/content/{one}/label", json=[{"prefix": "global", "name": "learning"}])
    for cql, expected in (
        ('label = "learning" and space = ENG', {one}),
        (f"id in ({one},{two},999999)", {one, two}),
        ("creator = bot and title = Other", {two}),
    ):
        found = film.as_bot.json("GET", f"{WIKI}/content/search", params={"cql": cql, "expand": "version"})
        assert {each["id"] for each in found["results"]} == expected
        assert {each["version"]["number"] for each in found["results"]} == {1}
    assert film.as_bot("DELETE", f"{WIKI}/content/{one}/label?name=learning").status_code == 204
    first = film.as_bot.json("GET", f"{WIKI}/content/search", params={"cql": "space = ENG", "limit": 2})
    rest = film.as_bot.json("GET", f"/confluence{first['_links']['next']}")
    assert len({each["id"] for each in first["results"] + rest["results"]}) == 3


def test_inline_comments_tell_their_marker_and_whether_they_are_resolved(film: Film) -> None:
    page = film.page(storage="<p>Hello there</p>")["id"]
    open_, done = (film.site.comment_inline(page, text, "Who?", by="ana") for text in ("Hello", "there"))
    film.site.resolve_comment(done)
    path = f"{WIKI}/content/{page}/child/comment?location=inline"
    bare = film.as_bot.json("GET", path)["results"]
    assert all(set(each["extensions"]) == {"location", "_expandable"} for each in bare)
    expand = "extensions.inlineProperties,extensions.resolution"
    found = {each["id"]: each["extensions"] for each in film.as_bot.json("GET", f"{path}&expand={expand}")["results"]}
    assert (found[open_]["resolution"]["status"], found[done]["resolution"]["status"]) == ("open", "resolved")
    body = film.as_bot.json("GET", f"{WIKI}/content/{page}?expand=body.storage,version")
    assert f'ac:ref="{found[open_]["inlineProperties"]["markerRef"]}"' in body["body"]["storage"]["value"]
    assert body["version"]["number"] == 1


def test_a_file_is_attached_renewed_and_downloaded(film: Film) -> None:
    kept = f"{WIKI}/content/{film.page()['id']}/child/attachment"
    allowed = {"X-Atlassian-Token": "no-check"}
    files = {"file": ("plot.png", b"\x89PNG", "image/png")}
    assert film.as_bot("POST", kept, files=files).status_code == 403
    (made,) = film.as_bot.json("POST", kept, files=files, headers=allowed)["results"]
    assert film.as_bot("POST", kept, files=files, headers=allowed).status_code == 400
    files = {"file": ("plot.png", b"\x89PNG two", "image/png")}
    renewed = film.as_bot.json("POST", f"{kept}/{made['id']}/data", files=files, headers=allowed)
    assert renewed["version"]["number"] == 2
    (listed,) = film.as_bot.json("GET", f"{kept}?filename=plot.png")["results"]
    assert requests.get(f"{film.url}/confluence{listed['_links']['download']}", timeout=10).content == b"\x89PNG two"
    named = {"title": "curve.png", "version": {"number": 3}}
    assert film.as_bot.json("PUT", f"{kept}/{made['id']}", json=named)["title"] == "curve.png"


def test_who_may_not_write_in_a_space_is_told_so(film: Film) -> None:
    film.site.restrict("ENG", "bot")
    asked = {"type": "page", "title": "No", "space": {"key": "ENG"}}
    refused = film.as_bot("POST", f"{WIKI}/content", json=asked)
    assert (refused.status_code, refused.json()["data"]["authorized"]) == (403, False)


def test_people_find_boards_issues_and_pages(film: Film) -> None:
    board = film.site.add_board("FLEX", "Board")
    key = film.issue()
    key_of_ana = film.site.world.who("ana").wiki_key
    mention = f'<p><ac:link><ri:user ri:userkey="{key_of_ana}" /></ac:link></p>'
    page = film.page("What we learned", mention)["id"]
    for path in (
        "/",
        f"/jira/boards/{board}",
        f"/browse/{key}",
        "/confluence/spaces",
        "/confluence/display/ENG",
        "/confluence/display/ENG/What+we+learned",
        f"/confluence/x/{page}",
    ):
        found = requests.get(film.url + path, timeout=10)
        assert (path, found.status_code) == (path, 200)
        assert 'href="/wiki' not in found.text
    shown = requests.get(f"{film.url}/confluence/pages/viewpage.action?pageId={page}", timeout=10).text
    assert "@Ana Sousa" in shown
    edit = f"/confluence/spaces/ENG/pages/{page}/edit"
    assert f'"{edit}"' in shown
    given = {"version": "1", "title": "What we learned", "storage": "<p>By hand</p>"}
    assert requests.post(film.url + edit, data=given, timeout=10).status_code == 200
    assert film.site.pages[page].storage == "<p>By hand</p>"
    assert requests.get(f"{film.url}/confluence/pages/viewpage.action?pageId=1", timeout=10).status_code == 404


def test_a_script_and_faults_work_as_on_cloud(film: Film) -> None:
    key = film.issue()
    asked = {"do": "transition", "key": key, "status": "Done", "by": "Ana Sousa"}
    assert requests.post(f"{film.url}/_emulator/people", json=asked, timeout=10).status_code == 200
    assert film.site.status(key) == "Done"
    film.site.fault("GET", f"{V2}/myself", status=503)
    assert film.as_bot("GET", f"{V2}/myself").status_code == 503
    assert film.as_bot("GET", f"{V2}/myself").status_code == 200
    assert film.site.requests[-1].actor == film.bot


@pytest.fixture
def library(film: Film) -> Iterator[JIRA]:
    found = JIRA(server=film.url, token_auth="pat", max_retries=0)
    yield found
    found.close()  # type: ignore[no-untyped-call]


def test_the_jira_library_works_in_server_mode(film: Film, library: JIRA) -> None:
    made = library.create_issue(project="FLEX", summary="New", issuetype={"name": "Bug"}, description="*Oh*")
    assert library.myself()["key"] == film.bot
    assert [each.name for each in library.search_users(user="ana")] == ["ana"]
    made.update(fields={"labels": ["a"], "assignee": {"name": "ole"}}, notify=False)
    library.transition_issue(made.key, "Done", fields={"resolution": {"name": "Done"}})
    library.assign_issue(made.key, "ana")
    comment = library.add_comment(made.key, "Well done [~ana]")
    comment.update(body="Very well done")
    library.add_issue_property(made.key, "learnloop", {"v": 1})
    library.add_simple_link(made.key, {"url": "http://wiki.example/1", "title": "One"})
    issue = library.issue(made.key, expand="changelog")
    assert (issue.raw["fields"]["assignee"]["name"], issue.fields.status.statusCategory.key) == ("ana", "done")
    assert [each.body for each in library.comments(made.key)] == ["Very well done"]
    assert library.issue_property(made.key, "learnloop").value.v == 1
    assert {item.field for item in issue.changelog.histories[0].items} == {"labels", "assignee"}
    with pytest.raises(JIRAError, match="does not exist for the field"):
        library.search_issues("id in (999999)")


def test_the_jira_library_pages_through_a_search_boards_and_sprints(film: Film, library: JIRA) -> None:
    keys = [film.issue(f"Issue {n}") for n in range(5)]
    found = library.search_issues("project = FLEX ORDER BY key", maxResults=2, fields="summary")
    assert ([issue.key for issue in found], found.total) == (keys[:2], 5)
    every = library.search_issues("project = FLEX ORDER BY key", maxResults=False, fields="summary")
    assert [issue.key for issue in every] == keys
    board = film.site.add_board("FLEX", "Prices")
    film.site.start_sprint(film.site.add_sprint(board, "Sprint 1"))
    assert [each.name for each in library.boards(projectKeyOrID="FLEX")] == ["Prices"]
    assert [each.name for each in library.sprints(board, state="active")] == ["Sprint 1"]
    assert library.projects()[0].key == "FLEX"


def test_the_atlassian_library_works_with_cloud_false(film: Film) -> None:
    wiki: Any = Confluence(url=f"{film.url}/confluence", token="pat", cloud=False)  # type: ignore[no-untyped-call]
    page = wiki.create_page("ENG", "Learnings", f"<p>One</p>{MACRO}")["id"]
    assert wiki.get_page_id("ENG", "Learnings") == page
    assert wiki.update_page(page, "Learnings", "<p>Two</p>", version_comment="two")["version"]["number"] == 2
    assert wiki.update_page(page, "Learnings", "<p>Two</p>")["version"]["number"] == 2
    wiki.set_page_label(page, "learning")
    assert [each["name"] for each in wiki.get_page_labels(page)["results"]] == ["learning"]
    wiki.set_page_property(page, {"key": "learnloop", "value": {"a": 1}})
    wiki.update_page_property(page, {"key": "learnloop", "value": {"a": 2}, "version": {"number": 2}})
    assert wiki.get_page_property(page, "learnloop")["value"] == {"a": 2}
    assert [each["content"]["id"] for each in wiki.cql('label = "learning"')["results"]] == [page]
    child = wiki.create_page("ENG", "Child", "<p>x</p>", parent_id=page)["id"]
    assert wiki.get_child_id_list(page) == [child]
    assert wiki.get_parent_content_id(child) == page
    film.site.comment_inline(page, "Two", "Why?", by="ana")
    assert len(wiki.get_page_comments(page, location="inline")["results"]) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library announces that its method will go
        wiki.remove_page(child)
    assert film.site.pages[child].status == "trashed"


class Plain(HTTPAdapter):
    """Sends what is asked for by HTTPS over HTTP: the publisher takes a Data Center to have a certificate."""

    def send(self, request: requests.PreparedRequest, *more: Any, **named: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *more, **named)


def publish(film: Film, folder: Path) -> None:
    """Publish a folder as markdown-to-confluence does with ``--api-version v1``."""
    with requests.Session() as session:
        session.mount("https://", Plain())
        session.headers["Authorization"] = "Bearer pat"
        options, domain = ConfluenceSessionOptions(), urlparse(film.url).netloc
        api = ConfluenceSessionV1(session, options=options, domain=domain, base_path="/confluence/", space_key="ENG")
        Publisher(api, ProcessorOptions()).process(folder)


def test_markdown_is_published_by_v1_and_again_without_new_versions(film: Film, tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# Handbook\n\nHow we work. See [the retro](retro.md).\n")
    retro = tmp_path / "retro.md"
    retro.write_text("---\ntags: ['learning']\n---\n# Retro\n\n> Ask first.\n\n- [ ] Tell the team\n")
    publish(film, tmp_path)
    first = {page.title: page.version for page in film.site.pages.values()}
    page = film.site.page_by_title("ENG", "Retro")
    assert page.parent_id == film.site.page_by_title("ENG", "Handbook").id
    assert list(page.labels) == ["learning"]
    publish(film, tmp_path)
    assert {page.title: page.version for page in film.site.pages.values()} == first
    retro.write_text(retro.read_text().replace("Ask first", "Ask first, then write"))
    publish(film, tmp_path)
    assert {page.title: page.version for page in film.site.pages.values()} == first | {"Retro": first["Retro"] + 1}
    assert "Ask first, then write" in page.storage
