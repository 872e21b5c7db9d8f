"""The Connect descriptor: what a site is given, and that all of it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, NotFound

from tests.alone import StillClock, deployed
from tests.world import World
from webhooks.app import create_app
from worker.deployment import Deployment

ROOT = Path(__file__).parent.parent
TEMPLATE: dict[str, Any] = json.loads((ROOT / "atlassian-connect.json").read_text())
MODULES: dict[str, Any] = TEMPLATE["modules"]
PROPERTY = "learnloop.learning"
(INDEXED,) = MODULES["jiraEntityProperties"][0]["keyConfigurations"]
# What a value must be for Jira to index it as such; a list is indexed by its elements (Connect: entity property).
INDEXABLE: dict[str, type | tuple[type, ...]] = {"text": str, "string": (str, bool), "number": int}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    parts = deployed(tmp_path, StillClock())
    yield create_app(parts).test_client()
    parts.close()


def values(node: Any) -> Iterator[Any]:
    """Every value that holds no other."""
    match node:
        case dict():
            for value in node.values():
                yield from values(value)
        case list():
            for value in node:
                yield from values(value)
        case _:
            yield node


ADDRESSES = [
    *(("POST", url) for url in TEMPLATE["lifecycle"].values()),
    *(("POST", webhook["url"]) for webhook in MODULES["webhooks"]),
    *(("GET", panel["target"]["url"]) for panel in MODULES["jiraIssueContents"]),
    *(("GET", panel["icon"]["url"]) for panel in MODULES["jiraIssueContents"]),
    *(("GET", page["url"]) for page in MODULES["adminPages"]),
]


@pytest.mark.parametrize(("method", "url"), sorted(set(ADDRESSES)))
def test_every_address_in_it_is_one_of_ours(method: str, url: str, client: FlaskClient) -> None:
    adapter = client.application.url_map.bind("learnloop")
    try:
        adapter.match(url.partition("?")[0], method=method)
    except (NotFound, MethodNotAllowed):
        pytest.fail(f"{method} {url} leads nowhere")


def test_the_icon_is_there_to_be_fetched(client: FlaskClient) -> None:
    with client.get(MODULES["jiraIssueContents"][0]["icon"]["url"]) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


def test_it_is_served_with_this_deployments_address_and_key(client: FlaskClient) -> None:
    served = client.get("/atlassian-connect.json").get_json()
    assert [value for value in values(served) if "{{" in str(value)] == []
    assert served["baseUrl"] == served["vendor"]["url"]
    assert served["baseUrl"].startswith("http")
    assert served["key"] == "learnloop"


@pytest.mark.parametrize(("asks", "more"), [(False, {}), (True, {"context-qsh": True})])
def test_it_asks_for_context_tokens_only_where_the_setting_says_so(
    parts: Deployment, asks: bool, more: dict[str, bool]
) -> None:
    app = create_app(replace(parts, settings=replace(parts.settings, connect_context_qsh=asks)))
    served = app.test_client().get("/atlassian-connect.json").get_json()
    assert served["apiMigrations"] == TEMPLATE["apiMigrations"] | more


def test_a_placeholder_is_always_a_whole_value() -> None:
    found = {value for value in values(TEMPLATE) if "{{" in str(value)}
    assert found == {"{{ base_url }}", "{{ app_key }}"}


def test_it_asks_for_no_more_than_it_needs() -> None:
    assert TEMPLATE["scopes"] == ["READ", "WRITE"]
    assert TEMPLATE["authentication"] == {"type": "jwt"}
    assert TEMPLATE["apiMigrations"]["signed-install"] is True


def test_keys_of_modules_are_unique() -> None:
    keys = [module["key"] for modules in MODULES.values() for module in modules if "key" in module]
    assert len(keys) == len(set(keys))


def test_jql_finds_what_an_answer_leaves_on_its_issue(world: World) -> None:
    key = world.closed()
    world.answer(
        key,
        surprised="Nobody missed the yearly plan.",
        differently="Ask before building.",
        lives_at="https://wiki.example.org/pricing",
        topics="pricing plans",
        changed_course="yes",
    )
    kept = world.site.issue(key).properties[PROPERTY]
    assert INDEXED["propertyKey"] == PROPERTY
    for extraction in INDEXED["extractions"]:
        held = kept[extraction["objectName"]]
        elements = held if isinstance(held, list) else [held]
        assert elements
        assert all(isinstance(element, INDEXABLE[extraction["type"]]) for element in elements), extraction
    unindexed = kept.keys() - {extraction["objectName"] for extraction in INDEXED["extractions"]}
    assert unindexed == {"revision"}
