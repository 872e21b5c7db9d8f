"""Fixtures that build a world; nothing here patches one."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.alone import StillClock, deployed, with_tenant
from tests.compiled import compile_once
from tests.memory import work_in_memory
from tests.world import World, make_world
from worker.deployment import Deployment

work_in_memory()
compile_once()
# A law holds or does not; how long a busy machine takes to try it says nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# The files that take longest, first; else the processes end at different times. Those that mostly wait for processes
# of their own alternate with those that compute.
FIRST = (
    "tests/chaos/test_processes.py",
    "tests/browser/test_admin_pages.py",
    "tests/keeping/test_moving.py",
    "tests/chaos/test_kills.py",
    "tests/journeys/test_fault_matrix.py",
    "tests/test_bench.py",
    "tests/contracts/test_product.py",
    "tests/demo/test_month.py",
    "tests/web/test_fuzz.py",
    "tests/chaos/test_fault_matrix_of_confluence.py",
    "tests/chaos/test_takeover.py",
    "tests/store/test_query_plans.py",
    "tests/journeys/test_promises.py",
    "tests/journeys/test_people_and_pages.py",
    "tests/interop/test_forge_answers.py",
    "tests/browser/test_board_to_page.py",
    "tests/browser/test_panel_in_jira.py",
    "tests/browser/test_guide.py",
    "tests/test_up.py",
    "tests/test_processes.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the longest files to the front; within a file nothing moves."""
    places = {path: place for place, path in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(FIRST)))


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end; looking through it for garbage took a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Deployment]:
    """A LearnLoop with the tenant t1, and no site."""
    made = deployed(tmp_path, StillClock())
    with_tenant(made)
    yield made
    made.close()


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
