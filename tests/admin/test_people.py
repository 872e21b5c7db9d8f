"""Who is let in: the first code, invitations, roles and limits, and passwords, as people meet them in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.admin.browsing import PASSWORD, Browser, account, logged_in
from tests.alone import StillClock, deployed, with_tenant
from webhooks.admin import passwords
from webhooks.app import create_app
from worker import admitting
from worker.deployment import Deployment
from worker.store import accounts, audit
from worker.store.accounts import Role
from worker.store.audit import Entry

NEW = "a hundred green kites"
HOSTILE = [
    "",
    " ",
    "ana",
    "a@b",
    "a b@c.de",
    "x" * 5_000 + "@c.de",
    "<script>alert(1)</script>@",
    "مرحبا",
    "🙂@🙂",
    "a\0@",
]


def link_of(answer: TestResponse) -> str:
    """The path of the link that a page shows once."""
    found = re.search(r'id="link" value="([^"]+)"', answer.text)
    assert found, answer.text
    return urlsplit(found[1]).path


def changed(parts: Deployment) -> list[Entry]:
    """What the log has that belongs to no site, newest first."""
    with parts.db.read() as tx:
        return audit.newest(tx)


def may_log_in(app: Flask, email: str, password: str) -> bool:
    """Whether email and password let somebody in."""
    return app.test_client().post("/admin/login", data={"email": email, "password": password}).status_code == 303


# --- the first code ---


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Deployment]:
    """A LearnLoop without a tenant or an account."""
    made = deployed(tmp_path, StillClock())
    yield made
    made.close()


def first(parts: Deployment) -> str | None:
    """The path of a first code, made now."""
    with parts.db.begin() as tx:
        code = admitting.first_code(tx, parts.clock.now())
    return urlsplit(admitting.address("", code)).path if code else None


def taken(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """A link is opened, and its form filled in."""
    assert client.get(path).status_code == 200
    return client.post(path, data={"email": "ana@example.org", "name": "Ana Sousa", "password": PASSWORD} | form)


def test_the_first_code_makes_an_owner_once_and_logs_in(empty: Deployment) -> None:
    client = create_app(empty).test_client()
    assert "There is no account yet" in client.get("/admin/login").text
    path = first(empty)
    assert path
    answer = taken(client, path, email=" Ana@Example.org ", name="Ana   Sousa")
    assert answer.status_code == 303
    assert answer.headers["Location"] in ("/admin/guide", "/admin/guide/", "/admin/")
    assert client.get("/admin/people").status_code == 200
    with empty.db.read() as tx:
        (made,) = accounts.every(tx)
    assert (made.email, made.name, made.role, made.grants) == ("ana@example.org", "Ana Sousa", Role.OWNER, ())
    assert [one.what for one in changed(empty)] == ["made the account ana@example.org"]
    assert client.get(path).status_code == client.post(path, data={}).status_code == 410
    assert first(empty) is None


def test_only_the_newest_first_code_is_good_and_only_for_a_day(empty: Deployment) -> None:
    client, earlier, newest = create_app(empty).test_client(), first(empty), first(empty)
    assert [client.get(str(path)).status_code for path in (earlier, newest)] == [410, 200]
    assert isinstance(empty.clock, StillClock)
    empty.clock.forward(timedelta(hours=24))
    assert client.get(str(newest)).status_code == 410


def test_a_first_code_is_good_for_nothing_once_there_is_an_account(empty: Deployment) -> None:
    client, path = create_app(empty).test_client(), str(first(empty))
    account(empty)
    assert client.get(path).status_code == 410
    assert client.post(path, data={"email": "bo@example.org", "name": "Bo", "password": NEW}).status_code == 410


@pytest.mark.parametrize("email", HOSTILE)
def test_a_form_of_the_first_account_says_what_is_wrong_and_loses_nothing(empty: Deployment, email: str) -> None:
    client, path = create_app(empty).test_client(), str(first(empty))
    answer = taken(client, path, email=email, name="<b>Ana</b>" if email else "\n", password="short")
    assert answer.status_code == 422
    assert "This is not an email address" in answer.text
    assert "Use 12 to 200 characters" in answer.text
    assert ("&lt;b&gt;Ana&lt;/b&gt;" in answer.text) == bool(email)
    assert "short" not in answer.text.replace("shortest", "")
    assert "<script>alert" not in answer.text
    assert taken(client, path).status_code == 303


# --- invitations ---


def test_an_owner_invites_somebody_who_gets_that_role_and_those_limits(
    app: Flask, parts: Deployment, owner: Browser
) -> None:
    form = {"email": "Bo@example.org", "role": "project admin", "more t1": "flex, OPS "}
    answer = owner.post("/admin/people/invite", form)
    assert answer.status_code == 200
    assert "is not shown again" in answer.text
    path, listed = link_of(answer), owner.get("/admin/people").text
    assert "project admin of FLEX on example.atlassian.net, OPS on example.atlassian.net" in listed
    assert path.rpartition("/")[2] not in listed
    shown = app.test_client().get(path).text
    assert "as a project admin of FLEX on example.atlassian.net, OPS" in shown
    assert 'type="email"' not in shown
    assert taken(app.test_client(), path, email="eve@example.org", name="Bo").headers["Location"] == "/admin/"
    with parts.db.read() as tx:
        made = accounts.by_email(tx, "bo@example.org")
        assert accounts.by_email(tx, "eve@example.org") is None
    assert made
    assert (made.role, made.grants) == (Role.PROJECT_ADMIN, ("t1/FLEX", "t1/OPS"))
    assert app.test_client().get(path).status_code == 410
    assert [(one.who, one.what) for one in changed(parts)] == [
        ("bo@example.org", "made the account bo@example.org"),
        ("ana@example.org", "invited bo@example.org"),
    ]


def test_a_second_invitation_takes_the_place_of_the_first_and_can_be_withdrawn(app: Flask, owner: Browser) -> None:
    form = {"email": "bo@example.org", "role": "reader"}
    paths = [link_of(owner.post("/admin/people/invite", form)) for _ in range(2)]
    assert [app.test_client().get(path).status_code for path in paths] == [410, 200]
    answers = [owner.post("/admin/people/withdraw", {"email": "bo@example.org"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert "withdrawn+already" in answers[1].headers["Location"].replace("%20", "+")
    assert app.test_client().get(paths[1]).status_code == 410
    assert "None. A link appears here" in owner.get("/admin/people").text


def test_an_invitation_is_good_for_a_week(app: Flask, parts: Deployment, owner: Browser) -> None:
    path = link_of(owner.post("/admin/people/invite", {"email": "bo@example.org", "role": "reader"}))
    assert isinstance(parts.clock, StillClock)
    parts.clock.forward(timedelta(days=6, hours=23))
    assert app.test_client().get(path).status_code == 200
    parts.clock.forward(timedelta(hours=1))
    assert app.test_client().get(path).status_code == 410


WRONG = {
    "no role": ({"role": ""}, "Choose one of the roles."),
    "a role there is not": ({"role": "king"}, "Choose one of the roles."),
    "an owner with limits": ({"role": "owner", "grant": ["t1"]}, "An owner may do everything."),
    "a site there is not": ({"grant": ["t9"]}, "There is no site &#39;t9&#39; here."),
    "another row's site": ({"more t9": "FLEX"}, "There is no site &#39;t9&#39; here."),
    "no project's key": ({"more t1": "<script>"}, "&#39;&lt;SCRIPT&gt;&#39; is not the key of a project"),
    "a huge key": ({"more t1": "X" * 5_000}, "is not the key of a project"),
    "emoji": ({"more t1": "🙂"}, "is not the key of a project"),
    "NUL": ({"grant": ["t1\0"]}, "There is no site"),
    "somebody with an account": ({"email": "ANA@example.org"}, "ana@example.org has an account already."),
}


@pytest.mark.parametrize(("form", "says"), WRONG.values(), ids=WRONG)
def test_an_invitation_that_cannot_be_says_why_and_loses_nothing(
    owner: Browser, parts: Deployment, form: dict[str, object], says: str
) -> None:
    answer = owner.post("/admin/people/invite", {"email": "bo@example.org", "role": "reader"} | form)
    assert answer.status_code == 422
    assert says in answer.text
    assert ("ANA@example.org" if "email" in form else "bo@example.org") in answer.text
    assert "nothing you typed is lost" in answer.text
    assert changed(parts) == []


@pytest.mark.parametrize("email", HOSTILE)
def test_whoever_is_invited_needs_an_email(owner: Browser, email: str) -> None:
    answer = owner.post("/admin/people/invite", {"email": email, "role": "reader", "grant": "t1"})
    assert answer.status_code == 422
    assert "This is not an email address" in answer.text
    assert 'value="t1" checked' in answer.text
    assert "<script>alert" not in answer.text


# --- roles and limits ---


@pytest.fixture
def bo(app: Flask, parts: Deployment, owner: Browser) -> Browser:
    """Bo's browser: a reader's."""
    return logged_in(app, parts, Role.READER, (), "bo@example.org")


def saved(browser: Browser, account_id: str, form: Mapping[str, object]) -> TestResponse:
    """Open the page of an account and save its form."""
    shown = browser.get(f"/admin/people/{account_id}").text
    seen = re.search(r'name="seen" value="([^"]+)"', shown)
    assert seen
    return browser.post(f"/admin/people/{account_id}", {"seen": seen[1], **form})


def test_a_role_is_changed_for_those_logged_in_too_and_the_log_says_from_what_to_what(
    parts: Deployment, owner: Browser, bo: Browser
) -> None:
    assert bo.get("/admin/").status_code == 200
    answer = saved(owner, bo.account_id, {"role": "project admin", "grant": ["t1", "t1/FLEX"]})
    assert answer.status_code == 303
    assert bo.get("/admin/").status_code == 302
    with parts.db.read() as tx:
        now = accounts.get(tx, bo.account_id)
    assert now
    assert (now.role, now.grants) == (Role.PROJECT_ADMIN, ("t1",))
    entry = changed(parts)[0]
    assert (entry.who, entry.what) == ("ana@example.org", "changed what bo@example.org may do")
    assert (entry.before, entry.after) == ("reader of everything", "project admin of example.atlassian.net")


def test_what_another_owner_changed_meanwhile_is_shown_before_it_is_written_over(
    app: Flask, parts: Deployment, owner: Browser, bo: Browser
) -> None:
    other = logged_in(app, parts, email="cy@example.org")
    seen = re.search(r'name="seen" value="([^"]+)"', owner.get(f"/admin/people/{bo.account_id}").text)
    assert seen
    assert saved(other, bo.account_id, {"role": "owner"}).status_code == 303
    mine = {"seen": seen[1], "role": "project admin", "grant": "t1"}
    answer = owner.post(f"/admin/people/{bo.account_id}", mine)
    assert answer.status_code == 422
    assert "Somebody changed this account meanwhile: it is an owner now." in answer.text
    assert 'value="project admin" checked' in answer.text
    again = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert again
    assert owner.post(f"/admin/people/{bo.account_id}", mine | {"seen": again[1]}).status_code == 303
    assert changed(parts)[0].before == "owner"


@pytest.mark.parametrize("way", ["", "/disable"])
def test_the_only_owner_stays_one(app: Flask, parts: Deployment, owner: Browser, way: str) -> None:
    path, form = f"/admin/people/{owner.account_id}", {"role": "reader", "sure": "yes"}
    answer = owner.post(path + way, form) if way else saved(owner, owner.account_id, form)
    assert answer.status_code == 422
    assert "This is the only owner." in answer.text
    assert owner.get("/admin/people").status_code == 200
    assert changed(parts) == []
    disabled = logged_in(app, parts, email="cy@example.org")
    owner.post(f"/admin/people/{disabled.account_id}/disable")
    answer = owner.post(path + way, form) if way else saved(owner, owner.account_id, form)
    assert answer.status_code == 422  # a disabled owner does not count


@pytest.mark.parametrize("way", ["", "/disable"])
def test_ones_own_account_is_changed_only_by_saying_so(app: Flask, parts: Deployment, owner: Browser, way: str) -> None:
    logged_in(app, parts, email="cy@example.org")
    path, form = f"/admin/people/{owner.account_id}", {"role": "reader"}
    answer = owner.post(path + way, form) if way else saved(owner, owner.account_id, form)
    assert answer.status_code == 422
    assert "This is your own account: tick that you are sure." in answer.text
    answer = owner.post(path + way, {"sure": "yes"}) if way else saved(owner, owner.account_id, form | {"sure": "yes"})
    assert answer.status_code == 303
    assert owner.get("/admin/").status_code == 302


def test_who_is_disabled_is_out_at_once_and_no_link_lets_them_in(
    app: Flask, parts: Deployment, owner: Browser, bo: Browser
) -> None:
    path = link_of(owner.post(f"/admin/people/{bo.account_id}/reset"))
    assert owner.post(f"/admin/people/{bo.account_id}/disable").status_code == 303
    assert bo.get("/admin/").status_code == 302
    assert not may_log_in(app, "bo@example.org", PASSWORD)
    assert app.test_client().get(path).status_code == 410
    shown = owner.post(f"/admin/people/{bo.account_id}/reset")
    assert shown.status_code == 422
    assert "is disabled; enable it first" in shown.text
    assert owner.post(f"/admin/people/{bo.account_id}/enable").status_code == 303
    assert may_log_in(app, "bo@example.org", PASSWORD)
    assert [one.what for one in changed(parts)][:2] == ["enabled the account bo@example.org",
                                                        "disabled the account bo@example.org"]  # fmt: skip


@pytest.mark.parametrize("way", ["", "/disable", "/enable", "/reset"])
@pytest.mark.parametrize("account_id", ["nobody", "%00", "%3Cscript%3E", "x" * 500])
def test_an_account_there_is_not_is_not_found(owner: Browser, account_id: str, way: str) -> None:
    assert owner.get(f"/admin/people/{account_id}").status_code == 404
    assert owner.post(f"/admin/people/{account_id}{way}", {"role": "reader"}).status_code == 404


def test_limits_offer_every_site_and_the_projects_it_told_of(parts: Deployment, owner: Browser) -> None:
    with_tenant(parts, "t2", projects=("OPS", "WEB"))
    shown = owner.get("/admin/people").text
    assert all(f'value="{one}"' in shown for one in ("t1", "t2", "t2/OPS", "t2/WEB"))


# --- passwords ---


def test_a_link_of_an_owner_sets_a_new_password_once_and_logs_out_everywhere_else(
    app: Flask, parts: Deployment, owner: Browser, bo: Browser
) -> None:
    path = link_of(owner.post(f"/admin/people/{bo.account_id}/reset"))
    assert "a new password" in owner.get("/admin/people").text
    assert may_log_in(app, "bo@example.org", PASSWORD)
    client = app.test_client()
    assert "A new password" in client.get(path).text
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": NEW, "role": "owner"}).status_code == 303
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/people").status_code == 403
    assert bo.get("/admin/").status_code == 302
    assert [may_log_in(app, "bo@example.org", one) for one in (PASSWORD, NEW)] == [False, True]
    assert client.get(path).status_code == 410


def test_ones_own_password_wants_the_present_one_and_ends_other_sessions(app: Flask, bo: Browser) -> None:
    other = app.test_client()
    other.post("/admin/login", data={"email": "bo@example.org", "password": PASSWORD})
    assert other.get("/admin/").status_code == 200
    answer = bo.post("/admin/password", {"password": "not it", "new_password": NEW})
    assert (answer.status_code, "not your present password" in answer.text) == (422, True)
    answer = bo.post("/admin/password", {"password": PASSWORD, "new_password": "short"})
    assert (answer.status_code, "Use 12 to 200 characters" in answer.text) == (422, True)
    assert bo.post("/admin/password", {"password": PASSWORD, "new_password": NEW}).status_code == 303
    assert bo.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302
    assert [may_log_in(app, "bo@example.org", one) for one in (PASSWORD, NEW)] == [False, True]


def test_whoever_finds_an_open_browser_cannot_try_passwords_for_ever(bo: Browser, parts: Deployment) -> None:
    with parts.db.begin() as tx:
        accounts.attempted(tx, ["email bo@example.org"] * 5, parts.clock.now())
    answer = bo.post("/admin/password", {"password": PASSWORD, "new_password": NEW})
    assert (answer.status_code, "too many tries" in answer.text) == (422, True)


def test_who_has_no_account_waits_as_long_as_who_has_one() -> None:
    assert extract_parameters(passwords.NOBODY) == extract_parameters(passwords.hashed(PASSWORD))
    assert not passwords.fits(PASSWORD, None)
