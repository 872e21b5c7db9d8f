"""Our query string hash against @atlassian/atlassian-jwt's, for addresses of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.interop.npm import node
from worker.domain.query_hash import canonical, query_hash

BASE = "https://learnloop.example.org"
# Method, address as a browser writes it. Names are of ASCII letters, as all of Jira's are: theirs sorts names before it
# encodes them, ours after.
ASKED = [
    ("GET", "/"),
    ("GET", ""),
    ("get", "/rest/api/3/issue/ABC-1"),
    ("GET", "/hook/"),
    ("GET", "/hook/?b=2&a=x%20y&a=A&jwt=z"),
    ("POST", "/webhook/issue-updated?user_id=5&x=~*%2B"),
    ("GET", "/connect/panel?issueKey=FLEX-1&xdm_e=https%3A%2F%2Facme.atlassian.net&cp=&lic=none"),
    ("GET", "/panel?empty=&bare"),
    ("GET", "/panel?plus=a+b&percent=a%2Bb"),
    ("GET", "/panel?b=1&B=2&a=3&A=4"),
    ("GET", "/panel?a=2&a=10&a=1"),
    ("GET", "/panel?a-b=1&a.b=2&a_b=3&a=4"),
    ("GET", "/panel?q=%C3%A9t%C3%A9&u=%E2%82%AC&k=%F0%9F%8C%B1"),
    ("GET", "/panel?q=!'()*;:@,$/?[]"),
    ("PUT", "/a%26b/c?x=%26"),
    ("GET", "/a&b?c=d"),
    ("GET", "/a%20b/%C3%A9?x=1"),
    ("DELETE", "/panel?x=%3D%3D&=nameless"),
]


@pytest.fixture(scope="module")
def theirs(packages: Path) -> list[dict[str, str]]:
    asked = [(method, f"{BASE}{url}", BASE) for method, url in ASKED]
    return json.loads(node("hash.mjs", told=asked, folder=packages))  # type: ignore[no-any-return]


@pytest.mark.parametrize("number", range(len(ASKED)), ids=[f"{method} {url}" for method, url in ASKED])
def test_the_hash_is_theirs(number: int, theirs: list[dict[str, str]]) -> None:
    method, url = ASKED[number]
    parts = urlsplit(f"{BASE}{url}")
    query = parse_qsl(parts.query, keep_blank_values=True)
    assert canonical(method, parts.path, query) == theirs[number]["canonical"]
    assert query_hash(method, parts.path, query) == theirs[number]["hash"]
