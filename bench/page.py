"""The page that shows the results: what they ran on, every ratio beside its aim, and the figures behind them."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report import Ratio, Report, Table, short
from bench.sizes import Size
from bench.steps import Step

_INTRODUCTION = """\
# Benchmarks

Written by `make bench`; do not edit. Ratios are of two things measured in the same run on one machine, so they hold
better elsewhere than the figures behind them; below 1.5 between two runs is noise. A miss is printed as one.

To repeat: `make bench` (about 40 minutes), `make bench SIZE=small` (two minutes, to `build/bench/small`), one step with
`make bench STEP=publish`. A run that was interrupted goes on where it stopped; `AGAIN=1` measures everything again.
`MILLION=1` adds growth to a million learnings.

The load generator is `bench/load.py`, a process of its own on the same machine. The three receivers run on Granian with
one process and 32 threads each and are measured in turn: ours; *storeless*, the same route with its signature and
parsing, the tenant held in memory and nothing written; and *forty lines*, `bench/forty_lines.py`, which commits once a
request. The Atlassian site is the emulated one.
"""


def page(size: Size, machine: Sequence[tuple[str, str]], results: Sequence[tuple[Step, Report]]) -> str:
    """The page as Markdown."""
    parts = [_INTRODUCTION, f"Size: {size.name}.\n", _machine(machine)]
    parts.append(_aims([ratio for _, report in results for ratio in report.ratios]))
    for chapter in dict.fromkeys(step.chapter for step, _ in results):
        parts.append(f"## {chapter}\n")
        parts += [_chapter(report) for step, report in results if step.chapter == chapter]
    return "\n".join(parts)


def _machine(machine: Sequence[tuple[str, str]]) -> str:
    return _table(Table("", ["measured on", ""], [list(one) for one in machine]))


def _aims(ratios: list[Ratio]) -> str:
    aimed = [one for one in ratios if one.bound]
    met = sum(one.met is True for one in aimed)
    missed = [f"- {one.name}: {_value(one)}, aimed at {_aim(one)}" for one in aimed if not one.met]
    words = f"**{met} of {len(aimed)} aims are met.**"
    return f"{words} Missed:\n\n" + "\n".join(missed) + "\n" if missed else f"{words}\n"


def _chapter(report: Report) -> str:
    rows = [[one.name, _value(one), _aim(one), _verdict(one)] for one in report.ratios]
    parts = [_table(Table("", ["ratio", "measured", "aim", ""], rows))]
    parts += [_table(one) for one in report.tables]
    return "\n".join([*parts, *(f"{note}\n" for note in report.notes)])


def _value(ratio: Ratio) -> str:
    return short(ratio.value)


def _aim(ratio: Ratio) -> str:
    signs = {">=": "≥", "<=": "≤"}
    return f"{signs[ratio.bound]} {ratio.aim:g}" if ratio.bound else ""


def _verdict(ratio: Ratio) -> str:
    return {True: "met", False: "**missed**", None: ""}[ratio.met]


def _table(table: Table) -> str:
    lines = [f"{table.title}:\n"] if table.title else []
    lines += [_row(table.columns), "|" + "---|" * len(table.columns)]
    return "\n".join([*lines, *map(_row, table.rows)]) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
