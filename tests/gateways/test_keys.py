"""Atlassian's public keys: fetched once, kept for an hour, and never more than strangers may cost us.

The hosts are real servers on this machine, because what is held here (redirects, sizes, silence) lives below HTTP
libraries.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.alone import StillClock
from worker import config
from worker.errors import Forged, KeysUnavailable
from worker.gateways.keys import KeyRing

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
JWK = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(PRIVATE.public_key()))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Host:
    """A host of keys: what each path answers, and what it was asked."""

    url: str
    pages: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publish(self, *kids: str) -> None:
        """Have the set hold these keys."""
        self.pages["/jwks.json"] = (200, json.dumps({"keys": [JWK | {"kid": kid} for kid in kids]}).encode())


@contextmanager
def serving() -> Iterator[Host]:
    """A host that knows nothing yet."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            status, body = host.pages.get(self.path, (404, b"<Error><Code>AccessDenied</Code></Error>"))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | host.headers.get(self.path, {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    host = Host(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    """Two hosts of keys; the second also publishes Forge's set."""
    with serving() as first, serving() as second:
        yield first, second


@pytest.fixture
def ring(hosts: tuple[Host, Host], tmp_path: Path, clock: StillClock) -> KeyRing:
    """A ring that has fetched nothing yet."""
    return new_ring(tmp_path, clock, [one.url for one in hosts], f"{hosts[1].url}/jwks.json")


def new_ring(folder: Path, clock: StillClock, hosts: list[str], keys: str) -> KeyRing:
    settings = config.load({"LEARNLOOP_DATA": str(folder)})
    return KeyRing(replace(settings, connect_key_hosts=tuple(hosts), forge_keys=keys), clock)


@pytest.fixture
def silent() -> Iterator[str]:
    """An address where nothing answers: its port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


# --- install keys ---


@pytest.mark.parametrize(("holder", "requests"), [(0, [1, 0]), (1, [1, 1])], ids=["the first host", "the second"])
def test_a_key_comes_from_the_first_host_that_has_it(
    hosts: tuple[Host, Host], ring: KeyRing, holder: int, requests: list[int]
) -> None:
    hosts[holder].pages["/kid-1"] = (200, PEM)
    assert ring.install_key("kid-1") == PEM.decode()
    assert [len(one.asked) for one in hosts] == requests


def test_a_key_no_host_knows_is_forged(hosts: tuple[Host, Host], ring: KeyRing) -> None:
    with pytest.raises(Forged, match=r"^The token is signed with a key nobody knows\.$"):
        ring.install_key("kid-1")
    assert [one.asked for one in hosts] == [["/kid-1"], ["/kid-1"]]


@pytest.mark.parametrize(
    "page", [(200, b"<html>Log in</html>"), (200, b""), (403, PEM)], ids=["a log-in page", "nothing", "403"]
)
def test_what_is_no_key_is_none(hosts: tuple[Host, Host], ring: KeyRing, page: tuple[int, bytes]) -> None:
    hosts[0].pages["/kid-1"] = page
    with pytest.raises(Forged):
        ring.install_key("kid-1")


def test_a_silent_host_leaves_it_open_whether_a_key_is_known(tmp_path: Path, clock: StillClock, silent: str) -> None:
    with serving() as host:
        ring = new_ring(tmp_path, clock, [silent, host.url], host.url)
        with pytest.raises(KeysUnavailable, match="send it again"):
            ring.install_key("kid-1")


def test_a_silent_host_is_no_matter_when_the_other_has_the_key(tmp_path: Path, clock: StillClock, silent: str) -> None:
    with serving() as host:
        host.pages["/kid-1"] = (200, PEM)
        ring = new_ring(tmp_path, clock, [silent, host.url], host.url)
        assert ring.install_key("kid-1") == PEM.decode()


@pytest.mark.parametrize("status", [500, 503])
def test_a_host_that_fails_leaves_it_open_and_is_asked_again(
    hosts: tuple[Host, Host], ring: KeyRing, status: int
) -> None:
    hosts[1].pages["/kid-1"] = (status, b"")
    with pytest.raises(KeysUnavailable):
        ring.install_key("kid-1")
    hosts[1].pages["/kid-1"] = (200, PEM)
    assert ring.install_key("kid-1") == PEM.decode()


@pytest.mark.parametrize(("after", "fetches"), [(MINUTE, 1), (HOUR, 1), (HOUR + MINUTE, 2)])
def test_a_key_is_kept_for_an_hour(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock, after: timedelta, fetches: int
) -> None:
    hosts[0].pages["/kid-1"] = (200, PEM)
    ring.install_key("kid-1")
    clock.forward(after)
    ring.install_key("kid-1")
    assert len(hosts[0].asked) == fetches


def test_a_key_nobody_knew_is_asked_for_again_after_a_minute(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock
) -> None:
    for _ in range(3):
        with pytest.raises(Forged):
            ring.install_key("kid-1")
    assert len(hosts[0].asked) == 1
    hosts[0].pages["/kid-1"] = (200, PEM)
    clock.forward(MINUTE + timedelta(seconds=1))
    assert ring.install_key("kid-1") == PEM.decode()


@pytest.mark.parametrize(
    "headers",
    [{"Content-Length": "100000"}, {"Content-Encoding": "gzip"}],
    ids=["cut off", "not what its header says"],
)
def test_an_answer_that_breaks_off_is_silence(hosts: tuple[Host, Host], ring: KeyRing, headers: dict[str, str]) -> None:
    hosts[0].pages["/kid-1"] = (200, PEM)
    hosts[0].headers["/kid-1"] = headers
    with pytest.raises(KeysUnavailable):
        ring.install_key("kid-1")


# --- the set of invocation keys ---


def test_a_set_is_read_once_for_all_its_keys(hosts: tuple[Host, Host], ring: KeyRing) -> None:
    hosts[1].publish("a", "b")
    assert ring.invocation_key("a").public_numbers() == PRIVATE.public_key().public_numbers()
    assert ring.invocation_key("b").public_numbers() == PRIVATE.public_key().public_numbers()
    assert hosts[1].asked == ["/jwks.json"]


def test_a_new_kid_has_the_set_read_again_at_most_once_a_minute(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock
) -> None:
    hosts[1].publish("a")
    ring.invocation_key("a")
    hosts[1].publish("a", "b")
    for _ in range(5):
        with pytest.raises(Forged):
            ring.invocation_key("b")
    assert len(hosts[1].asked) == 1
    clock.forward(MINUTE + timedelta(seconds=1))
    assert ring.invocation_key("b")
    assert len(hosts[1].asked) == 2


def test_a_known_kid_does_not_have_the_set_read_again_within_the_hour(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock
) -> None:
    hosts[1].publish("a")
    ring.invocation_key("a")
    clock.forward(HOUR)
    ring.invocation_key("a")
    assert len(hosts[1].asked) == 1
    clock.forward(timedelta(seconds=1))
    ring.invocation_key("a")
    assert len(hosts[1].asked) == 2


@pytest.mark.parametrize(
    "page",
    [
        (503, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"keys": []}'),
        (200, b'{"keys": "odd"}'),
        (200, b'{"keys": ["odd"]}'),
        (200, b'{"keys": [{"kty": "odd"}]}'),
        (200, b"\xff\xfe\x00"),
    ],
    ids=["an outage", "HTML", "a list", "no keys", "an empty set", "words", "a list of words", "an odd key", "bytes"],
)
def test_a_set_that_cannot_be_read_says_so_and_is_asked_for_again(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock, page: tuple[int, bytes]
) -> None:
    hosts[1].pages["/jwks.json"] = page
    with pytest.raises(KeysUnavailable, match=r"^Forge's public keys cannot be read; send it again\.$"):
        ring.invocation_key("a")
    hosts[1].publish("a")
    with pytest.raises(KeysUnavailable):
        ring.invocation_key("a")  # whoever did not answer has a rest
    assert len(hosts[1].asked) == 1
    clock.forward(timedelta(seconds=11))
    assert ring.invocation_key("a")


def test_an_outage_does_not_take_away_the_set_we_have(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock
) -> None:
    """A stranger's kid has the set read again; that it cannot be read then is nothing to a kid we know."""
    hosts[1].publish("a")
    ring.invocation_key("a")
    hosts[1].pages["/jwks.json"] = (503, b"")
    clock.forward(2 * MINUTE)
    with pytest.raises(KeysUnavailable):
        ring.invocation_key("stranger")
    assert ring.invocation_key("a")


@pytest.mark.parametrize(("age", "good"), [(2 * HOUR, True), (23 * HOUR, True), (25 * HOUR, False)])
def test_while_nobody_answers_a_key_we_had_is_good_for_a_day(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock, age: timedelta, good: bool
) -> None:
    hosts[1].publish("a")
    hosts[0].pages["/kid-1"] = (200, PEM)
    ring.invocation_key("a")
    ring.install_key("kid-1")
    hosts[1].pages["/jwks.json"] = hosts[0].pages["/kid-1"] = hosts[1].pages["/kid-1"] = (503, b"")
    clock.forward(age)
    for ask in (lambda: ring.invocation_key("a"), lambda: ring.install_key("kid-1")):
        with nullcontext() if good else pytest.raises(KeysUnavailable):
            assert ask()


def test_a_key_that_was_taken_out_of_the_set_is_good_no_more(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock
) -> None:
    hosts[1].publish("a")
    ring.invocation_key("a")
    hosts[1].publish("b")
    clock.forward(HOUR + MINUTE)
    with pytest.raises(Forged):
        ring.invocation_key("a")


# --- what strangers may cost ---


def test_a_flood_of_install_kids_does_not_hold_back_forges_set(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock
) -> None:
    hosts[1].publish("a")
    for number in range(20):
        with pytest.raises((Forged, KeysUnavailable)):
            ring.install_key(f"kid-{number}")
    assert ring.invocation_key("a")


def test_a_flood_does_not_drive_out_the_key_that_was_fetched_last(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock
) -> None:
    for number in range(220):
        clock.forward(timedelta(seconds=5))
        with pytest.raises(Forged):
            ring.install_key(f"kid-{number}")
    hosts[0].pages["/good"] = (200, PEM)
    ring.install_key("good")
    asked = len(hosts[0].asked)
    with pytest.raises(Forged):
        ring.install_key("kid-300")
    ring.install_key("good")
    assert len(hosts[0].asked) == asked + 1


def test_at_most_thirty_fetches_are_made_in_a_minute(
    hosts: tuple[Host, Host], ring: KeyRing, clock: StillClock
) -> None:
    for number in range(15):
        with pytest.raises(Forged):
            ring.install_key(f"kid-{number}")
    with pytest.raises(KeysUnavailable, match="in a minute"):
        ring.install_key("kid-15")
    assert sum(len(one.asked) for one in hosts) == 30
    clock.forward(MINUTE + timedelta(seconds=1))
    with pytest.raises(Forged):
        ring.install_key("kid-15")


def test_a_flood_does_not_hold_back_a_key_that_is_known(hosts: tuple[Host, Host], ring: KeyRing) -> None:
    hosts[0].pages["/good"] = (200, PEM)
    ring.install_key("good")
    for number in range(20):
        with pytest.raises((Forged, KeysUnavailable)):
            ring.install_key(f"kid-{number}")
    assert ring.install_key("good") == PEM.decode()


def test_a_redirect_is_not_followed(hosts: tuple[Host, Host], ring: KeyRing) -> None:
    first, second = hosts
    second.pages["/elsewhere"] = (200, PEM)
    first.pages["/kid-1"] = (302, b"")
    first.headers["/kid-1"] = {"Location": f"{second.url}/elsewhere"}
    with pytest.raises(Forged):
        ring.install_key("kid-1")
    assert second.asked == ["/kid-1"]


def test_an_oversized_answer_is_cut(hosts: tuple[Host, Host], ring: KeyRing) -> None:
    hosts[0].pages["/kid-1"] = (200, PEM + b"x" * 1_000_000)
    assert len(ring.install_key("kid-1")) == 262_144
    hosts[1].pages["/jwks.json"] = (200, json.dumps({"keys": [JWK | {"kid": "a", "x": "x" * 1_000_000}]}).encode())
    with pytest.raises(KeysUnavailable):
        ring.invocation_key("a")
