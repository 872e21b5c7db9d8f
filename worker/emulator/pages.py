"""What happens to pages: created, saved, retitled, moved, archived, trashed, labelled, commented on. Titles
are unique in a space; a save names the version it makes, and the wrong number is a conflict. Callers hold
the lock."""

from __future__ import annotations

import html
from typing import Any

from worker.emulator import dc_storage, mailing, storage
from worker.emulator.errors import Refused, not_found
from worker.emulator.model import AccountId, Person
from worker.emulator.seeing import require_space_write
from worker.emulator.wiki_model import ContentProperty, Page, PageComment, PageVersion, Space
from worker.emulator.world import World


def add_space(world: World, key: str, name: str, author: Person) -> Space:
    """Create a space with its home page; raises a 400 when the key is taken."""
    if any(space.key == key for space in world.spaces.values()):
        raise Refused(400, f"A space already exists with key {key}")
    space = Space(str(world.next_id("space", 65537)), key, name, world.now(), author.account_id)
    world.spaces[space.id] = space
    home = create_page(world, space, None, f"{name} Home", f"<p>Welcome to {escaped(name)}.</p>", author=author)
    space.homepage_id = home.id
    return space


def page_titled(world: World, space_id: str, title: str) -> Page | None:
    """Return the current or archived page of a space with that title: titles are one per space, in any case."""
    for page in world.pages.values():
        same = page.space_id == space_id and page.kind == "page" and page.status != "trashed"
        if same and page.title.casefold() == title.casefold():
            return page
    return None


def _require_free(world: World, space_id: str, title: str, own: Page | None = None) -> None:
    if not title.strip():
        raise Refused(400, "A page title is required.")
    if len(title) > 255:
        raise Refused(400, "The title cannot be longer than 255 characters.")
    holder = page_titled(world, space_id, title)
    if holder is not None and holder is not own:
        raise Refused(
            400,
            f"A page with this title already exists: A page already exists with the same TITLE in this space: {title}",
        )


def _saved(world: World, space_id: str, body: str) -> str:
    storage.check_storage(body)
    if world.data_center:
        return dc_storage.saved(body, world.fresh_uuid)

    def version_of(title: str) -> int | None:
        page = page_titled(world, space_id, html.unescape(title))
        return page.version if page else None

    return storage.saved(body, world.fresh_uuid, version_of)


def create_page(
    world: World,
    space: Space,
    parent: Page | None,
    title: str,
    body: str,
    *,
    author: Person,
    kind: str = "page",
    live: bool = False,
) -> Page:
    """Create a page or folder.

    Raises 403 in a restricted space, 400 for a taken title, a foreign parent or bad storage.
    """
    require_space_write(space, author)
    if kind == "page":
        _require_free(world, space.id, title)
    if parent is not None and (parent.space_id != space.id or parent.status == "trashed"):
        raise Refused(400, "The parent page must exist in the same space as the page.")
    now = world.now()
    first = PageVersion(1, title, _saved(world, space.id, body), author.account_id, now)
    parent_id = parent.id if parent else None
    number = str(world.next_id("page", 98305))
    page = Page(number, space.id, parent_id, author.account_id, now, int(number), [first], kind, live=live)
    page.watchers.add(author.account_id)
    world.pages[page.id] = page
    mailing.mail_about_page(world, page, space.watchers, author, "page created")
    return page


def save_page(
    world: World,
    page: Page,
    number: int,
    title: str,
    body: str,
    *,
    author: Person,
    message: str = "",
    minor: bool = False,
) -> None:
    """Save the version ``number`` of a page, which must be the next one (409).

    Comments whose marker is gone dangle.
    """
    space = world.spaces[page.space_id]
    require_space_write(space, author)
    if number != page.version + 1:
        raise Refused(
            409,
            f"Version must be incremented when updating a page. Current version: {page.version}. Provided: {number}.",
            code="CONFLICT",
        )
    _require_free(world, space.id, title, page)
    kept = _saved(world, space.id, body)
    page.versions.append(PageVersion(number, title, kept, author.account_id, world.now(), message, minor))
    _orphan_comments(page)
    if not minor:
        mailing.mail_about_page(world, page, page.watchers, author, "page updated")
    page.watchers.add(author.account_id)


def _orphan_comments(page: Page) -> None:
    left = storage.markers(page.storage)
    for comment in page.comments:
        if comment.marker and comment.marker not in left and comment.resolution in ("open", "reopened"):
            comment.resolution = "dangling"


def rename_page(world: World, page: Page, title: str, author: Person) -> None:
    """Save a version that differs only in its title."""
    save_page(world, page, page.version + 1, title, page.storage, author=author)


def move_page(world: World, page: Page, target: Page, position: str, actor: Person) -> None:
    """Move a page before or after a page, or under it (append); raises a 400 for a place under itself."""
    require_space_write(world.spaces[target.space_id], actor)
    parent_id = target.id if position == "append" else target.parent_id
    if page.id in (target.id, *ancestors(world, target)):
        raise Refused(400, "A page cannot be moved under itself or one of its descendants.")
    siblings = [other for other in world.children(parent_id) if other is not page] if parent_id else [target]
    at = len(siblings) if position == "append" else siblings.index(target) + (position == "after")
    siblings.insert(at, page)
    for place, sibling in enumerate(siblings):
        sibling.position = place
    page.parent_id = parent_id
    page.space_id = target.space_id


def ancestors(world: World, page: Page) -> list[str]:
    """Return the ids of a page's ancestors, the topmost first."""
    found: list[str] = []
    at = page.parent_id
    while at is not None:
        found.insert(0, at)
        at = world.pages[at].parent_id
    return found


def trash_page(world: World, page: Page, actor: Person) -> None:
    """Move a page to the trash; its children move up to its parent. Its title is free again."""
    require_space_write(world.spaces[page.space_id], actor)
    for child in world.children(page.id):
        child.parent_id = page.parent_id
    page.status = "trashed"


def add_labels(page: Page, names: list[str], now: Any) -> None:
    """Add labels, lower-cased as Confluence does; raises a 400 for one with a space."""
    for name in names:
        if not name or any(sign in name for sign in " !#&()*,.:;<>?@[]^"):
            raise Refused(400, f"The label {name!r} contains characters that are not allowed in labels.")
    for name in names:
        page.labels.setdefault(name.lower(), now)


def property_of(kept: list[ContentProperty], property_id: str) -> ContentProperty:
    """Return a content property by its id; raises a 404."""
    for each in kept:
        if each.id == property_id:
            return each
    raise not_found(f"The content property {property_id}")


def add_property(world: World, kept: list[ContentProperty], key: str, value: Any, author: AccountId) -> ContentProperty:
    """Add a content property; raises a 400 for a missing key and a 409 when the key is there already."""
    if not key:
        raise Refused(400, "The key of a content property is required.")
    if any(each.key == key for each in kept):
        raise Refused(409, f"A content property with the key {key} already exists.", code="CONFLICT")
    found = ContentProperty(str(world.next_id("property", 1114113)), key, value, 1, author, world.now())
    kept.append(found)
    return found


def set_property(world: World, found: ContentProperty, value: Any, number: int, author: AccountId) -> None:
    """Save the version ``number`` of a content property, which must be the next one (409)."""
    if number != found.version + 1:
        raise Refused(409, f"Version conflict: the property is at version {found.version}.", code="CONFLICT")
    found.value, found.version, found.author, found.at = value, number, author, world.now()


def comment_on_page(world: World, page: Page, body: str, author: Person, selection: str | None = None) -> PageComment:
    """Add a footer comment, or an inline one on ``selection``, whose first occurrence is then marked in the
    body.

    Marking changes the body and not the version. Raises a 400 when the page does not have that text.
    """
    storage.check_storage(body)
    reference = None
    if selection is not None:
        reference = world.fresh_uuid()
        marked = storage.with_marker(page.storage, escaped(selection), reference)
        if marked is None:
            raise Refused(400, f"The page {page.title!r} does not have the text {selection!r} to comment on.")
        page.latest.storage = marked
    number = str(world.next_id("page", 98305))
    comment = PageComment(number, page.id, body, author.account_id, world.now(), reference, selection or "")
    page.comments.append(comment)
    mailing.mail_about_page(world, page, page.watchers, author, "page commented")
    return comment


def escaped(text: str) -> str:
    """Return plain text as storage carries it."""
    return html.escape(text, quote=False)


def tick_task(world: World, page: Page, task_id: str, actor: Person, done: bool = True) -> None:
    """Tick or clear a task, as a reader does on the page: it makes a version by that person, without a
    message.
    """
    body = storage.with_task(page.storage, task_id, done)
    if body is None:
        raise Refused(400, f"The page {page.title!r} has no task {task_id!r}.")
    save_page(world, page, page.version + 1, page.title, body, author=actor, minor=True)
