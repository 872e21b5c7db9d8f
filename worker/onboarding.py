"""Add a tenant, give it credentials, and learn what its site has. Everything is asked of the site before it is kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection

from worker import installing
from worker.config import is_local
from worker.deployment import Deployment
from worker.domain.model import (
    AccountId,
    Hosting,
    Product,
    ProjectKey,
    Proof,
    Scheme,
    SourceKind,
    StatusCategory,
    StatusId,
    TenantId,
)
from worker.domain.policy import FieldMap, Policy, ProjectRules
from worker.domain.setting_kinds import zones
from worker.errors import ConfigError, Forbidden, Unreachable
from worker.gateways import places
from worker.gateways.doors import DoorKeeper, Doors
from worker.gateways.jira_shapes import Me
from worker.sources import proofs
from worker.store import audit, credentials, tenants
from worker.store.audit import Entry
from worker.store.credentials import Credential
from worker.store.tenants import Tenant

# What fields for answers are called, by the question they are for: made so by the guide, mapped by themselves when the
# site has them.
FIELD_NAMES = {
    "learned": "What we learned",
    "surprised": "What surprised us",
    "differently": "What we will do differently",
    "lives_at": "Where it lives",
    "missing": "What we are missing",
}
# What a webhook has to tell us, in Jira's names and as its own form says it (Atlassian: webhooks).
EVENTS = (
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "sprint_started",
    "sprint_closed",
)
EVENT_WORDS = "Issue updated and deleted, Comment created and updated, Sprint started and closed"
_KINDS = {
    Scheme.BASIC: "a token of {account}",
    Scheme.BEARER: "a token without an account",
    Scheme.FORGE: "the installation's own token, renewed by every call",
    Scheme.CONNECT: "the app's secret, good while it is installed",
}
# Data Center repeats no delivery, so closes are looked for more often there.
_DATA_CENTER_SWEEP = 5


@dataclass(frozen=True)
class Given:
    """A credential as an admin gives it. Without an account it is a Bearer token. `scoped` tokens and service accounts
    go through Atlassian's gateway. `expires_at` is None when nobody said.
    """

    token: str
    account: str = ""
    scoped: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Wish:
    """What an admin says about a new tenant. Empty `space` publishes nothing; no `wiki` uses `jira` for both. `stopped`
    is a sentence for a tenant that is kept and not served yet.
    """

    site_url: str
    source: SourceKind = SourceKind.CLOUD
    jira: Given | None = None
    wiki: Given | None = None
    wiki_url: str = ""
    proof: Proof | None = None
    secret: str = ""
    space: str = ""
    time_zone: str = ""
    projects: tuple[str, ...] = ()
    data_center: bool = False
    activated_at: datetime | None = None
    stopped: str = ""


@dataclass(frozen=True)
class _Site:
    """What a site says of itself and of us. `silent`: we may write without mails, because Jira honours
    notifyUsers=false only for Jira and project admins (REST v3, edit issue).
    """

    me: Me
    projects: Mapping[ProjectKey, bool]
    statuses: Mapping[StatusId, StatusCategory]
    fields: FieldMap
    silent: bool


def add_tenant(deployment: Deployment, wish: Wish) -> Tenant:
    """Ask the site and keep a new tenant. Raises ConfigError for a wish that cannot be, and what the site answers."""
    tenant = _wished(deployment, wish)
    with deployment.db.read() as tx:
        if others := installing.rivals(tx, tenant):
            raise ConfigError(installing.rivalry(others[0]))
        installing.only_one_of_forge(tx, tenant)
        if removed := installing.kept(tx, tenant):
            raise ConfigError(installing.keeping(removed[0], tenant.source))
    found = _credentials(deployment, tenant, wish)
    doors = DoorKeeper(deployment).with_these(tenant, found)
    if Product.CONFLUENCE in found:
        found[Product.CONFLUENCE] = replace(found[Product.CONFLUENCE], account_id=_wiki_account(tenant, doors, wish))
        if wish.space:
            doors.confluence.space(wish.space)
    site = _read(doors) if Product.JIRA in found else None
    with deployment.db.begin() as tx:
        tenants.add(tx, tenant)
        for credential in found.values():
            credentials.keep(tx, tenant.id, credential)
        if site:
            _keep(tx, tenant.id, site, deployment.clock.now(), follow_zone=not wish.time_zone)
        return tenants.get(tx, tenant.id)


def know_site(deployment: Deployment, tenant: Tenant, doors: Doors) -> None:
    """Ask the site who we are there, and what statuses, projects and fields it has, and keep it. What the policy says
    already stays.
    """
    site, cloud_id = _read(doors), tenant.cloud_id or _told_cloud_id(tenant)
    with deployment.db.begin() as tx:
        unset = tenants.get(tx, tenant.id).policy.time_zone == Policy().time_zone
        _keep(tx, tenant.id, site, deployment.clock.now(), follow_zone=unset)
        tenants.change(tx, tenant.id, cloud_id=cloud_id)
        installing.share(tx, tenant.id)


def give_credential(deployment: Deployment, tenant: Tenant, product: Product, given: Given, who: str) -> Credential:
    """Try a credential and keep it in place of the earlier one; whether a stopped tenant goes on is for `installing`.

    Raises what the site answers; nothing is kept then.
    """
    tried = tried_credential(deployment, tenant, product, given)
    with deployment.db.begin() as tx:
        keep_credential(tx, tenant.id, tried, who)
    return tried


def tried_credential(deployment: Deployment, tenant: Tenant, product: Product, given: Given) -> Credential:
    """The credential, with who it says we are. Raises what the site answers, ConfigError for what cannot be."""
    credential = _credential(deployment, tenant, product, given)
    doors = DoorKeeper(deployment).with_these(tenant, {product: credential})
    account = doors.jira.me().account_id if product is Product.JIRA else doors.confluence.me()
    return replace(credential, account_id=account)


def keep_credential(tx: Connection, tenant_id: TenantId, credential: Credential, who: str) -> Credential | None:
    """Keep a credential that was tried, in place of the earlier one for its product, and say so in the log. The earlier
    one.
    """
    earlier = credentials.of(tx, tenants.held(tx, tenant_id).id).get(credential.product)
    credentials.keep(tx, tenant_id, credential)
    if credential.product is Product.JIRA:
        tenants.change(tx, tenant_id, own_account=credential.account_id)
    what, before = f"gave a new token for {credential.product.title()}", _said(earlier) if earlier else "none"
    audit.note(tx, Entry(credential.added_at, who, what, before, _said(credential), tenant_id))
    return earlier


def kind(credential: Credential) -> str:
    """What sort of credential it is, in an admin's words."""
    return _KINDS[credential.scheme].format(account=credential.account)


def _said(credential: Credential) -> str:
    """A credential in the log of changes."""
    ends = f"until {credential.expires_at:%Y-%m-%d}" if credential.expires_at else "its end is not known"
    return f"{kind(credential)}, {ends}"


def keys(written: str) -> tuple[str, ...]:
    """Project keys, separated by commas."""
    return tuple(key.strip() for key in written.split(",") if key.strip())


def same_site(tenant: Tenant, address: str) -> bool:
    """Whether an address is proven to be of the tenant's own site: a site that told no cloud id proves nothing before
    it has our token. Raises ConfigError for another's, Unreachable when it is none.
    """
    if tenant.cloud_id and (found := places.cloud_id(address)) != tenant.cloud_id:
        raise ConfigError(f"{address} is another site ({found}), not the one that moved; add it as a tenant.")
    return bool(tenant.cloud_id)


def site_address(written: str, *, with_path: bool = False) -> str:
    """The site's address as it is kept, the same however it is written: its host in small letters, no usual port, no
    last slash; with its path where Data Center lives below one.

    Raises ConfigError when it is none, or no token may be sent there.
    """
    try:
        parts = urlsplit(written.strip())
        known = parts.scheme in ("https", "http") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        known = False
    if not known or not parts.hostname:
        raise ConfigError(f"{written!r} is not a site's address; it looks like https://example.atlassian.net.")
    if parts.scheme == "http" and not is_local(written.strip()):
        raise ConfigError(f"{written!r} would send the token unencrypted; use https.")
    host, port = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname, parts.port
    usual = {"https": 443, "http": 80}[parts.scheme]
    place = host if port in (None, usual) else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/') if with_path else ''}"


def webhook_url(deployment: Deployment, tenant: Tenant) -> str:
    """The address that the tenant's deliveries come to."""
    base = f"{deployment.settings.base_url}/webhooks/{tenant.source}"
    return base if tenant.proof is Proof.JWT else f"{base}/{tenant.webhook_path}"


def private_projects(found: Mapping[ProjectKey, bool]) -> dict[str, ProjectRules]:
    """Rules for the projects that the site says are private."""
    return {str(key): ProjectRules(private=True) for key, private in found.items() if private}


def _read(doors: Doors) -> _Site:
    jira = doors.jira
    by_name = {field.name.casefold(): field.id for field in jira.fields() if field.id.startswith("customfield_")}
    fields = FieldMap(**{name: by_name.get(words.casefold(), "") for name, words in FIELD_NAMES.items()})
    return _Site(jira.me(), jira.projects(), jira.statuses(), fields, silent=jira.may("ADMINISTER"))


def _keep(tx: Connection, tenant_id: TenantId, site: _Site, now: datetime, *, follow_zone: bool) -> None:
    """Keep what the site said. `follow_zone`: nobody chose a time zone, so the account's is the team's."""
    policy, me = tenants.held(tx, tenant_id).policy, site.me
    policy = replace(
        policy,
        field_map=policy.field_map if policy.field_map.ids() else site.fields,
        time_zone=me.time_zone if follow_zone and me.time_zone in zones() else policy.time_zone,
        project_rules={**private_projects(site.projects), **policy.project_rules},
    )
    tenants.set_policy(tx, tenant_id, policy)
    tenants.know_projects(tx, tenant_id, map(str, site.projects))
    tenants.change(tx, tenant_id, own_account=me.account_id, silent_writes=site.silent)
    tenants.keep_categories(tx, tenant_id, site.statuses, now)
    if held := credentials.of(tx, tenant_id).get(Product.JIRA):
        credentials.keep(tx, tenant_id, replace(held, account_id=me.account_id))


def _wished(deployment: Deployment, wish: Wish) -> Tenant:
    """The tenant as it will be, before its site is asked. Raises ConfigError."""
    hosting = Hosting.DATA_CENTER if wish.data_center or wish.source is SourceKind.DATA_CENTER else Hosting.CLOUD
    proof = proofs.proof(wish.source, wish.proof)
    if wish.source is SourceKind.FORGE:
        some_forge_app(deployment)
    if hosting is Hosting.DATA_CENTER and wish.wiki and not wish.wiki_url:
        raise ConfigError("Confluence Data Center has an address of its own; give it with --wiki.")
    secret = proofs.checked(proof, wish.secret)
    policy = Policy(home_space=wish.space, time_zone=known_zone(wish.time_zone) or "UTC", projects=wish.projects)
    if hosting is Hosting.DATA_CENTER:
        policy = replace(policy, sweep_minutes=_DATA_CENTER_SWEEP)
    return Tenant(
        id=TenantId(secrets.token_hex(4)),
        source=wish.source,
        hosting=hosting,
        site_url=wish.site_url,
        wiki_url=wish.wiki_url or f"{wish.site_url}/wiki",
        cloud_id=_cloud_id(wish, hosting),
        webhook_path=secrets.token_urlsafe(24),
        own_account=AccountId(""),
        silent_writes=False,
        policy=policy,
        activated_at=wish.activated_at or deployment.clock.now(),
        proof=proof,
        newest_secret=deployment.keys.seal(secret) if secret else None,
        stopped=wish.stopped,
    )


def some_forge_app(deployment: Deployment) -> None:
    """That calls of some Forge app are taken. Raises ConfigError."""
    if not deployment.settings.forge_apps:
        raise ConfigError("LEARNLOOP_FORGE_APPS is empty, so no Forge call would be taken; put your app's id there.")


def _cloud_id(wish: Wish, hosting: Hosting) -> str:
    """The site's cloud id. Raises Unreachable where nothing works without it."""
    if hosting is Hosting.DATA_CENTER:
        return ""
    try:
        return places.cloud_id(wish.site_url)
    except Unreachable:
        if wish.source is SourceKind.FORGE or any(one and one.scoped for one in (wish.jira, wish.wiki)):
            raise
        return ""


def _told_cloud_id(tenant: Tenant) -> str:
    """The cloud id of a site that installed us: by it the site is known under each of its names."""
    try:
        return "" if tenant.hosting is Hosting.DATA_CENTER else places.cloud_id(tenant.site_url)
    except Unreachable:
        return ""


def _credentials(deployment: Deployment, tenant: Tenant, wish: Wish) -> dict[Product, Credential]:
    """What was given, for each product. Raises ConfigError when Jira could not be asked at all."""
    given = {Product.JIRA: wish.jira, Product.CONFLUENCE: wish.wiki or _for_both(tenant, wish)}
    if wish.jira is None and wish.source is not SourceKind.FORGE:
        raise ConfigError("Give the token of LearnLoop's account on the site with --token-file.")
    return {product: _credential(deployment, tenant, product, one) for product, one in given.items() if one}


def _for_both(tenant: Tenant, wish: Wish) -> Given | None:
    """Jira's credential serves Confluence too on a Cloud site; on Data Center they are two servers."""
    return wish.jira if tenant.hosting is Hosting.CLOUD or wish.wiki_url else None


def _credential(deployment: Deployment, tenant: Tenant, product: Product, given: Given) -> Credential:
    if given.scoped and not tenant.cloud_id:
        raise ConfigError("A scoped token needs the site's cloud id, and this site has told none.")
    api = f"{deployment.settings.atlassian_api}/ex/{product}/{tenant.cloud_id}"
    wiki = tenant.wiki_url if tenant.hosting is Hosting.DATA_CENTER else tenant.site_url
    return Credential(
        product=product,
        scheme=Scheme.BASIC if given.account else Scheme.BEARER,
        address=api if given.scoped else wiki if product is Product.CONFLUENCE else tenant.site_url,
        account=given.account,
        account_id=AccountId(""),
        secret=deployment.keys.seal(given.token),
        added_at=deployment.clock.now(),
        expires_at=given.expires_at,
    )


def _wiki_account(tenant: Tenant, doors: Doors, wish: Wish) -> AccountId:
    """Who we are in Confluence. An account of Atlassian's is the same in both products, so a token that may not ask
    Confluence asks Jira.
    """
    try:
        return doors.confluence.me()
    except Forbidden:
        if wish.wiki or tenant.hosting is not Hosting.CLOUD:
            raise
        return doors.jira.me().account_id


def known_zone(wished: str) -> str:
    """The time zone as written; empty when none was. Raises ConfigError when there is none of that name."""
    if wished and wished not in zones():
        raise ConfigError(f"There is no time zone {wished!r}; one looks like Europe/Lisbon.")
    return wished
