"""What somebody who means harm tries on the admin pages, and what comes of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask

from tests.admin.browsing import PASSWORD, Browser, account, logged_in
from worker import admitting
from worker.deployment import Deployment
from worker.domain import settings
from worker.domain.forecast_pages import FuturePage, Sample
from worker.domain.foreseen import Forecast, Traffic
from worker.domain.model import TenantId
from worker.domain.policy import Policy, ProjectRules
from worker.forecasting import Draft
from worker.store import accounts, drafts, tenants
from worker.store.accounts import Role


def test_a_form_token_of_any_letters_is_refused_in_words(owner: Browser) -> None:
    answer = owner.post("/admin/logout", {"form_token": "é🙂"})
    assert answer.status_code == 400
    assert "nothing was changed" in answer.text


@pytest.mark.parametrize("wanted", ["//[", "http://[::1", "/admin/[", "//]/admin/"])
def test_no_address_to_go_on_to_breaks_the_login(app: Flask, wanted: str) -> None:
    assert app.test_client().get("/admin/login", query_string={"next": wanted}).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "null", "https://evil.example", "x"])
def test_a_form_of_another_origin_is_refused_however_that_is_written(owner: Browser, origin: str) -> None:
    answer = owner.post("/admin/logout", headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize(("sent_by", "shown"), [("same-origin", True), ("cross-site", False), ("none", False)])
def test_a_link_from_elsewhere_does_not_say_what_was_done(owner: Browser, sent_by: str, shown: bool) -> None:
    answer = owner.get("/admin/?done=Call+this+number.", headers={"Sec-Fetch-Site": sent_by})
    assert ("Call this number." in answer.text) is shown


def test_nor_does_it_by_way_of_the_login(app: Flask, parts: Deployment) -> None:
    account(parts)
    wanted = f"/admin/t1/deliveries?issue=FLEX-1&done={quote('Call this number.')}"
    form = {"email": "ana@example.org", "password": PASSWORD, "next": wanted}
    answer = app.test_client().post("/admin/login", data=form)
    assert answer.headers["Location"] == "/admin/t1/deliveries?issue=FLEX-1"


@pytest.mark.parametrize("way", ["disable", "give"])
def test_who_is_no_owner_any_more_does_not_come_back_by_a_link_made_before(parts: Deployment, way: str) -> None:
    account(parts)
    evil, now = account(parts, email="evil@example.org"), parts.clock.now()
    with parts.db.begin() as tx:
        mine = admitting.invite(tx, "again@example.org", Role.OWNER, (), "evil@example.org", now)
        theirs = admitting.reset(tx, admitting.held_by_email(tx, "ana@example.org"), "evil@example.org", now)
        kept = admitting.invite(tx, "bo@example.org", Role.READER, (), "ana@example.org", now)
    with parts.db.begin() as tx:
        found = admitting.held(tx, evil)
        if way == "disable":
            admitting.disable(tx, found, "ana@example.org", now)
        else:
            admitting.give(tx, found, Role.READER, (), "ana@example.org", now)
    with parts.db.read() as tx:
        good = [one for one in (mine, theirs, kept) if accounts.invitation(tx, one, now)]
    assert good == [kept]


@pytest.mark.parametrize(
    ("role", "grants", "reads"),
    [
        (Role.OWNER, (), True),
        (Role.PROJECT_ADMIN, ("t1/BOARD",), True),
        (Role.PROJECT_ADMIN, ("t1/FLEX",), False),
        (Role.READER, (), False),
    ],
)
def test_what_a_private_project_learned_is_not_told_by_a_forecast(
    app: Flask, parts: Deployment, role: Role, grants: tuple[str, ...], reads: bool
) -> None:
    _forecast_of_a_private_project(parts)
    shown = logged_in(app, parts, role, grants, f"{role.name}@example.org").get("/admin/t1/forecast")
    assert shown.status_code == 200
    assert ("The board disagreed." in shown.text) is reads
    assert ("for the people of that project" in shown.text) is not reads


def _forecast_of_a_private_project(parts: Deployment) -> None:
    now = parts.clock.now().isoformat()
    sample = Sample("BOARD-1", "The board disagreed.")
    page = FuturePage("log:BOARD", "Learning log: BOARD", "B", "", 1, (sample,))
    traffic = Traffic(0, 0, 0, 0)
    found = Forecast(now, now, 1, False, 1, 1, 0, 0, 1, 1, (), (), (), 0, (), traffic, 0, (page,))
    draft = Draft(state="done", asked_at=now, found=asdict(found), found_at=now)
    with parts.db.begin() as tx:
        policy = tenants.get(tx, TenantId("t1")).policy
        rules = {"BOARD": ProjectRules(private=True, space="B")}
        tenants.set_policy(tx, TenantId("t1"), replace(policy, project_rules=rules))
        drafts.keep(tx, "forecast:t1", asdict(draft), parts.clock.now())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a." * 190_000 + "a = 1", "more dots than any setting has"),
        ("x = {" + '"\\"" . ' * 50_000 + "a = 1}", "more dots than any setting has"),
        ('"\\' * 190_000, "This is not a TOML file."),
        ("project = 0x" + "f" * 5_000, "Write a table a project"),
        ("".join(f"[project.A{one}]\njql = 'labels = x{one}'\n" for one in range(100)), "At most 20 new conditions"),
        ("".join(f"zz{one} = 1\n" for one in range(30_000)), "There is no setting of this name"),
    ],
    ids=range(6),
)
def test_no_file_of_settings_keeps_the_server_busy(owner: Browser, content: str, words: str) -> None:
    answer = owner.post("/admin/t1/settings-file", {"content": content})
    assert answer.status_code == 422
    assert words in unescape(answer.text)


@pytest.mark.parametrize(("name", "text"), [("topic_aliases", "a=b\n" * 100_000), ("projects", "\n" * 400_000 + "A")])
def test_no_list_of_any_length_keeps_the_server_busy(name: str, text: str) -> None:
    assert name in settings.read(Policy(), {name: text}).problems
