"""The outermost layer of the site's application: it knows who is asking, plays scripted faults, holds the
lock while the site works, and records every exchange with the API. Pages for people pass through it
unrecorded."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from worker.emulator import gateway
from worker.emulator.apps_model import Ask
from worker.emulator.credentials import authenticated
from worker.emulator.faults import Fault
from worker.emulator.model import Exchange, Person
from worker.emulator.server import Dropped

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from worker.emulator.site import Site

API = ("/rest/", "/wiki/api/", "/wiki/rest/", "/_edge/", "/confluence/rest/")
ACTOR = "emulator.actor"
SITE = "emulator.site"
ASKED = "emulator.asked"  # the path as the client wrote it, when the gateway took a prefix off
# What Atlassian's content network says to a GET with a body, whoever sends it (CHANGE-2328; pycontribs/jira#1945).
CLOUDFRONT = b"<html><head><title>ERROR: The request could not be satisfied</title></head><body>403 ERROR</body></html>"
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
        if not environ["PATH_INFO"].startswith((*API, gateway.PREFIX)):
            status, headers, body = self._answer(environ)
        else:
            status, headers, body = self._exchange(environ)
        start_response(status, [("Date", format_datetime(self._world.now(), usegmt=True)), *headers])
        return [body]

    def _exchange(self, environ: WSGIEnvironment) -> _Answer:
        asked = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(asked)
        asked_path = environ[ASKED] = environ["PATH_INFO"]
        with self._world.lock:
            environ[ACTOR] = person = authenticated(self._world, _ask(environ))
            target = asked_path + ("?" + environ["QUERY_STRING"] if environ.get("QUERY_STRING") else "")
            fault = self._faults.take(environ["REQUEST_METHOD"], target)
        try:
            status, headers, body = self._faulty(environ, fault) if fault else self._admit(environ)
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
                return self._admit(environ)
            case "lost_response":
                self._admit(environ)
                raise Dropped()
            case "truncated":
                status, _, body = self._admit(environ)
                # Said to be the connection's last answer: one without a body looks whole, and must not be built upon.
                head = (
                    f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(body) + 1}\r\nConnection: close\r\n\r\n"
                )
                raise Dropped(head.encode() + body[: len(body) // 2])
            case _:
                kind = "text/html" if fault.kind == "html" else "application/json"
                headers = [("Content-Type", f"{kind};charset=UTF-8"), *fault.headers.items()]
                return f"{fault.status} Scripted", headers, fault.body

    def _admit(self, environ: WSGIEnvironment) -> _Answer:
        """Answer a request to the API; what came by the gateway goes on to the site's own path, or no further."""
        if self._world.data_center:
            return self._answer(environ)
        if environ["REQUEST_METHOD"] == "GET" and environ.get("CONTENT_LENGTH") not in (None, "", "0"):
            return "403 Forbidden", [("Content-Type", "text/html")], CLOUDFRONT
        if not environ["PATH_INFO"].startswith(gateway.PREFIX):
            return self._answer(environ)
        own = gateway.behind(self._world.cloud_id, environ["PATH_INFO"])
        if own is None:
            return gateway.said(404, "Not Found")
        if environ[ACTOR] is None:
            return gateway.said(401, "Unauthorized")
        environ["PATH_INFO"] = own
        status, headers, body = self._answer(environ)
        kept = [each for each in headers if each[0].lower() != "content-length"]
        return status, kept, gateway.own_links(self._world.url, self._world.cloud_id, body)

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            started[:] = [(status, headers)]
            return lambda _: None

        with self._world.lock:
            self._world.trace = environ.get("HTTP_X_ATLASSIAN_WEBHOOK_TRACE", "")
            chunks = self._app(environ, start_response)
            body = b"".join(chunks)
            close = getattr(chunks, "close", None)
            if close:
                close()
            self._world.trace = ""
        return (*started[0], body)

    def _record(self, environ: WSGIEnvironment, asked: bytes, person: Person | None, answer: _Answer) -> None:
        status, headers, body = answer
        exchange = Exchange(
            method=environ["REQUEST_METHOD"],
            path=environ[ASKED],
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


def _ask(environ: WSGIEnvironment) -> Ask:
    path, _, query = str(environ.get("RAW_URI") or environ["PATH_INFO"]).partition("?")
    by_gateway = environ["PATH_INFO"].startswith(gateway.PREFIX)
    return Ask(environ["REQUEST_METHOD"], path, query, environ.get("HTTP_AUTHORIZATION", ""), by_gateway)
