"""Confluence's storage format: read it without changing it, find our regions, compare, cut and splice.

Parsing keeps the offsets of every element in the text as given, so that splicing never re-serialises what is not ours.
Storage format is XHTML with `ac:` and `ri:` elements and HTML's named entities (Confluence documentation, "storage
format"). Nothing here knows what the regions say.
"""

from __future__ import annotations

import hashlib
import html
import html.entities
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from worker.errors import NotWellFormed

OURS = "learnloop-"

_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_TAIL = b"</storage>"
# Planning one page parses three texts nine times in a row: keeping their trees saves two fifths of it. A tree takes 14
# bytes a character, so those kept take 65 MB at most; a longer page (they may have 5 MiB) is parsed each time.
_KEPT_TREES, _KEPT_LENGTH = 16, 256 * 1024

# What Confluence adds or rewrites on save, and what readers change on purpose: none of it is an edit of our words.
_REWRITTEN = {
    "ac:local-id",
    "local-id",
    "ac:macro-id",
    "ac:schema-version",
    "ri:version-at-save",
    "ac:task-uuid",
    "data-local-id",
    "ac:breakout-mode",
    "ac:breakout-width",
    "data-layout",
    "data-table-width",
}
_REWRITTEN_ELEMENTS = {"ac:task-status", "ac:task-uuid", "ac:task-id"}
_MARKER = "ac:inline-comment-marker"


@dataclass
class Node:
    """An element: its offsets are of the UTF-8 text as given, from its `<` to behind its last `>`."""

    tag: str
    attrs: dict[str, str]
    start: int
    end: int = 0
    children: list[Node | str] = field(default_factory=list)

    def find_all(self, tag: str) -> Iterator[Node]:
        """Every element named `tag` below this one, in document order."""
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag:
                    yield child
                yield from child.find_all(tag)

    def text(self) -> str:
        """All words inside."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def parameter(self, name: str) -> str:
        """The macro parameter `name`, empty when it is not set."""
        for child in self.children:
            if isinstance(child, Node) and child.tag == "ac:parameter" and child.attrs.get("ac:name") == name:
                return child.text().strip()
        return ""


def parse(body: str) -> Node:
    """The tree of `body`, under one root; not to be changed, the same text may give the same tree.

    Raises NotWellFormed with the place of the first mistake.
    """
    return kept(body) if len(body) <= _KEPT_LENGTH else _parsed(body)


@lru_cache(maxsize=_KEPT_TREES)
def kept(body: str) -> Node:
    """The tree of a `body` that is not too long to keep its tree for a while; call `parse`."""
    return _parsed(body)


def _parsed(body: str) -> Node:
    head = _head(body)
    data = head + body.encode("utf-8", "surrogatepass") + _TAIL
    root = Node("storage", {}, 0)
    stack = [root]
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(tag: str, attrs: dict[str, str]) -> None:
        node = Node(tag, attrs, parser.CurrentByteIndex - len(head))
        stack[-1].children.append(node)
        stack.append(node)

    def end(_tag: str) -> None:
        node, at = stack.pop(), parser.CurrentByteIndex
        closed_itself = not node.children and data[at - 2 : at] == b"/>"  # expat is behind an empty tag already
        node.end = (at if closed_itself else data.index(b">", at) + 1) - len(head)

    def words(text: str) -> None:
        stack[-1].children.append(text)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        place = max(parser.CurrentByteIndex - len(head), 0)
        what = expat.errors.messages.get(getattr(error, "code", 0), "a character XML does not allow")
        raise NotWellFormed(f"The storage format is not well-formed XML: {what}, near byte {place}.") from error
    top = next(child for child in root.children if isinstance(child, Node))
    top.end = len(data) - len(head) - len(_TAIL)
    return top


def _head(body: str) -> bytes:
    """What goes before `body`: declarations of the HTML entities it uses, and the root."""
    names = set(_ENTITY.findall(body)) & set(html.entities.name2codepoint) - _XML_ENTITIES
    declared = "".join(f'<!ENTITY {name} "&#{html.entities.name2codepoint[name]};">' for name in sorted(names))
    return f"<!DOCTYPE storage [{declared}]><storage>".encode()


def regions(body: str) -> dict[str, str]:
    """Our regions in `body`: name to markup, as it stands. A name that occurs twice is left out: nobody knows which."""
    return {name: _cut(body, node) for name, node in _regions(parse(body)).items()}


def doubled(body: str) -> list[str]:
    """The names of our regions that stand in `body` more than once, because somebody copied one."""
    times = Counter(name for name, _ in _named(parse(body)))
    return sorted(name for name, count in times.items() if count > 1)


def splice(body: str, replacements: Mapping[str, str]) -> str:
    """`body` with each named region replaced; everything else stays as it was, byte for byte.

    A region that `body` does not have is put behind the last of ours, or at the end.
    """
    found = _regions(parse(body))
    data = body.encode("utf-8", "surrogatepass")
    behind = max((node.end for node in found.values()), default=len(data))
    cuts = [(found[name].start, found[name].end, markup) for name, markup in replacements.items() if name in found]
    cuts.append((behind, behind, "".join(markup for name, markup in replacements.items() if name not in found)))
    for begin, end, markup in sorted(cuts, key=lambda cut: cut[0], reverse=True):
        data = data[:begin] + markup.encode("utf-8", "surrogatepass") + data[end:]
    return data.decode("utf-8", "surrogatepass")


def digest(markup: str) -> str:
    """A digest that is equal for two markups that say the same, however Confluence wrote them down (sha256, 16 hex)."""
    return hashlib.sha256(canonical(markup).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def canonical(markup: str) -> str:
    """`markup` without what Confluence rewrites: ids, parameter order, task states, comment markers, spacing."""
    return "".join(_canonical(parse(markup)))


def marker_refs(markup: str) -> set[str]:
    """The references of the inline comments anchored in `markup`."""
    return {node.attrs.get("ac:ref", "") for node in parse(markup).find_all(_MARKER)}


def keep_ticks(markup: str, earlier: str) -> str:
    """`markup` with every task ticked that people ticked in `earlier`. Tasks are known by their words, without the
    small print (<sub>) in which we say how they stand.
    """
    ticked = {canonical_text(task) for task in parse(earlier).find_all("ac:task") if _status(task) == "complete"}
    data = markup.encode("utf-8", "surrogatepass")
    boxes = [task for task in parse(markup).find_all("ac:task") if canonical_text(task) in ticked]
    for task in reversed(boxes):
        box = next(task.find_all("ac:task-status"), None)
        if box:
            data = data[: box.start] + b"<ac:task-status>complete</ac:task-status>" + data[box.end :]
    return data.decode("utf-8", "surrogatepass")


def canonical_text(task: Node) -> str:
    """The words of a task's body without its small print, spacing folded."""
    body = next(task.find_all("ac:task-body"), None)
    return _folded(_large_print(body)).strip() if body else ""


def _large_print(node: Node) -> str:
    words = (child if isinstance(child, str) else _large_print(child) for child in node.children)
    return "" if node.tag == "sub" else "".join(words)


def _regions(root: Node) -> dict[str, Node]:
    found = list(_named(root))
    times = Counter(name for name, _ in found)
    return {name: node for name, node in found if times[name] == 1}


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    """Our regions below `node` by name. One that was put into another is part of the other's text."""
    for child in node.children:
        if isinstance(child, Node):
            excerpt = child.tag == "ac:structured-macro" and child.attrs.get("ac:name") == "excerpt"
            name = child.parameter("name") if excerpt else ""
            if name.startswith(OURS):
                yield name, child
            else:
                yield from _named(child)


def _cut(body: str, node: Node) -> str:
    return body.encode("utf-8", "surrogatepass")[node.start : node.end].decode("utf-8", "surrogatepass")


def _status(task: Node) -> str:
    box = next(task.find_all("ac:task-status"), None)
    return box.text().strip() if box else ""


def _canonical(node: Node) -> Iterator[str]:
    words = ""
    for child in _in_order(node):
        if isinstance(child, str):
            words += child
            continue
        yield from _words(words)
        words = ""
        attrs = "".join(f' {name}="{html.escape(value)}"' for name, value in _said_by(child))
        yield f"<{child.tag}{attrs}>"
        yield from _canonical(child)
        yield "</>"
    yield from _words(words)


def _said_by(node: Node) -> Iterator[tuple[str, str]]:
    """The attributes that say something. Of a picture only the words for it: the editor writes down its size and place
    with every save, and readers change them to read it.
    """
    for name, value in sorted(node.attrs.items()):
        if name not in _REWRITTEN and (node.tag != "ac:image" or name == "ac:alt"):
            yield name, value


def _in_order(node: Node) -> list[Node | str]:
    """The children: markers opened, rewritten elements left out, parameters first in the order of their names."""
    flat: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and child.tag == _MARKER:
            flat.extend(_in_order(child))
        elif isinstance(child, str) or child.tag not in _REWRITTEN_ELEMENTS:
            flat.append(child)
    parameters = [c for c in flat if isinstance(c, Node) and c.tag == "ac:parameter"]
    if not parameters:
        return flat
    rest = [c for c in flat if not (isinstance(c, Node) and c.tag == "ac:parameter")]
    return [*sorted(parameters, key=lambda c: c.attrs.get("ac:name", "")), *rest]


def _words(text: str) -> Iterator[str]:
    folded = _folded(text)
    if folded.strip():
        yield html.escape(folded)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)
