"""The steps, in the order of the page. Each takes less than ten minutes and writes one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.acknowledge import acknowledge
from bench.burst import closes_at_once, tenants_at_once
from bench.engine import engine
from bench.growth import growth
from bench.idle import idle
from bench.publish import publish
from bench.report import Report
from bench.sizes import Size
from bench.stage import DATABASES
from bench.start import start

MILLION = (1_000, 1_000_000)


@dataclass(frozen=True)
class Step:
    """One measurement: its name, the chapter it is printed in, and what makes it."""

    name: str
    chapter: str
    run: Callable[[Size, Path], Report]


def steps(million: bool) -> list[Step]:
    """Every step; growth to a million learnings only if asked for."""
    found = [Step(f"acknowledge-{one}", "Acknowledging", partial(acknowledge, database=one)) for one in DATABASES]
    found += [Step("publish", "Publishing", publish)]
    found += [Step(f"comment-{one}", "Delivery to comment", partial(idle, database=one)) for one in DATABASES]
    found += [Step(f"growth-{one}", "Growth", partial(_growth, database=one)) for one in DATABASES]
    if million:
        run = partial(growth, counts=MILLION)
        found += [Step(f"growth-million-{one}", "Growth", partial(run, database=one)) for one in DATABASES]
    for name, burst in (("closes", closes_at_once), ("tenants", tenants_at_once)):
        found += [Step(f"burst-{name}-{one}", "Bursts", partial(burst, database=one)) for one in DATABASES]
    return [*found, Step("start", "Start and size", start), Step("engine", "The engine", engine)]


def _growth(size: Size, folder: Path, database: str) -> Report:
    return growth(size, folder, database, size.growth)
