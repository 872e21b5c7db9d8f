"""Every door of a LearnLoop, with tenants behind each, and what comes to them: deliveries, hooks and calls, as sent.

No site stands beside it and nothing is called back; the web application, its database and the host of the public keys
are real. A request is a value (`Sent`), so that a forger can be given a genuine one to change.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.alone import StillClock
from tests.migrated import migrated
from tests.sources import minting
from tests.sources.minting import FORGE_KID, INSTALL_KID, KeyHost
from webhooks.app import create_app
from worker import config
from worker.deployment import Deployment, assemble
from worker.domain.model import AccountId, Hosting, JobKind, Proof, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.store import deliveries, tenants
from worker.store.deliveries import Delivery
from worker.store.schema import metadata
from worker.store.tenants import Tenant

BASE = "https://learnloop.example.org"
APP = "ari:cloud:ecosystem::app/6f3c2a1e-0000-4000-8000-000000000001"
Claims = dict[str, Any]
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Site:
    """A site that installed the Connect app."""

    client_key: str
    secret: str
    url: str


ONE = Site("client-key-of-one", "the shared secret of site one, long enough", "https://one.atlassian.net")
TWO = Site("client-key-of-two", "the shared secret of site two, long enough", "https://two.atlassian.net")
_BEHIND: tuple[tuple[str, SourceKind, Proof, str], ...] = (
    ("cloud", SourceKind.CLOUD, Proof.HMAC, "secret of the cloud tenant"),
    ("cloud2", SourceKind.CLOUD, Proof.HMAC, "secret of another cloud tenant"),
    ("open", SourceKind.CLOUD, Proof.PATH, ""),
    ("rules", SourceKind.AUTOMATION, Proof.TOKEN, "token-of-the-rules"),
    ("rules2", SourceKind.AUTOMATION, Proof.TOKEN, "token-of-other-rules"),
    ("dc", SourceKind.DATA_CENTER, Proof.HMAC, "secret of the data center"),
    ("basic", SourceKind.DATA_CENTER, Proof.BASIC, "jira:password"),
    ("forge", SourceKind.FORGE, Proof.JWT, ""),
    ("forge2", SourceKind.FORGE, Proof.JWT, ""),
)
SECRETS = {name: secret for name, _, _, secret in _BEHIND}


@dataclass(frozen=True)
class Sent:
    """One request, before it is sent."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    method: str = "POST"

    def headed(self, **headers: str | None) -> Sent:
        """The same with other headers; None takes one away."""
        changed = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={name: value for name, value in changed.items() if value is not None})


def signature(body: bytes, secret: str) -> str:
    """X-Hub-Signature as Jira sends it (Atlassian: webhooks)."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def basic(words: str) -> str:
    """An Authorization header of name and password."""
    return "Basic " + base64.b64encode(words.encode()).decode()


@dataclass
class Doors:
    """A LearnLoop with a tenant behind every door, and those who come to them."""

    parts: Deployment
    clock: StillClock
    client: FlaskClient
    keys: KeyHost
    numbers: int = 0

    # --- looking ---

    def send(self, sent: Sent) -> TestResponse:
        """Send a request, and wait for whatever travels with the next group of writes."""
        address = f"{sent.path}?{urlencode(sent.query)}" if sent.query else sent.path
        answer = self.client.open(address, method=sent.method, data=sent.body, headers=sent.headers, base_url=BASE)
        self.parts.db.write(lambda _tx: None)
        return answer

    def rows(self) -> Rows:
        """Every row of every table."""
        self.parts.db.write(lambda _tx: None)
        with self.parts.db.read() as tx:
            tables = metadata.sorted_tables
            return {one.name: sorted(map(tuple, tx.execute(select(one)).all()), key=repr) for one in tables}

    def kept(self, tenant: str) -> list[Delivery]:
        """A tenant's deliveries, the newest first."""
        with self.parts.db.read() as tx:
            return deliveries.newest(tx, TenantId(tenant), limit=1_000)

    def jobs(self, kind: JobKind = JobKind.INTERPRET) -> list[str]:
        """The keys of the jobs of a kind."""
        return [job.key for job in self.parts.queue.jobs(limit=1_000) if job.kind is kind]

    def tenant(self, tenant: str) -> Tenant:
        """A tenant as it is now."""
        with self.parts.db.read() as tx:
            return tenants.get(tx, TenantId(tenant))

    def of(self, site: Site) -> Tenant:
        """The tenant of a Connect site."""
        with self.parts.db.read() as tx:
            found = tenants.by_installation(tx, SourceKind.CONNECT, site.client_key)
        assert found is not None, f"{site.url} has no tenant"
        return found

    # --- deliveries of those who share a secret ---

    def delivery(self, source: str, body: bytes, tenant: str = "") -> Sent:
        """A genuine delivery by any of the five sources, with an identifier of its own where the source gives one."""
        match source:
            case "cloud":
                return self.cloud(body, tenant or "cloud")
            case "automation":
                return Sent(f"/webhooks/automation/path-of-{tenant or 'rules'}", body).headed(
                    X_LearnLoop_Token=SECRETS[tenant or "rules"]
                )
            case "data_center":
                return Sent(f"/webhooks/data_center/path-of-{tenant or 'dc'}", body).headed(
                    X_Hub_Signature=signature(body, SECRETS[tenant or "dc"])
                )
            case "connect":
                return self.numbered(self.by_site(ONE, Sent("/webhooks/connect", body)))
            case "forge":
                return self.by_forge(Sent("/webhooks/forge", body))
        raise LookupError(source)

    def cloud(self, body: bytes, tenant: str = "cloud") -> Sent:
        """A delivery of Jira Cloud's webhook."""
        signed = {"X-Hub-Signature": signature(body, SECRETS[tenant])} if SECRETS[tenant] else {}
        return self.numbered(Sent(f"/webhooks/cloud/path-of-{tenant}", body, signed))

    def numbered(self, sent: Sent) -> Sent:
        """The same with an identifier nobody has used."""
        self.numbers += 1
        return sent.headed(X_Atlassian_Webhook_Identifier=f"delivery {self.numbers}")

    # --- Connect ---

    def claims(self, sent: Sent, by: str, /, **changed: Any) -> Claims:
        """What a Connect token says of a request; `changed` claims that are None are left out."""
        now = int(self.clock.now().timestamp())
        told = {"iss": by, "iat": now, "exp": now + 180, "qsh": minting.query_hash(sent.method, sent.path, sent.query)}
        return {name: value for name, value in (told | changed).items() if value is not None}

    def by_site(self, site: Site, sent: Sent, *, secret: str = "", **changed: Any) -> Sent:
        """A request that a site signed with its secret, bound to it by its hash."""
        token = minting.signed(self.claims(sent, site.client_key, **changed), secret or site.secret, "HS256")
        return sent.headed(Authorization=f"JWT {token}")

    def context(self, site: Site, account: str | None, *, secret: str = "", **changed: Any) -> str:
        """What AP.context.getToken gives to a page: who looks, bound to no request."""
        said = self.claims(Sent(""), site.client_key, **({"qsh": "context-qsh", "sub": account} | changed))
        return minting.signed(said, secret or site.secret, "HS256")

    def hook(self, what: str, site: Site, *, url: str = "", **body: Any) -> Sent:
        """The body of a lifecycle hook; values that are None are left out."""
        told = {
            "key": "learnloop",
            "clientKey": site.client_key,
            "sharedSecret": site.secret if what == "installed" else None,
            "baseUrl": url or site.url,
            "productType": "jira",
            "eventType": what,
        } | body
        data = {name: value for name, value in told.items() if value is not None}
        return Sent(f"/connect/{what}", json.dumps(data).encode(), {"Content-Type": "application/json"})

    def install_claims(self, sent: Sent, site: Site, **changed: Any) -> Claims:
        """What Atlassian says in the token of an install hook."""
        return self.claims(sent, site.client_key, **({"aud": [BASE]} | changed))

    def by_atlassian(
        self, sent: Sent, site: Site, *, key: str = "atlassian", kid: str = INSTALL_KID, **changed: Any
    ) -> Sent:
        """A hook that Atlassian signed, or whoever has `key`."""
        token = minting.signed(self.install_claims(sent, site, **changed), minting.private_key(key), "RS256", kid=kid)
        return sent.headed(Authorization=f"JWT {token}")

    def told(self, what: str, site: Site, **changed: Any) -> TestResponse:
        """A genuine hook, sent: installed and uninstalled signed by Atlassian, the switches by the site."""
        sent = self.hook(what, site, **changed)
        by_site = what in ("enabled", "disabled")
        return self.send(self.by_site(site, sent) if by_site else self.by_atlassian(sent, site))

    # --- Forge ---

    def invocation(self, **changed: Any) -> Claims:
        """What Forge says of a call: of an event, unless `changed` claims say more. None leaves one out."""
        now = int(self.clock.now().timestamp())
        told: Claims = {
            "iss": "forge/invocation-token",
            "aud": APP,
            "iat": now,
            "nbf": now,
            "exp": now + 60,
            "app": {
                "id": APP,
                "installationId": "ari:cloud:ecosystem::installation/one",
                "apiBaseUrl": "https://api.atlassian.com/ex/jira/cloud-of-forge",
            },
            "context": {"cloudId": "cloud-of-forge"},
        }
        return {name: value for name, value in (told | changed).items() if value is not None}

    def by_forge(self, sent: Sent, *, key: str = "forge", kid: str = FORGE_KID, **changed: Any) -> Sent:
        """A call that Forge signed, or whoever has `key`."""
        token = minting.signed(self.invocation(**changed), minting.private_key(key), "RS256", kid=kid)
        return sent.headed(Authorization=f"Bearer {token}")

    def by_viewer(
        self,
        sent: Sent,
        account: str | None = "ana",
        module: str = "learnloop-panel",
        issue: str = "10123",
        key: str = "FLEX-7",
        cloud: str = "forge",
    ) -> Sent:
        """A call from a page of the Forge app, by whoever looks at an issue."""
        context = {"cloudId": f"cloud-of-{cloud}", "moduleKey": module}
        app = {
            "id": APP,
            "installation": {"id": f"ari:cloud:ecosystem::installation/{'one' if cloud == 'forge' else cloud}"},
        }
        shown = {"extension": {"issue": {"id": issue, "key": key}}} if issue else {}
        return self.by_forge(sent, principal=account, app=app, context=context | shown)


@contextmanager
def open_doors(folder: Path) -> Iterator[Doors]:
    """A LearnLoop with its rows in `folder`: two tenants a source, those of Connect just installed."""
    with minting.key_host() as keys:
        clock = StillClock()
        migrated(folder / "learnloop.db")
        settings = config.load(
            {
                "LEARNLOOP_DATA": str(folder),
                "LEARNLOOP_DEBOUNCE": "0",
                "LEARNLOOP_BASE_URL": BASE,
                "LEARNLOOP_CONNECT_KEY_HOSTS": f"{keys.url}/pem",
                "LEARNLOOP_FORGE_APPS": APP,
                "LEARNLOOP_FORGE_KEYS": f"{keys.url}/jwks.json",
            }
        )
        parts = assemble(settings, clock)
        doors = Doors(parts, clock, create_app(parts).test_client(), keys)
        with parts.db.begin() as tx:
            for name, source, proof, secret in _BEHIND:
                tenants.add(tx, _tenant(parts, name, source, proof, secret))
        for site in (ONE, TWO):
            assert doors.told("installed", site).status_code == 204
        assert doors.send(doors.by_forge(Sent("/forge/heartbeat"))).status_code == 204
        yield doors
        parts.close()


def _tenant(parts: Deployment, name: str, source: SourceKind, proof: Proof, secret: str) -> Tenant:
    hosting = Hosting.DATA_CENTER if source is SourceKind.DATA_CENTER else Hosting.CLOUD
    return Tenant(
        id=TenantId(name),
        source=source,
        hosting=hosting,
        site_url=f"https://{name}.example.org",
        wiki_url=f"https://{name}.example.org/wiki",
        cloud_id=f"cloud-of-{name}" if source is SourceKind.FORGE else "",
        webhook_path=f"path-of-{name}",
        own_account=AccountId("bot"),
        silent_writes=True,
        policy=Policy(home_space="ENG"),
        activated_at=parts.clock.now(),
        proof=proof,
        newest_secret=parts.keys.seal(secret) if secret else None,
    )
