"""The table of outcomes: the jobs that call Jira, against the emulated site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.matrix import in_jobs, named, tried
from tests.chaos.outcomes import FAULTS, TABLE, WORDS, Row, registry


@pytest.fixture(scope="module", autouse=True)
def database() -> str:
    """What becomes of a call does not depend on the database: SQLite alone."""
    return "sqlite"


def test_every_call_of_the_gateways_has_a_row_and_every_row_a_cell_for_each_fault() -> None:
    assert {row.call for row in TABLE} == registry()
    assert len(TABLE) == len({row.call for row in TABLE})
    assert all(len(row.cells) == len(FAULTS) and set(row.cells) <= set(WORDS) for row in TABLE)


@pytest.mark.parametrize("row", [row for row in TABLE if row.journey and row.call.product == "Jira"], ids=named)
def test_a_job_meets_the_outcome_that_is_stated_and_all_is_well_in_the_end(row: Row, tmp_path: Path) -> None:
    assert in_jobs(row, tmp_path) == tried(row)
