"""Confluence Data Center's addresses for people: a page by its id, a space or a page by its name."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request

from worker.emulator import pages, people_wiki
from worker.emulator.door import world
from worker.emulator.errors import not_found

blueprint = Blueprint("dc_wiki_pages", __name__, url_prefix="/confluence")


@blueprint.get("/pages/viewpage.action")
def view() -> Response:
    """Show a page by its id."""
    return people_wiki.read("", request.args.get("pageId", ""))


@blueprint.get("/display/<key>")
def space(key: str) -> Response:
    """Show a space."""
    return make_response(redirect(f"{world().wiki_path}/spaces/{key}", 302))


@blueprint.get("/display/<key>/<path:title>")
def titled(key: str, title: str) -> Response:
    """Show a page by its title, spaces written as plus signs."""
    found = pages.page_titled(world(), world().space(key).id, title.replace("+", " "))
    if found is None:
        raise not_found(f"The page {title!r}")
    return people_wiki.read("", found.id)
