"""The application as Granian's worker process makes it; the main process, which only watches, never imports it."""

from __future__ import annotations

import logging
import os
import signal
import threading
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess

from flask import Flask

from webhooks.app import create_app
from worker import config, logs
from worker.clock import pause
from worker.deployment import assemble

log = logging.getLogger(__name__)

_GRACE = 5.0  # seconds for the requests under way


def app() -> Flask:
    """The application of the deployment that the environment describes; Granian calls it in its worker process."""
    settings = config.load()
    logs.set_up("web", settings.log_level, settings.log_format)
    if main := parent_process():
        threading.Thread(target=_end_with, args=(main,), name="parent-watch", daemon=True).start()
    return create_app(assemble(settings))


def _end_with(main: BaseProcess) -> None:
    """End this process once Granian's main process is gone.

    A main process that is killed leaves its worker behind: it would share the port with the next web process and serve
    old code, for ever (seen with Granian 2.7).
    """
    main.join()
    log.error("the main web process is gone; this one ends too")
    os.kill(os.getpid(), signal.SIGTERM)
    pause(_GRACE)
    os._exit(1)
