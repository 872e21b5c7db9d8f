"""The deployment of the application that handles this request."""

from __future__ import annotations

from typing import cast

from flask import current_app

from webhooks.inbox import Inbox
from webhooks.known import KnownTenants
from worker.deployment import Deployment
from worker.gateways.keys import KeyRing

EXTENSION = "learnloop"
KEY_RING = "learnloop keys"
INBOX = "learnloop inbox"
KNOWN_TENANTS = "learnloop known tenants"
READINESS = "learnloop readiness"


def deployment() -> Deployment:
    """The parts of the running LearnLoop."""
    return cast("Deployment", current_app.extensions[EXTENSION])


def key_ring() -> KeyRing:
    """Atlassian's public keys."""
    return cast("KeyRing", current_app.extensions[KEY_RING])


def inbox() -> Inbox:
    """Where deliveries are kept."""
    return cast("Inbox", current_app.extensions[INBOX])


def known_tenants() -> KnownTenants:
    """The tenants whose deliveries came a moment ago."""
    return cast("KnownTenants", current_app.extensions[KNOWN_TENANTS])
