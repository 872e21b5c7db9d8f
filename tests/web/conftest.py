"""The web application of a LearnLoop without a site, and what Jira does to send it something."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.alone import SECRET
from tests.sources.doors import Doors, open_doors
from webhooks.app import create_app
from worker.deployment import Deployment
from worker.store import deliveries
from worker.store.deliveries import Delivery


def signature(body: bytes, secret: str = SECRET) -> str:
    """X-Hub-Signature as Jira sends it (Atlassian: webhooks)."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Jira:
    """A Jira that knows the tenant's webhook address and secret."""

    parts: Deployment
    client: FlaskClient
    sent: int = 0

    def sends(self, body: object, *, path: str = "path-of-t1", **headers: str) -> TestResponse:
        """Send bytes, or an object as JSON; signed and with an identifier of its own, unless `headers` say else."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.sent += 1
        own = {"X-Hub-Signature": signature(data), "X-Atlassian-Webhook-Identifier": f"delivery {self.sent}"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/webhooks/cloud/{path}", data=data, headers=own | given)

    def kept(self) -> list[Delivery]:
        """What is kept of the deliveries, newest first."""
        self.parts.db.write(lambda _tx: None)  # body-less lines travel with the next group
        with self.parts.db.read() as tx:
            return deliveries.newest(tx, limit=10_000)


@pytest.fixture
def client(parts: Deployment) -> FlaskClient:
    """A browser, or any other caller."""
    return create_app(parts).test_client()


@pytest.fixture
def jira(parts: Deployment, client: FlaskClient) -> Jira:
    """The tenant's Jira."""
    return Jira(parts, client)


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    """A LearnLoop with a tenant behind every door."""
    with open_doors(tmp_path) as made:
        yield made


@pytest.fixture
def close() -> dict[str, Any]:
    """A delivery of one close, in the shape Jira Cloud sends (Atlassian: webhooks)."""
    return {
        "timestamp": 1_793_610_000_000,
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "user": {"accountId": "ana", "accountType": "atlassian", "active": True},
        "issue": {
            "id": "10001",
            "key": "FLEX-1",
            "fields": {
                "summary": "Try monthly plans",
                "issuetype": {"name": "Story", "subtask": False},
                "status": {"id": "3", "name": "Done", "statusCategory": {"key": "done"}},
                "project": {"key": "FLEX", "projectTypeKey": "software"},
                "assignee": {"accountId": "ana", "accountType": "atlassian", "active": True},
                "components": [{"name": "billing"}],
                "labels": ["pricing"],
                "resolution": {"name": "Done"},
                "security": None,
            },
        },
        "changelog": {
            "id": "1",
            "items": [{"field": "status", "fieldId": "status", "from": "1", "to": "3", "toString": "Done"}],
        },
    }
