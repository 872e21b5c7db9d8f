"""An Atlassian document written as Jira's wiki markup, as v2 answers and webhooks give it. What wiki markup
cannot say is said as text. Text that would read as markup is escaped, so that reading it again gives the
same text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from worker.emulator.wiki import inline_from_wiki

Node = dict[str, Any]

_MARKS = {"strong": "*", "em": "_", "strike": "-", "underline": "+"}


def wiki_from_adf(document: Node) -> str:
    """Return the wiki markup of an Atlassian document."""
    return "\n\n".join(_block(node) for node in document.get("content", [])).strip("\n")


def _block(node: Node) -> str:
    write = _BLOCKS.get(node["type"])
    return write(node) if write else _inline_all(node)


def _blocks(node: Node) -> str:
    return "\n\n".join(_block(child) for child in node.get("content", []))


def _paragraph(node: Node) -> str:
    """Write a paragraph, escaping a line that would otherwise begin a list, a table or a rule."""
    return re.sub(r"^(?=[*#]+\s|-\s|\||-{4,}\s*$)", r"\\", _inline_all(node), flags=re.MULTILINE)


def _heading(node: Node) -> str:
    return f"h{node['attrs']['level']}. {_inline_all(node)}"


def _code(node: Node) -> str:
    language = node.get("attrs", {}).get("language")
    opening = "{code:" + language + "}" if language else "{code}"
    return opening + "\n" + "".join(child.get("text", "") for child in node.get("content", [])) + "\n{code}"


def _quote(node: Node) -> str:
    return "{quote}\n" + _blocks(node) + "\n{quote}"


def _panel(node: Node) -> str:
    return "{panel}\n" + _blocks(node) + "\n{panel}"


def _list(node: Node, prefix: str = "") -> str:
    bullet = prefix + ("#" if node["type"] == "orderedList" else "*")
    lines: list[str] = []
    for item in node.get("content", []):
        for child in item.get("content", []):
            nested = child["type"] in ("bulletList", "orderedList")
            lines.append(_list(child, bullet) if nested else f"{bullet} {_block(child)}")
    return "\n".join(lines)


def _tasks(node: Node) -> str:
    return "\n".join(f"* {_inline_all(item)}" for item in node.get("content", []))


def _table(node: Node) -> str:
    return "\n".join(_row(row) for row in node.get("content", []))


def _row(row: Node) -> str:
    cells = row.get("content", [])
    mark = "||" if cells and cells[0]["type"] == "tableHeader" else "|"
    return mark + mark.join(_blocks(cell).replace("\n", " ") for cell in cells) + mark


def _card(node: Node) -> str:
    return f"[{node['attrs'].get('url', '')}]"


_BLOCKS: dict[str, Callable[[Node], str]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "codeBlock": _code,
    "blockquote": _quote,
    "panel": _panel,
    "bulletList": _list,
    "orderedList": _list,
    "taskList": _tasks,
    "decisionList": _tasks,
    "rule": lambda _: "----",
    "table": _table,
    "expand": _blocks,
    "nestedExpand": _blocks,
    "blockCard": _card,
    "embedCard": _card,
}


def _inline_all(node: Node) -> str:
    return "".join(_inline(child) for child in node.get("content", []))


def _inline(node: Node) -> str:
    write = _INLINE.get(node["type"])
    return write(node) if write else _inline_all(node)


def _emoji(node: Node) -> str:
    return str(node["attrs"].get("text") or node["attrs"]["shortName"])


def _date(node: Node) -> str:
    return datetime.fromtimestamp(int(node["attrs"]["timestamp"]) / 1000, UTC).date().isoformat()


def _text(node: Node) -> str:
    marks = {mark["type"]: mark for mark in node.get("marks", [])}
    text = "{{" + node["text"] + "}}" if "code" in marks else escaped(node["text"])
    for name, sign in _MARKS.items():
        if name in marks:
            text = f"{sign}{text}{sign}"
    if "link" in marks:
        href = marks["link"]["attrs"]["href"]
        text = f"[{href}]" if node["text"] == href else f"[{text}|{href}]"
    return text


_INLINE: dict[str, Callable[[Node], str]] = {
    "text": _text,
    "hardBreak": lambda _: "\n",
    "mention": lambda node: f"[~accountid:{node['attrs']['id']}]",
    "emoji": _emoji,
    "inlineCard": _card,
    "date": _date,
    "status": lambda node: str(node["attrs"]["text"]),
}


def escaped(text: str) -> str:
    """Return text that reads as itself in wiki markup, untouched when it already does."""
    if inline_from_wiki(text) in ([{"type": "text", "text": text}], []) or _is_bare_link(text):
        return text
    return re.sub(r"([\\*_{}\[\]+]|(?<!\w)-|-(?!\w))", r"\\\1", text)


def _is_bare_link(text: str) -> bool:
    nodes = inline_from_wiki(text)
    return all(
        not node.get("marks") or node["text"].startswith("http") for node in nodes if node["type"] == "text"
    ) and ("".join(node.get("text", "") for node in nodes) == text)
