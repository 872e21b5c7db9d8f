"""Masked bodies: whatever a site sent, nobody in it can be told, and what happened still can."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.sources import deliveries
from worker.domain.masking import masked

RECORDED = [
    (source, name)
    for source in ("automation", "cloud", "connect", "data_center", "forge")
    for name in deliveries.names(source)
    if not name.startswith("garbage")
]


def texts(value: Any) -> Iterator[str]:
    """Every text of a JSON value, the keys of objects included."""
    match value:
        case dict():
            yield from value
            for one in value.values():
                yield from texts(one)
        case list():
            for one in value:
                yield from texts(one)
        case str():
            yield value


def shape(value: Any) -> Any:
    """What is left of a value without its texts and numbers."""
    match value:
        case dict():
            return [shape(one) for one in value.values()]
        case list():
            return [shape(one) for one in value]
    return None


# Names no text of Jira's or ours holds by chance.
names = st.text(st.characters(categories=["Ll", "Lu"]), min_size=6, max_size=20).map(lambda text: f"Zq{text}xj")
people = st.fixed_dictionaries(
    {"displayName": st.builds("{} {}".format, names, names), "accountId": names.map(lambda name: f"557058:{name}")},
    optional={
        "emailAddress": names.map(lambda name: f"{name}@example.org"),
        "key": names,
        "name": names,
        "self": names.map(lambda name: f"https://example.org/user?accountId={name}"),
        "avatarUrls": st.dictionaries(st.sampled_from(["16x16", "48x48"]), names, max_size=2),
        "timeZone": names,
    },
)
KEYS = """issue fields summary description body name key id labels status project items field fieldId from toString user
customfield_10001 webhookEvent timestamp comment displayName watchers content"""
keys = st.sampled_from(re.findall(r"\w+", KEYS))


# Where texts stay, unless they name somebody.
PLACES: list[Callable[[str], Any]] = [
    lambda text: {"status": {"name": text}},
    lambda text: {"project": {"key": text, "id": text}},
    lambda text: {"labels": ["plain", text]},
    lambda text: {"field": "status", "fromString": text, "to": text},
    lambda text: {"webhookEvent": text, "eventType": text},
    lambda text: {text: "Done"},
]


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Any, list[str]]:
    """A JSON value that says somebody's name in many places, and what must not be left of it."""
    somebody = draw(people)
    secrets = [one for one in texts(list(somebody.values())) if one not in ("16x16", "48x48")]
    secret = st.sampled_from([one for one in secrets if one != somebody.get("timeZone")])
    said = st.one_of(secret, secret.map(lambda one: f"Ask {one} about it"))
    told = st.one_of(said, st.sampled_from(PLACES).flatmap(said.map), st.integers(), st.none())
    inner = st.recursive(
        st.one_of(told, st.just(somebody)),
        lambda part: st.one_of(
            st.lists(part, max_size=4),
            st.dictionaries(keys, part, max_size=5),
            st.dictionaries(st.one_of(keys, secret), part, max_size=2),
        ),
        max_leaves=20,
    )
    return {"user": somebody, "issue": draw(inner)}, secrets


@example(({"user": {"displayName": "Zed Zqxj", "accountId": "1"}, "issue": {"Zqxj": []}}, ["Zqxj"]))
@given(bodies())
def test_no_name_id_or_address_of_anybody_is_left_anywhere(told: tuple[Any, list[str]]) -> None:
    body, secrets = told
    assert [one for one in texts(masked(body)) for secret in secrets if secret in one] == []
    assert shape(masked(body)) == shape(body)


@pytest.mark.parametrize(("source", "name"), RECORDED)
def test_a_recorded_delivery_keeps_its_structure_and_loses_its_people(source: str, name: str) -> None:
    body = json.loads(deliveries.body(name, source))
    left = json.dumps(masked(body), ensure_ascii=False)
    assert shape(masked(body)) == shape(body)
    personal = {"displayName", "accountId", "emailAddress", "atlassianId", "summary", "goal", "avatarUrls"}
    for one in _objects(body):
        said = [text for key in personal & set(one) for text in texts(one[key]) if len(text) > 5]
        assert [text for text in said if text in left] == []


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from _objects(one)


def test_what_happened_can_still_be_read() -> None:
    left = masked(json.loads(deliveries.body("issue_updated__status")))
    assert left["webhookEvent"] == "jira:issue_updated"
    assert left["issue"]["key"] == "FLEX-7"
    assert left["issue"]["fields"]["status"]["name"] == "Done"
    moved = left["changelog"]["items"][1]
    assert (moved["field"], moved["fromString"], moved["toString"]) == ("status", "In Progress", "Done")
    assert left["user"]["displayName"] == left["issue"]["fields"]["reporter"]["accountId"] == "person 1"
    assert left["issue"]["fields"]["assignee"]["displayName"] == "person 2"


ANA = {"accountId": "5b10a2844c20165700ede21g", "displayName": "Ana Lima"}


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"summary": "Ana left"}, {"summary": "a text of 8 characters"}),
        ({"summary": ""}, {"summary": ""}),
        ({"labels": ["pricing", "for-ana", "lima"]}, {"labels": ["pricing", *["a text of {} characters"] * 2]}),
        ({"status": {"name": "With Ana"}}, {"status": {"name": "a text of 8 characters"}}),
        ({"status": {"name": "Ana Lima"}}, {"status": {"name": "person 1"}}),
        ({"status": {"name": "<script>"}}, {"status": {"name": "<script>"}}),
        ({"customfield_1": {"status": {"name": ""}}}, {"customfield_1": {"status": {"name": ""}}}),
        ({"customfield_1": {"id": {"id": "7"}}}, {"customfield_1": {"id": {"id": "a text of 1 character"}}}),
        ({"customfield_1": [49151123]}, {"customfield_1": ["a number"]}),
        ({"phone": "0123456789"}, {"phone": "a text of 10 characters"}),
        ({"event": "bo@example.org"}, {"event": "a text of 14 characters"}),
        ({"bo@example.org": 1}, {"a name of 14 characters, 1": 1}),
        ({"statuscategorychangedate": "2026-11-02"}, {"statuscategorychangedate": "2026-11-02"}),
        ({"active": True, "total": 3, "none": None}, {"active": True, "total": 3, "none": None}),
        (
            {"field": "assignee", "from": ANA["accountId"], "toString": "Bo"},
            {"field": "assignee", "from": "person 1", "toString": "a text of 2 characters"},
        ),
        (
            {"field": "status", "fieldtype": "custom", "toString": "Bo"},
            {"field": "status", "fieldtype": "custom", "toString": "a text of 2 characters"},
        ),
    ],
)  # fmt: skip
def test_a_text_stays_only_where_it_is_nobodys(told: Any, left: Any) -> None:
    found = masked({"user": ANA, "told": told})["told"]
    if "labels" in told:
        left = {"labels": [words.format(len(was)) for words, was in zip(left["labels"], told["labels"], strict=True)]}
    assert found == left


@pytest.mark.parametrize("body", [None, 7, "a text", [], {}, [[[]]], {"user": None}, {"user": {"displayName": 7}}])
def test_any_json_can_be_masked(body: Any) -> None:
    assert json.dumps(masked(body))


def test_a_huge_or_deep_body_is_shown_in_part() -> None:
    deep: Any = {"displayName": "Ana Lima"}
    for _ in range(800):
        deep = {"inner": deep}
    assert "Ana" not in json.dumps(masked(deep))
    assert len(masked(list(range(100_000)))) < 10_000
