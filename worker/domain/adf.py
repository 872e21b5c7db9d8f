"""Atlassian Document Format, the little of it we need: reading any document as plain text, writing text as one.

Source: the ADF JSON schema (version 1). Comments are written from templates; this is for rich-text custom fields.
"""

from __future__ import annotations

from typing import Any

_BLOCKS = ("paragraph", "heading", "listItem", "taskItem", "blockquote", "codeBlock", "tableRow", "panel")
_DEEPEST = 60


def plain(node: object, depth: int = 0) -> str:
    """The words of an ADF node, a line a block. Never raises; what is not ADF has no words."""
    return "\n".join(line for line in _flat(node, depth).split("\n") if line.strip()).strip()


def same(one: str, other: str) -> bool:
    """Whether two texts say the same once written as a document and read again: blank lines do not survive that."""
    return plain(document(one)) == plain(document(other))


def _flat(node: object, depth: int) -> str:
    if not isinstance(node, dict) or depth > _DEEPEST:
        return ""
    kind, attrs = node.get("type"), node.get("attrs")
    match kind:
        case "text":
            return _word(node.get("text"))
        case "hardBreak":
            return "\n"
        case "mention" | "emoji" | "status" if isinstance(attrs, dict):
            return _word(attrs.get("text"))
        case "inlineCard" | "blockCard" if isinstance(attrs, dict):
            return _word(attrs.get("url"))
    content = node.get("content")
    inner = "".join(_flat(child, depth + 1) for child in content) if isinstance(content, list) else ""
    return inner + "\n" if kind in _BLOCKS else inner


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def document(words: str) -> dict[str, Any]:
    """`words` as an ADF document, a paragraph a line; empty words give one empty paragraph."""
    lines = [line for line in words.splitlines() if line.strip()] or [""]
    return {"type": "doc", "version": 1, "content": [_paragraph(line) for line in lines]}


def _paragraph(line: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
