"""Change what proves a webhook's deliveries without losing one: a new secret beside the earlier, then it alone.

It decides which secrets are live; that the site signs with the new one is the admin's work, or `worker/onboarding`'s.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection

from worker import onboarding
from worker.deployment import Deployment
from worker.domain.model import Proof, SourceKind
from worker.errors import ConfigError
from worker.store import audit, tenants
from worker.store.audit import Entry
from worker.store.tenants import Tenant

# How the log names a new secret; what came before it proves nothing of it.
MADE = "made a new webhook secret"
_LIVE = ("none", "one", "the newest and the earlier")


def next_proof(tenant: Tenant) -> Proof:
    """How deliveries are proven once a new secret is given. Raises ConfigError where the site itself renews it."""
    if tenant.source in (SourceKind.CONNECT, SourceKind.FORGE):
        raise ConfigError(f"The site itself renews what proves {tenant.source} deliveries.")
    return onboarding.PROOFS[tenant.source][0] if tenant.proof is Proof.PATH else tenant.proof


def fresh(proof: Proof) -> str:
    """A new secret nobody can guess, as the proof wants it: 256 random bits, after a name for Basic credentials."""
    random = secrets.token_urlsafe(32)
    return f"learnloop:{random}" if proof is Proof.BASIC else random


def rotate(tx: Connection, parts: Deployment, tenant: Tenant, secret: str, who: str) -> None:
    """Make `secret` the newest; what was the newest stays good as the earlier. Raises ConfigError for a bad one."""
    _give(tx, parts, tenant, secret)
    tenants.change(tx, tenant.id, earlier_secret=tenant.newest_secret)
    audit.note(tx, Entry(parts.clock.now(), who, MADE, _live(tenant), "the new one and the earlier", tenant.id))


def replace_newest(tx: Connection, parts: Deployment, tenant: Tenant, secret: str, who: str) -> None:
    """Give another secret in place of the newest, which nobody uses yet; the earlier stays good. Raises ConfigError."""
    _give(tx, parts, tenant, secret)
    after = "another new one and the earlier"
    audit.note(tx, Entry(parts.clock.now(), who, MADE, _live(tenant), after, tenant.id))


def retire(tx: Connection, parts: Deployment, tenant: Tenant, who: str) -> None:
    """Take deliveries by the newest secret only."""
    tenants.change(tx, tenant.id, earlier_secret=None)
    if tenant.earlier_secret:
        now = parts.clock.now()
        audit.note(tx, Entry(now, who, "retired the earlier webhook secret", _live(tenant), "the newest", tenant.id))


def _give(tx: Connection, parts: Deployment, tenant: Tenant, secret: str) -> None:
    proof = next_proof(tenant)
    sealed = parts.keys.seal(onboarding.checked_secret(proof, secret))
    tenants.change(tx, tenant.id, newest_secret=sealed, proof=proof.value)


def _live(tenant: Tenant) -> str:
    """Which secrets are live, in words."""
    return _LIVE[len(tenant.secrets)]
