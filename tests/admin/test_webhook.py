"""The webhook's page: its address, a test of it, its secrets, and what the site says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from tests.admin import forms
from tests.admin.browsing import Browser, logged_in
from tests.world import EVENTS, SECRET, World
from webhooks.app import create_app
from worker import onboarding, testing_door
from worker.deployment import Deployment
from worker.domain.model import DeliveryState, Proof, SourceKind, TenantId
from worker.store import audit, deliveries, tenants
from worker.store.accounts import Role
from worker.store.tenants import Tenant


@pytest.fixture(scope="module")
def visiting(shared: World) -> tuple[World, Browser]:
    """A site beside LearnLoop, and an owner's browser."""
    return shared, logged_in(create_app(shared.deployment), shared.deployment)


@pytest.fixture
def place(visiting: tuple[World, Browser]) -> tuple[World, Browser, str]:
    """The same with the webhook as it came, and the page's address."""
    world, owner = visiting
    secret = world.deployment.keys.seal(SECRET)
    with world.deployment.db.begin() as tx:
        tenants.change(tx, world.tenant.id, newest_secret=secret, earlier_secret=None, proof=Proof.HMAC.value)
    return world, owner, f"/admin/{world.tenant.id}/webhook"


Place = tuple[World, Browser, str]


def press(owner: Browser, page: str, what: str) -> str:
    """Press one of the page's buttons; the page that follows."""
    form = forms.of(owner.get(page).text, f"/webhook/{what}")
    return owner.post(f"{page}/{what}", form, follow_redirects=True).text


def secret_of(page: str) -> str:
    """The secret a page shows."""
    return page.partition('id="secret" value="')[2].partition('"')[0]


def use(world: World, secret: str) -> None:
    """Have the site sign with a secret from now on."""
    for hook in world.site.world.webhooks.values():
        hook.secret = secret


def test_the_address_and_the_last_delivery_are_shown(place: Place) -> None:
    world, owner, page = place
    assert "None has come yet" in owner.get(page).text
    key = world.closed()
    shown = owner.get(page).text
    assert onboarding.webhook_url(world.deployment, world.tenant) in shown
    assert key in shown
    assert "proven by its newest secret" in shown


def test_a_test_goes_out_and_comes_in_again_and_asks_nobody(place: Place) -> None:
    world, owner, page = place
    world.closed()
    before, comments = world.writes(), len(world.deliveries())
    shown = press(owner, page, "test")
    assert "The test went out and came back, proven by its newest secret." in shown
    world.settle()
    test = world.deliveries()[0]
    assert (test.event, test.state) == ("learnloop:test", DeliveryState.IGNORED)
    assert test.reason == "a test of ours; nobody is asked"
    assert len(world.deliveries()) == comments + 1
    assert world.writes() == before
    assert "a test of ours; nobody is asked" in owner.get(page).text


@pytest.mark.parametrize(
    ("source", "proof", "secret"),
    [
        (SourceKind.CLOUD, Proof.HMAC, "a secret of some length"),
        (SourceKind.CLOUD, Proof.PATH, ""),
        (SourceKind.AUTOMATION, Proof.TOKEN, "a token of some length"),
        (SourceKind.DATA_CENTER, Proof.HMAC, "a secret of some length"),
        (SourceKind.DATA_CENTER, Proof.BASIC, "jira:a password äöü"),
    ],
)
def test_every_address_can_be_tried(place: Place, source: SourceKind, proof: Proof, secret: str) -> None:
    world, _, _ = place
    sealed = world.deployment.keys.seal(secret) if secret else None
    # Its id comes after the world's own tenant, which is the first.
    other = replace(world.tenant, id=TenantId(f"z{source}-{proof}"[:16]), webhook_path=f"p-{source}-{proof}",
                    source=source, proof=proof, newest_secret=sealed, stopped="only tried")  # fmt: skip
    with world.deployment.db.begin() as tx:
        tenants.add(tx, other)
    trip = testing_door.send_test(world.deployment, other)
    assert trip.came_back, trip.words
    with world.deployment.db.read() as tx:
        (line,) = deliveries.newest(tx, other.id)
    assert (line.event, line.issue_key) == ("learnloop:test", f"test {trip.mark}")


def elsewhere(world: World, base_url: str) -> testing_door.Trip:
    """A test of a LearnLoop that thinks it is reached at `base_url`."""
    parts = world.deployment
    return testing_door.send_test(replace(parts, settings=replace(parts.settings, base_url=base_url)), world.tenant)


def test_an_address_that_does_not_lead_here_is_told_from_one_that_does(place: Place) -> None:
    world, _, _ = place
    silent = elsewhere(world, "http://127.0.0.1:9")
    assert not silent.came_back
    assert "Nothing answered" in silent.words
    assert "LEARNLOOP_BASE_URL (http://127.0.0.1:9)" in silent.words
    other = elsewhere(world, world.site.url)
    assert not other.came_back
    assert "LEARNLOOP_BASE_URL" in other.words


def test_a_test_signed_by_a_stranger_is_refused(place: Place) -> None:
    world, _, _ = place
    forged = replace(world.tenant, newest_secret=world.deployment.keys.seal("not the secret at all"))
    trip = testing_door.send_test(world.deployment, forged)
    assert not trip.came_back
    assert "(The answer was 401.)" in trip.words


def test_what_atlassian_alone_can_prove_says_so(parts: Deployment, tenant: Tenant) -> None:
    trip = testing_door.send_test(parts, replace(tenant, source=SourceKind.FORGE, proof=Proof.JWT))
    assert not trip.came_back
    assert "Close an issue instead" in trip.words


def test_a_secret_is_renewed_without_losing_a_delivery(place: Place) -> None:
    world, owner, page = place
    use(world, SECRET)
    shown = press(owner, page, "secret")
    fresh = secret_of(shown)
    assert len(fresh) > 40
    assert fresh not in owner.get(page).text
    assert "proven by a secret from before the newest" in owner.get(page).text
    world.closed("by the earlier")
    assert "No delivery has come by the newest yet" in owner.get(page).text
    use(world, fresh)
    world.closed("by the newest")
    assert "Jira uses the newest, so the earlier can go." in owner.get(page).text
    assert "The earlier secret is retired" in press(owner, page, "retire")
    assert world.tenant.earlier_secret is None
    with world.deployment.db.read() as tx:
        log = audit.newest(tx, world.tenant.id)
    assert [one.what for one in log[:2]] == ["retired the earlier webhook secret", "made a new webhook secret"]
    assert all(fresh not in str(one) for one in log)


def test_the_form_sent_twice_makes_one_secret(place: Place) -> None:
    world, owner, page = place
    form = forms.of(owner.get(page).text, "/webhook/secret")
    assert owner.post(f"{page}/secret", form).status_code == 200
    kept = world.tenant.secrets
    answer = owner.post(f"{page}/secret", form)
    assert answer.status_code == 409
    assert "nothing was changed" in " ".join(answer.text.split())
    assert world.tenant.secrets == kept


def test_a_lost_secret_is_made_again_and_the_one_jira_uses_stays(place: Place) -> None:
    world, owner, page = place
    earlier = world.tenant.newest_secret
    first = secret_of(press(owner, page, "secret"))
    second = secret_of(press(owner, page, "secret"))
    assert second not in ("", first)
    assert world.tenant.earlier_secret == earlier
    assert world.deployment.keys.open(world.tenant.secrets[0]) == second


def test_the_secret_jira_uses_cannot_be_replaced(place: Place) -> None:
    world, owner, page = place
    use(world, secret_of(press(owner, page, "secret")))
    form = forms.of(owner.get(page).text, "/webhook/secret")
    world.closed()
    answer = owner.post(f"{page}/secret", form)
    assert answer.status_code == 409
    assert "Retire the earlier one first." in answer.text


def test_an_unsigned_webhook_says_so_and_is_given_a_secret(place: Place) -> None:
    world, owner, page = place
    with world.deployment.db.begin() as tx:
        tenants.change(tx, world.tenant.id, newest_secret=None, proof=Proof.PATH.value)
    assert "By nothing but the address" in owner.get(page).text
    shown = press(owner, page, "secret")
    assert secret_of(shown)
    assert "deliveries are refused" in shown
    assert world.tenant.proof is Proof.HMAC


def test_what_proves_deliveries_is_changed_on_the_page(place: Place) -> None:
    world, owner, page = place
    form = forms.of(owner.get(page).text, "/webhook/secret")
    assert form["proof"] == ["hmac"]
    answer = owner.post(f"{page}/secret", form | {"proof": "path"}, follow_redirects=True)
    assert "whoever learns it can send some" in answer.text
    assert (world.tenant.proof, world.tenant.secrets) == (Proof.PATH, ())
    assert secret_of(press(owner, page, "secret"))
    assert world.tenant.proof is Proof.HMAC


@pytest.mark.parametrize("odd", ["basic", "jwt", "<script>"])
def test_a_proof_the_source_has_not_is_refused(place: Place, odd: str) -> None:
    world, owner, page = place
    form = forms.of(owner.get(page).text, "/webhook/secret")
    assert owner.post(f"{page}/secret", form | {"proof": odd}).status_code == 409
    assert world.tenant.proof is Proof.HMAC


def test_data_center_is_offered_a_name_and_a_password(place: Place) -> None:
    world, owner, page = place
    with world.deployment.db.begin() as tx:
        tenants.change(tx, world.tenant.id, source=SourceKind.DATA_CENTER.value)
    form = forms.of(owner.get(page).text, "/webhook/secret")
    shown = owner.post(f"{page}/secret", form | {"proof": "basic"}).text
    kept = world.tenant
    with world.deployment.db.begin() as tx:
        tenants.change(tx, kept.id, source=SourceKind.CLOUD.value)
    assert secret_of(shown).startswith("learnloop:")
    assert kept.proof is Proof.BASIC


def test_what_jira_subscribed_is_shown_with_what_is_missing(place: Place) -> None:
    world, owner, page = place
    assert "Ask the site" in owner.get(page).text
    for hook in world.site.world.webhooks.values():
        hook.events = tuple(EVENTS[:-1])
    shown = owner.get(f"{page}?look=site").text
    assert "jira:issue_updated, jira:issue_deleted" in shown
    assert '<span class="warn">sprint_closed</span>' in shown
    world.site.fault("GET", "webhook", status=403)
    assert "may not list webhooks" in owner.get(f"{page}?look=site").text
    world.site.fault("GET", "webhook", status=503)
    silent = owner.get(f"{page}?look=site")
    assert silent.status_code == 200
    assert "The site did not say." in silent.text


def test_a_webhook_as_jira_10_lists_it_is_read_as_it_is(place: Place) -> None:
    world, owner, page = place
    (hook,) = world.site.world.webhooks.values()
    listed = {"name": "Ten", "url": hook.url, "active": False, "events": [*hook.events]}
    world.site.fault("GET", "webhook", status=200, body=[listed])
    shown = owner.get(f"{page}?look=site").text
    assert "switched off" in shown
    assert "Jira does not say" in shown


@pytest.fixture
def tenant(parts: Deployment) -> Tenant:
    """The tenant that stands alone."""
    with parts.db.read() as tx:
        return tenants.get(tx, TenantId("t1"))


@pytest.mark.parametrize("source", [SourceKind.CONNECT, SourceKind.FORGE])
def test_what_the_site_renews_itself_has_no_secret_to_make(
    owner: Browser, parts: Deployment, tenant: Tenant, source: SourceKind
) -> None:
    with parts.db.begin() as tx:
        tenants.change(tx, tenant.id, source=source.value, proof=Proof.JWT.value)
    page = owner.get("/admin/t1/webhook?look=site").text
    assert "The site itself renews what proves its deliveries" in page
    assert "The app declares its events itself" in page
    answer = owner.post("/admin/t1/webhook/secret", forms.of(page, "/webhook/test") | {"seen": "e3b0c44298fc1c14"})
    assert answer.status_code == 409


@pytest.mark.parametrize("what", ["test", "secret", "retire"])
@pytest.mark.parametrize("role", [Role.READER, Role.PROJECT_ADMIN])
def test_who_may_only_look_changes_nothing(
    app: Flask, parts: Deployment, tenant: Tenant, role: Role, what: str
) -> None:
    seen = logged_in(app, parts, role)
    assert "<button>Make" not in seen.get("/admin/t1/webhook").text
    assert seen.post(f"/admin/t1/webhook/{what}").status_code == 403


@pytest.mark.parametrize("typed", ["", "<script>", "x" * 200_000, "\u202e🚀", "a\x00"], ids=range(5))
@pytest.mark.parametrize("what", ["secret", "retire"])
def test_a_form_that_is_not_ours_changes_nothing(owner: Browser, tenant: Tenant, what: str, typed: str) -> None:
    answer = owner.post(f"/admin/t1/webhook/{what}", {"seen": typed})
    assert answer.status_code == 409
    assert "nothing was changed" in " ".join(answer.text.split())
