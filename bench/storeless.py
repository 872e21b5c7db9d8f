"""LearnLoop's own receiver with storage left out: same server, route, signature and parsing, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from flask import Flask
from sqlalchemy import Connection, Row, select

from webhooks.app import create_app
from worker import config
from worker.deployment import assemble
from worker.store.database import Database
from worker.store.schema import tenants


class _Remembered:
    """Answers every query with the tenant's row, which was read once."""

    def __init__(self, row: Row[Any]) -> None:
        self._row = row

    def execute(self, *_: object) -> _Remembered:
        """A result that holds the row."""
        return self

    def first(self) -> Row[Any]:
        """The row."""
        return self._row


class _NoStorage:
    """What the receiver uses of a database, without one."""

    def __init__(self, row: Row[Any]) -> None:
        self._remembered = _Remembered(row)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Nothing is read."""
        yield cast("Connection", self._remembered)

    def write_among(self, work: Callable[..., object], item: object) -> None:
        """Nothing is written."""

    def later(self, work: Callable[..., object], item: object) -> None:
        """Nothing is written later either."""


def app() -> Flask:
    """The application of the one tenant there is."""
    deployment = assemble(config.load())
    with deployment.db.read() as tx:
        row = tx.execute(select(tenants)).one()
    return create_app(replace(deployment, db=cast("Database", _NoStorage(row))))
