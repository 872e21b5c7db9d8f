"""docs/chaos.md against what is tried."""

from __future__ import annotations

import re
from pathlib import Path

from tests.chaos.outcomes import WORDS, table

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "chaos.md").read_text()


def test_the_document_shows_the_table_that_is_tried_and_what_its_letters_mean() -> None:
    shown = [line for line in DOCUMENT.partition("## What becomes")[2].splitlines() if line.startswith("|")]
    assert shown == table()
    assert re.findall(r"^- \*\*(\w)\*\* (.+)$", DOCUMENT, re.MULTILINE) == list(WORDS.items())


def test_every_file_the_document_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", DOCUMENT)
    assert len(named) >= 6
    assert [name for name in named if not (ROOT / name).exists()] == []
