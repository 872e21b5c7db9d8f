"""A small app on a real socket for tests of the emulated site: it serves its descriptor, writes down every call and
answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call the app got; header names are lower case, ``target`` is the path with the query."""

    method: str
    target: str
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        """The body parsed."""
        return json.loads(self.raw)

    @property
    def token(self) -> str:
        """The credentials of the Authorization header."""
        return self.headers["authorization"].partition(" ")[2]


@dataclass
class App:
    """The app: ``answers`` maps a path to the statuses it answers in turn, then 204."""

    url: str = ""
    descriptor: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, list[int]] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def to(self, path: str) -> list[Call]:
        """Return the calls to one path, the oldest first."""
        return [call for call in self.calls if call.target.partition("?")[0] == path]


def _handler(app: App) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            self._note()
            body = json.dumps(app.descriptor).encode() if path.endswith("/descriptor.json") else app.pages.get(path)
            self._say(200 if body is not None else 404, body or b"", "text/html" if path in app.pages else "text/plain")

        def do_POST(self) -> None:
            self._note()
            waiting = app.answers.get(self.path.partition("?")[0])
            status = waiting.pop(0) if waiting else 204
            self._say(status, b"" if status == 204 else b'{"said":"so"}', "application/json")

        def _note(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            app.calls.append(Call(self.command, self.path, headers, body))

        def _say(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Write nothing."""

    return Handler


@contextmanager
def running_app() -> Iterator[App]:
    """Run an app until the block ends."""
    app = App()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(app))
    server.daemon_threads = True
    app.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    server.server_close()
    thread.join(5)
