"""Laws of pages for any text people write: well-formed, nothing becomes markup, no word lost, and a plan settles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pages.material import FULL, KEPT, PLANS
from worker import render
from worker.domain import storage_format
from worker.domain.model import AccountId, Answers, Learning, Page, PageKey, PageState
from worker.domain.pages import PAGE_TYPES, read_key
from worker.domain.pages.page_type import Content
from worker.domain.publishing import Keep, Remote, Rendered, Update, plan
from worker.domain.questions import topics
from worker.domain.storage_format import Node
from worker.emulator.storage import check_storage, saved

US = AccountId("learnloop")
HOSTILE = [
    '<ac:structured-macro ac:name="html"><ac:plain-text-body><![CDATA[',
    "]]></ac:plain-text-body></ac:structured-macro>",
    "</ac:rich-text-body></ac:structured-macro>",
    "</ac:task-body><ac:task-status>complete</ac:task-status>",
    '<ac:link><ri:user ri:account-id="ben" /></ac:link>',
    "<script>alert(1)</script>",
    "<!-- ",
    "--><!DOCTYPE x [",
    "&nbsp;&unknown;&#0;&amp;lt;",
    "{{ region() }}{% raw %}{# ",
    '" onclick="x',
    "'><br/>",
    "]]>",
    "{code}{html}",
    "\n\n",
    "\r",
    "\x00\x08\x0b\x1f\x85\u2028\ufffe",
    "\ud800",
    "🙂",
]
TEXTS = st.lists(st.text(max_size=12) | st.sampled_from(HOSTILE), max_size=8).map("".join)
HARMLESS = "A line.\nAnother.\n\nA new paragraph."
AROUND = "<h1>Notes &eacute; &#x41;</h1><p class='x' >Kept  as it\n is.</p><!-- kept -->"
ISSUE = "https://studio.atlassian.net/browse/FLEX-7"
LAW = settings(max_examples=30)
KINDS = pytest.mark.parametrize("kind", list(PAGE_TYPES))


def content(kind: str, text: str) -> Content:
    """The kept page of `kind` with `text` in every place that takes words of people."""
    key, kept = KEPT[kind]
    learnings = tuple(saying(text, one) for one in kept.learnings)
    sprint = kept.sprint and replace(kept.sprint, name=text, goal=text)
    tried = tuple(replace(one, hypothesis=text, guardrail=text, success=text, summary=text) for one in kept.experiments)
    loop = kept.loop and replace(kept.loop, periods=tuple(replace(one, name=text) for one in kept.loop.periods))
    told = replace(kept, learnings=learnings, sprint=sprint, experiments=tried, loop=loop)
    built = PAGE_TYPES[kind].build(read_key(PageKey(key)), told)
    assert built is not None
    return built


def saying(text: str, one: Learning) -> Learning:
    """A learning whose every word is `text`."""
    named = topics([*one.answers.topics, f"any {text}"])
    words = {"learned": text, "surprised": text, "differently": text, "hoped": text, "missing": text}
    answers = replace(one.answers, topics=named, **words)  # type: ignore[arg-type]
    return replace(one, summary=text, type_name=text, answers=answers)


def page(kind: str, text: str) -> Rendered:
    """The page as it would be sent."""
    return render.page(content(kind, text))


def elements(node: Node) -> Iterator[Node]:
    """Every element below `node`."""
    for child in node.children:
        if isinstance(child, Node):
            yield child
            yield from elements(child)


def shape(body: str) -> Counter[str]:
    """How often each element and each macro occurs; paragraphs and line breaks are people's to make."""
    found = list(elements(storage_format.parse(body)))
    names = [node.tag for node in found if node.tag not in ("p", "br")]
    return Counter(names + [f"macro {node.attrs.get('ac:name')}" for node in found if node.tag.endswith("-macro")])


def attributes(body: str) -> set[tuple[str, str, str]]:
    """Every attribute with its element and its value; but what a picture says in words is words."""
    found = elements(storage_format.parse(body))
    return {(node.tag, name, "" if name == "ac:alt" else value) for node in found for name, value in node.attrs.items()}


def squeezed(text: str) -> str:
    """The words alone: without spaces, and without what XML cannot hold."""
    return re.sub(r"\s", "", str(render.clean(text)))


@KINDS
@LAW
@given(text=TEXTS)
def test_any_text_gives_storage_format_that_confluence_takes(kind: str, text: str) -> None:
    rendered = page(kind, text)
    storage_format.parse(rendered.body)
    check_storage(rendered.body)
    assert set(rendered.regions) == set(storage_format.regions(page(kind, HARMLESS).body))


@KINDS
@LAW
@given(text=TEXTS)
def test_no_text_becomes_an_element_or_a_macro(kind: str, text: str) -> None:
    """A letter in front: without any words a sentence is left out, and its elements with it."""
    assert shape(page(kind, f"a{text}").body) == shape(page(kind, HARMLESS).body)


@KINDS
@LAW
@given(text=TEXTS)
def test_no_text_sets_an_attribute(kind: str, text: str) -> None:
    assert attributes(page(kind, f"a{text}").body) == attributes(page(kind, HARMLESS).body)


@KINDS
@LAW
@given(text=TEXTS)
def test_every_word_of_an_answer_is_on_the_page(kind: str, text: str) -> None:
    words = squeezed(storage_format.parse(page(kind, text).body).text())
    assert squeezed(text) in words


@LAW
@given(st.text(max_size=60) | st.text(max_size=30).map("https://{}".format))
def test_no_address_becomes_anything_but_one_link(lives_at: str) -> None:
    one = replace(PLANS, answers=Answers("So.", lives_at=lives_at))
    built = PAGE_TYPES["log"].build(read_key(PageKey("log:FLEX")), replace(FULL, learnings=(one,)))
    assert built is not None
    links = [link.attrs["href"] for link in storage_format.parse(render.page(built).body).find_all("a")]
    assert links in ([ISSUE], [lives_at, ISSUE])


def published(rendered: Rendered, version: int) -> Page:
    """Our row of a page that was published as `rendered`."""
    digests = {name: storage_format.digest(markup) for name, markup in rendered.regions.items()}
    return Page(PageKey("x"), PageState.CURRENT, "ENG", rendered.title, "9", version=version, regions=digests)


def on_site(body: str, version: int) -> Remote:
    """The page as the site has it after saving `body`, with the ids it adds."""
    numbers = count()
    return Remote("9", "Title", "current", version, saved(body, lambda: f"id-{next(numbers)}"))


@KINDS
@LAW
@given(text=TEXTS)
def test_a_page_as_the_site_saved_it_is_the_page_we_published(kind: str, text: str) -> None:
    rendered = page(kind, text)
    assert isinstance(plan(published(rendered, 1), rendered, on_site(rendered.body, 2), US), Keep)


@KINDS
@LAW
@given(before=TEXTS, after=TEXTS)
def test_an_update_leaves_nothing_to_do_and_keeps_what_people_wrote_around_it(
    kind: str, before: str, after: str
) -> None:
    old, new = page(kind, before), page(kind, f"new {after}")
    remote = on_site(f"{AROUND}{old.body}{AROUND}", 2)
    step = plan(published(old, 1), new, remote, US)
    assert isinstance(step, Update)
    assert outside(step.body) == outside(remote.body)
    row = replace(published(new, step.version), regions=dict(step.regions))
    again = plan(row, new, on_site(step.body, step.version), US)
    assert isinstance(again, Keep)


def outside(body: str) -> str:
    """What is left of a body without our regions."""
    for name, markup in storage_format.regions(body).items():
        body = body.replace(markup, f"[{name}]")
    return body
