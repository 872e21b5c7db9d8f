"""The table of outcomes, cell by cell: every call of the gateways, by the error a job would be given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.matrix import at_the_gateway, named
from tests.chaos.outcomes import TABLE, Row
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
def test_the_gateway_gives_every_outcome_but_those_that_a_job_turns_to_good(row: Row, store: Database) -> None:
    found = at_the_gateway(row, store)
    assert [(one, two) for one, two in zip(found, row.cells, strict=True) if one != two and two not in "AMD"] == []


@pytest.mark.parametrize("row", [row for row in TABLE if not row.journey], ids=named)
def test_the_gateway_gives_the_outcome_of_every_cell(row: Row, store: Database) -> None:
    assert at_the_gateway(row, store) == row.cells
