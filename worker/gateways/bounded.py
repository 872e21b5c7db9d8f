"""Answers within bounds: whole in time, of a size that fits in memory, and never followed elsewhere.

requests alone reads whatever comes for as long as it comes: its timeout begins anew with every byte. It knows nothing
of Jira or Confluence.
"""

from __future__ import annotations

import io
import socket
from functools import cache
from http.client import HTTPResponse
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import ConnectionPool

from worker.clock import monotonic

# Bytes of an answer once unpacked. The longest we ask for are 250 pages with their text, far below it.
MOST = 32 * 1024 * 1024
# An answer may take so many times what its request allows for silence.
_TIMES = 2
_UNSAID_SECONDS = 20.0
# Read at once: small, because a hundred bytes that are packed may hold a hundred thousand.
_PART = 16 * 1024


class AnswerTooLarge(requests.RequestException):
    """An answer is larger than is read; what was asked for may have been done. `status` is the answer's."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The answer is larger than {MOST:,} bytes.")
        self.status = status


class BoundedSession(requests.Session):
    """A requests.Session whose answers are read within bounds before they are handed on. Raises AnswerTooLarge, and
    for one that is too slow requests' ReadTimeout (its head) or ConnectionError (its body).
    """

    def __init__(self) -> None:
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _InTimeAdapter())

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - wherever it points
        """Nowhere: requests would prepare the request that follows, and fail over an address that is none."""
        return None

    def send(self, request: requests.PreparedRequest, **asked: Any) -> requests.Response:
        """Send a request; its answer, read."""
        answer = super().send(request, **asked | {"stream": True})
        answer._content = _body(answer)  # where requests itself puts a body that it read
        return answer


def _body(answer: requests.Response) -> bytes:
    parts, size = [], 0
    for part in answer.iter_content(_PART):
        parts.append(part)
        size += len(part)
        if size > MOST:
            answer.close()
            raise AnswerTooLarge(answer.status_code)
    return b"".join(parts)


class _InTimeAdapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *asked: Any, **more: Any) -> ConnectionPool:
        """The pool as ever, through a proxy or not, but for how its connections read."""
        pool: Any = super().get_connection_with_tls_context(*asked, **more)
        if not issubclass(pool.ConnectionCls.response_class, _InTimeAnswer):
            pool.ConnectionCls = _in_time(pool.ConnectionCls)
        return cast("ConnectionPool", pool)


@cache
def _in_time(kind: type[HTTPConnection]) -> type[HTTPConnection]:
    return type(kind.__name__, (kind,), {"response_class": _InTimeAnswer})


class _InTimeAnswer(HTTPResponse):
    """An answer that must be whole in time, its head and its body alike."""

    def __init__(self, sock: socket.socket, *asked: Any, **more: Any) -> None:
        super().__init__(sock, *asked, **more)
        self.fp = io.BufferedReader(_InTime(self.fp.detach(), sock))


class _InTime(io.RawIOBase):
    """What is read from a connection until the time is up; then reading raises TimeoutError."""

    def __init__(self, line: io.RawIOBase, sock: socket.socket) -> None:
        super().__init__()
        self._line, self._sock = line, sock
        self._silence = sock.gettimeout() or _UNSAID_SECONDS
        self._ends = monotonic() + _TIMES * self._silence

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError("The answer took too long.")
        self._sock.settimeout(min(self._silence, left))
        return self._line.readinto(buffer)

    def close(self) -> None:
        self._line.close()
        super().close()
