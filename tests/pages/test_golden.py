"""Every page type as it reads today, kept beside the tests; a change of words or markup shows up as a change of a file.

`UPDATE_GOLDEN=1 pytest tests/pages` writes the files anew; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
from itertools import count
from pathlib import Path

import pytest

from tests.pages import material, retros
from worker import render
from worker.domain import publishing, storage_format
from worker.domain.model import AccountId, Page, PageKey, PageState
from worker.domain.pages import PAGE_TYPES, read_key
from worker.domain.pages.page_type import Content
from worker.emulator.storage import check_storage, saved

KEPT = material.KEPT | retros.KEPT
ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
REWRITE = bool(os.environ.get("UPDATE_GOLDEN"))
# Where a line of a kept file begins; the page itself has no such breaks.
_LINE = re.compile(
    r"(?<!<li>)(?<!<t[dh]>)(?<!right;\">)(?<!<p>)"
    r"(?=<(?:ac:structured-macro|/ac:rich-text-body|ac:task|h[1-6]|hr|li|p|table|/tbody|tr|/?ul)[ >])"
)

kept = pytest.mark.parametrize("name", KEPT)


def content(name: str) -> Content:
    """What the kept page `name` says."""
    key, material = KEPT[name]
    parts = read_key(PageKey(key))
    built = PAGE_TYPES[parts.type].build(parts, material)
    assert built is not None
    return built


def laid_out(name: str) -> str:
    """The page as it is kept: where it goes, then its body with a line for each block."""
    page = content(name)
    place = f"{page.title} | space {page.space} | under {page.parent or 'the space'} | labels {', '.join(page.labels)}"
    body = _LINE.sub("\n", render.page(page).body)
    return f"<!-- {place} -->\n" + "\n".join(line for line in body.split("\n") if line) + "\n"


@kept
def test_a_page_reads_as_it_was_kept(name: str) -> None:
    file = GOLDEN / f"{name}.xml"
    if REWRITE:
        file.write_text(laid_out(name), encoding="utf-8")
    assert laid_out(name) == file.read_text(encoding="utf-8")


@kept
def test_confluence_takes_a_kept_page(name: str) -> None:
    check_storage(render.page(content(name)).body)


@kept
def test_what_confluence_makes_of_a_page_as_it_saves_it_is_no_persons_edit(name: str) -> None:
    rendered, numbers = render.page(content(name)), count()
    published = {region: storage_format.digest(markup) for region, markup in rendered.regions.items()}
    row = Page(PageKey(name), PageState.CURRENT, "ENG", rendered.title, "9", version=1, regions=published)
    body = saved(rendered.body, lambda: f"id-{next(numbers)}")
    remote = publishing.Remote("9", rendered.title, "current", 2, body)
    plan = publishing.plan(row, rendered, remote, AccountId("learnloop"))
    assert body != rendered.body
    assert plan == publishing.Keep(2, published)


@kept
def test_a_region_holds_nothing_that_confluences_editor_would_lose(name: str) -> None:
    for markup in render.page(content(name)).regions.values():
        region = next(storage_format.parse(markup).find_all("ac:structured-macro"))
        macros = {macro.attrs["ac:name"] for macro in region.find_all("ac:structured-macro")}
        assert macros <= {"panel", "code", "status"}
        assert not list(region.find_all("ac:layout"))


@kept
def test_room_for_people_lies_outside_our_regions(name: str) -> None:
    rendered = render.page(content(name))
    outside = rendered.body
    for markup in rendered.regions.values():
        outside = outside.replace(markup, "")
    assert list(storage_format.parse(outside).find_all("h2"))


@pytest.mark.parametrize("kind", PAGE_TYPES)
def test_a_page_type_has_a_template_a_kept_page_an_empty_one_and_a_mention(kind: str) -> None:
    assert (ROOT / "templates" / "confluence" / f"{kind}.xml").is_file()
    assert (GOLDEN / f"{kind}.xml").is_file()
    assert (GOLDEN / f"{kind}__empty.xml").is_file()
    assert kind in documented()


def documented() -> list[str]:
    """The page types that docs/adding.md names."""
    text = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    found = re.search(r"Types today: ([^.]*)\.", text)
    return re.split(r",\s*", found[1]) if found else []


def test_no_template_no_kept_file_and_no_mention_is_left_of_a_type_that_went() -> None:
    templates = {file.stem for file in (ROOT / "templates" / "confluence").glob("[!_]*.xml")}
    assert templates == set(PAGE_TYPES) == set(documented())
    assert {file.stem for file in GOLDEN.iterdir()} == set(KEPT)
