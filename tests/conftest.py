"""Fixtures that build a world; nothing here patches one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.world import World, make_world

# A law holds or does not; how long a busy machine takes to try it says nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A site and a LearnLoop beside it; see tests/world.py."""
    with make_world(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for the tests of a module that touch nothing but issues of their own."""
    with make_world(tmp_path_factory.mktemp("shared")) as made:
        yield made
