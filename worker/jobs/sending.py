"""What cannot be taken back or looked for again at a site: what was certainly not done, and mails sent at most once."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from worker.errors import Paused, SiteError, Unavailable
from worker.jobs.context import Context
from worker.store import effects


def certainly_not_done(error: Paused | SiteError) -> bool:
    """Whether the site cannot have done it: not asked, refused, or not let in."""
    if isinstance(error, Paused) or error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return True
    return 400 <= error.status < 500 and not isinstance(error, Unavailable)


def at_most_once(context: Context, effect: str, send: Callable[[], None]) -> None:
    """Send a mail once, ever: it cannot be looked for, and must not be doubled. What certainly did not leave may be
    tried again.
    """
    if not effects.claim(context.db, effect, context.now()):
        return
    try:
        send()
    except (Paused, SiteError) as error:
        if certainly_not_done(error):
            with context.db.begin() as tx:
                effects.forget(tx, effect)
        raise
