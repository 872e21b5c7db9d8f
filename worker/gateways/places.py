"""Look at addresses without credentials: a site's cloud id, and whether our own address leads to us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import requests

from worker.errors import Unreachable
from worker.gateways.bounded import BoundedSession

_SECONDS = 5
# It becomes a part of addresses that tokens are sent to; Atlassian's are UUIDs.
_CLOUD_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def cloud_id(site_url: str) -> str:
    """The site's cloud id (Atlassian: `/_edge/tenant_info`). Raises Unreachable when the site does not tell."""
    found = _said(f"{site_url}/_edge/tenant_info").get("cloudId")
    if not isinstance(found, str) or not _CLOUD_ID.fullmatch(found):
        raise Unreachable(f"{site_url} does not tell its cloud id; is it a Jira Cloud site?", call="tenant_info")
    return found


def ours(address: str) -> bool:
    """Whether a LearnLoop answers at an address, which it does at `/healthz` with how it is and its version."""
    said = _said(f"{address}/healthz")
    return said.keys() == {"status", "version"} and said["status"] == "ok"


def deliver(address: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send a delivery to our own address from outside; the status of the answer. Raises Unreachable for none."""
    try:
        with BoundedSession() as session:
            answer = session.post(address, data=body, headers=headers, timeout=_SECONDS, allow_redirects=False)
    except (requests.RequestException, OSError) as error:
        raise Unreachable(f"Nothing answered at {address} ({type(error).__name__}).", call="deliver") from error
    return answer.status_code


def _said(address: str) -> dict[str, Any]:
    """The JSON object at an address; empty when there is none."""
    try:
        with BoundedSession() as session:
            answer = session.get(address, timeout=_SECONDS, allow_redirects=False)
        said = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
