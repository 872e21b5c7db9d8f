"""The very edges of what proves a sender: the last second of a token, what is no number, what is nearly base64."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sources.deliveries import body
from tests.sources.doors import ONE, SECRETS, TWO, Doors, Sent
from worker.errors import Forged
from worker.sources import connect

CONNECT = Sent("/webhooks/connect", body("issue_updated__rank", "connect"))
FORGE = Sent("/webhooks/forge", body("updated_issue__assignee", "forge"))


def answered(doors: Doors, **claims: Any) -> set[int]:
    """What deliveries of Connect and of Forge are answered whose tokens say this."""
    sent = (doors.by_site(ONE, CONNECT, **claims), doors.by_forge(FORGE, **claims))
    return {doors.send(doors.numbered(one)).status_code for one in sent}


@pytest.mark.parametrize(
    ("claim", "seconds", "status"),
    [("exp", -3, 204), ("exp", -4, 401), ("iat", 3, 204), ("iat", 4, 401), ("nbf", 3, 204), ("nbf", 4, 401)],
)
def test_clocks_may_differ_by_three_seconds(still: Doors, claim: str, seconds: int, status: int) -> None:
    moment = int(still.clock.now().timestamp()) + seconds
    assert answered(still, **{claim: moment}) == {status}


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", [True, False, "1", [1]])
def test_what_is_no_number_is_no_moment(still: Doors, claim: str, value: object) -> None:
    assert answered(still, **{claim: value}) == {401}


def test_of_two_audiences_the_first_is_the_site(still: Doors) -> None:
    for audience, status in (([ONE.client_key, TWO.client_key], 204), ([TWO.client_key, ONE.client_key], 401)):
        sent = still.by_site(ONE, CONNECT, iss="someone", aud=audience)
        assert still.send(still.numbered(sent)).status_code == status


@pytest.mark.parametrize("junk", ["!", "\t", "-", "_", " ", "é"])
def test_credentials_that_are_nearly_base64_are_none(still: Doors, junk: str) -> None:
    words = base64.b64encode(SECRETS["basic"].encode()).decode()
    told = Sent("/webhooks/data_center/path-of-basic", body("issue_updated__labels", "data_center"))
    for offered, status in ((words, 204), (words[:5] + junk + words[5:], 401)):
        assert still.send(told.headed(Authorization=f"Basic {offered}")).status_code == status


def hook(site: str) -> dict[str, str]:
    """The body of an install hook of a site at this address."""
    return {"key": "learnloop", "clientKey": "c", "sharedSecret": "s", "baseUrl": site}


@pytest.mark.parametrize("pattern", ["*.atlassian.net", "*.Atlassian.NET", "ONE.atlassian.net"])
def test_a_sites_pattern_is_of_any_case(pattern: str) -> None:
    assert connect.installation(hook(ONE.url), (pattern,)).site_url == ONE.url


@pytest.mark.parametrize(("letters", "taken"), [(278, True), (279, False)])
def test_an_address_is_no_longer_than_any_of_atlassians(letters: int, taken: bool) -> None:
    site = f"https://{'a' * letters}.atlassian.net"
    assert len(site) == letters + 22
    if taken:
        assert connect.installation(hook(site), ("*.atlassian.net",)).site_url == site
        return
    with pytest.raises(Forged):
        connect.installation(hook(site), ("*.atlassian.net",))
