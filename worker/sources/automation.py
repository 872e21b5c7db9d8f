"""Jira Automation's "Send web request": a token in a header, and an issue's key in a body of four kinds.

Source: Atlassian "Automation: Send web request": empty (the key in the address), custom data (ours is in
docs/automation.md), issue data in Jira's format, issue data in Automation's format. It signs nothing and tells only
half of what happened, so nothing in it is believed but which issue to read again.
"""

from __future__ import annotations

import json
import re
from typing import Any

from worker.domain.events import IssueTouched, Parsed
from worker.domain.issue_json import text
from worker.domain.model import Proof
from worker.errors import PayloadError
from worker.sources.request import Claim, Request

PROOFS = (Proof.TOKEN,)
TOKEN_HEADER = "X-LearnLoop-Token"  # noqa: S105 - a name, no secret

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}-[0-9]{1,18}|[0-9]{1,18}")


def claim(request: Request) -> Claim:
    """What the header claims. Of a request without a body, the issue in its address is what is kept.

    Two requests with the same words may be two closes, so none is taken for a repeat.
    """
    body = request.body
    if not body.strip():
        body = json.dumps({"issueKey": dict(request.query).get("issueKey", "")}).encode()
    return Claim(request.header(TOKEN_HEADER.lower()), body)


def parse(data: dict[str, Any]) -> Parsed:
    """The issue to read again. Raises PayloadError when the body names none."""
    nested = data.get("issue")
    named = (nested.get("key"), nested.get("id")) if isinstance(nested, dict) else (nested,)
    found = (
        data.get("issueKey"),
        *named,
        data.get("key"),
        data.get("id"),
    )
    name = next((words for one in found if (words := text(one).strip())), "")
    if not _NAME.fullmatch(name):
        raise PayloadError(
            "The request names no issue. Send the custom data of docs/automation.md, Jira's issue data, or nothing at "
            "all to an address that ends in ?issueKey={{issue.key}}."
        )
    return IssueTouched(name)
