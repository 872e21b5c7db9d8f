"""Deliveries that a site would send by itself are held back, and others are sent in their place."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from tests.world import SECRET, World
from worker import onboarding

Told = dict[str, Any]


@contextmanager
def unheard(world: World) -> Iterator[list[Told]]:
    """The webhook is led astray; what it told meanwhile is in the list afterwards, in order."""
    (hook,) = world.site.world.webhooks.values()
    address, before, told = hook.url, len(world.site.deliveries), list[Told]()
    hook.url = f"{world.site.url}/nowhere"
    yield told
    told += [json.loads(one.body) for one in world.site.flush_webhooks()[before:]]
    hook.url = address


def tell(world: World, told: Told) -> None:
    """Deliver this, proven as the site proves it, and do all that follows."""
    body = json.dumps(told).encode()
    signature = f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
    address = onboarding.webhook_url(world.deployment, world.tenant)
    assert requests.post(address, data=body, headers={"X-Hub-Signature": signature}, timeout=10).status_code == 202
    world.settle()
