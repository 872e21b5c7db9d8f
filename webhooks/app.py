"""Make the web application of a deployment."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, abort, current_app, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from webhooks import (
    access,
    action,
    admin,
    connect,
    experiment,
    forge,
    form,
    health,
    metrics,
    panel,
    receiver,
    screens,
    trial,
    wording,
)
from webhooks.access import Access
from webhooks.current import EXTENSION, INBOX, KEY_RING, KNOWN_TENANTS, READINESS
from webhooks.current import deployment as current_deployment
from webhooks.inbox import Inbox
from webhooks.known import KnownTenants
from worker import logs, render
from worker.deployment import Deployment
from worker.errors import Forged, KeysUnavailable, LearnLoopError, PayloadError
from worker.gateways.keys import KeyRing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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


class _App(Flask):
    """Flask, but its log of a mistake of ours names the route, not the address: a signed link is a secret."""

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("a mistake in the route %s", request.endpoint, exc_info=exc_info)


def create_app(deployment: Deployment) -> Flask:
    """The application. Raises RuntimeError when a route does not say who may use it."""
    folder = render.folder() / "web"
    app = _App("learnloop", template_folder=str(folder), static_folder=str(folder / "static"))
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.extensions[EXTENSION] = deployment
    app.extensions[KEY_RING] = KeyRing(deployment.settings, deployment.clock)
    app.extensions[INBOX] = Inbox(deployment.db, deployment.queue)
    app.extensions[KNOWN_TENANTS] = KnownTenants(deployment.db)
    app.extensions[READINESS] = health.Readiness(deployment.db)
    app.jinja_env.finalize = render.clean
    for blueprint in (
        receiver,
        connect,
        forge,
        panel,
        screens,
        form,
        action,
        experiment,
        wording,
        health,
        metrics,
        trial,
    ):
        app.register_blueprint(blueprint.blueprint)
    app.before_request(_names_without_nul)
    admin.add_to(app)
    app.register_error_handler(HTTPException, _refusal)
    app.register_error_handler(SQLAlchemyError, _not_written)
    for error, status in ((Forged, 401), (PayloadError, 400), (KeysUnavailable, 503)):
        app.register_error_handler(error, partial(_refused_to_a_machine, status=status))
    app.after_request(_secured)
    access.require_declarations(app)
    inner = partial(_below, app.wsgi_app, _path_of(deployment.settings.base_url))
    app.wsgi_app = partial(_with_lines_of_its_own, inner)  # type: ignore[method-assign] # Flask's own way
    return app


def _path_of(base_url: str) -> str:
    """The path our own address has, as WSGI has paths (PEP 3333: its bytes as Latin-1); empty without one."""
    return unquote(urlsplit(base_url).path, "latin-1").rstrip("/")


def _below(inner: WSGIApplication, base: str, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """A request below the path of our address, whether a proxy took that path off before it passed it on or not."""
    path = environ.get("PATH_INFO", "")
    if base:
        rest = path.removeprefix(base) if f"{path}/".startswith(f"{base}/") else path
        environ = environ | {"SCRIPT_NAME": base, "PATH_INFO": rest}
    return inner(environ, start)


def _with_lines_of_its_own(inner: WSGIApplication, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """A request; what its log lines are about is not said of the next one in this thread."""
    with logs.about():
        return inner(environ, start)


def _names_without_nul() -> None:
    """PostgreSQL has no text with NUL, so nothing is called so. A signed link says itself what is wrong with it."""
    if request.blueprint not in ("form", "action", "experiment") and any(
        "\0" in str(value) for value in (request.view_args or {}).values()
    ):
        abort(404)


def _refusal(error: HTTPException) -> Response:
    """A page a person understands for every refusal; machines read the status and headers such as Allow."""
    page = render_template("refusal.html", title=error.name, words=error.description)
    response = make_response(page, error.code or 500)
    response.headers.extend([one for one in error.get_headers() if one[0] != "Content-Type"])
    return response


def _refused_to_a_machine(error: LearnLoopError, status: int) -> tuple[str, int]:
    """What a sender is told; sites repeat a 503 and nothing else."""
    current_app.logger.info("%s was refused: %s", request.endpoint, error)
    return str(error), status


def _not_written(error: SQLAlchemyError) -> tuple[str, int]:
    """The database did not take it: say so, and give people back what they typed. Jira repeats a 503."""
    current_app.logger.error("the database failed in the route %s: %s", request.endpoint, error)
    written = (
        [text for text in request.form.values() if text.strip()]
        if request.endpoint in ("form.save", "experiment.save")
        else []
    )
    words = "The database does not answer, so it is not saved yet. Nothing is lost here; send it again in a minute."
    return render_template("refusal.html", title="Not saved yet", words=words, written=written), 503


def _secured(response: Response) -> Response:
    if _inside_jira():  # a refusal is shown in Jira's frame too, or nobody could read it
        sites = " ".join(f"https://{site}" for site in current_deployment().settings.connect_sites)
        policy = _HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", f"frame-ancestors {sites}")
        response.headers.setdefault("Content-Security-Policy", policy)
    elif request.blueprint == "form":  # its page asks us about the wording while somebody writes
        policy = _HEADERS["Content-Security-Policy"]
        response.headers.setdefault("Content-Security-Policy", f"{policy}; connect-src 'self'")
    given = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - pairs, which may repeat a name
    response.headers.extend((name, value) for name, value in _HEADERS.items() if name.lower() not in given)
    if response.mimetype == "text/css":
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _inside_jira() -> bool:
    """Whether the route is one of those that Jira shows in a frame."""
    view = current_app.view_functions.get(request.endpoint or "")
    return vars(view).get("access") in (Access.CONNECT, Access.CONNECT_CONTEXT) if view else False
