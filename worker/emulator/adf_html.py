"""An Atlassian document as HTML to read: comments, descriptions and text fields on issue pages. Everything is
escaped; links are kept only to the web, mail and the site itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

Node = dict[str, Any]
NameOf = Callable[[str], str | None]

_TAGS = {
    "paragraph": "p",
    "bulletList": "ul",
    "orderedList": "ol",
    "listItem": "li",
    "blockquote": "blockquote",
    "tableRow": "tr",
    "tableCell": "td",
    "tableHeader": "th",
    "taskItem": "li",
    "decisionItem": "li",
}
_MARK_TAGS = {"strong": "strong", "em": "em", "strike": "s", "underline": "u", "code": "code"}


def safe_href(href: str) -> str | None:
    """Return an address people may be sent to, or None: http, https, mailto and the site's own paths."""
    lowered = href.strip().lower()
    local = lowered.startswith(("/", "#")) and not lowered.startswith("//")
    return href if local or lowered.startswith(("http://", "https://", "mailto:")) else None


def html_from_adf(document: Node, name_of: NameOf) -> Markup:
    """Return the HTML of a document; ``name_of`` gives the names of mentioned people."""
    return _all(document.get("content", []), name_of)


def _all(nodes: Iterable[Node], name_of: NameOf) -> Markup:
    return Markup("").join(_node(node, name_of) for node in nodes)


def _node(node: Node, name_of: NameOf) -> Markup:
    kind = node["type"]
    if kind == "text":
        return _text(node)
    if kind == "mention":
        return _mention(node, name_of)
    inside = _all(node.get("content", []), name_of)
    if kind in _TAGS:
        return tagged(_TAGS[kind], inside)
    show = _SHOWN.get(kind)
    return show(node.get("attrs", {}), inside) if show else inside


def tagged(tag: str, inside: Markup) -> Markup:
    """Return HTML inside an element."""
    return Markup("<{0}>{1}</{0}>").format(tag, inside)


def _mention(node: Node, name_of: NameOf) -> Markup:
    attrs = node["attrs"]
    name = name_of(attrs["id"]) or str(attrs.get("text", "")).lstrip("@") or "somebody"
    return Markup('<span class="mention">@{}</span>').format(name)


def _heading(attrs: Node, inside: Markup) -> Markup:
    return tagged(f"h{min(6, int(attrs['level']) + 2)}", inside)


def _panel(attrs: Node, inside: Markup) -> Markup:
    return Markup('<div class="panel panel-{}">{}</div>').format(attrs.get("panelType", "info"), inside)


def _expand(attrs: Node, inside: Markup) -> Markup:
    title = attrs.get("title") or "More"
    return Markup("<details><summary>{}</summary>{}</details>").format(title, inside)


def _date(attrs: Node, _: Markup) -> Markup:
    day = datetime.fromtimestamp(int(attrs["timestamp"]) / 1000, UTC).date()
    return Markup("<time>{}</time>").format(f"{day.day} {day:%B %Y}")


def _card(attrs: Node, _: Markup) -> Markup:
    return link(str(attrs.get("url", "")), escape(attrs.get("url", "")))


_SHOWN: dict[str, Callable[[Node, Markup], Markup]] = {
    "heading": _heading,
    "panel": _panel,
    "expand": _expand,
    "nestedExpand": _expand,
    "date": _date,
    "inlineCard": _card,
    "blockCard": _card,
    "embedCard": _card,
    "codeBlock": lambda _, inside: Markup("<pre><code>{}</code></pre>").format(inside),
    "table": lambda _, inside: Markup('<div class="table"><table><tbody>{}</tbody></table></div>').format(inside),
    "hardBreak": lambda _, __: Markup("<br>"),
    "rule": lambda _, __: Markup("<hr>"),
    "emoji": lambda attrs, _: escape(attrs.get("text") or attrs["shortName"]),
    "status": lambda attrs, _: Markup('<span class="lozenge">{}</span>').format(attrs["text"]),
}


def _text(node: Node) -> Markup:
    text = escape(node["text"])
    for mark in node.get("marks", []):
        if tag := _MARK_TAGS.get(mark["type"]):
            text = tagged(tag, text)
        elif mark["type"] == "link":
            text = link(str(mark["attrs"]["href"]), text)
    return text


def link(href: str, label: Markup) -> Markup:
    """Return a link, or its label alone when the address is not one to send people to."""
    kept = safe_href(href)
    return Markup('<a href="{}">{}</a>').format(kept, label) if kept else label
