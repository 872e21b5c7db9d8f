"""An empty store under a clock that stands still, with one tenant in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alone import StillClock, deployed, with_tenant
from worker.deployment import Deployment
from worker.domain.model import TenantId
from worker.store.database import Database


@pytest.fixture
def clock() -> StillClock:
    """Monday, nine o'clock."""
    return StillClock()


@pytest.fixture
def parts(tmp_path: Path, clock: StillClock) -> Iterator[Deployment]:
    """A LearnLoop with its rows in `tmp_path`."""
    made = deployed(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
def db(parts: Deployment) -> Database:
    """Its database."""
    return parts.db


@pytest.fixture
def tenant(parts: Deployment) -> TenantId:
    """The tenant t1."""
    return with_tenant(parts).id


@pytest.fixture
def other(parts: Deployment) -> TenantId:
    """A second tenant, whose rows nobody else may see or change."""
    return with_tenant(parts, "t2").id
