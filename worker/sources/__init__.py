"""How sites tell us: headers and bytes in, a claim and an event out. Pure functions, one module a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from worker.domain.events import Parsed
from worker.domain.model import SourceKind
from worker.sources import automation, cloud, connect, data_center, forge, own_test, payload

_PARSERS: Mapping[SourceKind, Callable[[dict[str, Any]], Parsed]] = {
    SourceKind.CLOUD: cloud.parse,
    SourceKind.AUTOMATION: automation.parse,
    SourceKind.CONNECT: connect.parse,
    SourceKind.FORGE: forge.parse,
    SourceKind.DATA_CENTER: data_center.parse,
}


def parse(source: SourceKind, body: bytes) -> Parsed:
    """What a kept delivery means. Raises PayloadError."""
    data = payload.load(body)
    return own_test.read(data) or _PARSERS[source](data)
