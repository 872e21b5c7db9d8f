"""The descriptor's modules against Atlassian's schemas of Connect modules, which @forge/manifest carries."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from tests.interop.npm import ROOT

MODULES: dict[str, Any] = json.loads((ROOT / "atlassian-connect.json").read_text())["modules"]


@pytest.fixture(scope="module")
def schema(packages: Path) -> dict[str, Any]:
    path = packages / "node_modules/@forge/manifest/out/schema/manifest-schema.json"
    return json.loads(path.read_text())  # type: ignore[no-any-return]


def faults(schema: dict[str, Any], name: str, modules: object) -> list[str]:
    """What the schema has against the modules called `name`."""
    wanted = schema["definitions"]["ModuleSchema"]["properties"][f"connect-jira:{name}"]
    validator = Draft7Validator(wanted | {"definitions": schema["definitions"]})
    return [error.message for error in validator.iter_errors(keyed(modules))]


def keyed(modules: object) -> object:
    """In a Forge manifest every module has a key; in a descriptor webhooks have none."""
    named = copy.deepcopy(modules)
    if isinstance(named, list):
        for number, module in enumerate(named):
            module.setdefault("key", f"number-{number}")
    return named


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_as_its_schema_wants_it(name: str, schema: dict[str, Any]) -> None:
    assert faults(schema, name, MODULES[name]) == []


@pytest.mark.parametrize(
    ("name", "spoiled"),
    [
        ("webhooks", [{"event": "jira:issue_updated"}]),
        ("jiraIssueContents", [MODULES["jiraIssueContents"][0] | {"target": {"type": "dialog", "url": "/"}}]),
        ("adminPages", [{"name": "LearnLoop", "url": "/connect/admin"}]),
        ("jiraEntityProperties", [{"keyConfigurations": [{"propertyKey": "x", "extractions": [{"objectName": "a"}]}]}]),
    ],
)
def test_a_mistake_in_a_module_would_be_found(name: str, spoiled: object, schema: dict[str, Any]) -> None:
    assert faults(schema, name, spoiled)
