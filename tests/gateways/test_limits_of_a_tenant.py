"""The limits of a tenant as its doors are opened for it: on Data Center a product's bucket, and one cap for both
products.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
import responses

from tests.alone import with_tenant
from tests.gateways.desk import SITE
from tests.gateways.rows import DOC
from worker.deployment import Deployment
from worker.domain.model import Hosting, IssueKey
from worker.errors import Paused, RateLimited
from worker.gateways.doors import DoorKeeper, Doors
from worker.gateways.limiter import MOST_AT_ONCE

JIRA: dict[str, Callable[[Doors], object]] = {
    "a comment": lambda doors: doors.jira.add_comment(IssueKey("FLEX-1"), DOC, 41),
    "another call": lambda doors: doors.jira.link_issues(IssueKey("FLEX-1"), IssueKey("FLEX-2"), "Relates"),
}
CONFLUENCE: dict[str, Callable[[Doors], object]] = {
    "labels": lambda doors: doors.confluence.add_labels("98310", ["learnloop"]),
}
CALLS = JIRA | CONFLUENCE
ANYWHERE = re.compile(re.escape(SITE))


def opened(parts: Deployment, hosting: Hosting) -> Doors:
    """The doors of a new tenant, as jobs are given them."""
    return DoorKeeper(parts).of(replace(with_tenant(parts), hosting=hosting))


def held_back(doors: Doors) -> set[str]:
    """Those of the calls that are not made now."""
    held = set()
    for name, call in CALLS.items():
        try:
            call(doors)
        except Paused:
            held.add(name)
    return held


@pytest.mark.parametrize(
    ("hosting", "limited", "held"),
    [
        (Hosting.DATA_CENTER, "a comment", set(JIRA)),
        (Hosting.DATA_CENTER, "labels", set(CONFLUENCE)),
        (Hosting.CLOUD, "a comment", {"a comment"}),
        (Hosting.CLOUD, "labels", {"labels"}),
    ],
)
def test_a_429_of_data_center_holds_its_whole_product_and_one_of_cloud_its_endpoint(
    parts: Deployment, site: responses.RequestsMock, hosting: Hosting, limited: str, held: set[str]
) -> None:
    doors = opened(parts, hosting)
    refusal = site.post(ANYWHERE, status=429, headers={"Retry-After": "30"})
    with pytest.raises(RateLimited):
        CALLS[limited](doors)
    site.remove(refusal)
    site.post(ANYWHERE, json={"id": "1", "results": []})
    assert held_back(doors) == held


@pytest.mark.parametrize("hosting", Hosting)
@pytest.mark.parametrize("more", CALLS)
def test_the_calls_of_both_products_share_the_places_of_their_tenant(
    parts: Deployment, site: responses.RequestsMock, hosting: Hosting, more: str
) -> None:
    doors, everyone_in, let_go = opened(parts, hosting), threading.Barrier(MOST_AT_ONCE + 1), threading.Event()

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        everyone_in.wait(10)
        let_go.wait(10)
        return 200, {}, '{"id": "1", "results": []}'

    site.add_callback("POST", ANYWHERE, answer)
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        running = [pool.submit(CALLS[name], doors) for name in ("a comment", "labels") * (MOST_AT_ONCE // 2)]
        everyone_in.wait(10)
        with pytest.raises(Paused, match="Other calls to this site are under way"):
            CALLS[more](doors)
        let_go.set()
        assert [one.exception(10) for one in running] == [None] * MOST_AT_ONCE
