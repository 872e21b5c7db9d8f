"""What one delivery said, what it meant and what followed from it, for the page about it. It changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection

from worker import sources
from worker.deployment import Deployment
from worker.domain import masking
from worker.domain.events import CommentWritten, IssueChanged, IssueDeleted, IssueTouched, Parsed, told_by
from worker.domain.model import IssueId, Prompt
from worker.errors import PayloadError
from worker.queue import Job
from worker.sources import payload
from worker.store import closes, deliveries, learnings, prompts
from worker.store.closes import Close
from worker.store.deliveries import Delivery
from worker.store.tenants import Tenant

_LONGEST = 100_000  # characters of a body that are shown

RESTRICTED = "Who may see this issue is limited in Jira, so what the delivery said is not shown here."
KEPT = "What was learned on this issue is kept within its team, so what the delivery said is not shown here."
PRUNED = "Only this line was kept of it, because nothing could follow from it; or its body was deleted since."


@dataclass(frozen=True)
class Story:
    """A delivery with what followed. Of `body` (masked) and `no_body` (why it is not shown) one is empty.

    `size` is the body's, in bytes; `cut` says that only its beginning is shown.
    """

    closes: list[Close]
    prompt: Prompt | None
    jobs: list[Job]
    body: str
    no_body: str
    size: int
    cut: bool


def of(tx: Connection, parts: Deployment, tenant: Tenant, delivery: Delivery) -> Story:
    """The story of a delivery, from our own rows."""
    parsed = _parsed(tenant, delivery)
    issue_id = _issue_id(tx, tenant, delivery, parsed)
    prompt = prompts.of_issue(tx, tenant.id, issue_id) if issue_id else None
    withheld = _withheld(tx, tenant, parsed, issue_id, prompt)
    shown = "" if withheld or delivery.body is None else _shown(delivery.body)
    no_body = withheld if withheld and delivery.body is not None else PRUNED
    return Story(
        closes=closes.of_issue(tx, tenant.id, issue_id) if issue_id else [],
        prompt=prompt,
        jobs=_jobs(parts, tenant, delivery, issue_id),
        body=shown[:_LONGEST],
        no_body="" if shown else no_body,
        size=len(delivery.body or b""),
        cut=len(shown) > _LONGEST,
    )


def _parsed(tenant: Tenant, delivery: Delivery) -> Parsed | None:
    try:
        return told_by(sources.parse(tenant.source, delivery.body))[0] if delivery.body is not None else None
    except PayloadError:
        return None


def _issue_id(tx: Connection, tenant: Tenant, delivery: Delivery, parsed: Parsed | None) -> IssueId | None:
    """The issue a delivery is about: as it says itself, else as a close about then had its key."""
    match parsed:
        case IssueChanged(issue=issue):
            return issue.id
        case IssueDeleted(issue_id=issue_id) | CommentWritten(issue_id=issue_id):
            return issue_id
        case IssueTouched(name=name) if name.isdecimal():
            return IssueId(name)
    return closes.issue_named(tx, tenant.id, delivery.issue_key, delivery.received_at)


def _withheld(
    tx: Connection, tenant: Tenant, parsed: Parsed | None, issue_id: IssueId | None, prompt: Prompt | None
) -> str:
    """Why what was said is not shown, empty when it is: the issue is known to be restricted, by the delivery itself or
    by what came later, or an author keeps what was learned within the team.
    """
    told = isinstance(parsed, IssueChanged) and parsed.issue.restricted
    learning = learnings.of_issue(tx, tenant.id, issue_id) if issue_id else None
    if told or (prompt and prompt.restricted) or (learning and not learning.visible):
        return RESTRICTED
    return KEPT if learning and learning.answers.team_only else ""


def _jobs(parts: Deployment, tenant: Tenant, delivery: Delivery, issue_id: IssueId | None) -> list[Job]:
    """The jobs that are left of it: its own, and those about its issue."""
    own = deliveries.lane(tenant.id, delivery.issue_key)
    lanes = [own, *([f"issue:{tenant.id}/{issue_id}"] if issue_id else [])]
    return [job for job in parts.queue.in_lanes(lanes) if job.lane != own or job.key == str(delivery.id)]


def _shown(body: bytes) -> str:
    """The body as an admin may read it."""
    try:
        return json.dumps(masking.masked(payload.load(body)), indent=2, ensure_ascii=False)
    except PayloadError as error:
        return f"{error} It is {len(body)} bytes long."
