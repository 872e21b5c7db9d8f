"""`learnloop worker`: the process that does what is due."""

from __future__ import annotations

import os
import threading

import click

from worker import processes, schedule
from worker.cli import opening
from worker.deployment import Deployment, assemble
from worker.jobs import handlers


@click.command()
def worker() -> None:
    """Run jobs and the schedule."""
    _work(assemble(opening.settings("worker")), processes.stop_on_signals())


def _work(deployment: Deployment, stop: threading.Event) -> None:
    """Run jobs and the schedule until `stop`; what runs is finished first, or given back.

    Raises WorkerAlreadyRunning on an SQLite deployment that has a worker.
    """
    scheduler = schedule.start(deployment)
    try:
        deployment.queue.work(handlers(deployment), stop)
    finally:
        scheduler.shutdown(wait=False)
        deployment.close()
    if any(thread.name.startswith("job") for thread in threading.enumerate()):
        os._exit(0)  # Python would wait for threads whose jobs were given back
