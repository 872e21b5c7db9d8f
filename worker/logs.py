"""What the log looks like, and what every line of a request or a job says of itself: which tenant, delivery and job.

Lines go to standard error, as text for people or as JSON for a collector. No line holds a secret, a token, a signed
link or an answer: those who write lines see to it, libraries that log what they send are kept quiet here, and
`tests/test_logs.py` looks for them. It knows nothing of settings; it is given the few it needs.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

# Libraries that name at INFO or DEBUG what they send or are sent, or that say too much.
_QUIET = ("alembic", "apscheduler", "atlassian", "urllib3", "werkzeug")
_NAMES = ("tenant", "delivery", "job")
_LONGEST = 200
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default={})  # noqa: B039 - a mapping nobody changes


def set_up(process: str, level: str, form: str, out: TextIO | None = None) -> logging.Handler:
    """Log from now on at `level` in `form` (text, json), each line in the name of `process`; the handler that does."""
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(_Json(process) if form == "json" else _Text(process))
    handler.addFilter(_tell)
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one.formatter, _Json | _Text)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


@contextmanager
def about(**names: str) -> Iterator[None]:
    """What is logged within is about this `tenant`, `delivery`, `job`, beside what was said around it."""
    token = _about.set({**_about.get(), **names})
    try:
        yield
    finally:
        _about.reset(token)


def note(**names: str) -> None:
    """What is logged from here on is about this too, until the `about` around it ends."""
    _about.set({**_about.get(), **names})


def _tell(record: logging.LogRecord) -> bool:
    """Give a line what it is about. Names that came from outside stay on their line."""
    for name, value in _about.get().items():
        setattr(record, name, "".join(one if one.isprintable() else "?" for one in value[:_LONGEST]))
    return True


class _Text(logging.Formatter):
    """`2026-11-02 09:00:00,000 worker INFO worker.jobs.asking: … [tenant=t1 job=ask t1/10001]`."""

    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s {process} %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        told = " ".join(f"{name}={vars(record)[name]}" for name in _NAMES if vars(record).get(name))
        return super().formatMessage(record) + (f" [{told}]" if told else "")


class _Json(JsonFormatter):
    """One object a line: time (ISO 8601, UTC), level, logger, process, message; tenant, delivery, job; exc_info."""

    def __init__(self, process: str) -> None:
        super().__init__(
            ["levelname", "name", "message", *_NAMES],
            rename_fields={"levelname": "level", "name": "logger", "timestamp": "time"},
            static_fields={"process": process},
            timestamp=True,
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        for name in _NAMES:
            if not log_data.get(name):
                log_data.pop(name, None)
