"""Who is given doors: a tenant that may be tried, with the credentials it has now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
import responses

from tests.alone import MONDAY, StillClock, credential, with_tenant
from tests.gateways.desk import SITE
from worker import onboarding
from worker.deployment import Deployment
from worker.domain.model import AccountId, Hosting, IssueKey, Product, Scheme
from worker.domain.retrying import GiveUp, Retry, decide
from worker.errors import ConfigError, Forbidden, NoCredential, TenantStopped
from worker.gateways.confluence_cloud import CloudConfluence
from worker.gateways.confluence_data_center import DataCenterConfluence
from worker.gateways.doors import DoorKeeper
from worker.gateways.jira_cloud import CloudJira
from worker.gateways.jira_data_center import DataCenterJira
from worker.store import credentials
from worker.store.credentials import Credential
from worker.store.tenants import Tenant

GATEWAY = "https://api.atlassian.com"


def test_a_stopped_tenant_is_not_tried_and_the_sentence_says_why(parts: Deployment) -> None:
    tenant = replace(with_tenant(parts), stopped="The token has expired; add the tenant again.")
    with pytest.raises(TenantStopped, match=r"^The token has expired; add the tenant again\.$"):
        DoorKeeper(parts).of(tenant)


def test_a_conversation_is_kept_so_that_connections_and_places_are_shared(parts: Deployment) -> None:
    keeper, tenant, held = DoorKeeper(parts), with_tenant(parts), credential(parts, Product.JIRA)
    assert keeper.session(tenant, Product.JIRA, held) is keeper.session(tenant, Product.JIRA, held)


def test_each_tenant_has_conversations_of_its_own(parts: Deployment) -> None:
    keeper, held = DoorKeeper(parts), credential(parts, Product.JIRA)
    one, other = (keeper.session(with_tenant(parts, name), Product.JIRA, held) for name in ("t1", "t2"))
    assert one is not other


def test_a_space_is_looked_up_once_in_five_minutes_unless_it_is_forgotten(
    parts: Deployment, clock: StillClock, site: responses.RequestsMock
) -> None:
    site.get(f"{SITE}/wiki/api/v2/spaces", json={"results": [{"id": 65540, "key": "ENG", "homepageId": 98304}]})
    keeper = DoorKeeper(parts)
    one, other = (keeper.of(with_tenant(parts, name)) for name in ("t1", "t2"))
    asked = []
    for look in (
        lambda: one.space("ENG"),
        lambda: one.space("ENG"),
        lambda: other.space("ENG"),  # each tenant sees for itself
        lambda: clock.forward(timedelta(minutes=5)),
        lambda: one.space("ENG"),
        lambda: one.forget_space(one.space("ENG")),
        lambda: one.space("ENG"),
    ):
        look()
        asked.append(len(site.calls))
    assert asked == [1, 1, 2, 2, 3, 3, 4]


def test_a_new_token_is_used_from_the_next_call_on(parts: Deployment, site: responses.RequestsMock) -> None:
    keeper, tenant = DoorKeeper(parts), with_tenant(parts)
    site.get(f"{SITE}/rest/api/3/status", json=[])
    keeper.of(tenant).jira.statuses()
    with parts.db.begin() as tx:
        credentials.keep(tx, tenant.id, credential(parts, Product.JIRA, "newer"))
    keeper.of(tenant).jira.statuses()
    sent = [call.request.headers["Authorization"] for call in site.calls]
    assert sent == ["Basic Ym90QGV4YW1wbGUub3JnOnRva2Vu", "Basic Ym90QGV4YW1wbGUub3JnOm5ld2Vy"]


def test_the_doors_of_a_tenant_lead_where_its_credentials_do(parts: Deployment, site: responses.RequestsMock) -> None:
    tenant = replace(with_tenant(parts), wiki_url="https://other.example.net/wiki")
    with parts.db.begin() as tx:
        moved = replace(credential(parts, Product.JIRA), address="https://other.example.net")
        credentials.keep(tx, tenant.id, moved)
    site.get("https://other.example.net/rest/api/3/status", json=[])
    doors = DoorKeeper(parts).of(tenant)
    assert doors.jira.statuses() == {}
    assert doors.confluence.address("98310", "ENG") == "https://other.example.net/wiki/spaces/ENG/pages/98310"


# --- for want of a credential ---


def test_a_product_without_a_credential_says_which_command_gives_one(parts: Deployment) -> None:
    tenant = with_tenant(parts)
    doors = DoorKeeper(parts).with_these(tenant, {Product.JIRA: credential(parts, Product.JIRA)})
    assert doors.jira
    with pytest.raises(NoCredential) as caught:
        assert doors.confluence
    assert str(caught.value) == (
        "There is no credential for Confluence yet. "
        "Give one with `learnloop tenant credential t1 --product confluence`."
    )
    assert caught.value.until is None
    assert decide(caught.value, 1, MONDAY) == GiveUp()


@pytest.mark.parametrize("left", [None, timedelta(seconds=-1), timedelta(0), timedelta(seconds=10)], ids=str)
def test_a_forge_token_that_has_ended_or_is_about_to_is_waited_for(parts: Deployment, left: timedelta | None) -> None:
    tenant = with_tenant(parts)
    doors = DoorKeeper(parts).with_these(tenant, {Product.JIRA: forge_token(parts, left)})
    with pytest.raises(NoCredential) as caught:
        assert doors.jira
    assert str(caught.value) == "The installation's token has expired; Forge's next call to us brings a new one."
    again = MONDAY + timedelta(seconds=30)
    assert caught.value.until == again
    for tries in (1, 50):
        assert decide(caught.value, tries, MONDAY) == Retry(again, counts=False)


def test_a_forge_token_that_lives_is_used(parts: Deployment, site: responses.RequestsMock) -> None:
    tenant = with_tenant(parts)
    site.get(f"{GATEWAY}/ex/jira/6f0c-cloud/rest/api/3/status", json=[])
    DoorKeeper(parts).with_these(tenant, {Product.JIRA: forge_token(parts, timedelta(seconds=11))}).jira.statuses()
    assert site.calls[0].request.headers["Authorization"] == "Bearer fresh"


@pytest.mark.parametrize("scheme", [Scheme.BASIC, Scheme.BEARER, Scheme.CONNECT])
def test_what_an_admin_gave_is_tried_even_after_its_end_was_told(parts: Deployment, scheme: Scheme) -> None:
    """The end an admin told may be wrong; the site knows."""
    ended = replace(credential(parts, Product.JIRA), scheme=scheme, expires_at=MONDAY - timedelta(days=1))
    assert DoorKeeper(parts).with_these(with_tenant(parts), {Product.JIRA: ended}).jira


def test_a_stopped_tenant_may_still_be_tried_with_a_credential_that_is_not_kept_yet(parts: Deployment) -> None:
    tenant = replace(with_tenant(parts), stopped="The token has expired.")
    assert DoorKeeper(parts).with_these(tenant, {Product.JIRA: credential(parts, Product.JIRA)}).jira


def test_a_connect_token_is_for_the_installation_of_its_tenant(parts: Deployment, site: responses.RequestsMock) -> None:
    tenant = replace(with_tenant(parts), installation="client-key-1")
    shared = "a shared secret of thirty-two bytes"
    proof = replace(credential(parts, Product.JIRA, shared), scheme=Scheme.CONNECT, account="learnloop")
    site.get(f"{SITE}/rest/api/3/status", json=[])
    DoorKeeper(parts).with_these(tenant, {Product.JIRA: proof}).jira.statuses()
    written = str(site.calls[0].request.headers["Authorization"]).removeprefix("JWT ")
    claims = jwt.decode(
        written,
        shared,
        algorithms=["HS256"],
        audience="client-key-1",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["iss"] == "learnloop"


# --- which family, and where ---


@pytest.mark.parametrize(
    ("hosting", "jira", "confluence"),
    [
        (Hosting.CLOUD, CloudJira, CloudConfluence),
        (Hosting.DATA_CENTER, DataCenterJira, DataCenterConfluence),
    ],
)
def test_a_site_is_spoken_to_in_the_way_of_its_family(
    parts: Deployment, hosting: Hosting, jira: type, confluence: type
) -> None:
    doors = DoorKeeper(parts).of(replace(with_tenant(parts), hosting=hosting))
    assert (type(doors.jira), type(doors.confluence)) == (jira, confluence)


def test_confluence_knows_our_own_account_there_which_may_be_another_than_in_jira(parts: Deployment) -> None:
    tenant = with_tenant(parts)
    mine = replace(credential(parts, Product.CONFLUENCE), account_id=AccountId("8a7f"))
    with parts.db.begin() as tx:
        credentials.keep(tx, tenant.id, mine)
    assert DoorKeeper(parts).of(tenant).confluence.own_account == "8a7f"


@pytest.mark.parametrize("account", ["bot@example.org", ""], ids=["basic", "bearer"])
def test_a_scoped_token_is_tried_at_the_gateway_and_never_on_the_site(
    parts: Deployment, site: responses.RequestsMock, account: str
) -> None:
    tenant = with_cloud_id(parts)
    site.get(f"{GATEWAY}/ex/jira/6f0c-cloud/rest/api/3/myself", json={"accountId": "bot"})
    site.get(f"{GATEWAY}/ex/confluence/6f0c-cloud/wiki/rest/api/user/current", json={"accountId": "bot"})
    for product in Product:
        given = onboarding.Given("scoped", account, scoped=True)
        kept = onboarding.give_credential(parts, tenant, product, given, "ana@example.org")
        assert kept.address == f"{GATEWAY}/ex/{product}/6f0c-cloud"
    scheme = "Basic" if account else "Bearer"
    assert [str(one.request.headers["Authorization"]).split()[0] for one in site.calls] == [scheme] * 2


def test_a_scoped_token_without_a_cloud_id_is_refused_before_it_is_sent_anywhere(parts: Deployment) -> None:
    given = onboarding.Given("scoped", "bot@example.org", scoped=True)
    with pytest.raises(ConfigError, match="needs the site's cloud id"):
        onboarding.give_credential(parts, with_tenant(parts), Product.JIRA, given, "ana@example.org")


def test_a_token_that_lacks_a_scope_stops_nobody(parts: Deployment, site: responses.RequestsMock) -> None:
    """What it may do goes on being done; only the job that needs the scope waits for a person."""
    tenant = with_tenant(parts)
    site.put(f"{SITE}/rest/api/3/issue/FLEX-7", status=401, json={"message": "Unauthorized; scope does not match"})
    site.get(f"{SITE}/rest/api/3/status", json=[])
    doors = DoorKeeper(parts).of(tenant)
    with pytest.raises(Forbidden, match=r"lacks a scope for it; docs/install\.md lists them\."):
        doors.jira.edit_issue(IssueKey("FLEX-7"), {}, [], ["learned"], silent=True)
    assert doors.jira.statuses() == {}
    assert DoorKeeper(parts).of(tenant).jira.statuses() == {}


def forge_token(parts: Deployment, left: timedelta | None) -> Credential:
    """A Forge installation's token that lives so long from now; None when nobody said."""
    return replace(
        credential(parts, Product.JIRA, "fresh"),
        scheme=Scheme.FORGE,
        address=f"{GATEWAY}/ex/jira/6f0c-cloud",
        expires_at=None if left is None else MONDAY + left,
    )


def with_cloud_id(parts: Deployment) -> Tenant:
    """A tenant whose site has told its cloud id."""
    return replace(with_tenant(parts), cloud_id="6f0c-cloud")
