"""Serve one of the three receivers that are compared, all by the same server: `python -m bench.servers NAME PORT`.

Options as in `webhooks/serving.py`: one process and its threads.
"""

from __future__ import annotations

import sys

from granian import Granian
from granian.constants import Interfaces

WORKERS, THREADS = 1, 32
TARGETS = {
    "ours": "webhooks.production:app",
    "storeless": "bench.storeless:app",
    "forty lines": "bench.forty_lines:create_app",
}


def main(name: str, port: str) -> None:
    """Serve until told to stop."""
    Granian(
        TARGETS[name],
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        factory=True,
        websockets=False,
        log_access=False,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
