"""One address before several web processes, as a load balancer in front of a deployment: bytes in, bytes out.

A connection goes to the next process that takes it; when none does, it is closed without an answer.
"""

from __future__ import annotations

import itertools
import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class _Relay(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Carry)
        self._ports, self._turns = ports, itertools.count()

    def backend(self) -> socket.socket | None:
        """A connection to the next process that takes one."""
        first = next(self._turns)
        for number in range(len(self._ports)):
            try:
                return socket.create_connection(("127.0.0.1", self._ports[(first + number) % len(self._ports)]), 2)
            except OSError:
                continue
        return None


class _Carry(socketserver.BaseRequestHandler):
    """Carry both directions of one connection until either side ends it."""

    server: _Relay

    def handle(self) -> None:
        backend = self.server.backend()
        if backend is None:
            return
        backend.settimeout(None)
        with backend:
            back = threading.Thread(target=_pump, args=(backend, self.request), daemon=True)
            back.start()
            _pump(self.request, backend)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


@contextmanager
def relaying(ports: Sequence[int]) -> Iterator[str]:
    """The address that leads to whichever of `ports` on this machine answers."""
    with _Relay(ports) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="relay", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
