"""Many closes at once, of one tenant and of many: how long until each is asked about, over the floor of the sites."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.bare_client import AT_ONCE, MOST_THREADS, replay
from bench.report import Report, Table, median, short
from bench.sizes import Size
from bench.stage import Stage, deployed, joined, staged, until, web_and_worker
from worker.emulator import Site, serve
from worker.emulator.limits import PER_ISSUE
from worker.emulator.model import Exchange

_PATIENCE = 500
_ALWAYS = 1_000_000


def closes_at_once(size: Size, folder: Path, database: str) -> Report:
    """All closes of one tenant at once."""
    report = Report()
    for pace in size.paces:
        with staged(folder, database) as stage:
            _burst(report, [stage], pace, size.burst, f"{database}, {size.burst:,} closes of one tenant")
    return report


def tenants_at_once(size: Size, folder: Path, database: str) -> Report:
    """The closes of many tenants at once, each with a site of its own."""
    report, each = Report(), size.closes_a_tenant
    for pace in size.paces:
        with deployed(folder, database) as (environment, deployment), ExitStack() as stack:
            stages = []
            for _ in range(size.tenants):
                site = Site()
                site.world.cloud_id = str(uuid.uuid4())
                stack.callback(site.close)
                stack.callback((server := serve(site)).close)
                stages.append(joined(site, server.url, environment, deployment))
            _burst(report, stages, pace, each, f"{database}, {each} closes of each of {size.tenants} tenants")
    return report


def _burst(report: Report, stages: list[Stage], pace: float, closes: int, name: str) -> None:
    keys = [(stage, _open_issues(stage, closes)) for stage in stages]
    with web_and_worker(stages[0].environment):
        for stage, _ in keys:
            stage.site.world.requests.clear()
            if pace:
                stage.site.fault("*", times=_ALWAYS, kind="slow", seconds=pace)
        start, began = time.perf_counter(), datetime.now(UTC)
        closing = [threading.Thread(target=_close, args=one) for one in keys]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()
        closed = time.perf_counter() - start
        until(lambda: all(stage.asked(key) for stage, some in keys for key in reversed(some)), _PATIENCE, 0.1)
        until(lambda: not stages[0].deployment.queue.jobs(limit=1), _PATIENCE, 0.1)
        drained = time.perf_counter() - start
    made = [(stage.site.url, [one for one in stage.site.requests if one.actor == stage.bot]) for stage, _ in keys]
    lasts = [_last(stage, some, began) for stage, some in keys]
    _add(report, f"{name}, answered {_after(pace)}", drained, closed, made, lasts, sum(len(some) for _, some in keys))


def _open_issues(stage: Stage, count: int) -> list[str]:
    ana = stage.ana
    return [stage.site.create_issue("FLEX", "Story", f"Try {n}", reporter=ana, assignee=ana) for n in range(count)]


def _close(stage: Stage, keys: list[str]) -> None:
    for key in keys:
        stage.site.transition(key, "Done", by=stage.ana, resolution="Done")


def _last(stage: Stage, keys: list[str], began: datetime) -> float:
    """Seconds until the last of a tenant's issues was asked about."""
    moments = [one.created for key in keys for one in stage.site.comments(key) if one.author == stage.bot]
    return (max(moments) - began).total_seconds()


def _add(
    report: Report,
    name: str,
    drained: float,
    closed: float,
    made: list[tuple[str, list[Exchange]]],
    lasts: list[float],
    closes: int,
) -> None:
    calls = sum(len(some) for _, some in made)
    limited = sum(one.status == 429 for _, some in made for one in some)
    limit = max(_per_issue_floor(some) for _, some in made)
    bare = replay(made)
    floor = max(bare, limit)
    report.told(f"{name}: time to drained ÷ floor", drained / floor)
    if len(lasts) > 1:
        report.told(f"{name}: slowest tenant ÷ middle tenant", max(lasts) / median(lasts))
    columns = ["what", "figure"]
    rows = [
        ["time to drained", f"{short(drained)} s"],
        ["floor", f"{short(floor)} s"],
        ["the site's own time to raise the closes", f"{short(closed)} s"],
        ["calls a close", short(calls / closes)],
        ["calls answered 429", str(limited)],
        ["closes asked about a second", short(closes / drained)],
    ]
    report.tables.append(Table(f"Burst on {name}", columns, rows))
    report.notes.append(
        f"The floor is the larger of two: a bare client repeats the same {calls:,} calls to the same emulated site, "
        f"{AT_ONCE} at once a tenant and {MOST_THREADS} in all, and keeps nothing ({short(bare)} s); and the site's "
        f"limits of {' and '.join(f'{most} writes in {seconds:.0f} s' for most, seconds in PER_ISSUE)} to one issue "
        f"({short(limit)} s)."
    )


def _after(pace: float) -> str:
    return f"after {pace * 1000:.0f} ms" if pace else "at once"


def _per_issue_floor(exchanges: list[Exchange]) -> float:
    """Seconds that a site's limits on writes to one issue cost the issue that was written to most."""
    writes = Counter(one.path.split("/issue/")[1].split("/")[0] for one in exchanges if _writes_to_an_issue(one))
    most = max(writes.values(), default=0)
    return max((most - 1) // allowed * seconds for allowed, seconds in PER_ISSUE) if most else 0.0


def _writes_to_an_issue(one: Exchange) -> bool:
    return one.method != "GET" and "/issue/" in one.path
