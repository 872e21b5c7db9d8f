"""The command: `python -m bench`. Measures the steps that have no result yet, then writes the page from all results."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from bench.machine import describe
from bench.page import page
from bench.results import ROOT, Results, digest_of_code
from bench.sizes import SIZES
from bench.steps import steps


@click.command()
@click.option("--size", default="full", type=click.Choice(list(SIZES)), help="How much is measured.")
@click.option("--step", "only", default="", help="Measure this step only; the page waits for the others.")
@click.option("--again", is_flag=True, help="Measure again what has a result.")
@click.option("--million", is_flag=True, help="Also measure growth to a million learnings.")
@click.option("--folder", default=ROOT / "build" / "bench", type=click.Path(path_type=Path), help="Where results go.")
def main(size: str, only: str, again: bool, million: bool, folder: Path) -> None:
    """Measure LearnLoop on this machine and write docs/benchmarks.md (full size) or FOLDER/SIZE/benchmarks.md."""
    results, wanted = Results(folder / size, digest_of_code()), steps(million)
    if only and only not in [one.name for one in wanted]:
        raise click.UsageError(f"There is no step {only!r}; there are {', '.join(one.name for one in wanted)}.")
    for one in wanted:
        if (only and one.name != only) or (results.read(one.name) and not again):
            continue
        start = time.perf_counter()
        print(f"{one.name} …", end=" ", flush=True)
        results.keep(one.name, one.run(SIZES[size], folder / size / "work"))
        print(f"{time.perf_counter() - start:.0f} s", flush=True)
    found = [(one, report) for one in wanted if (report := results.read(one.name))]
    missing = [one.name for one in wanted if results.read(one.name) is None]
    if missing:
        sys.exit(f"The page waits for {', '.join(missing)}." if not only else 0)
    path = ROOT / "docs" / "benchmarks.md" if size == "full" else folder / size / "benchmarks.md"
    path.write_text(page(SIZES[size], describe(), found))
    print(f"Written: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")


if __name__ == "__main__":
    main()
