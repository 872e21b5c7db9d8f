"""Scripted failures: which request fails, how, how often. What a failure does to a request is ``edge``'s."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from worker.emulator.errors import ScriptError

FaultKind = Literal["status", "lost_response", "slow", "reset", "html", "truncated"]
HTML_PAGE = "<!DOCTYPE html><html><head><title>Oops</title></head><body><h1>Something went wrong</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """One scripted failure.

    ``path`` is a regular expression searched in path and query; ``times`` counts down.
    """

    method: str
    path: re.Pattern[str]
    times: int
    kind: FaultKind
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


@dataclass(slots=True)
class Faults:
    """The failures still to come, in the order they were scripted."""

    waiting: list[Fault] = field(default_factory=list)

    def add(
        self,
        method: str,
        path: str,
        *,
        times: int,
        kind: str,
        status: int,
        headers: Mapping[str, str] | None,
        body: Any,
        seconds: float,
    ) -> None:
        """Script a failure; raises ScriptError for an unknown kind or a pattern that is none."""
        if kind not in get_args(FaultKind):
            raise ScriptError(f"There is no fault of the kind {kind!r}; there are {', '.join(get_args(FaultKind))}.")
        try:
            pattern = re.compile(path)
        except re.error as problem:
            raise ScriptError(f"{path!r} is not a regular expression: {problem}.") from None
        content = _content(kind, status, body)
        self.waiting.append(
            Fault(method.upper(), pattern, times, kind, status, dict(headers or {}), content, seconds)  # type: ignore[arg-type]
        )

    def take(self, method: str, target: str) -> Fault | None:
        """Return the first failure meant for a request, counting it down."""
        for fault in self.waiting:
            if fault.method in (method, "*", "ANY") and fault.path.search(target):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None


def _content(kind: str, status: int, body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if body is None and kind == "html":
        return HTML_PAGE.encode()
    if body is None:
        body = {"errorMessages": [f"The emulated site was told to answer {status}."], "errors": {}}
    return json.dumps(body).encode()
