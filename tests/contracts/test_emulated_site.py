"""Every endpoint of the emulated site, toured over HTTP, keeps to Atlassian's specifications: requests and
answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from werkzeug.exceptions import HTTPException

from tests.contracts.specs import SPECS, check_exchange
from worker.emulator import Site, serve
from worker.emulator.application import flask_app
from worker.emulator.edge import API

pytestmark = pytest.mark.skipif(SPECS is None, reason="Atlassian's specifications are not beside this checkout")

DOC: dict[str, Any] = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Well done."}]}],
}
STORAGE = (
    '<p>Hello</p><ac:structured-macro ac:name="info">'
    "<ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>"
)


@dataclass
class Tour:
    """A client that remembers nothing; the site does."""

    site: Site
    url: str
    session: requests.Session

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Send one request and return the answer's JSON, or None when it is empty."""
        answer = self.session.request(method, self.url + path, timeout=10, **more)
        return answer.json() if answer.content and "json" in answer.headers["Content-Type"] else None


@pytest.fixture(scope="module")
def tour() -> Iterator[Tour]:
    site = Site()
    server = serve(site)
    with requests.Session() as session:
        session.auth = ("bot@example.org", "token")
        one = Tour(site, server.url, session)
        _jira(one)
        _agile(one)
        _confluence(one)
        yield one
    server.close()
    site.close()


def _jira(tour: Tour) -> None:
    site = tour.site
    ana = site.add_person("Ana Sousa", time_zone="Europe/Lisbon")
    site.add_person("LearnLoop", email="bot@example.org", token="token", admin=True)
    site.add_project("FLEX", "Flexible Pricing", components=["Checkout"], lead=ana)
    learned = site.add_field("What we learned", kind="textarea")
    site.add_field("Verdict", kind="select", options=["Supported", "Refuted"])
    site.add_version("FLEX", "1.0")
    key = site.create_issue(
        "FLEX", "Story", "Prices per region", reporter=ana, fields={"What we learned": "*Ask* first"}
    )
    child = site.create_issue("FLEX", "Sub-task", "A part", reporter=ana, parent=key, fields={"Verdict": "Refuted"})
    _jira_lookups(tour, ana)
    for api in ("/rest/api/3", "/rest/api/2"):
        _jira_issue(tour, api, f"{api}/issue/{key}", DOC if api.endswith("3") else "Well *done*", learned)
        _jira_rest(tour, api, key, child, ana)
    kind = "com.atlassian.jira.plugin.system.customfieldtypes:textarea"
    field = tour.ask("POST", "/rest/api/3/field", json={"name": "Where it lives", "type": kind})
    tour.ask("POST", f"/rest/api/3/screens/addToDefault/{field['id']}")
    tour.ask("GET", "/_edge/tenant_info")
    hooks = "/rest/webhooks/1.0/webhook"
    made = tour.ask("POST", hooks, json={"name": "n", "url": "http://127.0.0.1:9/x", "events": [], "secret": "s"})
    tour.ask("GET", hooks)
    tour.ask("GET", f"{hooks}/{made['id']}")
    tour.ask("PUT", f"{hooks}/{made['id']}", json={"name": "m"})
    tour.ask("DELETE", f"{hooks}/{made['id']}")


def _jira_lookups(tour: Tour, ana: str) -> None:
    for path in (
        f"myself serverInfo status field issuetype priority resolution label issueLinkType project project/search "
        f"user?accountId={ana} user/bulk?accountId={ana} statuses/search?searchString=Do "
        "mypermissions?permissions=BROWSE_PROJECTS,ADMINISTER&projectKey=FLEX "
        "project/FLEX project/FLEX/statuses project/FLEX/versions project/FLEX/components users/search"
    ).split():
        tour.ask("GET", f"/rest/api/3/{path}")


def _jira_issue(tour: Tour, api: str, issue: str, text: Any, learned: str) -> None:
    tour.ask(
        "PUT",
        issue,
        json={"fields": {learned: text, "description": text}, "update": {"labels": [{"add": "x"}]}},
    )
    tour.ask("PUT", f"{issue}?notifyUsers=false", json={"fields": {"labels": ["y"]}})
    tour.ask("GET", f"{issue}?expand=changelog,names&properties=*all")
    tour.ask("GET", f"{issue}/editmeta")
    tour.ask("GET", f"{issue}/watchers")
    moves = tour.ask("GET", f"{issue}/transitions?expand=transitions.fields")["transitions"]
    done = next(move["id"] for move in moves if move["name"] in ("Done", "Closed"))
    tour.ask(
        "POST",
        f"{issue}/transitions",
        json={"transition": {"id": done}, "fields": {"resolution": {"name": "Done"}}},
    )
    tour.ask("GET", f"{issue}/changelog")
    made = tour.ask("POST", f"{issue}/comment", json={"body": text, "properties": [{"key": "p", "value": {"a": 1}}]})
    comment = f"{issue}/comment/{made['id']}"
    tour.ask("GET", f"{issue}/comment?orderBy=-created&expand=properties")
    tour.ask("GET", comment)
    tour.ask("PUT", f"{comment}?notifyUsers=false", json={"body": text})
    properties = f"{api}/comment/{made['id']}/properties"
    for base in (properties, f"{issue}/properties"):
        tour.ask("PUT", f"{base}/k", json={"v": 1})
        tour.ask("PUT", f"{base}/k", json={"v": 2})
        tour.ask("GET", base)
        tour.ask("GET", f"{base}/k")
        tour.ask("DELETE", f"{base}/k")
    tour.ask("DELETE", comment)


def _jira_rest(tour: Tour, api: str, key: str, child: str, ana: str) -> None:
    issue = f"{api}/issue/{key}"
    link = {"globalId": "g=1", "object": {"url": "http://x.example/1", "title": "One"}}
    tour.ask("POST", f"{issue}/remotelink", json=link)
    tour.ask("POST", f"{issue}/remotelink", json=link)
    tour.ask("GET", f"{issue}/remotelink")
    tour.ask("GET", f"{issue}/remotelink?globalId=g%3D1")
    mail = {"subject": "Hello", "textBody": "x", "to": {"users": [{"accountId": ana}], "reporter": True}}
    tour.ask("POST", f"{issue}/notify", json=mail)
    ends = {"inwardIssue": {"key": key}, "outwardIssue": {"key": child}}
    tour.ask("POST", f"{api}/issueLink", json={"type": {"name": "Relates"}} | ends)
    tour.ask("PUT", f"{issue}/assignee", json={"accountId": ana})
    made = {"project": {"key": "FLEX"}, "issuetype": {"name": "Task"}, "summary": "Another"}
    other = tour.ask("POST", f"{api}/issue", json={"fields": made})["key"]
    tour.ask("GET", f"{api}/search/jql?jql=project%3DFLEX&fields=*all&expand=changelog&maxResults=1")
    tour.ask("GET", f"{api}/search/jql?jql=project%3DFLEX")
    tour.ask("POST", f"{api}/search/jql", json={"jql": "project = FLEX order by key", "fields": ["summary"]})
    tour.ask("POST", f"{api}/search/approximate-count", json={"jql": "project = FLEX"})
    tour.ask("GET", f"{api}/search?jql=project%3DFLEX")
    tour.ask("POST", f"{api}/search", json={})
    tour.ask("POST", f"{api}/issue/bulkfetch", json={"issueIdsOrKeys": [key, "NO-1"], "expand": ["changelog"]})
    tour.ask("POST", f"{api}/changelog/bulkfetch", json={"issueIdsOrKeys": [key], "fieldIds": ["status"]})
    tour.ask("GET", f"{api}/issue/NO-1")
    tour.ask("POST", f"{api}/issue", json={"fields": {}})
    tour.ask("DELETE", f"{api}/issue/{other}")


def _agile(tour: Tour) -> None:
    base, site = "/rest/agile/1.0", tour.site
    board, kanban = site.add_board("FLEX", "Scrum"), site.add_board("FLEX", "Flow", kind="kanban")
    sprint = site.add_sprint(board, "Sprint 1", goal="Learn")
    key = site.create_issue("FLEX", "Task", "In the sprint", sprint=sprint)
    site.start_sprint(sprint)
    for path in (
        f"board?projectKeyOrId=FLEX board/{board} board/{board}/configuration board/{board}/sprint?state=active,closed "
        f"board/{kanban}/sprint sprint/{sprint} sprint/{sprint}/issue?fields=summary,status "
        f"board/{board}/issue?maxResults=2 board/{board}/backlog"
    ).split():
        tour.ask("GET", f"{base}/{path}")
    tour.ask("POST", f"{base}/sprint/{sprint}/issue", json={"issues": [key]})


def _confluence(tour: Tour) -> None:
    space = tour.site.add_space("ENG", "Engineering")
    v2, v1 = "/wiki/api/v2", "/wiki/rest/api"
    body = {"representation": "storage", "value": STORAGE}
    made = {"spaceId": space, "status": "current", "title": "One", "body": body}
    page = tour.ask("POST", f"{v2}/pages", json=made)["id"]
    tour.ask("POST", f"{v2}/pages", json=made)
    child = tour.ask("POST", f"{v2}/pages", json=made | {"title": "Two", "parentId": page, "body": {"storage": body}})[
        "id"
    ]
    _pages(tour, v2, page, child, space)
    _page_things(tour, v2, page)
    _page_v1(tour, v1, page, child)
    tour.ask("POST", f"{v1}/space", json={"key": "NEW", "name": "New"})
    folder = tour.ask("POST", f"{v2}/folders", json={"spaceId": space, "title": "Folder"})["id"]
    tour.ask("GET", f"{v2}/folders/{folder}")
    tour.ask("GET", f"{v2}/folders/{folder}/direct-children")
    tour.ask("DELETE", f"{v2}/pages/{child}")
    tour.ask("GET", f"{v2}/pages/{child}?status=trashed")


def _pages(tour: Tour, v2: str, page: str, child: str, space: str) -> None:
    saved = {
        "id": page,
        "status": "current",
        "title": "One",
        "body": {"representation": "storage", "value": STORAGE},
    }
    version = {"number": 2, "message": "second", "minorEdit": True}
    tour.ask("PUT", f"{v2}/pages/{page}", json=saved | {"version": version})
    tour.ask("PUT", f"{v2}/pages/{page}", json=saved | {"version": version})
    tour.ask("PUT", f"{v2}/pages/{page}/title", json={"status": "current", "title": "Uno"})
    tour.site.comment_inline(page, "Hello", "Who?")
    for path in (
        f"pages?id={page},{child}&status=current,archived&limit=1&body-format=storage "
        f"pages?space-id={space}&title=Uno "
        f"pages/{page}?body-format=storage&include-labels=true&include-properties=true&include-versions=true "
        f"pages/{page}?version=1&body-format=storage pages/{page}/versions pages/{page}/versions/1 "
        f"pages/{page}/children pages/{page}/direct-children pages/{child}/ancestors pages/{page}/labels "
        f"pages/{page}/footer-comments "
        f"pages/{page}/inline-comments?resolution-status=open&body-format=storage "
        f"spaces?keys=ENG spaces/{space} spaces/{space}/operations spaces/{space}/pages labels pages/1"
    ).split():
        tour.ask("GET", f"{v2}/{path}")
    comment = {"pageId": page, "body": {"representation": "storage", "value": "<p>Yes</p>"}}
    tour.ask("POST", f"{v2}/footer-comments", json=comment)
    selected = {"textSelection": "Hello", "textSelectionMatchCount": 1, "textSelectionMatchIndex": 0}
    inline = tour.ask("POST", f"{v2}/inline-comments", json=comment | {"inlineCommentProperties": selected})
    tour.ask("GET", f"{v2}/inline-comments/{inline['id']}?body-format=storage")


def _page_things(tour: Tour, v2: str, page: str) -> None:
    files = {
        "file": ("plot.png", b"\x89PNG", "image/png"),
        "minorEdit": (None, "true"),
        "comment": (None, "a plot"),
    }
    upload = f"/wiki/rest/api/content/{page}/child/attachment"
    allowed = {"X-Atlassian-Token": "no-check"}
    made = tour.ask("POST", upload, files=files, headers=allowed)["results"][0]["id"]
    tour.ask("PUT", upload, files=files, headers=allowed)
    tour.ask("POST", f"{upload}/{made}/data", files=files, headers=allowed)
    detail = {"id": made, "type": "attachment", "status": "current", "title": "plot.png"}
    detail |= {"version": {"number": 3, "minorEdit": True, "when": "2026-11-21T09:00:00.000Z"}}
    tour.ask("PUT", f"{upload}/{made}", json=detail | {"metadata": {"mediaType": "image/png"}})
    tour.ask("GET", upload)
    tour.ask("GET", f"{upload}/{made}/download")
    tour.ask("GET", f"{v2}/pages/{page}/attachments?filename=plot.png")
    tour.ask("GET", f"{v2}/attachments/{made}")
    for owner in (f"pages/{page}", f"attachments/{made}"):
        base = f"{v2}/{owner}/properties"
        first = tour.ask("POST", base, json={"key": "k", "value": {"a": 1}})["id"]
        tour.ask("POST", base, json={"key": "k", "value": 1})
        tour.ask("GET", f"{base}?key=k")
        tour.ask("GET", f"{base}/{first}")
        tour.ask("PUT", f"{base}/{first}", json={"key": "k", "value": 2, "version": {"number": 2}})
        tour.ask("DELETE", f"{base}/{first}")
    tour.ask("DELETE", f"{v2}/attachments/{made.removeprefix('att')}")
    tour.ask("POST", f"{v2}/users-bulk", json={"accountIds": list(tour.site.world.people)})


def _page_v1(tour: Tour, v1: str, page: str, child: str) -> None:
    content = f"{v1}/content/{page}"
    tour.ask("POST", f"{content}/label", json=[{"prefix": "global", "name": "learning"}])
    tour.ask("GET", f"{content}/label")
    tour.ask("GET", f"/wiki/api/v2/labels/{tour.site.world.label_id('learning')}/pages?limit=1")
    for name in ("search", "content/search"):
        tour.ask("GET", f"{v1}/{name}?cql=label%3D%22learning%22&limit=5")
    tour.ask("GET", f"{v1}/search/user?cql=user.fullname~%22Ana%22&limit=5")
    tour.ask("DELETE", f"{content}/label?name=learning")
    tour.ask("POST", f"{content}/label", json={"prefix": "global", "name": "again"})
    tour.ask("DELETE", f"{content}/label/again")
    tour.ask("PUT", f"{v1}/content/{child}/move/append/{page}")
    tour.ask("GET", f"{content}/restriction")
    tour.ask("PUT", f"{content}/state?status=current", json={"id": 1, "name": "Draft", "color": "#ffffff"})
    tour.ask("GET", f"{content}/state?status=current")
    tour.ask("GET", f"{v1}/user/current")
    tour.ask("GET", f"{v1}/user?accountId={next(iter(tour.site.world.people))}")
    tour.ask("GET", f"{v1}/settings/systemInfo")


def test_every_exchange_of_the_tour_keeps_to_the_specifications(tour: Tour) -> None:
    found = [problem for exchange in tour.site.requests for problem in check_exchange(exchange)]
    assert found == []


def test_nothing_on_the_tour_failed_inside_the_site(tour: Tour) -> None:
    assert [(each.method, each.path) for each in tour.site.requests if each.status >= 500] == []


def test_the_tour_visits_every_endpoint(tour: Tour) -> None:
    urls = flask_app().url_map
    adapter = urls.bind("localhost")
    visited = set()
    for each in tour.site.requests:
        try:
            rule, _ = adapter.match(each.path, each.method, return_rule=True)
            visited.add((rule.endpoint, each.method))
        except HTTPException:
            continue
    known = {
        (rule.endpoint, method)
        for rule in urls.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(API)
    }
    assert known - visited == set()


def test_an_unknown_member_of_a_request_is_found(tour: Tour) -> None:
    tour.ask("POST", "/rest/api/3/search/jql", json={"jql": "project = FLEX", "startAt": 0})
    wrong = tour.site.world.requests.pop()
    assert "startAt" in "".join(check_exchange(wrong))


def test_an_unknown_path_and_an_unknown_parameter_are_found(tour: Tour) -> None:
    tour.ask("GET", "/rest/api/3/nothing")
    assert check_exchange(tour.site.world.requests.pop()) != []
    tour.ask("GET", "/rest/api/3/myself?who=me")
    assert "who is unknown" in "".join(check_exchange(tour.site.world.requests.pop()))
