"""An empty store under a clock that stands still, with one tenant in it; once on SQLite, once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.alone import StillClock, deployed, with_tenant
from worker.deployment import Deployment
from worker.domain.model import TenantId
from worker.store.database import Database


@pytest.fixture
def clock() -> StillClock:
    """Monday, nine o'clock."""
    return StillClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the rows are kept; empty for SQLite beside the key."""
    url = postgres.fresh() if request.param == "postgresql" else ""
    yield url
    if url:
        postgres.drop(url)


@pytest.fixture
def parts(tmp_path: Path, clock: StillClock, database_url: str) -> Iterator[Deployment]:
    """A LearnLoop with a store of its own."""
    made = deployed(tmp_path, clock, database_url)
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
