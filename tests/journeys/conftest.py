"""Every journey is made twice, on SQLite and on PostgreSQL, but for those tests/journeys/databases.py speaks of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import world
from tests.world import World, make_world


@pytest.fixture(scope="module", autouse=True, params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of the worlds that are made in this module."""
    token = world.database.set(request.param)
    yield request.param
    world.database.reset(token)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[World]:
    """One world for the tests of a module that touch nothing but issues of their own."""
    with make_world(tmp_path_factory.mktemp(f"shared-{database}")) as made:
        yield made
