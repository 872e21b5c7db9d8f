"""The query string hash that binds a Connect token to one request. Source: Atlassian, "Understanding JWT for Connect
apps", creating a query string hash; the vectors of atlassian-jwt 2.2.0 stand in the tests."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, quote

CONTEXT_QSH = "context-qsh"  # what a context token carries instead: it belongs to a person, not to a request


def canonical_request(method: str, path: str, query: str) -> str:
    """Return METHOD&path&query of a request; ``path`` is as sent and without the base address's own path."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name != "jwt":
            values.setdefault(_encoded(name), []).append(_encoded(value))
    pairs = [f"{name}={','.join(sorted(found))}" for name, found in sorted(values.items())]
    place = "/" + path.replace("&", "%26").strip("/")
    return f"{method.upper()}&{place}&{'&'.join(pairs)}"


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")


def query_hash(method: str, path: str, query: str) -> str:
    """Return the lower-case hexadecimal sha256 of the canonical request."""
    return hashlib.sha256(canonical_request(method, path, query).encode()).hexdigest()
