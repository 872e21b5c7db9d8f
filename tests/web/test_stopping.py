"""The web process comes to its end within ten seconds of a stop, even where the server misses it."""

from __future__ import annotations

import subprocess
import sys

DEAF = """
import os, signal, threading
from webhooks import serving

serving._END_AFTER = 0.3
signal.signal(signal.SIGTERM, lambda *_: threading.Event().wait())  # a server that hangs in its handler
serving._stop_in_time()
os.kill(os.getpid(), signal.SIGTERM)
"""


def test_a_server_that_hangs_in_its_stop_is_ended() -> None:
    ended = subprocess.run([sys.executable, "-c", DEAF], timeout=30, capture_output=True, check=False)
    assert ended.returncode == 1
