"""The status page: one sentence, what to look at and where, what came in last; and the check, which only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import text

from tests.admin.browsing import Browser, logged_in
from tests.alone import StillClock, with_tenant
from tests.world import World, make_world
from webhooks.app import create_app
from worker import standing
from worker.deployment import Deployment
from worker.domain.model import DeliveryState, JobKind, Page, PageKey, PageState, Product, Proof, TenantId
from worker.domain.policy import Policy
from worker.errors import TenantStopped
from worker.store import credentials, deliveries, pages, tenants, ticks
from worker.store.deliveries import Arrival
from worker.store.tenants import NOT_FINISHED, Tenant

T = TenantId("t1")


def later(parts: Deployment, step: timedelta) -> None:
    """Let time pass, with a worker that starts things as it should."""
    assert isinstance(parts.clock, StillClock)
    parts.clock.forward(step)
    with parts.db.begin() as tx:
        ticks.take(tx, f"reminders:t1@{parts.clock.now().isoformat()}", parts.clock.now())
        tenants.change(tx, T, swept_at=parts.clock.now())


def came(
    parts: Deployment, number: int, event: str = "issue", proven_by: str = "newest secret", about: str = "FLEX-1"
) -> None:
    """A delivery came, or the sweep found what none told of."""
    arrival = Arrival(T, f"id:{number}", parts.clock.now(), event, about, DeliveryState.HANDLED, "", proven_by)
    with parts.db.begin() as tx:
        deliveries.accept(tx, [arrival])


def told(parts: Deployment) -> list[str]:
    """What the admin should look at."""
    with parts.db.read() as tx:
        return [one.words for one in standing.concerns(tx, tenants.get(tx, T), parts.clock.now())]


def test_where_all_is_well_one_sentence_says_so(owner: Browser) -> None:
    page = owner.get("/admin/t1/").text
    assert "It listens, asks and publishes. Nothing needs you." in page
    assert "To look at" not in page
    assert "Nothing yet. Close an issue in Jira" in page


# --- what there is to look at ---


def _unsigned(parts: Deployment) -> None:
    _changed(parts, proof=Proof.PATH.value)


def _stopped(parts: Deployment) -> None:
    _changed(parts, stopped="Jira answered 401: the token is wrong or has expired.")


def _ending(parts: Deployment) -> None:
    with parts.db.begin() as tx:
        credentials.expire(tx, T, Product.JIRA, parts.clock.now() + timedelta(days=10))


def _without(product: Product) -> Callable[[Deployment], None]:
    def forget(parts: Deployment) -> None:
        with parts.db.begin() as tx:
            held = credentials.of(tx, T)
            credentials.drop(tx, T)
            for one in held.values():
                if one.product is not product:
                    credentials.keep(tx, T, one)

    return forget


def _without_a_secret(parts: Deployment) -> None:
    _changed(parts, newest_secret=None, proof=Proof.HMAC.value)


def _without_a_space(parts: Deployment) -> None:
    with parts.db.begin() as tx:
        tenants.set_policy(tx, T, Policy())


def _silent(parts: Deployment) -> None:
    came(parts, 1)
    later(parts, timedelta(days=3))
    came(parts, 2, "found by the sweep", proven_by="")


def _nothing_started(parts: Deployment) -> None:
    assert isinstance(parts.clock, StillClock)
    parts.clock.forward(timedelta(hours=2))


def _not_swept(parts: Deployment) -> None:
    later(parts, timedelta(hours=2))
    _changed(parts, swept_at=parts.clock.now() - timedelta(hours=2))


def _waiting(parts: Deployment) -> None:
    with parts.db.begin() as tx:
        parts.queue.put(tx, JobKind.COMPILE, "t1/home", "page:t1/home")
    later(parts, timedelta(minutes=20))


def _dead(parts: Deployment) -> None:
    def refused(_key: str) -> None:
        raise TenantStopped("The token was refused.")

    with parts.db.begin() as tx:
        parts.queue.put(tx, JobKind.COMPILE, "t1/home", "page:t1/home")
    parts.queue.drain({JobKind.COMPILE: refused})


def _page(state: PageState) -> Callable[[Deployment], None]:
    def keep(parts: Deployment) -> None:
        with parts.db.begin() as tx:
            pages.keep(tx, T, Page(PageKey("home"), state, "ENG", "What we learned"))

    return keep


def _newer(parts: Deployment) -> None:
    with parts.db.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def _changed(parts: Deployment, **values: object) -> None:
    with parts.db.begin() as tx:
        tenants.change(tx, T, **values)


@dataclass(frozen=True)
class Case:
    """What happened, what an admin reads of it, and where it leads."""

    happen: Callable[[Deployment], None]
    words: str
    todo: str
    link: str = ""
    urgent: bool = True


CASES = {
    "unsigned": Case(_unsigned, "Deliveries are not signed", "Set a secret on both sides.", "webhook", urgent=False),
    "stopped": Case(_stopped, "Jira answered 401", "and let it go on", "credentials"),
    "a token that ends": Case(_ending, "expires by 2026-11-12", "Give a new one.", urgent=False),
    "no token for Confluence": Case(_without(Product.CONFLUENCE), "no credential for Confluence", "Give one."),
    "no token for Jira": Case(_without(Product.JIRA), "no credential for Jira, so nobody is asked", "Give one."),
    "no secret": Case(_without_a_secret, "Every delivery is refused", "the same as in Jira", "webhook"),
    "no space": Case(_without_a_space, "No space is chosen", "Choose one.", "settings", urgent=False),
    "silence": Case(_silent, "For 2 days Jira told us nothing, though 1 close was found", "points here", "webhook"),
    "no worker": Case(_nothing_started, "Nothing was started on time since 2026-11-02 09:00 UTC", "worker", "jobs"),
    "no sweep": Case(_not_swept, "The search for closes nobody told us of last ended 2 hours ago", "waiting", "jobs"),
    "a queue": Case(_waiting, "1 job is due, the first for 20 minutes.", "more threads", "jobs", urgent=False),
    "a dead job": Case(_dead, "1 job could not be done; each says why.", "then retry", "jobs"),
    "a drifted page": Case(_page(PageState.DRIFTED), "1 page had our part edited", "Decide", "pages", urgent=False),
    "a refused page": Case(_page(PageState.REFUSED), "1 page cannot be written", "each night", "pages", urgent=False),
    "a newer database": Case(_newer, "newer version of LearnLoop has changed", "Finish the upgrade", urgent=False),
}


@pytest.mark.parametrize("name", CASES)
def test_each_thing_to_look_at_says_what_is_so_what_to_do_and_where(app: Flask, parts: Deployment, name: str) -> None:
    case = CASES[name]
    case.happen(parts)
    owner = logged_in(app, parts)
    assert len(told(parts)) == 1
    page = owner.get("/admin/t1/").text
    found = page.partition("To look at")[2].partition("What came in last")[0]
    assert case.words in found
    assert case.todo in found
    assert ("Urgent:" in found) is case.urgent
    if case.link and f"admin_{case.link}.show" in app.view_functions:
        assert f'href="/admin/t1/{case.link}"' in found
    assert ">1</span>" in owner.get("/admin/").text


def test_the_gravest_comes_first_and_the_sites_are_listed_with_how_many_there_are(
    owner: Browser, parts: Deployment
) -> None:
    _unsigned(parts)
    _dead(parts)
    _page(PageState.DRIFTED)(parts)
    assert "could not be done" in told(parts)[0]
    with_tenant(parts, "t2")
    rows = owner.get("/admin/").text.partition("<tbody>")[2].split("</tr>")
    assert "It runs, but something does not work." in rows[0]
    assert ">3</span>, 1 urgent" in rows[0]
    assert "nothing" in rows[1]


def test_a_site_whose_guide_was_begun_leads_back_to_it(owner: Browser, parts: Deployment) -> None:
    _changed(parts, stopped=NOT_FINISHED)
    page = owner.get("/admin/t1/").text
    assert "It stands still until somebody acts." in page
    assert '<a href="/admin/guide/t1">Go on with the guide</a>' in page


def test_what_follows_from_a_worker_that_does_not_run_is_not_said_too(parts: Deployment) -> None:
    with parts.db.begin() as tx:
        parts.queue.put(tx, JobKind.COMPILE, "t1/home", "page:t1/home")
    _nothing_started(parts)
    assert len(told(parts)) == 1


def test_a_quiet_weekend_and_a_site_that_tells_are_no_silence(parts: Deployment) -> None:
    later(parts, timedelta(days=3))
    assert told(parts) == []
    came(parts, 1, "found by the sweep", proven_by="")
    came(parts, 2)
    assert told(parts) == []


def test_the_last_deliveries_say_when_as_people_say_it_and_hold_no_markup_of_theirs(
    owner: Browser, parts: Deployment
) -> None:
    came(parts, 1, about="<script>alert(1)</script>")
    later(parts, timedelta(minutes=25))
    page = owner.get("/admin/t1/").text
    assert '<time datetime="2026-11-02T09:00:00+00:00" title="2026-11-02 09:00:00 UTC">25 minutes ago</time>' in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


# --- the check ---


@dataclass
class Watched:
    """A world, and a browser that is logged in to its LearnLoop."""

    world: World
    browser: Browser


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with make_world(tmp_path) as world:
        app = create_app(world.deployment)
        yield Watched(world, logged_in(app, world.deployment))


def test_a_check_asks_the_site_line_by_line_and_writes_nothing(watched: Watched) -> None:
    before = len(watched.world.writes())
    page = watched.browser.get(f"/admin/{watched.world.tenant_id}/check").text
    for subject in ("identity in Jira", "permission Add comments", "space ENG", "webhook", "token for Jira"):
        assert f'<th scope="row">{subject}</th>' in page
    assert 'class="failed"' not in page
    assert "That is all." in page
    assert len(watched.world.writes()) == before


def test_a_check_of_a_site_that_is_gone_is_a_page_that_says_so(watched: Watched) -> None:
    watched.world.site.remove_token(watched.world.bot)
    answer = watched.browser.get(f"/admin/{watched.world.tenant_id}/check")
    assert answer.status_code == 200
    assert '<span class="failed">failed:</span>' in answer.text
    assert "Jira answered 401" in answer.text
    assert "That is all." in answer.text


def test_a_check_is_sent_as_it_comes(watched: Watched) -> None:
    url = f"{watched.world.deployment.settings.base_url}/admin/{watched.world.tenant_id}/check"
    (cookie,) = [watched.browser.client.get_cookie("learnloop", path="/admin")]
    assert cookie
    answer = requests.get(url, cookies={"learnloop": cookie.value}, stream=True, timeout=10)
    assert answer.headers.get("Content-Length") is None
    assert "identity in Jira" in answer.text


def test_a_page_of_a_site_that_is_not_there_is_no_mistake_of_ours(owner: Browser, app: Flask) -> None:
    for path in ("/admin/t9/", "/admin/t9/check", "/admin/%00/", "/admin/%3Cscript%3E/check"):
        assert owner.get(path).status_code == 404
    for path in ("/admin/t1/", "/admin/t1/check"):
        assert app.test_client().get(path).status_code == 302


def test_the_same_concerns_are_told_inside_jira_and_on_the_command_line(parts: Deployment) -> None:
    _dead(parts)
    with parts.db.read() as tx:
        tenant: Tenant = tenants.get(tx, T)
        found = standing.of(tx, tenant, parts.clock.now())
        inside_jira = standing.inside_jira(tx, tenant, parts.clock.now())
    words = "1 job could not be done; each says why. Put that right, then retry (`learnloop jobs --retry`)."
    assert [str(one) for one in found.concerns] == inside_jira["warnings"] == [words]
