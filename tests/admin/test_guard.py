"""Who may use an admin page: sessions, roles, tenants, and forms of our own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.admin.browsing import PASSWORD, Browser, account, logged_in
from tests.alone import StillClock
from worker.deployment import Deployment
from worker.store import accounts
from worker.store.accounts import Role


def test_without_a_session_every_page_asks_to_log_in_and_comes_back(app: Flask) -> None:
    answer = app.test_client().get("/admin/?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/login?next=/admin/?x%3D1")


def test_logging_in_begins_a_new_session_and_goes_where_one_wanted(app: Flask, parts: Deployment) -> None:
    account(parts)
    client = app.test_client()
    client.set_cookie("learnloop", "a session somebody planted", path="/admin")
    form = {"email": "ANA@example.org ", "password": PASSWORD, "next": "/admin/?done=x"}
    answer = client.post("/admin/login", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/?done=x")
    cookie = answer.headers["Set-Cookie"]
    assert "planted" not in cookie
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/admin"))
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/admin/", "//elsewhere.example/admin/", "/answer/x", ""])
def test_logging_in_leads_nowhere_but_to_our_own_pages(app: Flask, parts: Deployment, wanted: str) -> None:
    account(parts)
    form = {"email": "ana@example.org", "password": PASSWORD, "next": wanted}
    assert app.test_client().post("/admin/login", data=form).headers["Location"] == "/admin/"


@pytest.mark.parametrize(("email", "password"), [("ana@example.org", "wrong"), ("bo@example.org", PASSWORD), ("", "")])
def test_a_wrong_login_says_the_same_whatever_was_wrong(
    app: Flask, parts: Deployment, email: str, password: str
) -> None:
    account(parts)
    answer = app.test_client().post("/admin/login", data={"email": email, "password": password})
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_after_five_failures_not_even_the_right_password_is_looked_at_for_a_while(
    app: Flask, parts: Deployment
) -> None:
    account(parts)
    client = app.test_client()
    for _ in range(5):
        assert client.post("/admin/login", data={"email": "ana@example.org", "password": "no"}).status_code == 401
    right = {"email": "Ana@Example.org", "password": PASSWORD}
    assert client.post("/admin/login", data=right).status_code == 429
    assert isinstance(parts.clock, StillClock)
    parts.clock.forward(timedelta(minutes=16))
    assert client.post("/admin/login", data=right).status_code == 302


@pytest.mark.parametrize("change", ["log out", "disable", "wait"])
def test_a_session_ends_everywhere_at_once(owner: Browser, parts: Deployment, change: str) -> None:
    assert owner.get("/admin/").status_code == 200
    now = parts.clock.now()
    if change == "log out":
        assert owner.post("/admin/logout").status_code == 302
    elif change == "disable":
        with parts.db.begin() as tx:
            accounts.change(tx, owner.account_id, disabled_at=now)
    else:
        assert isinstance(parts.clock, StillClock)
        parts.clock.forward(timedelta(hours=13))
    assert owner.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 302),
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "http://localhost"}, 302),
    ],
)
def test_a_form_sent_from_another_site_is_refused(owner: Browser, headers: dict[str, str], status: int) -> None:
    assert owner.post("/admin/logout", headers=headers).status_code == status


def test_a_form_of_an_earlier_session_is_not_taken_and_gives_back_what_was_typed(owner: Browser) -> None:
    answer = owner.client.post("/admin/logout", data={"form_token": "of yesterday", "words": "a long text"})
    assert answer.status_code == 400
    assert "a long text" in answer.text
    assert owner.get("/admin/").status_code == 200


def test_a_site_that_an_account_does_not_see_is_not_listed(app: Flask, parts: Deployment) -> None:
    seen = logged_in(app, parts, Role.READER, ["t1"])
    assert "example.atlassian.net" in seen.get("/admin/").text
    other = logged_in(app, parts, Role.READER, ["t2"], "bo@example.org")
    assert "example.atlassian.net" not in other.get("/admin/").text
