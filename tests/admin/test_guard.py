"""Who may use an admin page: sessions, roles, tenants, and forms of our own."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.admin.browsing import PASSWORD, Browser, account, logged_in
from tests.alone import StillClock
from webhooks.app import create_app
from worker import admitting, config
from worker.deployment import Deployment, assemble
from worker.jobs import upkeep
from worker.jobs.context import Context
from worker.store import accounts
from worker.store.accounts import Role
from worker.store.schema_of_admins import invitations, login_attempts, sessions


def test_without_a_session_every_page_asks_to_log_in_and_comes_back(app: Flask) -> None:
    answer = app.test_client().get("/admin/?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/login?next=/admin/?x%3D1")


def test_logging_in_begins_a_new_session_and_goes_where_one_wanted(app: Flask, parts: Deployment) -> None:
    account(parts)
    client = app.test_client()
    client.set_cookie("learnloop", "a session somebody planted", path="/admin")
    form = {"email": "ANA@example.org ", "password": PASSWORD, "next": "/admin/?look=x"}
    answer = client.post("/admin/login", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/?look=x")
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


@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org", "an\0a@example.org", "x" * 5_000, "<b>Ö🙂"])
def test_after_five_failures_not_even_the_right_password_is_looked_at_for_a_while(
    app: Flask, parts: Deployment, email: str
) -> None:
    account(parts, email=accounts.as_kept(email)[:320])
    client = app.test_client()
    failed_before(parts, f"email {accounts.as_kept(email)}", 4)
    assert client.post("/admin/login", data={"email": email, "password": "no"}).status_code == 401
    right = {"email": f" {email.upper()}", "password": PASSWORD}
    assert "Wait a quarter of an hour" in client.post("/admin/login", data=right).text
    assert client.post("/admin/login", data=right).status_code == 429
    assert isinstance(parts.clock, StillClock)
    parts.clock.forward(timedelta(minutes=16))
    assert client.post("/admin/login", data=right).status_code == (303 if len(email) <= 320 else 401)


def test_after_fifty_failures_from_one_address_nobody_logs_in_from_there(app: Flask, parts: Deployment) -> None:
    account(parts)
    failed_before(parts, "address 127.0.0.1", 50)
    right = {"email": "ana@example.org", "password": PASSWORD}
    assert app.test_client().post("/admin/login", data=right).status_code == 429
    elsewhere = app.test_client().post("/admin/login", data=right, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 303


def test_those_who_log_in_are_not_counted(app: Flask, parts: Deployment) -> None:
    account(parts)
    failed_before(parts, "email ana@example.org", 4)
    right = {"email": "ana@example.org", "password": PASSWORD}
    assert [app.test_client().post("/admin/login", data=right).status_code for _ in range(2)] == [303] * 2


def failed_before(parts: Deployment, subject: str, times: int) -> None:
    """So many logins failed a moment ago."""
    with parts.db.begin() as tx:
        accounts.attempted(tx, [subject] * times, parts.clock.now())


def test_the_session_a_browser_had_ends_when_it_logs_in_anew(app: Flask, owner: Browser) -> None:
    old = owner.client.get_cookie("learnloop", path="/admin")
    assert old
    owner.client.post("/admin/login", data={"email": "ana@example.org", "password": PASSWORD})
    new = owner.client.get_cookie("learnloop", path="/admin")
    assert new
    assert new.value != old.value
    assert owner.get("/admin/").status_code == 200
    other = app.test_client()
    other.set_cookie("learnloop", old.value, path="/admin")
    assert other.get("/admin/").status_code == 302


def test_over_https_no_neighbour_can_plant_the_cookie_and_no_plain_connection_carries_it(tmp_path: Path) -> None:
    environ = {"LEARNLOOP_DATA": str(tmp_path), "LEARNLOOP_BASE_URL": "https://learnloop.example.org"}
    with closing(assemble(config.load(environ), StillClock())) as parts:
        account(parts)
        client = create_app(parts).test_client()
        right = {"email": "ana@example.org", "password": PASSWORD}
        here = {"base_url": "https://learnloop.example.org"}
        answer = client.post("/admin/login", data=right, headers={"Origin": here["base_url"]}, **here)
        cookie = answer.headers["Set-Cookie"].split("; ")
        assert cookie[0].startswith("__Host-learnloop=")
        assert set(cookie[1:]) >= {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"}
        assert not any(one.startswith("Domain") for one in cookie)
        assert client.get("/admin/", **here).status_code == 200
        planted = create_app(parts).test_client()
        planted.set_cookie("learnloop", cookie[0].partition("=")[2], domain="learnloop.example.org", path="/admin")
        assert planted.get("/admin/", **here).status_code == 302
        assert "Log in there" in client.get("/admin/login", base_url="http://192.0.2.7:8080").text
        assert "Log in there" not in client.get("/admin/login", **here).text


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


def test_sessions_links_and_failures_that_are_over_are_deleted_each_night(owner: Browser, parts: Deployment) -> None:
    with parts.db.begin() as tx:
        admitting.invite(tx, "bo@example.org", Role.READER, (), "ana@example.org", parts.clock.now())
    failed_before(parts, "email bo@example.org", 3)
    counts = []
    for days in (0, 2, 6):
        assert isinstance(parts.clock, StillClock)
        parts.clock.forward(timedelta(days=days))
        upkeep.prune(Context.of(parts), "t1@2026-11-02T03:20:00Z")
        with parts.db.read() as tx:
            counts.append([len(tx.execute(select(one)).all()) for one in (sessions, invitations, login_attempts)])
    assert counts == [[1, 1, 3], [0, 1, 0], [0, 0, 0]]


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


SENT = {
    "words": "a long text <script>",
    "password": "secret one",
    "webhook_secret": "secret two",
    "seen": "4f2a9c",
    "form_token": "of yesterday",
}


@pytest.mark.parametrize(("logged_out", "status"), [(False, 400), (True, 401)])
def test_a_form_that_is_not_taken_gives_back_what_was_typed_but_no_secret(
    owner: Browser, logged_out: bool, status: int
) -> None:
    if logged_out:
        owner.post("/admin/logout")
    answer = owner.client.post("/admin/logout", data=SENT)
    assert answer.status_code == status
    assert "a long text &lt;script&gt;" in answer.text
    assert not any(one in answer.text for one in ("secret one", "secret two", "4f2a9c", "of yesterday"))
    assert ('href="/admin/login"' in answer.text) == logged_out


def test_a_site_that_an_account_does_not_see_is_not_listed(app: Flask, parts: Deployment) -> None:
    seen = logged_in(app, parts, Role.READER, ["t1"])
    assert "example.atlassian.net" in seen.get("/admin/").text
    other = logged_in(app, parts, Role.READER, ["t2"], "bo@example.org")
    assert "example.atlassian.net" not in other.get("/admin/").text
