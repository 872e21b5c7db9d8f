"""Look at addresses without credentials: a site's cloud id, and whether our own address leads to us."""

from __future__ import annotations

import re
from collections.abc import Mapping

import requests

from worker.errors import Unreachable

_SECONDS = 5
# It becomes a part of addresses that tokens are sent to; Atlassian's are UUIDs.
_CLOUD_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def cloud_id(site_url: str) -> str:
    """The site's cloud id (Atlassian: `/_edge/tenant_info`). Raises Unreachable when the site does not tell."""
    try:
        with requests.get(f"{site_url}/_edge/tenant_info", timeout=_SECONDS, allow_redirects=False) as answer:
            found = answer.json().get("cloudId") if answer.status_code == 200 else None
    except (requests.RequestException, OSError, ValueError, AttributeError):
        found = None
    if not isinstance(found, str) or not _CLOUD_ID.fullmatch(found):
        raise Unreachable(f"{site_url} does not tell its cloud id; is it a Jira Cloud site?", call="tenant_info")
    return found


def answers(address: str) -> bool:
    """Whether something answers 200 at an address."""
    try:
        with requests.get(address, timeout=_SECONDS, allow_redirects=False) as answer:
            return answer.status_code == 200
    except (requests.RequestException, OSError):
        return False


def deliver(address: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send a delivery to our own address from outside; the status of the answer. Raises Unreachable for none."""
    try:
        with requests.post(
            address, data=body, headers=dict(headers), timeout=_SECONDS, allow_redirects=False
        ) as answer:
            return answer.status_code
    except (requests.RequestException, OSError) as error:
        raise Unreachable(f"Nothing answered at {address} ({type(error).__name__}).", call="deliver") from error
