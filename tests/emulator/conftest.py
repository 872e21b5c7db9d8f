"""A film set for tests of the emulated site: one site on a real socket, some people, and a place webhooks are
sent to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from worker.emulator import Site, serve

BOT = ("bot@example.org", "bot-token")
ANA = ("ana@example.org", "ana-token")


class Clock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 2, 9, 14, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **much: float) -> None:
        self.at += timedelta(**much)


@dataclass
class Client:
    """One person's connection to the site."""

    url: str
    session: requests.Session

    def __call__(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.url + path, timeout=10, **more)

    def json(self, method: str, path: str, **more: Any) -> Any:
        answer = self(method, path, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()


@dataclass
class Film:
    """A site with a project, a space and people: Ana works, the bot is Jira's administrator, Ole may do
    little.
    """

    site: Site
    clock: Clock
    url: str
    ana: str
    ole: str
    bot: str
    space: str
    as_bot: Client
    as_ana: Client

    def issue(self, summary: str = "Prices per region", **more: Any) -> str:
        return self.site.create_issue("FLEX", more.pop("type", "Story"), summary, reporter=self.ana, **more)

    def page(self, title: str = "Learnings", storage: str = "<p>Hello</p>") -> Any:
        body = {"representation": "storage", "value": storage}
        asked = {"spaceId": self.space, "status": "current", "title": title, "body": body}
        return self.as_bot.json("POST", "/wiki/api/v2/pages", json=asked)

    def save(
        self, page_id: str, number: int, storage: str, client: Client | None = None, **more: Any
    ) -> requests.Response:
        asked = {
            "id": page_id,
            "status": "current",
            "title": more.pop("title", "Learnings"),
            "body": {"representation": "storage", "value": storage},
            "version": {"number": number, **more},
        }
        return (client or self.as_bot)("PUT", f"/wiki/api/v2/pages/{page_id}", json=asked)


def _client(url: str, auth: tuple[str, str] | None) -> Client:
    session = requests.Session()
    session.auth = auth
    return Client(url, session)


@pytest.fixture
def film() -> Iterator[Film]:
    clock = Clock()
    site = Site(now=clock)
    server = serve(site)
    ana = site.add_person("Ana Sousa", email=ANA[0], token=ANA[1], time_zone="Europe/Lisbon")
    ole = site.add_person("Ole Berg", email="ole@example.org")
    bot = site.add_person("LearnLoop", email=BOT[0], token=BOT[1], admin=True)
    site.add_project("FLEX", "Flexible Pricing", components=["Checkout", "Invoices"])
    space = site.add_space("ENG", "Engineering", by=ana)
    as_bot, as_ana = _client(server.url, BOT), _client(server.url, ANA)
    yield Film(site, clock, server.url, ana, ole, bot, space, as_bot, as_ana)
    as_bot.session.close()
    as_ana.session.close()
    server.close()
    site.close()


@dataclass
class Receiver:
    """Where webhooks are sent to. ``answers`` are given in turn, then 204; None drops the connection."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)

    def events(self) -> list[str]:
        return [json.loads(body)["webhookEvent"] for _, body in self.got if body]

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.got.append((dict(self.headers), body))
            status = found.answers.pop(0) if found.answers else 204
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(5)
