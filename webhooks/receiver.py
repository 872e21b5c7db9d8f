"""Receive deliveries: prove the sender, keep the bytes and their job in one durable step, answer.

Statuses by what Jira does with them (Atlassian: webhooks): 2xx is done; 400, 401 and 413 are never repeated; 503 only
when the durable write failed, because Jira repeats it. Nothing is decided here but what can be read off the delivery.
"""

from __future__ import annotations

import logging

from flask import Blueprint, request
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from webhooks.access import Access, for_
from webhooks.current import deployment
from worker.deployment import Deployment
from worker.domain.events import (
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueDeleted,
    Parsed,
    SprintClosed,
    Unknown,
    bearing,
)
from worker.domain.model import DeliveryState, JobKind
from worker.errors import Forged, PayloadError
from worker.sources import cloud, payload
from worker.store import deliveries, tenants
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)
blueprint = Blueprint("receiver", __name__)

Answer = tuple[str, int]


@blueprint.post("/webhooks/cloud/<path>")
@for_(Access.SOURCE)
def cloud_delivery(path: str) -> Answer:
    """One delivery of a Jira Cloud admin webhook."""
    parts = deployment()
    body = request.get_data(cache=False)
    with parts.db.read() as tx:
        tenant = tenants.by_path(tx, path)
    if tenant is None:
        return "There is no webhook here.", 404
    claimed = cloud.claim(dict(request.headers), body)
    try:
        cloud.verify(claimed, (parts.keys.open(tenant.webhook_secret),))
        parsed = bearing(payload.read(payload.load(body)), tenant.policy.field_map.ids(), tenant.own_account)
    except Forged as error:
        log.warning("a delivery for tenant %s was refused: %s", tenant.id, error)
        return str(error), 401
    except PayloadError as error:
        log.warning("a delivery for tenant %s could not be read: %s", tenant.id, error)
        return str(error), 400
    return _keep(parts, tenant, claimed.key, body, parsed)


def _keep(parts: Deployment, tenant: Tenant, key: str, body: bytes, parsed: Parsed) -> Answer:
    """Keep what can lead to something with its job, durably; of the rest one line, in the next group of writes."""
    event, issue_key, lane = _about(parsed)
    now = parts.clock.now()

    def accept(tx: Connection) -> None:
        delivery = deliveries.accept(
            tx,
            tenant.id,
            key,
            event=event,
            issue_key=issue_key,
            body=body,
            state=DeliveryState.QUEUED,
            reason="",
            now=now,
        )
        if delivery is not None:
            parts.queue.put(tx, JobKind.INTERPRET, str(delivery), lane=f"{lane}:{tenant.id}/{issue_key}")

    def note(tx: Connection) -> None:
        state = DeliveryState.IGNORED if isinstance(parsed, Ignored) else DeliveryState.UNKNOWN
        reason = parsed.reason if isinstance(parsed, Ignored) else f"no word for {event} here"
        deliveries.accept(
            tx, tenant.id, key, event=event, issue_key=issue_key, body=None, state=state, reason=reason, now=now
        )

    if isinstance(parsed, Ignored | Unknown):
        parts.db.later(note)
        return "", 204
    try:
        parts.db.write(accept)
    except SQLAlchemyError:
        log.exception("a delivery for tenant %s could not be written; Jira will repeat it", tenant.id)
        return "The delivery could not be written; send it again.", 503
    return "", 202


def _about(parsed: Parsed) -> tuple[str, str, str]:
    """The event's name, what it is about, and the lane its deliveries are interpreted in, one after the other."""
    match parsed:
        case IssueChanged(issue=issue):
            return "jira:issue_updated", issue.key, "delivery"
        case IssueDeleted(issue_key=key):
            return "jira:issue_deleted", key, "delivery"
        case CommentWritten(issue_key=key):
            return "comment", key, "delivery"
        case SprintClosed(sprint=sprint):
            return "sprint_closed", f"sprint {sprint.id}", "delivery"
        case Ignored(event=event, issue_key=key) | Unknown(event=event, issue_key=key):
            return event, key, ""
