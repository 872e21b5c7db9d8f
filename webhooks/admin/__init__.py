"""The admin pages: one module a page, each a blueprint; `guard` says who may use them, `frame` draws around them."""

from __future__ import annotations

from flask import Flask

from webhooks.admin import guard, home, login, status

BLUEPRINTS = (login.blueprint, home.blueprint, status.blueprint)


def add_to(app: Flask) -> None:
    """Register every admin page and its guard."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.before_request(guard.admit)
