"""Which journeys are made on one database.

A journey is made on both unless it carries this mark: then it shows what the site, our pages and our words come to,
and what it asks the database is asked of PostgreSQL by the store's own tests and by the other journeys. Where there is
time for it, `make databases` makes every journey on both.
"""

from __future__ import annotations

import os

import pytest

_WANTED = ["sqlite", "postgresql"] if os.environ.get("EVERY_DATABASE") else ["sqlite"]
ON_SQLITE_ALONE = pytest.mark.parametrize("database", _WANTED, indirect=True, scope="module")
