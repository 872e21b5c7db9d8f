"""What forgers have to work with: genuine deliveries, and the moment; and what a forgery is."""

from __future__ import annotations

from collections.abc import Callable

from tests.sources.deliveries import body
from tests.sources.doors import Doors, Sent

# Makes the request of a forger, given the doors it is for.
Forger = Callable[[Doors], Sent]

CLOSE = body("issue_updated__status")
RULE = body("custom_data", "automation")
DC = body("issue_updated__status", "data_center")
FORGE = body("updated_issue__status", "forge")
HOOK = Sent("/webhooks/connect", body("issue_updated__status", "connect"))
EVENT = Sent("/webhooks/forge", FORGE)


def now(doors: Doors, seconds: int) -> int:
    return int(doors.clock.now().timestamp()) + seconds
