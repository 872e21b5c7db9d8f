"""The table of outcomes: the jobs that call Confluence, against the emulated site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.matrix import in_jobs, named, tried
from tests.chaos.outcomes import TABLE, Row


@pytest.mark.parametrize("row", [row for row in TABLE if row.journey and row.call.product == "Confluence"], ids=named)
def test_a_job_meets_the_outcome_that_is_stated_and_all_is_well_in_the_end(row: Row, tmp_path: Path) -> None:
    assert in_jobs(row, tmp_path) == tried(row)
