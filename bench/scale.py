"""Ten thousand tenants with a thousand closes a day each: what it takes, by measuring one and simulating the rest.

`python -m bench.scale` prints what docs/scale.md quotes: the costs of one close from `bench.one_close`, and a day of
arrivals passing over a number of processes. What is assumed and not measured stands in `Assumed`, with its reason.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.one_close import Cost, costs_of_a_close, lanes_held, minute_of_a_scheduler, weights


@dataclass(frozen=True)
class Assumed:
    """What nothing here can measure."""

    tenants: int = 10_000
    closes_a_day: int = 1_000  # of a tenant
    irrelevant: int = 9  # other deliveries a close: edits, comments and links on the way to it
    asked: float = 0.6  # of the closes; sub-tasks, duplicates and closes by automation are skipped
    answered: float = 0.7  # of those asked
    body: int = 8_000  # bytes of an issue_updated: recorded ones have 6 to 8 kB
    call_seconds: float = 0.25  # one call to Atlassian, over the internet
    zones: tuple[tuple[int, float], ...] = ((-8, 0.15), (-5, 0.25), (0, 0.15), (1, 0.25), (5, 0.12), (9, 0.08))
    load: float = 0.6  # of a core at the peak; above it queues grow long
    threads: int = 32  # LEARNLOOP_THREADS of a worker process
    cores: int = 8  # of a host
    transactions: int = 10_000  # a second, of one PostgreSQL primary on a server's NVMe disk
    keep_days: int = 7  # worker/jobs/upkeep.py


# The share of a working day's closes in each hour, local time: people close before lunch and before they leave.
HOURS = (0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 12, 13, 8, 8, 10, 11, 10, 6, 2, 1, 0, 0, 0, 0)
# Atlassian, late 2026: points of an app an hour over all its tenants (tier 1), and requests a second of one tenant at
# one endpoint. Traffic by API token has no points.
POINTS, BURST_POST, BURST_PUT = 65_000, 100, 50


def arrivals(given: Assumed) -> list[float]:
    """Closes in each minute of a UTC working day, over all tenants."""
    whole = given.tenants * given.closes_a_day
    minutes = [0.0] * 1440
    for offset, share in given.zones:
        for hour, part in enumerate(HOURS):
            for minute in range(60):
                at = ((hour - offset) * 60 + minute) % 1440
                minutes[at] += whole * share * part / sum(HOURS) / 60
    return minutes


def longest_wait(minutes: list[float], seconds_a_close: float, processes: int) -> float:
    """Minutes a close waits at the worst moment of the day, when a process is done with one in `seconds_a_close`."""
    capacity = 60 * processes / seconds_a_close
    backlog = worst = 0.0
    dice = random.Random(7)  # noqa: S311 - arrivals, not secrets
    for mean in minutes:
        came = max(0.0, dice.gauss(mean, math.sqrt(mean)))  # Poisson, for means this large
        backlog = max(0.0, backlog + came - capacity)
        worst = max(worst, backlog / capacity)
    return worst


def bulk(costs: dict[str, Cost], given: Assumed, closes: int = 1_000, at_once: int = 4) -> tuple[float, float]:
    """One tenant closes so many at once: seconds until all are asked, and its POSTs a second at one endpoint."""
    calls = costs["asked"].requests * closes
    seconds = calls * given.call_seconds / at_once
    return seconds, costs["asked"].calls["POST Jira"] * closes / seconds


@dataclass(frozen=True)
class Day:
    """What the fleet sees."""

    peak: float  # closes a second in the busiest minute
    average: float
    worker_cpu: float  # seconds a close
    worker_wait: float
    web_cpu: float
    calls: float
    points: float
    commits: float
    jobs: float


def day(costs: dict[str, Cost], web: tuple[float, float], given: Assumed) -> Day:
    """Put the costs of one close together in their shares."""
    asked, answered = given.asked, given.asked * given.answered
    parts = [(costs["skipped"], 1 - asked), (costs["asked"], asked), (costs["answered"], answered)]
    parts += [(costs["swept"], 144 / given.closes_a_day), (costs["looked whom to remind"], 96 / given.closes_a_day)]
    calls = sum(cost.requests * share for cost, share in parts)
    minutes = arrivals(given)
    return Day(
        peak=max(minutes) / 60,
        average=sum(minutes) / 86_400,
        worker_cpu=sum(cost.cpu * share for cost, share in parts),
        worker_wait=calls * given.call_seconds,
        web_cpu=web[0] + web[1] * given.irrelevant,
        calls=calls,
        points=sum(cost.points * share for cost, share in parts),
        commits=sum(cost.commits * share for cost, share in parts) + 1,
        jobs=sum(cost.jobs * share for cost, share in parts),
    )


def processes(found: Day, given: Assumed) -> tuple[int, int]:
    """Web and worker processes at the peak: the cores they burn, or for workers the threads that wait for Jira."""
    web = found.peak * found.web_cpu / given.load
    worker = max(found.peak * found.worker_cpu, found.peak * found.worker_wait / given.threads) / given.load
    return math.ceil(web), math.ceil(worker)


Lines = Iterator[tuple[str, str]]


def show(title: str, rows: list[tuple[str, str]]) -> None:
    """Print a table of Markdown."""
    print(f"\n| {title} | |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")


def main() -> None:
    """Measure, simulate, print."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    given = Assumed()
    costs, web = costs_of_a_close()
    sizes, look, held = weights(given.body), minute_of_a_scheduler(), lanes_held()
    found = day(costs, web, given)
    show("one of each, measured", list(_costs(costs, web, look, held)))
    show("bytes a row, PostgreSQL with indexes", [(name, f"{size:,.0f}") for name, size in sizes.items()])
    show("the day", list(_day(found, given)))
    show("the database", list(_database(sizes, found, given)))
    show("Atlassian's limits", list(_limits(costs, found, given)))
    show("how many times each is needed", list(_breaks(found, look, held, given)))


def _costs(costs: dict[str, Cost], web: tuple[float, float], look: tuple[float, float], held: float) -> Lines:
    for name, cost in costs.items():
        calls = ", ".join(f"{count:.1f} {call}" for call, count in sorted(cost.calls.items())) or "no call"
        yield (
            name,
            f"{calls}; {cost.cpu * 1000:.0f} ms of a core; {cost.jobs:.0f} jobs, {cost.commits:.0f} transactions",
        )
    yield "a delivery at the door", f"{web[0] * 1000:.1f} ms kept, {web[1] * 1000:.1f} ms when it leads to nothing"
    yield (
        "a worker's minute, a tenant",
        f"{look[0] * 1000:.1f} ms and {look[1]:.1f} transactions, for missed fire times",
    )
    yield "a claim of one job", f"{held * 1000:.1f} ms that no other worker can claim in"


def _day(found: Day, given: Assumed) -> Lines:
    minutes, (webs, workers) = arrivals(given), processes(found, given)
    a_close = max(found.worker_cpu, found.worker_wait / given.threads)
    hosts = math.ceil((webs + workers) / given.cores)
    work = found.average * 24 * (found.worker_cpu + found.web_cpu) / given.cores
    yield "closes", f"{found.average:,.0f}/s on average, {found.peak:,.0f}/s in the busiest minute"
    yield "deliveries", f"{found.peak * (1 + given.irrelevant):,.0f}/s at the peak"
    yield "calls to Atlassian", f"{found.calls:.1f} a close, {found.peak * found.calls:,.0f}/s at the peak"
    yield "web", f"{found.web_cpu * 1000:.0f} ms a close with its {1 + given.irrelevant} deliveries: {webs} processes"
    yield "worker", f"{found.worker_cpu * 1000:.0f} ms a close: {workers} processes of {given.threads} threads"
    yield "hosts", f"{hosts} of {given.cores} cores, beside the database"
    yield "machine-hours a day", f"{hosts * 24:,.0f}, of which {work:,.0f} are work"
    for words, number in (("these", workers), ("half the", workers // 2), ("a third of the", workers // 3)):
        yield f"longest wait with {words} workers", f"{longest_wait(minutes, a_close, number):,.1f} min"


def _database(sizes: dict[str, float], found: Day, given: Assumed) -> Lines:
    closes = given.tenants * given.closes_a_day
    bodies, lines = sizes["deliveries, kept"], given.irrelevant * sizes["deliveries, a line"]
    stays = sizes["closes"] + given.asked * (sizes["prompts"] + sizes["effects"])
    told = sizes["answers"] + sizes["learnings"] + 2 * sizes["learning_topics"]
    stays += given.asked * given.answered * told
    yield "deliveries, seven days of them", f"{closes * given.keep_days * (bodies + lines) / 1e12:.2f} TB"
    yield "of which bodies of closes", f"{closes * given.keep_days * bodies / 1e12:.2f} TB"
    yield "what stays of a close", f"{stays:,.0f} bytes"
    yield "growth", f"{closes * stays / 1e9:,.0f} GB a day, {closes * stays * 260 / 1e12:.1f} TB in 260 working days"
    yield "writing transactions", f"{found.peak * found.commits:,.0f}/s at the peak, were none shared"


def _limits(costs: dict[str, Cost], found: Day, given: Assumed) -> Lines:
    seconds, posts = bulk(costs, given)
    one = max(HOURS) / sum(HOURS) * given.closes_a_day / 3600 * found.calls
    points = found.points * found.peak * 3600
    yield "a tenant in its busiest hour", f"{one:.2f} calls/s; {BURST_POST} POST/s and {BURST_PUT} PUT/s an endpoint"
    yield (
        "a tenant that closes 1,000 at once",
        f"{posts:.0f} POST/s, all asked after {seconds / 60:.0f} min, four calls at once",
    )
    yield "all tenants in one Forge app", f"{points:,.0f} points in the busiest hour, of {POINTS:,}"
    yield "tenants one such app can serve", f"{POINTS / points * given.tenants:,.0f}"


def _breaks(found: Day, look: tuple[float, float], held: float, given: Assumed) -> Lines:
    """What is used up first, by how many of it the whole would take; each worker process looks for itself."""
    looks = processes(found, given)[1] * given.tenants * look[1] / 60
    used = {
        "the points of a Forge or Connect app": found.points * found.peak * 3600 / POINTS,
        "the queue's turn to claim, one job a claim": found.peak * found.jobs * held,
        "a primary's transactions, by all workers looking for missed fire times": looks / given.transactions,
        "a primary's transactions, by the work itself": found.peak * found.commits / given.transactions,
        "a worker's minute, for that look": given.tenants * look[0] / 60,
        "a web process": found.peak * found.web_cpu,
        "a worker process, its core": found.peak * found.worker_cpu,
        "a worker process, its threads": found.peak * found.worker_wait / given.threads,
    }
    for name, times in sorted(used.items(), key=lambda one: -one[1]):
        yield name, f"{times:,.1f}"


if __name__ == "__main__":
    main()
