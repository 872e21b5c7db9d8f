"""Every door of a LearnLoop, with tenants behind each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.doors import Doors, open_doors


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    """A LearnLoop of its own for a test that changes something."""
    with open_doors(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """One LearnLoop for the tests of a module in which nothing is kept."""
    with open_doors(tmp_path_factory.mktemp("still")) as made:
        yield made
