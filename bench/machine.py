"""What the benchmarks ran on, without the machine's name."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sqlite3
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from tests import postgres

_LIBRARIES = ("granian", "flask", "sqlalchemy", "psycopg", "procrastinate", "markdown-to-confluence")


def describe() -> list[tuple[str, str]]:
    """Names and values, in the order in which they are printed."""
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES)
    return [
        ("cores", str(os.cpu_count())),
        ("CPU", _model()),
        ("memory", f"{memory:.0f} GiB"),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        ("SQLite", f"{sqlite3.sqlite_version}, WAL, synchronous=FULL"),
        ("PostgreSQL", _postgresql()),
        ("libraries", versions),
    ]


def _model() -> str:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _postgresql() -> str:
    """The version, and what it does at a commit."""
    url = postgres.empty()
    engine = create_engine(url)
    with engine.connect() as connection:
        version, fsync, commit = (
            connection.execute(text(f"SHOW {name}")).scalar()
            for name in ("server_version", "fsync", "synchronous_commit")
        )
    engine.dispose()
    postgres.drop(url)
    return f"{version}, fsync={fsync}, synchronous_commit={commit}, on the same machine"
