"""The one place that reads the time and waits. Everything else is given `now`.

It knows nothing of time zones of people: every moment here is an aware UTC datetime.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The real time."""

    def now(self) -> datetime:
        """The moment, UTC."""
        return datetime.now(UTC)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait in real time until `event` is set or `seconds` passed; tell whether it was set."""
        return event.wait(seconds)


class TravelClock(Clock):
    """A clock that can be moved, for demos and tests; it goes on from where it was put at the real pace."""

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._start, self._since = start.astimezone(UTC), time.monotonic()

    def now(self) -> datetime:
        with self._lock:
            return self._start + timedelta(seconds=time.monotonic() - self._since)

    def travel_to(self, moment: datetime) -> None:
        """Put the clock at `moment` (aware)."""
        with self._lock:
            self._start, self._since = moment.astimezone(UTC), time.monotonic()

    def forward(self, step: timedelta) -> None:
        """Move the clock by `step`."""
        self.travel_to(self.now() + step)


def monotonic() -> float:
    """Seconds on a clock that never goes back; for measuring how long something took."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Wait in real time; for supervisors and progress displays, never in a job."""
    time.sleep(seconds)
