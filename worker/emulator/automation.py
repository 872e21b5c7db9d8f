"""Jira Automation, as far as it tells somebody: rules that send a web request when an issue moves. Not signed; what a
rule's headers say is all a receiver has. Source: Atlassian, "Jira automation actions", Send web request, and "Smart
values". Unverified: a failed request is not sent again, and a smart value nobody knows is empty text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import quote

from worker.emulator.apps_model import AutomationRule
from worker.emulator.errors import ScriptError
from worker.emulator.issue_view import ALL, NAVIGABLE, issue_json
from worker.emulator.model import Change, ChangeItem, Delivery, Issue, JsonObject, Person
from worker.emulator.world import World

FIRST_QUEUE = 2_000_000
_SMART = re.compile(r"\{\{\s*(\w+(?:\.\w+)*)\s*\}\}")
_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "asJsonString": lambda text: json.dumps(text, ensure_ascii=False),
    "urlEncode": lambda text: quote(text, safe=""),
}


def _automation_format(world: World, issue: Issue) -> JsonObject:
    """Return "Issue data (Automation format)": the issue alone, its id a number, its changelog without histories."""
    found = issue_json(world, issue, "2", NAVIGABLE)
    changelog = {"startAt": 0, "maxResults": 0, "total": 0, "histories": None}
    return {"self": found["self"], "id": int(issue.id), "key": issue.key, "changelog": changelog} | {
        "fields": found["fields"]
    }


def _jira_format(world: World, issue: Issue) -> JsonObject:
    """Return "Issue data (Jira format)": the issue alone, as REST v2 gives it."""
    return issue_json(world, issue, "2", ALL)


BODIES: dict[str, Callable[[World, Issue], JsonObject] | None] = {
    "empty": None,
    "custom": None,
    "automation": _automation_format,
    "jira": _jira_format,
}


def add_rule(world: World, rule: AutomationRule) -> None:
    """Keep a rule; raises ScriptError for a body nobody knows."""
    if rule.body not in BODIES:
        raise ScriptError(f"A web request has one of the bodies {', '.join(BODIES)}, not {rule.body!r}.")
    world.apps.rules[rule.id] = rule


def tell_moved(world: World, issue: Issue, actor: Person, change: Change) -> None:
    """Let the rules of an issue's project fire when a change moved it to another status."""
    moved = next((item for item in change.items if item.field_id == "status"), None)
    if moved is None:
        return
    for rule in world.apps.rules.values():
        if rule.project_key in (None, issue.project_key):
            world.deliver(_request(world, rule, issue, actor, moved))


def _request(world: World, rule: AutomationRule, issue: Issue, actor: Person, moved: ChangeItem) -> Delivery:
    values = _smart_values(world, issue, actor, moved)
    made = BODIES[rule.body]
    if made is not None:
        body = json.dumps(made(world, issue), ensure_ascii=False).encode()
    else:
        body = filled(rule.custom, values).encode() if rule.body == "custom" else b""
    headers = {"Content-Type": "application/json", "User-Agent": "Automation for Jira"} | dict(rule.headers)
    url = filled(rule.url, values)
    found = Delivery(world.fresh_uuid(), FIRST_QUEUE + rule.id, url, "issue_transitioned", body, headers)
    found.tries = 1
    return found


def _smart_values(world: World, issue: Issue, actor: Person, moved: ChangeItem) -> dict[str, str]:
    return {
        "issue.key": issue.key,
        "issue.id": issue.id,
        "issue.summary": issue.summary,
        "issue.url": f"{world.url}/browse/{issue.key}",
        "issue.status.name": world.status(issue).name,
        "issue.project.key": issue.project_key,
        "fieldChange.from": moved.old or "",
        "fieldChange.fromString": moved.old_string or "",
        "fieldChange.to": moved.new or "",
        "fieldChange.toString": moved.new_string or "",
        "initiator.accountId": actor.account_id,
        "initiator.displayName": actor.name,
        "now.toMillis": str(int(world.now().timestamp() * 1000)),
    }


def filled(template: str, values: dict[str, str]) -> str:
    """Return a text with its smart values put in; ``asJsonString`` and ``urlEncode`` may follow one."""

    def value(found: re.Match[str]) -> str:
        name, _, last = found[1].rpartition(".")
        if last in _FUNCTIONS:
            return _FUNCTIONS[last](values.get(name, ""))
        return values.get(found[1], "")

    return _SMART.sub(value, template)
