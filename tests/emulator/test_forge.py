"""Forge apps on the emulated site: invocation tokens, short-lived tokens of the gateway, events in Forge's shapes,
schedules, and calls from the app's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
import requests

from tests.emulator.apps import App, Call, running_app
from tests.emulator.conftest import Film
from tests.emulator.test_issues import doc
from worker.emulator.apps_model import ForgeInstall
from worker.emulator.errors import ScriptError

APP_ID = "ari:cloud:ecosystem::app/0a1b2c3d-0000-4000-8000-00000000000a"
EVENTS = [
    "avi:jira:updated:issue",
    "avi:jira:commented:issue",
    "avi:jira:deleted:issue",
    "avi:jira-software:started:sprint",
    "avi:jira-software:closed:sprint",
]
SYSTEM = {"appSystemToken": {"enabled": True}}


def _manifest() -> dict[str, Any]:
    return {
        "app": {"id": APP_ID, "name": "Small app"},
        "permissions": {"scopes": ["read:jira-work", "read:page:confluence"]},
        "remotes": [{"key": "small", "configurable": {"name": "Small"}}],
        "modules": {
            "endpoint": [
                {"key": "events", "remote": "small", "route": {"path": "/events"}, "auth": SYSTEM},
                {"key": "beat", "remote": "small", "route": {"path": "/beat"}, "auth": SYSTEM},
                {
                    "key": "panel",
                    "remote": "small",
                    "route": {"path": "/panel"},
                    "auth": SYSTEM | {"appUserToken": {"enabled": True}},
                },
                {"key": "bare", "remote": "small", "route": {"path": "/bare"}},
            ],
            "trigger": [{"key": "work", "endpoint": "events", "events": EVENTS, "filter": {"ignoreSelf": True}}],
            "scheduledTrigger": [{"key": "pulse", "endpoint": "beat", "interval": "fiveMinute"}],
            "jira:issuePanel": [{"key": "issue-panel"}],
            "jira:adminPage": [{"key": "admin-page"}],
        },
    }


@pytest.fixture
def app() -> Iterator[App]:
    with running_app() as made:
        yield made


@pytest.fixture
def install(film: Film, app: App) -> ForgeInstall:
    return film.site.install_forge(_manifest(), app.url, APP_ID)


def _claims(film: Film, call: Call) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_dict(requests.get(f"{film.url}/_emulator/forge/jwks.json").json())
    key = keys[jwt.get_unverified_header(call.token)["kid"]]
    return jwt.decode(
        call.token,
        key,
        algorithms=["RS256"],
        audience=APP_ID,
        issuer="forge/invocation-token",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )


def _told(film: Film, app: App) -> Any:
    film.site.flush_webhooks()
    return app.to("/events")[-1].json


def test_an_event_is_invoked_with_a_token_that_names_app_installation_and_site(
    film: Film, app: App, install: ForgeInstall
) -> None:
    film.site.transition(film.issue(), "Done", by=film.ana)
    film.site.flush_webhooks()
    (call,) = app.to("/events")
    claims = _claims(film, call)
    base = f"{film.url}/ex/jira/{film.site.cloud_id}"
    ari = f"ari:cloud:ecosystem::installation/{install.installation_id}"
    assert claims["app"]["id"] == APP_ID
    assert (claims["app"]["installationId"], claims["app"]["apiBaseUrl"]) == (ari, base)
    contexts = claims["app"]["installation"]["contexts"]
    assert [each["name"] for each in contexts] == ["jira", "confluence"]
    assert contexts[1]["apiBaseUrl"] == f"{film.url}/ex/confluence/{film.site.cloud_id}"
    assert claims["context"] == {"cloudId": film.site.cloud_id, "siteUrl": film.url, "moduleKey": "work"}
    assert claims["nbf"] == claims["iat"] == int(film.clock().timestamp())
    assert "principal" not in claims
    assert re.fullmatch(r"[0-9a-f]{32}", call.headers["x-b3-traceid"])
    assert re.fullmatch(r"[0-9a-f]{16}", call.headers["x-b3-spanid"])


def test_a_system_token_opens_the_gateway_as_the_app_until_it_ends(film: Film, app: App) -> None:
    install = film.site.install_forge(_manifest(), app.url, APP_ID, token_life=timedelta(minutes=10))
    film.site.tick_forge()
    film.site.flush_webhooks()
    (call,) = app.to("/beat")
    bearer = {"Authorization": f"Bearer {call.headers['x-forge-oauth-system']}"}
    base = _claims(film, call)["app"]["apiBaseUrl"]
    me = requests.get(f"{base}/rest/api/3/myself", headers=bearer).json()
    assert (me["accountId"], me["accountType"]) == (install.account.account_id, "app")
    assert requests.get(f"{film.url}/rest/api/3/myself", headers=bearer).status_code == 401
    film.clock.forward(minutes=10)
    assert requests.get(f"{base}/rest/api/3/myself", headers=bearer).status_code == 401


@pytest.mark.parametrize(("scopes", "status"), [(["read:jira-work"], 401), (["read:page:confluence"], 200)])
def test_a_system_token_opens_confluence_only_with_a_scope_of_confluence(
    film: Film, app: App, scopes: list[str], status: int
) -> None:
    film.site.install_forge(_manifest() | {"permissions": {"scopes": scopes}}, app.url, APP_ID)
    film.site.tick_forge()
    film.site.flush_webhooks()
    bearer = {"Authorization": f"Bearer {app.to('/beat')[0].headers['x-forge-oauth-system']}"}
    spaces = f"{film.url}/ex/confluence/{film.site.cloud_id}/wiki/api/v2/spaces"
    assert requests.get(spaces, headers=bearer).status_code == status


def test_a_schedule_fires_once_a_tick_and_each_call_has_a_token_of_its_own(
    film: Film, app: App, install: ForgeInstall
) -> None:
    for _ in range(2):
        film.site.tick_forge()
    film.site.flush_webhooks()
    first, second = app.to("/beat")
    assert first.json == {"context": {"cloudId": film.site.cloud_id, "moduleKey": "pulse"}}
    assert first.headers["x-forge-oauth-system"] != second.headers["x-forge-oauth-system"]


def test_a_move_is_told_in_forges_short_shape(film: Film, app: App, install: ForgeInstall) -> None:
    key = film.issue(assignee=film.ole)
    film.site.transition(key, "Done", by=film.ana)
    told = _told(film, app)
    assert (told["eventType"], told["atlassianId"]) == ("avi:jira:updated:issue", film.ana)
    assert told["selfGenerated"] is False
    assert set(told["issue"]["fields"]) == {
        *("summary", "issuetype", "creator", "created", "project", "reporter", "assignee", "updated", "status")
    }
    assert told["issue"]["fields"]["assignee"] == {"accountId": film.ole}
    moved = told["changelog"]["items"][-1]
    assert (moved["fieldId"], moved["fromString"], moved["toString"]) == ("status", "To Do", "Done")
    assert [each["name"] for each in told["associatedStatuses"]] == ["To Do", "Done"]
    assert "timestamp" not in told


def test_comments_deletions_and_sprints_are_told(film: Film, app: App, install: ForgeInstall) -> None:
    key = film.issue()
    film.site.comment(key, "learned: ask", by=film.ana)
    told = _told(film, app)
    assert (told["eventType"], told["comment"]["author"]) == ("avi:jira:commented:issue", {"accountId": film.ana})
    sprint = film.site.add_sprint(film.site.add_board("FLEX", "Board"), "Sprint 1", goal="Learn")
    film.site.start_sprint(sprint, by=film.ana)
    assert _told(film, app)["eventType"] == "avi:jira-software:started:sprint"
    film.site.close_sprint(sprint, by=film.ana)
    told = _told(film, app)
    assert (told["eventType"], told["atlassianId"]) == ("avi:jira-software:closed:sprint", film.ana)
    assert (told["sprint"]["id"], told["sprint"]["originBoardId"]) == (str(sprint), "1")
    assert (told["sprint"]["state"], told["sprint"]["goal"]) == ("closed", "Learn")
    assert told["sprint"]["completeDate"] == "2026-11-02T09:14:05.000+0000"
    film.site.delete_issue(key, by=film.ana)
    assert _told(film, app)["issue"]["key"] == key


def test_an_app_that_asked_so_hears_nothing_of_its_own_acts(film: Film, app: App, install: ForgeInstall) -> None:
    key = film.issue()
    film.site.tick_forge()
    film.site.flush_webhooks()
    token = app.to("/beat")[-1].headers["x-forge-oauth-system"]
    comment = f"{film.url}/ex/jira/{film.site.cloud_id}/rest/api/3/issue/{key}/comment"
    made = requests.post(comment, json={"body": doc("Hello")}, headers={"Authorization": f"Bearer {token}"})
    assert made.status_code == 201
    film.site.flush_webhooks()
    assert app.to("/events") == []


def test_an_app_that_did_not_ask_so_is_told_which_acts_were_its_own(film: Film, app: App) -> None:
    manifest = _manifest()
    del manifest["modules"]["trigger"][0]["filter"]
    install = film.site.install_forge(manifest, app.url, APP_ID)
    film.site.comment(film.issue(), "Hello", by=install.account.account_id)
    assert _told(film, app)["selfGenerated"] is True


def test_an_event_is_retried_four_times_with_the_same_body_and_new_tokens(
    film: Film, app: App, install: ForgeInstall
) -> None:
    app.answers["/events"] = [500] * 9
    film.site.transition(film.issue(), "Done", by=film.ana)
    (delivery,) = film.site.flush_webhooks()
    calls = app.to("/events")
    assert (delivery.attempts, len(calls)) == (5, 5)
    assert delivery.timeout == 5.0
    assert len({call.raw for call in calls}) == 1
    assert len({call.token for call in calls}) == 5


def test_a_page_of_the_app_calls_its_remote_as_the_person_looking(film: Film, app: App, install: ForgeInstall) -> None:
    key = film.issue()
    answer = film.site.invoke_remote(install, "/panel", {"a": 1}, film.ana, key)
    assert answer.status_code == 204
    (call,) = app.to("/panel")
    claims = _claims(film, call)
    assert call.json == {"a": 1}
    assert (claims["principal"], claims["context"]["moduleKey"]) == (film.ana, "issue-panel")
    extension = claims["context"]["extension"]
    assert (extension["type"], extension["issue"]["key"]) == ("jira:issuePanel", key)
    assert extension["project"]["key"] == "FLEX"
    user = {"Authorization": f"Bearer {call.headers['x-forge-oauth-user']}"}
    base = f"{film.url}/ex/jira/{film.site.cloud_id}"
    assert requests.get(f"{base}/rest/api/3/myself", headers=user).json()["accountId"] == film.ana
    film.site.invoke_remote(install, "/bare", {}, film.ana)
    bare = app.to("/bare")[0]
    assert _claims(film, bare)["context"]["moduleKey"] == "admin-page"
    assert [name for name in bare.headers if name.startswith("x-forge")] == []
    with pytest.raises(ScriptError):
        film.site.invoke_remote(install, "/elsewhere", {}, film.ana)


def test_keys_are_rotated_with_the_old_one_kept_until_dropped(film: Film, app: App, install: ForgeInstall) -> None:
    def kids() -> list[str]:
        return [key["kid"] for key in requests.get(f"{film.url}/_emulator/forge/jwks.json").json()["keys"]]

    film.site.tick_forge()
    film.site.flush_webhooks()
    first = kids()
    new = film.site.rotate_forge_keys()
    assert kids() == [*first, new]
    film.site.tick_forge()
    film.site.flush_webhooks()
    old_call, new_call = app.to("/beat")
    assert jwt.get_unverified_header(new_call.token)["kid"] == new
    assert _claims(film, old_call)["iss"] == _claims(film, new_call)["iss"]
    last = film.site.rotate_forge_keys(drop=True)
    assert kids() == [last]
    assert len({*first, new, last}) == 3


def test_uninstalling_kills_tokens_and_reinstalling_makes_a_new_installation(
    film: Film, app: App, install: ForgeInstall
) -> None:
    film.site.tick_forge()
    film.site.flush_webhooks()
    bearer = {"Authorization": f"Bearer {app.to('/beat')[0].headers['x-forge-oauth-system']}"}
    myself = f"{film.url}/ex/jira/{film.site.cloud_id}/rest/api/3/myself"
    assert requests.get(myself, headers=bearer).status_code == 200
    film.site.uninstall_forge(install)
    assert requests.get(myself, headers=bearer).status_code == 401
    film.site.tick_forge()
    film.site.transition(film.issue(), "Done", by=film.ana)
    film.site.flush_webhooks()
    assert (len(app.to("/beat")), app.to("/events")) == (1, [])
    again = film.site.reinstall_forge(install)
    assert again.installation_id != install.installation_id
    assert again.account is install.account
    film.site.tick_forge()
    film.site.flush_webhooks()
    assert requests.get(myself, headers=bearer).status_code == 401
    assert again.installation_id in _claims(film, app.to("/beat")[-1])["app"]["installationId"]


def test_an_app_hears_that_it_is_installed_and_last_that_it_will_not_be(film: Film, app: App) -> None:
    manifest = _manifest()
    manifest["modules"]["trigger"][0]["events"] = ["avi:forge:installed:app"]
    manifest["modules"]["preUninstall"] = [{"key": "goings", "endpoint": "beat"}]
    install = film.site.install_forge(manifest, app.url, APP_ID, by=film.ana)
    film.site.flush_webhooks()
    told = app.to("/events")[0].json
    assert (told["eventType"], told["installerAccountId"]) == ("avi:forge:installed:app", film.ana)
    app.answers["/beat"] = [500]
    film.site.uninstall_forge(install)
    (last,) = app.to("/beat")
    assert last.json["context"]["moduleKey"] == "goings"
    assert install.installation_id in _claims(film, last)["app"]["installationId"]
    assert [(each.event, each.status) for each in install.answers] == [("preUninstall", 500)]


def test_a_page_names_its_path_when_its_resolvers_endpoint_has_none(film: Film, app: App) -> None:
    manifest = _manifest()
    manifest["remotes"][0]["auth"] = SYSTEM
    manifest["modules"]["endpoint"].append({"key": "screens", "remote": "small"})
    manifest["modules"]["jira:issuePanel"][0]["resolver"] = {"endpoint": "screens"}
    install = film.site.install_forge(manifest, app.url, APP_ID)
    film.site.invoke_remote(install, "/any/path", {}, film.ana, film.issue())
    (call,) = app.to("/any/path")
    assert _claims(film, call)["context"]["moduleKey"] == "issue-panel"
    assert "x-forge-oauth-system" in call.headers
    assert "x-forge-oauth-user" not in call.headers
    with pytest.raises(ScriptError):
        film.site.invoke_remote(install, "/any/path", {}, film.ana)


@pytest.mark.parametrize(
    "wrong", [{"endpoint": "nowhere"}, {"filter": {"expression": "issue.id > 1"}}], ids=["endpoint", "expression"]
)
def test_a_manifest_that_cannot_be_acted_out_is_refused(film: Film, app: App, wrong: dict[str, Any]) -> None:
    manifest = _manifest()
    manifest["modules"]["trigger"][0] |= wrong
    with pytest.raises(ScriptError):
        film.site.install_forge(manifest, app.url, APP_ID)
