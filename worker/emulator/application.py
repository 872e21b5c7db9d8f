"""The WSGI application of an emulated site: its REST endpoints, its pages for people, its script door, and
the edge around them. It wires; it decides nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from worker.emulator import (
    apps_door,
    dc_application,
    people_door,
    people_jira,
    people_wiki,
    rest_agile,
    rest_comments,
    rest_fields,
    rest_issues,
    rest_search,
    rest_site,
    rest_webhooks,
    script_door,
    wiki_pages,
    wiki_things,
    wiki_v1,
)
from worker.emulator.door import refusal
from worker.emulator.edge import API, Edge
from worker.emulator.errors import Refused
from worker.emulator.model import Hosting
from worker.emulator.server import Server
from worker.emulator.world import WIKI_PATHS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from worker.emulator.site import Site

_CLOUD = (
    rest_site.blueprint,
    rest_issues.blueprint,
    rest_comments.blueprint,
    rest_fields.blueprint,
    rest_search.blueprint,
    rest_agile.blueprint,
    rest_webhooks.blueprint,
    wiki_pages.blueprint,
    wiki_things.blueprint,
    wiki_v1.blueprint,
    apps_door.blueprint,
)
_BOTH = (script_door.blueprint, people_door.blueprint, people_jira.blueprint)


_FOR_CLIENTS = (*API, "/_emulator/")


def create_app(site: Site) -> WSGIApplication:
    """Return the WSGI application of a site."""
    return Edge(flask_app(site.world.hosting).wsgi_app, site)


@cache
def flask_app(hosting: Hosting = Hosting.CLOUD) -> Flask:
    """Return the Flask application inside: one for all sites of a hosting, since the edge says which is asked."""
    app = Flask(__name__)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    for blueprint in (*_BOTH, *(_CLOUD if hosting is Hosting.CLOUD else dc_application.BLUEPRINTS)):
        app.register_blueprint(blueprint)
    app.register_blueprint(people_wiki.blueprint, url_prefix=WIKI_PATHS[hosting])
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http_problem)
    return app


def _refused(problem: Refused) -> Response:
    """Dress a refusal for whoever asked: JSON for clients, a page for people."""
    return refusal(problem) if request.path.startswith(_FOR_CLIENTS) else people_door.problem(problem)


def _http_problem(problem: HTTPException) -> Response:
    """Answer a path or method the site does not have."""
    if request.path.startswith(_FOR_CLIENTS):
        sentence = f"{problem.name}: {request.method} {request.path}"
    else:
        sentence = "There is nothing at this address on the emulated site."
    return _refused(Refused(problem.code or 500, sentence, code="NOT_FOUND"))


def serve(site: Site, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Serve a site from a daemon thread and set its ``url``; port 0 takes a free one.

    Close the server when done.
    """
    server = Server(create_app(site), host, port)
    site.world.url = server.url
    return server
