"""JSON Web Tokens as Atlassian sends them: finding the one there may be, and checking what a library does not know.

PyJWT checks signature and algorithm; the moments are checked here, because here `now` is an argument.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from worker.errors import Forged
from worker.sources.request import Request

FORGED = "The token does not prove who sent this."
# Clocks that are kept differ by less; a token lives for minutes.
LEEWAY = 3.0
_MOST = 16_384
# No moment lies beyond it; NaN and the infinities lie outside any two numbers.
_FARTHEST = 10**12
_KID = re.compile(r"[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*")
_UNCHECKED = {f"verify_{name}": False for name in ("signature", "exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


@dataclass(frozen=True)
class Token:
    """A token as written, with what it says of itself: nothing in it is proven."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def kid(self) -> str:
        """The id of the key that is said to have signed it. Raises Forged when it is none that could stand in a URL."""
        kid = self.header.get("kid")
        if not isinstance(kid, str) or len(kid) > 200 or not _KID.fullmatch(kid):
            raise Forged(FORGED)
        return kid


def find(request: Request, scheme: str) -> Token:
    """The one token of a request: in the Authorization header under `scheme`, or as `jwt` in query, form or JSON body.

    Raises Forged when there is none, more than one, or something that is not a token.
    """
    name, _, value = request.header("authorization").partition(" ")
    found = [value.strip()] if name.lower() == scheme.lower() and value.strip() else []
    if scheme == "JWT":
        found += [value for name, value in (*request.query, *request.form) if name == "jwt"]
        found += _in_json(request.body)
    if len(found) != 1 or len(found[0]) > _MOST:
        raise Forged(FORGED)
    try:
        header = jwt.get_unverified_header(found[0])
        claims = jwt.decode(found[0], options=_UNCHECKED)  # type: ignore[arg-type] # the keys are PyJWT's
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Forged(FORGED) from error
    return Token(found[0], header, claims)


def check(token: Token, key: Any, algorithm: str, now: datetime, required: tuple[str, ...]) -> Mapping[str, Any]:
    """The claims, proven: signed by `key` with exactly `algorithm`, within their time, with all of `required`.

    Raises Forged. `required` must name exp.
    """
    if token.header.get("alg") != algorithm:
        raise Forged(FORGED)
    try:
        options = {**_UNCHECKED, "verify_signature": True, "require": list(required)}
        claims = jwt.decode(token.text, key, algorithms=[algorithm], options=options)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Forged(FORGED) from error
    moment = now.timestamp()
    if _moment(claims["exp"]) + LEEWAY < moment:
        raise Forged(FORGED)
    if any(_moment(claims[name]) - LEEWAY > moment for name in ("nbf", "iat") if name in claims):
        raise Forged(FORGED)
    return claims


def says_it_ends(text: str) -> datetime | None:
    """When a token says that it ends, if it is a JWT and says so. Unproven: for tokens that are not ours to check."""
    try:
        ends = jwt.decode(text, options=_UNCHECKED).get("exp")  # type: ignore[arg-type]
        return datetime.fromtimestamp(_moment(ends), UTC)
    except (jwt.PyJWTError, Forged, ValueError, OverflowError, OSError):
        return None


def _in_json(body: bytes) -> list[str]:
    """The token in a JSON body, if it has one."""
    if b'"jwt"' not in body:
        return []
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return []
    value = data.get("jwt") if isinstance(data, dict) else None
    return [value] if isinstance(value, str) and value else []


def _moment(value: object) -> float:
    """Seconds since 1970. Raises Forged for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_FARTHEST < value < _FARTHEST:
        raise Forged(FORGED)
    return float(value)
