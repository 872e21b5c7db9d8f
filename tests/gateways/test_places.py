"""Addresses looked at without credentials: a site's cloud id, and whether something answers."""

from __future__ import annotations

import pytest
import requests
import responses

from tests.gateways.desk import SITE
from worker.errors import Unreachable
from worker.gateways import places

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


@pytest.mark.parametrize(
    ("answer", "answers"),
    [
        ({"status": 200}, True),
        ({"status": 204}, False),
        ({"status": 302, "headers": {"Location": TENANT_INFO}}, False),
        ({"status": 404}, False),
        ({"status": 500}, False),
        ({"body": requests.ConnectionError("refused")}, False),
        ({"body": TimeoutError("slow")}, False),
    ],
    ids=str,
)
def test_an_address_answers_when_it_answers_200_itself(
    site: responses.RequestsMock, answer: dict[str, object], answers: bool
) -> None:
    site.get("https://learnloop.example.org/healthz", **answer)
    assert places.answers("https://learnloop.example.org/healthz") is answers


@pytest.mark.parametrize("odd", ["http://[::1", "http://", "not an address"])
def test_what_is_no_address_at_all_answers_nothing(odd: str) -> None:
    assert places.answers(odd) is False
    with pytest.raises(Unreachable):
        places.cloud_id(odd)
