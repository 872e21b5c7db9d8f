"""What the site tells its admin webhooks: which event, which payload, for whom. Payloads follow the
deliveries Jira Cloud sends (v2 shapes, epoch milliseconds); sending them is ``delivering``'s. Sources:
Atlassian, "Webhooks" (Jira platform); recorded Cloud deliveries for comment, sprint and version events."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable

from worker.emulator import automation, dc_deliveries, forge_events, shapes
from worker.emulator.connect_tokens import request_token
from worker.emulator.issue_view import webhook_issue, webhook_short_issue
from worker.emulator.jql import matches_jql
from worker.emulator.model import (
    Change,
    Comment,
    Delivery,
    Issue,
    JsonObject,
    Person,
    Sprint,
    Version,
    Webhook,
)
from worker.emulator.world import World

USER_AGENT = "Atlassian HTTP Client"


def sign(secret: str, body: bytes) -> str:
    """Return the X-Hub-Signature of a body: WebSub's method=signature over the raw bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def raise_event(
    world: World,
    event: str,
    payload: Callable[[], JsonObject],
    issue: Issue | None = None,
    bulk: bool = False,
) -> None:
    """Queue a delivery for every webhook that asked for the event.

    The JQL filter counts only where there is an issue.
    """
    wanted = [hook for hook in world.webhooks.values() if event in hook.events and _passes(world, hook, issue)]
    if not wanted:
        return
    told = {"timestamp": int(world.now().timestamp() * 1000), "webhookEvent": event} | payload()
    for hook in wanted:
        world.deliver(_delivery(world, hook, event, told, bulk))


def _passes(world: World, hook: Webhook, issue: Issue | None) -> bool:
    return issue is None or not hook.jql or matches_jql(world, hook.jql, issue)


def _delivery(world: World, hook: Webhook, event: str, told: JsonObject, bulk: bool) -> Delivery:
    ids = {} if hook.client_key or world.data_center else {"matchedWebhookIds": [hook.id]}
    body = b"" if hook.exclude_body else json.dumps(told | ids, ensure_ascii=False).encode()
    if world.data_center:
        signature = sign(hook.secret, body) if hook.secret else ""
        return dc_deliveries.delivery(world, hook, _filled(hook.url, told), told, body, signature)
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": USER_AGENT,
        "X-Atlassian-Webhook-Identifier": world.fresh_uuid(),
        "X-Atlassian-Webhook-Flow": "Secondary" if bulk else "Primary",
    }
    if hook.secret:
        headers["X-Hub-Signature"] = sign(hook.secret, body)
    if world.trace:
        headers["X-Atlassian-Webhook-Trace"] = world.trace
    made = Delivery(headers["X-Atlassian-Webhook-Identifier"], hook.id, _filled(hook.url, told), event, body, headers)
    install = world.apps.connect.get(hook.client_key)
    if install:
        made.tokens = lambda: {"Authorization": f"JWT {request_token(world, install, 'POST', made.url)}"}
    return made


def _filled(url: str, told: JsonObject) -> str:
    """Fill the variables of a webhook URL: {issue.key}, {issue.id}, {project.key}, {sprint.id} (also written
    ${…}).
    """

    def value(found: re.Match[str]) -> str:
        noun, member = found[1], found[2]
        if noun == "project" and "issue" in told:
            return str(told["issue"]["fields"].get("project", {}).get(member, ""))
        return str(told.get(noun, {}).get(member, ""))

    return re.sub(r"\$?\{(issue|project|sprint|version)\.(\w+)\}", value, url)


def tell_created(world: World, issue: Issue, actor: Person) -> None:
    """Raise jira:issue_created."""
    raise_event(world, "jira:issue_created", lambda: _about(world, issue, actor, "issue_created"), issue)
    forge_events.tell_issue(world, "avi:jira:created:issue", issue, actor)


def tell_updated(world: World, issue: Issue, actor: Person, change: Change, bulk: bool = False) -> None:
    """Raise jira:issue_updated with its changelog.

    Most transitions are issue_generic (never key logic on this name).
    """
    names = {item.field_id for item in change.items}
    kind = "issue_generic" if "status" in names else "issue_assigned" if names == {"assignee"} else "issue_updated"
    changelog = {"id": change.id, "items": [shapes.change_item(world, item) for item in change.items]}
    raise_event(
        world,
        "jira:issue_updated",
        lambda: _about(world, issue, actor, kind) | {"changelog": changelog},
        issue,
        bulk,
    )
    forge_events.tell_updated(world, issue, actor, change, kind)
    automation.tell_moved(world, issue, actor, change)


def tell_deleted(world: World, issue: Issue, actor: Person) -> None:
    """Raise jira:issue_deleted; call it while the issue still exists."""
    raise_event(world, "jira:issue_deleted", lambda: _about(world, issue, actor, "issue_deleted"), issue)
    forge_events.tell_issue(world, "avi:jira:deleted:issue", issue, actor)


def _about(world: World, issue: Issue, actor: Person, kind: str) -> JsonObject:
    return {
        "issue_event_type_name": kind,
        "user": shapes.person(world, actor),
        "issue": webhook_issue(world, issue),
    }


_TWINS = {
    "comment_created": "issue_commented",
    "comment_updated": "issue_comment_edited",
    "comment_deleted": "issue_comment_deleted",
}


def tell_comment(world: World, event: str, issue: Issue, comment: Comment, actor: Person) -> None:
    """Raise a comment event and its twin: the same comment also raises jira:issue_updated, without a
    changelog.

    Data Center's comment event does not say of which issue (recorded 8.13; mattermost-plugin-jira#118).
    """
    given = shapes.comment(world, issue, comment)
    about = {} if world.data_center else {"issue": webhook_short_issue(world, issue)}
    raise_event(world, event, lambda: {"comment": given} | about, issue)
    kind = _TWINS[event]
    raise_event(world, "jira:issue_updated", lambda: _about(world, issue, actor, kind) | {"comment": given}, issue)
    if event == "comment_created":
        forge_events.tell_comment(world, issue, comment, actor)


def tell_property(world: World, event: str, issue: Issue, key: str, value: object, *, actor: Person) -> None:
    """Raise issue_property_set or issue_property_deleted (undocumented: receivers treat them as a hint)."""
    raise_event(
        world,
        event,
        lambda: {
            "user": shapes.person(world, actor),
            "issue": webhook_short_issue(world, issue),
            "property": {"key": key, "value": value},
        },
        issue,
    )


def tell_sprint(
    world: World, event: str, sprint: Sprint, old: JsonObject | None = None, actor: Person | None = None
) -> None:
    """Raise a sprint event: no user, no issues, no project; an update may carry the values before."""
    told = {"sprint": shapes.sprint(world, sprint)} | ({"oldValue": old} if old else {})
    raise_event(world, event, lambda: told)
    forge_events.tell_sprint(world, event.removeprefix("sprint_"), sprint, actor)


def tell_version_released(world: World, version: Version) -> None:
    """Raise jira:version_released: no user, no issues."""
    raise_event(world, "jira:version_released", lambda: {"version": shapes.version(world, version)})
