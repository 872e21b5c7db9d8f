"""The doors of one tenant, and what stands in for its site: `responses` answers below requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from tests.alone import StillClock, deployed, with_tenant
from tests.gateways.desk import Desk, new_tenant
from worker.deployment import Deployment
from worker.gateways.doors import DoorKeeper, Doors
from worker.store.database import Database
from worker.store.migrate import upgrade


@pytest.fixture
def clock() -> StillClock:
    """Monday, nine o'clock."""
    return StillClock()


@pytest.fixture
def parts(tmp_path: Path, clock: StillClock) -> Iterator[Deployment]:
    """A LearnLoop without a site."""
    made = deployed(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
def doors(parts: Deployment) -> Doors:
    """The doors to https://example.atlassian.net."""
    return DoorKeeper(parts).of(with_tenant(parts))


@pytest.fixture
def site() -> Iterator[responses.RequestsMock]:
    """The site's answers; each that is scripted must be asked for."""
    with responses.RequestsMock() as answers:
        yield answers


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database at the newest schema for all the desks."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('gateways') / 'learnloop.db'}")
    upgrade(db)
    yield db
    db.close()


@pytest.fixture
def desk(store: Database, clock: StillClock) -> Iterator[Desk]:
    """A new tenant on a site that answers nothing until it is told to."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as answers:
        yield Desk(store, clock, new_tenant(store), answers)
