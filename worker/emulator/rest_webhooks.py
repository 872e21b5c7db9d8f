"""Jira REST: admin webhooks, and the site's cloud id. A webhook's secret is written here and never read
again."""

from __future__ import annotations

from flask import Blueprint, Response

from worker.emulator.door import actor, answer, payload_object, world
from worker.emulator.errors import Refused
from worker.emulator.jql import compile_jql
from worker.emulator.model import JsonObject, Webhook
from worker.emulator.seeing import require_admin

blueprint = Blueprint("rest_webhooks", __name__)
_FILTER = "issue-related-events-section"


@blueprint.get("/_edge/tenant_info")
def tenant_info() -> Response:
    """Return the cloud id; anybody may ask."""
    return answer({"cloudId": world().cloud_id})


def _shown(hook: Webhook) -> JsonObject:
    return {
        "self": f"{world().url}/rest/webhooks/1.0/webhook/{hook.id}",
        "id": hook.id,
        "name": hook.name,
        "url": hook.url,
        "events": list(hook.events),
        "filters": {_FILTER: hook.jql},
        "excludeBody": hook.exclude_body,
        "enabled": True,
        "isSigned": bool(hook.secret),
        "lastUpdatedUser": hook.updated_by,
        "lastUpdatedDisplayName": world().name_of(hook.updated_by or ""),
    }


@blueprint.get("/rest/webhooks/1.0/webhook")
def listing() -> Response:
    """Return every admin webhook; isSigned tells whether it has a secret."""
    require_admin(actor())
    return answer([_shown(hook) for hook in world().webhooks.values() if not hook.client_key])


@blueprint.get("/rest/webhooks/1.0/webhook/<int:number>")
def read(number: int) -> Response:
    """Return one admin webhook."""
    require_admin(actor())
    return answer(_shown(_hook(number)))


def _hook(number: int) -> Webhook:
    if number not in world().webhooks or world().webhooks[number].client_key:
        raise Refused(404, f"Webhook {number} does not exist.")
    return world().webhooks[number]


@blueprint.post("/rest/webhooks/1.0/webhook")
def create() -> Response:
    """Register an admin webhook; 201.

    Raises a 400 for a missing name, an unusable URL or a filter that is no JQL.
    """
    me = actor()
    require_admin(me)
    hook = _read(payload_object(), Webhook(0, "", "", ()))
    hook.id, hook.updated_by = world().next_id("webhook", 1), me.account_id
    world().webhooks[hook.id] = hook
    return answer(_shown(hook), 201)


@blueprint.put("/rest/webhooks/1.0/webhook/<int:number>")
def change(number: int) -> Response:
    """Change an admin webhook."""
    me = actor()
    require_admin(me)
    hook = _read(payload_object(), _hook(number))
    hook.updated_by = me.account_id
    return answer(_shown(hook))


def _read(asked: JsonObject, hook: Webhook) -> Webhook:
    name, url = asked.get("name", hook.name), asked.get("url", hook.url)
    if not name or not str(url).startswith(("https://", "http://")):
        raise Refused(400, "A webhook needs a name and an http(s) URL.")
    jql = (asked.get("filters") or {}).get(_FILTER, hook.jql) or ""
    if jql:
        compile_jql(world(), jql)
    hook.name, hook.url, hook.jql = name, url, jql
    hook.events = tuple(asked.get("events", hook.events))
    hook.exclude_body = bool(asked.get("excludeBody", hook.exclude_body))
    hook.secret = asked.get("secret", hook.secret) or ""
    return hook


@blueprint.delete("/rest/webhooks/1.0/webhook/<int:number>")
def delete(number: int) -> Response:
    """Remove an admin webhook; 204."""
    require_admin(actor())
    _hook(number)
    del world().webhooks[number]
    return answer(status=204)
