"""LearnLoop alone: no site beside it, a tenant that was never checked, and a clock that stands until it is moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.migrated import migrated
from worker import config
from worker.clock import Clock
from worker.deployment import Deployment, assemble
from worker.domain.model import AccountId, Product, Scheme, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.store import credentials, tenants
from worker.store.credentials import Credential
from worker.store.tenants import Tenant

SECRET = "a secret both sides know"
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class StillClock(Clock):
    """A clock whose moments can be compared exactly."""

    def __init__(self, moment: datetime = MONDAY) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def forward(self, step: timedelta) -> None:
        """Move the clock by `step`."""
        self.moment += step


def deployed(folder: Path, clock: Clock, database_url: str = "") -> Deployment:
    """A LearnLoop without tenants, its key (and rows, without a `database_url`) in `folder`; the caller closes it."""
    if not database_url:
        migrated(folder / "learnloop.db")
    environ = {"LEARNLOOP_DATA": str(folder), "LEARNLOOP_DEBOUNCE": "0", "DATABASE_URL": database_url}
    return assemble(config.load(environ), clock)


def with_tenant(parts: Deployment, name: str = "t1", **policy: object) -> Tenant:
    """A tenant kept as `learnloop tenant add` would, without asking its site; `policy` changes its rules."""
    tenant = Tenant(
        id=TenantId(name),
        source=SourceKind.CLOUD,
        site_url="https://example.atlassian.net",
        wiki_url="https://example.atlassian.net/wiki",
        webhook_path=f"path-of-{name}",
        newest_secret=parts.keys.seal(SECRET),
        own_account=AccountId("bot"),
        silent_writes=True,
        policy=replace(Policy(home_space="ENG"), **policy),  # type: ignore[arg-type]
        activated_at=parts.clock.now(),
    )
    with parts.db.begin() as tx:
        tenants.add(tx, tenant)
        for product in Product:
            credentials.keep(tx, tenant.id, credential(parts, product))
    return tenant


def credential(parts: Deployment, product: Product, token: str = "token") -> Credential:
    """Our account's token for one product of the tenant's site."""
    return Credential(
        product=product,
        scheme=Scheme.BASIC,
        address="https://example.atlassian.net",
        account="bot@example.org",
        account_id=AccountId("bot"),
        secret=parts.keys.seal(token),
        added_at=parts.clock.now(),
    )
