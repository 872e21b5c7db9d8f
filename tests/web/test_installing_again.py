"""Which site a call of Forge is of, and what a second life or a second tenant leaves of the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.alone import credential
from tests.sources import minting
from tests.sources.doors import ONE, Doors, Sent
from worker import installing
from worker.domain.model import AccountId, JobKind, Product, TenantId
from worker.errors import ConfigError
from worker.store import credentials, tenants

BEAT = Sent("/forge/heartbeat")
FIRST, SECOND = "ari:cloud:ecosystem::installation/one", "ari:cloud:ecosystem::installation/second"
API = "https://api.atlassian.com/ex/jira"


def beaten(doors: Doors, **said: Any) -> int:
    """What Forge's scheduled call is answered."""
    return doors.send(doors.by_forge(BEAT, **said)).status_code


def app(address: str = "", **installation: object) -> dict[str, Any]:
    """What an invocation token says of the app, by the cloud its address ends in."""
    return {"installation": {"id": FIRST} | installation} | ({"apiBaseUrl": f"{API}/{address}"} if address else {})


# --- the token ---


@pytest.mark.parametrize(
    ("lives", "ends"),
    [
        (timedelta(minutes=4), timedelta(minutes=4)),
        (timedelta(hours=1), timedelta(hours=1)),
        (None, timedelta(minutes=10)),
    ],
    ids=str,
)
def test_the_installations_token_ends_when_it_says(doors: Doors, lives: timedelta | None, ends: timedelta) -> None:
    said = {"exp": int((doors.clock.now() + lives).timestamp())} if lives else {"sub": "nobody says when"}
    token = minting.signed(said, "a secret of Atlassian's, as long as it has to be", "HS256")
    assert doors.send(doors.by_forge(BEAT.headed(x_forge_oauth_system=token))).status_code == 204
    with doors.parts.db.read() as tx:
        assert credentials.of(tx, TenantId("forge"))[Product.JIRA].expires_at == doors.clock.now() + ends


# --- the site ---


@pytest.mark.parametrize(
    ("context", "told", "status"),
    [
        (None, app("cloud-of-forge"), 204),
        ({}, app("cloud-of-forge"), 204),
        (None, app("cloud-of-nobody"), 401),
        (None, app(), 401),
        (None, app(contexts=[{"cloudId": "cloud-of-forge"}]), 204),
        (None, app("cloud-of-nobody", contexts=[{"name": "jira"}, {"cloudId": "cloud-of-forge"}]), 204),
        ({"cloudId": "cloud-of-forge"}, app("cloud-of-nobody"), 204),
        ({"cloudId": "cloud-of-nobody"}, app("cloud-of-forge"), 401),
    ],
)
def test_the_site_is_that_of_the_context_else_of_the_installation_else_of_its_address(
    doors: Doors, context: dict[str, str] | None, told: dict[str, Any], status: int
) -> None:
    assert beaten(doors, context=context, app=told) == status


# --- a second life ---


def known_as(doors: Doors, account: str) -> None:
    """The Connect app's account on the site was found out."""
    with doors.parts.db.begin() as tx:
        earlier = doors.parts.keys.seal("a secret of before")
        tenants.change(tx, doors.of(ONE).id, own_account=AccountId(account), earlier_secret=earlier)


def test_an_app_that_is_installed_again_asks_anew_who_it_is_and_believes_no_earlier_secret(doors: Doors) -> None:
    known_as(doors, "app-of-before")
    assert doors.told("installed", ONE).status_code == 204
    assert (doors.of(ONE).own_account, doors.of(ONE).earlier_secret) == ("", None)
    assert f"{doors.of(ONE).id}/" in doors.jobs(JobKind.ONBOARD)


def test_where_an_admin_gave_a_token_installing_again_leaves_who_we_are(doors: Doors) -> None:
    known_as(doors, "an admin's")
    with doors.parts.db.begin() as tx:
        credentials.keep(tx, doors.of(ONE).id, credential(doors.parts, Product.JIRA))
    assert doors.told("installed", ONE).status_code == 204
    assert doors.of(ONE).own_account == "an admin's"


def test_a_removed_forge_tenant_that_is_resumed_takes_the_next_installation(doors: Doors) -> None:
    tenant = TenantId("forge")
    with doors.parts.db.begin() as tx:
        installing.remove(tx, doors.parts, tenants.get(tx, tenant))
        installing.resume(tx, doors.parts, tenant)
    assert doors.tenant("forge").installation is None
    assert beaten(doors, app={"installation": {"id": SECOND}}) == 204
    assert doors.tenant("forge").installation == SECOND


def test_a_stopped_forge_tenant_that_is_resumed_keeps_its_installation(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        tenants.stop(tx, TenantId("forge"), "The site refused our token.")
        installing.resume(tx, doors.parts, TenantId("forge"))
    assert doors.tenant("forge").installation == FIRST
    assert beaten(doors, app={"installation": {"id": SECOND}}) == 401


# --- a second tenant ---


@pytest.mark.parametrize(
    ("cloud_id", "site_url", "same"),
    [
        ("cloud-of-forge", "https://renamed.atlassian.net", True),
        ("cloud-of-forge", "https://forge.example.org", True),
        ("cloud-of-another", "https://forge.example.org", False),
        ("cloud-of-another", "https://another.atlassian.net", False),
        ("", "https://forge.example.org", True),
        ("", "https://forge.example.org/jira", False),
        ("", "https://another.atlassian.net", False),
    ],
)
def test_two_tenants_are_of_one_site_by_their_cloud_ids_or_where_one_has_none_by_address(
    doors: Doors, cloud_id: str, site_url: str, same: bool
) -> None:
    first = doors.tenant("forge")
    second = replace(
        first, id=TenantId("second"), webhook_path="second", installation=None, cloud_id=cloud_id, site_url=site_url
    )
    with doors.parts.db.begin() as tx:
        tenants.add(tx, second)
        if not same:
            installing.resume(tx, doors.parts, second.id)
            return
        with pytest.raises(ConfigError, match="Tenant forge serves this site already"):
            installing.resume(tx, doors.parts, second.id)


def test_erasing_a_tenant_forgets_its_jobs_of_either_kind_and_none_of_one_whose_name_begins_alike(doors: Doors) -> None:
    moment = datetime.isoformat(doors.clock.now())
    with doors.parts.db.begin() as tx:
        for tenant in ("cloud", "cloud2"):
            doors.parts.queue.put(tx, JobKind.SWEEP, f"{tenant}@{moment}", "lane")
            doors.parts.queue.put(tx, JobKind.SHOW, f"{tenant}/10007", "lane")
        installing.erase(tx, doors.parts, tenants.get(tx, TenantId("cloud")))
    assert doors.jobs(JobKind.SWEEP) == [f"cloud2@{moment}"]
    assert doors.jobs(JobKind.SHOW) == ["cloud2/10007"]
