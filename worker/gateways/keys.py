"""Atlassian's public keys: one a file for Connect's install hooks, a set for Forge's invocation tokens.

The web process fetches them while a caller waits, so: two seconds, no redirects, small answers, kept for an hour (for
a day, while nobody answers), and never more than thirty fetches a minute of either kind, whatever strangers put into
their tokens. It knows nothing of tenants.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
import requests
from urllib3.exceptions import HTTPError

from worker.clock import Clock
from worker.config import Settings
from worker.errors import Forged, KeysUnavailable

_SECONDS = 2
_MOST_BYTES = 262_144
_KEPT = timedelta(hours=1)
# While its host does not answer, a key that was good is better than none for so long.
_AT_MOST = timedelta(days=1)
# Whoever did not answer is not asked again for so long.
_REST = timedelta(seconds=10)
# A key nobody knows is asked for again after this long: it may be a new one.
_AGAIN = timedelta(minutes=1)
_MOST_A_MINUTE = 30
_MOST_KEPT = 200

_UNREAD = "Forge's public keys cannot be read; send it again."
_UNKNOWN = "The token is signed with a key nobody knows."


class KeyRing:
    """The keys, fetched when first needed. Thread-safe: at worst two callers fetch the same one."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._lock = threading.Lock()
        self._turns = {"pem": deque[datetime](), "set": deque[datetime]()}
        self._pems: dict[str, tuple[datetime, str | None]] = {}
        self._set: tuple[datetime, Mapping[str, Any]] | None = None
        self._set_missed: datetime | None = None

    def install_key(self, kid: str) -> str:
        """The PEM of an install hook's key. Raises Forged when no host knows it, KeysUnavailable when none answers."""
        known = self._pems.get(kid)
        if known is None or self._older(known[0], _KEPT if known[1] else _AGAIN):
            known = self._new_pem(kid, known)
        if known[1] is None:
            raise Forged(_UNKNOWN)
        return known[1]

    def invocation_key(self, kid: str) -> Any:
        """The key of an invocation token; one that is not in the set is looked for in a new set, for keys rotate.

        Raises Forged when it is in neither, KeysUnavailable when the set cannot be read.
        """
        known = self._set
        if known is None or self._older(known[0], _KEPT if kid in known[1] else _AGAIN):
            known = self._new_set(kid, known)
        if kid not in known[1]:
            raise Forged(_UNKNOWN)
        return known[1][kid]

    def _new_pem(self, kid: str, known: tuple[datetime, str | None] | None) -> tuple[datetime, str | None]:
        try:
            found = (self._clock.now(), self._fetch_pem(kid))
        except KeysUnavailable:
            if known is None or known[1] is None or self._older(known[0], _AT_MOST):
                raise
            return known
        with self._lock:
            if len(self._pems) >= _MOST_KEPT:
                self._pems.pop(next(iter(self._pems)))
            self._pems[kid] = found
        return found

    def _new_set(
        self, kid: str, known: tuple[datetime, Mapping[str, Any]] | None
    ) -> tuple[datetime, Mapping[str, Any]]:
        try:
            if self._set_missed and not self._older(self._set_missed, _REST):
                raise KeysUnavailable(_UNREAD)
            found = self._set = (self._clock.now(), self._fetch_set())
        except KeysUnavailable:
            if known is None or kid not in known[1] or self._older(known[0], _AT_MOST):
                raise
            return known
        return found

    def _older(self, moment: datetime, age: timedelta) -> bool:
        return self._clock.now() - moment > age

    def _fetch_pem(self, kid: str) -> str | None:
        """The key as the first host that has it gives it; None when all say that they have not."""
        silent = False
        for host in self._settings.connect_key_hosts:
            status, body = self._fetch("pem", f"{host}/{kid}")
            if status == 200 and b"BEGIN PUBLIC KEY" in body:
                return body.decode("ascii", "replace")
            silent = silent or status == 0 or status >= 500
        if silent:
            raise KeysUnavailable("A host of Connect's public keys does not answer; send it again.")
        return None

    def _fetch_set(self) -> Mapping[str, Any]:
        status, body = self._fetch("set", self._settings.forge_keys)
        try:
            keys = jwt.PyJWKSet.from_dict(json.loads(body)).keys if status == 200 else []
        except (ValueError, AttributeError, jwt.PyJWTError):
            keys = []
        self._set_missed = None if keys else self._clock.now()
        if not keys:
            raise KeysUnavailable(_UNREAD)
        return {str(key.key_id): key.key for key in keys if key.key_id}

    def _fetch(self, kind: str, url: str) -> tuple[int, bytes]:
        """Status and body; 0 when no answer came."""
        self._take_turn(self._turns[kind])
        try:
            with requests.get(url, timeout=_SECONDS, allow_redirects=False, stream=True) as answer:
                return answer.status_code, answer.raw.read(_MOST_BYTES, decode_content=True)
        except (requests.RequestException, HTTPError, OSError):  # below requests, urllib3 speaks for itself
            return 0, b""

    def _take_turn(self, turns: deque[datetime]) -> None:
        now = self._clock.now()
        with self._lock:
            while turns and now - turns[0] > timedelta(minutes=1):
                turns.popleft()
            if len(turns) >= _MOST_A_MINUTE:
                raise KeysUnavailable("Too many unknown keys were asked for; send it again in a minute.")
            turns.append(now)
