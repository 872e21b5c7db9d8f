"""docs/features.md against the repository: every row that is not for later lives somewhere, and a test proves it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOW, _, LATER = (ROOT / "docs" / "features.md").read_text().partition("## Later, on purpose")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in NOW.splitlines() if line.startswith("| ")][1:]
CODE = re.compile(r"`([^`]+)`")
POSTPONED = (
    "related learnings and search",
    "pulse",
    "digests",
    "languages",
    "public API and export",
    "backfill",
    "template overrides",
    "OIDC",
    "personal-data reporting and retention policies",
)


def named_in(file: str) -> set[str]:
    """The names of the tests in a file, without running it."""
    path = ROOT / file
    if not path.is_file():
        return set()
    return {one.name for one in ast.parse(path.read_text()).body if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: re.sub(r"\W+", "-", row[1])[:60])
def test_a_row_lives_somewhere_and_is_proved_or_says_later(row: list[str]) -> None:
    _, feature, place, proof = row
    if "*later*" in feature:
        assert (place, proof) == ("", "")
        return
    assert CODE.findall(place)
    assert [one for one in CODE.findall(place) if not (ROOT / one).exists()] == []
    assert CODE.findall(proof)
    for one in CODE.findall(proof):
        file, _, name = one.partition("::")
        assert name.startswith("test_")
        assert name in named_in(file), one


def test_a_test_that_does_not_exist_would_be_noticed() -> None:
    assert "test_that_nobody_wrote" not in named_in("tests/test_features.py")
    assert named_in("tests/test_that_nobody_wrote.py") == set()
    assert "test_a_test_that_does_not_exist_would_be_noticed" in named_in("tests/test_features.py")


def test_what_comes_later_is_named_and_said_to_be_later() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", LATER, re.MULTILINE)
    assert [row for row in rows if row[0] in POSTPONED] == [(one, "*later*") for one in POSTPONED]
