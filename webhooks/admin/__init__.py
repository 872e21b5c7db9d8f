"""The admin pages: one module a page, each a blueprint; `guard` says who may use them, `frame` draws around them."""

from __future__ import annotations

from flask import Flask

from webhooks.admin import (
    changes,
    credentials,
    deliveries,
    fields,
    forecast,
    guard,
    guide,
    home,
    jobs,
    joining,
    login,
    own_password,
    pages,
    people,
    project,
    settings,
    settings_file,
    status,
    webhook,
)

BLUEPRINTS = (
    login.blueprint,
    joining.blueprint,
    home.blueprint,
    status.blueprint,
    settings.blueprint,
    project.blueprint,
    fields.blueprint,
    settings_file.blueprint,
    webhook.blueprint,
    credentials.blueprint,
    guide.blueprint,
    people.blueprint,
    own_password.blueprint,
    pages.blueprint,
    changes.blueprint,
    forecast.blueprint,
    deliveries.blueprint,
    jobs.blueprint,
)


def add_to(app: Flask) -> None:
    """Register every admin page and its guard."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.before_request(guard.admit)
    app.after_request(guard.mark)
