"""Tenants that come back, and installations nobody told us the end of: what they need, and what is said until then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alone import credential
from tests.sources.deliveries import body
from tests.sources.doors import ONE, Doors, Sent
from worker import installing, onboarding, standing
from worker.domain.model import JobKind, Product, Proof, Scheme, SourceKind, TenantId
from worker.errors import ConfigError
from worker.sources import proofs
from worker.standing import Concern
from worker.store import credentials, tenants

SECOND = {"installation": {"id": "ari:cloud:ecosystem::installation/second"}}
BEAT = Sent("/forge/heartbeat").headed(x_forge_oauth_system="a token of the app")
CLOSE = Sent("/webhooks/forge", body("updated_issue__status", "forge"))


def concerns(doors: Doors, tenant: str) -> list[Concern]:
    """What an admin of the tenant is told to look at."""
    with doors.parts.db.read() as tx:
        return standing.concerns(tx, doors.tenant(tenant), doors.clock.now())


def words(doors: Doors, tenant: str) -> str:
    return " ".join(str(one) for one in concerns(doors, tenant))


# --- removed and resumed ---


@pytest.mark.parametrize("tenant", ["cloud", "rules", "dc"])
def test_a_tenant_that_returns_without_its_secret_says_so_until_it_has_one(doors: Doors, tenant: str) -> None:
    with doors.parts.db.begin() as tx:
        installing.uninstall(tx, doors.parts, doors.tenant(tenant), installing.REMOVED)
        installing.resume(tx, doors.parts, TenantId(tenant))
    assert "Every delivery is refused" in words(doors, tenant)
    assert "There is no credential for Jira" in words(doors, tenant)
    with doors.parts.db.begin() as tx:
        tenants.change(tx, TenantId(tenant), newest_secret=doors.parts.keys.seal("a new secret, long enough"))
        credentials.keep(tx, TenantId(tenant), credential(doors.parts, Product.JIRA))
    assert not {"Every delivery is refused", "There is no credential for Jira"} & set(words(doors, tenant).split(":"))


def test_a_token_an_admin_gave_a_connect_tenant_stays_when_the_app_is_installed_again(doors: Doors) -> None:
    tenant = doors.of(ONE).id
    with doors.parts.db.begin() as tx:
        credentials.keep(tx, tenant, credential(doors.parts, Product.JIRA, "an admin's"))
        tenants.change(tx, tenant, own_account="bot")
    doors.told("installed", ONE)
    with doors.parts.db.read() as tx:
        held = credentials.of(tx, tenant)[Product.JIRA]
    assert (held.scheme, doors.parts.keys.open(held.secret)) == (Scheme.BASIC, "an admin's")
    assert doors.of(ONE).own_account == "bot"


def test_a_connect_tenant_that_was_stopped_as_it_came_is_asked_who_we_are_once_it_goes_on(doors: Doors) -> None:
    tenant = doors.of(ONE).id
    with doors.parts.db.begin() as tx:
        doors.parts.queue.forget(tx, lambda kind, _: kind is JobKind.ONBOARD)
        tenants.change(tx, tenant, stopped="Served already.", own_account="")
        installing.resume(tx, doors.parts, tenant)
    assert doors.jobs(JobKind.ONBOARD) == [f"{tenant}/"]


# --- Forge ---


def test_an_installation_that_has_been_silent_for_an_hour_gives_its_place_to_the_next(doors: Doors) -> None:
    assert doors.send(doors.by_forge(BEAT)).status_code == 204
    doors.clock.forward(timedelta(minutes=65))  # the token was good for ten minutes
    other = doors.send(doors.by_forge(BEAT, app=SECOND))
    assert (other.status_code, "is silent for an hour" in other.text) == (401, True)
    doors.clock.forward(timedelta(minutes=6))
    assert doors.send(doors.by_forge(BEAT, app=SECOND)).status_code == 204
    assert doors.tenant("forge").installation == SECOND["installation"]["id"]
    assert doors.send(doors.by_forge(CLOSE)).status_code == 401
    assert doors.send(doors.by_forge(CLOSE, app=SECOND)).status_code == 202


GOING = Sent("/forge/uninstalled", b"{}")


@pytest.mark.parametrize("pinned", [True, False])
def test_the_going_of_another_installation_is_none_of_the_tenants(doors: Doors, pinned: bool) -> None:
    if pinned:
        assert doors.send(doors.by_forge(BEAT)).status_code == 204
    doors.clock.forward(timedelta(minutes=75))  # we were away: nobody could call
    before = doors.rows()
    assert (doors.send(doors.by_forge(GOING, app=SECOND)).status_code, doors.rows()) == (401, before)


@pytest.mark.parametrize(("environment", "follows"), [("PRODUCTION", 204), ("STAGING", 401), ("DEVELOPMENT", 401)])
def test_only_a_production_environment_takes_the_place_of_one_that_is_silent(
    doors: Doors, environment: str, follows: int
) -> None:
    assert doors.send(doors.by_forge(BEAT)).status_code == 204
    doors.clock.forward(timedelta(minutes=75))
    second = SECOND | {"environment": {"id": "e", "type": environment}}
    assert doors.send(doors.by_forge(BEAT, app=second)).status_code == follows
    assert doors.send(doors.by_forge(BEAT)).status_code == (401 if follows == 204 else 204)


def test_an_installation_that_calls_keeps_its_place(doors: Doors) -> None:
    for _ in range(30):
        assert doors.send(doors.by_forge(BEAT)).status_code == 204
        assert doors.send(doors.by_forge(BEAT, app=SECOND)).status_code == 401
        doors.clock.forward(timedelta(minutes=5))


def test_where_an_admin_gave_a_token_nothing_tells_that_an_installation_is_gone(doors: Doors) -> None:
    doors.send(doors.by_forge(BEAT))
    with doors.parts.db.begin() as tx:
        credentials.keep(tx, TenantId("forge"), credential(doors.parts, Product.JIRA))
    doors.clock.forward(timedelta(days=3))
    assert doors.send(doors.by_forge(BEAT, app=SECOND)).status_code == 401


def test_a_forge_tenant_that_was_removed_and_added_again_is_served_as_the_new_one(doors: Doors) -> None:
    assert doors.send(doors.by_forge(BEAT)).status_code == 204
    with doors.parts.db.begin() as tx:
        installing.uninstall(tx, doors.parts, doors.tenant("forge"), installing.REMOVED)
        again = replace(doors.tenant("forge"), id=TenantId("again"), installation=None, uninstalled_at=None, stopped="")
        tenants.add(tx, replace(again, webhook_path="path-of-again"))
    assert doors.send(doors.by_forge(BEAT)).status_code == 204
    assert doors.send(doors.by_forge(CLOSE)).status_code == 202
    assert (doors.tenant("forge").installation, len(doors.kept("again"))) == (None, 1)


def test_an_app_that_does_not_call_is_said(doors: Doors) -> None:
    assert "The Forge app has not called yet" in words(doors, "forge")
    doors.send(doors.by_forge(BEAT))
    assert "Forge app" not in words(doors, "forge")
    doors.clock.forward(timedelta(minutes=26))
    assert "The Forge app has not called since its token ended 16 minutes ago" in words(doors, "forge")
    assert [one.grave for one in concerns(doors, "forge") if "Forge app" in one.words] == [True]


def test_a_person_in_a_part_of_the_app_we_do_not_know_is_not_the_app(doors: Doors) -> None:
    before = doors.rows()
    assert (doors.send(doors.by_viewer(CLOSE, module="learnloop-other")).status_code, doors.rows()) == (401, before)


# --- what is given by hand ---


@pytest.mark.parametrize(
    "secret", ["tokén-tokén-tokén", " token token token", "token\ttoken-token", "токен-токен-токен"]
)
def test_a_token_that_no_header_carries_is_refused_when_it_is_given(secret: str) -> None:
    with pytest.raises(ConfigError, match="goes into a header"):
        proofs.checked(Proof.TOKEN, secret)
    assert proofs.checked(Proof.HMAC, secret * 2) == secret * 2


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Acme.Atlassian.NET/", "https://acme.atlassian.net"),
        ("https://acme.atlassian.net:443", "https://acme.atlassian.net"),
        ("https://acme.atlassian.net:8443/jira/", "https://acme.atlassian.net:8443"),
        ("http://LocalHost:2990/", "http://localhost:2990"),
        (" http://127.0.0.1:80 ", "http://127.0.0.1"),
        ("http://[::1]:2990", "http://[::1]:2990"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(written: str, kept: str) -> None:
    assert onboarding.site_address(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "acme.atlassian.net",
        "https://",
        "ftp://a.example",
        "https://a.example:99999",
        "https://[",
        "https://me@a.example",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match="is not a site's address"):
        onboarding.site_address(written)


# --- Connect ---


@pytest.mark.parametrize(
    "site",
    [
        "http://one.atlassian.net",
        "https://one.atlassian.net:8443",
        "https://one.atlassian.net:99999",
        "https://.atlassian.net",
        "https://One.atlassian.net",
    ],
)
def test_a_connect_site_is_not_followed_to_an_address_that_is_not_jira_clouds(doors: Doors, site: str) -> None:
    assert doors.told("installed", ONE, url=site).status_code == 401
    assert doors.of(ONE).site_url == ONE.url


def test_a_site_is_known_under_both_its_names_by_its_cloud_id(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        tenants.change(tx, TenantId("cloud"), cloud_id="the-same", site_url="https://old-name.atlassian.net")
        tenants.change(tx, doors.of(ONE).id, cloud_id="the-same")
        installing.share(tx, doors.of(ONE).id)
    assert doors.of(ONE).stopped.startswith("Tenant cloud serves this site already")


def test_a_tenant_that_moves_to_where_another_is_gives_way(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        installing.move(tx, doors.tenant("cloud"), ONE.url)
    assert "serves this site already" in doors.tenant("cloud").stopped
    assert doors.tenant("cloud").source is SourceKind.CLOUD


def test_of_a_disabled_app_it_is_said_that_enabling_it_is_enough(doors: Doors) -> None:
    doors.told("disabled", ONE)
    (said,) = [str(one) for one in concerns(doors, doors.of(ONE).id) if one.words == tenants.DISABLED]
    assert (
        said == "The app is disabled in Jira (Manage apps); enable it there. That is enough: it goes on by itself then."
    )


@pytest.mark.parametrize(("tenant", "back"), [("cloud", "tenant resume"), ("connect", "installed on its site again")])
def test_a_removed_tenant_says_how_it_comes_back(doors: Doors, tenant: str, back: str) -> None:
    removed = doors.of(ONE) if tenant == "connect" else doors.tenant(tenant)
    with doors.parts.db.begin() as tx:
        installing.remove(tx, doors.parts, removed)
    assert back in doors.tenant(removed.id).stopped


# --- Data Center ---


def test_credentials_prove_a_delivery_that_is_signed_as_well(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        secret = doors.parts.keys.seal("jira:a password that is long")
        tenants.change(tx, TenantId("dc"), proof=Proof.BASIC, newest_secret=secret)
    signed = doors.delivery("data_center", body("issue_updated__status", "data_center"))
    assert doors.send(signed).status_code == 401
    assert doors.send(signed.headed(Authorization="Basic amlyYTphIHBhc3N3b3JkIHRoYXQgaXMgbG9uZw==")).status_code == 202
