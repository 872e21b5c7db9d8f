"""An answer is whole in time and of a size that fits, or it is none: tried on connections that are real."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
import requests

from tests.alone import StillClock
from tests.gateways.desk import BOT, Desk, new_tenant
from worker.domain.model import StatusId
from worker.errors import Rejected, Unavailable, Unreachable
from worker.gateways.bounded import MOST, AnswerTooLarge, BoundedSession
from worker.gateways.jira_cloud import CloudJira
from worker.gateways.limiter import Limiter
from worker.gateways.session import Session
from worker.store.database import Database

STATUSES = b'[{"id": "3", "statusCategory": {"key": "done"}}]'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(STATUSES), STATUSES)
Answer = Callable[[socket.socket], None]


class Site:
    """A server of one answer: `answer` writes it to every request; `connections` are counted."""

    def __init__(self, answer: Answer) -> None:
        self.connections = 0
        self._answer = answer
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._door.accept()
                self.connections += 1
                threading.Thread(target=self._converse, args=(line,), daemon=True).start()

    def _converse(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            while b"\r\n\r\n" in line.recv(65_536):
                self._answer(line)


@contextmanager
def serving(answer: Answer) -> Iterator[Site]:
    site = Site(answer)
    try:
        yield site
    finally:
        site.close()


def slowly(head: bytes, drop: bytes) -> Answer:
    """`head`, and then a drop every twentieth of a second for ten seconds: never silent for long, never done."""

    def answer(line: socket.socket) -> None:
        line.sendall(head)
        for _ in range(200):
            line.sendall(drop)
            time.sleep(0.05)

    return answer


def jira(store: Database, url: str, timeout: float) -> CloudJira:
    clock = StillClock()
    return CloudJira(Session(replace(BOT, address=url), Limiter(store, clock, new_tenant(store)), clock, timeout))


@pytest.mark.parametrize(
    "answer",
    [
        slowly(b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n"),
        slowly(b"HTTP/1.1 ", b"2"),
        slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b" "),
        slowly(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b" "),
        slowly(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        slowly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["headers", "the first line", "a body", "a body to the end of the line", "chunks", "one head after another"],
)
def test_an_answer_that_trickles_in_is_given_up_after_twice_the_timeout(store: Database, answer: Answer) -> None:
    with serving(answer) as site:
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            jira(store, site.url, 0.5).statuses()
    assert 0.9 < time.monotonic() - begun < 3


def test_a_timeout_of_half_a_second_is_one(store: Database) -> None:
    with serving(lambda line: line.sendall(WHOLE)) as site:
        assert set(jira(store, site.url, 0.5).statuses()) == {StatusId("3")}


def test_the_connection_is_kept_for_the_next_call(store: Database) -> None:
    with serving(lambda line: line.sendall(WHOLE)) as site:
        door = jira(store, site.url, 5)
        assert [len(door.statuses()) for _ in range(3)] == [1, 1, 1]
        assert site.connections == 1


def test_an_answer_without_end_is_read_no_further_than_it_fits(store: Database) -> None:
    sent = []

    def answer(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (20 * MOST))
        for _ in range(20):
            line.sendall(bytes(MOST))
            sent.append(MOST)

    with serving(answer) as site, pytest.raises(Unavailable, match="Jira answered more than 32 MB") as caught:
        jira(store, site.url, 5).statuses()
    assert caught.value.status == 200
    assert len(sent) < 3


def test_a_small_answer_that_unpacks_to_a_large_one_is_too_large(desk: Desk) -> None:
    packed = gzip.compress(bytes(2 * MOST))
    desk.answer(body=packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Unavailable, match="look whether a login page or a proxy stands before it"):
        desk.doors().jira.statuses()


def test_an_answer_of_exactly_the_most_is_read(desk: Desk) -> None:
    desk.answer(body=bytes(MOST))
    session = BoundedSession()
    assert len(session.get("https://example.atlassian.net/x", timeout=1).content) == MOST
    desk.site.reset()
    desk.answer(503, body=bytes(MOST + 1))
    with pytest.raises(AnswerTooLarge) as caught:
        session.get("https://example.atlassian.net/x", timeout=1)
    assert caught.value.status == 503


@pytest.mark.parametrize("location", ["http://[::1", "/\xe9t\xe9", "http://a b/", "", "https://elsewhere.example.net/"])
@pytest.mark.parametrize("follow", [True, False])
def test_a_redirect_leads_nowhere_whatever_it_says(desk: Desk, location: str, follow: bool) -> None:
    desk.answer(302, headers={"Location": location})
    answer = BoundedSession().get("https://example.atlassian.net/x", timeout=1, allow_redirects=follow)
    assert (answer.status_code, len(desk.requests)) == (302, 1)
    with pytest.raises(Rejected, match="points elsewhere"):
        desk.doors().jira.statuses()


def test_a_body_that_is_cut_off_is_still_no_answer(store: Database) -> None:
    def answer(line: socket.socket) -> None:
        line.sendall(WHOLE[:-5])
        line.close()

    with serving(answer) as site, pytest.raises(Unreachable) as caught:
        jira(store, site.url, 5).statuses()
    assert isinstance(caught.value.__cause__, requests.exceptions.ChunkedEncodingError)
