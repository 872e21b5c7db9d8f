"""How a tenant stands, in words for its admin, from our own rows alone: no call is made.

What needs somebody's eye is a `Concern`: the admin pages, the pages inside Jira and the command line show the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from worker.domain.model import PageState, Product, Proof, Scheme, SourceKind
from worker.domain.spans import ago, spoken
from worker.store import credentials, deliveries, migrate, tallies, tenants
from worker.store.credentials import Credential
from worker.store.deliveries import Delivery
from worker.store.tallies import Waiting
from worker.store.tenants import Tenant

_SOON = timedelta(days=14)
# Atlassian's API tokens live at most a year; Data Center's as long as its admin allows.
_LONGEST = timedelta(days=365)
# The schedule starts something every quarter of an hour; two are missed before it is said.
_LATE = timedelta(minutes=35)
_QUEUE_LATE = timedelta(minutes=10)
_SILENT = timedelta(days=2)
# The Forge app calls every five minutes, and each call brings a token.
_FORGE_SILENT = timedelta(minutes=15)


class Where(StrEnum):
    """The admin page on which something can be done."""

    CREDENTIALS = "credentials"
    SETTINGS = "settings"
    WEBHOOK = "webhook"
    JOBS = "jobs"
    PAGES = "pages"
    STATUS = "status"


@dataclass(frozen=True)
class Concern:
    """One thing to look at: what is so, what to do, on which page or by which command. `grave`: something does not work
    until it is done.
    """

    words: str
    todo: str
    where: Where
    command: str = ""
    grave: bool = False

    def __str__(self) -> str:
        command = f" (`{self.command}`)." if self.command else "."
        return f"{self.words} {self.todo.removesuffix('.')}{command}"


_PATH_ONLY = Concern(
    "Deliveries are not signed: whoever learns the webhook's address can send some.",
    "Set a secret on both sides.",
    Where.WEBHOOK,
)
UNSIGNED = str(_PATH_ONLY)
_NO_SECRET = Concern(
    "Every delivery is refused: the secret that proves them was forgotten.",
    "Give one, the same as in Jira.",
    Where.WEBHOOK,
    "learnloop tenant rotate",
    grave=True,
)
REFUSED = str(_NO_SECRET)
_NO_TOKEN = Concern(
    "There is no credential for Jira, so nobody is asked.",
    "Give one.",
    Where.CREDENTIALS,
    "learnloop tenant credential",
    grave=True,
)
_UNCALLED = Concern(
    "The Forge app has not called yet, so there is no token for Jira.",
    "Install it on the site with this LearnLoop's address, or give an API token.",
    Where.CREDENTIALS,
    "learnloop tenant credential --product jira",
    grave=True,
)


@dataclass(frozen=True)
class Standing:
    """A tenant's state in a sentence, and what its admin should look at, the gravest first."""

    state: str
    concerns: list[Concern]


def of(tx: Connection, tenant: Tenant, now: datetime) -> Standing:
    """How the tenant stands now."""
    found = concerns(tx, tenant, now)
    return Standing(_state(tenant, found), found)


def inside_jira(tx: Connection, tenant: Tenant, now: datetime) -> dict[str, Any]:
    """What the admin pages inside Jira show: the standing in sentences, and what came in last (`forge/src/wire.ts`,
    Admin).
    """
    stands = of(tx, tenant, now)
    return {
        "tenant": tenant.id,
        "site": tenant.site_url,
        "source": tenant.source,
        "state": stands.state,
        "warnings": [str(one) for one in stands.concerns],
        "deliveries": [_line(one) for one in deliveries.newest(tx, tenant.id, limit=20)],
    }


def concerns(tx: Connection, tenant: Tenant, now: datetime) -> list[Concern]:
    """What an admin should look at, the gravest first; nothing of a tenant that was uninstalled."""
    if tenant.uninstalled_at:
        return []
    found = [*_stopped(tenant), *_set_up(tenant, credentials.of(tx, tenant.id), now)]
    jobs = tallies.waiting(tx, now, tenant.id)
    if not tenant.stopped:
        found += [*_unheard(tx, tenant, now), *_late(tx, tenant, jobs, now)]
    found += [*_dead(jobs), *_pages(tx, tenant), *_version(tx)]
    return sorted(found, key=lambda one: not one.grave)


def ending(credential: Credential, now: datetime) -> str:
    """A sentence when the credential ends soon, else nothing. Forge's renews itself, Connect's lasts as installed."""
    concern = _ending(credential, now)
    return str(concern) if concern else ""


def _state(tenant: Tenant, found: list[Concern]) -> str:
    if tenant.stopped:
        return "It stands still until somebody acts."
    if any(one.grave for one in found):
        return "It runs, but something does not work."
    return "It listens, asks and publishes." if tenant.policy.home_space else "It listens and asks."


def _stopped(tenant: Tenant) -> Iterator[Concern]:
    if tenant.stopped == tenants.DISABLED:
        yield Concern(tenant.stopped, "That is enough: it goes on by itself then.", Where.STATUS, grave=True)
    elif tenant.stopped:
        todo = "Put that right, and let it go on."
        yield Concern(tenant.stopped, todo, Where.CREDENTIALS, f"learnloop tenant resume {tenant.id}", grave=True)


def _set_up(tenant: Tenant, held: Mapping[Product, Credential], now: datetime) -> Iterator[Concern]:
    """What was left open, or will end."""
    if tenant.proof is Proof.PATH:
        yield _PATH_ONLY
    elif tenant.proof is not Proof.JWT and not tenant.secrets:
        yield _NO_SECRET
    if Product.JIRA not in held:
        yield _UNCALLED if tenant.source is SourceKind.FORGE else _NO_TOKEN
    if tenant.earlier_secret is not None:
        todo = "Once Jira uses the newer one, retire the earlier."
        yield Concern("Two secrets are live.", todo, Where.WEBHOOK, "learnloop tenant retire")
    if tenant.policy.home_space and Product.CONFLUENCE not in held:
        words = "There is no credential for Confluence, so nothing is published."
        yield Concern(words, "Give one.", Where.CREDENTIALS, "learnloop tenant credential", grave=True)
    for product in Product:
        if product in held and (concern := _ending(held[product], now)):
            yield concern
    if not tenant.policy.home_space:
        words = "No space is chosen, so nothing is published."
        yield Concern(words, "Choose one.", Where.SETTINGS, "learnloop tenant change --space")


def _ending(credential: Credential, now: datetime) -> Concern | None:
    if credential.scheme is Scheme.FORGE and credential.expires_at and now - credential.expires_at > _FORGE_SILENT:
        words = f"The Forge app has not called since its token ended {ago(credential.expires_at, now)}; jobs wait."
        return Concern(words, "See that it is installed, and calls this LearnLoop's address.", Where.STATUS, grave=True)
    if credential.scheme in (Scheme.FORGE, Scheme.CONNECT):
        return None
    ends = credential.expires_at or credential.added_at + _LONGEST
    if ends > now + _SOON:
        return None
    when = "has expired" if ends <= now else f"expires by {ends:%Y-%m-%d}"
    words = f"The token for {credential.product.title()} {when}."
    return Concern(words, "Give a new one.", Where.CREDENTIALS, "learnloop tenant credential", grave=ends <= now)


def _unheard(tx: Connection, tenant: Tenant, now: datetime) -> Iterator[Concern]:
    if found := tallies.unheard(tx, tenant.id, now - _SILENT):
        closes = _of(found, "close was", "closes were")
        words = f"For {spoken(_SILENT)} Jira told us nothing, though {closes} found by the search."
        yield Concern(words, "See that Jira's webhook is there and points here.", Where.WEBHOOK, grave=True)


def _late(tx: Connection, tenant: Tenant, jobs: Waiting, now: datetime) -> Iterator[Concern]:
    """Whether things are started on time, and done. When nothing is started, what follows from that is not said too."""
    ticked = max(tallies.last_tick(tx) or tenant.activated_at, tenant.activated_at)
    if now - ticked > _LATE:
        words = f"Nothing was started on time since {ticked:%Y-%m-%d %H:%M} UTC."
        yield Concern(words, "See that a worker runs: `learnloop up` starts one.", Where.JOBS, grave=True)
        return
    swept, every = max(tenant.swept_at or tenant.activated_at, tenant.activated_at), tenant.policy.sweep_minutes
    if now - swept > timedelta(minutes=3 * every) + _LATE:
        words = (
            f"The search for closes nobody told us of last ended {ago(swept, now)}, and should every {every} minutes."
        )
        yield Concern(words, "See what keeps its job waiting.", Where.JOBS, grave=True)
    if jobs.oldest_due and now - jobs.oldest_due > _QUEUE_LATE:
        waits = f"{_of(jobs.due, 'job is', 'jobs are')} due, the first for {spoken(now - jobs.oldest_due)}."
        yield Concern(waits, "If it does not get less, give the worker more threads.", Where.JOBS)


def _dead(jobs: Waiting) -> Iterator[Concern]:
    if jobs.dead:
        words = f"{_of(jobs.dead, 'job', 'jobs')} could not be done; each says why."
        yield Concern(words, "Put that right, then retry.", Where.JOBS, "learnloop jobs --retry", grave=True)


def _pages(tx: Connection, tenant: Tenant) -> Iterator[Concern]:
    states = tallies.page_states(tx, tenant.id)
    if drifted := states.get(PageState.DRIFTED):
        words = f"{_of(drifted, 'page', 'pages')} had our part edited by hand, so we left it as it is."
        yield Concern(words, "Decide whether we take it back or let it go.", Where.PAGES, "learnloop pages")
    if refused := states.get(PageState.REFUSED):
        words = f"{_of(refused, 'page', 'pages')} cannot be written; each says why."
        yield Concern(words, "Put that right; it is tried again each night.", Where.PAGES, "learnloop pages")


def _version(tx: Connection) -> Iterator[Concern]:
    if migrate.is_newer(migrate.current(tx)):
        words = "A newer version of LearnLoop has changed the database."
        yield Concern(words, "Finish the upgrade: restart this one with that version.", Where.STATUS)


def _of(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _line(one: Delivery) -> dict[str, str]:
    return {
        "received": f"{one.received_at:%Y-%m-%d %H:%M:%S} UTC",
        "event": one.event,
        "about": one.issue_key,
        "state": str(one.state),
        "reason": one.reason,
    }
