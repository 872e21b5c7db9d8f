"""The outermost layer of the site's application: it knows who is asking, plays scripted faults, holds the
lock while the site works, and records every exchange with the API. Pages for people pass through it
unrecorded."""

from __future__ import annotations

import base64
import binascii
import io
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from worker.emulator.faults import Fault
from worker.emulator.model import Exchange, Person
from worker.emulator.server import Dropped
from worker.emulator.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from worker.emulator.site import Site

API = ("/rest/", "/wiki/api/", "/wiki/rest/", "/_edge/")
ACTOR = "emulator.actor"
SITE = "emulator.site"
KEPT = 20_000  # exchanges remembered; the oldest half goes when there are twice as many

_Answer = tuple[str, list[tuple[str, str]], bytes]


class Edge:
    """A WSGI application around the site's own."""

    def __init__(self, app: WSGIApplication, site: Site) -> None:
        self._app = app
        self._site = site
        self._world = site.world
        self._faults = site.faults

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        environ[SITE] = self._site
        if environ["PATH_INFO"].startswith("/_emulator/"):
            return self._app(environ, start_response)  # scripts take the lock themselves, and a flush must not hold it
        if not environ["PATH_INFO"].startswith(API):
            status, headers, body = self._answer(environ)
        else:
            status, headers, body = self._exchange(environ)
        start_response(status, headers)
        return [body]

    def _exchange(self, environ: WSGIEnvironment) -> _Answer:
        asked = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(asked)
        person = authenticated(self._world, environ.get("HTTP_AUTHORIZATION", ""))
        environ[ACTOR] = person
        target = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ.get("QUERY_STRING") else "")
        with self._world.lock:
            fault = self._faults.take(environ["REQUEST_METHOD"], target)
        try:
            status, headers, body = self._faulty(environ, fault) if fault else self._answer(environ)
        except Dropped:
            self._record(environ, asked, person, ("000 No answer", [], b""))
            raise
        self._record(environ, asked, person, (status, headers, body))
        return status, headers, body

    def _faulty(self, environ: WSGIEnvironment, fault: Fault) -> _Answer:
        match fault.kind:
            case "reset":
                raise Dropped(reset=True)
            case "slow":
                time.sleep(fault.seconds)
                return self._answer(environ)
            case "lost_response":
                self._answer(environ)
                raise Dropped()
            case "truncated":
                status, _, body = self._answer(environ)
                head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body) + 1}\r\n\r\n"
                raise Dropped(head.encode() + body[: len(body) // 2])
            case _:
                kind = "text/html" if fault.kind == "html" else "application/json"
                headers = [("Content-Type", f"{kind};charset=UTF-8"), *fault.headers.items()]
                return f"{fault.status} Scripted", headers, fault.body

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            started[:] = [(status, headers)]
            return lambda _: None

        with self._world.lock:
            chunks = self._app(environ, start_response)
            body = b"".join(chunks)
            close = getattr(chunks, "close", None)
            if close:
                close()
        return (*started[0], body)

    def _record(self, environ: WSGIEnvironment, asked: bytes, person: Person | None, answer: _Answer) -> None:
        status, headers, body = answer
        exchange = Exchange(
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"],
            query=environ.get("QUERY_STRING", ""),
            request_headers=_headers(environ),
            request_body=asked,
            status=int(status[:3]),
            response_headers=dict(headers),
            response_body=body,
            actor=person.account_id if person else None,
        )
        with self._world.lock:
            self._world.requests.append(exchange)
            if len(self._world.requests) > 2 * KEPT:
                del self._world.requests[:KEPT]


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    found = {key[5:].replace("_", "-").title(): value for key, value in environ.items() if key.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        found["Content-Type"] = environ["CONTENT_TYPE"]
    return found


def authenticated(world: World, header: str) -> Person | None:
    """Return whose token an Authorization header carries: Basic e-mail and token, or Bearer token.

    None for nobody's.
    """
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() == "bearer":
        person = world.tokens.get(credentials.strip())
    elif scheme.lower() == "basic":
        try:
            email, _, token = base64.b64decode(credentials).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        person = world.tokens.get(token)
        person = person if person and person.email.casefold() == email.casefold() else None
    else:
        return None
    return person if person and person.active else None
