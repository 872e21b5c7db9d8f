"""What a site's refusal means: one of our errors, as a sentence with what to do. Statuses: Atlassian's REST references.

A call is described by its `Call`; nothing here asks the site.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

import requests

from worker.errors import (
    Conflict,
    Forbidden,
    Missing,
    Rejected,
    SiteError,
    TooLarge,
    Unauthorized,
    Unavailable,
)
from worker.gateways import waits
from worker.gateways.calls import Call

_MOST_DETAIL = 300
_NOT_JSON = object()

_REFUSED = (
    "the token is wrong, has expired or is of another kind: on Cloud scoped tokens and service accounts want "
    "`--scoped`, classic ones `--email`. Make a new one and give it with `learnloop tenant credential`."
)
_LOCKED = (
    "it wants a CAPTCHA solved, because wrong passwords were given. Log in once in a browser as this account, "
    "then give the credential again with `learnloop tenant credential`."
)
_NO_LOGIN = {"AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"}

# Of statuses that no other word is said about. Their reasons are the site's own; these say what is left to do.
_MEND = "Mend what it names, then retry."
_ADVICE: dict[int, str] = {
    HTTPStatus.PAYMENT_REQUIRED: "Look at the site's plan, then retry.",
    HTTPStatus.LOCKED: "It is locked there: have it unlocked, then retry.",
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS: "It is withheld there for legal reasons; the site's admin may know more.",
}
_BETWEEN = (
    "Look whether the address is the site's own, whether a proxy before it refuses such calls, and whether there is "
    "a newer LearnLoop; then retry."
)


def login(call: Call, answer: requests.Response) -> Unauthorized | None:
    """The error when the answer says, whatever its status, that our credentials were not taken.

    Cloud answers a bad token as it answers nobody, with less in it (MrRefactoring/jira.js#418, 2026-04);
    AUTHENTICATION_DENIED and CAPTCHA_CHALLENGE are what Data Center says of an account that must solve a CAPTCHA
    (Atlassian: Jira's basic authentication for REST).
    """
    said = {one.strip().upper() for one in answer.headers.get("X-Seraph-LoginReason", "").split(",")}
    if "CAPTCHA_CHALLENGE" in answer.headers.get("X-Authentication-Denied-Reason", ""):
        words = f": {_LOCKED}"
    elif said & _NO_LOGIN and "OK" not in said:
        words = f", as it answers nobody: {_REFUSED}"
    else:
        return None
    return Unauthorized(f"{_said(call, answer)}{words}", product=call.product.lower(), **_facts(call, answer))


def status(call: Call, answer: requests.Response, now: datetime) -> SiteError:
    """The error that a status means which is neither a success nor a 429."""
    said, facts = _said(call, answer), _facts(call, answer)
    match answer.status_code:
        case 401 | 403:
            return _not_allowed(call, answer)
        case 404 | 410:
            return _not_there(call, answer, now)
        case 409:
            return Conflict(f"{said}: somebody else changed it first. It is tried again.", **facts)
        case 413:
            return TooLarge(f"{said}: it is larger than the site accepts. Make it shorter, then retry.", **facts)
        case code if code >= 500 or code in (408, 425):
            return Unavailable(f"{said}. It is tried again.", until=waits.after_failure(answer.headers, now), **facts)
        case code if 300 <= code < 400:
            return Rejected(f"{said}: it points elsewhere, and we do not follow. Check the site's address.", **facts)
    return Rejected(f"{said}: {facts['detail'].rstrip('.') or 'no reason given'}. {_advice(answer, facts)}", **facts)


def plain(text: str) -> str:
    """The beginning of a site's words, on one line."""
    return " ".join(text.split())[:_MOST_DETAIL]


def _not_allowed(call: Call, answer: requests.Response) -> SiteError:
    said, facts = _said(call, answer), _facts(call, answer)
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return Forbidden(f"{said}: the account may not do this. {_grant(call)}, then retry.", **facts)
    if "scope" in facts["detail"].lower():
        return Forbidden(f"{said}: the token lacks a scope for it; docs/install.md lists them.", **facts)
    return Unauthorized(f"{said}: {_REFUSED}", product=call.product.lower(), **facts)


def _not_there(call: Call, answer: requests.Response, now: datetime) -> SiteError:
    """Missing only in the product's own words, or in none: what stands before a site that restarts says 404 as well."""
    said, facts = _said(call, answer), _facts(call, answer)
    if answer.content.strip() and _json(answer) is _NOT_JSON:
        words = f"{said}, but not in {call.product}'s own words: something before it answered, or the address is wrong."
        return Unavailable(f"{words} It is tried again.", until=waits.after_failure(answer.headers, now), **facts)
    if answer.status_code == HTTPStatus.GONE:  # as Atlassian ended calls (2025: search, Confluence's v1 content)
        words = "Atlassian has withdrawn this way of asking; look whether there is a newer LearnLoop, then retry"
        return Rejected(f"{said}: {words}.", **facts)
    return Missing(f"{said}: it is not there, or the account may not see it. {_grant(call)} if it should be.", **facts)


def _advice(answer: requests.Response, facts: dict[str, Any]) -> str:
    if facts["detail"] and answer.status_code in (400, 422):
        return _MEND
    return _ADVICE.get(answer.status_code, _BETWEEN)


def _grant(call: Call) -> str:
    return f"Give the account {call.needs}" if call.needs else "Check the account's permissions"


def _said(call: Call, answer: requests.Response) -> str:
    return f"{call.product} answered {answer.status_code} when asked to {call.about}"


def _facts(call: Call, answer: requests.Response) -> dict[str, Any]:
    return {"status": answer.status_code, "call": call.name, "detail": _detail(answer)}


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return _NOT_JSON


def _detail(answer: requests.Response) -> str:
    """What the site gave as its reason: Jira's errorMessages and errors, Confluence's errors, or its message."""
    data = _json(answer)
    if not isinstance(data, dict):
        return ""
    said = (data.get(name) for name in ("errorMessages", "errors", "message"))
    return plain("; ".join(words for one in said for words in _words(one)))


def _words(reason: object) -> list[str]:
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
