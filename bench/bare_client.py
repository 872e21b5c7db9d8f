"""A client that only repeats recorded calls and keeps nothing: the floor under any program that has to make them.

`python -m bench.bare_client` reads the calls of each site as JSON and prints how many seconds they took. Each site gets
at most four at once, as Atlassian advises, and all sites together at most sixty-four.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from worker.emulator.model import Exchange

AT_ONCE, MOST_THREADS = 4, 64
_Call = tuple[str, str, dict[str, str], str]
_SENT = ("Authorization", "Accept", "Content-Type")


def replay(sites: Sequence[tuple[str, Sequence[Exchange]]]) -> float:
    """Repeat the calls each site (its address first) has had, from another process; how many seconds it took."""
    told = [(address, [_call(one) for one in exchanges]) for address, exchanges in sites]
    done = subprocess.run(
        [sys.executable, "-m", "bench.bare_client"],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=570,
        check=True,
    )
    return float(done.stdout)


def _call(one: Exchange) -> _Call:
    headers = {name: one.request_headers[name] for name in _SENT if name in one.request_headers}
    return one.method, one.path + (f"?{one.query}" if one.query else ""), headers, one.request_body.decode()


def _work(address: str, calls: SimpleQueue[_Call]) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    while True:
        try:
            method, path, headers, body = calls.get_nowait()
        except Empty:
            return
        connection.request(method, path, body.encode() or None, headers)
        connection.getresponse().read()


def _play(sites: list[tuple[str, list[_Call]]]) -> float:
    """Four threads a site, while there are no more than the most in all."""
    waiting: SimpleQueue[tuple[str, SimpleQueue[_Call]]] = SimpleQueue()
    for _ in range(AT_ONCE):
        for address, calls in sites:
            waiting.put((address, shared := _queues.setdefault(address, SimpleQueue())))
            if shared.empty():
                for one in calls:
                    shared.put(one)
    start = time.perf_counter()
    threads = [threading.Thread(target=_drain, args=(waiting,)) for _ in range(min(MOST_THREADS, waiting.qsize()))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


_queues: dict[str, SimpleQueue[_Call]] = {}


def _drain(waiting: SimpleQueue[tuple[str, SimpleQueue[_Call]]]) -> None:
    while True:
        try:
            address, calls = waiting.get_nowait()
        except Empty:
            return
        _work(address, calls)


if __name__ == "__main__":
    print(_play(json.loads(sys.stdin.read())))
