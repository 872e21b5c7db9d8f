"""Formatted texts: wiki markup and Atlassian documents say the same, and storage is kept whatever is in it."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.emulator.adf import adf_problem
from worker.emulator.adf_html import html_from_adf
from worker.emulator.adf_wiki import wiki_from_adf
from worker.emulator.storage import check_storage, saved
from worker.emulator.wiki import adf_from_wiki

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]) | st.just(" "), min_size=1, max_size=60)


def paragraph(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": list(nodes)}]}


def text(words: str, *marks: str) -> dict[str, Any]:
    return {"type": "text", "text": words, **({"marks": [{"type": mark} for mark in marks]} if marks else {})}


@pytest.mark.parametrize(
    ("wiki", "document"),
    [
        ("plain", paragraph(text("plain"))),
        ("*strong* and _em_", paragraph(text("strong", "strong"), text(" and "), text("em", "em"))),
        (
            "-gone- +new+ {{x = 1}}",
            paragraph(text("gone", "strike"), text(" "), text("new", "underline"), text(" "), text("x = 1", "code")),
        ),
        ("one\ntwo", paragraph(text("one"), {"type": "hardBreak"}, text("two"))),
        ("[~accountid:5b:1]", paragraph({"type": "mention", "attrs": {"id": "5b:1"}})),
        (
            "2 * 3 * 4, snake_case_name, #topic, well-known",
            paragraph(text("2 * 3 * 4, snake_case_name, #topic, well-known")),
        ),
        ("learned: ask first", paragraph(text("learned: ask first"))),
        ("----", {"type": "doc", "version": 1, "content": [{"type": "rule"}]}),
    ],
)
def test_wiki_and_documents_say_the_same(wiki: str, document: dict[str, Any]) -> None:
    assert adf_from_wiki(wiki) == document
    assert wiki_from_adf(document) == wiki


@pytest.mark.parametrize(
    "wiki",
    [
        "h2. Title\n\n* one\n** two\n*** three\n* four",
        "# first\n## second",
        "{code:py}\nprint('*not bold*')\n{code}",
        "{quote}\nsaid\n{quote}",
        "||a||b||\n|1|2|",
        "[Handbook|https://example.org/h] and [https://example.org]",
        "[*bold link*|https://example.org/b]",
    ],
)
def test_blocks_survive_the_round_trip(wiki: str) -> None:
    document = adf_from_wiki(wiki)
    assert adf_problem(document) is None
    assert adf_from_wiki(wiki_from_adf(document)) == document


@given(ANY_TEXT)
def test_any_wiki_text_gives_a_document_jira_takes(words: str) -> None:
    assert adf_problem(adf_from_wiki(words)) is None


@given(LINE)
def test_text_in_a_document_reads_as_itself_in_wiki(words: str) -> None:
    words = words.strip()
    if not words or re.match(r"h[1-6]\.|bq\. |\{(code|noformat|quote)", words) or "http" in words or "\\" in words:
        return
    again = adf_from_wiki(wiki_from_adf(paragraph(text(words))))
    assert "".join(node.get("text", "") for node in again["content"][0]["content"]) == words


@given(ANY_TEXT)
def test_no_text_becomes_markup_in_html(words: str) -> None:
    nodes = [text(words or "x"), {"type": "mention", "attrs": {"id": words or "x"}}]
    link = {"type": "text", "text": "go", "marks": [{"type": "link", "attrs": {"href": words or "x"}}]}
    shown = str(html_from_adf(paragraph(*nodes, link), lambda account: account))
    tags = re.findall(r"<[^>]*>", shown)
    assert all(re.match(r"</?(p|span|a)\b", tag) for tag in tags)
    assert "javascript:" not in shown.lower() or "javascript:" in words.lower()


def test_a_link_to_a_script_is_only_its_label() -> None:
    link = {
        "type": "text",
        "text": "go",
        "marks": [{"type": "link", "attrs": {"href": "javascript:alert(1)"}}],
    }
    assert str(html_from_adf(paragraph(link), lambda _: None)) == "<p>go</p>"


@settings(max_examples=60)
@given(ANY_TEXT, ANY_TEXT)
def test_any_text_survives_saving(words: str, title: str) -> None:
    storage = (
        f'<p>{escape(words)}</p><ac:structured-macro ac:name="panel">'
        f'<ac:parameter ac:name="title">{escape(title)}</ac:parameter>'
        f"<ac:rich-text-body><p>{escape(words)}</p></ac:rich-text-body></ac:structured-macro>"
    )
    kept = saved(storage, lambda: "0")
    check_storage(kept)
    assert re.sub(r' (ac:)?(local-id|macro-id|schema-version)="[01]"', "", kept) == storage
    assert saved(kept, lambda: "1") == kept
