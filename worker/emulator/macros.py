"""How macros look on a page: one function a macro, in one table. A macro it does not know is a quiet
placeholder with its name, and its text if it has one."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from worker.emulator.storage_html import AC, RI, Element, Page, Place, anchor, headings, placeholder


def html_from_storage(storage: str, place: Place) -> Markup:
    """Return the HTML of a page body."""
    return Page(storage, place, show_macro).html()


def show_macro(page: Page, element: Element) -> Markup:
    """Return the HTML of a structured macro."""
    name = element.get(AC + "name", "")
    show = _MACROS.get(name)
    if show:
        return show(page, element)
    body = page.inside(element.find(AC + "rich-text-body"))
    return Markup('<div class="unknown">{}{}</div>').format(placeholder(f"{name} macro"), body)


def parameter(element: Element, name: str) -> str:
    """Return a macro's parameter as text."""
    for each in element.findall(AC + "parameter"):
        if each.get(AC + "name", "") == name:
            return "".join(each.itertext()).strip()
    return ""


def _contents(page: Page, element: Element) -> Markup:
    return page.inside(element.find(AC + "rich-text-body"))


def _panel(page: Page, element: Element) -> Markup:
    title = parameter(element, "title")
    head = Markup('<p class="panel-title">{}</p>').format(title) if title else Markup("")
    kind = element.get(AC + "name", "panel")
    return Markup('<div class="panel panel-{}">{}{}</div>').format(kind, head, _contents(page, element))


def _expand(page: Page, element: Element) -> Markup:
    title = parameter(element, "title") or "Click here to expand"
    return Markup("<details><summary>{}</summary>{}</details>").format(title, _contents(page, element))


def _code(_: Page, element: Element) -> Markup:
    text = element.findtext(AC + "plain-text-body") or ""
    title = parameter(element, "title")
    head = Markup('<p class="code-title">{}</p>').format(title) if title else Markup("")
    return Markup('{}<pre tabindex="0"><code>{}</code></pre>').format(head, text)


def _status(_: Page, element: Element) -> Markup:
    colour = (parameter(element, "colour") or "grey").lower()
    return Markup('<span class="lozenge lozenge-{}">{}</span>').format(colour, parameter(element, "title"))


def _toc(page: Page, element: Element) -> Markup:
    least, most = int(parameter(element, "minLevel") or 1), int(parameter(element, "maxLevel") or 6)
    lines = [
        Markup('<li class="level-{}"><a href="#{}">{}</a></li>').format(level, at, text)
        for level, at, text in headings(page.root)
        if least <= level <= most
    ]
    return Markup('<nav class="toc" aria-label="On this page"><ul>{}</ul></nav>').format(Markup("").join(lines))


def _jira(page: Page, element: Element) -> Markup:
    key, jql = parameter(element, "key"), parameter(element, "jqlQuery") or parameter(element, "jql")
    if key:
        return issue_link(page, key)
    items = Markup("").join(Markup("<li>{}</li>").format(issue_link(page, each)) for each in page.place.issues(jql))
    return Markup('<ul class="issues">{}</ul>').format(items)


def issue_link(page: Page, key: str) -> Markup:
    """Return an issue as pages show it: key and summary as a link, and its status."""
    found = page.place.issue(key)
    if found is None:
        return placeholder(key, "not visible to you")
    href, summary, status, category = found
    line = Markup('<span class="issue"><a href="{}">{} {}</a> <span class="lozenge lozenge-{}">{}</span></span>')
    return line.format(href, key, summary, category, status)


def _children(page: Page, _: Element) -> Markup:
    items = [Markup('<li><a href="{}">{}</a></li>').format(href, title) for href, title in page.place.children()]
    return Markup("<ul>{}</ul>").format(Markup("").join(items)) if items else placeholder("no pages below this one yet")


def _anchor(_: Page, element: Element) -> Markup:
    return Markup('<span id="{}"></span>').format(anchor(parameter(element, "")))


def _included(page: Page, element: Element) -> Markup:
    target = element.find(f".//{RI}page")
    title = target.get(RI + "content-title", "") if target is not None else ""
    href = page.place.page_href(title, target.get(RI + "space-key") if target is not None else None)
    shown = Markup('<a href="{}">{}</a>').format(href, title) if href else escape(title or "another page")
    return Markup('<div class="unknown">{} {}</div>').format(placeholder("from the page"), shown)


_MACROS: dict[str, Callable[[Page, Element], Markup]] = {
    **dict.fromkeys(("info", "note", "tip", "warning", "panel", "success"), _panel),
    **dict.fromkeys(("excerpt", "details", "section", "column"), _contents),
    **dict.fromkeys(("code", "noformat"), _code),
    **dict.fromkeys(("excerpt-include", "include"), _included),
    **dict.fromkeys(("children", "pagetree"), _children),
    "expand": _expand,
    "status": _status,
    "toc": _toc,
    "jira": _jira,
    "anchor": _anchor,
}
