"""Jira's wiki markup read into an Atlassian document: the subset people type in comments and descriptions.
Reading never fails: what is not markup is text. It knows nothing of issues or people beyond a function
from account id to name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Node = dict[str, Any]
NameOf = Callable[[str], str | None]

_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_ITEM = re.compile(r"([*#]+|-)\s+(.*)")
_FENCE = re.compile(r"\{(code|noformat|quote)(?::([^}]*))?\}(.*)")
_INLINE = re.compile(
    r"\\(?P<escaped>[\\*_{}\[\]|+\-~#^!])"
    r"|(?P<break>\\\\\s?)"
    r"|\{\{(?P<code>[^{}\n]+)\}\}"
    r"|\[~accountid:(?P<mention>[^\]\n]+)\]"
    r"|\[(?:(?P<label>[^\]|\n]+)\|)?(?P<href>(?:https?://|mailto:|/)[^\]|\n\s]+)(?:\|smart-link)?\]"
    r"|(?P<url>https?://[^\s\]|<>\"{}]+[^\s\]|<>\"{}.,;:!?)'])"
    r"|(?<![\w*])\*(?P<strong>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<em>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w\-])-(?P<strike>[^\s\-](?:[^\-\n]*[^\s\-])?)-(?![\w\-])"
    r"|(?<![\w+])\+(?P<underline>[^\s+](?:[^+\n]*[^\s+])?)\+(?![\w+])"
)
_MARKED = ("strong", "em", "strike", "underline")


def _no_name(_: str) -> str | None:
    return None


def adf_from_wiki(text: str, name_of: NameOf = _no_name) -> Node:
    """Return the Atlassian document (version 1) for wiki markup; an empty text gives an empty document."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return {"type": "doc", "version": 1, "content": list(_blocks(lines, name_of))}


def _blocks(lines: list[str], name_of: NameOf) -> Iterator[Node]:
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
            continue
        for reader in (_read_fence, _read_line, _read_list, _read_table, _read_paragraph):
            node, end = reader(lines, at, name_of)
            if end > at:
                if node is not None:
                    yield node
                at = end
                break


def _read_fence(lines: list[str], at: int, name_of: NameOf) -> tuple[Node | None, int]:
    opened = _FENCE.match(lines[at].strip())
    if not opened:
        return None, at
    name, argument, rest = opened.groups()
    closing = "{" + name + "}"
    if closing in rest:
        inside, after = [rest.split(closing, 1)[0]], at + 1
    else:
        end = next((n for n in range(at + 1, len(lines)) if closing in lines[n]), None)
        if end is None:
            return None, at
        last = lines[end].split(closing, 1)[0]
        inside = ([rest] if rest else []) + lines[at + 1 : end] + ([last] if last else [])
        after = end + 1
    if name == "quote":
        quoted = list(_blocks(inside, name_of)) or [{"type": "paragraph", "content": []}]
        return {"type": "blockquote", "content": quoted}, after
    return _code_block("\n".join(inside), argument), after


def _code_block(code: str, argument: str | None) -> Node:
    node: Node = {"type": "codeBlock", "attrs": {}}
    language = (argument or "").split("|")[0]
    if language and "=" not in language:
        node["attrs"]["language"] = language
    if code:
        node["content"] = [{"type": "text", "text": code}]
    return node


def _read_line(lines: list[str], at: int, name_of: NameOf) -> tuple[Node | None, int]:
    line = lines[at].strip()
    if re.fullmatch(r"-{4,}", line):
        return {"type": "rule"}, at + 1
    if heading := _HEADING.match(line):
        content = inline_from_wiki(heading[2], name_of)
        return {"type": "heading", "attrs": {"level": int(heading[1])}, "content": content}, at + 1
    if line.startswith("bq. "):
        quoted = {"type": "paragraph", "content": inline_from_wiki(line[4:], name_of)}
        return {"type": "blockquote", "content": [quoted]}, at + 1
    return None, at


def _read_list(lines: list[str], at: int, name_of: NameOf) -> tuple[Node | None, int]:
    rows: list[tuple[str, str]] = []
    end = at
    while end < len(lines) and (item := _ITEM.match(lines[end].strip())):
        bullets = item[1].replace("-", "*")
        if rows and rows[0][0][0] != bullets[0]:
            break
        rows.append((bullets, item[2]))
        end += 1
    return (_list_of(rows, 1, name_of), end) if rows else (None, at)


def _list_of(rows: list[tuple[str, str]], depth: int, name_of: NameOf) -> Node:
    kind = "orderedList" if rows[0][0][min(depth, len(rows[0][0])) - 1] == "#" else "bulletList"
    items: list[Node] = []
    at = 0
    while at < len(rows):
        own = [{"type": "paragraph", "content": inline_from_wiki(rows[at][1], name_of)}]
        end = at + 1
        while end < len(rows) and len(rows[end][0]) > depth:
            end += 1
        if end > at + 1:
            own.append(_list_of(rows[at + 1 : end], depth + 1, name_of))
        items.append({"type": "listItem", "content": own})
        at = end
    return {"type": kind, "content": items}


def _read_table(lines: list[str], at: int, name_of: NameOf) -> tuple[Node | None, int]:
    rows: list[Node] = []
    end = at
    while end < len(lines) and (line := lines[end].strip()).startswith("|") and line.endswith("|") and len(line) > 2:
        rows.append(_table_row(line, name_of))
        end += 1
    return ({"type": "table", "content": rows}, end) if rows else (None, at)


def _table_row(line: str, name_of: NameOf) -> Node:
    mark, kind = ("||", "tableHeader") if line.startswith("||") else ("|", "tableCell")
    inner = line.removeprefix(mark).removesuffix(mark)
    cells = re.split(r"(?<!\\)" + re.escape(mark) + r"(?![^\[]*\])", inner)
    return {"type": "tableRow", "content": [_cell(kind, cell.strip(), name_of) for cell in cells]}


def _cell(kind: str, text: str, name_of: NameOf) -> Node:
    return {
        "type": kind,
        "attrs": {},
        "content": [{"type": "paragraph", "content": inline_from_wiki(text, name_of)}],
    }


def _read_paragraph(lines: list[str], at: int, name_of: NameOf) -> tuple[Node | None, int]:
    end = at + 1
    while end < len(lines) and lines[end].strip() and not _starts_block(lines, end, name_of):
        end += 1
    content: list[Node] = []
    for line in lines[at:end]:
        if content:
            content.append({"type": "hardBreak"})
        content.extend(inline_from_wiki(line.strip(), name_of))
    return {"type": "paragraph", "content": content}, end


def _starts_block(lines: list[str], at: int, name_of: NameOf) -> bool:
    readers = (_read_fence, _read_line, _read_list, _read_table)
    return any(reader(lines, at, name_of)[1] > at for reader in readers)


def inline_from_wiki(text: str, name_of: NameOf = _no_name, marks: tuple[Node, ...] = ()) -> list[Node]:
    """Return the inline nodes of one line; ``marks`` are those of the markup around it."""
    nodes: list[Node] = []
    at = 0
    for found in _INLINE.finditer(text):
        _add_text(nodes, text[at : found.start()], marks)
        _add_found(nodes, found, name_of, marks)
        at = found.end()
    _add_text(nodes, text[at:], marks)
    return nodes


def _add_found(nodes: list[Node], found: re.Match[str], name_of: NameOf, marks: tuple[Node, ...]) -> None:
    kind = found.lastgroup or ""
    inside = found[kind] if kind else ""
    if kind == "escaped":
        _add_text(nodes, inside, marks)
    elif kind == "break":
        nodes.append({"type": "hardBreak"})
    elif kind == "mention":
        name = name_of(inside)
        nodes.append({"type": "mention", "attrs": {"id": inside, **({"text": f"@{name}"} if name else {})}})
    elif kind == "code":
        kept = tuple(mark for mark in marks if mark["type"] == "link")
        _add_text(nodes, inside, (*kept, {"type": "code"}))
    elif kind in ("href", "url"):
        _add_link(nodes, found["label"] or inside, inside, name_of, marks)
    elif kind in _MARKED:
        nodes.extend(inline_from_wiki(inside, name_of, (*marks, {"type": kind})))


def _add_link(nodes: list[Node], label: str, href: str, name_of: NameOf, marks: tuple[Node, ...]) -> None:
    link = {"type": "link", "attrs": {"href": href}}
    if label == href:
        _add_text(nodes, label, (*marks, link))
    else:
        nodes.extend(inline_from_wiki(label, name_of, (*marks, link)))


def _add_text(nodes: list[Node], text: str, marks: tuple[Node, ...]) -> None:
    if not text:
        return
    wanted = [dict(mark) for mark in marks]
    if nodes and nodes[-1]["type"] == "text" and nodes[-1].get("marks", []) == wanted:
        nodes[-1]["text"] += text
        return
    nodes.append({"type": "text", "text": text, **({"marks": wanted} if wanted else {})})
