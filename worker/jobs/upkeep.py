"""Keep our own rows in order: fill those of a new tenant, delete what nobody needs any more."""

from __future__ import annotations

import logging
from datetime import timedelta

from worker import forecasting, onboarding
from worker.jobs.context import Context, split, tick
from worker.store import accounts, counts, deliveries, pauses, ticks

log = logging.getLogger(__name__)

# Jira repeats a delivery for up to about two hours; a week leaves room to look into one and replay it.
KEEP_DELIVERIES = timedelta(days=7)
KEEP_TICKS = timedelta(days=90)
KEEP_LOGIN_ATTEMPTS = timedelta(days=1)  # they count for a quarter of an hour
_AT_ONCE = 1_000


def onboard(context: Context, key: str) -> None:
    """Ask a site that installed us who we are there and what it has."""
    tenant = context.tenant(split(key)[0])
    onboarding.know_site(context.deployment, tenant, context.doors(tenant))


def prune(context: Context, key: str) -> None:
    """Delete concluded deliveries after 7 days, ticks after 90, and pauses, sessions and invitations that are over, in
    short transactions; and count the tenant's learnings anew.
    """
    now = context.now()
    with context.db.begin() as tx:
        counts.recount(tx, tick(key))
        forecasting.forget_old(tx, tick(key), now)
    pruned = gone = _AT_ONCE
    while gone == _AT_ONCE:
        with context.db.begin() as tx:
            gone = deliveries.prune(tx, now - KEEP_DELIVERIES, _AT_ONCE)
        pruned += gone
    with context.db.begin() as tx:
        ticks.prune(tx, now - KEEP_TICKS)
        pauses.prune(tx, now)
        accounts.prune(tx, now, now - KEEP_LOGIN_ATTEMPTS)
    log.info("pruned %d deliveries", pruned - _AT_ONCE)
