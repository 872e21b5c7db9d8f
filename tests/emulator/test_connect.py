"""Connect apps on the emulated site: installed with signed hooks, told of events with tokens bound to the
request, shown in iframes, and let in by their own tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from tests.contracts.specs import SPECS, check_exchange
from tests.emulator.apps import App, running_app
from tests.emulator.conftest import Film
from tests.emulator.test_issues import doc
from worker.emulator.apps_model import AppState, ConnectInstall
from worker.emulator.errors import ScriptError
from worker.emulator.qsh import canonical_request, query_hash

LIFECYCLE = {name: f"/life/{name}" for name in ("installed", "uninstalled", "enabled", "disabled")}
PANEL = {
    "key": "panel",
    "name": {"value": "Learning"},
    "icon": {"width": 16, "height": 16, "url": "/icon.svg"},
    "tooltip": {"value": "Learning"},
    "target": {"type": "web_panel", "url": "/panel?issueKey={issue.key}"},
}

PROPERTIES = {
    "key": "properties",
    "name": {"value": "Learning"},
    "entityType": "issue",
    "keyConfigurations": [
        {
            "propertyKey": "small.learning",
            "extractions": [
                {"objectName": "topics", "type": "string", "alias": "learnedTopic"},
                {"objectName": "what.said", "type": "text", "alias": "learned"},
                {"objectName": "weight", "type": "number", "alias": "learnedWeight"},
                {"objectName": "at", "type": "date", "alias": "learnedAt"},
            ],
        }
    ],
}


def _descriptor(url: str) -> dict[str, Any]:
    hooks = [
        {"event": "jira:issue_updated", "url": "/hook?key={issue.key}&b=2", "filter": "project = FLEX"},
        {"event": "sprint_started", "url": "/sprint", "excludeBody": True},
    ]
    return {
        "key": "org.example.small",
        "name": "Small app",
        "baseUrl": f"{url}/base",
        "authentication": {"type": "jwt"},
        "apiMigrations": {"signed-install": True},
        "lifecycle": LIFECYCLE,
        "scopes": ["READ", "WRITE"],
        "modules": {
            "webhooks": hooks,
            "jiraIssueContents": [PANEL],
            "jiraEntityProperties": [PROPERTIES],
            "adminPages": [{"key": "admin", "name": {"value": "Small"}, "url": "/admin"}],
        },
    }


@pytest.fixture
def app() -> Iterator[App]:
    with running_app() as made:
        made.descriptor = _descriptor(made.url)
        yield made


@pytest.fixture
def install(film: Film, app: App) -> ConnectInstall:
    return film.site.install_connect(f"{app.url}/descriptor.json")


def _claims(token: str, install: ConnectInstall) -> dict[str, Any]:
    return jwt.decode(
        token,
        install.shared_secret,
        algorithms=["HS256"],
        options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
    )


@pytest.mark.parametrize(
    ("method", "path", "query", "canonical", "expected"),
    [
        (
            "GET",
            "/rest/api/3/issue/ABC-1",
            "",
            "GET&/rest/api/3/issue/ABC-1&",
            "ac174a427df09571fabe2f69bd75be7e372f2ebe26d9366ec6958a1f56de503e",
        ),
        (
            "GET",
            "/hook/",
            "b=2&a=x%20y&a=A&jwt=z",
            "GET&/hook&a=A,x%20y&b=2",
            "360105935b7eb858c868ff3cefb3fb22b8a9663402891783ea9b4fb19fd72499",
        ),
        (
            "POST",
            "/connect/webhook/issue-updated",
            "user_id=5&x=~*%2B",
            "POST&/connect/webhook/issue-updated&user_id=5&x=~%2A%2B",
            "fbd9e8ca",
        ),
        ("POST", "/hook", "z=1", "POST&/hook&z=1", "415f82c4"),
        ("GET", "/", "", "GET&/&", "c88caad1"),
    ],
)
def test_the_query_hash_is_atlassian_jwts(method: str, path: str, query: str, canonical: str, expected: str) -> None:
    # Made with the npm package atlassian-jwt 2.2.0.
    assert canonical_request(method, path, query) == canonical
    assert query_hash(method, path, query).startswith(expected)


def test_an_install_is_signed_with_the_key_served_under_its_kid(film: Film, app: App, install: ConnectInstall) -> None:
    (call,) = app.to("/base/life/installed")
    kid = jwt.get_unverified_header(call.token)["kid"]
    pem = requests.get(f"{film.url}/_emulator/connect/install-keys/{kid}").text
    told = jwt.decode(call.token, pem, algorithms=["RS256"], audience=f"{app.url}/base", options={"verify_exp": False})
    assert told["iss"] == install.client_key
    assert told["qsh"] == query_hash("POST", "/life/installed", "")
    assert (told["iat"], told["exp"] - told["iat"]) == (int(film.clock().timestamp()), 180)
    assert call.json["sharedSecret"] == install.shared_secret
    assert {name: call.json[name] for name in ("key", "clientKey", "baseUrl", "productType", "eventType")} == {
        "key": "org.example.small",
        "clientKey": install.client_key,
        "baseUrl": film.url,
        "productType": "jira",
        "eventType": "installed",
    }
    assert requests.get(f"{film.url}/_emulator/connect/install-keys/other").status_code == 404


def test_enabled_follows_an_install_signed_with_the_shared_secret(app: App, install: ConnectInstall) -> None:
    assert [(each.event, each.status) for each in install.answers] == [("installed", 204), ("enabled", 204)]
    (call,) = app.to("/base/life/enabled")
    assert _claims(call.token, install)["qsh"] == query_hash("POST", "/life/enabled", "")
    assert "sharedSecret" not in call.json
    assert (install.account.account_type, install.account.name) == ("app", "Small app")


@pytest.mark.parametrize("status", [201, 302, 400, 401, 500])
def test_an_install_the_app_does_not_take_never_was(film: Film, app: App, status: int) -> None:
    app.answers["/base/life/installed"] = [status]
    refused = film.site.install_connect(f"{app.url}/descriptor.json")
    assert (refused.state, refused.answers[-1].status) == (AppState.REFUSED, status)
    assert app.to("/base/life/enabled") == []
    key = film.issue()
    film.site.transition(key, "Done", by=film.ana)
    assert film.site.flush_webhooks() == []


@pytest.mark.parametrize("missing", ["key", "baseUrl", "authentication", "lifecycle", "apiMigrations"])
def test_a_descriptor_that_cannot_be_installed_is_refused(film: Film, app: App, missing: str) -> None:
    del app.descriptor[missing]
    with pytest.raises(ScriptError):
        film.site.install_connect(f"{app.url}/descriptor.json")


def test_a_webhook_is_bound_to_its_url_and_filled_and_filtered(film: Film, app: App, install: ConnectInstall) -> None:
    film.site.add_project("OPS", "Operations")
    other = film.site.create_issue("OPS", "Task", "Elsewhere", reporter=film.ana)
    key = film.issue()
    for each in (other, key):
        film.site.transition(each, "Done", by=film.ana)
    film.site.flush_webhooks()
    (call,) = app.to("/base/hook")
    assert call.target == f"/base/hook?key={key}&b=2"
    claims = _claims(call.token, install)
    assert claims["iss"] == install.client_key
    assert claims["qsh"] == query_hash("POST", "/hook", f"key={key}&b=2")
    assert claims["exp"] - claims["iat"] == 180
    assert call.headers["authorization"].startswith("JWT ")
    assert "x-hub-signature" not in call.headers
    assert "matchedWebhookIds" not in call.json
    assert call.json["changelog"]["items"][-1]["toString"] == "Done"


def test_a_webhook_without_a_body_is_sent_without_one(film: Film, app: App, install: ConnectInstall) -> None:
    film.site.start_sprint(film.site.add_sprint(film.site.add_board("FLEX", "Board"), "Sprint 1"))
    film.site.flush_webhooks()
    assert [call.raw for call in app.to("/base/sprint")] == [b""]


def test_a_delivery_tried_again_later_carries_a_token_of_that_time(
    film: Film, app: App, install: ConnectInstall
) -> None:
    film.site.transition(film.issue(), "Done", by=film.ana)
    (delivery,) = film.site.flush_webhooks()
    film.clock.forward(minutes=10)
    film.site.redeliver(delivery.id)
    film.site.flush_webhooks()
    first, second = app.to("/base/hook")
    assert _claims(second.token, install)["iat"] - _claims(first.token, install)["iat"] == 600
    name = "x-atlassian-webhook-identifier"
    assert (first.raw, first.headers[name]) == (second.raw, second.headers[name])


def test_admins_do_not_see_the_webhooks_of_apps(film: Film, install: ConnectInstall) -> None:
    assert film.as_bot.json("GET", "/rest/webhooks/1.0/webhook") == []
    number = next(iter(film.site.world.webhooks))
    assert film.as_bot("GET", f"/rest/webhooks/1.0/webhook/{number}").status_code == 404


def test_a_disabled_or_uninstalled_app_hears_nothing_and_may_not_call(
    film: Film, app: App, install: ConnectInstall
) -> None:
    key = film.issue()
    film.site.disable_connect(install)
    film.site.transition(key, "Done", by=film.ana)
    assert _asked(film, install, "GET", "/rest/api/3/myself").status_code == 401
    film.site.enable_connect(install)
    assert _asked(film, install, "GET", "/rest/api/3/myself").status_code == 200
    film.site.uninstall_connect(install)
    film.site.transition(key, "In Progress", by=film.ana)
    assert film.site.flush_webhooks() == []
    assert _asked(film, install, "GET", "/rest/api/3/myself").status_code == 401
    events = [each.event for each in install.answers]
    assert events == ["installed", "enabled", "disabled", "enabled", "uninstalled"]
    (call,) = app.to("/base/life/uninstalled")
    assert jwt.get_unverified_header(call.token)["alg"] == "RS256"


def test_a_reinstall_keeps_the_client_key_and_changes_the_secret(film: Film, app: App, install: ConnectInstall) -> None:
    old = install.shared_secret
    assert film.site.reinstall_connect(install, base_url="https://moved.example") is True
    first, second = (call.json for call in app.to("/base/life/installed"))
    assert first["clientKey"] == second["clientKey"]
    assert (first["sharedSecret"], second["sharedSecret"]) == (old, install.shared_secret)
    assert second["baseUrl"] == "https://moved.example"
    assert old != install.shared_secret


def test_a_reinstall_the_app_refuses_changes_nothing(film: Film, app: App, install: ConnectInstall) -> None:
    old = install.shared_secret
    app.answers["/base/life/installed"] = [401]
    assert film.site.reinstall_connect(install) is False
    assert install.shared_secret == old
    assert _asked(film, install, "GET", "/rest/api/3/myself").status_code == 200


def test_an_iframes_address_is_signed_for_who_is_looking(film: Film, app: App, install: ConnectInstall) -> None:
    key = film.issue()
    url = urlsplit(film.site.connect_url(install, "panel", key, film.ana))
    query = parse_qs(url.query)
    assert (url.path, query["issueKey"], query["xdm_e"]) == ("/base/panel", [key], [film.url])
    claims = _claims(query["jwt"][0], install)
    assert claims["qsh"] == query_hash("GET", "/panel", url.query)
    assert claims["sub"] == film.ana
    assert claims["context"]["jira"]["issue"]["key"] == key
    admin = urlsplit(film.site.connect_url(install, "admin", account_id=film.ana))
    assert _claims(parse_qs(admin.query)["jwt"][0], install)["qsh"] == query_hash("GET", "/admin", admin.query)


def test_a_context_token_belongs_to_a_person_and_no_request(film: Film, install: ConnectInstall) -> None:
    key = film.issue()
    claims = _claims(film.site.context_token(install, film.ana, key), install)
    assert (claims["qsh"], claims["sub"], claims["iss"]) == ("context-qsh", film.ana, install.client_key)
    assert claims["context"]["jira"]["issue"]["key"] == key


def test_the_issue_page_holds_the_panel_and_hands_it_a_context_token(
    film: Film, app: App, install: ConnectInstall
) -> None:
    key = film.issue()
    shown = requests.get(f"{film.url}/browse/{key}", cookies={"persona": film.ana})
    frame = unescape(shown.text.partition("<iframe ")[2].partition("</iframe>")[0])
    handed = json.loads(frame.partition('name="')[2].partition('" height')[0])
    assert f'src="{app.url}/base/panel?issueKey={key}&' in frame
    assert _claims(handed["contextJwt"], install)["sub"] == film.ana
    assert f"frame-src 'self' {app.url}" in shown.headers["Content-Security-Policy"]
    assert "AP" in requests.get(f"{film.url}/_emulator/connect/all.js").text
    film.site.uninstall_connect(install)
    assert "<iframe" not in requests.get(f"{film.url}/browse/{key}").text


def _signed(film: Film, install: ConnectInstall, method: str, target: str, **other: Any) -> str:
    path, _, query = target.partition("?")
    now = int(film.clock().timestamp())
    claims = {
        "iss": install.key,
        "aud": [install.client_key],
        "iat": now,
        "exp": now + 180,
        "qsh": query_hash(method, path, query),
    }
    return jwt.encode(claims | other, install.shared_secret, algorithm="HS256")


def _asked(film: Film, install: ConnectInstall, method: str, target: str, **more: Any) -> requests.Response:
    headers = {"Authorization": f"JWT {_signed(film, install, method, target)}"}
    return requests.request(method, film.url + target, headers=headers, **more)


def test_an_app_calls_the_site_as_itself_and_sees_every_project(film: Film, install: ConnectInstall) -> None:
    film.site.add_project("SECRET", "Secret", private=True)
    hidden = film.site.create_issue("SECRET", "Task", "Hidden", reporter=film.ana)
    answer = _asked(film, install, "GET", f"/rest/api/3/issue/{hidden}?fields=summary&fields=status")
    assert (answer.status_code, answer.json()["key"]) == (200, hidden)
    made = _asked(film, install, "POST", f"/rest/api/3/issue/{hidden}/comment", json={"body": doc("Hello")})
    assert (made.status_code, made.json()["author"]["accountType"]) == (201, "app")
    assert made.json()["author"]["accountId"] == install.account.account_id
    if SPECS is not None:
        assert [problem for each in film.site.requests for problem in check_exchange(each)] == []


@pytest.mark.parametrize(
    "other",
    [
        {"qsh": query_hash("GET", "/rest/api/3/field", "")},
        {"qsh": "context-qsh"},
        {"exp": 1},
        {"iss": "org.example.other"},
        {"aud": ["another-tenant"]},
    ],
    ids=["another request", "context token", "expired", "another app", "another tenant"],
)
def test_a_token_that_does_not_fit_is_refused(film: Film, install: ConnectInstall, other: dict[str, Any]) -> None:
    token = _signed(film, install, "GET", "/rest/api/3/myself", **other)
    refused = requests.get(f"{film.url}/rest/api/3/myself", headers={"Authorization": f"JWT {token}"})
    assert refused.status_code == 401


def test_an_app_of_jira_is_nobody_to_confluence(film: Film, install: ConnectInstall) -> None:
    assert _asked(film, install, "GET", "/wiki/api/v2/spaces").status_code == 401
    assert _asked(film, install, "GET", "/rest/agile/1.0/board").status_code == 200


def test_a_token_of_another_secret_or_none_is_refused(film: Film, install: ConnectInstall) -> None:
    good = jwt.decode(_signed(film, install, "GET", "/rest/api/3/myself"), options={"verify_signature": False})
    for secret, algorithm in (("x" * 32, "HS256"), ("", "none"), (install.shared_secret, "HS512")):
        token = jwt.encode(good, secret, algorithm=algorithm)
        refused = requests.get(f"{film.url}/rest/api/3/myself", headers={"Authorization": f"JWT {token}"})
        assert refused.status_code == 401
    assert requests.get(f"{film.url}/rest/api/3/myself", headers={"Authorization": "JWT x"}).status_code == 401


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ("learnedTopic = caching", True),
        ("learnedtopic in (links, billing)", True),
        ("learnedTopic = links", False),
        ("learnedTopic != links", True),
        ("learned ~ 'short ask'", True),
        ("learned ~ nothing", False),
        ("learnedWeight > 2", True),
        ("learnedWeight <= 2", False),
        ("learnedWeight is empty", False),
        ("learnedAt >= '2026-11-01'", True),
        ("learnedAt < '2026-11-01'", False),
    ],
)
def test_people_search_by_the_aliases_of_an_apps_properties(
    film: Film, install: ConnectInstall, jql: str, found: bool
) -> None:
    key = film.issue()
    kept = {
        "topics": ["caching", "billing"],
        "what": {"said": "Ask first, keep it short"},
        "weight": 3,
        "at": "2026-11-02T09:00:00Z",
    }
    film.as_bot("PUT", f"/rest/api/3/issue/{key}/properties/small.learning", json=kept)
    asked = {"jql": f"project = FLEX AND {jql}", "fields": ["key"]}
    answer = film.as_bot.json("POST", "/rest/api/3/search/jql", json=asked)
    assert [each["key"] for each in answer["issues"]] == ([key] if found else [])


def test_an_alias_ends_with_its_app(film: Film, install: ConnectInstall) -> None:
    film.site.uninstall_connect(install)
    refused = film.as_bot("POST", "/rest/api/3/search/jql", json={"jql": "learnedTopic = caching"})
    assert refused.status_code == 400
