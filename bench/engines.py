"""What both engines are told: one job that does nothing, and how eagerly it is looked for."""

from __future__ import annotations

from procrastinate import App
from procrastinate.connector import BaseConnector
from sqlalchemy.engine import make_url

CONCURRENCY, POLL = 8, 0.2  # jobs at once in a worker; seconds
TASK = "nothing"


def make_app(connector: BaseConnector) -> App:
    """Procrastinate with the one task."""
    app = App(connector=connector)

    @app.task(name=TASK)
    def nothing(key: str) -> None:
        """Do nothing."""

    return app


def plain(url: str) -> str:
    """An SQLAlchemy URL as libpq takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
