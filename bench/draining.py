"""Publish what waits to be published, then end: `python -m bench.draining`, told by the environment.

The worker's own loop and steps without its schedule, so that what is counted is publishing alone. Links from issues to
their log are left out: the other publisher has no such thing.
"""

from __future__ import annotations

import threading
import time

from worker import config
from worker.deployment import Deployment, assemble
from worker.domain.model import JobKind
from worker.jobs import handlers
from worker.queue import Handlers


def main() -> None:
    """Run jobs until none is left. Raises SystemExit when one is dead."""
    deployment, stop = assemble(config.load()), threading.Event()
    working = threading.Thread(target=deployment.queue.work, args=(publishing(deployment), stop))
    working.start()
    while deployment.queue.jobs("waiting", 1) or deployment.queue.jobs("running", 1):
        time.sleep(0.02)
    stop.set()
    working.join()
    dead = deployment.queue.jobs("dead", 1)
    deployment.close()
    if dead:
        raise SystemExit(f"{dead[0].kind} {dead[0].key} is dead: {dead[0].error}")


def publishing(deployment: Deployment) -> Handlers:
    """The steps that publish; every other does nothing."""
    return {kind: step if kind in _KINDS else _nothing for kind, step in handlers(deployment).items()}


_KINDS = (JobKind.COMPILE, JobKind.COMPILE_ALL)


def _nothing(_key: str) -> None:
    """Another job than those that are measured."""


if __name__ == "__main__":
    main()
