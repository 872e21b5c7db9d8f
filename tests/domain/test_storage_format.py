"""Storage format: our regions found and replaced without touching a byte beside them, and compared by what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.storage_format import (
    Node,
    canonical,
    digest,
    doubled,
    keep_ticks,
    marker_refs,
    parse,
    regions,
    splice,
)
from worker.errors import NotWellFormed


def excerpt(name: str, inner: str = "<p>Ours.</p>") -> str:
    """A named excerpt as the templates write it."""
    return (
        '<ac:structured-macro ac:name="excerpt" ac:schema-version="1">'
        '<ac:parameter ac:name="hidden">false</ac:parameter>'
        f'<ac:parameter ac:name="name">{name}</ac:parameter>'
        f"<ac:rich-text-body>{inner}</ac:rich-text-body></ac:structured-macro>"
    )


def region(part: str, inner: str = "<p>Ours.</p>") -> str:
    """A region of ours."""
    return excerpt(f"learnloop-{part}", inner)


def task(words: str, status: str = "incomplete", number: int = 1) -> str:
    """A task of a task list."""
    return (
        f"<ac:task><ac:task-id>{number}</ac:task-id><ac:task-status>{status}</ac:task-status>"
        f"<ac:task-body>{words}</ac:task-body></ac:task>"
    )


def tasks(*found: str) -> str:
    """A list of tasks."""
    return f"<ac:task-list>{''.join(found)}</ac:task-list>"


A, B = "learnloop-a", "learnloop-b"
# What people put around a region: entities, odd spacing, quotes, CDATA, comments, letters of several bytes, no end tag.
BESIDE = [
    "",
    "<p>Kept  as\n it is.</p>",
    "<p class='single' >&eacute;&nbsp;&#233; é 🙂</p>",
    '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[>]]></ac:plain-text-body></ac:structured-macro>',
    "<!-- a note --><hr/><br /><p />",
    '<p title="a > b">x</p>',
    "plain words",
    '<ac:structured-macro ac:name="excerpt"><ac:rich-text-body>Theirs.</ac:rich-text-body></ac:structured-macro>',
]
AROUND = st.lists(st.sampled_from(BESIDE), max_size=4).map("".join)


@given(before=AROUND, between=AROUND, after=AROUND)
def test_regions_are_cut_out_as_they_stand(before: str, between: str, after: str) -> None:
    one, other = region("a", "<p>é > 1</p>"), region("b")
    assert regions(before + one + between + other + after) == {A: one, B: other}


@given(before=AROUND, between=AROUND, after=AROUND)
def test_splicing_keeps_every_byte_beside_the_regions(before: str, between: str, after: str) -> None:
    one, other, new = region("a"), region("b"), region("a", "<p>Néw, and longer by far.</p>")
    body = before + one + between + other + after
    assert splice(body, {A: new}) == before + new + between + other + after
    assert splice(body, {A: new, B: new}) == before + new + between + new + after
    assert splice(body, {A: one, B: other}) == body


@given(before=AROUND, after=AROUND)
def test_a_new_region_comes_behind_the_last_of_ours_or_at_the_end(before: str, after: str) -> None:
    one, other = region("a"), region("b")
    assert splice(before + one + after, {B: other}) == before + one + other + after
    assert splice(before + after, {B: other}) == before + after + other
    assert splice(before + one + after, {A: other, B: one}) == before + other + one + after


def test_several_new_regions_keep_their_order() -> None:
    assert splice("<p>x</p>", {A: region("a"), B: region("b")}) == "<p>x</p>" + region("a") + region("b")


@pytest.mark.parametrize(
    "wrapped",
    [
        "<ac:layout><ac:layout-section><ac:layout-cell>{}</ac:layout-cell></ac:layout-section></ac:layout>",
        "<table><tbody><tr><td>{}</td></tr></tbody></table>",
    ],
)
def test_a_region_that_people_moved_into_a_layout_is_still_found(wrapped: str) -> None:
    body = wrapped.format(region("a"))
    assert regions(body) == {A: region("a")}
    assert splice(body, {A: "<p />"}) == wrapped.format("<p />")


@pytest.mark.parametrize(
    "macro",
    [
        excerpt("theirs"),
        excerpt(""),
        region("a").replace('"excerpt"', '"excerpt-include"'),
        '<ac:structured-macro ac:name="excerpt" />',
        f"<p>{A}</p>",
    ],
)
def test_what_is_not_named_as_ours_is_not_ours(macro: str) -> None:
    assert regions(macro) == {}
    assert splice(macro, {}) == macro


def test_a_region_that_was_copied_is_nobodys() -> None:
    body = region("a") + "<p>x</p>" + region("a", "<p>Copy.</p>") + region("b")
    assert regions(body) == {B: region("b")}
    assert doubled(body) == [A]
    assert doubled(region("a") + region("b")) == []


def test_a_region_inside_another_is_part_of_its_text() -> None:
    nested = region("a", "<p>Ours.</p>" + region("b"))
    assert regions(nested) == {A: nested}
    assert splice(nested, {A: region("a"), B: region("b")}) == region("a") + region("b")


@pytest.mark.parametrize(
    "body",
    [
        "<p>",
        "</p>",
        "<p></b></p>",
        "a & b",
        "&unknown;",
        "<p a=1 />",
        "<p a='1' a='2' />",
        "</storage><storage>",
        "</storage><!--",
        "<!DOCTYPE x>",
        '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><p>&y;</p>',
        "<![CDATA[",
        "\x00",
        "\x0b",
        "\ufffe",
        "\ud800",
        "<p\ud800/>",
    ],
)
def test_what_is_not_well_formed_is_refused(body: str) -> None:
    with pytest.raises(NotWellFormed):
        parse(body)


@given(st.lists(st.text(max_size=8) | st.sampled_from([*BESIDE, "<p>", "</p>", "<!", "]]>", "&", ";"])).map("".join))
def test_any_text_is_read_or_refused_as_not_well_formed(body: str) -> None:
    try:
        found = parse(body)
    except NotWellFormed:
        return
    assert found.end == len(body.encode())


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("&eacute;&nbsp;&hellip;", "é\xa0…"),
        ("&amp;lt;&lt;&quot;&apos;", "&lt;<\"'"),
        ("&#233;&#xe9;", "éé"),
        ("<![CDATA[<p>&eacute;</p>]]>", "<p>&eacute;</p>"),
        ("<p>a<br/>b</p>c", "abc"),
    ],
)
def test_the_words_are_those_people_read(markup: str, words: str) -> None:
    assert parse(markup).text() == words


def cuts(node: Node, data: bytes) -> list[bytes]:
    """Every element below `node`, cut out of the bytes it was read from."""
    inside = [child for child in node.children if isinstance(child, Node)]
    return [cut for child in inside for cut in (data[child.start : child.end], *cuts(child, data))]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>é<br />b</p>c", ["<p>é<br />b</p>", "<br />"]),
        ('<x y="1>2"/><z\n/>', ['<x y="1>2"/>', "<z\n/>"]),
        ("<a><b/></a><a></a >", ["<a><b/></a>", "<b/>", "<a></a >"]),
        ("<a><b/><!-- /> --></a>", ["<a><b/><!-- /> --></a>", "<b/>"]),
    ],
)
def test_every_element_is_known_from_its_first_to_its_last_character(body: str, expected: list[str]) -> None:
    assert [cut.decode() for cut in cuts(parse(body), body.encode())] == expected


PLAIN = region("a", "<p>One <strong>two</strong> three.</p><ac:task-list>" + task("Spread them.") + "</ac:task-list>")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>", '<p local-id="1">'),
        ("<p>", '<p data-local-id="1">'),
        ("<p>", '<p data-layout="default" data-table-width="760">'),  # as the editor says of a table
        ("<ac:task-list>", '<ac:task-list ac:local-id="1">'),
        ('ac:schema-version="1"', 'ac:schema-version="2" ac:macro-id="x" ac:local-id="y"'),
        ('ac:schema-version="1"', 'ac:schema-version="1" ac:breakout-mode="wide" ac:breakout-width="800"'),
        (' ac:schema-version="1"', ""),
        ('ac:name="excerpt" ac:schema-version="1"', "ac:schema-version='1'  ac:name='excerpt'"),
        ("<ac:task-id>1</ac:task-id>", "<ac:task-id>9</ac:task-id><ac:task-uuid>u</ac:task-uuid>"),
        ("<ac:task-id>1</ac:task-id>", ""),
        (">incomplete<", ">complete<"),
        ("two", '<ac:inline-comment-marker ac:ref="r">two</ac:inline-comment-marker>'),
        ("three.", '<ac:inline-comment-marker ac:ref="r">thr</ac:inline-comment-marker>ee.'),
        ("One ", "One\n  "),
        ("One ", "One&nbsp;"),
        ("One ", "&#79;ne "),
        ("</p><ac:task-list>", "</p>\n\n<ac:task-list>"),
        (
            f'<ac:parameter ac:name="hidden">false</ac:parameter><ac:parameter ac:name="name">{A}</ac:parameter>',
            f'<ac:parameter ac:name="name">{A}</ac:parameter>\n<ac:parameter ac:name="hidden">false</ac:parameter>',
        ),
    ],
)
def test_what_confluence_rewrites_and_what_readers_tick_is_no_edit(old: str, new: str) -> None:
    assert old in PLAIN
    assert digest(PLAIN.replace(old, new, 1)) == digest(PLAIN)


def test_a_picture_may_be_resized_and_moved_but_not_exchanged_or_told_otherwise() -> None:
    def picture(attrs: str = 'ac:alt="We answered 7 of 9." ac:width="640"', name: str = "capture.png") -> str:
        return digest(region("a", f'<ac:image {attrs}><ri:attachment ri:filename="{name}" /></ac:image>'))

    saved = (
        'ac:align="center" ac:layout="center" ac:original-height="400" ac:original-width="1280" ac:custom-width="true"'
    )
    assert picture(f'{saved} ac:alt="We answered 7 of 9." ac:width="900" ac:local-id="x"') == picture()
    assert len({picture(), picture(name="time.png"), picture('ac:alt="We answered nothing."')}) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("One", "one"),
        ("One ", "One"),
        ("three.", "three"),
        (" three.", ""),
        ("<strong>two</strong>", "two"),
        ("<strong>two</strong>", "<em>two</em>"),
        ("<strong>", '<strong style="color: red">'),
        ("three.", "three.</p><p>Four."),
        ("three.", "three.<br />"),
        ("three.", "three.<hr />"),
        ("three.", "three.<!-- x -->&lt;br /&gt;"),
        (">false<", ">true<"),
        ('ac:name="hidden"', 'ac:name="shown"'),
        (A, B),
        ("Spread them.", "Spread it."),
        ("</ac:task-list>", task("And this.", number=2) + "</ac:task-list>"),
        (task("Spread them."), ""),
        ("two", '<a href="https://wiki.example">two</a>'),
    ],
)
def test_anything_else_is_an_edit(old: str, new: str) -> None:
    assert old in PLAIN
    assert digest(PLAIN.replace(old, new, 1)) != digest(PLAIN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>&lt;b&gt;</p>", "<p><b></b></p>"),
        ("<p>&amp;lt;</p>", "<p>&lt;</p>"),
        ("<p>&lt;/&gt;</p>", "<p></p>"),
        ("<p>&lt;b&gt;&lt;/&gt;</p>", "<p><b></b></p>"),
        ('<p a="1" b="2" />', '<p a="1&quot; b=&quot;2" />'),
        ("<p><em>a</em>b</p>", "<p><em>ab</em></p>"),
    ],
)
def test_words_that_look_like_markup_are_not_taken_for_it(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        (task("One", "complete"), task("One", "complete") + task("Two")),
        (task("Two", "complete", 7), task("One") + task("Two", "complete")),
        (task("Two") + task("One", "complete"), task("One", "complete") + task("Two")),
        (task(" <em>One</em>\n", "complete"), task("One", "complete") + task("Two")),
        (task("One") + task("Two"), task("One") + task("Two")),
        (task("Gone", "complete"), task("One") + task("Two")),
        ("", task("One") + task("Two")),
    ],
)
def test_a_ticked_task_stays_ticked_wherever_it_stands_now(earlier: str, expected: str) -> None:
    assert keep_ticks(task("One") + task("Two"), earlier) == expected


def test_ticking_changes_nothing_but_the_boxes() -> None:
    markup = region("a", "<p>é &eacute;</p>" + task("é One") + "<p>x</p>" + task("Two"))
    ticked = keep_ticks(markup, task("é One", "complete") + task("Two", "complete"))
    assert ticked == markup.replace("incomplete", "complete")
    assert keep_ticks(ticked, ticked) == ticked


def test_the_comments_anchored_in_a_region_are_known_by_their_reference() -> None:
    marked = '<ac:inline-comment-marker ac:ref="{}">x</ac:inline-comment-marker>'
    assert marker_refs(f"<p>{marked.format('r1')} and <em>{marked.format('r2')}</em></p>") == {"r1", "r2"}
    assert marker_refs("<p>x</p>") == set()


def test_only_trees_of_ordinary_length_are_kept_so_that_memory_is_bounded() -> None:
    ordinary, long = region("a"), region("a", "<p>Ours.</p>" * 30_000)
    assert parse(ordinary) is parse(ordinary)
    assert parse(long) is not parse(long)
    assert regions(long) == {A: long}
