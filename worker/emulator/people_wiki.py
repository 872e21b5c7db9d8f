"""Confluence's pages for people: spaces, their page trees, and pages to read, edit by hand, tick and look
back on."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, request
from markupsafe import Markup

from worker.emulator import pages, wiki_shapes
from worker.emulator.door import world
from worker.emulator.errors import Refused, not_found
from worker.emulator.macros import html_from_storage
from worker.emulator.people_door import back, persona, shown
from worker.emulator.searching import search
from worker.emulator.seeing import sees_issue
from worker.emulator.storage_html import Place
from worker.emulator.wiki_model import Page, PageVersion, Space

blueprint = Blueprint("people_wiki", __name__)  # under /wiki, or on Data Center under /confluence
_TICK = Markup(
    '<form method="post" action="{}/tasks/{}"><input type="hidden" name="back" value="{}">'
    '<input type="hidden" name="done" value="{}">'
    '<button class="box" aria-pressed="{}" aria-label="{}">{}</button></form>'
)


@blueprint.get("")
@blueprint.get("/spaces")
def spaces() -> Response:
    """Show the spaces."""
    return shown("spaces.html", spaces=list(world().spaces.values()))


@blueprint.get("/spaces/<key>")
@blueprint.get("/spaces/<key>/overview")
def space(key: str) -> Response:
    """Show a space: the tree of its pages."""
    one = world().space(key)
    return shown("space.html", space=one, tree=_tree(one, one.homepage_id))


def _tree(one: Space, root: str) -> list[tuple[int, Page]]:
    """Return (depth, page) of a space in reading order."""
    found: list[tuple[int, Page]] = []

    def walk(page: Page, depth: int) -> None:
        found.append((depth, page))
        for child in world().children(page.id):
            walk(child, depth + 1)

    walk(world().pages[root], 0)
    for page in world().pages.values():
        if page.space_id == one.id and page.parent_id is None and page.status == "current" and page.id != root:
            walk(page, 0)
    return found


def href(page: Page) -> str:
    """Return where people read a page."""
    key = world().spaces[page.space_id].key
    return f"{world().wiki_path}/spaces/{key}/pages/{page.id}/{wiki_shapes.slug(page.title)}"


@blueprint.get("/x/<page_id>")
def tiny(page_id: str) -> Response:
    """Send a short link to its page."""
    return make_response(redirect(href(world().page(page_id)), 302))


@blueprint.get("/spaces/<_key>/pages/<page_id>")
@blueprint.get("/spaces/<_key>/pages/<page_id>/<path:_slug>")
def read(_key: str, page_id: str, _slug: str = "") -> Response:
    """Show a page, or with ``?version=`` how it was."""
    page = world().page(page_id)
    wanted = request.args.get("version", "")
    at = next((each for each in page.versions if str(each.number) == wanted), page.latest)
    return _shown(page, at)


def _shown(page: Page, at: PageVersion) -> Response:
    one = world().spaces[page.space_id]
    above = [world().pages[each] for each in pages.ancestors(world(), page)]
    return shown(
        "page.html",
        page=page,
        at=at,
        space=one,
        href=href,
        above=above,
        below=world().children(page.id),
        author=world().name_of(at.author),
        history=[(each, world().name_of(each.author)) for each in reversed(page.versions)],
        inline=[(each, world().name_of(each.author), _plain(each.storage)) for each in page.comments],
        body=html_from_storage(at.storage, _place(page, at is page.latest)),
    )


def _plain(storage: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", storage)).strip()


def _place(page: Page, newest: bool) -> Place:
    own = href(page)

    def page_href(title: str, space_key: str | None) -> str | None:
        space_id = world().space(space_key).id if space_key else page.space_id
        found = pages.page_titled(world(), space_id, title)
        return href(found) if found else None

    def attachment_href(name: str) -> str | None:
        held = any(each.name == name for each in page.attachments)
        return f"{world().wiki_path}/download/attachments/{page.id}/{quote(name)}" if held else None

    def issue(key: str) -> tuple[str, str, str, str] | None:
        number = world().keys.get(key.upper())
        if number is None or not sees_issue(world(), world().issues[number], persona()):
            return None
        found = world().issues[number]
        status = world().status(found)
        return f"/browse/{found.key}", found.summary, status.name, status.category

    def found_issues(jql: str) -> list[str]:
        try:
            return [each.key for each in search(world(), jql, persona())[:50]]
        except Refused:
            return []

    def task(number: str, done: bool) -> Markup:
        sign = "\u2713" if done else ""
        if not newest:
            return Markup('<span class="box">{}</span>').format(sign)
        label, place = ("Open this task again" if done else "Tick this task off"), own.rsplit("/", 1)[0]
        return _TICK.format(place, number, own, "" if done else "yes", "true" if done else "false", label, sign)

    def below() -> list[tuple[str, str]]:
        return [(href(each), each.title) for each in world().children(page.id)]

    return Place(world().name_of, page_href, attachment_href, issue, found_issues, below, task)


@blueprint.get("/spaces/<key>/pages/<page_id>/edit")
def form(key: str, page_id: str) -> Response:
    """Show the form a person edits a page with."""
    page = world().page(page_id)
    return shown(
        "edit.html",
        page=page,
        space=world().space(key),
        href=href(page),
        title=page.title,
        storage=page.storage,
    )


@blueprint.post("/spaces/<key>/pages/<page_id>/edit")
def save(key: str, page_id: str) -> Response:
    """Save a person's edit; what could not be saved is shown again with the reason."""
    page, given = world().page(page_id), request.form
    storage = given.get("storage", "").replace("\r\n", "\n")
    title, message = given.get("title", page.title).strip(), given.get("message", "")
    try:
        number = int(given.get("version", "0")) + 1
        pages.save_page(world(), page, number, title, storage, author=persona(), message=message)
    except Refused as problem:
        more = {"space": world().space(key), "href": href(page), "title": title, "storage": storage}
        return shown("edit.html", problem.status, page=page, sentence=str(problem), **more)
    return make_response(redirect(href(page), 303))


@blueprint.post("/spaces/<_key>/pages/<page_id>/tasks/<task_id>")
def tick(_key: str, page_id: str, task_id: str) -> Response:
    """Tick or clear a task."""
    page = world().page(page_id)
    pages.tick_task(world(), page, task_id, persona(), bool(request.form.get("done")))
    return back(href(page))


@blueprint.get("/download/attachments/<page_id>/<path:name>")
def download(page_id: str, name: str) -> Response:
    """Return an attached file; images are shown, everything else is saved."""
    for each in world().page(page_id).attachments:
        if each.name == name:
            found = make_response(each.data)
            image = each.media_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
            found.headers["Content-Type"] = each.media_type if image else "application/octet-stream"
            found.headers["X-Content-Type-Options"] = "nosniff"
            return found
    raise not_found(f"The attachment {name}")
