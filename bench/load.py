"""The load generator, a process of its own: signed deliveries over connections that are kept open, one after the other
on each. `python -m bench.load` reads what to send as JSON and prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from bench.report import percentile

_WARM = 0.15  # of the time is not counted


@dataclass(frozen=True)
class Load:
    """What to send where. `deliveries` are bodies with their signatures; `name` makes their ids unique."""

    port: int
    path: str
    connections: int
    seconds: float
    name: str
    deliveries: list[tuple[str, str]]


@dataclass(frozen=True)
class Answered:
    """What came of a load: requests a second, percentiles in seconds, and all answers, warm-up included, by status."""

    rate: float
    p50: float
    p99: float
    statuses: dict[str, int]


def send(load: Load) -> Answered:
    """Send a load from another process and wait for it."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        timeout=load.seconds + 60,
        check=True,
    )
    return Answered(**json.loads(done.stdout))


class _Connection(asyncio.Protocol):
    """Sends the next delivery as soon as the last one is answered."""

    def __init__(self, requests: Iterator[bytes], until: float, taken: list[tuple[float, float]]) -> None:
        self._requests, self._until, self._taken = requests, until, taken
        self._held, self._sent = b"", 0.0
        self.statuses: Counter[str] = Counter()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.over.done():
            self.statuses["lost"] += 1
            self.over.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._held += data
        if not _whole(self._held):
            return
        now = time.perf_counter()
        self._taken.append((now, now - self._sent))
        self.statuses[self._held[9:12].decode()] += 1
        self._held = b""
        self._next()

    def _next(self) -> None:
        self._sent = time.perf_counter()
        if self._sent >= self._until:
            self.over.set_result(None)
            self._transport.close()
        else:
            self._transport.write(next(self._requests))


def _whole(answer: bytes) -> bool:
    """Whether an answer with a length, or a 204, arrived to its end."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line[15:])
    return True


def _requests(load: Load) -> Iterator[bytes]:
    made = [_request(load, body, signature) for body, signature in load.deliveries]
    for number, (head, rest) in enumerate(itertools.cycle(made)):
        yield head + f"{load.name}-{number}".encode() + rest


def _request(load: Load, body: str, signature: str) -> tuple[bytes, bytes]:
    """A delivery before and after its id."""
    sent = body.encode()
    head = (
        f"POST {load.path} HTTP/1.1\r\nHost: 127.0.0.1:{load.port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(sent)}\r\nX-Hub-Signature: {signature}\r\nX-Atlassian-Webhook-Identifier: "
    )
    return head.encode(), b"\r\n\r\n" + sent


async def _play(load: Load) -> Answered:
    start = time.perf_counter()
    until, counted_from = start + load.seconds, start + load.seconds * _WARM
    taken: list[tuple[float, float]] = []
    requests, loop = _requests(load), asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: _Connection(requests, until, taken), "127.0.0.1", load.port))[1]
        for _ in range(load.connections)
    ]
    await asyncio.gather(*(one.over for one in opened))
    counted = (
        [latency for at, latency in taken if counted_from <= at <= until]
        or [latency for _, latency in taken]
        or [load.seconds]
    )
    statuses = sum((one.statuses for one in opened), Counter[str]())
    rate = len(counted) / (load.seconds * (1 - _WARM))
    return Answered(rate, percentile(counted, 0.5), percentile(counted, 0.99), dict(statuses))


if __name__ == "__main__":
    told = json.loads(sys.stdin.read())
    print(json.dumps(asdict(asyncio.run(_play(Load(**told))))))
