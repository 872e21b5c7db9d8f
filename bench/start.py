"""Starting `learnloop up`, and the memory its processes hold after sustained load."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import psutil

from bench.report import Report, Table, median, short
from bench.sizes import Size
from bench.stage import Stage, answers, environment_of, fresh, running, staged, until

_PATIENCE = 120
_WAITING_MOST = 200  # closes under way at once: sustained, not a burst


def start(size: Size, folder: Path) -> Report:
    """On SQLite, as `learnloop up` runs by itself."""
    report = Report()
    with fresh(folder / "start", "sqlite") as url:
        environment = environment_of(folder / "start", url)
        took = [_ready(environment) for _ in range(size.starts + 1)]
    report.told("up to ready, empty folder ÷ later starts", took[0] / median(took[1:]))
    rows = [["in an empty folder", f"{short(took[0])} s"], ["later, middle", f"{short(median(took[1:]))} s"]]
    report.tables.append(Table("`learnloop up` from the command to a ready web process", ["start", "time"], rows))
    _size(size, folder / "size", report)
    return report


def _ready(environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    with running(environment, "worker", "up"):
        until(lambda: answers(environment, "/readyz"), _PATIENCE, 0.01)
        return time.perf_counter() - begun


def _size(size: Size, folder: Path, report: Report) -> None:
    with staged(folder, "sqlite") as stage, running(stage.environment, "worker", "up") as up:
        until(lambda: answers(stage.environment, "/readyz"), _PATIENCE)
        ready = resident(up.pid)
        closes = _sustain(stage, size.sustained / 3)
        early = resident(up.pid)
        closes += _sustain(stage, size.sustained * 2 / 3)
        late = resident(up.pid)
    names = sorted(late)
    rows = [[name, *(f"{one.get(name, 0) / 2**20:.0f} MiB" for one in (ready, early, late))] for name in names]
    columns = ["process", "ready", "after a third of the load", "after all of it"]
    title = f"Resident memory, {closes:,} closes asked about in {size.sustained:.0f} s and drained"
    report.tables.append(Table(title, columns, rows))
    for name in names:
        report.told(f"{name}: resident memory, after all ÷ after a third of the load", late[name] / early[name])
    report.notes.append("Memory of web holds Granian's two processes; pages they share are counted in each.")


def _sustain(stage: Stage, seconds: float) -> int:
    """Close issues for so long, as quickly as they are asked about; how many."""
    until_then, keys = time.perf_counter() + seconds, list[str]()
    while time.perf_counter() < until_then:
        keys.append(stage.close_issue())
        if len(keys) > _WAITING_MOST:
            until(lambda: stage.asked(keys[-_WAITING_MOST]), _PATIENCE)
    until(lambda: all(stage.asked(key) for key in reversed(keys)), _PATIENCE)
    return len(keys)


def resident(pid: int) -> dict[str, int]:
    """Bytes resident of `up`, and of web and worker with the processes they started."""
    up = psutil.Process(pid)
    found = {"up": up.memory_info().rss}
    for child in up.children():
        with suppress(psutil.NoSuchProcess):
            family = [child, *child.children(recursive=True)]
            found[child.cmdline()[-1]] = sum(one.memory_info().rss for one in family)
    return found
