"""A worker process for the tests that end one: `python -m tests.queue.one_worker ADAPTER FOLDER [HANG]`.

It writes "<key> begins" and "<key> ends" to the journal in FOLDER, and never comes to the end of the job whose key is
HANG. SIGTERM stops it; an error that is a sentence of ours goes to stderr, with exit code 1.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from tests.queue.adapters import IN_REAL_TIME
from worker.domain.model import JobKind
from worker.errors import LearnLoopError
from worker.processes import stop_on_signals


def main(adapter: str, folder: str, hang: str = "") -> None:
    """Work until SIGTERM. Raises SystemExit with the sentence of what went wrong."""

    def handle(key: str) -> None:
        _write(Path(folder), f"{key} begins\n")
        if key == hang:
            threading.Event().wait()
        _write(Path(folder), f"{key} ends\n")

    stop = stop_on_signals()
    bench = IN_REAL_TIME[adapter](Path(folder))
    try:
        bench.queue.work(dict.fromkeys(JobKind, handle), stop)
    except LearnLoopError as error:
        raise SystemExit(str(error)) from error
    finally:
        bench.close()


def _write(folder: Path, line: str) -> None:
    with (folder / "journal").open("a") as file:
        file.write(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
