"""Fixtures that bring Atlassian's packages, or skip with the reason why they cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.interop import npm
from tests.interop.forge_site import ForgeSite, forge_site


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder with @forge/manifest, @atlassian/atlassian-jwt and atlassian-connect-express."""
    return _or_skip(npm.packages)


@pytest.fixture(scope="session")
def screens() -> Path:
    """The folder with UI Kit and the TypeScript compiler."""
    return _or_skip(npm.screens)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ForgeSite]:
    """A site with our Forge app, and a LearnLoop for it."""
    with forge_site(tmp_path / "learnloop") as made:
        yield made


def _or_skip(had: Callable[[], Path]) -> Path:
    try:
        return had()
    except npm.NotToBeHad as reason:
        pytest.skip(str(reason))
