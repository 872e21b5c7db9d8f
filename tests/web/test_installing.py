"""The life of an installation: what a site says of it, what follows, and what is left when it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.alone import MONDAY, credential
from tests.sources.deliveries import body
from tests.sources.doors import ONE, TWO, Doors, Sent, Site
from worker import installing, schedule
from worker.domain.model import (
    DeliveryState,
    JobKind,
    Page,
    PageKey,
    PageState,
    Product,
    Proof,
    Scheme,
    SourceKind,
    TenantId,
)  # fmt: skip
from worker.domain.policy import Policy
from worker.errors import ConfigError
from worker.jobs import handlers
from worker.store import credentials, pages, tenants

NEW = Site("client-key-of-new", "the shared secret of the new site, long enough", "https://new.atlassian.net")
HOOK = Sent("/webhooks/connect", body("issue_updated__status", "connect"))


def taken(doors: Doors, site: Site) -> int:
    """What a delivery that `site` signs is answered."""
    return doors.send(doors.numbered(doors.by_site(site, HOOK))).status_code


def work(doors: Doors) -> int:
    """Run every job that is due; how many there were."""
    return doors.parts.queue.drain(handlers(doors.parts))


# --- installed ---


def test_installing_makes_a_tenant_with_a_sealed_secret_and_a_job_that_asks_the_site(doors: Doors) -> None:
    before = set(doors.jobs(JobKind.ONBOARD))
    answer = doors.told("installed", NEW)
    assert (answer.status_code, answer.text) == (204, "")
    tenant = doors.of(NEW)
    assert (tenant.source, tenant.proof, tenant.installation) == (SourceKind.CONNECT, Proof.JWT, NEW.client_key)
    assert (tenant.site_url, tenant.wiki_url) == (NEW.url, f"{NEW.url}/wiki")
    assert (tenant.stopped, tenant.uninstalled_at, tenant.own_account) == ("", None, "")
    assert tenant.newest_secret is not None
    assert NEW.secret.encode() not in tenant.newest_secret
    assert doors.parts.keys.open(tenant.newest_secret) == NEW.secret
    with doors.parts.db.read() as tx:
        (held,) = credentials.of(tx, tenant.id).values()
    assert (held.product, held.scheme, held.address) == (Product.JIRA, Scheme.CONNECT, NEW.url)
    assert (held.account, doors.parts.keys.open(held.secret)) == ("learnloop", NEW.secret)
    assert set(doors.jobs(JobKind.ONBOARD)) - before == {f"{tenant.id}/"}
    assert taken(doors, NEW) == 202


def test_the_secret_is_nowhere_in_the_database_as_it_is(doors: Doors) -> None:
    doors.told("installed", NEW)
    assert NEW.secret not in str(doors.rows())


def test_an_address_may_end_in_a_slash(doors: Doors) -> None:
    assert doors.told("installed", NEW, url=f"{NEW.url}/").status_code == 204
    assert doors.of(NEW).site_url == NEW.url


def test_the_same_hook_again_makes_no_second_tenant(doors: Doors) -> None:
    hook = doors.by_atlassian(doors.hook("installed", NEW), NEW)
    for _ in range(2):
        assert doors.send(hook).status_code == 204
    with doors.parts.db.read() as tx:
        assert [one.site_url for one in tenants.every(tx)].count(NEW.url) == 1


# --- switched off and on ---


def test_a_disabled_app_tries_nothing_and_loses_nothing_until_it_is_enabled(doors: Doors) -> None:
    assert doors.told("disabled", ONE).status_code == 204
    assert "enable it there" in doors.of(ONE).stopped
    assert taken(doors, ONE) == 202
    assert doors.told("enabled", ONE).status_code == 204
    assert doors.of(ONE).stopped == ""


def test_enabling_lifts_only_what_disabling_put_there(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        tenants.stop(tx, doors.of(ONE).id, "The site refused our token.")
    for what in ("enabled", "disabled", "enabled"):
        assert doors.told(what, ONE).status_code == 204
        assert doors.of(ONE).stopped == "The site refused our token."


def test_an_app_that_is_enabled_again_gives_way_to_a_tenant_that_came_meanwhile(doors: Doors) -> None:
    doors.told("disabled", ONE)
    other = replace(doors.of(ONE), id=TenantId("other"), installation=None, webhook_path="other", stopped="")
    with doors.parts.db.begin() as tx:
        tenants.add(tx, other)
    assert doors.told("enabled", ONE).status_code == 204
    assert doors.of(ONE).stopped.startswith("Tenant other serves this site already")


def test_a_switch_of_one_site_moves_no_other(doors: Doors) -> None:
    doors.told("disabled", ONE)
    assert doors.of(TWO).stopped == ""


# --- installed again ---


def test_installing_again_replaces_the_secret_from_that_moment_on(doors: Doors) -> None:
    renewed = replace(ONE, secret="another shared secret of site one, long enough")
    tenant = doors.of(ONE).id
    assert doors.told("installed", renewed).status_code == 204
    assert doors.of(ONE).id == tenant
    assert (taken(doors, ONE), taken(doors, renewed)) == (401, 202)
    with doors.parts.db.read() as tx:
        held = credentials.of(tx, tenant)[Product.JIRA]
    assert doors.parts.keys.open(held.secret) == renewed.secret


def page(url: str) -> Page:
    """A page of ours at an address."""
    return Page(
        key=PageKey(url), state=PageState.CURRENT, space="ENG", title="Learning log", page_id="1", url=url, version=1,
        digest="", regions={}, learnings=0, reason="", published_at=MONDAY,
    )  # fmt: skip


def with_pages(doors: Doors, tenant: TenantId, site_url: str) -> None:
    """Pages of ours on the site and elsewhere, and a token for Confluence on the site."""
    elsewhere = "https://one.atlassian.net.example.org/wiki/1"
    with doors.parts.db.begin() as tx:
        for url in (f"{site_url}/wiki/spaces/ENG/pages/1", elsewhere):
            pages.keep(tx, tenant, page(url))
        wiki = replace(credential(doors.parts, Product.CONFLUENCE), address=site_url)
        credentials.keep(tx, tenant, wiki)


def places(doors: Doors, tenant: TenantId) -> tuple[str, str, list[str], list[str | None]]:
    """Where a tenant's Jira, Confluence, credentials and pages are."""
    with doors.parts.db.read() as tx:
        one = tenants.get(tx, tenant)
        addresses = [held.address for held in credentials.of(tx, tenant).values()]
        return one.site_url, one.wiki_url, addresses, [each.url for _, each in pages.every(tx, tenant)]


def test_a_site_that_moved_is_followed_in_everything_that_leads_there(doors: Doors) -> None:
    tenant, moved = doors.of(ONE).id, "https://moved.atlassian.net"
    with_pages(doors, tenant, ONE.url)
    assert doors.told("installed", ONE, url=moved).status_code == 204
    site, wiki, addresses, urls = places(doors, tenant)
    assert (site, wiki, addresses) == (moved, f"{moved}/wiki", [moved] * 2)
    assert urls == ["https://one.atlassian.net.example.org/wiki/1", f"{moved}/wiki/spaces/ENG/pages/1"]


def test_a_forge_site_that_moved_is_followed_at_its_next_call(doors: Doors) -> None:
    tenant, moved = TenantId("forge"), "https://moved.atlassian.net"
    with_pages(doors, tenant, doors.tenant("forge").site_url)
    context = {"cloudId": "cloud-of-forge", "siteUrl": f"{moved}/"}
    assert doors.send(doors.by_forge(Sent("/forge/heartbeat"), context=context)).status_code == 204
    site, wiki, addresses, urls = places(doors, tenant)
    assert (site, wiki, addresses) == (moved, f"{moved}/wiki", [moved])
    assert f"{moved}/wiki/spaces/ENG/pages/1" in urls


# --- uninstalled ---


def test_uninstalling_forgets_what_proves_us_and_keeps_what_was_learned(doors: Doors) -> None:
    tenant = doors.of(ONE).id
    assert (taken(doors, ONE), doors.told("uninstalled", ONE).status_code) == (202, 204)
    gone = doors.of(ONE)
    assert (gone.id, gone.uninstalled_at, gone.secrets) == (tenant, doors.clock.now(), ())
    with doors.parts.db.read() as tx:
        assert credentials.of(tx, tenant) == {}
    assert len(doors.kept(tenant)) == 1
    assert taken(doors, ONE) == 401


@pytest.mark.parametrize(
    ("tenant", "source"),
    [("cloud", "cloud"), ("open", "cloud"), ("rules", "automation"), ("dc", "data_center"), ("forge", "forge")],
)
def test_a_removed_tenants_address_is_nobodys_however_its_deliveries_were_proven(
    doors: Doors, tenant: str, source: str
) -> None:
    name = {"automation": "custom_data", "forge": "updated_issue__status"}.get(source, "issue_updated__status")
    sent = doors.delivery(source, body(name, source), "" if source == "forge" else tenant)
    with doors.parts.db.begin() as tx:
        installing.uninstall(tx, doors.parts, doors.tenant(tenant))
    before = doors.rows()
    assert (doors.send(sent).status_code, doors.rows()) == (401 if source == "forge" else 404, before)


def test_jobs_of_an_uninstalled_tenant_do_nothing_and_are_parked(doors: Doors) -> None:
    tenant = doors.of(ONE).id
    taken(doors, ONE)
    with doors.parts.db.begin() as tx:
        for kind in JobKind:
            if kind is not JobKind.INTERPRET:
                doors.parts.queue.put(tx, kind, f"{tenant}@now" if kind in schedule_kinds() else f"{tenant}/1", "lane")
        doors.parts.queue.forget(tx, lambda kind, key: kind is JobKind.ONBOARD and not key.startswith(tenant))
    doors.told("uninstalled", ONE)
    before = doors.rows()
    assert work(doors) >= len(JobKind)
    assert {(one.state, one.error) for one in doors.parts.queue.jobs()} == {("dead", "The app was uninstalled.")}
    assert {one.state for one in doors.kept(tenant)} == {DeliveryState.QUEUED}
    assert {name for name, rows in doors.rows().items() if rows != before[name]} == {"jobs"}


def schedule_kinds() -> set[JobKind]:
    """The kinds of jobs that a tick is for."""
    return {JobKind.REMINDERS, JobKind.COMPILE_ALL, JobKind.CHECK_PAGES, JobKind.SWEEP, JobKind.PERIODS, JobKind.PRUNE}


def test_a_schedule_fires_for_no_uninstalled_tenant(doors: Doors) -> None:
    tenant = doors.of(ONE).id
    doors.told("uninstalled", ONE)
    with doors.parts.db.read() as tx:
        assert tenant not in {one.id for one in (*tenants.active(tx), *tenants.going(tx))}
    assert schedule.fire(doors.parts, JobKind.SWEEP, doors.of(TWO).id, doors.clock.now())


@pytest.mark.parametrize("site", [ONE, NEW], ids=["uninstalled before", "never installed"])
def test_uninstalling_what_is_not_there_is_no_error_and_changes_nothing(doors: Doors, site: Site) -> None:
    doors.told("uninstalled", ONE)
    before = doors.rows()
    doors.clock.forward(timedelta(minutes=1))
    assert (doors.told("uninstalled", site).status_code, doors.rows()) == (204, before)


def test_installed_again_a_tenant_goes_on_where_it_was(doors: Doors) -> None:
    tenant = doors.of(ONE).id
    taken(doors, ONE)
    with doors.parts.db.begin() as tx:
        tenants.set_policy(tx, tenant, Policy(("FLEX",), home_space="ENG"))
    doors.told("uninstalled", ONE)
    renewed = replace(ONE, secret="the shared secret of the second life, long enough")
    assert doors.told("installed", renewed).status_code == 204
    again = doors.of(ONE)
    assert (again.id, again.uninstalled_at, again.stopped) == (tenant, None, "")
    assert again.policy == Policy(("FLEX",), home_space="ENG")
    assert len(doors.kept(tenant)) == 1
    assert (taken(doors, ONE), taken(doors, renewed)) == (401, 202)


def test_an_uninstalled_forge_tenant_goes_on_with_the_next_installation_and_never_with_the_old_one(
    doors: Doors,
) -> None:
    installation = {"id": "ari:cloud:ecosystem::installation/second"}
    beat = Sent("/forge/heartbeat")
    first, second = doors.by_forge(beat), doors.by_forge(beat, app={"installation": installation})
    doors.send(doors.by_forge(Sent("/webhooks/forge", body("closed_sprint", "forge"))))
    assert doors.send(doors.by_forge(Sent("/forge/uninstalled"))).status_code == 204
    assert doors.tenant("forge").uninstalled_at == doors.clock.now()
    with doors.parts.db.read() as tx:
        assert credentials.of(tx, TenantId("forge")) == {}
    assert doors.send(first).status_code == 401
    assert doors.send(second).status_code == 204
    again = doors.tenant("forge")
    assert (again.uninstalled_at, again.stopped) == (None, "")
    assert again.installation == "ari:cloud:ecosystem::installation/second"
    assert len(doors.kept("forge")) == 1
    assert doors.send(first).status_code == 401


# --- Forge's token ---


def forge_token(doors: Doors) -> tuple[str, Any]:
    """The token we hold for the Forge site, and when it ends."""
    with doors.parts.db.read() as tx:
        held = credentials.of(tx, TenantId("forge"))[Product.JIRA]
    assert (held.scheme, held.address) == (Scheme.FORGE, "https://api.atlassian.com/ex/jira/cloud-of-forge")
    return doors.parts.keys.open(held.secret), held.expires_at


def test_every_verified_call_renews_the_installations_token_and_no_other_call_does(doors: Doors) -> None:
    beat = Sent("/forge/heartbeat").headed(x_forge_oauth_system="first token")
    assert doors.send(doors.by_forge(beat)).status_code == 204
    assert forge_token(doors) == ("first token", doors.clock.now() + timedelta(minutes=10))
    forged = doors.by_forge(beat.headed(x_forge_oauth_system="a forger's"), key="stranger")
    assert doors.send(forged).status_code == 401
    assert forge_token(doors)[0] == "first token"
    event = Sent("/webhooks/forge", body("updated_issue__assignee", "forge")).headed(x_forge_oauth_system="second")
    assert doors.send(doors.by_forge(event)).status_code == 204
    assert forge_token(doors)[0] == "second"


def test_a_call_without_a_token_leaves_the_one_that_is_held(doors: Doors) -> None:
    doors.send(doors.by_forge(Sent("/forge/heartbeat").headed(x_forge_oauth_system="first token")))
    assert doors.send(doors.by_forge(Sent("/forge/heartbeat"))).status_code == 204
    assert forge_token(doors)[0] == "first token"


def test_a_token_an_admin_gave_is_not_replaced_by_forges(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        credentials.keep(tx, TenantId("forge"), credential(doors.parts, Product.JIRA, "an admin's"))
    doors.send(doors.by_forge(Sent("/forge/heartbeat").headed(x_forge_oauth_system="forge's")))
    with doors.parts.db.read() as tx:
        assert doors.parts.keys.open(credentials.of(tx, TenantId("forge"))[Product.JIRA].secret) == "an admin's"


# --- the same site twice ---


def served_already(doors: Doors, **policy: Any) -> str:
    """A tenant told by a webhook, on the site that is about to install the app; its id."""
    told = Policy(home_space="ENG", **policy)
    first = replace(
        doors.tenant("cloud"), id=TenantId("first"), webhook_path="path-of-first", site_url=NEW.url, policy=told
    )
    with doors.parts.db.begin() as tx:
        tenants.add(tx, first)
    return first.id


def test_the_second_tenant_of_a_site_is_stopped_with_a_sentence_that_names_the_first(doors: Doors) -> None:
    first = served_already(doors)
    assert doors.told("installed", NEW).status_code == 204
    second = doors.of(NEW)
    assert second.stopped.startswith(f"Tenant {first} serves this site already")
    assert f"learnloop tenant resume {second.id}" in second.stopped
    assert doors.tenant(first).stopped == ""
    assert taken(doors, NEW) == 202


def test_two_tenants_of_a_site_go_on_side_by_side_when_their_projects_differ(doors: Doors) -> None:
    served_already(doors, projects=("FLEX", "PLAT"))
    doors.told("installed", NEW)
    second = doors.of(NEW).id
    with doors.parts.db.begin() as tx:
        with pytest.raises(ConfigError, match="Tenant first serves this site already"):
            installing.resume(tx, doors.parts, second)
        tenants.set_policy(tx, second, Policy(("OPS",)))
        installing.resume(tx, doors.parts, second)
    assert doors.of(NEW).stopped == ""
    doors.told("installed", NEW)
    assert doors.of(NEW).stopped == ""


@pytest.mark.parametrize("end", ["uninstalled", "stopped"])
def test_beside_a_tenant_that_stands_still_a_new_one_waits_for_somebody_to_choose(doors: Doors, end: str) -> None:
    first = TenantId(served_already(doors))
    with doors.parts.db.begin() as tx:
        tenants.change(
            tx, first, **({"uninstalled_at": MONDAY} if end == "uninstalled" else {"stopped": "Token gone."})
        )
    doors.told("installed", NEW)
    assert doors.of(NEW).stopped.startswith(f"Tenant {first} of this site ")
    with doors.parts.db.begin() as tx:
        installing.resume(tx, doors.parts, doors.of(NEW).id)
    assert doors.of(NEW).stopped == ""
    doors.told("installed", NEW)
    assert doors.of(NEW).stopped == ""
