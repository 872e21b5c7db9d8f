"""Two doors on a site that is only scripted answers: real sessions, a real limiter, and no connection is ever made."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import responses

from tests.alone import MONDAY, StillClock
from tests.gateways.rows import Row
from worker.domain.model import AccountId, Hosting, Scheme, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.gateways.auth import Credentials
from worker.gateways.confluence import Confluence
from worker.gateways.confluence_cloud import CloudConfluence
from worker.gateways.confluence_data_center import DataCenterConfluence
from worker.gateways.jira import Jira
from worker.gateways.jira_cloud import CloudJira
from worker.gateways.jira_data_center import DataCenterJira
from worker.gateways.limiter import Limiter
from worker.gateways.session import Session
from worker.store import tenants
from worker.store.database import Database
from worker.store.tenants import Tenant

SITE = "https://example.atlassian.net"
BOT = Credentials(SITE, Scheme.BASIC, "bot@example.org", "token")
# A customer's own servers, each below a path of its own.
SERVERS = "https://work.example.org"
SERVER_BOT = Credentials(f"{SERVERS}/jira", Scheme.BEARER, "", "token")

_ANYWHERE = re.compile(f"({re.escape(SITE)}|{re.escape(SERVERS)})/.*")
BOT_ACCOUNT = AccountId("5b10:bot")
_numbers = itertools.count(1)


class _Answer(responses.Response):
    """An answer to whatever is asked next, so that a call of several methods is answered in order."""

    def matches(self, request: requests.PreparedRequest) -> tuple[bool, str]:
        self.method = str(request.method)
        matched: tuple[bool, str] = super().matches(request)
        return matched


@dataclass(frozen=True)
class OpenDoors:
    """Two doors that are open already."""

    jira: Jira
    confluence: Confluence


@dataclass(frozen=True)
class Desk:
    """One tenant, the scripted site its doors lead to, and the clock they look at."""

    db: Database
    clock: StillClock
    tenant_id: TenantId
    site: responses.RequestsMock

    def answer(self, status: int = 200, **answer: Any) -> None:
        """The next request is answered so; the last answer is given again for ever."""
        self.site.add(_Answer("ANY", _ANYWHERE, status=status, **answer))

    def answers(self, answers: Iterable[object]) -> None:
        """The next requests are answered so, each as a row writes its answers."""
        for one in answers:
            match one:
                case None:
                    self.answer(204)
                case int():
                    self.answer(one)
                case _:
                    self.answer(json=one)

    def doors(self, tenant_id: TenantId | None = None, credentials: Credentials = BOT) -> OpenDoors:
        """Cloud's doors as a process of its own opens them: only the store is shared."""
        session = self._session(tenant_id, credentials)
        return OpenDoors(CloudJira(session), CloudConfluence(session, f"{SITE}/wiki", BOT_ACCOUNT))

    def server_doors(self) -> OpenDoors:
        """Data Center's doors, each to a server of its own."""
        jira = DataCenterJira(self._session(None, SERVER_BOT, whole_account=True))
        wiki = f"{SERVERS}/confluence"
        session = self._session(None, replace(SERVER_BOT, address=wiki), whole_account=True)
        return OpenDoors(jira, DataCenterConfluence(session, wiki, BOT_ACCOUNT))

    def doors_of(self, row: Row) -> OpenDoors:
        """The doors of the family a row is of."""
        return self.server_doors() if row.hosting is Hosting.DATA_CENTER else self.doors()

    def _session(self, tenant_id: TenantId | None, credentials: Credentials, *, whole_account: bool = False) -> Session:
        limiter = Limiter(self.db, self.clock, tenant_id or self.tenant_id, whole_account=whole_account)
        return Session(credentials, limiter, self.clock, timeout=7)

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
        """The JSON, or the form, each request carried, None where it had no body."""
        return [_carried(one) for one in self.requests]


def is_form(request: requests.PreparedRequest) -> bool:
    """Whether a request carries a form with a file."""
    return request.headers["Content-Type"].startswith("multipart/form-data; boundary=")


def _carried(request: requests.PreparedRequest) -> Any:
    if not request.body:
        return None
    if not is_form(request):
        return json.loads(request.body)
    assert isinstance(request.body, bytes)
    kind = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    form = BytesParser(policy=default).parsebytes(kind + request.body)
    return dict(_part(one) for one in form.iter_parts() if isinstance(one, EmailMessage))


def _part(part: EmailMessage) -> tuple[str, Any]:
    name, words = part["Content-Disposition"].params["name"], part.get_payload(decode=True)
    assert isinstance(words, bytes)
    file = part.get_filename()
    return name, [file, part.get_content_type(), words.decode()] if file else words.decode()


def new_tenant(db: Database) -> TenantId:
    """A tenant of its own, so that one test's pauses are nothing to the next."""
    name = f"t{next(_numbers)}"
    tenant = Tenant(
        id=TenantId(name),
        source=SourceKind.CLOUD,
        site_url=SITE,
        wiki_url=f"{SITE}/wiki",
        webhook_path=name,
        own_account=BOT_ACCOUNT,
        silent_writes=True,
        policy=Policy(),
        activated_at=MONDAY,
    )
    with db.begin() as tx:
        tenants.add(tx, tenant)
    return tenant.id
