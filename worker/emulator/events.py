"""What the site tells its admin webhooks: which event, which payload, for whom. Payloads follow the
deliveries Jira Cloud sends (v2 shapes, epoch milliseconds); sending them is ``delivering``'s. Sources:
Atlassian, "Webhooks" (Jira platform); recorded Cloud deliveries for comment, sprint and version events."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable

from worker.emulator import shapes
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
    body = (
        b"" if hook.exclude_body else json.dumps(told | {"matchedWebhookIds": [hook.id]}, ensure_ascii=False).encode()
    )
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": USER_AGENT,
        "X-Atlassian-Webhook-Identifier": world.fresh_uuid(),
        "X-Atlassian-Webhook-Flow": "Secondary" if bulk else "Primary",
    }
    if hook.secret:
        headers["X-Hub-Signature"] = sign(hook.secret, body)
    identifier = headers["X-Atlassian-Webhook-Identifier"]
    return Delivery(identifier, hook.id, _filled(hook.url, told), event, body, headers)


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


def tell_updated(world: World, issue: Issue, actor: Person, change: Change, bulk: bool = False) -> None:
    """Raise jira:issue_updated with its changelog.

    Most transitions are issue_generic (never key logic on this name).
    """
    names = {item.field_id for item in change.items}
    kind = "issue_generic" if "status" in names else "issue_assigned" if names == {"assignee"} else "issue_updated"
    changelog = {"id": change.id, "items": [shapes.change_item(item) for item in change.items]}
    raise_event(
        world,
        "jira:issue_updated",
        lambda: _about(world, issue, actor, kind) | {"changelog": changelog},
        issue,
        bulk,
    )


def tell_deleted(world: World, issue: Issue, actor: Person) -> None:
    """Raise jira:issue_deleted; call it while the issue still exists."""
    raise_event(world, "jira:issue_deleted", lambda: _about(world, issue, actor, "issue_deleted"), issue)


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
    """
    given = shapes.comment(world, issue, comment)
    raise_event(world, event, lambda: {"comment": given, "issue": webhook_short_issue(world, issue)}, issue)
    kind = _TWINS[event]
    raise_event(world, "jira:issue_updated", lambda: _about(world, issue, actor, kind) | {"comment": given}, issue)


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


def tell_sprint(world: World, event: str, sprint: Sprint, old: JsonObject | None = None) -> None:
    """Raise a sprint event: no user, no issues, no project; an update may carry the values before."""
    told = {"sprint": shapes.sprint(world, sprint)} | ({"oldValue": old} if old else {})
    raise_event(world, event, lambda: told)


def tell_version_released(world: World, version: Version) -> None:
    """Raise jira:version_released: no user, no issues."""
    raise_event(world, "jira:version_released", lambda: {"version": shapes.version(world, version)})
