"""Which journeys are made on one database.

A journey is made on both unless it carries this mark: then it shows what the site, our pages and our words come to,
and what it asks the database is asked of PostgreSQL by the store's own tests and by the other journeys.
"""

from __future__ import annotations

import pytest

ON_SQLITE_ALONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="module")
