"""The benchmarks run from end to end in a tiny size, and every ratio they print is computed. Nothing here is timed."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from bench.markdown import from_storage
from bench.page import page
from bench.report import Ratio, Report, Table, percentile, short
from bench.results import Results
from bench.sizes import TINY
from bench.steps import steps

STEPS = {step.name: step for step in steps(million=False)}
# One of each kind; what is measured on both databases is one function.
TRIED = ["acknowledge-sqlite", "publish", "growth-postgresql", "engine"]


@pytest.mark.parametrize("name", TRIED)
def test_every_step_runs_and_every_ratio_it_prints_is_a_number(name: str, tmp_path: Path) -> None:
    report = STEPS[name].run(TINY, tmp_path / "work")
    assert report.ratios
    assert [one.name for one in report.ratios if not math.isfinite(one.value) or one.value < 0] == []
    assert len({one.name for one in report.ratios}) == len(report.ratios)
    assert all(len(row) == len(table.columns) for table in report.tables for row in table.rows)
    written = page(TINY, [("cores", "2")], [(STEPS[name], report)])
    assert all(f"| {one.name} | {short(one.value)} |" in written for one in report.ratios)


@pytest.mark.parametrize(
    ("bound", "value", "met"),
    [(">=", 0.5, True), (">=", 0.49, False), ("<=", 3.0, True), ("<=", 3.01, False), ("", 9.0, None)],
)
def test_an_aim_is_met_or_missed_by_its_bound(bound: str, value: float, met: bool | None) -> None:
    assert Ratio("a ÷ b", value, bound, {">=": 0.5, "<=": 3.0}.get(bound, 0.0)).met is met


def test_the_page_prints_a_miss_as_one_and_counts_the_aims() -> None:
    report = Report()
    report.at_least("ours ÷ theirs", 0.4, 0.5)
    report.at_most("p99 ÷ p50", 2.5, 3)
    written = page(TINY, [("cores", "2")], [(STEPS["publish"], report)])
    assert "**1 of 2 aims are met.**" in written
    assert "- ours ÷ theirs: 0.4, aimed at ≥ 0.5" in written
    assert "| ours ÷ theirs | 0.4 | ≥ 0.5 | **missed** |" in written
    assert "| p99 ÷ p50 | 2.5 | ≤ 3 | met |" in written


def test_a_result_is_kept_for_the_code_it_was_measured_on_and_no_other(tmp_path: Path) -> None:
    report = Report([Ratio("a ÷ b", 1.5)], [Table("title", ["one"], [["cell"]])], ["a note"])
    Results(tmp_path, "this code").keep("publish", report)
    assert Results(tmp_path, "this code").read("publish") == report
    assert Results(tmp_path, "other code").read("publish") is None
    assert Results(tmp_path, "this code").read("engine") is None


def test_a_percentile_is_one_of_the_values_in_their_order() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (51.0, 100.0, 7.0)


def test_the_words_of_a_page_become_markdown_without_its_macros() -> None:
    storage = (
        '<ac:structured-macro ac:name="excerpt"><ac:parameter ac:name="name">learnloop-log</ac:parameter>'
        "<ac:rich-text-body><h2>Small &amp; early</h2><p>One *star*</p><ul><li>first</li><li>second</li></ul>"
        "</ac:rich-text-body></ac:structured-macro>"
    )
    assert from_storage("Log", storage) == "# Log\n\n## Small & early\n\nOne \\*star\\*\n\n- first\n\n- second\n"


def test_the_command_names_the_steps_when_asked_for_one_there_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "--size", "tiny", "--step", "nothing", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert all(name in " ".join(done.stderr.split()) for name in STEPS)
