"""Receive deliveries: prove the sender, keep the bytes and their job in one durable step, answer.

Statuses by what Jira does with them (Atlassian: webhooks): 2xx is done; 400, 401 and 413 are never repeated; 503 only
when the durable write failed, because Jira repeats it. Nothing is decided here but what can be read off the delivery.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from webhooks import connect, forge, incoming
from webhooks.access import Access, for_
from webhooks.current import deployment, inbox, known_tenants
from worker import logs, sources
from worker.deployment import Deployment
from worker.domain.events import (
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueDeleted,
    IssueTouched,
    OurTest,
    Parsed,
    SprintClosed,
    SprintStarted,
    Unknown,
    bearing,
    told_by,
)
from worker.domain.model import DeliveryState, SourceKind
from worker.errors import Forged, PayloadError
from worker.sources import automation, cloud, data_center, own_test, shared_secrets
from worker.sources import connect as connect_source
from worker.sources import forge as forge_source
from worker.sources.request import Claim, Request
from worker.store.deliveries import Arrival
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)
blueprint = Blueprint("receiver", __name__)

Answer = tuple[str, int]


_CLAIMS: Mapping[str, Callable[[Request], Claim]] = {
    SourceKind.CLOUD: cloud.claim,
    SourceKind.AUTOMATION: automation.claim,
    SourceKind.DATA_CENTER: data_center.claim,
}


@blueprint.post("/webhooks/<any(cloud, automation, data_center):source>/<path>")
@for_(Access.SOURCE)
def by_address(source: str, path: str) -> Answer:
    """One delivery of a webhook or an automation rule that an admin pointed here."""
    tenant = known_tenants().by_path(path)
    if tenant is None or tenant.source != source or tenant.uninstalled_at:
        return "There is no webhook here.", 404
    claimed = _CLAIMS[source](incoming.read())
    logs.note(tenant=tenant.id)
    tenant, proven_by = _proven(claimed, tenant)
    if proven_by != "newest secret":
        log.info("a delivery for tenant %s came by its %s", tenant.id, proven_by)
    return _take(deployment(), tenant, claimed, proven_by)


def _proven(claimed: Claim, known: Tenant) -> tuple[Tenant, str]:
    """The tenant, and what vouched for the delivery; its secrets may be newer than what is known. Raises Forged."""
    with suppress(Forged):
        return known, _vouched(claimed, known)
    tenant = known_tenants().by_path(known.webhook_path, anew=True) or known
    try:
        return tenant, _vouched(claimed, tenant)
    except Forged as error:
        log.warning("a delivery for tenant %s was refused: %s", tenant.id, error)
        raise


def _vouched(claimed: Claim, tenant: Tenant) -> str:
    live = tuple(deployment().keys.open(one) for one in tenant.secrets)
    return shared_secrets.verify(claimed, tenant.proof, live)


@blueprint.post("/webhooks/connect")
@for_(Access.CONNECT)
def connect_delivery() -> Answer:
    """One delivery of a webhook of the Connect app."""
    parts, arrived = deployment(), incoming.read()
    caller = connect.caller(parts, arrived)
    return _take(parts, caller.tenant, connect_source.claim(arrived), "shared secret")


@blueprint.post("/webhooks/forge")
@for_(Access.FORGE)
def forge_delivery() -> Answer:
    """One event of the Forge app."""
    parts, arrived = deployment(), incoming.read()
    caller = forge.the_app(parts, arrived)
    return _take(parts, caller.tenant, forge_source.claim(arrived), "invocation token")


def _take(parts: Deployment, tenant: Tenant, claimed: Claim, proven_by: str) -> Answer:
    """Keep a proven delivery. What cannot lead to anything keeps one line, written with the next group."""
    logs.note(tenant=tenant.id, delivery=claimed.key or "")
    try:
        parsed = bearing(sources.parse(tenant.source, claimed.body), tenant.policy.field_map.ids(), tenant.own_account)
    except PayloadError as error:
        log.warning("a delivery for tenant %s could not be read: %s", tenant.id, error)
        raise
    event, about = _about(parsed)
    arrival = Arrival(
        tenant_id=tenant.id,
        key=_key(claimed, parsed),
        received_at=parts.clock.now(),
        event=event,
        issue_key=about,
        state=DeliveryState.QUEUED,
        proven_by=proven_by,
    )
    if isinstance(parsed, Ignored | Unknown):
        inbox().note(_as_line(arrival, parsed))
        return "", 204
    try:
        inbox().keep(replace(arrival, body=claimed.body))
    except SQLAlchemyError:
        log.exception("a delivery for tenant %s could not be written; Jira will repeat it", tenant.id)
        return "The delivery could not be written; send it again.", 503
    log.debug("took %s about %s", event, about)
    return "", 202


def _key(claimed: Claim, parsed: Parsed) -> str:
    """What the delivery is unique by: of a test its mark, by which its sender finds it."""
    if isinstance(parsed, OurTest):
        return own_test.key(parsed.mark)
    return claimed.key or f"once:{secrets.token_hex(16)}"


def _as_line(arrival: Arrival, parsed: Ignored | Unknown) -> Arrival:
    """What is kept of a delivery that cannot lead to anything."""
    if isinstance(parsed, Ignored):
        return replace(arrival, state=DeliveryState.IGNORED, reason=parsed.reason)
    return replace(arrival, state=DeliveryState.UNKNOWN, reason=f"no word for {arrival.event} here")


def _about(parsed: Parsed) -> tuple[str, str]:
    """The event's name and what it is about; deliveries about one thing are interpreted one after the other."""
    match told_by(parsed)[0]:
        case IssueChanged(issue=issue):
            return "jira:issue_updated", issue.key
        case IssueTouched(name=name, issue_key=key):
            return "issue touched", key or name
        case IssueDeleted(issue_key=key):
            return "jira:issue_deleted", key
        case CommentWritten(issue_key=key):
            return "comment", key
        case SprintStarted(sprint=sprint):
            return "sprint_started", f"sprint {sprint.id}"
        case SprintClosed(sprint=sprint):
            return "sprint_closed", f"sprint {sprint.id}"
        case OurTest(mark=mark):
            return own_test.EVENT, f"test {mark}"
        case Ignored(event=event, issue_key=key) | Unknown(event=event, issue_key=key):
            return event, key
