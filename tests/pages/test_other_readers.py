"""The golden pages are well-formed for a reader no one here wrote: markdown-to-confluence's."""

from __future__ import annotations

from pathlib import Path

import pytest
from md2conf.csf import ParseError, elements_from_string

PAGES = sorted((Path(__file__).parent / "golden").glob("*.xml"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_golden_page_is_well_formed_for_markdown_to_confluence(page: Path) -> None:
    assert len(elements_from_string(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("storage", ["<p>One", "<p>A & b</p>", "<p>One &nosuch; two</p>", "<ri:page", "<my:macro/>"])
def test_what_is_not_well_formed_would_be_noticed(storage: str) -> None:
    with pytest.raises(ParseError):
        elements_from_string(storage)
