"""One authenticated conversation with a site: a call in, its JSON out, every other outcome one of our errors.

The transport is atlassian-python-api's REST client, the only import of it. Its own retries are off: they sleep in the
thread for up to 1800 s and repeat POSTs, which doubles comments. Redirects are not followed, so that a credential never
leaves the tenant's site.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

import requests
from atlassian.rest_client import AtlassianRestAPI

from worker.clock import Clock
from worker.errors import (
    Conflict,
    Forbidden,
    Missing,
    Paused,
    PayloadError,
    RateLimited,
    Rejected,
    SiteError,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from worker.gateways.auth import Credentials, auth
from worker.gateways.limiter import Limiter
from worker.queue import lease

# The library logs bodies at DEBUG, and bodies hold answers.
logging.getLogger("atlassian").setLevel(logging.INFO)

_MOST_DETAIL = 300

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One thing a site can be asked to do. `path` has {placeholders}; `about` completes "when asked to …"."""

    name: str
    product: str
    method: str
    path: str
    about: str
    needs: str = ""


@dataclass(frozen=True)
class Upload:
    """A file to send: its name at the site, its bytes and their media type, and the fields of the form around it."""

    name: str
    data: bytes
    media_type: str
    fields: Mapping[str, str]


def documented(read: Callable[P, T]) -> Callable[P, T]:
    """A method that reads an answer: one of another shape than documented is Unavailable, not a mistake of ours."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (PayloadError, LookupError, TypeError, AttributeError, ValueError) as error:
            raise Unavailable(
                f"The site's answer to “{read.__name__}” is not as documented ({type(error).__name__}: {error}).",
                status=200,
                call=read.__name__,
            ) from error

    return reading


class Session:
    """Calls of one tenant. Thread-safe as far as requests' connection pool is; holds no state of a call."""

    def __init__(self, credentials: Credentials, limiter: Limiter, clock: Clock, timeout: float) -> None:
        connections = requests.Session()
        connections.auth = auth(credentials, clock.now)
        self._rest = AtlassianRestAPI(
            url=credentials.address,
            session=connections,
            timeout=timeout,  # type: ignore[arg-type] # it says int, and only hands it to requests
            advanced_mode=True,
            backoff_and_retry=False,
            retry_with_header=False,
        )
        self._limiter, self._clock = limiter, clock
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
        when no answer came (it may have been done), Unavailable for 5xx and answers that are not JSON, and a SiteError
        of its own for each other status.
        Rejected, without calling, for a place that would make it another address.
        """
        self._act_for_our_job_only(call)
        path = call.path.format(**{name: _part(call, str(value)) for name, value in places.items()})
        with self._limiter.passing(call.name, str(places.get("issue", ""))):
            try:
                answer = self._rest.request(
                    method=call.method,
                    path=path,
                    json=body,
                    params=dict(query or {}) or None,
                    allow_redirects=False,
                    **_carried(upload),
                )
            except (requests.RequestException, OSError) as error:
                raise Unreachable(
                    f"{call.product} did not answer when asked to {call.about} ({type(error).__name__}).",
                    call=call.name,
                ) from error
        self.site_time = _date(answer.headers.get("Date", "")) or self.site_time
        return self._result(call, answer, str(places.get("issue", "")))

    def _act_for_our_job_only(self, call: Call) -> None:
        """Raises Paused when the job's lease ran out: another worker may be doing the same by now."""
        if call.method != "GET" and not lease.lasts():
            held_up = f"The job was held up, so {call.product} was not asked to {call.about}; it begins anew."
            raise Paused(held_up, self._clock.now())

    def _result(self, call: Call, answer: requests.Response, issue: str) -> Any:
        status = answer.status_code
        if status == 429:
            raise self._limited(call, answer, issue)
        if not 200 <= status < 300:
            raise _error(call, answer, self._clock.now())
        if not answer.content:
            return None
        try:
            return json.loads(answer.content)  # strictly: `answer.json()` would put marks for letters it cannot read
        except ValueError as error:
            raise Unavailable(
                f"{call.product} answered something that is not JSON when asked to {call.about}; it is tried again.",
                status=status,
                call=call.name,
                detail=_plain(answer.text),
            ) from error

    def _limited(self, call: Call, answer: requests.Response, issue: str) -> RateLimited:
        reason = answer.headers.get("RateLimit-Reason", "")
        until = self._limiter.limited(call.name, issue, reason, _retry_after(answer.headers, self._clock.now()))
        return RateLimited(
            f"{call.product} limits our calls ({reason or 'no reason given'}) until {until:%H:%M:%S} UTC.",
            until=until,
            reason=reason,
            call=call.name,
        )


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


def _error(call: Call, answer: requests.Response, now: datetime) -> SiteError:
    """The error a status means, as a sentence with what to do. Statuses: Atlassian's REST references."""
    status, detail = answer.status_code, _detail(answer)
    said = f"{call.product} answered {status} when asked to {call.about}"
    facts: dict[str, Any] = {"status": status, "call": call.name, "detail": detail}
    needs = f"Give the account {call.needs}" if call.needs else "Check the account's permissions"
    match status:
        case 401 if "scope" in detail.lower():
            return Forbidden(f"{said}: the token lacks a scope for it; docs/install.md lists them.", **facts)
        case 401:
            words = "the token is wrong or has expired. Make a new one and give it with `learnloop tenant credential`."
            return Unauthorized(f"{said}: {words}", product=call.product.lower(), **facts)
        case 403:
            return Forbidden(f"{said}: the account may not do this. {needs}, then retry.", **facts)
        case 404 | 410:
            return Missing(f"{said}: it is not there, or the account may not see it. {needs} if it should be.", **facts)
        case 409:
            return Conflict(f"{said}: somebody else changed it first. It is tried again.", **facts)
        case 413:
            return TooLarge(f"{said}: it is larger than the site accepts. Make it shorter, then retry.", **facts)
        case _ if status >= 500 or status in (408, 425):
            return Unavailable(f"{said}. It is tried again.", until=_retry_after(answer.headers, now), **facts)
        case _ if 300 <= status < 400:
            return Rejected(f"{said}: it points elsewhere, and we do not follow. Check the site's address.", **facts)
    return Rejected(f"{said}: {detail.rstrip('.') or 'no reason given'}.", **facts)


def _retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the site wants to be asked again: Retry-After in seconds (Atlassian: rate limiting, 2026-08)."""
    try:
        return now + timedelta(seconds=min(max(float(headers.get("Retry-After", "")), 0), 86_400))
    except ValueError:
        return None


def _date(header: str) -> datetime | None:
    """The moment in a Date header, to the second; without a zone it is UTC (RFC 9110 knows no other)."""
    try:
        read = parsedate_to_datetime(header)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _detail(answer: requests.Response) -> str:
    """What the site gave as its reason: Jira's errorMessages and errors, Confluence's errors, or its message."""
    try:
        data = answer.json()
    except ValueError:
        return ""
    if not isinstance(data, dict):
        return ""
    said = (data.get(name) for name in ("errorMessages", "errors", "message"))
    return _plain("; ".join(words for one in said for words in _said(one)))


def _said(reason: object) -> list[str]:
    """The words in one part of a reason: a text, a list of texts or titles, or a word a field. Others say nothing."""
    match reason:
        case str():
            return [reason]
        case dict():
            return [f"{name}: {words}" for name, words in reason.items()]
        case list():
            titles = (one.get("title") or one.get("detail") if isinstance(one, dict) else one for one in reason)
            return [title for title in titles if isinstance(title, str) and title]
    return []


def _plain(text: str) -> str:
    return " ".join(text.split())[:_MOST_DETAIL]
