"""Addresses looked at without credentials: a site's cloud id, and whether we answer there."""

from __future__ import annotations

import pytest
import requests
import responses

from tests.gateways.desk import SITE
from tests.world import World
from worker.errors import Unreachable
from worker.gateways import bounded, places

OUR_ADDRESS = "https://learnloop.example.org"
TENANT_INFO = f"{SITE}/_edge/tenant_info"


def test_a_site_tells_its_cloud_id(site: responses.RequestsMock) -> None:
    site.get(TENANT_INFO, json={"cloudId": "6f0c9e1a-cloud"})
    assert places.cloud_id(SITE) == "6f0c9e1a-cloud"
    assert "Authorization" not in site.calls[0].request.headers


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404},
        {"status": 302, "headers": {"Location": "https://elsewhere.example.net/"}, "json": {"cloudId": "x"}},
        {"json": {}},
        {"json": {"cloudId": ""}},
        {"json": {"cloudId": 7}},
        {"json": {"cloudId": None}},
        {"json": {"cloudId": "../../another/site"}},
        {"json": ["cloudId"]},
        {"json": None},
        {"body": "<html>"},
        {"body": requests.ConnectionError("refused")},
        {"body": requests.ReadTimeout("slow")},
        {"body": ConnectionResetError("reset")},
    ],
    ids=str,
)
def test_a_site_that_tells_no_cloud_id_is_asked_whether_it_is_one(
    site: responses.RequestsMock, answer: dict[str, object]
) -> None:
    site.get(TENANT_INFO, **answer)
    with pytest.raises(Unreachable) as caught:
        places.cloud_id(SITE)
    assert str(caught.value) == f"{SITE} does not tell its cloud id; is it a Jira Cloud site?"
    assert len(site.calls) == 1


OURS = {"status": "ok", "version": "1.2.3"}


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        ({"json": OURS}, True),
        ({}, False),
        ({"body": "<html>"}, False),
        ({"json": {"status": "ok"}}, False),
        ({"json": OURS | {"status": "starting"}}, False),
        ({"json": OURS | {"name": "another"}}, False),
        ({"json": ["status", "version"]}, False),
        ({"body": "[" * 100_000}, False),
        ({"json": OURS, "status": 204}, False),
        ({"json": OURS, "status": 302, "headers": {"Location": TENANT_INFO}}, False),
        ({"json": OURS, "status": 404}, False),
        ({"json": OURS, "status": 500}, False),
        ({"body": requests.ConnectionError("refused")}, False),
        ({"body": TimeoutError("slow")}, False),
    ],
    ids=lambda value: str(value)[:80],
)
def test_an_address_is_ours_when_our_own_health_answers_there(
    site: responses.RequestsMock, answer: dict[str, object], ours: bool
) -> None:
    site.get(f"{OUR_ADDRESS}/healthz", **answer)
    assert places.ours(OUR_ADDRESS) is ours


def test_what_our_web_process_says_of_itself_is_known_as_ours(world: World) -> None:
    assert places.ours(world.deployment.settings.base_url)
    assert not places.ours(world.site.url)


def test_an_answer_that_is_longer_than_is_read_tells_nothing(
    site: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "MOST", 10)
    site.get(TENANT_INFO, json={"cloudId": "6f0c9e1a-cloud"})
    site.post(OUR_ADDRESS, body=b"a page of somebody else's")
    with pytest.raises(Unreachable):
        places.cloud_id(SITE)
    with pytest.raises(Unreachable, match=r"Nothing answered at .* \(AnswerTooLarge\)"):
        places.deliver(OUR_ADDRESS, {}, b"{}")


@pytest.mark.parametrize("odd", ["http://[::1", "http://", "not an address"])
def test_what_is_no_address_at_all_answers_nothing(odd: str) -> None:
    assert places.ours(odd) is False
    with pytest.raises(Unreachable):
        places.cloud_id(odd)
