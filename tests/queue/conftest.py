"""A bench for every adapter: each test of the suite runs once on each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.queue.adapters import ADAPTERS, Bench


@pytest.fixture(params=sorted(ADAPTERS))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """An empty queue."""
    made = ADAPTERS[request.param](tmp_path)
    yield made
    made.close()
