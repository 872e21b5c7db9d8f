"""Work out the forecast that an admin asked for, and keep it or the reason why not where its page finds it."""

from __future__ import annotations

from worker import forecasting
from worker.errors import LearnLoopError, NoCredential, Paused, RateLimited, Unauthorized
from worker.jobs.context import Context, split


def forecast(context: Context, key: str) -> None:
    """Read the site's past and keep what LearnLoop would have done. A limit is waited for; anything else is said."""
    tenant = context.tenant(split(key)[0])
    with context.db.read() as tx:
        asked = forecasting.known(tx, tenant.id, context.now())
    if asked.state != "waiting":
        return
    try:
        doors = context.keeper.even_stopped(tenant)
        found = forecasting.foretell(tenant, doors, asked.wish, context.now())
    except LearnLoopError as error:
        waits = isinstance(error, Paused | RateLimited) or (isinstance(error, NoCredential) and error.until)
        with context.db.begin() as tx:
            forecasting.say(tx, tenant.id, asked, "waiting" if waits else "failed", str(error), context.now())
        if waits or isinstance(error, Unauthorized):
            raise
    else:
        with context.db.begin() as tx:
            forecasting.conclude(tx, tenant.id, asked, found, context.now())
