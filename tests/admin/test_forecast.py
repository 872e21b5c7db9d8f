"""The forecast's page: asked for by an owner, worked out by a job, kept for a week, and never a number of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.admin.browsing import Browser, logged_in
from tests.alone import StillClock
from tests.world import BOT, World, make_world
from webhooks.app import create_app
from worker import forecasting
from worker.deployment import Deployment
from worker.domain.model import JobKind
from worker.domain.policy import FieldMap
from worker.forecasting import Wish
from worker.store import audit, drafts, tenants
from worker.store.accounts import Role

HOSTILE = ["<script>alert(1)</script>", "שלום", "🙂" * 50, "x" * 20_000, "', DROP TABLE issues; --"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A site where issues were closed before LearnLoop said anything to it."""
    with make_world(tmp_path_factory.mktemp("forecast")) as world:
        learned = world.site.add_field("What we learned", kind="textarea")
        world.rule(field_map=FieldMap(learned=learned))
        world.site.world.webhooks.clear()
        key = world.closed("Try monthly plans")
        world.site.edit_issue(
            key, {learned: "<b>Small</b> batches & early words.", "labels": ["billing"]}, by=world.ana
        )
        secret = world.site.create_issue("FLEX", "Bug", "The board's", assignee=world.ana, by=world.ana)
        world.site.edit_issue(secret, {"security": "Board", learned: "Nobody may read this."}, by=world.ana)
        world.site.admit("Board", world.bot)
        world.site.transition(secret, "Done", by=world.ana)
        world.closed("Not worth it", resolution="Won't Do")
        yield world


@pytest.fixture(scope="module")
def browser(site: World) -> Browser:
    """An owner's browser on that site's LearnLoop."""
    return logged_in(create_app(site.deployment), site.deployment)


def page_of(world: World) -> str:
    return f"/admin/{world.tenant.id}/forecast"


def words(html: str) -> str:
    """The text of a page on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_before_anything_was_looked_at_the_page_says_what_will_appear(owner: Browser) -> None:
    answer = owner.get("/admin/t1/forecast")
    assert answer.status_code == 200
    assert "Nothing has been looked at yet" in answer.text
    assert "Refresh" not in answer.headers


def test_a_forecast_is_asked_for_worked_out_and_shown(site: World, browser: Browser) -> None:
    before = len(site.writes())
    answer = browser.post(page_of(site), {"days": "30"})
    assert answer.status_code == 303
    waiting = browser.get(page_of(site))
    assert "Reading what happened in the last 30 days" in waiting.text
    assert waiting.headers["Refresh"] == "3"
    site.settle()
    found = browser.get(page_of(site))
    said = words(found.text)
    assert "Refresh" not in found.headers
    assert "there were 3 closes" in said
    assert "asked about 2 of them" in said
    assert "resolution skipped: closed as Won&#39;t Do 1 FLEX-3" in said
    assert "Learning log: FLEX" in said
    assert "Learnings: billing" in said
    assert "&lt;b&gt;Small&lt;/b&gt; batches &amp; early words." in said
    assert "Nobody may read this" not in said
    writing = [one for one in site.writes()[before:] if not one.endswith(("/search/jql", "/bulkfetch"))]
    assert writing == []


def test_nobody_is_named_or_counted_by_name(site: World, browser: Browser) -> None:
    browser.post(page_of(site), {"days": "30"})
    site.settle()
    shown = browser.get(page_of(site)).text
    assert not any(name in shown for name in (site.ana, site.ben, "Ben Okafor"))
    with site.deployment.db.read() as tx:
        kept = forecasting.known(tx, site.tenant.id, site.clock.now())
    assert site.ana not in str(kept)


def test_settings_are_tried_without_being_saved(site: World, browser: Browser) -> None:
    before = site.tenant.policy
    browser.post(page_of(site), {"days": "7", "skipped_resolutions": "", "channel": "panel"})
    site.settle()
    said = words(browser.get(page_of(site)).text)
    assert "asked about 3 of them" in said
    assert "0 comments on issues" in said
    assert "Tried in place of what is saved" in said
    assert site.tenant.policy == before


def test_a_jql_that_is_tried_is_asked_about_and_one_the_site_refuses_becomes_a_sentence(
    site: World, browser: Browser
) -> None:
    browser.post(page_of(site), {"days": "30", "jql": "issuetype = Bug"})
    site.settle()
    said = words(browser.get(page_of(site)).text)
    assert "asked about 1 of them" in said
    assert "does not match the JQL 1 FLEX-1" in said
    browser.post(page_of(site), {"days": "30", "jql": "flavour = sweet"})
    site.settle()
    refused = browser.get(page_of(site))
    assert "The forecast could not be made" in refused.text
    assert "flavour" in refused.text
    assert "does not match the JQL" in refused.text  # what was found before is still there
    assert site.jobs() == []


def test_settings_named_in_the_address_are_filled_in(owner: Browser) -> None:
    shown = owner.get("/admin/t1/forecast?days=14&skipped_resolutions=Shelved&sweep_minutes=5").text
    assert 'value="14"' in shown
    assert "Shelved" in shown


@pytest.mark.parametrize("days", ["", "0", "91", "-1", "1e3", "٣", *HOSTILE])
def test_days_that_cannot_be_are_said_beside_the_field_and_nothing_is_asked(owner: Browser, days: str) -> None:
    answer = owner.post("/admin/t1/forecast", {"days": days, "issue_types": "Story"})
    assert answer.status_code == 422
    assert "whole number of days from 1 to 90" in answer.text
    assert "Story" in answer.text
    assert "<script>alert" not in answer.text
    assert "Nothing has been looked at yet" in owner.get("/admin/t1/forecast").text


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed_into_settings_is_a_wish_or_a_sentence(owner: Browser, typed: str) -> None:
    form = {"days": "30"} | dict.fromkeys(forecasting.TRIED, typed)
    answer = owner.post("/admin/t1/forecast", form)
    assert answer.status_code == 422
    assert "Choose" in answer.text
    assert "<script>alert" not in answer.text
    assert owner.get("/admin/t1/forecast", query_string=form | {"days": typed}).status_code == 200


def test_a_reader_looks_but_does_not_start(app: Flask, parts: Deployment) -> None:
    reader = logged_in(app, parts, Role.READER, ["t1"], "bo@example.org")
    assert "Only an owner" in reader.get("/admin/t1/forecast").text
    assert reader.post("/admin/t1/forecast", {"days": "30"}).status_code == 403


def test_asking_is_logged(owner: Browser, parts: Deployment) -> None:
    owner.post("/admin/t1/forecast", {"days": "21"})
    with parts.db.read() as tx:
        (entry,) = audit.newest(tx, tenants.get(tx, tenants.every(tx)[0].id).id)
    assert (entry.who, entry.what) == ("ana@example.org", "asked for a forecast of 21 days")


def test_when_nobody_works_it_out_the_page_stops_looking_and_lets_one_ask_anew(
    owner: Browser, parts: Deployment
) -> None:
    owner.post("/admin/t1/forecast", {"days": "30"})
    assert isinstance(parts.clock, StillClock)
    parts.clock.forward(timedelta(minutes=11))
    answer = owner.get("/admin/t1/forecast")
    assert "takes longer than it should" in answer.text
    assert "Refresh" not in answer.headers
    assert "Look back" in answer.text


def test_a_token_the_site_does_not_take_stops_the_site_and_is_said(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        owner = logged_in(create_app(world.deployment), world.deployment)
        world.site.remove_token(BOT.account)
        owner.post(page_of(world), {"days": "30"})
        world.settle()
        assert "The forecast could not be made" in owner.get(page_of(world)).text
        assert world.tenant.stopped


@pytest.mark.parametrize("status", [403, 500])
def test_a_site_that_does_not_answer_well_becomes_a_sentence_and_leaves_no_job(
    site: World, browser: Browser, status: int
) -> None:
    site.site.fault("POST", "/search/jql", status=status)
    browser.post(page_of(site), {"days": "30"})
    site.settle()
    assert f"answered {status}" in browser.get(page_of(site)).text
    assert site.jobs() == []
    assert site.tenant.stopped == ""


def test_a_limit_of_the_site_is_waited_for(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        owner = logged_in(create_app(world.deployment), world.deployment)
        world.closed()
        limit = {"Retry-After": "60", "RateLimit-Reason": "jira-quota-global-based"}
        world.site.fault("POST", "/search/jql", status=429, headers=limit)
        owner.post(page_of(world), {"days": "30"})
        world.settle()
        assert "limit" in words(owner.get(page_of(world)).text)
        world.later(timedelta(minutes=2))
        assert "asked about 1 of them" in words(owner.get(page_of(world)).text)


def test_what_was_found_is_forgotten_after_a_week_and_with_the_site(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        owner = logged_in(create_app(world.deployment), world.deployment)
        owner.post(page_of(world), {"days": "30"})
        world.settle()
        assert "In short" in owner.get(page_of(world)).text
        world.clock.forward(timedelta(days=8))
        with world.deployment.db.begin() as tx:
            assert forecasting.known(tx, world.tenant.id, world.clock.now()).found is None
            assert drafts.get(tx, f"forecast:{world.tenant.id}")["found"] is not None
        world.tick(JobKind.PRUNE)
        with world.deployment.db.begin() as tx:
            assert drafts.get(tx, f"forecast:{world.tenant.id}")["found"] is None
            forecasting.ask_for(tx, world.deployment, world.tenant.id, Wish())
            tenant_id = world.tenant.id
            tenants.erase(tx, tenant_id)
            assert forecasting.known(tx, tenant_id, world.clock.now()).state == ""
