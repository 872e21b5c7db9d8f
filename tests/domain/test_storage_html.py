"""Previews of pages: what our templates write becomes HTML of a short list of elements, and words stay words."""

from __future__ import annotations

import re
from html import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.storage_html import html


@pytest.mark.parametrize(
    ("storage", "shown"),
    [
        ("<p>One &amp; <strong>two</strong></p>", "<p>One &amp; <strong>two</strong></p>"),
        ("<h2>A part</h2><hr />", "<h4>A part</h4><hr>"),
        ('<a href="https://example.org/?a=1&amp;b=2">there</a>',
         '<a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">there</a>'),
        ('<a href="javascript:alert(1)">there</a>', "there"),
        ('<p onclick="alert(1)" style="x">words</p>', "<p>words</p>"),
        ("<script>alert(1)</script>", "alert(1)"),
        ('<time datetime="2026-11-02" />', "<time>2026-11-02</time>"),
        (("<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status>"
         "<ac:task-body>Do it</ac:task-body></ac:task></ac:task-list>"), "<ul><li>☐ Do it</li></ul>"),
        (('<ac:structured-macro ac:name="status"><ac:parameter ac:name="title">new</ac:parameter>'
         "</ac:structured-macro>"), "<strong>new</strong>"),
        (('<ac:structured-macro ac:name="panel"><ac:rich-text-body><p>In</p></ac:rich-text-body>'
         "</ac:structured-macro>"), "<blockquote><p>In</p></blockquote>"),
        (('<ac:structured-macro ac:name="excerpt"><ac:parameter ac:name="name">learnloop-home</ac:parameter>'
         "<ac:rich-text-body><p>In</p></ac:rich-text-body></ac:structured-macro>"), "<p>In</p>"),
        ('<ac:link><ri:user ri:account-id="712020:a" /></ac:link>', "@somebody"),
    ],
)  # fmt: skip
def test_each_element_our_templates_write_has_its_html_and_others_are_their_words(storage: str, shown: str) -> None:
    assert html(storage) == shown


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_no_words_become_markup(words: str) -> None:
    shown = html(f"<p>{escape(words)}</p>")
    assert re.findall(r"<[^>]*>", shown) == ["<p>", "</p>"]
    assert unescape(shown.removeprefix("<p>").removesuffix("</p>")) == words
