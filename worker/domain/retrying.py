"""Decide what becomes of a job that failed. Pure: the error, how often it was tried, and now.

Figures: Atlassian "Build an app that respects rate limits" (2026-10): Retry-After is a minimum, else 2 to 5 seconds
doubling to 30, jitter 0.7 to 1.3. After that the tries spread over hours, because a site's outage lasts hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.errors import (
    Conflict,
    DatabaseFailed,
    Forbidden,
    LearnLoopError,
    NoCredential,
    Paused,
    RateLimited,
    SiteError,
    TenantStopped,
    Unauthorized,
    Unavailable,
    Unreachable,
)

# Waits before tries 2, 3, … in seconds; together about eleven hours.
_WAITS = (2, 4, 8, 16, 30, 120, 600, 3_600, 3_600 * 3, 3_600 * 7)


@dataclass(frozen=True)
class Retry:
    """Try again at `at`. `counts` is False for a pause, which is no failure of the job."""

    at: datetime
    counts: bool = True


@dataclass(frozen=True)
class GiveUp:
    """Park the job as dead; a person may retry it."""


def decide(error: Exception, tries: int, now: datetime, jitter: float = 1.0) -> Retry | GiveUp:
    """What to do after try number `tries` (from 1) raised `error`. `jitter` (0.7 to 1.3) is the caller's dice."""
    match error:
        case Paused(until=until) | RateLimited(until=until):
            return Retry(max(until, now), counts=False)
        case NoCredential(until=until) if until is not None:
            return Retry(max(until, now), counts=False)
        case TenantStopped() | Unauthorized() | Forbidden():
            return GiveUp()
        case Unavailable(until=until) if until is not None and tries <= len(_WAITS):
            return Retry(max(until, now + _wait(tries, jitter)))
        case Unavailable() | Unreachable() | Conflict() | DatabaseFailed() if tries <= len(_WAITS):
            return Retry(now + _wait(tries, jitter))
        case SiteError() | LearnLoopError():
            return GiveUp()
    # A mistake of ours: two more tries, in case it was the weather, then a person must look.
    return Retry(now + _wait(tries, jitter)) if tries < 3 else GiveUp()


def _wait(tries: int, jitter: float) -> timedelta:
    return timedelta(seconds=_WAITS[tries - 1] * jitter)
