"""Forge Remote: who calls, the heartbeat that keeps the installation's token alive, and the app's going."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webhooks import incoming
from webhooks.access import Access, for_
from webhooks.current import deployment, key_ring
from worker import installing, logs
from worker.deployment import Deployment
from worker.errors import Forged
from worker.sources import forge
from worker.sources.forge import Invocation
from worker.sources.request import Request
from worker.store.tenants import Tenant

blueprint = Blueprint("forge", __name__)

ADMIN_MODULE = "learnloop-admin"
_PAGES = ("learnloop-panel", ADMIN_MODULE)
# The modules of the manifest by which the app itself calls.
_TRIGGERS = ("what-happens", "comings", "every-five-minutes", "goings")


@dataclass(frozen=True)
class Caller:
    """The tenant whose installation called, and what Forge vouches for."""

    tenant: Tenant
    call: Invocation


@blueprint.post("/forge/heartbeat")
@for_(Access.FORGE)
def heartbeat() -> ResponseReturnValue:
    """The scheduled trigger: it has nothing to say, but it brings a fresh token."""
    caller(deployment(), incoming.read())
    return "", 204


@blueprint.post("/forge/uninstalled")
@for_(Access.FORGE)
def uninstalled() -> ResponseReturnValue:
    """The app is about to be uninstalled. What was learned there is kept until somebody has it erased."""
    parts = deployment()
    call = _by_the_app(_vouched(parts, incoming.read()))
    with parts.db.begin() as tx:
        tenant = installing.left(tx, parts, call)
    logs.note(tenant=tenant.id)
    return "", 204


def caller(parts: Deployment, arrived: Request) -> Caller:
    """Whose installation calls; its token is renewed. Raises Forged, KeysUnavailable."""
    return _served(parts, _vouched(parts, arrived))


def the_app(parts: Deployment, arrived: Request) -> Caller:
    """The same for what the app alone may tell."""
    return _served(parts, _by_the_app(_vouched(parts, arrived)))


def _vouched(parts: Deployment, arrived: Request) -> Invocation:
    """What Forge vouches for. Raises Forged, KeysUnavailable."""
    key = key_ring().invocation_key(forge.token(arrived).kid)
    return forge.verify(arrived, key, parts.settings.forge_apps, parts.clock.now())


def _by_the_app(call: Invocation) -> Invocation:
    """The call, of the app itself. Raises Forged for its pages too: a page can be made to call any address of ours, and
    Forge vouches for who calls, not for what is told.
    """
    if call.module in _PAGES or (call.account_id and call.module not in _TRIGGERS):
        raise Forged("This comes from the app itself, not from a person.")
    return call


def _served(parts: Deployment, call: Invocation) -> Caller:
    tenant = parts.db.write(lambda tx: installing.invoked(tx, parts, call))
    logs.note(tenant=tenant.id)
    return Caller(tenant, call)
