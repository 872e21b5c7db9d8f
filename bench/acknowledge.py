"""Acknowledging: our receiver against itself without storage, and against the one a user would write in forty lines."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import func, select, text

from bench import servers
from bench.load import Answered, Load, send
from bench.report import Report, Table, median, milliseconds, short
from bench.sizes import Size
from bench.stage import EVENTS, PROJECT, SECRET, Stage, free_port, running, staged, until
from worker.emulator import Site
from worker.store.schema import deliveries

_ISSUES = 64  # different deliveries, sent in turn
_CLOSE, _EDIT = "a close (kept, 202)", "irrelevant (204)"
Deliveries = list[tuple[str, str]]
Measured = Mapping[tuple[str, str, int], list[Answered]]


@dataclass(frozen=True)
class _Server:
    name: str
    port: int
    path: str


def acknowledge(size: Size, folder: Path, database: str) -> Report:
    """Every load on every server in turn, several rounds; ratios are the middle of the rounds' own ratios."""
    bodies = recorded()
    measured: dict[tuple[str, str, int], list[Answered]] = defaultdict(list)
    with staged(folder, database) as stage, _served(stage, bodies[_CLOSE]) as opened:
        before = _kept(stage)
        for round_number in range(size.rounds):
            for connections, kind, server in itertools.product(size.connections, (_CLOSE, _EDIT), opened):
                if kind == _EDIT and server.name == "forty lines":
                    continue  # it knows nothing of what is irrelevant
                name = f"{server.name[0]}{kind[0]}{connections}r{round_number}"
                load = Load(server.port, server.path, connections, size.seconds, name, bodies[kind])
                measured[server.name, kind, connections].append(send(load))
        kept = {name: held - before[name] for name, held in _kept(stage).items()}
    return _report(size, database, measured, kept)


def recorded() -> dict[str, Deliveries]:
    """Deliveries as the emulated site sends them, by kind, each with its signature."""
    site = Site(delays=())
    ana = site.add_person("Ana Sousa")
    site.add_project(PROJECT, "Flexible Pricing")
    keys = [
        site.create_issue(PROJECT, "Story", "Try monthly plans", reporter=ana, assignee=ana) for _ in range(_ISSUES)
    ]
    found: dict[str, Deliveries] = {}
    site.add_webhook("http://127.0.0.1:9/nobody", events=EVENTS[:1])
    for kind in (_CLOSE, _EDIT):
        before = len(site.deliveries)
        for key in keys:
            if kind == _CLOSE:
                site.transition(key, "Done", by=ana, resolution="Done")
            else:
                site.edit_issue(key, {"description": "Prices change by the month now."}, by=ana)
        found[kind] = [(one.body.decode(), _signature(one.body)) for one in site.deliveries[before:]]
    site.close()
    return found


def _signature(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


@contextmanager
def _served(stage: Stage, bodies: Deliveries) -> Iterator[list[_Server]]:
    """The three servers on one database."""
    with ExitStack() as stack:
        opened = []
        for name in servers.TARGETS:
            port = free_port()
            environment = stage.environment | {"LEARNLOOP_PORT": str(port), "BENCH_SECRET": SECRET}
            stack.enter_context(running(environment, "bench.servers", name, str(port)))
            path = "/webhook" if name == "forty lines" else f"/webhooks/cloud/{stage.tenant.webhook_path}"
            opened.append(_Server(name, port, path))
            until(partial(_listens, port), 30)
            send(Load(port, path, 4, 0.3, f"warm{name[0]}", bodies))
        yield opened


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _kept(stage: Stage) -> dict[str, int]:
    """How many deliveries each receiver's table holds."""
    closes = select(func.count()).select_from(deliveries).where(deliveries.c.body.is_not(None))
    with stage.deployment.db.read() as tx:
        return {
            "ours": int(tx.execute(closes).scalar_one()),
            "forty lines": int(tx.execute(text("SELECT count(*) FROM bare_deliveries")).scalar_one()),
        }


def _report(size: Size, database: str, measured: Measured, kept: dict[str, int]) -> Report:
    report, rows = Report(), []
    for connections in size.connections:
        ours, bare = measured["ours", _CLOSE, connections], measured["forty lines", _CLOSE, connections]
        nothing = measured["storeless", _CLOSE, connections]
        passed, edits = measured["ours", _EDIT, connections], measured["storeless", _EDIT, connections]
        at = f"{database}, {connections} connection{'s' if connections > 1 else ''}"
        report.at_least(f"{at}: requests/s, ours ÷ storage left out", _rates(ours, nothing), 0.5)
        report.at_least(f"{at}: requests/s, ours ÷ forty lines", _rates(ours, bare), 1.5)
        report.at_least(f"{at}: irrelevant requests/s, ours ÷ storage left out", _rates(passed, edits), 0.8)
        for name, other in (("storage left out", nothing), ("forty lines", bare)):
            report.told(f"{at}: p50, ours ÷ {name}", median(a.p50 / b.p50 for a, b in zip(ours, other, strict=True)))
            report.told(f"{at}: p99, ours ÷ {name}", median(a.p99 / b.p99 for a, b in zip(ours, other, strict=True)))
        rows += [_row(connections, *key[:2], found) for key, found in measured.items() if key[2] == connections]
    most = size.connections[-1]
    tail = median(one.p99 / one.p50 for one in measured["ours", _CLOSE, most])
    report.at_most(f"{database}, {most} connections: ours, p99 ÷ p50", tail, 3)
    columns = ["connections", "receiver", "deliveries", "requests/s", "p50", "p99"]
    report.tables.append(Table(f"Acknowledging on {database}, the middle of {size.rounds} rounds", columns, rows))
    report.notes.append(_answers(database, measured, kept))
    return report


def _rates(ours: list[Answered], theirs: list[Answered]) -> float:
    return median(a.rate / b.rate for a, b in zip(ours, theirs, strict=True))


def _row(connections: int, server: str, kind: str, found: list[Answered]) -> list[str]:
    rate, p50, p99 = (median(getattr(one, name) for one in found) for name in ("rate", "p50", "p99"))
    return [str(connections), server, kind, short(rate), milliseconds(p50), milliseconds(p99)]


def _answers(database: str, measured: Measured, kept: dict[str, int]) -> str:
    """What was answered, and whether everything that was acknowledged is in the tables."""
    said = []
    for server, held in kept.items():
        found = [one for key, loads in measured.items() if key[:2] == (server, _CLOSE) for one in loads]
        acknowledged = sum(one.statuses.get("202", 0) for one in found)
        other = sum(sum(one.statuses.values()) for one in found) - acknowledged
        said.append(f"{server} acknowledged {acknowledged:,} (lost: {max(0, acknowledged - held)}, refused: {other})")
    return f"On {database} {'; '.join(said)}."
