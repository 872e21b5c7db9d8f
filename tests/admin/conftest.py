"""A LearnLoop with one tenant, and an owner's browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.admin.browsing import Browser, logged_in
from tests.alone import StillClock, deployed, with_tenant
from webhooks.app import create_app
from worker.deployment import Deployment


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Deployment]:
    """A LearnLoop with the tenant t1."""
    made = deployed(tmp_path, StillClock())
    with_tenant(made)
    yield made
    made.close()


@pytest.fixture
def app(parts: Deployment) -> Flask:
    """Its web application."""
    return create_app(parts)


@pytest.fixture
def owner(app: Flask, parts: Deployment) -> Browser:
    """The browser of an owner."""
    return logged_in(app, parts)
