"""Connect's query string hash: what binds a token to one request.

Source: Atlassian Connect, "Understanding JWT", canonical request: METHOD&path&query, the path below the base address
without its last slash and with `&` encoded, the query without `jwt`, RFC 3986 encoded, sorted, repeated names joined
with commas.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import quote

# What stands in a context token instead of a hash: it proves who is looking, not what is asked.
CONTEXT = "context-qsh"


def query_hash(method: str, path: str, query: Iterable[tuple[str, str]]) -> str:
    """The hash (sha256, 64 hex) of a request. `path` is as written, below the base address; `query` decoded."""
    return hashlib.sha256(canonical(method, path, query).encode()).hexdigest()


def canonical(method: str, path: str, query: Iterable[tuple[str, str]]) -> str:
    """The request in the one form that both sides hash."""
    place = "/" + path.strip("/").replace("&", "%26")
    values: dict[str, list[str]] = {}
    for name, value in query:
        if name != "jwt":
            values.setdefault(name, []).append(value)
    listed = ((_encoded(name), ",".join(map(_encoded, sorted(values[name])))) for name in sorted(values))
    words = "&".join(f"{name}={found}" for name, found in listed)
    return f"{method.upper()}&{place}&{words}"


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
