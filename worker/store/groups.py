"""Durable writes in groups: one thread, one commit for all that wait. It knows nothing of what is written."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

# Writes several items in their order, and gives a result for each.
Many = Callable[[Connection, list[Any]], Sequence[Any]]

_MOST_IN_A_GROUP = 256
_TRIES = 4
_LINGER = 0.2  # seconds that items nobody waits for may gather, so that each is not a commit of its own


@dataclass(frozen=True)
class _Waiting:
    work: Many
    item: Any
    future: Future[Any] = field(default_factory=Future)


class GroupWriter:
    """Items that wait for the same work are given to it together; what fails is tried alone, in its place."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._begin = begin
        self._waiting: deque[_Waiting] = deque()
        self._urgent = False  # somebody waits for an item of the next group
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, work: Many, item: Any, *, urgent: bool) -> Future[Any]:
        """Have `work` write `item` in the next group; without `urgent` the group may wait for more.

        Raises RuntimeError once it is closed.
        """
        one = _Waiting(work, item)
        with self._changed:
            if self._closed:
                raise RuntimeError("The database is closed.")
            self._waiting.append(one)
            self._urgent |= urgent
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="group-writer", daemon=True)
                self._thread.start()
            elif urgent or len(self._waiting) == 1:
                self._changed.notify()
        return one.future

    def close(self) -> None:
        """Write what waits, and take nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while group := self._next():
            self._commit(group)

    def _next(self) -> list[_Waiting]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._changed.wait_for(lambda: self._urgent or self._closed, _LINGER)
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_IN_A_GROUP))]
            self._urgent = self._urgent and bool(self._waiting)
            return group

    def _commit(self, group: list[_Waiting], tries: int = _TRIES) -> None:
        results: list[Any] = []
        parts = [list(same) for _, same in groupby(group, key=lambda one: one.work)]
        try:
            with self._begin() as tx:
                for part in parts:
                    results.extend(part[0].work(tx, [one.item for one in part]))
        except BaseException as error:  # noqa: BLE001 - handed to the waiting writers, whatever it is
            whole = len(results) == len(group)  # so it was the commit, whose outcome is not known if the line was cut
            if tries > 1 and (_met_another(error) or (_cut_off(error) and not whole)):
                self._commit(group, tries - 1)
            elif whole or len(group) == 1:  # the database failed, or there is nobody to spare
                for one in group:
                    one.future.set_exception(error)
            else:
                for rest in _apart(parts, len(results)):
                    self._commit(rest)
            return
        for one, result in zip(group, results, strict=True):
            one.future.set_result(result)


def _apart(parts: list[list[_Waiting]], written: int) -> list[list[_Waiting]]:
    """What was written before the part that failed, its items one by one, and the rest."""
    group = [one for part in parts for one in part]
    failed = next(part for part, before in zip(parts, _lengths_before(parts), strict=True) if before == written)
    rest = group[written + len(failed) :]
    return [some for some in (group[:written], *([one] for one in failed), rest) if some]


def _lengths_before(parts: list[list[_Waiting]]) -> list[int]:
    return list(accumulate((len(part) for part in parts[:-1]), initial=0))


def _met_another(error: BaseException) -> bool:
    """Whether PostgreSQL took a transaction back because another one was in its way (deadlock, serialization)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in ("40P01", "40001")


def _cut_off(error: BaseException) -> bool:
    """Whether the connection was lost: the database was restarted, and a new connection may be had."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
