"""Every route says who may use it, and every answer, refusals included, tells browsers what not to do with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.web.conftest import Jira
from webhooks.access import Access, for_, require_declarations
from webhooks.app import create_app
from worker.deployment import Deployment


def test_every_route_of_the_application_declares_its_access(parts: Deployment) -> None:
    app = create_app(parts)
    declared = {name: view.__dict__.get("access") for name, view in app.view_functions.items() if name != "static"}
    assert set(declared.values()) == set(Access)
    assert None not in declared.values()


def test_an_application_with_an_undeclared_route_does_not_start() -> None:
    app = Flask("small")
    app.add_url_rule("/open", "open", for_(Access.OPEN)(lambda: "open"))
    require_declarations(app)
    app.add_url_rule("/secret", "secret", lambda: "secret")
    with pytest.raises(RuntimeError, match=r"secret.*who may use it"):
        require_declarations(app)


def test_a_declaration_leaves_the_view_as_it_is() -> None:
    def view() -> str:
        return "words"

    assert for_(Access.SIGNED_LINK)(view) is view
    assert view() == "words"


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
        ("GET", "/static/../../worker/config.py", 404),
        ("POST", "/", 405),
        ("POST", "/webhooks/cloud/nobody", 404),
        ("POST", "/webhooks/cloud/path-of-t1", 401),
    ],
)
def test_every_answer_carries_the_headers_that_protect_it(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    answer.close()
    assert answer.status_code == status
    headers = answer.headers
    rules = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} <= set(rules)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("path", "rule"), [("/static/learnloop.css", "public, max-age=3600"), ("/answer/forged", "no-store"), ("/", "no-store")]
)
def test_no_answer_is_kept_by_anybody_but_the_style(client: FlaskClient, path: str, rule: str) -> None:
    answer = client.get(path)
    answer.close()
    assert answer.headers["Cache-Control"] == rule


@pytest.fixture
def quiet() -> Iterator[None]:
    """The log says what broke; this test breaks it on purpose."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def test_a_mistake_of_ours_is_a_page_without_its_traceback(jira: Jira, quiet: None) -> None:
    with jira.parts.db.begin() as tx:
        tx.execute(text("DROP TABLE statuses"))
        tx.execute(text("ALTER TABLE tenants RENAME TO lost"))
    answer = jira.sends({})
    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer.headers
    for inside in ("Traceback", "sqlite3", "no such table", str(Path(__file__).parent.parent)):
        assert inside not in answer.text


def test_a_refusal_is_a_page_a_person_understands(client: FlaskClient) -> None:
    answer = client.get("/answer/forged")
    assert answer.mimetype == "text/html"
    assert "Open it again from the comment on the issue." in answer.text
