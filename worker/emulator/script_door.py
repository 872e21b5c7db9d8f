"""The script door: what tests and outside tools do to the film set over HTTP. The same actions as ``Site``'s
methods, by name, with JSON arguments; a bad script gets a 400 whose sentence says what is wrong."""

from __future__ import annotations

import dataclasses
import inspect
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from worker.emulator.door import answer, payload_object, site
from worker.emulator.errors import Refused, ScriptError
from worker.emulator.model import Delivery, Exchange, JsonObject
from worker.emulator.richtext import RichText

blueprint = Blueprint("script_door", __name__, url_prefix="/_emulator")

# The methods of Site that a script may call by name.
_ACTIONS = (
    "add_automation add_board add_component add_field add_issue_type add_oauth_token add_person add_project "
    "add_scoped_token add_space add_sprint add_version add_webhook admit archive_page close_person close_sprint "
    "comment comment_inline create_issue create_page delete_comment delete_issue edit_comment edit_issue "
    "edit_page edit_sprint link make_live make_project_admin move_page redeliver release_version remove_token "
    "rename_page resolve_comment restrict revoke_token start_sprint tick_task transition trash_page unrestrict "
    "watch"
)
ACTIONS = frozenset(_ACTIONS.split())


@blueprint.errorhandler(ScriptError)
def bad_script(problem: ScriptError) -> Response:
    """Answer a script that names something the site does not have."""
    return answer({"error": str(problem)}, 400)


@blueprint.errorhandler(Refused)
def refused_script(problem: Refused) -> Response:
    """Answer a script that asks for something the site refuses."""
    return answer({"error": str(problem)}, 400)


@blueprint.post("/people")
def people() -> Response:
    """Do one thing to the site: ``{"do": "transition", "key": "FLEX-1", "status": "Done", "by": "Ana
    Sousa"}``.
    """
    asked = payload_object()
    name = asked.pop("do", None)
    if name not in ACTIONS:
        raise ScriptError(f"There is no action {name!r}; there are {', '.join(sorted(ACTIONS))}.")
    action = getattr(site(), name)
    try:
        bound = inspect.signature(action).bind(**{key: _argument(key, value) for key, value in asked.items()})
    except TypeError as problem:
        raise ScriptError(f"{name}: {problem}.") from None
    return answer({"result": action(*bound.args, **bound.kwargs)})


def _argument(key: str, value: Any) -> Any:
    if key in ("start", "end", "expires_at") and isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise ScriptError(f"{key} must be a time such as 2026-11-02T09:00:00+00:00, not {value!r}.") from None
    return value


@blueprint.post("/faults")
def faults() -> Response:
    """Script a failure: method, path, times, kind, status, headers, body, seconds."""
    asked = payload_object()
    try:
        site().fault(**asked)
    except TypeError as problem:
        raise ScriptError(f"fault: {problem}.") from None
    return answer({"result": None})


@blueprint.post("/flush")
def flush() -> Response:
    """Wait, ``timeout`` seconds at most, until no delivery is on its way.

    Return every one so far with its status.
    """
    asked = payload_object() if request.get_data() else {}
    found = site().flush_webhooks(float(asked.get("timeout", 10.0)))
    return answer({"deliveries": [_delivery(each) for each in found]})


def _delivery(one: Delivery) -> JsonObject:
    return {
        "id": one.id,
        "url": one.url,
        "event": one.event,
        "status": one.status,
        "attempts": one.attempts,
        "statuses": one.statuses,
    }


@blueprint.get("/requests")
def requests() -> Response:
    """Return the recorded exchanges, the oldest first, from number ``since``."""
    since = int(request.args.get("since", "0"))
    return answer([_exchange(each) for each in site().requests[since:]])


def _exchange(one: Exchange) -> JsonObject:
    found = dataclasses.asdict(one)
    for name in ("request_body", "response_body"):
        found[name] = found[name].decode(errors="replace")
    return found


@blueprint.get("/mails")
def mails() -> Response:
    """Return the mails the site would have sent."""
    return answer([{**dataclasses.asdict(each), "at": each.at.isoformat()} for each in site().mails])


@blueprint.get("/state")
def state() -> Response:
    """Return the site's people, issues and pages, for reading."""
    world = site().world
    return answer(
        {
            "now": world.now().isoformat(),
            "people": [{"account_id": p.account_id, "name": p.name} for p in world.people.values()],
            "issues": [_plain(each, ("earlier", "writes")) for each in world.issues.values()],
            "pages": [_plain(each, ("attachments",)) for each in world.pages.values()],
            "sprints": [_plain(each) for each in world.sprints.values()],
        }
    )


def _plain(noun: Any, skipped: tuple[str, ...] = ()) -> Any:
    """Return a record as JSON can carry it."""
    if dataclasses.is_dataclass(noun):
        names = [field.name for field in dataclasses.fields(noun) if field.name not in skipped]
        return {name: _plain(getattr(noun, name)) for name in names}
    if isinstance(noun, dict):
        return {str(key): _plain(value) for key, value in noun.items()}
    if isinstance(noun, list | tuple | set | frozenset):
        return [_plain(each) for each in noun]
    if isinstance(noun, RichText):
        return noun.wiki
    if isinstance(noun, datetime):
        return noun.isoformat()
    return noun
