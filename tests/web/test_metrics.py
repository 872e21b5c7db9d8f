"""What Prometheus reads: true numbers, no person, and only for whoever has the token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from tests.alone import StillClock, deployed, with_tenant
from webhooks.app import create_app
from worker import __version__
from worker.deployment import Deployment
from worker.domain.model import AccountId, DeliveryState, JobKind, Page, PageKey, PageState, Product, TenantId
from worker.errors import TenantStopped
from worker.queue import Handlers
from worker.store import credentials, deliveries, migrate, pages, tenants, ticks
from worker.store.deliveries import Arrival
from worker.store.schema import prompts

TOKEN = "a-token-for-prometheus"
ALLOWED = {"Authorization": f"Bearer {TOKEN}"}
OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
T1, T2 = TenantId("t1"), TenantId("t2")


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Deployment]:
    """A LearnLoop with the tenants t1 and t2, and a token for monitoring."""
    made = deployed(tmp_path, StillClock())
    for name in (T1, T2):
        with_tenant(made, name)
    yield replace(made, settings=replace(made.settings, metrics_token=TOKEN))
    made.close()


@pytest.fixture
def client(parts: Deployment) -> FlaskClient:
    return create_app(parts).test_client()


def samples(client: FlaskClient) -> dict[str, float]:
    """Every sample of a scrape, by its name and labels as `name{label=value}`."""
    answer = client.get("/metrics", headers=ALLOWED)
    assert answer.status_code == 200
    return {
        f"{one.name}{{{','.join(f'{name}={value}' for name, value in sorted(one.labels.items()))}}}": one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer another-token-of-mine", f"Basic {TOKEN}", TOKEN, "Bearer ä"])
def test_whoever_has_not_the_token_reads_nothing(client: FlaskClient, given: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "learnloop_" not in answer.text


def test_without_a_token_in_the_settings_there_is_nothing_to_read(parts: Deployment) -> None:
    client = create_app(replace(parts, settings=replace(parts.settings, metrics_token=""))).test_client()
    for headers in ({}, ALLOWED, {"Authorization": "Bearer "}):
        assert client.get("/metrics", headers=headers).status_code == 404


def test_a_new_learnloop_says_what_it_is_and_that_nothing_waits(client: FlaskClient) -> None:
    found = samples(client)
    assert found[f"learnloop_info{{schema={migrate.newest()},version={__version__}}}"] == 1
    assert {name: value for name, value in found.items() if name.startswith("learnloop_jobs")} == {
        "learnloop_jobs{state=due}": 0,
        "learnloop_jobs{state=running}": 0,
        "learnloop_jobs{state=dead}": 0,
        "learnloop_jobs_oldest_due_age_seconds{}": 0,
    }
    assert found["learnloop_tenant_stopped{tenant=t1}"] == 0


def test_deliveries_of_the_last_minutes_are_counted_by_source_and_state(parts: Deployment, client: FlaskClient) -> None:
    now = parts.clock.now()
    came = [(T1, 1, "handled"), (T2, 2, "handled"), (T1, 4, "ignored"), (T1, 6, "unknown")]
    with parts.db.begin() as tx:
        for number, (tenant, minutes, state) in enumerate(came):
            at = now - timedelta(minutes=minutes)
            deliveries.accept(tx, [Arrival(tenant, f"id:{number}", at, "e", "FLEX-1", DeliveryState(state))])
    found = samples(client)
    assert {name: value for name, value in found.items() if name.startswith("learnloop_deliveries")} == {
        "learnloop_deliveries_recent{source=cloud,state=handled}": 2,
        "learnloop_deliveries_recent{source=cloud,state=ignored}": 1,
    }
    last = "learnloop_tenant_last_delivery_timestamp_seconds"
    assert now.timestamp() - found[f"{last}{{tenant=t1}}"] == 60
    assert now.timestamp() - found[f"{last}{{tenant=t2}}"] == 120


def test_jobs_are_counted_by_state_with_the_age_of_the_oldest_due(parts: Deployment, client: FlaskClient) -> None:
    now = parts.clock.now()
    with parts.db.begin() as tx:
        for number, minutes in enumerate((-90, -5, 30)):
            at = now + timedelta(minutes=minutes)
            parts.queue.put(tx, JobKind.COMPILE, f"t1/{number}", f"page:t1/{number}", not_before=at)
    found = samples(client)
    assert found["learnloop_jobs{state=due}"] == 2
    assert found["learnloop_jobs_oldest_due_age_seconds{}"] == 5400

    def refused(_key: str) -> None:
        raise TenantStopped("The token was refused.")

    failing: Handlers = {JobKind.COMPILE: refused}
    parts.queue.drain(failing)
    found = samples(client)
    assert (found["learnloop_jobs{state=due}"], found["learnloop_jobs{state=dead}"]) == (0, 2)


def test_what_is_about_a_tenant_is_said_under_its_id(parts: Deployment, client: FlaskClient) -> None:
    now = parts.clock.now()
    with parts.db.begin() as tx:
        tenants.stop(tx, T2, "The token was refused.")
        tenants.change(tx, T1, swept_at=now - timedelta(minutes=7))
        credentials.expire(tx, T1, Product.JIRA, now + timedelta(days=3))
        ticks.take(tx, "reminders:t1@x", now - timedelta(minutes=2))
    found = samples(client)
    assert (found["learnloop_tenant_stopped{tenant=t1}"], found["learnloop_tenant_stopped{tenant=t2}"]) == (0, 1)
    assert now.timestamp() - found["learnloop_tenant_last_sweep_timestamp_seconds{tenant=t1}"] == 420
    assert now.timestamp() - found["learnloop_schedule_last_tick_timestamp_seconds{}"] == 120
    ends = found["learnloop_credential_expiry_timestamp_seconds{product=jira,tenant=t1}"]
    assert ends - now.timestamp() == timedelta(days=3).total_seconds()


def test_a_tenant_that_was_uninstalled_is_not_told_of(parts: Deployment, client: FlaskClient) -> None:
    with parts.db.begin() as tx:
        tenants.change(tx, T2, uninstalled_at=parts.clock.now())
    assert not [name for name in samples(client) if "tenant=t2" in name]


def test_prompts_and_pages_are_counted_by_state_and_nobody_is_named(parts: Deployment, client: FlaskClient) -> None:
    now = parts.clock.now()
    asked = {
        "issue_key": "FLEX-1", "project_key": "FLEX", "summary": "About Ana", "type_name": "Story", "hints": [],
        "restricted": False, "asked": AccountId("account-of-ana"), "closed_at": now, "reminders": 0,
    }  # fmt: skip
    rows = [("t1", "1", "open", 1), ("t1", "2", "answered", 2), ("t2", "3", "open", 3), ("t2", "4", "open", 8)]
    with parts.db.begin() as tx:
        for tenant, issue, state, days in rows:
            about = {"tenant_id": tenant, "issue_id": issue, "state": state, "asked_at": now - timedelta(days=days)}
            tx.execute(prompts.insert().values(asked | about))
        for key, state in (("home", PageState.CURRENT), ("log:FLEX", PageState.DRIFTED)):
            pages.keep(tx, T1, Page(PageKey(key), state, "ENG", "About Ana"))
    found = samples(client)
    assert (found["learnloop_prompts_recent{state=open}"], found["learnloop_prompts_recent{state=answered}"]) == (2, 1)
    assert (found["learnloop_pages{state=current}"], found["learnloop_pages{state=drifted}"]) == (1, 1)
    said = client.get("/metrics", headers=ALLOWED).text
    assert [word for word in ("ana", "Ana", "FLEX", "example.atlassian.net") if word in said] == []


def test_every_metric_is_in_the_documentation_and_no_other(client: FlaskClient) -> None:
    families = text_string_to_metric_families(client.get("/metrics", headers=ALLOWED).text)
    documented = re.findall(r"^\| `(learnloop_\w+)` \|", OPERATING.read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(one.name for one in families)


def test_a_scraper_that_speaks_openmetrics_is_answered_in_it(client: FlaskClient) -> None:
    answer = client.get("/metrics", headers=ALLOWED | {"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.mimetype == "application/openmetrics-text"
    assert answer.text.endswith("# EOF\n")
