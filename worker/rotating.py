"""Change how a site tells us and what proves it, without losing what the tenant has: a new secret beside the earlier,
then it alone; another proof; another way of telling.

It decides which secrets are live; that the site signs with the new one is the admin's work, or `worker/onboarding`'s.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from worker import installing, onboarding
from worker.deployment import Deployment
from worker.domain.model import AccountId, Hosting, Product, Proof, Scheme, SourceKind, TenantId
from worker.errors import ConfigError
from worker.gateways import places
from worker.sources import own_test, proofs
from worker.store import audit, credentials, deliveries, tenants
from worker.store.audit import Entry
from worker.store.deliveries import Delivery
from worker.store.tenants import Tenant

# How the log names a new secret; what came before it proves nothing of it.
MADE = "made a new webhook secret"
UNSIGNED = "From now on the address alone proves a delivery: whoever learns it can send some."
_LIVE = ("none", "one", "the newest and the earlier")
_BY_SECRET = ("newest secret", "earlier secret")  # as `sources/shared_secrets` says what proved a delivery
_LOOKED_AT = 200  # newest deliveries in which one by the newest secret is looked for
_THE_APPS = (Scheme.CONNECT, Scheme.FORGE)


def next_proof(tenant: Tenant, wished: Proof | None = None) -> Proof:
    """How deliveries are proven once a new secret is given: as `wished`, else as now, else the usual way. Raises
    ConfigError for a proof the source has not, and where the site itself renews it.
    """
    if tenant.source in (SourceKind.CONNECT, SourceKind.FORGE):
        raise ConfigError(f"The site itself renews what proves {tenant.source} deliveries.")
    if wished is None and tenant.proof is not Proof.PATH:
        return tenant.proof
    return proofs.proof(tenant.source, wished)


def fresh(proof: Proof) -> str:
    """A new secret nobody can guess, as the proof wants it: 256 random bits, after a name for Basic credentials."""
    random = secrets.token_urlsafe(32)
    return f"learnloop:{random}" if proof is Proof.BASIC else random


def rotate(
    tx: Connection, parts: Deployment, tenant: Tenant, secret: str, who: str, proof: Proof | None = None
) -> Tenant:
    """Make `secret` the newest; what was the newest stays good as the earlier, but where the proof is another one now.

    A proof by the address alone has no secret. Raises ConfigError for a bad secret or proof.
    """
    _give(tx, parts, tenant, secret, proof)
    after = tenants.get(tx, tenant.id)
    earlier = tenant.newest_secret if after.proof is tenant.proof else None
    tenants.change(tx, tenant.id, earlier_secret=earlier)
    now, live = parts.clock.now(), _live(tenant)
    if after.proof is not tenant.proof:
        audit.note(tx, Entry(now, who, "changed what proves deliveries", tenant.proof, after.proof, tenant.id))
    if after.proof is not Proof.PATH:
        audit.note(tx, Entry(now, who, MADE, live, "the new one and the earlier" if earlier else "one", tenant.id))
    return tenants.get(tx, tenant.id)


def replace_newest(tx: Connection, parts: Deployment, tenant: Tenant, secret: str, who: str) -> None:
    """Give another secret in place of the newest, which nobody uses yet; the earlier stays good. Raises ConfigError."""
    _give(tx, parts, tenant, secret, None)
    after = "another new one and the earlier"
    audit.note(tx, Entry(parts.clock.now(), who, MADE, _live(tenant), after, tenant.id))


def retire(tx: Connection, parts: Deployment, tenant: Tenant, who: str) -> None:
    """Take deliveries by the newest secret only."""
    tenants.change(tx, tenant.id, earlier_secret=None)
    if tenant.earlier_secret:
        now = parts.clock.now()
        audit.note(tx, Entry(now, who, "retired the earlier webhook secret", _live(tenant), "the newest", tenant.id))


def made_at(tx: Connection, tenant_id: TenantId) -> datetime | None:
    """When the tenant's newest secret was made, None if never here."""
    made = audit.last(tx, tenant_id, MADE)
    return made.at if made else None


def reading(one: Delivery, made: datetime | None) -> str:
    """What proved a delivery, as that is called now: the newest secret of its time may be an older one by now. Empty
    where it came through no door (the sweep). `made` is the tenant's `made_at`.
    """
    older = made and one.received_at <= made and one.proven_by in _BY_SECRET
    return "a secret from before the newest" if older else one.proven_by


def proven_by(tx: Connection, one: Delivery) -> str:
    """`reading` of one delivery of whichever tenant."""
    return reading(one, made_at(tx, one.tenant_id))


def uses_newest(tx: Connection, tenant_id: TenantId) -> bool:
    """Whether the site has proven a delivery by the newest secret since that was made; a test of ours is none."""
    made = made_at(tx, tenant_id)
    told = (one for one in deliveries.newest(tx, tenant_id, limit=_LOOKED_AT) if one.event != own_test.EVENT)
    return bool(made) and any(reading(one, made) == _BY_SECRET[0] for one in told)


def tell_by(
    parts: Deployment, tenant_id: TenantId, source: SourceKind, secret: str, who: str, proof: Proof | None = None
) -> Tenant:
    """Have a tenant told another way; its questions, answers and pages stay. What proved the earlier way counts no
    more, and its app may go without anything following from that. Raises ConfigError for what cannot be.
    """
    wanted = proofs.proof(source, proof)
    checked = proofs.checked(wanted, secret)
    if source is SourceKind.FORGE:
        onboarding.some_forge_app(parts)
    with parts.db.read() as tx:
        cloud_id = _known_cloud(tenants.get(tx, tenant_id), source)
    with parts.db.begin() as tx:
        tenant = tenants.held(tx, tenant_id)
        _possible(tx, tenant, source)
        if source is SourceKind.FORGE:
            installing.only_one_of_forge(tx, replace(tenant, source=source, cloud_id=cloud_id))
            _make_room(tx, tenant)
        values = {"source": source.value, "proof": wanted.value, "cloud_id": cloud_id, "installation": None}
        sealed = parts.keys.seal(checked) if checked else None
        tenants.change(tx, tenant_id, **values, newest_secret=sealed, earlier_secret=None)
        now, after = parts.clock.now(), tenants.get(tx, tenant_id)
        audit.note(tx, Entry(now, who, "has it told another way", _way(tenant), _way(after), tenant_id))
        if sealed:
            audit.note(tx, Entry(now, who, MADE, _live(tenant), "one", tenant_id))
        return after


def _possible(tx: Connection, tenant: Tenant, source: SourceKind) -> None:
    """Raises ConfigError when the tenant cannot be told by `source`."""
    if source is tenant.source:
        raise ConfigError(f"It is told by {source} already; `learnloop tenant rotate` changes what proves that.")
    server = tenant.hosting is Hosting.DATA_CENTER
    if source is not SourceKind.AUTOMATION and server is not (source is SourceKind.DATA_CENTER):
        runs = "Data Center" if server else "Jira Cloud"
        raise ConfigError(f"{tenant.site_url} runs {runs}, so it cannot be told by {source}.")
    held = credentials.of(tx, tenant.id).get(Product.JIRA)
    if source is not SourceKind.FORGE and (held is None or held.scheme in _THE_APPS):
        raise ConfigError(
            "The app's own credential for Jira ends with the app. Give an API token first: "
            f"`learnloop tenant credential {tenant.id} --product jira --email … --token-file …`."
        )


def _known_cloud(tenant: Tenant, source: SourceKind) -> str:
    """The tenant's cloud id; by it Forge's calls find their tenant. Raises Unreachable when the site does not tell."""
    if tenant.cloud_id or source is not SourceKind.FORGE or tenant.hosting is Hosting.DATA_CENTER:
        return tenant.cloud_id
    return places.cloud_id(tenant.site_url)


def _make_room(tx: Connection, tenant: Tenant) -> None:
    """Forget Connect's credential, so that Forge's first call brings its own; a token an admin gave stays."""
    held = credentials.of(tx, tenant.id).get(Product.JIRA)
    if held and held.scheme is Scheme.CONNECT:
        credentials.drop(tx, tenant.id, Product.JIRA)
        tenants.change(tx, tenant.id, own_account=AccountId(""))


def _give(tx: Connection, parts: Deployment, tenant: Tenant, secret: str, wished: Proof | None) -> None:
    proof = next_proof(tenant, wished)
    checked = proofs.checked(proof, secret)
    sealed = parts.keys.seal(checked) if checked else None
    tenants.change(tx, tenant.id, newest_secret=sealed, proof=proof.value)


def _live(tenant: Tenant) -> str:
    """Which secrets are live, in words."""
    return _LIVE[len(tenant.secrets)]


def _way(tenant: Tenant) -> str:
    """How a tenant is told, in words."""
    return f"{tenant.source}, proven by {tenant.proof}"
