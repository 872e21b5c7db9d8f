"""What a site's own webhooks tell us: those that send to our address, and what keeps them from telling all of it.

Read from Jira's list of them, in both of its shapes; nothing is asked of the site here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from worker import onboarding
from worker.domain import jql
from worker.domain.model import Proof

# What we have to be told of, as Jira's form for a webhook calls it.
_IN_THE_FORM = dict(
    zip(
        onboarding.EVENTS,
        ("Issue updated", "Issue deleted", "Comment created", "Comment updated", "Sprint started", "Sprint closed"),
        strict=True,
    )
)


@dataclass(frozen=True)
class Hook:
    """A webhook of the site that sends to us. `jql` is its filter, empty for none; `signed` is None where Jira does
    not say whether it has a secret.
    """

    name: str
    enabled: bool
    events: tuple[str, ...]
    bodiless: bool
    jql: str
    signed: bool | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The events we want and it does not send."""
        return tuple(event for event in onboarding.EVENTS if event not in self.events)


def hooks(listed: Iterable[Mapping[str, Any]], address: str) -> list[Hook]:
    """The webhooks among those of the site that send to an address, whether or not they are switched on."""
    return [_hook(one) for one in listed if one.get("url") == address]


def judged(found: Sequence[Hook], proof: Proof, projects: Iterable[str]) -> tuple[list[str], list[str]]:
    """What must be put right for every close to be told, and what is for an admin to know, a sentence each. `proof` and
    `projects` are the tenant's.
    """
    live = [one for one in found if one.enabled]
    if not live:
        return ["Nothing comes, because the webhook is switched off; enable it (System, WebHooks)."], []
    hashed = proof is Proof.HMAC
    return [*_mute(live, hashed=hashed)], [*_odd(live, jql.of_projects(projects), hashed=hashed)]


def _mute(live: Sequence[Hook], *, hashed: bool) -> Iterator[str]:
    """What keeps deliveries from coming, from saying anything, or from being taken."""
    sent = {event for one in live for event in one.events}
    if unsent := [words for event, words in _IN_THE_FORM.items() if event not in sent]:
        yield f"Jira does not tell of everything: tick {', '.join(unsent)} in the webhook too."
    for called, one in _named(live):
        if one.bodiless:
            yield f"Untick *Exclude body* in {called}: its deliveries say nothing."
        if one.signed is False and hashed:
            yield f"Give {called} the tenant's secret: it has no secret, so its deliveries are refused."


def _odd(live: Sequence[Hook], limit: str, *, hashed: bool) -> Iterator[str]:
    """What may be meant, or cannot be known. `limit` is the filter that the guide gives a webhook."""
    if any({*one.events} & {*other.events} for one, other in combinations(live, 2)):
        yield f"{len(live)} webhooks point here, so each close would be told twice; remove one."
    for called, one in _named(live):
        if one.jql not in ("", limit):
            yield f"Of issues, {called} tells of those only that its filter finds: {one.jql}"
        if one.signed is None and hashed:
            yield f"Jira does not say whether {called} is signed; close an issue, then look at *last delivery*."


def _named(live: Sequence[Hook]) -> Iterator[tuple[str, Hook]]:
    """Each webhook, with what a sentence calls it: by its name where there are several."""
    for one in live:
        yield (f"the webhook “{one.name}”" if len(live) > 1 else "the webhook"), one


def _hook(one: Mapping[str, Any]) -> Hook:
    """Cloud's shape, which Jira 9 has too; Jira 10 says `active`, has texts in `configuration`, and no `isSigned`."""
    given = one.get("configuration")
    settings = given if isinstance(given, dict) else {}
    events, signed = one.get("events"), one.get("isSigned")
    return Hook(
        str(one.get("name", "")),
        one.get("enabled", one.get("active", True)) is not False,
        tuple(map(str, events)) if isinstance(events, list) else (),
        str(one.get("excludeBody", settings.get("EXCLUDE_BODY"))).casefold() == "true",
        _filter(one.get("filters", settings.get("FILTERS"))),
        signed if isinstance(signed, bool) else None,
    )


def _filter(filters: object) -> str:
    """A webhook's JQL, one for each section of its form: an object, or the text of one."""
    if isinstance(filters, str):
        try:
            filters = json.loads(filters)
        except ValueError:
            return str(filters).strip()
    said = filters.values() if isinstance(filters, dict) else ()
    return "; ".join(one.strip() for one in said if isinstance(one, str) and one.strip())
