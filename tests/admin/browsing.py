"""A browser that is logged in to the admin pages: Flask's test client with a session of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webhooks.admin import guard
from worker.deployment import Deployment
from worker.store import accounts
from worker.store.accounts import Role

PASSWORD = "twelve red bicycles"


@dataclass
class Browser:
    """Somebody's browser. `post` sends the form token that the pages give."""

    client: FlaskClient
    account_id: str
    form_token: str

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open an admin page."""
        return self.client.get(path, **more)

    def post(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form of an admin page."""
        return self.client.post(path, data={"form_token": self.form_token} | (form or {}), **more)


@cache
def hashed() -> str:
    """What is kept of the password, made at the least cost: to check a password costs what it did to make its hash, on
    purpose, and nothing about it but the wait is different (tests/admin/test_people.py makes some at full cost).
    """
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def account(
    parts: Deployment, role: Role = Role.OWNER, grants: Sequence[str] = (), email: str = "ana@example.org"
) -> str:
    """An account; its id."""
    with parts.db.begin() as tx:
        return accounts.add(tx, email, "Ana Sousa", hashed(), role, grants, parts.clock.now())


def logged_in(
    app: Flask, parts: Deployment, role: Role = Role.OWNER, grants: Sequence[str] = (), email: str = "ana@example.org"
) -> Browser:
    """A browser that is logged in with a new account."""
    made = account(parts, role, grants, email)
    now = parts.clock.now()
    with parts.db.begin() as tx:
        token = accounts.log_in(tx, made, now, now + timedelta(hours=12))
        session = accounts.session(tx, token, now)
    assert session
    client = app.test_client()
    client.set_cookie(guard.COOKIE, token, path="/admin")
    return Browser(client, made, session.form_token)
