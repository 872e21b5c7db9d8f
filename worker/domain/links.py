"""Signed links to one prompt, or to one issue's experiment: proof of access to it, never of who opened it.

The token is itsdangerous' URL-safe form (HMAC-SHA256, key passed in) of tenant, prompt and the account asked. When it
stops working is decided by the prompt's row, so that reopening a prompt does not strand its link.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from worker.domain.model import AccountId, Experiment, IssueId, IssueKey, Prompt, PromptState, TenantId
from worker.errors import Forged

# A panel stays open on a screen; who may see its issue can change.
TICKET_LIFE = timedelta(days=1)


@dataclass(frozen=True)
class ExperimentLink:
    """What a genuine link to the experiment on an issue says, and when it was made."""

    tenant_id: TenantId
    issue_id: IssueId
    issue_key: IssueKey
    made_at: datetime


@dataclass(frozen=True)
class Link:
    """What a genuine token says; of a ticket, `asked` is the account that looked."""

    tenant_id: TenantId
    prompt_id: int
    asked: AccountId


def sign(prompt: Prompt, key: bytes) -> str:
    """The token for `prompt`."""
    signed = _serializer(key).dumps([prompt.tenant_id, prompt.id, prompt.asked])
    return signed if isinstance(signed, str) else signed.decode("ascii")


def read(token: str, key: bytes) -> Link:
    """The link in `token`. Raises Forged when the key did not sign it."""
    try:
        tenant, prompt, asked = _serializer(key).loads(token)
    except (BadData, ValueError) as error:
        raise Forged("This link is not one of ours, or not complete.") from error
    return Link(TenantId(tenant), int(prompt), AccountId(asked))


def sign_ticket(prompt: Prompt, account: AccountId, key: bytes, now: datetime) -> str:
    """The ticket for a panel's form: the site showed this account the prompt's issue at this moment."""
    signed = _tickets(key).dumps([prompt.tenant_id, prompt.id, account, int(now.timestamp())])
    return signed if isinstance(signed, str) else signed.decode("ascii")


def read_ticket(ticket: str, key: bytes, now: datetime) -> Link:
    """The prompt and account of a ticket. Raises Forged when it is not ours, or older than a day."""
    try:
        tenant, prompt, account, at = _tickets(key).loads(ticket)
    except (BadData, ValueError) as error:
        raise Forged("This form is not one of ours, or not complete. Open the panel again.") from error
    if now.timestamp() - at > TICKET_LIFE.total_seconds():
        raise Forged("This form is more than a day old. Open the panel again.")
    return Link(TenantId(tenant), int(prompt), AccountId(account))


def sign_experiment(link: ExperimentLink, key: bytes) -> str:
    """The token for writing down the experiment on an issue."""
    signed = _experiments(key).dumps([link.tenant_id, link.issue_id, link.issue_key, int(link.made_at.timestamp())])
    return signed if isinstance(signed, str) else signed.decode("ascii")


def read_experiment(token: str, key: bytes) -> ExperimentLink:
    """The link in `token`. Raises Forged when the key did not sign it."""
    try:
        tenant, issue, issue_key, at = _experiments(key).loads(token)
    except (BadData, ValueError) as error:
        raise Forged("This link is not one of ours, or not complete.") from error
    made_at = datetime.fromtimestamp(at, UTC)
    return ExperimentLink(TenantId(tenant), IssueId(issue), IssueKey(issue_key), made_at)


def works_for(link: ExperimentLink, known: Experiment | None, link_days: int, now: datetime) -> bool:
    """Whether a link to an experiment may still be used: while it runs, `link_days` after it was concluded, and where
    there is none yet, as long after the link was made.
    """
    if known and not known.outcome:
        return True
    since = known.concluded_at if known else link.made_at
    return since is not None and now <= since + timedelta(days=link_days)


def works(prompt: Prompt, link_days: int, now: datetime) -> bool:
    """Whether the prompt's link may still be used: while it is open, and `link_days` after it was settled."""
    if prompt.state is PromptState.OPEN:
        return True
    if prompt.state is PromptState.WITHDRAWN:
        return False
    return prompt.settled_at is not None and now <= prompt.settled_at + timedelta(days=link_days)


def _experiments(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="learnloop.experiment", signer_kwargs={"digest_method": hashlib.sha256})


def _tickets(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="learnloop.panel", signer_kwargs={"digest_method": hashlib.sha256})


def _serializer(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="learnloop.answer", signer_kwargs={"digest_method": hashlib.sha256})
