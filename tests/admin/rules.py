"""The rules of the tenant t1: as they are kept, and changed as somebody else would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from worker.deployment import Deployment
from worker.domain.model import TenantId
from worker.domain.policy import Policy
from worker.store import tenants


def policy(parts: Deployment) -> Policy:
    """The rules as they are kept."""
    with parts.db.read() as tx:
        return tenants.get(tx, TenantId("t1")).policy


def rule(parts: Deployment, **values: Any) -> None:
    """Change the rules as somebody else would."""
    with parts.db.begin() as tx:
        tenants.set_policy(tx, TenantId("t1"), replace(policy(parts), **values))
