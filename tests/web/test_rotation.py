"""What proves deliveries is changed without losing one: two live secrets, then one; and what proves nothing."""

from __future__ import annotations

import logging

import pytest

from tests.sources.deliveries import body
from tests.sources.doors import SECRETS, Doors, Sent, basic, signature
from worker import standing
from worker.domain.model import Product, TenantId
from worker.store import credentials, tenants

NEW = {"cloud": "the new secret", "rules": "the-new-token", "dc": "the new secret", "basic": "jira:new password"}
BODIES = {
    "cloud": body("issue_updated__status"),
    "rules": body("custom_data", "automation"),
    "dc": body("issue_updated__status", "data_center"),
    "basic": body("issue_updated__status", "data_center"),
}
PATHS = {"cloud": "cloud", "rules": "automation", "dc": "data_center", "basic": "data_center"}


def sent(doors: Doors, tenant: str, secret: str) -> Sent:
    """A delivery for a tenant, proven by a secret."""
    # Each has bytes of its own, so that none is taken for a repeat.
    doors.numbers += 1
    told = BODIES[tenant] + b" " * doors.numbers
    request = Sent(f"/webhooks/{PATHS[tenant]}/path-of-{tenant}", told)
    match tenant:
        case "rules":
            return request.headed(X_LearnLoop_Token=secret)
        case "basic":
            return request.headed(Authorization=basic(secret))
    return request.headed(X_Hub_Signature=signature(told, secret))


def rotate(doors: Doors, tenant: str) -> None:
    """Give the tenant a new secret beside the one it has."""
    with doors.parts.db.begin() as tx:
        earlier = tenants.get(tx, TenantId(tenant)).newest_secret
        fresh = doors.parts.keys.seal(NEW[tenant])
        tenants.change(tx, TenantId(tenant), newest_secret=fresh, earlier_secret=earlier)


def retire(doors: Doors, tenant: str) -> None:
    """Let the newest secret alone count."""
    with doors.parts.db.begin() as tx:
        tenants.change(tx, TenantId(tenant), earlier_secret=None)


def warnings(doors: Doors, tenant: str) -> list[str]:
    """What the tenant's admin is told."""
    with doors.parts.db.read() as tx:
        one = tenants.get(tx, TenantId(tenant))
        return [str(found) for found in standing.concerns(tx, one, doors.clock.now())]


@pytest.mark.parametrize("tenant", NEW)
def test_while_a_secret_is_changed_both_are_taken_and_the_delivery_says_which_it_was(doors: Doors, tenant: str) -> None:
    rotate(doors, tenant)
    for secret in (SECRETS[tenant], NEW[tenant]):
        assert doors.send(sent(doors, tenant, secret)).status_code == 202
    assert [one.proven_by for one in doors.kept(tenant)] == ["newest secret", "earlier secret"]


@pytest.mark.parametrize("tenant", NEW)
def test_a_retired_secret_is_taken_no_more(doors: Doors, tenant: str) -> None:
    rotate(doors, tenant)
    retire(doors, tenant)
    statuses = [doors.send(sent(doors, tenant, secret)).status_code for secret in (SECRETS[tenant], NEW[tenant])]
    assert (statuses, len(doors.kept(tenant))) == ([401, 202], 1)


def test_the_secret_before_the_last_two_is_taken_no_more(doors: Doors) -> None:
    rotate(doors, "cloud")
    rotate(doors, "cloud")
    assert doors.send(sent(doors, "cloud", SECRETS["cloud"])).status_code == 401


def test_the_log_says_when_the_earlier_secret_is_still_in_use_and_never_what_it_is(
    doors: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rotate(doors, "cloud")
    doors.send(sent(doors, "cloud", NEW["cloud"]))
    assert "earlier secret" not in caplog.text
    doors.send(sent(doors, "cloud", SECRETS["cloud"]))
    doors.send(sent(doors, "cloud", "guessed"))
    assert "a delivery for tenant cloud came by its earlier secret" in caplog.text
    assert "a delivery for tenant cloud was refused" in caplog.text
    for secret in (SECRETS["cloud"], NEW["cloud"], "guessed"):
        assert secret not in caplog.text


def test_an_admin_is_told_while_two_secrets_are_live(doors: Doors) -> None:
    words = "Two secrets are live. Once Jira uses the newer one, retire the earlier (`learnloop tenant retire`)."
    assert words not in warnings(doors, "cloud")
    rotate(doors, "cloud")
    assert words in warnings(doors, "cloud")
    retire(doors, "cloud")
    assert words not in warnings(doors, "cloud")


def test_a_secret_that_is_rotated_moves_no_other_tenants(doors: Doors) -> None:
    rotate(doors, "cloud")
    statuses = {
        secret: doors.send(
            doors.cloud(BODIES["cloud"], "cloud2").headed(X_Hub_Signature=signature(BODIES["cloud"], secret))
        )
        for secret in (NEW["cloud"], SECRETS["cloud2"])
    }
    assert [answer.status_code for answer in statuses.values()] == [401, 202]


def test_where_an_admin_chose_no_secret_the_address_alone_is_enough_and_the_admin_is_told_what_that_means(
    doors: Doors,
) -> None:
    genuine = Sent("/webhooks/cloud/path-of-open", BODIES["cloud"])
    for request in (genuine, genuine.headed(X_Hub_Signature="sha256=nonsense", X_Atlassian_Webhook_Identifier="2")):
        assert doors.send(request).status_code == 202
    assert [one.proven_by for one in doors.kept("open")] == ["address only"] * 2
    assert standing.UNSIGNED in warnings(doors, "open")
    assert [name for name in SECRETS if standing.UNSIGNED in warnings(doors, name)] == ["open"]


def test_a_tenant_that_wants_a_signature_and_has_no_secret_takes_nothing(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        tenants.change(tx, TenantId("cloud"), newest_secret=None)
    for secret in ("", SECRETS["cloud"]):
        assert doors.send(sent(doors, "cloud", secret)).status_code == 401


def test_the_admin_is_told_of_a_missing_credential_only_where_something_would_be_published(doors: Doors) -> None:
    words = "There is no credential for Confluence, so nothing is published. Give one (`learnloop tenant credential`)."
    assert words in warnings(doors, "cloud")
    with doors.parts.db.read() as tx:
        assert Product.CONFLUENCE not in credentials.of(tx, TenantId("cloud"))
