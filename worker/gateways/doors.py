"""Open the doors of a tenant: one Jira and one Confluence, made once and kept while the credentials stay the same."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from worker.deployment import Deployment
from worker.domain.model import Hosting, Product, Scheme, TenantId
from worker.errors import NoCredential, TenantStopped
from worker.gateways.auth import Credentials
from worker.gateways.confluence import Confluence, Space
from worker.gateways.confluence_cloud import CloudConfluence
from worker.gateways.confluence_data_center import DataCenterConfluence
from worker.gateways.jira import Jira
from worker.gateways.jira_cloud import CloudJira
from worker.gateways.jira_data_center import DataCenterJira
from worker.gateways.limiter import Limiter
from worker.gateways.session import Session
from worker.store import credentials as credential_rows
from worker.store.credentials import Credential
from worker.store.tenants import Tenant

_JIRA: Mapping[Hosting, type[Jira]] = {Hosting.CLOUD: CloudJira, Hosting.DATA_CENTER: DataCenterJira}
_CONFLUENCE: Mapping[Hosting, type[Confluence]] = {
    Hosting.CLOUD: CloudConfluence,
    Hosting.DATA_CENTER: DataCenterConfluence,
}
# A token is not used in its last moments: the call would arrive after it.
_MARGIN = timedelta(seconds=10)
# A space's ids never change. One that is deleted and made again, or is given another home page, refuses the next page
# that is created in it; then it is forgotten at once.
_SPACE_LASTS = timedelta(minutes=5)
# When a job that lacks a live token looks again; Forge's scheduled trigger brings one every five minutes.
_LOOK_AGAIN = timedelta(seconds=30)


class Doors:
    """The two doors of one tenant. Each is opened when first asked for, so that one may lack its credential."""

    def __init__(self, keeper: DoorKeeper, tenant: Tenant, found: Mapping[Product, Credential]) -> None:
        self._keeper, self._tenant, self._found = keeper, tenant, found

    @cached_property
    def jira(self) -> Jira:
        """The tenant's Jira. Raises NoCredential."""
        return _JIRA[self._tenant.hosting](self._session(Product.JIRA))

    @cached_property
    def confluence(self) -> Confluence:
        """The tenant's Confluence. Raises NoCredential."""
        session, own_account = self._session(Product.CONFLUENCE), self._found[Product.CONFLUENCE].account_id
        return _CONFLUENCE[self._tenant.hosting](session, self._tenant.wiki_url, own_account)

    def space(self, key: str) -> Space:
        """The space `key`, as it was within the last minutes. Raises Missing when the account sees none."""
        return self._keeper.space(self._tenant, key, self.confluence)

    def forget_space(self, space: Space) -> None:
        """Look it up anew next time."""
        self._keeper.forget_space(self._tenant, space)

    def _session(self, product: Product) -> Session:
        return self._keeper.session(self._tenant, product, self._found.get(product))


class DoorKeeper:
    """Gives each tenant's doors, and keeps its connections and places while its credentials stay. Thread-safe."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._lock = threading.Lock()
        self._limiters: dict[TenantId, Limiter] = {}
        self._sessions: dict[tuple[TenantId, Product], tuple[Credentials, Session]] = {}
        self._spaces: dict[tuple[TenantId, str, str], tuple[datetime, Space]] = {}

    def of(self, tenant: Tenant) -> Doors:
        """The tenant's doors. Raises TenantStopped while the tenant may not be tried."""
        if tenant.stopped:
            raise TenantStopped(tenant.stopped)
        with self._deployment.db.read() as tx:
            return Doors(self, tenant, credential_rows.of(tx, tenant.id))

    def even_stopped(self, tenant: Tenant) -> Doors:
        """The tenant's doors whether or not it may be tried: an admin looks before anything is switched on."""
        return self.of(replace(tenant, stopped=""))

    def with_these(self, tenant: Tenant, found: Mapping[Product, Credential]) -> Doors:
        """The tenant's doors with credentials that are not kept yet."""
        return Doors(self, tenant, found)

    def session(self, tenant: Tenant, product: Product, credential: Credential | None) -> Session:
        """The conversation with a product of the tenant's site. Raises NoCredential."""
        parts = self._deployment
        credentials = self._opened(tenant, self._live(tenant, product, credential))
        with self._lock:
            known = self._sessions.get((tenant.id, product))
            if known is None or known[0] != credentials:
                limiter = self._limiters.setdefault(tenant.id, self._limiter(tenant))
                known = (credentials, Session(credentials, limiter, parts.clock, parts.settings.site_timeout))
                self._sessions[tenant.id, product] = known
            return known[1]

    def space(self, tenant: Tenant, key: str, confluence: Confluence) -> Space:
        """A space of the tenant: what was found within the last minutes, else what `confluence` says now."""
        now, name = self._deployment.clock.now(), (tenant.id, tenant.wiki_url, key)
        seen, space = self._spaces.get(name, (now, None))
        if space is None or not timedelta() <= now - seen < _SPACE_LASTS:
            space = confluence.space(key)
            self._spaces[name] = (now, space)
        return space

    def forget_space(self, tenant: Tenant, space: Space) -> None:
        """Look the space up anew next time."""
        self._spaces.pop((tenant.id, tenant.wiki_url, space.key), None)

    def _limiter(self, tenant: Tenant) -> Limiter:
        whole_account = tenant.hosting is Hosting.DATA_CENTER
        return Limiter(self._deployment.db, self._deployment.clock, tenant.id, whole_account=whole_account)

    def _live(self, tenant: Tenant, product: Product, credential: Credential | None) -> Credential:
        """The credential if it can be used now. Raises NoCredential with what has to happen first."""
        now = self._deployment.clock.now()
        if credential is None:
            words = f"There is no credential for {product.title()} yet."
            raise NoCredential(f"{words} Give one with `learnloop tenant credential {tenant.id} --product {product}`.")
        if credential.scheme is Scheme.FORGE and (credential.expires_at or now) <= now + _MARGIN:
            words = "The installation's token has expired; Forge's next call to us brings a new one."
            raise NoCredential(words, now + _LOOK_AGAIN)
        return credential

    def _opened(self, tenant: Tenant, credential: Credential) -> Credentials:
        audience = (tenant.installation or "") if credential.scheme is Scheme.CONNECT else ""
        secret = self._deployment.keys.open(credential.secret)
        return Credentials(credential.address, credential.scheme, credential.account, secret, audience)
