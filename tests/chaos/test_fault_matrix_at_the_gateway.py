"""The table of outcomes, cell by cell: calls no job makes on the emulated site, by the error a job would be given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.matrix import at_the_gateway, named
from tests.chaos.outcomes import FAULTS, TABLE, Row
from worker.store.database import Database
from worker.store.migrate import upgrade


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for every desk."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'learnloop.db'}")
    upgrade(db)
    yield db
    db.close()


@pytest.mark.parametrize("row", TABLE, ids=named)
def test_the_gateway_makes_the_same_of_a_fault_and_of_its_twin(row: Row, store: Database) -> None:
    found = dict(zip((fault.head for fault in FAULTS), at_the_gateway(row, store), strict=True))
    assert {fault.head: found[fault.head] for fault in FAULTS if fault.twin} == {
        fault.head: found[fault.twin] for fault in FAULTS if fault.twin
    }


@pytest.mark.parametrize("row", [row for row in TABLE if not row.journey], ids=named)
def test_the_gateway_gives_the_outcome_of_every_cell(row: Row, store: Database) -> None:
    assert at_the_gateway(row, store) == row.cells
