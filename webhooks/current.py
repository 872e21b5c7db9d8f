"""The deployment of the application that handles this request."""

from __future__ import annotations

from typing import cast

from flask import current_app

from worker.deployment import Deployment

EXTENSION = "learnloop"


def deployment() -> Deployment:
    """The parts of the running LearnLoop."""
    return cast("Deployment", current_app.extensions[EXTENSION])
