"""Confluence's storage format: is it well-formed, and what does Confluence make of it when it saves. Saving
adds ids and reorders macro parameters; every other character is kept, entities and comment markers too.
(Source: what published pages come back as, and the attributes that publishing tools ignore when they
compare.)"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.entities import name2codepoint
from xml.parsers import expat

from worker.emulator.errors import Refused

BODY_LIMIT = 5_242_880  # Atlassian: CONFCLOUD-73881, a REST body beyond 5 MiB is refused with 413 (bytes).
NAMESPACES = 'xmlns:ac="http://atlassian.com/content" xmlns:ri="http://atlassian.com/resource/identifier"'

_ENTITIES = "".join(f'<!ENTITY {name} "&#38;#{code};">' for name, code in name2codepoint.items())
PROLOGUE = f"<!DOCTYPE page [{_ENTITIES}]>"
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)\w+;")

# A start tag with its attributes, or something that must be passed over whole: CDATA, a comment, an end tag.
_TAG = re.compile(
    r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|</[^>]*>"
    r"|<(?P<name>[A-Za-z][\w:.-]*)(?P<attributes>(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(?P<close>/?)>",
    re.DOTALL,
)
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_PARAMETER = r"<ac:parameter\b[^>]*?(?:/>|>(?:(?!</ac:parameter>).)*</ac:parameter>)"
_ONE_PARAMETER = re.compile(rf"({_PARAMETER})(\s*)", re.DOTALL)
_PARAMETERS = re.compile(rf"(<ac:structured-macro\b[^>]*[^/>]>\s*)((?:{_PARAMETER}\s*){{2,}})", re.DOTALL)
_PARAMETER_NAME = re.compile(r'ac:name\s*=\s*["\']([^"\']*)')
_TASK = re.compile(r"(<ac:task>\s*(?:<ac:task-id>[^<]*</ac:task-id>)?)(\s*)(?!\s*<ac:task-(?:id|uuid)>)")
MARKER = re.compile(r'<ac:inline-comment-marker\b[^>]*ac:ref="([^"]+)"')

_PLAIN_ID = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "hr", "td", "th", "tr", "blockquote"))
_AC_ID = frozenset(("ac:structured-macro", "table", "ac:task-list", "ac:image", "ac:layout-section"))


def check_storage(storage: str) -> None:
    """Raise a 400 unless the text is well-formed XHTML with the ac and ri namespaces, and a 413 when it is
    too large.
    """
    if len(storage.encode()) > BODY_LIMIT:
        raise Refused(413, "Request body is larger than 5242880 bytes.", code="REQUEST_ENTITY_TOO_LARGE")
    before = f"{PROLOGUE if _ENTITY.search(storage) else ''}<page {NAMESPACES}>"
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(f"{before}{storage}</page>".encode(), True)
    except expat.ExpatError as problem:
        column = problem.offset - (len(before) if problem.lineno == 1 else 0)
        reason = expat.ErrorString(problem.code)
        raise Refused(400, f"Error parsing xhtml: {reason} at [row,col]:[{problem.lineno},{column}]") from None


def saved(storage: str, fresh_uuid: Callable[[], str], version_of: Callable[[str], int | None] = lambda _: None) -> str:
    """Return the storage as Confluence keeps it.

    ``version_of`` gives the version of a page linked to by title.
    """

    def with_ids(found: re.Match[str]) -> str:
        name = found["name"]
        added = _added(name, found["attributes"], fresh_uuid, version_of) if name else ""
        return f"<{name}{found['attributes']}{added}{' /' if found['close'] else ''}>" if added else found[0]

    def with_uuid(found: re.Match[str]) -> str:
        return f"{found[1]}<ac:task-uuid>{fresh_uuid()}</ac:task-uuid>{found[2]}"

    pieces = _CDATA.split(storage)
    for at in range(0, len(pieces), 2):
        text = _PARAMETERS.sub(_sorted_parameters, pieces[at])
        pieces[at] = _TASK.sub(with_uuid, _TAG.sub(with_ids, text))
    return "".join(pieces)


def _added(name: str, attributes: str, fresh_uuid: Callable[[], str], version_of: Callable[[str], int | None]) -> str:
    if name in _PLAIN_ID:
        return "" if "local-id=" in attributes else f' local-id="{fresh_uuid()}"'
    added = ""
    if name in _AC_ID and "ac:local-id=" not in attributes:
        added += f' ac:local-id="{fresh_uuid()}"'
    if name == "ac:structured-macro":
        if "ac:schema-version=" not in attributes:
            added += ' ac:schema-version="1"'
        if "ac:macro-id=" not in attributes:
            added += f' ac:macro-id="{fresh_uuid()}"'
    if name == "ri:page" and "ri:version-at-save=" not in attributes:
        title = re.search(r'ri:content-title="([^"]*)"', attributes)
        version = version_of(title[1]) if title else None
        added += f' ri:version-at-save="{version}"' if version else ""
    return added


def _sorted_parameters(found: re.Match[str]) -> str:
    """Put a macro's parameters in alphabetical order, the white space between them staying where it was."""
    pairs = _ONE_PARAMETER.findall(found[2])
    ordered = sorted((parameter for parameter, _ in pairs), key=_parameter_name)
    return found[1] + "".join(parameter + space for parameter, (_, space) in zip(ordered, pairs, strict=True))


def _parameter_name(parameter: str) -> str:
    name = _PARAMETER_NAME.search(parameter)
    return name[1] if name else ""


def markers(storage: str) -> set[str]:
    """Return the references of the inline comment markers in a body."""
    return set(MARKER.findall(storage))


def with_marker(storage: str, text: str, reference: str) -> str | None:
    """Return the body with the first occurrence of a text marked, or None when it is nowhere in running text."""
    at = 0
    for tag in [*_TAG.finditer(storage), None]:
        end = tag.start() if tag else len(storage)
        found = storage.find(text, at, end)
        if found >= 0:
            marked = f'<ac:inline-comment-marker ac:ref="{reference}">{text}</ac:inline-comment-marker>'
            return storage[:found] + marked + storage[found + len(text) :]
        at = tag.end() if tag else end
    return None


def with_task(storage: str, task_id: str, done: bool) -> str | None:
    """Return the body with one task's box ticked or cleared, or None when it has no such task."""
    pattern = re.compile(
        rf"(<ac:task>(?:(?!</ac:task>).)*?<ac:task-id>\s*{re.escape(task_id)}\s*</ac:task-id>"
        r"(?:(?!</ac:task>).)*?<ac:task-status>)[^<]*(</ac:task-status>)",
        re.DOTALL,
    )
    text, count = pattern.subn(rf"\g<1>{'complete' if done else 'incomplete'}\g<2>", storage, count=1)
    return text if count else None
