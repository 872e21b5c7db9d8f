"""What proves us in a request: Basic in UTF-8, a Bearer token, or a Connect token bound to that one request."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from tests.gateways.data_center_rows import EVERY_ROW
from tests.gateways.desk import BOT, SITE, Desk
from tests.gateways.rows import ROWS, SPACE, Row
from worker.domain.model import Hosting, Scheme
from worker.domain.query_hash import canonical, query_hash
from worker.gateways.auth import Credentials

SECRET = "a shared secret of thirty-two bytes"
CONNECT = Credentials(SITE, Scheme.CONNECT, "org.example.learnloop", SECRET, audience="client-key-1")
GATEWAY = "https://api.atlassian.com/ex/jira/6f0c-cloud-id"


def token(authorization: str, audience: str = "client-key-1") -> dict[str, Any]:
    """What a Connect token claims, its signature and audience proven as Atlassian would."""
    scheme, _, written = authorization.partition(" ")
    assert scheme == "JWT"
    assert jwt.get_unverified_header(written)["alg"] == "HS256"
    claims: dict[str, Any] = jwt.decode(
        written, SECRET, algorithms=["HS256"], audience=audience, options={"verify_exp": False, "verify_iat": False}
    )
    return claims


@pytest.mark.parametrize(
    ("account", "secret", "header"),
    [
        ("bot@example.org", "token", "Basic Ym90QGV4YW1wbGUub3JnOnRva2Vu"),
        ("bot@example.org", "a:b=c", "Basic Ym90QGV4YW1wbGUub3JnOmE6Yj1j"),
        ("łukasz@example.org", "token", "Basic xYJ1a2FzekBleGFtcGxlLm9yZzp0b2tlbg=="),
        ("bot", "päß—🙂", "Basic Ym90OnDDpMOf4oCU8J+Zgg=="),
    ],
)
def test_basic_credentials_go_out_as_utf_8(desk: Desk, account: str, secret: str, header: str) -> None:
    desk.answer(json=[])
    desk.doors(credentials=Credentials(SITE, Scheme.BASIC, account, secret)).jira.statuses()
    assert desk.requests[0].headers["Authorization"] == header


@pytest.mark.parametrize("scheme", [Scheme.BEARER, Scheme.FORGE])
def test_a_bearer_token_goes_out_alone(desk: Desk, scheme: Scheme) -> None:
    desk.answer(json=[])
    desk.doors(credentials=Credentials(SITE, scheme, "", "eyJ.x.y")).jira.statuses()
    assert desk.requests[0].headers["Authorization"] == "Bearer eyJ.x.y"


def test_a_secret_is_in_no_printed_credentials() -> None:
    assert "token" not in repr(BOT)


def test_a_connect_token_says_who_we_are_to_whom_and_for_how_long(desk: Desk) -> None:
    desk.answer(json=[])
    desk.doors(credentials=CONNECT).jira.statuses()
    claims = token(str(desk.requests[0].headers["Authorization"]))
    now = int(desk.clock.now().timestamp())
    assert set(claims) == {"iss", "aud", "iat", "exp", "qsh"}
    assert (claims["iss"], claims["aud"]) == ("org.example.learnloop", ["client-key-1"])
    assert (claims["iat"], claims["exp"]) == (now, now + 180)


def test_each_request_gets_a_token_of_its_own(desk: Desk) -> None:
    desk.answer(json=[])
    jira = desk.doors(credentials=CONNECT).jira
    jira.statuses()
    desk.clock.forward(timedelta(minutes=10))
    jira.fields()
    first, second = (token(str(one.headers["Authorization"])) for one in desk.requests)
    assert second["iat"] - first["iat"] == 600
    assert first["qsh"] != second["qsh"]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_connect_token_is_bound_to_what_the_wire_carries(desk: Desk, row: Row) -> None:
    """The hash is made again from the request as it was sent, by the rules alone: `rows` holds each target."""
    desk.answers(row.answers)
    row.do(desk.doors(credentials=CONNECT))
    method, _, target = desk.targets[-1].partition(" ")
    path, _, query = target.partition("?")
    values: dict[str, list[str]] = {}
    for part in filter(None, query.replace(",", "%2C").replace("+", "%20").split("&")):
        name, _, value = part.partition("=")
        values.setdefault(name, []).append(value)
    words = "&".join(f"{name}={','.join(sorted(values[name]))}" for name in sorted(values))
    expected = hashlib.sha256(f"{method}&{path}&{words}".encode()).hexdigest()
    assert token(str(desk.requests[-1].headers["Authorization"]))["qsh"] == expected


# Made with npm atlassian-jwt 2.2.0: method, path, query, canonical request, and the hash or its beginning.
VECTORS: list[tuple[str, str, list[tuple[str, str]], str, str]] = [
    (
        "GET", "/rest/api/3/issue/ABC-1", [],
        "GET&/rest/api/3/issue/ABC-1&",
        "ac174a427df09571fabe2f69bd75be7e372f2ebe26d9366ec6958a1f56de503e",
    ),
    (
        "GET", "/hook/", [("b", "2"), ("a", "x y"), ("a", "A"), ("jwt", "z")],
        "GET&/hook&a=A,x%20y&b=2",
        "360105935b7eb858c868ff3cefb3fb22b8a9663402891783ea9b4fb19fd72499",
    ),
    (
        "POST", "/connect/webhook/issue-updated", [("user_id", "5"), ("x", "~*+")],
        "POST&/connect/webhook/issue-updated&user_id=5&x=~%2A%2B",
        "fbd9e8ca",
    ),
    ("POST", "/hook", [("z", "1")], "POST&/hook&z=1", "415f82c4"),
    ("GET", "/", [], "GET&/&", "c88caad1"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "query", "form", "digest"), VECTORS, ids=[one[3] for one in VECTORS])
def test_the_hash_is_the_one_atlassians_own_library_makes(
    method: str, path: str, query: list[tuple[str, str]], form: str, digest: str
) -> None:
    assert canonical(method, path, query) == form
    assert query_hash(method, path, query).startswith(digest)


@pytest.mark.parametrize("below", ["", "/jira", "/ex/jira/6f0c-cloud-id"])
def test_the_path_a_site_lives_below_is_not_part_of_the_hash(desk: Desk, below: str) -> None:
    desk.answer(json={"permissions": {}})
    desk.doors(credentials=replace(CONNECT, address=f"{SITE}{below}")).jira.may("ADMINISTER")
    assert desk.targets == [f"GET {below}/rest/api/3/mypermissions?permissions=ADMINISTER"]
    claimed = token(str(desk.requests[0].headers["Authorization"]))["qsh"]
    assert claimed == query_hash("GET", "/rest/api/3/mypermissions", [("permissions", "ADMINISTER")])


@pytest.mark.parametrize("row", EVERY_ROW, ids=str)
def test_only_what_writes_or_searches_has_a_body(desk: Desk, row: Row) -> None:
    """Jira Cloud answers 403 to a Connect app's GET with a body (CHANGE-2328)."""
    desk.answers(row.answers)
    cloud = row.hosting is Hosting.CLOUD
    row.do(desk.doors(credentials=CONNECT) if cloud else desk.server_doors())
    bodiless = [one for one in desk.requests if one.method in ("GET", "DELETE")]
    assert [one.body for one in bodiless] == [None] * len(bodiless)
    assert all("Content-Length" not in one.headers or one.headers["Content-Length"] == "0" for one in bodiless)


def test_a_token_of_the_gateway_goes_to_the_gateway_only(desk: Desk) -> None:
    desk.site.get(f"{GATEWAY}/rest/api/3/status", json=[])
    desk.doors(credentials=Credentials(GATEWAY, Scheme.BEARER, "", "scoped")).jira.statuses()
    assert [one.url for one in desk.requests] == [f"{GATEWAY}/rest/api/3/status"]


def test_confluence_is_asked_below_wiki_behind_the_gateway_too(desk: Desk) -> None:
    address = "https://api.atlassian.com/ex/confluence/6f0c-cloud-id"
    desk.site.get(f"{address}/wiki/api/v2/pages", json={"results": []})
    wiki = desk.doors(credentials=Credentials(address, Scheme.BASIC, "bot@example.org", "scoped")).confluence
    assert wiki.find_page(SPACE, "Pricing") is None


def test_the_moment_of_a_token_is_the_deployments_clock(desk: Desk) -> None:
    desk.answer(json=[])
    desk.clock.moment = datetime(2027, 1, 1, tzinfo=UTC)
    desk.doors(credentials=CONNECT).jira.statuses()
    assert token(str(desk.requests[0].headers["Authorization"]))["iat"] == 1_798_761_600
