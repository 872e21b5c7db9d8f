"""The deployment of the application that handles this request."""

from __future__ import annotations

from typing import cast

from flask import current_app

from worker.deployment import Deployment
from worker.gateways.keys import KeyRing

EXTENSION = "learnloop"
KEY_RING = "learnloop keys"


def deployment() -> Deployment:
    """The parts of the running LearnLoop."""
    return cast("Deployment", current_app.extensions[EXTENSION])


def key_ring() -> KeyRing:
    """Atlassian's public keys."""
    return cast("KeyRing", current_app.extensions[KEY_RING])
