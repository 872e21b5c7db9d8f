"""Check one tenant, line by line: what works, what does not, and what to do about it. Reads only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from worker import onboarding, rotating, standing, subscription, visiting
from worker.config import is_local
from worker.deployment import Deployment
from worker.domain.experiments import PARTS
from worker.domain.model import Hosting, Product, Proof, Scheme, SourceKind
from worker.domain.questions import QUESTIONS
from worker.errors import Forbidden, LearnLoopError, Missing, NotAsked, Unauthorized
from worker.gateways import places
from worker.look import PERMISSIONS, Look
from worker.sources import own_test
from worker.store import deliveries, learnings
from worker.store.credentials import Credential
from worker.store.tenants import Tenant

# The scope that each call of a check wants of a scoped token (REST v3, Confluence v2: OAuth 2.0 scopes).
_SCOPES = {
    "myself": "read:jira-user",
    "permissions": "read:jira-work",
    "fields": "read:jira-work",
    "projects": "read:jira-work",
    "wiki_me": "read:user:confluence",
    "spaces": "read:space:confluence",
    "operations": "read:space:confluence",
}
_PROOFS = {
    Proof.HMAC: "signed with the webhook's secret",
    Proof.TOKEN: "a token in the rule's header",
    Proof.BASIC: "a name and a password",
    Proof.JWT: "a token that Atlassian signs, or the app's secret",
}
_SETTING = "see *Projects* in the settings"
# What jobs do after a failure and a check does not.
_AGAIN = re.compile(r"[.;] it is tried again\.", re.IGNORECASE)
# Atlassian's tokens are taken three seconds early or late; NTP keeps clocks far closer than a minute.
_CLOCK_NOTE, _CLOCK_FAILED = timedelta(seconds=5), timedelta(minutes=1)


@dataclass(frozen=True)
class Finding:
    """One line of a check: what was looked at, how it is (ok, note, failed, stopped), and what to do if not well."""

    subject: str
    state: str
    words: str


Said = tuple[str, str]
_Line = tuple[str, Callable[[], Said]]


def check(deployment: Deployment, tenant: Tenant) -> Iterator[Finding]:
    """What works for a tenant and what does not, each with what to do."""
    if tenant.stopped:
        yield Finding("tenant", "stopped", tenant.stopped)
    look = Look(deployment, tenant)
    yield from _findings(look, _lines(look))
    yield from _withdrawn(deployment, tenant)


def account(deployment: Deployment, tenant: Tenant) -> Iterator[Finding]:
    """What our account on the site is, and what it may do there; whether anything is set up yet does not matter."""
    look = Look(deployment, tenant)
    who, *rest = _account_lines(look)
    for finding in _findings(look, [who]):
        yield finding
        if finding.state == "failed":  # whoever is not answered here is not answered about anything else
            return
    yield from _findings(look, [*rest, ("identity in Confluence", partial(_wiki_identity, look))])


def _findings(look: Look, lines: Iterable[_Line]) -> Iterator[Finding]:
    for subject, see in lines:
        try:
            yield Finding(subject, *see())
        except NotAsked as error:
            yield Finding(subject, "note", str(error))
        except Unauthorized as error:
            look.refused(error.product)
            yield Finding(subject, "failed", str(error))
        except Forbidden as error:
            yield Finding(subject, "failed", f"{error}{_scope(error)}")
        except LearnLoopError as error:
            yield Finding(subject, "failed", _AGAIN.sub(".", str(error)))


def _scope(error: Forbidden) -> str:
    """The scope a token lacks for a call, where that is what was refused."""
    scope = _SCOPES.get(error.call, "") if "scope" in error.detail.lower() else ""
    return f" It is {scope}: make a token with it (id.atlassian.com, Security, API tokens)." if scope else ""


def _account_lines(look: Look) -> Iterator[_Line]:
    yield "identity in Jira", partial(_jira_identity, look)
    yield "clock", partial(_clock, look)
    yield "projects", partial(_projects, look)
    for permission, name, needed in PERMISSIONS:
        yield f"permission {name}", partial(_permission, look, permission, name, needed=needed)
    yield "silent writes", partial(_silent, look)


def _lines(look: Look) -> Iterator[_Line]:
    yield "base address", partial(_base_address, look)
    yield from _account_lines(look)
    for question in QUESTIONS:
        yield f"field for “{question.label}”", partial(_field, look, question.field)
    for part in PARTS:
        if getattr(look.tenant.policy.field_map, part.field):
            yield f"field for “{part.label}”", partial(_field, look, part.field)
    if look.tenant.policy.home_space or Product.CONFLUENCE in look.held:
        yield "identity in Confluence", partial(_wiki_identity, look)
    for space in _spaces(look.tenant):
        yield f"space {space}", partial(_space, look, space)
    if not look.tenant.policy.home_space:
        yield "space", lambda: ("note", "No home space is chosen, so pages without one of their own are not made.")
    yield "proof of deliveries", partial(_proof, look)
    yield "webhook", partial(_webhook, look)
    yield "last delivery", partial(_last_delivery, look)
    for product, credential in look.held.items():
        yield f"token for {product.title()}", partial(_token, look, credential)
    yield "private projects", partial(_private, look)


def _base_address(look: Look) -> Said:
    base = look.deployment.settings.base_url
    if is_local(base):
        return "note", f"{base} can be opened on this machine only; set LEARNLOOP_BASE_URL to what the site can reach."
    if not places.ours(base):
        return "failed", f"Nothing of ours answers at {base}; is LEARNLOOP_BASE_URL right, and the web process up?"
    return "ok", base


def _jira_identity(look: Look) -> Said:
    me, own = look.jira.me(), look.tenant.own_account
    if own and me.account_id != own:
        command = f"learnloop tenant credential {look.tenant.id} --product jira"
        return "failed", f"The token is of another account ({me.name}) than the one we know; give it with `{command}`."
    return "ok", f"{me.name}, {me.time_zone}"


def _wiki_identity(look: Look) -> Said:
    me, own = look.confluence.me(), look.confluence.own_account
    if me != own:
        command = f"learnloop tenant credential {look.tenant.id} --product confluence"
        return "failed", f"The token is of another account than the one that wrote our pages; give it with `{command}`."
    return "ok", "the account that writes our pages"


def _clock(look: Look) -> Said:
    site, now = look.site_time(), look.deployment.clock.now()
    if site is None:
        return "note", "The site does not say what time it has."
    apart = abs(site - now)
    words = f"the site's clock and ours are {apart.total_seconds():.0f} s apart"
    if apart > _CLOCK_FAILED:
        return "failed", f"{words}; set this machine's clock (NTP), or tokens are refused and times are wrong."
    return ("note" if apart > _CLOCK_NOTE else "ok"), words


def _projects(look: Look) -> Said:
    chosen, seen = look.tenant.policy.projects, look.projects
    if not seen:
        return "failed", "The account sees no project; grant it *Browse projects* in those it shall serve."
    match [key for key in chosen if key not in seen]:
        case []:
            return "ok", ", ".join(chosen) or f"every one that the account sees: {len(seen)}"
        case [gone]:
            return "failed", f"{gone} is not there, or the account may not see it; {_SETTING}."
        case several:
            return "failed", f"{', '.join(several)} are not there, or the account may not see them; {_SETTING}."


def _permission(look: Look, permission: str, name: str, *, needed: bool) -> Said:
    if not look.granted:
        return "note", "There is no project to look in."
    missing = [key for key, held in look.granted.items() if permission not in held]
    looked, served = len(look.granted), len(look.served)
    part = f" ({looked} of {served} projects were looked at)" if looked < served else ""
    if missing:
        return ("failed" if needed else "note"), f"missing in {', '.join(missing)}{part}: grant *{name}* to the account"
    return "ok", f"in {', '.join(look.granted)}{part}"


def _silent(look: Look) -> Said:
    if look.jira.may("ADMINISTER"):
        return "ok", "fields and labels can be written without mails"
    accepted = look.tenant.policy.accept_mail_per_answer
    way = "one mail per answer is accepted" if accepted else "answers go to the issue property only"
    return "note", f"The account is no admin, so Jira would mail watchers on each write; {way}."


def _field(look: Look, name: str) -> Said:
    wanted = getattr(look.tenant.policy.field_map, name)
    if not wanted:
        return "ok", "none is chosen; the form and a reply are how people answer"
    field = look.fields.get(wanted)
    if field is None:
        return "failed", f"{wanted} is no longer there, or not to be seen; choose another."
    if not visiting.fits(field, name):
        return "failed", f"{field.name} ({wanted}) cannot hold what is written there; choose a text field."
    return "ok", f"{field.name} ({wanted})"


def _spaces(tenant: Tenant) -> list[str]:
    named = [tenant.policy.home_space, *(rules.space for rules in tenant.policy.project_rules.values())]
    return list(dict.fromkeys(space for space in named if space))


def _space(look: Look, key: str) -> Said:
    found = look.confluence.space(key)
    if found.archived:
        return "failed", f"{found.key} is archived, so no page can be written there; restore it, or choose another."
    if not look.confluence.may_write(found):
        return "failed", f"The account may not add pages to {found.key}; grant *Add page* in the space."
    return "ok", found.name or found.key


def _proof(look: Look) -> Said:
    """What proves a delivery, from our own rows: our account need not see the site's webhooks for that."""
    tenant = look.tenant
    if tenant.proof is Proof.PATH:
        return "note", standing.UNSIGNED
    if tenant.proof is not Proof.JWT and not tenant.secrets:
        return "failed", standing.REFUSED
    return "ok", _PROOFS[tenant.proof]


def _webhook(look: Look) -> Said:
    tenant, address = look.tenant, onboarding.webhook_url(look.deployment, look.tenant)
    match tenant.source:
        case SourceKind.AUTOMATION:
            return "note", f"Rules cannot be listed; look yourself that one sends to {address}."
        case SourceKind.CONNECT:
            return "ok", f"declared by the app, to {address}"
        case SourceKind.FORGE:
            known = "pinned" if tenant.installation else "not seen yet: no call of the app has come"
            return ("ok" if tenant.installation else "note"), f"installation {known}"
    try:
        found = subscription.hooks(look.jira.webhooks(), address)
    except (Forbidden, Missing):  # whether Atlassian's gateway has this call at all is not documented
        return "note", f"Jira does not list its webhooks to the account; look yourself that one points to {address}."
    if not found:
        return "failed", f"No webhook of the site points to {address}; add one (System, WebHooks)."
    wrong, notes = subscription.judged(found, tenant.proof, tenant.policy.projects)
    if wrong or notes:
        return ("failed" if wrong else "note"), " ".join((*wrong, *notes))
    return "ok", ", ".join(dict.fromkeys(event for one in found if one.enabled for event in one.events))


def _last_delivery(look: Look) -> Said:
    with look.deployment.db.read() as tx:
        found = [one for one in deliveries.newest(tx, look.tenant.id) if one.event != own_test.EVENT]
        if not found:
            return "note", "None has come yet; close an issue, or have Jira send one."
        proven_by = rotating.proven_by(tx, found[0]) or "our own search"
    return "ok", f"{found[0].received_at:%Y-%m-%d %H:%M} UTC, proven by {proven_by}"


def _token(look: Look, credential: Credential) -> Said:
    if credential.scheme is Scheme.CONNECT:
        return "ok", "works while the app is installed"
    if credential.scheme is Scheme.FORGE:
        if words := standing.ending(credential, look.deployment.clock.now()):
            return "failed", words
        return "ok", f"renewed by every call; this one ends {credential.expires_at:%Y-%m-%d %H:%M} UTC"
    now = look.deployment.clock.now()
    if words := standing.ending(credential, now):
        return ("failed" if credential.expires_at and credential.expires_at <= now else "note"), words
    if credential.expires_at:
        return "ok", f"until {credential.expires_at:%Y-%m-%d}"
    return "ok", f"given {credential.added_at:%Y-%m-%d}; its end is not known; the next one may come with its day"


def _private(look: Look) -> Said:
    tenant = look.tenant
    if tenant.hosting is Hosting.DATA_CENTER:
        marked = ", ".join(tenant.policy.private_projects()) or "none"
        return "note", f"Data Center does not say which projects are private; marked by hand: {marked}."
    private = onboarding.private_projects(look.projects)
    if unknown := [key for key in private if not tenant.policy.rules(key).private]:
        words = f"Private in Jira, not in the policy: {', '.join(unknown)}. Mark them private, or they are shared."
        return "failed", words
    return "ok", ", ".join(tenant.policy.private_projects()) or "none"


def _withdrawn(deployment: Deployment, tenant: Tenant) -> Iterator[Finding]:
    with deployment.db.read() as tx:
        hidden = learnings.hidden(tx, tenant.id)
    if hidden:
        words = f"{hidden} not shown because their issues are restricted; the history of a page may still hold them."
        yield Finding("withdrawn learnings", "note", words)
