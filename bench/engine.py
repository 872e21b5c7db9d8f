"""The engine: no-op jobs put in one transaction and drained, ours beside Procrastinate."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
from procrastinate import SyncPsycopgConnector
from sqlalchemy import func, select

from bench.engines import CONCURRENCY, POLL, TASK, make_app, plain
from bench.report import Report, Table, median, short
from bench.sizes import Size
from bench.stage import fresh, until
from worker.clock import Clock
from worker.domain.model import JobKind
from worker.queue.rows import RowQueue
from worker.store.database import Database
from worker.store.migrate import upgrade
from worker.store.schema import jobs

_PATIENCE = 300
Rates = tuple[float, float]  # jobs put, and jobs drained, a second


def engine(size: Size, folder: Path) -> Report:
    """Every engine with one worker and two, in turn, several rounds."""
    found: dict[tuple[str, int], list[Rates]] = {}
    for _ in range(size.engine_rounds):
        for workers in (1, 2):
            found.setdefault(("ours on PostgreSQL", workers), []).append(_ours(size, folder, "postgresql", workers))
            found.setdefault(("Procrastinate", workers), []).append(_procrastinate(size, folder, workers))
        found.setdefault(("ours on SQLite", 1), []).append(_ours(size, folder, "sqlite", 1))
    report = Report()
    for index, name in enumerate(("put", "drained")):
        for workers in (1, 2):
            pairs = zip(found["ours on PostgreSQL", workers], found["Procrastinate", workers], strict=True)
            value = median(ours[index] / theirs[index] for ours, theirs in pairs)
            report.told(f"jobs {name} a second, {workers} worker{'s'[: workers - 1]}: ours ÷ Procrastinate", value)
    rows = [
        [name, str(workers), *(short(median(one[index] for one in rates)) for index in (0, 1))]
        for (name, workers), rates in found.items()
    ]
    title = f"{size.jobs:,} jobs in {size.lanes} lanes, {CONCURRENCY} at once a worker, polling each {POLL} s"
    report.tables.append(Table(title, ["engine", "workers", "put a second", "drained a second"], rows))
    report.notes.append(
        "Jobs do nothing and are put one by one in one transaction by a synchronous connection, while workers wait. "
        "A lane runs one job at a time, in order: ours by `lane`, Procrastinate by `lock`."
    )
    return report


def _ours(size: Size, folder: Path, database: str, workers: int) -> Rates:
    with fresh(folder / "engine", database) as url:
        db = Database(url)
        upgrade(db)
        queue = RowQueue(db, Clock(), threads=CONCURRENCY, poll=timedelta(seconds=POLL))

        def put() -> None:
            with db.begin() as tx:
                for number in range(size.jobs):
                    queue.put(tx, JobKind.SHOW, str(number), lane=f"lane {number % size.lanes}")

        def left() -> int:
            with db.read() as tx:
                return int(tx.execute(select(func.count()).select_from(jobs)).scalar_one())

        with _workers("ours", url, workers):
            rates = _timed(size, put, left)
        db.close()
    return rates


def _procrastinate(size: Size, folder: Path, workers: int) -> Rates:
    with fresh(folder / "engine", "postgresql") as url:
        app = make_app(SyncPsycopgConnector(conninfo=plain(url)))
        with app.open(), psycopg.connect(plain(url), autocommit=True) as looking:
            app.schema_manager.apply_schema()
            task = app.tasks[TASK]

            def put() -> None:
                with psycopg.connect(plain(url)) as tx:
                    for number in range(size.jobs):
                        lane = f"lane {number % size.lanes}"
                        task.configure(lock=lane, connection=tx).defer(key=str(number))

            def left() -> int:
                query = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
                return int((looking.execute(query).fetchone() or (0,))[0])

            with _workers("procrastinate", url, workers):
                return _timed(size, put, left)


@contextmanager
def _workers(name: str, url: str, count: int) -> Iterator[None]:
    """So many worker processes, waiting for jobs."""
    with ExitStack() as stack:
        for _ in range(count):
            command = [sys.executable, "-m", "bench.engine_worker", name, url]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
            stack.callback(process.terminate)
            assert process.stdout
            process.stdout.readline()
        time.sleep(0.5)  # from saying so to waiting
        yield


def _timed(size: Size, put: Callable[[], None], left: Callable[[], int]) -> Rates:
    """Jobs a second, of putting them and from then on of draining them."""
    start = time.perf_counter()
    put()
    committed = time.perf_counter()
    until(lambda: left() == 0, _PATIENCE)
    return size.jobs / (committed - start), size.jobs / (time.perf_counter() - committed)
