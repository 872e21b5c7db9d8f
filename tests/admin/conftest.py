"""A LearnLoop with one tenant, and an owner's browser."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.admin.browsing import Browser, logged_in
from webhooks.app import create_app
from worker.deployment import Deployment


@pytest.fixture
def app(parts: Deployment) -> Flask:
    """Its web application."""
    return create_app(parts)


@pytest.fixture
def owner(app: Flask, parts: Deployment) -> Browser:
    """The browser of an owner."""
    return logged_in(app, parts)
