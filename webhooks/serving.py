"""Serve the application: Granian in production, werkzeug in a thread for the demo and the tests.

Granian, because it measured 1.5 to 2 times gunicorn's threads on this work (docs/decisions.md). One process on SQLite:
it is the only writer besides the worker, and groups its commits. Many threads, because what they wait for is a commit
they share.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from functools import partial
from multiprocessing import active_children
from types import FrameType
from typing import Any

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from werkzeug.serving import make_server

from worker.clock import pause
from worker.config import Settings

log = logging.getLogger(__name__)

# Seconds after a stop until Granian ends a worker that still answers, and until all of it is ended.
_KILL_AFTER, _END_AFTER = 7, 9.0


def serve(settings: Settings) -> None:
    """Serve until the process is told to stop. Raises ConfigError before anything is opened."""
    server = Granian(
        "webhooks.production:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads,
        factory=True,
        websockets=False,
        log_access=False,
        log_enabled=settings.log_level == "DEBUG" and settings.log_format == "text",  # its lines are text
        respawn_failed_workers=True,
        workers_kill_timeout=_KILL_AFTER,
    )
    server.on_startup(_stop_in_time)
    server.serve()


def _stop_in_time() -> None:
    """See to it that a stop ends this process and its worker within ten seconds, whatever becomes of the signal:
    Granian's main process was once seen to wait on after one, under load.
    """
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(_note_and, signal.getsignal(number), told))
    threading.Thread(target=_end_late, args=(told,), name="stop-watch", daemon=True).start()


def _note_and(go_on: Any, told: list[int], number: int, frame: FrameType | None) -> None:
    told.append(number)
    go_on(number, frame)


def _end_late(told: list[int]) -> None:
    while not told:
        pause(0.5)
    pause(_END_AFTER)
    log.error("the web process does not come to its end; it is ended")
    for child in active_children():
        child.kill()
    os._exit(1)


def listen(host: str, port: int) -> socket.socket:
    """A socket on which a server in a thread will answer; its port is known before the application is made."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((host, port))
    opened.listen(128)
    return opened


class ThreadServer:
    """An application served in a thread of this process."""

    def __init__(self, app: Flask, opened: socket.socket) -> None:
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its lines hold the addresses of forms
        host, port = opened.getsockname()[:2]
        self._server = make_server(host, port, app, threaded=True, fd=opened.fileno())
        self._server.daemon_threads = True  # type: ignore[attr-defined] # the threaded server has it
        self._thread = threading.Thread(target=self._server.serve_forever, name="web", daemon=True)
        self._thread.start()

    def show(self, app: Flask) -> None:
        """Answer with another application from the next request on."""
        self._server.app = app

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
