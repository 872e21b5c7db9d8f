"""One close, one minute and one row, measured: what `bench.scale` multiplies.

Closes are played on the emulated site; only the product's own threads are timed, and only its requests are counted.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, event, func, insert, select, text

from bench.seeding import seed
from tests import postgres
from tests.alone import StillClock, deployed, with_tenant
from tests.world import World, make_world
from webhooks.app import create_app
from worker import schedule
from worker.deployment import Deployment
from worker.domain.model import DeliveryState, JobKind, TenantId
from worker.queue.rows import RowQueue
from worker.store import deliveries
from worker.store.schema import effects, metadata


@dataclass(frozen=True)
class Cost:
    """What one thing of a kind takes: calls by method and product, processor seconds, transactions that write, jobs."""

    calls: dict[str, float]
    cpu: float
    commits: float
    jobs: float

    @property
    def points(self) -> float:
        """1 a call, 1 more for the object a GET returns."""
        return sum(count * (2 if name.startswith("GET") else 1) for name, count in self.calls.items())

    @property
    def requests(self) -> float:
        return sum(self.calls.values())


@contextmanager
def counted(parts: Deployment) -> Iterator[Counter[str]]:
    """How many transactions that write end meanwhile."""
    seen: Counter[str] = Counter()
    writes = ("INSERT", "UPDATE", "DELETE")

    def on_statement(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith(writes):
            connection.info["wrote"] = True

    def on_commit(connection: Connection) -> None:
        seen["commits"] += bool(connection.info.pop("wrote", False))

    event.listen(parts.db.engine, "before_cursor_execute", on_statement)
    event.listen(parts.db.engine, "commit", on_commit)
    try:
        yield seen
    finally:
        event.remove(parts.db.engine, "before_cursor_execute", on_statement)
        event.remove(parts.db.engine, "commit", on_commit)


def played(world: World, many: int, act: Callable[[World, int], object]) -> Cost:
    """The cost to the worker of one `act` and all that follows, from `many` of them."""
    before, cpu, jobs = len(world.site.requests), 0.0, 0
    with counted(world.deployment) as seen:
        for number in range(many):
            act(world, number)
            spent, runs = _settled(world)
            cpu, jobs = cpu + spent, jobs + runs
    ours = [one for one in world.site.requests[before:] if one.actor == world.bot]
    calls = Counter(f"{one.method} {'Confluence' if one.path.startswith('/wiki') else 'Jira'}" for one in ours)
    return Cost({name: count / many for name, count in calls.items()}, cpu / many, seen["commits"] / many, jobs / many)


def _settled(world: World) -> tuple[float, int]:
    """Run what is due; processor seconds of the jobs alone (the emulated site works in other threads), and how many."""
    cpu, jobs = 0.0, 0
    world.site.flush_webhooks()
    while True:
        start = time.thread_time()
        runs = world.deployment.queue.drain(world.handlers)
        cpu, jobs = cpu + time.thread_time() - start, jobs + runs
        if not runs:
            return cpu, jobs
        world.site.flush_webhooks()


def close(world: World, number: int, resolution: str = "Done") -> None:
    """Somebody closes an issue."""
    key = world.site.create_issue("FLEX", "Story", f"Issue {number}", reporter=world.ana, assignee=world.ana)
    world.site.transition(key, "Done", by=world.ana, resolution=resolution)


def skip(world: World, number: int) -> None:
    """Somebody closes an issue that nobody is asked about."""
    close(world, number, "Won't Do")


def answer(world: World, number: int) -> None:
    """Somebody answers a question that is open, under two topics."""
    asked = [one for one in world.site.world.issues.values() if world.our_comments(one.key)]
    world.site.comment(asked[-1 - number].key, f"learned: it was {number} #pricing #rollout", by=world.ana)


def sweep(world: World, _number: int) -> None:
    """Ten minutes passed, and LearnLoop looks for closes it was not told of."""
    world.clock.forward(timedelta(minutes=10))
    assert schedule.fire(world.deployment, JobKind.SWEEP, TenantId(world.tenant_id), world.clock.now())


def remind(world: World, _number: int) -> None:
    """A quarter of an hour passed, and LearnLoop looks whom to remind."""
    world.clock.forward(timedelta(minutes=15))
    assert schedule.fire(world.deployment, JobKind.REMINDERS, TenantId(world.tenant_id), world.clock.now())


def door(world: World) -> tuple[float, float]:
    """Processor seconds of the web process for a delivery that is kept, and for one that leads to nothing."""
    app = create_app(world.deployment).test_client()
    kept = next(one for one in world.site.deliveries if one.status == 202)
    line = next(one for one in world.site.deliveries if one.status == 204)
    spent = []
    for sent in (kept, line):
        many = 300
        start = time.process_time()
        for number in range(many):
            named = {"X-Atlassian-Webhook-Identifier": f"again-{sent.id}-{number}"}
            app.post(sent.url, data=sent.body, headers=dict(sent.headers) | named)
        spent.append((time.process_time() - start) / many)
    return spent[0], spent[1]


def minute_of_a_scheduler(many: int = 50) -> tuple[float, float]:
    """What a worker's look for missed fire times takes each minute for one tenant: processor seconds, transactions."""
    with tempfile.TemporaryDirectory() as folder:
        clock = StillClock()
        parts = deployed(Path(folder), clock)
        for number in range(many):
            with_tenant(parts, f"t{number}")
        clock.forward(timedelta(days=1, minutes=7))
        schedule.catch_up(parts)
        begun = Counter[str]()
        event.listen(parts.db.engine, "commit", lambda _connection: begun.update(["commits"]))
        start = time.process_time()
        schedule.catch_up(parts)
        spent = time.process_time() - start
        parts.close()
    return spent / many, begun["commits"] / many


def lanes_held(many: int = 300) -> float:
    """Seconds a claim holds what all workers on PostgreSQL share, when it takes one job of many that wait."""
    url, held, since = postgres.fresh(), [0.0], [0.0]
    with tempfile.TemporaryDirectory() as folder:
        parts = deployed(Path(folder), StillClock(), url)
        queue = RowQueue(parts.db, parts.clock, threads=1, poll=timedelta(seconds=1))
        with parts.db.begin() as tx:
            for number in range(many):
                queue.put(tx, JobKind.SHOW, f"t1/{number}", lane=f"issue:t1/{number}")

        def on_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            since[0] = time.perf_counter() if "pg_advisory_xact_lock" in statement else since[0]

        def on_commit(_connection: object) -> None:
            held[0] += time.perf_counter() - since[0] if since[0] else 0.0
            since[0] = 0.0

        event.listen(parts.db.engine, "after_cursor_execute", on_statement)
        event.listen(parts.db.engine, "commit", on_commit)
        runs = queue.drain({JobKind.SHOW: lambda _key: None})
        parts.close()
    postgres.drop(url)
    return held[0] / runs


def weights(body: int, many: int = 5_000) -> dict[str, float]:
    """Bytes a row takes in PostgreSQL, with its indexes."""
    url = postgres.fresh()
    with tempfile.TemporaryDirectory() as folder:
        parts = deployed(Path(folder), StillClock(), url)
        tenant = with_tenant(parts).id
        seed(parts.db, tenant, "FLEX", many, parts.clock.now())
        dice = random.Random(1)  # noqa: S311 - bodies that do not compress to nothing
        sizes = {}
        for name, size in (("deliveries, kept", body), ("deliveries, a line", 0)):
            before = _bytes(parts, "deliveries")
            with parts.db.begin() as tx:
                for number in range(many):
                    text = dice.randbytes(size // 2).hex().encode() if size else None
                    one = deliveries.Arrival(
                        tenant, f"id:{name}{number}", parts.clock.now(), "jira:issue_updated", f"FLEX-{number}",
                        DeliveryState.HANDLED, body=text,
                    )  # fmt: skip
                    deliveries.accept(tx, [one])
            sizes[name] = (_bytes(parts, "deliveries") - before) / many
        with parts.db.begin() as tx:
            rows = [
                {
                    "key": f"{tenant}/comment/{n}",
                    "state": "done",
                    "result": {"id": str(n)},
                    "begun_at": StillClock().now(),
                }
                for n in range(many)
            ]
            tx.execute(insert(effects), rows)
        for name in ("closes", "prompts", "answers", "learnings", "learning_topics", "effects"):
            with parts.db.read() as tx:
                rows_there = tx.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            sizes[name] = _bytes(parts, name) / max(1, rows_there)
        parts.close()
    postgres.drop(url)
    return sizes


def _bytes(parts: Deployment, table: str) -> int:
    with parts.db.read() as tx:
        return int(tx.execute(text("SELECT pg_total_relation_size(:name)"), {"name": table}).scalar_one())


def costs_of_a_close() -> tuple[dict[str, Cost], tuple[float, float]]:
    """Play on an emulated site whose pages are there already."""
    with tempfile.TemporaryDirectory() as folder, make_world(Path(folder)) as world:
        for act in (close, answer):
            played(world, 4, act)
        costs = {"skipped": played(world, 20, skip), "asked": played(world, 20, close)}
        costs["answered"] = played(world, 20, answer)
        costs["swept"], costs["looked whom to remind"] = played(world, 5, sweep), played(world, 5, remind)
        return costs, door(world)
