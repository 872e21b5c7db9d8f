"""A published page's words as Markdown, so that another publisher publishes the same text."""

from __future__ import annotations

import html
import re

_PARAMETER = re.compile(r"<ac:parameter[^>]*>.*?</ac:parameter>", re.DOTALL)
_OPENINGS = (
    (re.compile(r"<h[1-6][^>]*>"), "\n\n## "),
    (re.compile(r"<li[^>]*>"), "\n- "),
    (re.compile(r"<p[^>]*>"), "\n\n"),
)
_TAG = re.compile(r"<[^>]+>")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def from_storage(title: str, storage: str) -> str:
    """The Markdown of a page in storage format: its headings, paragraphs and list items, without links and macros."""
    text = _PARAMETER.sub("", storage)
    for opening, mark in _OPENINGS:
        text = opening.sub(mark, text)
    lines = (" ".join(html.unescape(_TAG.sub(" ", line)).split()) for line in text.splitlines())
    return f"# {title}\n\n" + "\n\n".join(_line(line) for line in lines if line not in ("", "-", "##")) + "\n"


def _line(line: str) -> str:
    """One line with its mark kept and everything else that Markdown would read as markup escaped."""
    mark, words = re.fullmatch(r"(## |- |)(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr] # always matches
    return mark + _SPECIAL.sub(r"\\\1", words)
