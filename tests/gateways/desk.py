"""Two doors on a site that is only scripted answers: real sessions, a real limiter, and no connection is ever made."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import responses

from tests.alone import MONDAY, StillClock
from tests.gateways.rows import Row
from worker.domain.model import AccountId, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.gateways.confluence import Confluence
from worker.gateways.doors import Doors
from worker.gateways.jira import Jira
from worker.gateways.limiter import Limiter
from worker.gateways.session import Credentials, Session
from worker.store import tenants
from worker.store.database import Database
from worker.store.tenants import Tenant

SITE = "https://example.atlassian.net"
BOT = Credentials(SITE, "bot@example.org", "token")

_ANYWHERE = re.compile(f"{re.escape(SITE)}/.*")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Desk:
    """One tenant, the scripted site its doors lead to, and the clock they look at."""

    db: Database
    clock: StillClock
    tenant_id: TenantId
    site: responses.RequestsMock

    def answer(self, status: int = 200, **answer: Any) -> None:
        """The next request is answered so; the last answer is given again for ever."""
        for method in ("GET", "POST", "PUT", "DELETE"):
            self.site.add(method, _ANYWHERE, status=status, **answer)

    def answers(self, row: Row) -> None:
        """The next requests are answered as the row says."""
        for one in row.answers:
            if one is None:
                self.answer(204)
            else:
                self.answer(json=one)

    def doors(self, tenant_id: TenantId | None = None, credentials: Credentials = BOT) -> Doors:
        """Doors as a process of its own opens them: only the store is shared."""
        limiter = Limiter(self.db, self.clock, tenant_id or self.tenant_id)
        session = Session(credentials, limiter, self.clock, timeout=7)
        return Doors(Jira(session), Confluence(session, credentials.site_url))

    @property
    def requests(self) -> list[requests.PreparedRequest]:
        """What was sent, in order."""
        return [call.request for call in self.site.calls]

    @property
    def targets(self) -> list[str]:
        """Method, path and query of each request, as the wire has them."""
        return [f"{one.method} {one.path_url}" for one in self.requests]

    @property
    def wires(self) -> list[str]:
        """Method and path of each request, as the wire has them."""
        return [f"{one.method} {urlsplit(str(one.url)).path}" for one in self.requests]

    @property
    def queries(self) -> list[list[tuple[str, str]]]:
        """The query of each request, in the order written."""
        return [parse_qsl(urlsplit(str(one.url)).query, keep_blank_values=True) for one in self.requests]

    @property
    def bodies(self) -> list[Any]:
        """The JSON each request carried, None where it had no body."""
        return [json.loads(one.body) if one.body else None for one in self.requests]


def new_tenant(db: Database) -> TenantId:
    """A tenant of its own, so that one test's pauses are nothing to the next."""
    name = f"t{next(_numbers)}"
    tenant = Tenant(
        id=TenantId(name),
        source=SourceKind.CLOUD,
        site_url=SITE,
        email="bot@example.org",
        token=b"sealed",
        webhook_path=name,
        webhook_secret=b"sealed",
        own_account=AccountId("5b10:bot"),
        silent_writes=True,
        policy=Policy(),
        activated_at=MONDAY,
    )
    with db.begin() as tx:
        tenants.add(tx, tenant)
    return tenant.id
