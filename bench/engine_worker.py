"""A worker of one of the engines that are compared: `python -m bench.engine_worker ours|procrastinate URL`."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from datetime import timedelta

from procrastinate import App, PsycopgConnector

from bench.engines import CONCURRENCY, POLL, make_app, plain
from worker.clock import Clock
from worker.domain.model import JobKind
from worker.queue.rows import RowQueue
from worker.store.database import Database


def ours(url: str) -> None:
    """Run jobs that do nothing until told to stop."""
    db, stop = Database(url), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    queue = RowQueue(db, Clock(), threads=CONCURRENCY, poll=timedelta(seconds=POLL))
    print("ready", flush=True)
    queue.work({JobKind.SHOW: lambda _key: None}, stop)
    db.close()


def procrastinate(url: str) -> None:
    """The same on Procrastinate."""
    app = make_app(PsycopgConnector(conninfo=plain(url), max_size=CONCURRENCY))
    asyncio.run(_run(app))


async def _run(app: App) -> None:
    async with app.open_async():
        print("ready", flush=True)
        await app.run_worker_async(concurrency=CONCURRENCY, fetch_job_polling_interval=POLL)


if __name__ == "__main__":
    {"ours": ours, "procrastinate": procrastinate}[sys.argv[1]](sys.argv[2])
