"""The manifest before @forge/manifest, which is what `forge lint` and `forge deploy` ask."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.interop.npm import ROOT, node

# What is put in place of what, and a word of what must be said about it.
MISTAKES = [
    ("interval: fiveMinute", "interval: fourMinute", "interval"),
    ("    - read:jira-work\n", "", "read:jira-work"),
    ("path: forge/src/panel.tsx", "path: forge/src/nothing.tsx", "missing resource"),
    ("endpoint: heartbeat\n", "endpoint: pulse\n", "pulse"),
    ("- key: every-five-minutes", "- key: events", "duplicate module key"),
    ("- key: learnloop\n", "- key: elsewhere\n", "remote"),
]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory, packages: Path) -> list[list[str]]:
    """What is said of the manifest, then of a copy with each mistake. One process: it takes seconds to start."""
    manifests = [ROOT / "manifest.yml"]
    for before, after, _ in MISTAKES:
        copy = tmp_path_factory.mktemp("app")
        shutil.copytree(ROOT / "forge", copy / "forge", ignore=shutil.ignore_patterns("node_modules"))
        text = manifests[0].read_text()
        assert before in text
        (copy / "manifest.yml").write_text(text.replace(before, after))
        manifests.append(copy / "manifest.yml")
    return [one["findings"] for one in json.loads(node("lint.mjs", *manifests, folder=packages))]


def test_the_manifest_passes_without_an_error_or_a_warning(findings: list[list[str]]) -> None:
    assert findings[0] == []


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=[after.strip() or before for before, after, _ in MISTAKES])
def test_a_mistake_in_it_would_be_found(number: int, findings: list[list[str]]) -> None:
    said = "\n".join(findings[number + 1])
    assert MISTAKES[number][2] in said
