"""Which Atlassian documents Jira takes. One table holds the node and mark names, what may stand inside what,
and the attributes that must be there (source: Atlassian's ADF JSON schema, full 57.7.22). It checks; it
never repairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_WORDS = {
    "inline": "text hardBreak mention emoji date status inlineCard placeholder inlineExtension mediaInline",
    "lists": "bulletList orderedList taskList decisionList",
    "blocks": "paragraph heading codeBlock rule panel blockquote table mediaSingle mediaGroup "
    "blockCard embedCard extension",
    "panels": "info note tip warning error success custom",
    "marks": "strong em code link strike underline subsup textColor backgroundColor alignment indentation breakout "
    "annotation border fragment dataConsumer fontSize",
}
INLINE, _LISTS, _BLOCKS, _PANELS, MARKS = (frozenset(words.split()) for words in _WORDS.values())
_FLOW = _LISTS | _BLOCKS
_CELL = (_FLOW - {"table"}) | {"nestedExpand"}
_BESIDE_CODE = frozenset(("code", "link", "annotation"))
_KEYS = frozenset(("type", "attrs", "content", "marks", "text", "version"))


@dataclass(frozen=True, slots=True)
class Shape:
    """What one node may hold: its children's names, whether it must have one, its required attributes."""

    children: frozenset[str] = frozenset()
    filled: bool = False
    needs: tuple[str, ...] = ()
    choices: dict[str, frozenset[Any]] = field(default_factory=dict)


NODES: dict[str, Shape] = {
    "doc": Shape(_FLOW | {"expand", "layoutSection", "bodiedExtension"}),
    "paragraph": Shape(INLINE),
    "heading": Shape(INLINE, needs=("level",), choices={"level": frozenset(range(1, 7))}),
    "bulletList": Shape(frozenset({"listItem"}), filled=True),
    "orderedList": Shape(frozenset({"listItem"}), filled=True),
    "listItem": Shape(
        frozenset({"paragraph", "bulletList", "orderedList", "taskList", "codeBlock", "mediaSingle", "extension"}),
        filled=True,
    ),
    "codeBlock": Shape(frozenset({"text"})),
    "blockquote": Shape(
        frozenset({"paragraph", "bulletList", "orderedList", "codeBlock", "mediaSingle", "mediaGroup", "extension"}),
        filled=True,
    ),
    "panel": Shape(_FLOW - {"table", "panel", "blockquote"}, True, ("panelType",), {"panelType": _PANELS}),
    "rule": Shape(),
    "table": Shape(frozenset({"tableRow"}), filled=True),
    "tableRow": Shape(frozenset({"tableCell", "tableHeader"})),
    "tableCell": Shape(_CELL, filled=True),
    "tableHeader": Shape(_CELL, filled=True),
    "taskList": Shape(frozenset({"taskItem", "taskList", "blockTaskItem"}), True, ("localId",)),
    "taskItem": Shape(INLINE, False, ("localId", "state"), {"state": frozenset({"TODO", "DONE"})}),
    "blockTaskItem": Shape(frozenset({"paragraph", "extension"}), True, ("localId", "state")),
    "decisionList": Shape(frozenset({"decisionItem"}), True, ("localId",)),
    "decisionItem": Shape(INLINE, False, ("localId", "state")),
    "expand": Shape((_FLOW | {"nestedExpand"}), filled=True),
    "nestedExpand": Shape(_FLOW - {"table"}, filled=True),
    "layoutSection": Shape(frozenset({"layoutColumn"}), filled=True),
    "layoutColumn": Shape(_FLOW | {"expand"}, True, ("width",)),
    "mediaSingle": Shape(frozenset({"media", "caption"}), filled=True),
    "mediaGroup": Shape(frozenset({"media"}), filled=True),
    "media": Shape(needs=("type",)),
    "caption": Shape(INLINE),
    "mediaInline": Shape(needs=("id", "collection")),
    "blockCard": Shape(),
    "embedCard": Shape(needs=("url", "layout")),
    "extension": Shape(needs=("extensionKey", "extensionType")),
    "bodiedExtension": Shape(_FLOW, True, ("extensionKey", "extensionType")),
    "inlineExtension": Shape(needs=("extensionKey", "extensionType")),
    "text": Shape(),
    "hardBreak": Shape(),
    "mention": Shape(needs=("id",)),
    "emoji": Shape(needs=("shortName",)),
    "date": Shape(needs=("timestamp",)),
    "status": Shape(needs=("text", "color")),
    "inlineCard": Shape(),
    "placeholder": Shape(needs=("text",)),
}


def adf_problem(document: object) -> str | None:
    """Return the first thing wrong with an Atlassian document as a sentence, or None when Jira would take it."""
    if not isinstance(document, dict) or document.get("type") != "doc":
        return "The value must be an Atlassian document (an object of type doc)."
    if document.get("version") != 1:
        return "The document's version must be 1."
    if not isinstance(document.get("content"), list):
        return "The document must have content (a list of nodes)."
    return next(_problems(document), None)


def _problems(node: dict[str, Any]) -> Iterator[str]:
    name = node["type"]
    shape = NODES[name]
    if extra := set(node) - _KEYS:
        yield f"{name} has an unknown member {min(extra)}."
    yield from _attribute_problems(name, shape, node.get("attrs") or {})
    yield from _mark_problems(name, node.get("marks", []))
    if name == "text" and not (isinstance(node.get("text"), str) and node["text"]):
        yield "A text node must have a text that is not empty."
    children = node.get("content", [])
    if shape.filled and not children:
        yield f"{name} must not be empty."
    for child in children:
        yield from _child_problems(name, shape, child)


def _attribute_problems(name: str, shape: Shape, attrs: dict[str, Any]) -> Iterator[str]:
    for needed in shape.needs:
        if needed not in attrs:
            yield f"{name} needs the attribute {needed}."
    for key, allowed in shape.choices.items():
        if key in attrs and attrs[key] not in allowed:
            yield f"{name} has {attrs[key]!r} as {key}."


def _mark_problems(name: str, marks: list[dict[str, Any]]) -> Iterator[str]:
    names = {mark.get("type") for mark in marks}
    for unknown in names - MARKS:
        yield f"{name} has an unknown mark {unknown}."
    if "code" in names and names - _BESIDE_CODE:
        yield "A code mark goes with no mark but link."
    for mark in marks:
        if mark.get("type") == "link" and not mark.get("attrs", {}).get("href"):
            yield "A link mark needs the attribute href."


def _child_problems(name: str, shape: Shape, child: object) -> Iterator[str]:
    if not isinstance(child, dict) or child.get("type") not in NODES:
        kind = child.get("type") if isinstance(child, dict) else child
        yield f"{name} holds an unknown node {kind}."
    elif child["type"] not in shape.children:
        yield f"{child['type']} may not stand inside {name}."
    elif name == "codeBlock" and child.get("marks"):
        yield "Text inside codeBlock takes no marks."
    else:
        yield from _problems(child)


def text_length(document: dict[str, Any]) -> int:
    """Return how many characters of text a document holds (Jira's limit of 32,767 counts them)."""
    own = len(document.get("text", "")) if document.get("type") == "text" else 0
    return own + sum(text_length(child) for child in document.get("content", []))


def mentioned(document: dict[str, Any]) -> list[str]:
    """Return the account ids a document mentions, in order, each once."""
    found = [document["attrs"]["id"]] if document.get("type") == "mention" else []
    for child in document.get("content", []):
        found.extend(mentioned(child))
    return list(dict.fromkeys(found))


def plain_text(document: dict[str, Any]) -> str:
    """Return a document's text without formatting, blocks separated by a line break."""
    if document.get("type") == "text":
        return str(document["text"])
    if document.get("type") == "mention":
        return str(document["attrs"].get("text") or "@" + document["attrs"]["id"])
    if document.get("type") == "hardBreak":
        return "\n"
    glue = "" if document.get("type") in ("paragraph", "heading", "codeBlock", "taskItem") else "\n"
    return glue.join(plain_text(child) for child in document.get("content", []))
