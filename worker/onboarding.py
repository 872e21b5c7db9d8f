"""Add a tenant: ask the site who we are and what we may do, then keep it. And check one, line by line."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from worker.deployment import Deployment
from worker.domain.model import ProjectKey, SourceKind, TenantId
from worker.domain.policy import FieldMap, Policy, ProjectRules
from worker.errors import ConfigError, Forbidden, LearnLoopError
from worker.gateways.doors import DoorKeeper, Doors
from worker.gateways.session import Credentials
from worker.store import learnings, tenants
from worker.store.tenants import Tenant

# The names of custom fields that are mapped by themselves when the site has them.
_FIELD_NAMES = {
    "learned": "what we learned",
    "surprised": "what surprised us",
    "differently": "what we will do differently",
    "lives_at": "where it lives",
}


@dataclass(frozen=True)
class Wish:
    """What an admin says about a new tenant. Empty `space` publishes nothing."""

    site_url: str
    email: str
    token: str
    webhook_secret: str
    space: str = ""
    time_zone: str = ""
    activated_at: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """One line of a check: what was looked at, how it is, and what to do when it is not well."""

    subject: str
    state: str
    words: str


def add_tenant(deployment: Deployment, wish: Wish) -> Tenant:
    """Ask the site and keep a new tenant. Raises ConfigError for a wish that cannot be, and what the site answers."""
    if len(wish.webhook_secret) < 16:
        raise ConfigError("The webhook secret is empty or short; use at least 16 characters, the same as in Jira.")
    tenant_id = TenantId(secrets.token_hex(4))
    doors = DoorKeeper(deployment).new(tenant_id, Credentials(wish.site_url, wish.email, wish.token))
    me = doors.jira.me()
    projects = doors.jira.projects()
    policy = Policy(
        home_space=wish.space,
        time_zone=_zone(wish.time_zone, me.time_zone),
        field_map=_field_map(doors),
        project_rules=_private_projects(projects),
    )
    if wish.space:
        doors.confluence.space(wish.space)
    tenant = Tenant(
        id=tenant_id,
        source=SourceKind.CLOUD,
        site_url=wish.site_url,
        email=wish.email,
        token=deployment.keys.seal(wish.token),
        webhook_path=secrets.token_urlsafe(24),
        webhook_secret=deployment.keys.seal(wish.webhook_secret),
        own_account=me.account_id,
        silent_writes=_silent(doors),
        policy=policy,
        activated_at=wish.activated_at or deployment.clock.now(),
        known_projects=tuple(sorted(projects)),
    )
    with deployment.db.begin() as tx:
        tenants.add(tx, tenant)
        tenants.keep_categories(tx, tenant.id, doors.jira.statuses(), deployment.clock.now())
    return tenant


def site_address(written: str) -> str:
    """The site's address without path or slash. Raises ConfigError when it is none, or no token may be sent there."""
    parts = urlsplit(written.strip())
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        raise ConfigError(f"{written!r} is not a site's address; it looks like https://example.atlassian.net.")
    if parts.scheme == "http" and not local:
        raise ConfigError(f"{written!r} would send the token unencrypted; use https.")
    return f"{parts.scheme}://{parts.netloc}"


def webhook_url(deployment: Deployment, tenant: Tenant) -> str:
    """The address to give to Jira's webhook."""
    return f"{deployment.settings.base_url}/webhooks/{tenant.source}/{tenant.webhook_path}"


def check(deployment: Deployment, tenant: Tenant) -> Iterator[Finding]:
    """What works for a tenant and what does not, each with what to do."""
    if tenant.stopped:
        yield Finding("tenant", "stopped", tenant.stopped)
    doors = DoorKeeper(deployment).of(replace(tenant, stopped=""))
    for subject, look in (
        ("identity", _check_identity),
        ("silent writes", _check_silent),
        ("space", _check_space),
        ("webhook", _check_webhook),
        ("private projects", _check_private),
    ):
        try:
            yield Finding(subject, *look(deployment, tenant, doors))
        except LearnLoopError as error:
            yield Finding(subject, "failed", str(error))
    with deployment.db.read() as tx:
        hidden = sum(not visible for _, visible in learnings.issue_ids(tx, tenant.id))
    if hidden:
        words = f"{hidden} not shown because their issues are restricted; the history of a page may still hold them."
        yield Finding("withdrawn learnings", "note", words)


def _check_identity(_deployment: Deployment, tenant: Tenant, doors: Doors) -> tuple[str, str]:
    me = doors.jira.me()
    if me.account_id != tenant.own_account:
        return "failed", f"The token is of another account ({me.name}) than the tenant was added with; add it again."
    return "ok", f"{me.name}, {me.time_zone}"


def _check_silent(_deployment: Deployment, tenant: Tenant, doors: Doors) -> tuple[str, str]:
    if _silent(doors):
        return "ok", "fields and labels can be written without mails"
    way = (
        "one mail per answer is accepted"
        if tenant.policy.accept_mail_per_answer
        else "answers go to the issue property only"
    )
    return "note", f"The account is no admin, so Jira would mail watchers on each write; {way}."


def _check_space(_deployment: Deployment, tenant: Tenant, doors: Doors) -> tuple[str, str]:
    if not tenant.policy.home_space:
        return "note", "No space is chosen, so nothing is published."
    found = doors.confluence.space(tenant.policy.home_space)
    return "ok", f"{found.key} ({found.name})"


def _check_webhook(deployment: Deployment, tenant: Tenant, doors: Doors) -> tuple[str, str]:
    address = webhook_url(deployment, tenant)
    try:
        found = [one for one in doors.jira.webhooks() if one.get("url") == address]
    except Forbidden:
        return "note", f"The account may not list webhooks; look yourself that one points to {address}."
    if not found:
        return "failed", f"No webhook of the site points to {address}; add one (System, WebHooks)."
    if not found[0].get("isSigned"):
        return "failed", "The webhook has no secret, so its deliveries are refused; set the tenant's secret in Jira."
    return "ok", ", ".join(found[0].get("events", []))


def _check_private(_deployment: Deployment, tenant: Tenant, doors: Doors) -> tuple[str, str]:
    unknown = [key for key in _private_projects(doors.jira.projects()) if not tenant.policy.rules(key).private]
    if unknown:
        return (
            "failed",
            f"Private in Jira, not in the policy: {', '.join(unknown)}. Mark them private, or they are shared.",
        )
    return "ok", ", ".join(tenant.policy.private_projects()) or "none"


def _zone(wished: str, of_account: str) -> str:
    """The team's time zone: the wished one, which must exist, or the account's if it does, or UTC."""
    if wished and wished not in available_timezones():
        raise ConfigError(f"There is no time zone {wished!r}; one looks like Europe/Lisbon.")
    return wished or (of_account if of_account in available_timezones() else "UTC")


def _silent(doors: Doors) -> bool:
    """Jira honours notifyUsers=false only for Jira and project admins (REST v3, edit issue)."""
    return doors.jira.may("ADMINISTER")


def _field_map(doors: Doors) -> FieldMap:
    by_name = {field.name.casefold(): field.id for field in doors.jira.fields() if field.id.startswith("customfield_")}
    return FieldMap(**{name: by_name.get(words, "") for name, words in _FIELD_NAMES.items()})


def _private_projects(found: Mapping[ProjectKey, bool]) -> dict[str, ProjectRules]:
    return {str(key): ProjectRules(private=True) for key, private in found.items() if private}
