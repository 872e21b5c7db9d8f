"""Who is given doors: a tenant that may be tried, with the credentials it has now."""

from __future__ import annotations

from dataclasses import replace

import pytest
import responses

from tests.alone import with_tenant
from tests.gateways.desk import SITE
from worker.deployment import Deployment
from worker.errors import TenantStopped
from worker.gateways.doors import DoorKeeper


def test_a_stopped_tenant_is_not_tried_and_the_sentence_says_why(parts: Deployment) -> None:
    tenant = replace(with_tenant(parts), stopped="The token has expired; add the tenant again.")
    with pytest.raises(TenantStopped, match=r"^The token has expired; add the tenant again\.$"):
        DoorKeeper(parts).of(tenant)


def test_doors_are_kept_so_that_connections_and_places_are_shared(parts: Deployment) -> None:
    keeper, tenant = DoorKeeper(parts), with_tenant(parts)
    assert keeper.of(tenant) is keeper.of(tenant)


def test_each_tenant_has_doors_of_its_own(parts: Deployment) -> None:
    keeper = DoorKeeper(parts)
    assert keeper.of(with_tenant(parts, "t1")) is not keeper.of(with_tenant(parts, "t2"))


def test_a_new_token_is_used_from_the_next_call_on(parts: Deployment, site: responses.RequestsMock) -> None:
    keeper, tenant = DoorKeeper(parts), with_tenant(parts)
    site.get(f"{SITE}/rest/api/3/status", json=[])
    keeper.of(tenant).jira.statuses()
    keeper.of(replace(tenant, token=parts.keys.seal("newer"))).jira.statuses()
    sent = [call.request.headers["Authorization"] for call in site.calls]
    assert sent == ["Basic Ym90QGV4YW1wbGUub3JnOnRva2Vu", "Basic Ym90QGV4YW1wbGUub3JnOm5ld2Vy"]


def test_the_doors_of_a_tenant_lead_to_its_site(parts: Deployment, site: responses.RequestsMock) -> None:
    tenant = replace(with_tenant(parts), site_url="https://other.example.net")
    site.get("https://other.example.net/rest/api/3/status", json=[])
    doors = DoorKeeper(parts).of(tenant)
    assert doors.jira.statuses() == {}
    assert doors.confluence.address("98310", "ENG") == "https://other.example.net/wiki/spaces/ENG/pages/98310"
