"""Show our own storage format as HTML, for a preview of a page. Pure; made for what our templates write.

Everything is written anew from a short list of elements, and every text is escaped, so that nothing a person wrote can
become markup. How Confluence itself draws a page is not known here; a preview only says what stands where.
"""

from __future__ import annotations

from html import escape

from worker.domain.questions import web_address
from worker.domain.storage_format import Node, parse

# The headings of a preview stand below one of the page around it.
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
_PLAIN = frozenset(
    ("p", "ul", "ol", "li", "strong", "em", "code", "sub", "blockquote", "table", "tbody", "tr", "td", "th")
)
_ALONE = frozenset(("br", "hr"))
_SILENT = frozenset(("ac:parameter", "ac:task-id", "ac:task-uuid", "ac:task-status"))


def html(body: str) -> str:
    """The HTML of a page. Raises NotWellFormed."""
    return _children(parse(body))


def _children(node: Node) -> str:
    return "".join(escape(child) if isinstance(child, str) else _shown(child) for child in node.children)


def _shown(node: Node) -> str:
    tag = _HEADINGS.get(node.tag, node.tag)
    if tag in _SILENT:
        return ""
    if tag in _ALONE:
        return f"<{tag}>"
    if tag in _PLAIN or tag in _HEADINGS.values():
        return f"<{tag}>{_children(node)}</{tag}>"
    match tag:
        case "a":
            return _link(node)
        case "time":
            return f"<time>{escape(node.attrs.get('datetime', ''))}</time>"
        case "ac:task-list":
            return f"<ul>{_children(node)}</ul>"
        case "ac:task":
            return f"<li>☐ {_children(node)}</li>"
        case "ri:user":
            return "@somebody"
        case "ac:structured-macro":
            return _macro(node)
    return _children(node)


def _link(node: Node) -> str:
    address = node.attrs.get("href", "")
    if not web_address(address):
        return _children(node)
    return f'<a href="{escape(address)}" rel="noreferrer">{_children(node)}</a>'


def _macro(node: Node) -> str:
    match node.attrs.get("ac:name"):
        case "panel":
            return f"<blockquote>{_children(node)}</blockquote>"
        case "status":
            return f"<strong>{escape(node.parameter('title'))}</strong>"
    return _children(node)
