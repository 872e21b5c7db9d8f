"""What a site says about its own installation: installed, moved, switched off and on, uninstalled. Rows only, no calls.

A tenant that is uninstalled keeps its rows until somebody has them erased; what was to be done for it is parked.
Installed again, it goes on where it was.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection

from worker.deployment import Deployment
from worker.domain.model import AccountId, JobKind, Product, Proof, Scheme, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.errors import ConfigError, Forged
from worker.sources.connect import Installation
from worker.sources.forge import Invocation
from worker.store import credentials, deliveries, pages, tenants
from worker.store.credentials import Credential
from worker.store.database import hold
from worker.store.tenants import Tenant

_UNINSTALLED = "The app was uninstalled."
REMOVED = "An admin removed this tenant; `learnloop tenant resume` lets it go on."
_REMOVED_CONNECT = (
    "An admin removed this tenant; it goes on when the app is installed on its site again, or once it is told another "
    "way (`learnloop tenant source`)."
)
# Forge need not tell that an app goes; its token lives for minutes. After so long without a new one it is gone.
_GONE = timedelta(hours=1)
_NOT_SERVED = "This installation is not served here; `learnloop tenant add --source forge` adds a site."
PINNED = (
    "Another installation of the app is served on this site. Once that is silent for an hour, one of the production "
    "environment takes its place; `learnloop tenant remove` and then `learnloop tenant resume` do it at once."
)


def install(tx: Connection, deployment: Deployment, told: Installation) -> Tenant:
    """Keep what Atlassian Connect proved: a new tenant, or a known one with its new secret, maybe at a new address."""
    hold(tx, f"installation:{told.client_key}")
    known = tenants.by_installation(tx, SourceKind.CONNECT, told.client_key)
    secret = deployment.keys.seal(told.shared_secret)
    if known is None:
        known = _new_tenant(deployment, told, secret)
        tenants.add(tx, known)
        _give_way(tx, known)
    else:
        tenants.change(tx, known.id, newest_secret=secret, earlier_secret=None)
        _go_on(tx, deployment, known)
        move(tx, known, told.site_url)
    held = credentials.of(tx, known.id).get(Product.JIRA)
    if held is None or held.scheme is Scheme.CONNECT:  # a token that an admin gave stays in use
        app, now = deployment.settings.connect_key, deployment.clock.now()
        proof = Credential(Product.JIRA, Scheme.CONNECT, told.site_url, app, AccountId(""), secret, now)
        credentials.keep(tx, known.id, proof)
        tenants.change(tx, known.id, own_account="")
    share(tx, known.id)
    put_onboard(tx, deployment, known.id)
    return tenants.get(tx, known.id)


def remove(tx: Connection, deployment: Deployment, tenant: Tenant) -> None:
    """Stop serving a site because an admin says so."""
    uninstall(tx, deployment, tenant, _REMOVED_CONNECT if tenant.source is SourceKind.CONNECT else REMOVED)


def uninstall(tx: Connection, deployment: Deployment, tenant: Tenant, why: str = _UNINSTALLED) -> None:
    """Stop everything for a tenant, and forget what proves us there. Its rows stay until they are erased."""
    tenants.change(
        tx,
        tenant.id,
        uninstalled_at=deployment.clock.now(),
        stopped=why,
        newest_secret=None,
        earlier_secret=None,
    )
    credentials.drop(tx, tenant.id)
    if tenant.stopped:  # what was parked for that is parked anew, for the reason there is now
        deployment.queue.retry_ended(tx, tenant.id, tenant.stopped)


def erase(tx: Connection, deployment: Deployment, tenant: Tenant) -> None:
    """Delete every row of a tenant, its jobs included, for good. Its pages in Confluence are its people's to keep."""
    received = {str(one.id) for one in deliveries.newest(tx, tenant.id, limit=1_000_000)}

    def belongs(kind: JobKind, key: str) -> bool:
        return key in received if kind is JobKind.INTERPRET else key.startswith((f"{tenant.id}/", f"{tenant.id}@"))

    deployment.queue.forget(tx, belongs)
    tenants.erase(tx, tenant.id)


def switch(tx: Connection, deployment: Deployment, tenant: Tenant, *, on: bool) -> None:
    """Follow Jira's switch for the app. Switching on lifts only what switching off put there, and not while another
    tenant has come to serve the site.
    """
    tenant = tenants.held(tx, tenant.id)
    if tenant.uninstalled_at:
        return
    if on and tenant.stopped == tenants.DISABLED:
        _go_on(tx, deployment, tenant)
        share(tx, tenant.id)
    elif not on and not tenant.stopped:
        tenants.stop(tx, tenant.id, tenants.DISABLED)


def move(tx: Connection, tenant: Tenant, site_url: str) -> None:
    """The site answers at another address now: what we call, what we link and what pages say follow."""
    if site_url == tenant.site_url:
        return
    old_wiki, wiki_url = tenant.wiki_url, _follow(tenant.wiki_url, tenant.site_url, site_url)
    tenants.change(tx, tenant.id, site_url=site_url, wiki_url=wiki_url)
    credentials.move(tx, tenant.id, tenant.site_url, site_url)
    _move_pages(tx, tenant.id, old_wiki, wiki_url)
    share(tx, tenant.id)


def move_wiki(tx: Connection, tenant: Tenant, wiki_url: str) -> None:
    """Confluence Data Center answers at another address now."""
    tenants.change(tx, tenant.id, wiki_url=wiki_url)
    _move_pages(tx, tenant.id, tenant.wiki_url, wiki_url)


def left(tx: Connection, deployment: Deployment, call: Invocation) -> Tenant:
    """The tenant whose Forge installation says that it goes, uninstalled. Raises Forged for any other installation:
    what becomes of that one is none of the tenant's.
    """
    hold(tx, f"installation:{call.cloud_id}")
    tenant = tenants.by_cloud(tx, SourceKind.FORGE, call.cloud_id)
    if tenant is None or tenant.uninstalled_at or tenant.installation != call.installation:
        raise Forged(_NOT_SERVED if tenant is None else PINNED)
    uninstall(tx, deployment, tenant)
    return tenant


def invoked(tx: Connection, deployment: Deployment, call: Invocation) -> Tenant:
    """The tenant a proven Forge call is for, its token renewed. Raises Forged for an installation we do not serve.

    The first call of an installation pins it: another installation of the app on the same site (its development
    environment, say) would have everything told twice. Uninstalled and installed again, the app has a new one; it also
    takes the place of one whose going we were not told of, and that has been silent for long.
    """
    hold(tx, f"installation:{call.cloud_id}")
    tenant = tenants.by_cloud(tx, SourceKind.FORGE, call.cloud_id)
    if tenant is None:
        raise Forged(_NOT_SERVED)
    pinned = tenant.installation
    if pinned != call.installation:
        again = tenant.stopped == _UNINSTALLED if tenant.uninstalled_at else pinned is None
        if not (again or _follows(tx, deployment, tenant, call)):
            raise Forged(PINNED)
        tenants.release(tx, SourceKind.FORGE, call.installation)
        tenants.change(tx, tenant.id, installation=call.installation)
        _go_on(tx, deployment, tenant)
        share(tx, tenant.id)
    elif tenant.uninstalled_at:
        raise Forged(PINNED)
    if call.token:
        _renew(tx, deployment, tenant, call)
    if call.site_url:
        move(tx, tenant, call.site_url)
    if not tenant.own_account:
        put_onboard(tx, deployment, tenant.id)
    return tenants.get(tx, tenant.id)


def put_onboard(tx: Connection, deployment: Deployment, tenant_id: TenantId) -> None:
    """Have the site asked who we are there and what it has."""
    deployment.queue.put(tx, JobKind.ONBOARD, f"{tenant_id}/", lane=f"onboard:{tenant_id}")


def resume(tx: Connection, deployment: Deployment, tenant_id: TenantId) -> int:
    """Let a stopped or removed tenant go on, with what was parked for that reason; how many jobs those are.

    Raises ConfigError while another one serves its site.
    """
    tenant = tenants.get(tx, tenant_id)
    if others := rivals(tx, tenant):
        raise ConfigError(rivalry(others[0], tenant_id))
    only_one_of_forge(tx, tenant)
    reinstalled = bool(tenant.uninstalled_at) and tenant.source is SourceKind.FORGE  # as a new installation
    pinned = None if reinstalled else tenant.installation
    tenants.change(tx, tenant_id, installation=pinned)
    if tenant.source is SourceKind.CONNECT and not tenant.own_account:
        put_onboard(tx, deployment, tenant_id)
    return _go_on(tx, deployment, tenant)


def only_one_of_forge(tx: Connection, tenant: Tenant) -> None:
    """That no other tenant of the site is told by Forge: a call names its site and nothing less. Raises ConfigError."""
    for other in tenants.active(tx):
        forge = other.source is tenant.source is SourceKind.FORGE
        if forge and other.id != tenant.id and _same_site(other, tenant):
            raise ConfigError(
                f"Tenant {other.id} is told by this site's Forge app, which can tell one tenant only. Have one of the "
                "two told by a webhook (`--source cloud`)."
            )


def rivals(tx: Connection, tenant: Tenant) -> list[Tenant]:
    """Other installed tenants of the same site that serve some of the same projects: both would ask about one close."""
    return [other for other in _beside(tx, tenant) if not other.uninstalled_at and not other.stopped]


def rivalry(other: Tenant, tenant_id: str = "") -> str:
    """What to say, and to do, about two tenants that would ask about the same closes; `tenant_id` is kept and stopped
    for it.
    """
    stopped = f" What was stopped for this goes on by `learnloop tenant resume {tenant_id}`." if tenant_id else ""
    return (
        f"Tenant {other.id} serves this site already, and people would be asked twice. Give each projects of its own "
        f"(Settings, or `learnloop tenant change`), or remove one (`learnloop tenant remove`).{stopped}"
    )


def kept(tx: Connection, tenant: Tenant) -> list[Tenant]:
    """Removed tenants of the same site and projects whose rows are kept: a new one would know nothing of what they
    asked and wrote there.
    """
    return [other for other in _beside(tx, tenant) if other.uninstalled_at]


def keeping(other: Tenant, source: SourceKind) -> str:
    """What to say, and to do, where a new tenant told by `source` would do again what a kept one did."""
    told = f"`learnloop tenant source {other.id} --source {source}`, then " if other.source is not source else ""
    return (
        f"Tenant {other.id} of this site was removed and is kept. A new one would ask again about issues that close "
        f"again, and make its pages beside those that are there. {told}`learnloop tenant resume {other.id}` lets the "
        f"kept one go on; `learnloop tenant erase {other.id}` deletes it, and then the site can be added anew."
    )


def _follows(tx: Connection, deployment: Deployment, tenant: Tenant, call: Invocation) -> bool:
    """Whether a call's installation takes the place of the tenant's, whose scheduled trigger calls every five minutes:
    that one has not called for an hour. We may have been away ourselves, so that a development environment calls first:
    it never follows. Where an admin gave a token of their own, nothing tells.
    """
    held = credentials.of(tx, tenant.id).get(Product.JIRA)
    ended = held.expires_at if held and held.scheme is Scheme.FORGE else None
    silent = ended is not None and deployment.clock.now() - ended > _GONE
    return silent and not tenant.uninstalled_at and call.environment in ("", "PRODUCTION")


def share(tx: Connection, tenant_id: TenantId) -> None:
    """Stop a tenant whose site is served already. The other one goes on: it was there first."""
    if others := rivals(tx, tenants.get(tx, tenant_id)):
        tenants.stop(tx, tenant_id, rivalry(others[0], tenant_id))


def _give_way(tx: Connection, tenant: Tenant) -> None:
    """Stop a new tenant whose site has one that stands still: that one knows what was asked and written there. Beside
    one that goes on it is `share` that stops it.
    """
    for other in _beside(tx, tenant):
        if (other.stopped or other.uninstalled_at) and other.stopped != tenants.NOT_FINISHED:
            was = "was removed and is kept" if other.uninstalled_at else "stands still"
            words = (
                f"Tenant {other.id} of this site {was}, and knows what was asked and written there. Let that one go on "
                f"(`learnloop tenant resume {other.id}`); or this new one, which begins from nothing beside it "
                f"(`learnloop tenant resume {tenant.id}`)."
            )
            tenants.stop(tx, tenant.id, words)


def _go_on(tx: Connection, deployment: Deployment, tenant: Tenant) -> int:
    """Serve a tenant again, and try again what was parked because it was not served; how many jobs those are.

    What closed while it was uninstalled is not asked about: nobody was to be asked then.
    """
    now = deployment.clock.now()
    back = {"swept_at": now, "activated_at": now} if tenant.uninstalled_at else {}
    tenants.change(tx, tenant.id, stopped="", uninstalled_at=None, **back)
    return deployment.queue.retry_ended(tx, tenant.id, tenant.stopped) if tenant.stopped else 0


def _move_pages(tx: Connection, tenant_id: TenantId, old: str, new: str) -> None:
    """Confluence is at another address: its credential, where it goes there, and the links of pages follow."""
    credentials.move(tx, tenant_id, old, new)
    pages.move(tx, tenant_id, old, new)


def _new_tenant(deployment: Deployment, told: Installation, secret: bytes) -> Tenant:
    return Tenant(
        id=TenantId(secrets.token_hex(4)),
        source=SourceKind.CONNECT,
        site_url=told.site_url,
        wiki_url=f"{told.site_url}/wiki",
        webhook_path=secrets.token_urlsafe(24),
        own_account=AccountId(""),
        silent_writes=False,
        policy=Policy(),
        activated_at=deployment.clock.now(),
        installation=told.client_key,
        proof=Proof.JWT,
        newest_secret=secret,
    )


def _renew(tx: Connection, deployment: Deployment, tenant: Tenant, call: Invocation) -> None:
    """Keep the installation's token, unless an admin gave one of their own."""
    now = deployment.clock.now()
    held = credentials.of(tx, tenant.id).get(Product.JIRA)
    if held and held.scheme is not Scheme.FORGE:
        return
    renewed = Credential(
        product=Product.JIRA,
        scheme=Scheme.FORGE,
        address=f"{deployment.settings.atlassian_api}/ex/jira/{tenant.cloud_id}",
        account="",
        account_id=tenant.own_account,
        secret=deployment.keys.seal(call.token),
        added_at=held.added_at if held else now,
        expires_at=call.token_ends(now),
    )
    credentials.keep(tx, tenant.id, renewed)


def _follow(address: str, old: str, new: str) -> str:
    return new + address.removeprefix(old) if address.startswith(old) else address


def _beside(tx: Connection, tenant: Tenant) -> list[Tenant]:
    """Other tenants of the same site and of some of the same projects."""
    others = (other for other in tenants.every(tx) if other.id != tenant.id)
    return [other for other in others if _same_site(other, tenant) and _overlap(other, tenant)]


def _same_site(one: Tenant, other: Tenant) -> bool:
    if one.cloud_id and other.cloud_id:
        return one.cloud_id == other.cloud_id
    return urlsplit(one.site_url)[:3] == urlsplit(other.site_url)[:3]


def _overlap(one: Tenant, other: Tenant) -> bool:
    mine, theirs = set(one.policy.projects), set(other.policy.projects)
    return not mine or not theirs or bool(mine & theirs)
