"""A page's storage format as HTML that looks like a real page to read: headings, tables, panels, tasks,
mentions, links, images. Everything is escaped; what it does not know is shown as a quiet placeholder. What
it needs to know of the site comes in through a ``Place``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree

from markupsafe import Markup, escape

from worker.emulator.adf_html import link
from worker.emulator.storage import NAMESPACES, PROLOGUE

AC = "{http://atlassian.com/content}"
RI = "{http://atlassian.com/resource/identifier}"
Element = ElementTree.Element

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_INLINE = ("strong", "em", "b", "i", "u", "s", "del", "ins", "sub", "sup", "code", "span", "small", "br")
_BLOCKS = ("p", "pre", "blockquote", "ul", "ol", "li", "hr", "div", "dl", "dt", "dd")
_OF_TABLES = ("thead", "tbody", "tfoot", "tr", "th", "td", "colgroup", "col")
_VOID = frozenset(("hr", "br", "col"))
_KEPT_ATTRIBUTES = ("colspan", "rowspan", "start")
_DROPPED = frozenset(("script", "style", "iframe", "object"))


@dataclass(frozen=True, slots=True)
class Place:
    """What a page needs to know of where it stands: each function returns None for what the site does not
    have.
    """

    name_of: Callable[[str], str | None]
    page_href: Callable[[str, str | None], str | None]
    attachment_href: Callable[[str], str | None]
    issue: Callable[[str], tuple[str, str, str, str] | None]  # key -> (href, summary, status, category)
    issues: Callable[[str], list[str]]  # JQL -> keys
    children: Callable[[], list[tuple[str, str]]]  # (href, title)
    task: Callable[[str, bool], Markup]  # (id, done) -> the box, as a form or as text


def headings(root: Element) -> list[tuple[int, str, str]]:
    """Return (level, anchor, text) of a body's headings, in order."""
    found = [each for each in root.iter() if each.tag in _HEADINGS]
    return [(int(each.tag[1]), anchor(_words(each)), _words(each)) for each in found]


def _words(element: Element) -> str:
    return "".join(element.itertext()).strip()


def anchor(text: str) -> str:
    """Return the id a heading is linked to by."""
    return "h-" + (re.sub(r"\W+", "-", text.casefold()).strip("-") or "section")


class Page:
    """One body being shown."""

    def __init__(self, storage: str, place: Place, show_macro: Callable[[Page, Element], Markup]) -> None:
        self.root = ElementTree.fromstring(f"{PROLOGUE}<page {NAMESPACES}>{storage}</page>")  # noqa: S314  the site checked it when it was saved
        self.place = place
        self.show_macro = show_macro

    def html(self) -> Markup:
        """Return the body's HTML."""
        return self.inside(self.root)

    def inside(self, element: Element | None) -> Markup:
        """Return the HTML of what is in an element."""
        if element is None:
            return Markup("")
        parts = [escape(element.text or "")]
        for child in element:
            parts += [self.element(child), escape(child.tail or "")]
        return Markup("").join(parts)

    def element(self, element: Element) -> Markup:
        """Return the HTML of one element."""
        tag = element.tag
        if tag == AC + "structured-macro":
            return self.show_macro(self, element)
        show = _SHOWN.get(tag)
        if show:
            return show(self, element)
        return Markup("") if tag in _DROPPED else self.inside(element)


def _kept(page: Page, element: Element) -> Markup:
    attributes = Markup("").join(
        Markup(' {}="{}"').format(name, element.get(name)) for name in _KEPT_ATTRIBUTES if element.get(name)
    )
    if element.tag in _HEADINGS:
        attributes += Markup(' id="{}"').format(anchor(_words(element)))
    if element.tag in _VOID:
        return Markup("<{}{}>").format(element.tag, attributes)
    return Markup("<{0}{1}>{2}</{0}>").format(element.tag, attributes, page.inside(element))


def _table(page: Page, element: Element) -> Markup:
    return Markup('<div class="table"><table>{}</table></div>').format(page.inside(element))


def _anchor(page: Page, element: Element) -> Markup:
    return link(element.get("href", ""), page.inside(element))


def shown_date(text: str) -> Markup:
    """Return a date as people say it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return escape(text)
    return Markup('<time datetime="{}">{}</time>').format(text, f"{day.day} {day:%B %Y}")


def _link(page: Page, element: Element) -> Markup:
    user, target = element.find(RI + "user"), element.find(RI + "page")
    if user is not None:
        key = user.get(RI + "account-id") or user.get(RI + "userkey") or ""
        name = page.place.name_of(key) or "somebody"
        return Markup('<span class="mention">@{}</span>').format(name)
    body = element.find(AC + "link-body")
    plain = element.find(AC + "plain-text-link-body")
    label = page.inside(body if body is not None else plain)
    fragment = anchor(element.get(AC + "anchor", "")) if element.get(AC + "anchor") else ""
    if target is not None:
        title = target.get(RI + "content-title", "")
        href = page.place.page_href(title, target.get(RI + "space-key"))
        if href is None:
            return Markup('<span class="missing" title="There is no page of this title">{}</span>').format(
                label or title
            )
        return Markup('<a href="{}">{}</a>').format(href + (f"#{fragment}" if fragment else ""), label or title)
    attached = element.find(RI + "attachment")
    if attached is not None:
        name = attached.get(RI + "filename", "")
        return link(page.place.attachment_href(name) or "", label or escape(name))
    return link(f"#{fragment}", label or escape(element.get(AC + "anchor", ""))) if fragment else label


def _image(page: Page, element: Element) -> Markup:
    attached, url = element.find(RI + "attachment"), element.find(RI + "url")
    alt = element.get(AC + "alt", "")
    href = page.place.attachment_href(attached.get(RI + "filename", "")) if attached is not None else None
    if href is None and url is not None:
        return link(url.get(RI + "value", ""), escape(alt or "an image elsewhere"))
    if href is None:
        return placeholder("image", alt or "a missing file")
    width = re.sub(r"\D", "", element.get(AC + "width", ""))
    size = Markup(' width="{}"').format(width) if width else Markup("")
    caption = element.find(AC + "caption")
    shown = Markup('<img src="{}" alt="{}"{}>').format(href, alt, size)
    below = Markup("<figcaption>{}</figcaption>").format(page.inside(caption)) if caption is not None else Markup("")
    return Markup("<figure>{}{}</figure>").format(shown, below)


def _tasks(page: Page, element: Element) -> Markup:
    return Markup('<ul class="tasks">{}</ul>').format(page.inside(element))


def _task(page: Page, element: Element) -> Markup:
    number = (element.findtext(AC + "task-id") or "").strip()
    done = (element.findtext(AC + "task-status") or "").strip() == "complete"
    body = page.inside(element.find(AC + "task-body"))
    kind = " done" if done else ""
    return Markup('<li class="task{}">{}<span>{}</span></li>').format(kind, page.place.task(number, done), body)


def _marked(page: Page, element: Element) -> Markup:
    return Markup('<mark title="Somebody commented on this">{}</mark>').format(page.inside(element))


def _cells(page: Page, element: Element) -> Markup:
    return Markup('<div class="columns">{}</div>').format(page.inside(element))


def _cell(page: Page, element: Element) -> Markup:
    return Markup("<div>{}</div>").format(page.inside(element))


def _fallback(page: Page, element: Element) -> Markup:
    return page.inside(element.find(AC + "adf-fallback"))


def _emoticon(_: Page, element: Element) -> Markup:
    return escape(element.get(AC + "emoji-fallback") or f":{element.get(AC + 'name', 'smile')}:")


def placeholder(name: str, more: str = "") -> Markup:
    """Return the quiet sign of something this site does not show."""
    return Markup('<span class="placeholder">{}</span>').format(f"{name}: {more}" if more else name)


_SHOWN: dict[str, Callable[[Page, Element], Markup]] = {
    **dict.fromkeys((*_HEADINGS, *_INLINE, *_BLOCKS, *_OF_TABLES), _kept),
    "table": _table,
    "a": _anchor,
    "time": lambda _, element: shown_date(element.get("datetime", "")),
    AC + "link": _link,
    AC + "image": _image,
    AC + "task-list": _tasks,
    AC + "task": _task,
    AC + "inline-comment-marker": _marked,
    AC + "layout-section": _cells,
    AC + "layout-cell": _cell,
    AC + "adf-extension": _fallback,
    AC + "emoticon": _emoticon,
    AC + "placeholder": lambda _, element: placeholder("to fill in", _words(element)),
}
