"""The end: what will be written where, and doing it. Each step may be done again: what is there already is used.

Only here the guide writes to a site. What was done is kept step by step, so that an interrupted end goes on where it
was; a webhook of ours that is there already is not made twice, nor is a field or a space.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from worker import installing, onboarding, testing_door
from worker.deployment import Deployment
from worker.domain import jql
from worker.domain.model import Hosting, TenantId
from worker.errors import ConfigError, Forbidden, Missing, Rejected
from worker.gateways.doors import DoorKeeper, Doors
from worker.gateways.jira_shapes import Webhook
from worker.guiding import wishes
from worker.guiding.wishes import Wishes
from worker.onboarding import FIELD_NAMES
from worker.store import audit, effects, tenants
from worker.store.audit import Entry
from worker.store.tenants import Tenant
from worker.testing_door import Trip

_DESCRIPTION = "Asked when an issue closes. LearnLoop reads it, and writes it when the answer came another way."
# A press of the button that has not ended after this long died on the way.
_LONGEST = timedelta(minutes=2)


@dataclass(frozen=True)
class Paste:
    """What an admin of Jira puts into a webhook by hand. `secret` is shown once."""

    url: str
    secret: str
    jql: str


@dataclass(frozen=True)
class Finished:
    """What was done, a sentence each, and what a person has to do; how the test delivery went."""

    done: tuple[str, ...]
    notes: tuple[str, ...]
    paste: Paste | None
    trip: Trip


def plan(parts: Deployment, tenant: Tenant, wished: Wishes) -> Iterator[tuple[str, str]]:
    """Everything the button writes at once, as (where, what)."""
    for name in wished.new_fields:
        yield "Jira", f"a custom field “{FIELD_NAMES[name]}”, on the default screen"
    if wished.new_space:
        yield "Confluence", f"a space {wished.new_space} (“{wished.new_space_name}”)"
    if tenant.hosting is Hosting.CLOUD:
        limit = jql.of_projects(tenant.policy.projects)
        about = f"for {limit}" if limit else "for every project"
        yield (
            "Jira",
            f"a webhook “LearnLoop” to {onboarding.webhook_url(parts, tenant)}, {about}: {onboarding.EVENT_WORDS}",
        )
    yield "LearnLoop", "one test delivery to our own address; nobody is asked because of it"


def finish(parts: Deployment, tenant_id: TenantId, who: str) -> Finished:
    """Do all of it and let the tenant go on. Raises ConfigError while another does, and what the site answers."""
    tenant, wished = _taken(parts, tenant_id)
    made = "; ".join(f"{where}: {what}" for where, what in plan(parts, tenant, wished))
    try:
        doors = DoorKeeper(parts).even_stopped(tenant)
        notes = [*_make_fields(parts, tenant, wished, doors), *_make_space(parts, tenant, wished, doors)]
        paste = _register(parts, tenant, doors)
        _activate(parts, tenant, Entry(parts.clock.now(), who, "finished the guide", "", made, tenant_id))
    finally:
        _let_go(parts, tenant_id)
    trip = testing_door.send_test(parts, tenant)
    hook = () if paste else ("Jira has a webhook that tells us of closes.",)
    space = (f"The space {wished.new_space} is there.",) if wished.new_space else ()
    return Finished((*space, *hook), tuple(notes), paste, trip)


def _taken(parts: Deployment, tenant_id: TenantId) -> tuple[Tenant, Wishes]:
    """The tenant and its wishes, which this press alone fulfils. Raises ConfigError."""
    now = parts.clock.now()
    with parts.db.begin() as tx:
        tenant, wished = tenants.held(tx, tenant_id), wishes.get(tx, tenant_id)
        if not wishes.in_guide(tenant):
            raise ConfigError("The guide for this site is finished already.")
        if wished.finishing and now - datetime.fromisoformat(wished.finishing) < _LONGEST:
            raise ConfigError("This is being done just now, from another page. Look again in a moment.")
        if others := installing.rivals(tx, tenant):
            raise ConfigError(installing.rivalry(others[0]))
        wishes.keep(tx, tenant_id, replace(wished, finishing=now.isoformat()), now)
    return tenant, wished


def _let_go(parts: Deployment, tenant_id: TenantId) -> None:
    with parts.db.begin() as tx:
        if wishes.in_guide(tenants.get(tx, tenant_id)):
            wishes.keep(tx, tenant_id, replace(wishes.get(tx, tenant_id), finishing=""), parts.clock.now())


def _make_fields(parts: Deployment, tenant: Tenant, wished: Wishes, doors: Doors) -> Iterator[str]:
    """Make each field that is wished for and map it; one of that name that is there by now is used."""
    for name in wished.new_fields:
        try:
            field = _field(parts, tenant, name, doors)
        except (Forbidden, Rejected) as error:  # a 400 is how Jira says that the account may not (REST v3)
            yield f"“{FIELD_NAMES[name]}” was not made; make it yourself and choose it in the settings. {error}"
            continue
        with suppress(Missing):  # that is how Jira says that it is on the screen already
            try:
                doors.jira.show_field(field)
            except Forbidden as error:
                yield f"“{FIELD_NAMES[name]}” is made, but not on a screen: {error}"
        with parts.db.begin() as tx:
            policy = tenants.held(tx, tenant.id).policy
            mapped = replace(policy.field_map, **{name: field})
            tenants.set_policy(tx, tenant.id, replace(policy, field_map=mapped))
            rest = wishes.get(tx, tenant.id)
            left = tuple(one for one in rest.new_fields if one != name)
            wishes.keep(tx, tenant.id, replace(rest, new_fields=left), parts.clock.now())


def _field(parts: Deployment, tenant: Tenant, name: str, doors: Doors) -> str:
    words = FIELD_NAMES[name]

    def find() -> effects.Result | None:
        found = (one.id for one in doors.jira.fields() if one.words and one.name == words)
        return next(({"id": field} for field in found), None)

    def make() -> effects.Result:
        return find() or {"id": doors.jira.create_field(words, _DESCRIPTION)}

    key = f"{tenant.id}/guide/field/{name}"
    return str(effects.once(parts.db, key, parts.clock.now(), call=make, find=find)["id"])


def _make_space(parts: Deployment, tenant: Tenant, wished: Wishes, doors: Doors) -> Iterator[str]:
    """Make the space that is wished for, and publish there; one of that key that is there by now is used."""
    key = wished.new_space
    if not key:
        return
    try:
        doors.confluence.space(key)
        yield f"The space {key} was there already, so its pages go into that one."
    except Missing:
        doors.confluence.create_space(key, wished.new_space_name)
    with parts.db.begin() as tx:
        policy = tenants.held(tx, tenant.id).policy
        tenants.set_policy(tx, tenant.id, replace(policy, home_space=key))
        wishes.keep(tx, tenant.id, replace(wishes.get(tx, tenant.id), new_space=""), parts.clock.now())


def _register(parts: Deployment, tenant: Tenant, doors: Doors) -> Paste | None:
    """Have Jira tell us; what to paste where our account may not, and on Data Center, whose webhooks people make."""
    url, secret = onboarding.webhook_url(parts, tenant), parts.keys.open(tenant.newest_secret or b"")
    limit = jql.of_projects(tenant.policy.projects)
    try:
        if not any(one.get("url") == url for one in doors.jira.webhooks()):
            doors.jira.create_webhook(Webhook("LearnLoop", url, onboarding.EVENTS, limit, secret))
    except (Forbidden, Missing, Rejected):  # whether Atlassian's gateway has this call at all is not documented
        return Paste(url, secret, limit)
    return None


def _activate(parts: Deployment, tenant: Tenant, entry: Entry) -> None:
    """Let the tenant go on from now: what closed before is not asked about. Raises ConfigError for a rival."""
    with parts.db.begin() as tx:
        installing.resume(tx, parts, tenant.id)
        tenants.change(tx, tenant.id, activated_at=entry.at)
        wishes.drop(tx, tenant.id)
        audit.note(tx, entry)
