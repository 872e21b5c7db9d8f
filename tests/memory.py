"""Files of tests in memory, where the machine has room: most of a run was waiting for its disk.

Every commit of ours is made durable (SQLite's synchronous=FULL, PostgreSQL's fsync), which no test can see: they kill
processes, not machines. Who names a folder with TMPDIR gets that folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's file system in memory; what is made below it has a name of its own
_ROOM = 2 * 2**30  # bytes; one process was seen to use a tenth of that, for its PostgreSQL above all


def work_in_memory() -> None:
    """From now on, temporary folders of this process and of those it starts are in memory, if that has room."""
    if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # it may have been looked up already
