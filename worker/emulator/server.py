"""The emulated site on a real socket: werkzeug's threaded server with connections kept open (HTTP/1.1), one
write an answer, and the three ways a connection can die that a script may ask for. It knows WSGI and
nothing of Jira."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterable
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, DechunkedInput, ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Dropped(ConnectionError):
    """Raised by the application to end the connection: ``sent`` goes out first, ``reset`` ends it rudely."""

    def __init__(self, sent: bytes = b"", reset: bool = False) -> None:
        super().__init__("the emulated site dropped the connection")
        self.sent = sent
        self.reset = reset


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        opened = getattr(self.server, "opened", None)
        if opened is not None:
            opened.add(self.connection)

    def finish(self) -> None:
        opened = getattr(self.server, "opened", None)
        if opened is not None:
            opened.discard(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        body = self._body()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            started[:] = [(status, headers)]
            return lambda _: None

        try:
            payload = _joined(self.server.app(environ, start_response))
        except Dropped as drop:
            self._drop(drop)
            return
        status, headers = started[0]
        self._send(status, headers, payload)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return DechunkedInput(self.rfile).read()  # type: ignore[arg-type]
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, status: str, headers: list[tuple[str, str]], payload: bytes) -> None:
        names = {name.lower() for name, _ in headers}
        lines = [f"HTTP/1.1 {status}", "Server: EmulatedSite"]
        lines += [] if "date" in names else [f"Date: {formatdate(usegmt=True)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if "content-length" not in names and not status.startswith("204"):
            lines.append(f"Content-Length: {len(payload)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + payload)
        self.wfile.flush()

    def _drop(self, drop: Dropped) -> None:
        self.close_connection = True
        if drop.sent:
            self.wfile.write(drop.sent)
            self.wfile.flush()
        if drop.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing: the site's ``requests`` is its log."""


def _joined(chunks: Iterable[bytes]) -> bytes:
    try:
        return b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()


class _Server(ThreadedWSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self.opened: set[socket.socket] = set()
        super().__init__(host, port, app, handler=_Handler)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing about ordinary requests; an application error is reported by Flask."""


class Server:
    """A running server: its ``url``, and ``close()``."""

    def __init__(self, app: WSGIApplication, host: str, port: int) -> None:
        self._server: BaseWSGIServer = _Server(host, port, app)
        self.port = self._server.socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            name="emulated-site",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering: the port is free again and open connections end."""
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()
        for connection in list(getattr(self._server, "opened", ())):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
