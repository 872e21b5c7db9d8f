"""Two texts beside each other: the rows that differ, and in a line the words; and storage format as plain lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.comparing import MOST_LINES, Change, Row, Words, compare
from worker.domain.storage_text import lines


def marked(words: tuple[Words, ...]) -> str:
    """A line with -removed- and +added+ words."""
    signs = {Change.SAME: "", Change.REMOVED: "-", Change.ADDED: "+"}
    return "".join(f"{signs[one.change]}{one.text}{signs[one.change]}" for one in words)


def shown(rows: list[Row]) -> list[str]:
    """Rows as "first | second", or how many lines they stand for."""
    return [
        f"{marked(row.first)} | {marked(row.second)}" if row.first or row.second else f"{row.count} {row.change}"
        for row in rows
    ]


@pytest.mark.parametrize(
    ("first", "second", "rows"),
    [
        ([], [], []),
        (["a", "b"], ["a", "b"], []),
        (["Locks wait."], ["Locks wait long."], ["Locks -wait.- | Locks +wait long.+"]),
        (["Locks wait long"], ["Locks wait"], ["Locks wait -long- | Locks wait"]),
        (["a"], [], ["-a- | "]),
        ([], ["a"], [" | +a+"]),
        (["one", "two"], ["one", "three"], ["one | one", "-two- | ", " | +three+"]),
        (["One, as Ben sees it."], ["New.", "One."], [" | +New.+", "-One, as Ben sees it.- | +One.+"]),
        (list("abcdefgh"), [*"abcdefg", "i"], ["5 same", "f | f", "g | g", "-h- | ", " | +i+"]),
        (["x", *"abcdefgh"], ["y", *"abcdefgh"], ["-x- | ", " | +y+", "a | a", "b | b", "6 same"]),
        (["a <b> & c"], ["a <b> & d"], ["a <b> & -c- | a <b> & +d+"]),
        (["تعلم ببطء"], ["تعلم بسرعة"], ["تعلم -ببطء- | تعلم +بسرعة+"]),
    ],
)
def test_rows_that_differ_come_with_what_is_near_them(first: list[str], second: list[str], rows: list[str]) -> None:
    assert shown(compare(first, second)) == rows


def test_a_difference_too_long_to_read_is_cut_and_its_rest_counted() -> None:
    first = [f"one {number}" for number in range(MOST_LINES + 7)]
    rows = compare(["start", *first, "end"], ["start", *(f"two {number}" for number in range(5)), "end"])
    assert (shown(rows)[0], shown(rows)[-1]) == ("start | start", "7 left out")
    assert len(rows) <= 2 * MOST_LINES + 2


def test_a_very_long_line_is_told_as_a_whole() -> None:
    (row,) = compare(["a " * 2_000 + "b"], ["a " * 2_000 + "c"])
    assert [one.change for one in (*row.first, *row.second)] == [Change.REMOVED, Change.ADDED]


LINE = st.sampled_from(["a", "b c", "b d", " ", "one two three", "one two four"]) | st.text(min_size=1)
TEXT = st.lists(LINE, max_size=9)


@given(TEXT, TEXT)
def test_no_word_is_lost_and_none_is_told_of_the_other_text(first: list[str], second: list[str]) -> None:
    rows = compare(first, second)
    assert bool(rows) is (first != second)
    for side, text, absent in (("first", first, Change.ADDED), ("second", second, Change.REMOVED)):
        told = [getattr(row, side) for row in rows]
        assert all(one.change is not absent for words in told for one in words)
        rest = iter(text)
        assert all("".join(one.text for one in words) in rest for words in told if words)  # in their order
        hidden = sum(row.count for row in rows if not row.first and not row.second)
        assert not rows or sum(map(bool, told)) + hidden == len(text)


def macro(name: str, inside: str = "") -> str:
    return f'<ac:structured-macro ac:name="{name}" ac:macro-id="1">{inside}</ac:structured-macro>'


TABLE = "<table><tbody><tr><th><p>T</p></th><td>1</td></tr><tr><td><p>a</p><p>b</p></td></tr></tbody></table>"
TASK = "<ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status>{}</ac:task>"
TITLE = '<ac:parameter ac:name="title">changed our course</ac:parameter>'
LINKED = '<ac:link><ri:page ri:content-title="Runbook" />{}</ac:link>'


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One  <em>two</em>\n three</p><p>Four</p>", ["One two three", "Four"]),
        ("<h2>November 2026</h2><hr /><p>a<br />b&nbsp;&mdash; c</p>", ["November 2026", "a", "b — c"]),
        ("<ul><li><p>one</p></li><li>two<ul><li>three</li></ul></li></ul>", ["• one", "• two", "• three"]),
        (TABLE, ["T | 1", "a b"]),
        ('<sub><a href="https://x.example">FLEX-1</a> · <time datetime="2026-11-02" /></sub>', ["FLEX-1 · 2026-11-02"]),
        ('<p>Ask <ac:link><ri:user ri:account-id="5b10" /></ac:link>.</p>', ["Ask @person."]),
        (LINKED.format(""), ["Runbook"]),
        (LINKED.format("<ac:link-body>see it</ac:link-body>"), ["see it"]),
        ('<ac:image><ri:attachment ri:filename="a.png" /></ac:image><ac:image />', ["[image a.png][image]"]),
        ('<ac:emoticon ac:name="smile" ac:emoji-fallback="🎉" />', ["🎉"]),
        (macro("status", TITLE), ["[changed our course]"]),
        (macro("toc") + macro("panel", f"{TITLE}<ac:rich-text-body><p>in</p></ac:rich-text-body>"), ["[toc]", "in"]),
        (macro("code", "<ac:plain-text-body><![CDATA[a\nb < 2]]></ac:plain-text-body>"), ["a", "b < 2"]),
        (TASK.format("<ac:task-body>Call.</ac:task-body>"), ["Call."]),
        ("<p>a <ac:inline-comment-marker ac:ref='x'>b</ac:inline-comment-marker> c</p><p /><p>  </p>", ["a b c"]),
        ("plain &amp; simple", ["plain & simple"]),
        ("", []),
    ],
)
def test_storage_format_reads_as_the_lines_a_person_sees(markup: str, text: list[str]) -> None:
    assert lines(markup) == text
