"""Read storage format as lines of plain text, as one would read them aloud. Formatting and where links lead are lost.

For people who compare two texts; nothing is ever written from it. A mention is "@person": nobody is named here.
"""

from __future__ import annotations

from collections.abc import Iterator

from worker.domain import storage_format
from worker.domain.storage_format import Node

# Elements that begin a line of their own (XHTML, and Confluence's bodies of macros and tasks).
_BLOCKS = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "blockquote", "pre", "ul", "ol", "table", "hr", "br", "ac:task",
    "ac:rich-text-body", "ac:plain-text-body", "ac:layout", "ac:layout-section", "ac:layout-cell", "ac:adf-extension",
}  # fmt: skip
_CELLS = ("td", "th")
_UNSEEN = ("ac:parameter", "ac:task-id", "ac:task-uuid", "ac:task-status", "ac:placeholder", "ac:adf-attribute")
# Macros that are only a frame around their text.
_FRAMES = ("excerpt", "panel", "info", "note", "tip", "warning", "expand", "code")


def lines(markup: str) -> list[str]:
    """The lines of `markup` from top to bottom, none empty, spacing folded. Raises NotWellFormed."""
    return _lines(storage_format.parse(markup))


def _lines(node: Node) -> list[str]:
    text = "".join(_read(node))
    folded = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in folded if line]


def _read(node: Node) -> Iterator[str]:
    """The words inside, with a line break where a line begins or ends; breaks in the source mean nothing."""
    for child in node.children:
        if isinstance(child, str):
            yield child if node.tag in ("ac:plain-text-body", "pre") else child.replace("\n", " ")
        elif child.tag not in _UNSEEN:
            yield from _element(child)


def _element(node: Node) -> Iterator[str]:
    match node.tag:
        case "li":
            yield "\n• " + "\n".join(_lines(node)) + "\n"
        case "tr":
            cells = [child for child in node.children if isinstance(child, Node) and child.tag in _CELLS]
            yield "\n" + " | ".join(" ".join(_lines(cell)) for cell in cells) + "\n"
        case "time":
            yield node.attrs.get("datetime", "")
        case "ri:user":
            yield "@person"
        case "ac:link":
            yield "".join(_read(node)).strip() or _target(node)
        case "ac:image":
            yield f"[image {_target(node)}]".replace(" ]", "]")
        case "ac:emoticon":
            yield node.attrs.get("ac:emoji-fallback") or node.attrs.get("ac:name", "")
        case "ac:structured-macro":
            yield from _macro(node)
        case tag:
            end = "\n" if tag in _BLOCKS else ""
            yield end
            yield from _read(node)
            yield end


def _macro(node: Node) -> Iterator[str]:
    name = node.attrs.get("ac:name", "")
    if name == "status":
        yield f"[{node.parameter('title')}]"
        return
    yield "\n" if name in _FRAMES else f"\n[{name}]\n"
    yield from _read(node)
    yield "\n"


def _target(node: Node) -> str:
    """What a link or a picture without words is of: a page's title, a file's name."""
    for child in node.children:
        if isinstance(child, Node) and child.tag.startswith("ri:"):
            found = (child.attrs.get(name) for name in ("ri:content-title", "ri:filename", "ri:value", "ri:space-key"))
            return next((one for one in found if one), "")
    return ""
