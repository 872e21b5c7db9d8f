"""Jira's limit on writes to one issue: 20 in 2 seconds, 100 in 30 seconds, in real time whatever the site's
clock says. (Source: Atlassian, Jira rate-limiting page, 2026-08.)"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from worker.emulator.errors import Refused
from worker.emulator.model import Issue
from worker.emulator.world import World

# (writes, within seconds)
PER_ISSUE = ((20, 2.0), (100, 30.0))


def count_write(world: World, issue: Issue) -> None:
    """Count a write to an issue over REST; Data Center has no such limit.

    Raises a 429 with its reason and headers when it is one too many.
    """
    if world.data_center:
        return
    now = time.monotonic()
    while issue.writes and now - issue.writes[0] > PER_ISSUE[-1][1]:
        issue.writes.popleft()
    for most, seconds in PER_ISSUE:
        recent = [at for at in issue.writes if now - at <= seconds]
        if len(recent) >= most:
            raise _too_many(most, recent[-most] + seconds - now)
    issue.writes.append(now)


def _too_many(most: int, wait: float) -> Refused:
    reset = datetime.now(UTC) + timedelta(seconds=wait)
    headers = {
        "Retry-After": str(max(1, round(wait + 0.5))),
        "RateLimit-Reason": "jira-per-issue-on-write",
        "X-RateLimit-Limit": str(most),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%MZ"),
        "X-RateLimit-NearLimit": "true",
    }
    return Refused(429, "Rate limit exceeded: too many writes to one issue.", headers=headers)
