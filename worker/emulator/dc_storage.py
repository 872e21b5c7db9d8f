"""What Confluence Data Center makes of storage when it saves: macros get an id and a schema version; nothing else is
touched. It has no local ids, which belong to Cloud's editor. Sources: storage format pages of Confluence Data Center;
pages published by mark and md2conf."""

from __future__ import annotations

import re
from collections.abc import Callable

_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->)", re.DOTALL)
_MACRO = re.compile(r"<ac:structured-macro\b((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)(\s*/?)>", re.DOTALL)


def saved(storage: str, fresh_uuid: Callable[[], str]) -> str:
    """Return the storage as Confluence keeps it; the text must be well-formed."""

    def with_ids(found: re.Match[str]) -> str:
        attributes = found[1]
        if "ac:schema-version=" not in attributes:
            attributes += ' ac:schema-version="1"'
        if "ac:macro-id=" not in attributes:
            attributes += f' ac:macro-id="{fresh_uuid()}"'
        return f"<ac:structured-macro{attributes}{found[2]}>"

    pieces = _CDATA.split(storage)
    pieces[::2] = [_MACRO.sub(with_ids, piece) for piece in pieces[::2]]
    return "".join(pieces)
