"""One authenticated conversation with a site: a call in, its JSON out, every other outcome one of our errors.

The transport is atlassian-python-api's REST client, the only import of it. Its own retries are off: they sleep in the
thread for up to 1800 s and repeat POSTs, which doubles comments. Redirects are not followed, so that a credential never
leaves the tenant's site.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

import requests
from atlassian.rest_client import AtlassianRestAPI

from worker.clock import Clock
from worker.errors import Paused, PayloadError, RateLimited, Rejected, Unavailable, Unreachable
from worker.gateways import refusals, waits
from worker.gateways.auth import Credentials, auth
from worker.gateways.bounded import MOST, AnswerTooLarge, BoundedSession
from worker.gateways.calls import Call, Upload
from worker.gateways.limiter import Limiter
from worker.queue import lease

# The library logs bodies at DEBUG, and bodies hold answers.
logging.getLogger("atlassian").setLevel(logging.INFO)

# Of an answer that no product of Atlassian's gives.
_ODD_ANSWER = "look whether a login page or a proxy stands before it. It is tried again."

P = ParamSpec("P")
T = TypeVar("T")


def documented(read: Callable[P, T]) -> Callable[P, T]:
    """A method that reads an answer: one of another shape than documented is Unavailable, not a mistake of ours."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (PayloadError, LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
            said = f"The site's answer to “{read.__name__}” is not as documented: {_oddity(error)}."
            raise Unavailable(f"{said} It is tried again.", status=200, call=read.__name__) from error

    return reading


def _oddity(error: Exception) -> str:
    match error:
        case KeyError(args=(name,)):
            return f"an answer without “{name}”"
        case PayloadError() | ValueError():
            return str(error).rstrip(".")
    return "an answer without a body, or of another shape"


def identity(answer: Mapping[str, Any], name: str = "id") -> str:
    """The id of something, as the answer names it. Raises PayloadError for none: it would be kept as “None”."""
    found = answer[name]
    if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
        raise PayloadError(f"an answer without “{name}”")
    return str(found)


class Session:
    """Calls of one tenant. Thread-safe as far as requests' connection pool is; holds no state of a call."""

    def __init__(self, credentials: Credentials, limiter: Limiter, clock: Clock, timeout: float) -> None:
        connections = BoundedSession()
        connections.auth = auth(credentials, clock.now)
        self._rest = AtlassianRestAPI(
            url=credentials.address,
            session=connections,
            advanced_mode=True,
            backoff_and_retry=False,
            retry_with_header=False,
        )
        self._rest.timeout = timeout  # type: ignore[assignment] # made an int, it would let half a second be none
        self._limiter, self._clock, self._address = limiter, clock, credentials.address
        self.site_time: datetime | None = None

    def send(
        self,
        call: Call,
        *,
        query: Mapping[str, object] | None = None,
        body: Any = None,
        upload: Upload | None = None,
        **places: object,
    ) -> Any:
        """Do `call` with a `body` as JSON or with an `upload`; its JSON, or None where the answer has no body.

        Raises Paused without calling while a limit lasts or when the job is no longer ours, RateLimited, Unreachable
        when no answer came in time (it may have been done), Unavailable for 5xx and answers that are too large or not
        JSON, Unauthorized where our credentials were not taken, and a SiteError of its own for each other status.
        Rejected, without calling, for a place that would make it another address.
        """
        self._act_for_our_job_only(call)
        path = call.path.format(**{name: _part(call, str(value)) for name, value in places.items()})
        issue = "" if call.method == "GET" else str(places.get("issue", ""))
        with self._limiter.passing(call.product, call.name, issue):
            answer = self._asked(call, path, query, body, upload)
        self.site_time = waits.date(answer.headers.get("Date", "")) or self.site_time
        return self._result(call, answer, issue)

    def _asked(
        self, call: Call, path: str, query: Mapping[str, object] | None, body: Any, upload: Upload | None
    ) -> requests.Response:
        """What the site answers, whatever it says. Raises Unreachable and, for more than is read, Unavailable: TooLarge
        would be about what was sent, and this may have been done. No product of Atlassian's answers so much.
        """
        try:
            return self._rest.request(
                method=call.method,
                path=path,
                json=body,
                params=dict(query or {}) or None,
                allow_redirects=False,
                **_carried(upload),
            )
        except AnswerTooLarge as error:
            words = f"{call.product} answered more than {MOST >> 20} MB when asked to {call.about}; {_ODD_ANSWER}"
            raise Unavailable(words, status=error.status, call=call.name) from error
        except (requests.RequestException, OSError) as error:
            said = f"{call.product} did not answer when asked to {call.about} ({type(error).__name__})."
            raise Unreachable(f"{said} Is {self._address} its address, and up?", call=call.name) from error

    def _act_for_our_job_only(self, call: Call) -> None:
        """Raises Paused when the job's lease ran out: another worker may be doing the same by now."""
        if call.method != "GET" and not lease.lasts():
            held_up = f"The job was held up, so {call.product} was not asked to {call.about}; it begins anew."
            raise Paused(held_up, self._clock.now())

    def _result(self, call: Call, answer: requests.Response, issue: str) -> Any:
        status = answer.status_code
        if refused := refusals.login(call, answer):
            raise refused
        if status == 429:
            raise self._limited(call, answer, issue)
        if not 200 <= status < 300:
            raise refusals.status(call, answer, self._clock.now())
        if not answer.content:
            return None
        try:
            return json.loads(answer.content)  # strictly: `answer.json()` would put marks for letters it cannot read
        except (ValueError, RecursionError) as error:
            words = f"{call.product} answered something that is not JSON when asked to {call.about}; {_ODD_ANSWER}"
            raise Unavailable(words, status=status, call=call.name, detail=refusals.plain(answer.text)) from error

    def _limited(self, call: Call, answer: requests.Response, issue: str) -> RateLimited:
        reason, now = answer.headers.get("RateLimit-Reason", ""), self._clock.now()
        until = self._limiter.limited(call.product, call.name, issue, reason, waits.after_limit(answer.headers, now))
        words = f"{call.product} limits our calls ({reason or 'no reason given'}) until {waits.told(until, now)}."
        return RateLimited(words, until=until, reason=reason, call=call.name)


def _carried(upload: Upload | None) -> dict[str, Any]:
    """The headers of a request, and the form with a file in it where there is one.

    A form is only taken with a header that no browser sends by itself (Confluence's REST reference, "Content -
    attachments"); its Content-Type carries the boundary that requests chooses.
    """
    if upload is None:
        return {"headers": {"Accept": "application/json", "Content-Type": "application/json"}}
    return {
        "headers": {"Accept": "application/json", "X-Atlassian-Token": "nocheck"},
        "files": {"file": (upload.name, upload.data, upload.media_type)},
        "data": dict(upload.fields),
    }


def _part(call: Call, value: str) -> str:
    """`value` as one part of a path. Quoting cannot keep the empty part and the dots from changing the path."""
    if value in ("", ".", ".."):
        raise Rejected(f"{call.product} was not asked to {call.about}: “{value}” is no id or key.", call=call.name)
    return quote(value, safe="")
