"""When a site wants to be asked again, as its headers say it, and how such a moment is told.

Headers: Atlassian's rate limiting pages (2026-08) and RFC 9110. Nothing waits here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# No header holds us longer.
_MOST = timedelta(days=1)
# `Beta-RateLimit: "global-app-quota";r=0;t=1800`: of what is used up, the seconds until it is renewed.
_USED_UP = re.compile(r";\s*r=0\s*;\s*t=(\d{1,9})")


def after_failure(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Retry-After, in seconds or as an HTTP date; None where there is none that can be read."""
    said = headers.get("Retry-After", "")
    try:
        return now + min(max(timedelta(seconds=min(float(said), _MOST.total_seconds())), timedelta()), _MOST)
    except (ValueError, OverflowError):
        return _soon(date(said), now)


def after_limit(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Of a 429: Retry-After, else when the limit begins anew, by X-RateLimit-Reset (ISO 8601) or by RateLimit's `t`.

    Atlassian sends the latter as `Beta-RateLimit` as long as it is a preview.
    """
    if said := after_failure(headers, now):
        return said
    if reset := _soon(_iso(headers.get("X-RateLimit-Reset", "")), now):
        return reset
    used_up = _USED_UP.search(headers.get("Beta-RateLimit") or headers.get("RateLimit", ""))
    return now + min(timedelta(seconds=int(used_up[1])), _MOST) if used_up else None


def date(header: str) -> datetime | None:
    """The moment in a Date header, to the second; without a zone it is UTC (RFC 9110 knows no other)."""
    try:
        return _aware(parsedate_to_datetime(header))
    except (ValueError, OverflowError):
        return None


def told(moment: datetime, now: datetime) -> str:
    """A moment in a sentence: its day only where it is not today's."""
    return f"{moment:%H:%M:%S} UTC" if moment.date() == now.date() else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _iso(words: str) -> datetime | None:
    try:
        return _aware(datetime.fromisoformat(words))
    except ValueError:
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _soon(moment: datetime | None, now: datetime) -> datetime | None:
    return min(max(moment, now), now + _MOST).astimezone(UTC) if moment else None
