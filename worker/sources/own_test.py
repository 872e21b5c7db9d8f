"""A delivery of our own that tries a webhook's address: written and proven like the source's, and recognised again.

Whoever can prove a delivery could send one; nothing follows from it but a line in the list of deliveries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from worker.domain.events import OurTest
from worker.domain.issue_json import text
from worker.domain.model import Proof
from worker.sources.automation import TOKEN_HEADER

EVENT = "learnloop:test"
_MARK = re.compile(r"[0-9a-f]{8,32}")


def body(mark: str, now: datetime) -> bytes:
    """The bytes of a test. `mark` is 8 to 32 hexadecimal digits."""
    return json.dumps({"webhookEvent": EVENT, "mark": mark, "timestamp": int(now.timestamp() * 1000)}).encode()


def read(data: Mapping[str, Any]) -> OurTest | None:
    """The test that a delivery is, if it is one."""
    mark = text(data.get("mark"))
    return OurTest(mark) if data.get("webhookEvent") == EVENT and _MARK.fullmatch(mark) else None


def key(mark: str) -> str:
    """What a test is unique by among its tenant's deliveries."""
    return f"test:{mark}"


def proven(proof: Proof, secret: str, sent: bytes) -> dict[str, str]:
    """The headers that prove a delivery, as the sender of a webhook makes them. JWTs are not ours to make."""
    match proof:
        case Proof.HMAC:
            return {"X-Hub-Signature": f"sha256={hmac.new(secret.encode(), sent, hashlib.sha256).hexdigest()}"}
        case Proof.TOKEN:
            return {TOKEN_HEADER: secret}
        case Proof.BASIC:
            return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
        case _:
            return {}
