"""Jira Data Center's webhooks by REST. Until 9 they are at ``/rest/webhooks/1.0/webhook`` in the shape Cloud kept;
from 10.0 at ``/rest/jira-webhook/1.0/webhooks``, with a configuration of texts. Sources: Atlassian, "Webhooks" (Jira
Data Center platform); getsentry/sentry#90116; jira.js 6, server client ``RestWebhook``. That the old path is a 404
from 10 on is unverified."""

from __future__ import annotations

import json
from collections.abc import Callable

from flask import Blueprint, Response, request

from worker.emulator import rest_webhooks
from worker.emulator.door import actor, answer, payload_object, world
from worker.emulator.errors import Refused
from worker.emulator.jql import compile_jql
from worker.emulator.model import JsonObject, Webhook
from worker.emulator.seeing import require_admin

View = Callable[..., Response]
blueprint = Blueprint("dc_webhooks", __name__)
_OLD, _NEW = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
_FILTER = "issue-related-events-section"


def _share() -> None:
    """Take over what Jira 9 and Cloud have: method, path, view."""
    shared: tuple[tuple[str, str, View], ...] = (
        ("GET", _OLD, rest_webhooks.listing),
        ("POST", _OLD, rest_webhooks.create),
        ("GET", f"{_OLD}/<int:number>", rest_webhooks.read),
        ("PUT", f"{_OLD}/<int:number>", rest_webhooks.change),
        ("DELETE", f"{_OLD}/<int:number>", rest_webhooks.delete),
    )
    for method, rule, view in shared:
        blueprint.add_url_rule(rule, f"old_{view.__name__}", view, methods=[method])


@blueprint.before_request
def only_the_right_one() -> None:
    """Raise a 404 for the path of another version of Jira."""
    new = int(world().jira_version.split(".")[0]) >= 10
    if request.path.startswith(_NEW) != new:
        raise Refused(404, "null for uri: " + request.path, code="NOT_FOUND")


def _shown(hook: Webhook) -> JsonObject:
    settings = {"EXCLUDE_BODY": json.dumps(hook.exclude_body), "FILTERS": json.dumps({_FILTER: hook.jql})}
    return {
        "id": hook.id,
        "name": hook.name,
        "url": hook.url,
        "active": True,
        "events": list(hook.events),
        "configuration": settings,
        "scopeType": "global",
        "sslVerificationRequired": True,
    }


def _hook(number: int) -> Webhook:
    if number not in world().webhooks:
        raise Refused(404, f"Webhook {number} does not exist.", code="NOT_FOUND")
    return world().webhooks[number]


@blueprint.get(_NEW)
def listing() -> Response:
    """Return every webhook; whether one has a secret is not told."""
    require_admin(actor())
    return answer([_shown(hook) for hook in world().webhooks.values()])


@blueprint.get(f"{_NEW}/<int:number>")
def read(number: int) -> Response:
    """Return one webhook."""
    require_admin(actor())
    return answer(_shown(_hook(number)))


@blueprint.post(_NEW)
def create() -> Response:
    """Register a webhook; 201."""
    me, asked = actor(), payload_object()
    require_admin(me)
    name, url = str(asked.get("name") or ""), str(asked.get("url") or "")
    if not name or not url.startswith(("https://", "http://")):
        raise Refused(400, "A webhook needs a name and an http(s) URL.")
    settings = asked.get("configuration") or {}
    filters = settings.get("FILTERS") or {}
    jql = str((json.loads(filters) if isinstance(filters, str) else filters).get(_FILTER) or "")
    if jql:
        compile_jql(world(), jql)
    bodiless = str(settings.get("EXCLUDE_BODY", "false")).lower() == "true"
    hook = Webhook(world().next_id("webhook", 1), name, url, tuple(asked.get("events") or ()), jql)
    hook.exclude_body, hook.secret, hook.updated_by = bodiless, str(settings.get("SECRET") or ""), me.account_id
    world().webhooks[hook.id] = hook
    return answer(_shown(hook), 201)


@blueprint.delete(f"{_NEW}/<int:number>")
def delete(number: int) -> Response:
    """Remove a webhook; 204."""
    require_admin(actor())
    del world().webhooks[_hook(number).id]
    return answer(status=204)


_share()
