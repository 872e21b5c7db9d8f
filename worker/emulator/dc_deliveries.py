"""A webhook delivery of Jira Data Center: signed when there is a secret, with Basic credentials when there are some,
else bare; tried once, without an identifier. Sources: Atlassian, "Managing webhooks" (Jira Data Center 10); recorded
Jira Server deliveries; cyfronet-fid/marketplace#199 (``user_id`` and ``user_key`` are added to the address)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import urlencode

from worker.emulator.model import Delivery, JsonObject, Webhook
from worker.emulator.world import World


def delivery(world: World, hook: Webhook, url: str, told: JsonObject, body: bytes, sign: str) -> Delivery:
    """Return the delivery of one event to one webhook; ``sign`` is the body's signature, empty without a secret."""
    headers = {"Content-Type": "application/json; charset=UTF-8", "User-Agent": "Atlassian HttpClient 2.1.5 / JIRA"}
    if sign:
        headers["X-Hub-Signature"] = sign
    if hook.credentials:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(hook.credentials).encode()).decode()
    made = Delivery(world.fresh_uuid(), hook.id, _by_whom(url, told), str(told["webhookEvent"]), body, headers)
    made.tries = 1
    return made


def _by_whom(url: str, told: Mapping[str, JsonObject]) -> str:
    """Return the address with the name and key of whoever caused the event, where it has an author."""
    one = told.get("user") or told.get("comment", {}).get("updateAuthor")
    if not one:
        return url
    return url + ("&" if "?" in url else "?") + urlencode({"user_id": one["name"], "user_key": one["key"]})
