"""Make the web application of a deployment."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template
from werkzeug.exceptions import HTTPException

from webhooks import access, form, health, receiver
from webhooks.current import EXTENSION
from worker import render
from worker.deployment import Deployment

# Jira sends up to 25 MB (Atlassian: webhooks); larger is refused with 413, which Jira does not repeat.
MOST_BYTES = 25 * 1024 * 1024

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cache-Control": "no-store",
}


def create_app(deployment: Deployment) -> Flask:
    """The application. Raises RuntimeError when a route does not say who may use it."""
    folder = render.folder() / "web"
    app = Flask("learnloop", template_folder=str(folder), static_folder=str(folder / "static"))
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.extensions[EXTENSION] = deployment
    app.jinja_env.finalize = render.clean
    for blueprint in (receiver.blueprint, form.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _refusal)
    app.after_request(_secured)
    access.require_declarations(app)
    return app


def _refusal(error: HTTPException) -> Response:
    """A page a person understands for every refusal; machines read the status and headers such as Allow."""
    page = render_template("refusal.html", title=error.name, words=error.description)
    response = make_response(page, error.code or 500)
    response.headers.extend([one for one in error.get_headers() if one[0] != "Content-Type"])
    return response


def _secured(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/css":
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response
