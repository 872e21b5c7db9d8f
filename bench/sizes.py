"""How much is measured: `full` for the page, `small` for a look in two minutes, `tiny` for the tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`seconds` and `rounds` are of one load; `paces` are the seconds a site thinks before each answer in a burst, 0
    where our own work is all there is. The other fields count pages, closes, learnings, jobs and so on.
    """

    name: str
    rounds: int
    seconds: float
    connections: tuple[int, ...]
    pages: int
    closes: int
    growth: tuple[int, ...]
    repeats: int
    burst: int
    tenants: int
    paces: tuple[float, ...]
    closes_a_tenant: int
    jobs: int
    engine_rounds: int
    lanes: int
    starts: int
    sustained: float


FULL = Size(
    name="full", rounds=5, seconds=3.0, connections=(1, 16, 64), pages=500, closes=60, growth=(1_000, 10_000, 100_000),
    repeats=10, burst=1_000, tenants=100, paces=(0, 0.05), closes_a_tenant=10, jobs=4_000,
    engine_rounds=3, lanes=200, starts=5, sustained=30.0,
)  # fmt: skip
SMALL = Size(
    name="small", rounds=3, seconds=0.3, connections=(1, 64), pages=20, closes=10, growth=(1_000, 3_000),
    repeats=3, burst=60, tenants=5, paces=(0, 0.05), closes_a_tenant=4, jobs=400, engine_rounds=1, lanes=40, starts=1,
    sustained=3.0,
)  # fmt: skip
TINY = Size(
    name="tiny", rounds=1, seconds=0.2, connections=(2,), pages=5, closes=2, growth=(20, 40),
    repeats=1, burst=6, tenants=2, paces=(0.01,), closes_a_tenant=2, jobs=40, engine_rounds=1, lanes=8, starts=1,
    sustained=0.3,
)  # fmt: skip
SIZES = {one.name: one for one in (FULL, SMALL, TINY)}
