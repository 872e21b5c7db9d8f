"""Every route says who may use it, and every answer, refusals included, tells browsers what not to do with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.web.conftest import Jira
from tests.world import World
from webhooks.access import Access, for_, require_declarations
from webhooks.app import create_app
from worker.deployment import Deployment

# --- who may use it ---


def test_every_route_is_declared_and_only_these_are_open(parts: Deployment) -> None:
    app = create_app(parts)
    declared = {
        rule.rule: vars(app.view_functions[rule.endpoint]).get("access")
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    }
    opened = {rule for rule, who in declared.items() if who is Access.OPEN}
    assert opened == {"/", "/healthz", "/readyz", "/atlassian-connect.json"}
    assert set(declared.values()) == set(Access)


def test_a_route_that_does_not_say_who_may_use_it_keeps_the_application_from_starting() -> None:
    app = Flask("small")
    app.add_url_rule("/open", "open", for_(Access.OPEN)(lambda: "for anyone"))
    require_declarations(app)
    app.add_url_rule("/secret", "the secret", lambda: "for whom?")
    with pytest.raises(RuntimeError, match="the secret does not say who may use it"):
        require_declarations(app)


# --- headers ---


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/static/learnloop.css", 200),
        ("GET", "/static/topics.js", 200),
        ("HEAD", "/", 200),
        ("OPTIONS", "/", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/answer/forged", 404),
        ("POST", "/answer/forged", 404),
        ("GET", "/static/../app.py", 404),
        ("POST", "/", 405),
        ("GET", "/webhooks/cloud/path-of-t1", 405),
        ("POST", "/webhooks/cloud/nobody", 404),
        ("POST", "/webhooks/cloud/path-of-t1", 401),
    ],
)
def test_every_answer_carries_the_headers_that_keep_a_browser_safe(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    answer.close()
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    rules = {"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"}
    assert rules <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Set-Cookie" not in answer.headers


def test_the_form_and_its_refusals_are_never_kept_but_the_style_is(shared: World) -> None:
    link, base = shared.link(shared.closed()), shared.deployment.settings.base_url
    saved = {"learned": "Yes.", "choice": "learned"}
    answers = [
        requests.get(link, timeout=10),
        requests.post(link, data={}, timeout=10),
        requests.post(link, data=saved, timeout=10, allow_redirects=False),
        requests.get(f"{link}x", timeout=10),
    ]
    assert [one.status_code for one in answers] == [200, 422, 303, 404]
    assert {one.headers["Cache-Control"] for one in answers} == {"no-store"}
    style = requests.get(f"{base}/static/learnloop.css", timeout=10)
    assert style.headers["Cache-Control"] == "public, max-age=3600"


# --- refusals ---


def test_a_refused_method_names_those_that_work(client: FlaskClient) -> None:
    answer = client.delete("/healthz")
    assert answer.status_code == 405
    assert answer.allow is not None
    assert "GET" in answer.allow
    assert "<h1>Method Not Allowed</h1>" in answer.text


@pytest.fixture
def quiet() -> Iterator[None]:
    """The log says what broke; this test breaks it on purpose."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


FAILURES = {
    "a database that fails": ("ALTER TABLE tenants RENAME TO lost", 503, "send it again in a minute"),
    "a row nobody can read": ("UPDATE tenants SET source = 'nonsense'", 500, "Internal Server Error"),
}


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("damage", "status", "says"), FAILURES.values(), ids=FAILURES)
def test_an_unexpected_failure_is_a_page_without_its_insides(jira: Jira, damage: str, status: int, says: str) -> None:
    with jira.parts.db.begin() as tx:
        tx.execute(text(damage))
    answer = jira.sends({})
    assert answer.status_code == status
    assert says in answer.text
    assert "Content-Security-Policy" in answer.headers
    for inside in ("Traceback", "sqlite3", "no such table", "SELECT", "nonsense"):
        assert inside not in answer.text


@pytest.mark.parametrize("host", [".", "a..b", "[", "-"])
def test_a_host_that_is_none_gets_a_refusal_and_not_a_mistake_of_ours(client: FlaskClient, host: str) -> None:
    for path in ("/answer/x", "/nowhere", "/admin/"):
        assert client.get(path, headers={"Host": host}).status_code < 500


@pytest.mark.parametrize(
    "path", ["/webhooks/cloud/a%00b", "/webhooks/test/a%00b", "/answer/a%00b", "/admin/join/a%00b"]
)
def test_nothing_has_a_name_with_nul_in_it(client: FlaskClient, path: str) -> None:
    assert {client.get(path).status_code, client.post(path).status_code} <= {404, 405}
