"""Whether the job that this thread runs is still its own: asked before anything is changed outside.

A worker may be frozen in the middle of a job (a virtual machine that is moved, a laptop that sleeps) and thaw when
another has long taken its job over. Rows are safe from it by the job's token; a site knows no token, so the thread
looks at its lease right before each call that changes something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_lasts: ContextVar[Callable[[], bool] | None] = ContextVar("lease", default=None)


@contextmanager
def held(lasts: Callable[[], bool]) -> Iterator[None]:
    """In this block, in this thread, a job runs whose lease lasts as long as `lasts()` says so."""
    token = _lasts.set(lasts)
    try:
        yield
    finally:
        _lasts.reset(token)


def lasts() -> bool:
    """Whether this thread may still act for its job; always, when it runs none."""
    asked = _lasts.get()
    return asked is None or asked()
