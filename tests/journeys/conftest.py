"""Every journey is made twice: on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import world


@pytest.fixture(scope="module", autouse=True, params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of the worlds that are made in this module."""
    token = world.database.set(request.param)
    yield request.param
    world.database.reset(token)
