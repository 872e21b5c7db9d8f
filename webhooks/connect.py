"""Atlassian Connect: the descriptor, the life of an installation, and who calls."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from webhooks import incoming
from webhooks.access import Access, for_
from webhooks.current import deployment, key_ring
from worker import installing, logs, render
from worker.deployment import Deployment
from worker.domain.model import SourceKind
from worker.errors import Forged
from worker.sources import connect, payload, tokens
from worker.sources.connect import Installation, Viewer
from worker.sources.request import Request
from worker.store import tenants
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)
blueprint = Blueprint("connect", __name__)


@dataclass(frozen=True)
class Caller:
    """The tenant whose site sent a request, and the person who looks (an empty account when it is the site itself)."""

    tenant: Tenant
    viewer: Viewer


@blueprint.get("/atlassian-connect.json")
@for_(Access.OPEN)
def descriptor() -> ResponseReturnValue:
    """The descriptor with this deployment's address and app key in it."""
    settings = deployment().settings
    found = _filled(_template(), {"{{ base_url }}": settings.base_url, "{{ app_key }}": settings.connect_key})
    if settings.connect_context_qsh:
        found["apiMigrations"]["context-qsh"] = True
    return jsonify(found)


@blueprint.post("/connect/installed")
@for_(Access.CONNECT_INSTALL)
def installed() -> ResponseReturnValue:
    """A site installed the app, or did so again: with a new secret, maybe at a new address."""
    parts, told = _proven_hook()
    if not told.shared_secret:
        raise Forged(tokens.FORGED)
    with parts.db.begin() as tx:
        tenant = installing.install(tx, parts, told)
    log.info("tenant %s was installed on %s", tenant.id, tenant.site_url)
    return "", 204


@blueprint.post("/connect/uninstalled")
@for_(Access.CONNECT_INSTALL)
def uninstalled() -> ResponseReturnValue:
    """A site removed the app. What was learned there is kept until somebody has it erased."""
    parts, told = _proven_hook()
    with parts.db.begin() as tx:
        tenant = tenants.by_installation(tx, SourceKind.CONNECT, told.client_key)
        if tenant and not tenant.uninstalled_at:
            installing.uninstall(tx, parts, tenant)
            log.info("tenant %s was uninstalled from %s", tenant.id, tenant.site_url)
    return "", 204


@blueprint.post("/connect/enabled")
@for_(Access.CONNECT)
def enabled() -> ResponseReturnValue:
    """An admin switched the app on."""
    return _switched(on=True)


@blueprint.post("/connect/disabled")
@for_(Access.CONNECT)
def disabled() -> ResponseReturnValue:
    """An admin switched the app off. After an uninstall this comes without a token that counts: 401, as it should."""
    return _switched(on=False)


def caller(parts: Deployment, arrived: Request) -> Caller:
    """Who sent this very request. Raises Forged."""
    tenant, secret = _secret(parts, arrived)
    return Caller(tenant, connect.verify(arrived, secret, parts.clock.now()))


def context_caller(parts: Deployment, arrived: Request) -> Caller:
    """Who is looking, by a context token; only for routes that declare it. Raises Forged."""
    tenant, secret = _secret(parts, arrived)
    return Caller(tenant, connect.verify_context(arrived, secret, parts.clock.now()))


def _secret(parts: Deployment, arrived: Request) -> tuple[Tenant, str]:
    """The tenant a request's token names, and the secret that must have signed it. Raises Forged."""
    with parts.db.read() as tx:
        tenant = tenants.by_installation(tx, SourceKind.CONNECT, connect.issuer(arrived))
    if tenant is None or tenant.uninstalled_at or tenant.newest_secret is None:
        raise Forged(tokens.FORGED)
    logs.note(tenant=tenant.id)
    return tenant, parts.keys.open(tenant.newest_secret)


def _switched(*, on: bool) -> ResponseReturnValue:
    parts, arrived = deployment(), incoming.read()
    tenant = caller(parts, arrived).tenant
    with parts.db.begin() as tx:
        installing.switch(tx, parts, tenant, on=on)
    return "", 204


def _proven_hook() -> tuple[Deployment, Installation]:
    """What an install hook says, once Atlassian's signature, our address and the site are checked. Raises Forged."""
    parts, arrived = deployment(), incoming.read()
    kid = connect.installer(arrived).kid
    told = connect.installation(payload.load(arrived.body), parts.settings.connect_sites)
    if told.app_key != parts.settings.connect_key:
        raise Forged(tokens.FORGED)
    pem = key_ring().install_key(kid)
    connect.verify_install(arrived, pem, parts.settings.base_url, told, parts.clock.now())
    return parts, told


@cache
def _template() -> Any:
    return json.loads(render.descriptor().read_text(encoding="utf-8"))


def _filled(node: Any, values: dict[str, str]) -> Any:
    """The descriptor with each placeholder, where it is a whole value, replaced."""
    match node:
        case dict():
            return {name: _filled(value, values) for name, value in node.items()}
        case list():
            return [_filled(value, values) for value in node]
        case str():
            return values.get(node, node)
    return node
