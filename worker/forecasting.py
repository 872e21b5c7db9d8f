"""Forecast what LearnLoop would do on a site, from what happened there: reads the site, writes nothing to it.

The reading is bounded: at most `MOST_ISSUES` issues and as many calls as their pages, through the gateway and its
limits as ever. What was found is kept with the drafts, so that a page can show it while and after it is worked out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from worker.deployment import Deployment
from worker.domain import forecast, forecast_pages, foreseen, jql, past, settings
from worker.domain.forecast import Rules, Step
from worker.domain.foreseen import Forecast, Mailing
from worker.domain.model import Hosting, Issue, IssueId, JobKind, TenantId
from worker.domain.policy import Policy
from worker.errors import ConfigError
from worker.gateways.doors import Doors
from worker.gateways.jira import Jira
from worker.store import drafts
from worker.store.database import hold
from worker.store.tenants import Tenant

MOST_ISSUES = 2_000
USUAL_DAYS, MOST_DAYS = 30, 90
# A forecast shows what people wrote and which issues there are; both may be hidden meanwhile.
LASTS = timedelta(days=7)
# What finds every issue that closed since, reopened ones included. The narrower one is Cloud's alone, and does not see
# a close between two statuses that are both done, which there is where only some of them count.
_NARROW, _WIDE = "statusCategoryChangedDate", "updated"
# The settings that change what a forecast says, in the order of the form that offers them.
TRIED = (
    *("projects", "closed_statuses", "jql", "issue_types", "skipped_resolutions"),
    *("ask_subtasks", "ask_service_desk", "ask_again_after_reopen", "whom", "channel"),
    *("reminder_channel", "reminder_days", "expire_days"),
)


@dataclass(frozen=True)
class Wish:
    """What to forecast: the last `days`, with what a person typed for settings (`texts`) in place of what is saved."""

    days: int = USUAL_DAYS
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A forecast that was asked for. `state` is empty, waiting, done or failed; `words` say why it waits or failed.

    `found` is what was worked out last, for the wish `of`, at `found_at`.
    """

    wish: Wish = Wish()
    state: str = ""
    words: str = ""
    asked_at: str = ""
    found: dict[str, Any] | None = None
    of: Wish = Wish()
    found_at: str = ""


def problems(policy: Policy, wish: Wish) -> dict[str, str]:
    """A sentence for each part of the wish that cannot be."""
    found = {name: words for name, words in settings.read(policy, wish.texts).problems.items() if name in TRIED}
    for name in set(wish.texts) - set(TRIED):
        found[name] = f"“{name[:40]}” cannot be tried; these can: {', '.join(TRIED)}."
    if not 1 <= wish.days <= MOST_DAYS:
        found["days"] = f"This needs a whole number of days from 1 to {MOST_DAYS}."
    return found


def tried(policy: Policy, wish: Wish) -> Policy:
    """The saved rules with those that the wish tries."""
    return settings.read(policy, wish.texts).policy


@dataclass(frozen=True)
class Relived:
    """A past that was played: its steps, by which rules, and the issues as they are now; `cut` when there are more."""

    steps: Sequence[Step]
    rules: Rules
    issues: Sequence[Issue]
    cut: bool


def foretell(tenant: Tenant, site: Doors, wish: Wish, now: datetime) -> Forecast:
    """What would have happened. Raises ConfigError for a wish that cannot be, and what the site answers."""
    lived = relive(tenant, site.jira, wish, now)
    policy = lived.rules.policy
    mailing = Mailing(not site.jira.quiet_edits, policy.accept_mail_per_answer and not tenant.silent_writes)
    pages = forecast_pages.pages(lived.steps, lived.issues, policy, tenant.site_url)
    found = foreseen.summed(lived.steps, lived.rules, mailing)
    return replace(found, issues=len(lived.issues), cut=lived.cut, pages=pages)


def relive(tenant: Tenant, jira: Jira, wish: Wish, now: datetime, most: int = MOST_ISSUES) -> Relived:
    """Read what happened to the latest `most` issues, and play it. Raises as `foretell`."""
    if wrong := problems(tenant.policy, wish):
        raise ConfigError(" ".join(wrong.values()))
    since = now - timedelta(days=wish.days)
    policy = tried(tenant.policy, wish)
    where = _jql(policy, tenant.hosting, since, now)
    mapped = policy.field_map.ids()
    found = jira.search(where, most + 1, mapped)
    issues = found[:most]
    categories = jira.statuses()
    told = jira.changes(issues, (*past.FIELDS, *mapped), since) if issues else []
    matching = _matching(jira, policy, issues, where)

    def fits(issue: Issue) -> bool:
        jql = policy.of(issue.project_key).jql
        return not jql or issue.id in matching[jql]

    rules = Rules(policy, categories, tenant.own_account, since, now, fits)
    return Relived(forecast.play(past.as_then(told, categories), rules), rules, issues, len(found) > most)


def _jql(policy: Policy, hosting: Hosting, since: datetime, now: datetime) -> str:
    """Relative minutes: absolute times in JQL are read in the time zone of the account. The latest come first."""
    minutes = math.ceil((now - since).total_seconds() / 60) + 1
    some = policy.closed_statuses or any("closed_statuses" in rules.own for rules in policy.project_rules.values())
    touched = _WIDE if some or hosting is Hosting.DATA_CENTER else _NARROW
    where = jql.all_of(jql.of_projects(policy.projects), f'{touched} >= "-{minutes}m"')
    return f"{where} ORDER BY updated DESC"


def _matching(jira: Jira, policy: Policy, issues: Sequence[Issue], where: str) -> dict[str, set[IssueId]]:
    """Which of the issues match each JQL that a policy names, as they are today."""
    queries = {policy.of(issue.project_key).jql for issue in issues} - {""}
    return {one: {issue.id for issue in jira.search(f"({one}) AND {where}", MOST_ISSUES)} for one in sorted(queries)}


# --- the draft ---


def ask_for(tx: Connection, deployment: Deployment, tenant_id: TenantId, wish: Wish) -> None:
    """Have the forecast worked out; what was found earlier stays until it is."""
    now = deployment.clock.now()
    draft = replace(_held(tx, tenant_id), wish=wish, state="waiting", words="", asked_at=now.isoformat())
    _keep(tx, tenant_id, draft, now)
    deployment.queue.put(tx, JobKind.FORECAST, f"{tenant_id}/forecast", lane=f"forecast:{tenant_id}")


def known(tx: Connection, tenant_id: TenantId, now: datetime) -> Draft:
    """What was asked for and found; what was found longer ago than `LASTS` is not shown any more."""
    draft = _draft(drafts.get(tx, _name(tenant_id)))
    fresh = draft.found_at and now - datetime.fromisoformat(draft.found_at) <= LASTS
    return draft if fresh or not draft.found else replace(draft, found=None, of=Wish(), found_at="")


def forget_old(tx: Connection, tenant_id: TenantId, now: datetime) -> None:
    """Forget what is not shown any more."""
    draft = known(tx, tenant_id, now)
    if draft != _held(tx, tenant_id):
        _keep(tx, tenant_id, draft, now)


def conclude(tx: Connection, tenant_id: TenantId, asked: Draft, found: Forecast, now: datetime) -> None:
    """Keep what was worked out, unless something else was asked for meanwhile."""
    draft = _held(tx, tenant_id)
    if _same(draft, asked):
        done = replace(draft, state="done", words="", found=asdict(found), of=asked.wish, found_at=now.isoformat())
        _keep(tx, tenant_id, done, now)


def say(tx: Connection, tenant_id: TenantId, asked: Draft, state: str, words: str, now: datetime) -> None:
    """Keep why it waits or failed, unless something else was asked for meanwhile."""
    draft = _held(tx, tenant_id)
    if _same(draft, asked):
        _keep(tx, tenant_id, replace(draft, state=state, words=words), now)


def _keep(tx: Connection, tenant_id: TenantId, draft: Draft, now: datetime) -> None:
    drafts.keep(tx, _name(tenant_id), asdict(draft), now)


def _held(tx: Connection, tenant_id: TenantId) -> Draft:
    """As it is kept, and nobody else changes it until `tx` ends."""
    hold(tx, _name(tenant_id))
    return _draft(drafts.get(tx, _name(tenant_id)))


def _same(one: Draft, other: Draft) -> bool:
    return (one.asked_at, one.wish) == (other.asked_at, other.wish)


def _draft(kept: dict[str, Any]) -> Draft:
    return Draft(**(kept | {"wish": Wish(**kept["wish"]), "of": Wish(**kept["of"])})) if kept else Draft()


def _name(tenant_id: TenantId) -> str:
    return f"forecast:{tenant_id}"
