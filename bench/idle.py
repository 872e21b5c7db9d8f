"""From the close of an issue to our comment on it, stage by stage, on a system that does nothing else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from bench.report import Report, Table, median, milliseconds, percentile
from bench.sizes import Size
from bench.stage import Stage, staged, until, web_and_worker
from worker.domain.model import IssueId
from worker.store import prompts
from worker.store.schema import deliveries

STAGES = ("close → received", "received → interpreted", "interpreted → comment there", "close → comment there")


@dataclass(frozen=True)
class Passed:
    """How many seconds one close took, by stage."""

    stages: dict[str, float]


def idle(size: Size, folder: Path, database: str) -> Report:
    """One close after another through real web and worker processes."""
    with staged(folder, database) as stage, web_and_worker(stage.environment):
        for _ in range(2):
            one_close(stage)  # connections are open, templates are read
        found = [one_close(stage) for _ in range(size.closes)]
    report = Report()
    rows = []
    for name in STAGES:
        took = [one.stages[name] for one in found]
        rows.append([name, milliseconds(median(took)), milliseconds(percentile(took, 0.99))])
        report.told(f"{database}, {name}: p99 ÷ p50", percentile(took, 0.99) / median(took))
    title = f"Delivery to comment on {database}, {size.closes} closes one after the other"
    report.tables.append(Table(title, ["stage", "p50", "p99"], rows))
    return report


def one_close(stage: Stage) -> Passed:
    """Close an issue and wait for the comment. Raises TimeoutError."""
    key = stage.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=stage.ana, assignee=stage.ana)
    time.sleep(0.05)
    closed = datetime.now(UTC)
    stage.site.transition(key, "Done", by=stage.ana, resolution="Done")
    until(lambda: stage.asked(key), 60, 0.005)
    commented = next(one.created for one in stage.site.comments(key) if one.author == stage.bot)
    with stage.deployment.db.read() as tx:
        told = select(deliveries.c.received_at).where(deliveries.c.issue_key == key).order_by(deliveries.c.id).limit(1)
        received = tx.execute(told).scalar_one()
        prompt = prompts.of_issue(tx, stage.tenant.id, IssueId(stage.site.issue(key).id))
    assert prompt
    moments = (closed, received, prompt.asked_at, commented)
    took = [(after - before).total_seconds() for before, after in pairwise(moments)]
    return Passed(dict(zip(STAGES, (*took, sum(took)), strict=True)))
