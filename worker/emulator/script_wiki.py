"""The film set's Confluence side: add spaces, and let people read, edit, move and comment on pages. Every
method takes the site's lock; people may be named by account id, full name or e-mail address. Raises
ScriptError for a name the site does not have, and ``Refused`` for what Confluence itself would refuse."""

from __future__ import annotations

from collections.abc import Callable

from worker.emulator import pages
from worker.emulator.errors import ScriptError
from worker.emulator.wiki_model import Page
from worker.emulator.world import World


class WikiScript:
    """What a script does to Confluence. Part of ``Site``."""

    world: World

    def add_space(self, key: str, name: str, by: str | None = None) -> str:
        """Add a space with its home page and return the space's id."""
        with self.world.lock:
            return pages.add_space(self.world, key, name, self.world.who(by)).id

    def restrict(self, space: str, *who: str) -> None:
        """Let people read a space and not write in it: their writes are answered 403."""
        with self.world.lock:
            self.world.space(space).restricted |= {self.world.who(each).account_id for each in who}

    def unrestrict(self, space: str, *who: str) -> None:
        """Let restricted people write in a space again."""
        with self.world.lock:
            self.world.space(space).restricted -= {self.world.who(each).account_id for each in who}

    def watch(self, what: str, who: str) -> None:
        """Let a person watch an issue (key), a space (key) or a page (id): they would get its mails."""
        with self.world.lock:
            person = self.world.who(who).account_id
            if what in self.world.keys:
                self.world.issue(what).watchers.add(person)
            elif what in self.world.pages:
                self.world.pages[what].watchers.add(person)
            else:
                self.world.space(what).watchers.add(person)

    def create_page(
        self, space: str, title: str, storage: str, parent: str | None = None, by: str | None = None
    ) -> str:
        """Create a page, under the space's home page unless ``parent`` says where, and return its id."""
        with self.world.lock:
            found = self.world.space(space)
            above = self.world.page(parent or found.homepage_id)
            return pages.create_page(self.world, found, above, title, storage, author=self.world.who(by)).id

    def edit_page(
        self, page_id: str, new: str | Callable[[str], str], by: str | None = None, message: str = ""
    ) -> None:
        """Save a page with a new body, or with what a function makes of the old one."""
        with self.world.lock:
            page = self.world.page(page_id)
            body = new(page.storage) if callable(new) else new
            pages.save_page(
                self.world, page, page.version + 1, page.title, body, author=self.world.who(by), message=message
            )

    def rename_page(self, page_id: str, title: str, by: str | None = None) -> None:
        """Give a page another title."""
        with self.world.lock:
            pages.rename_page(self.world, self.world.page(page_id), title, self.world.who(by))

    def move_page(self, page_id: str, new_parent_id: str, by: str | None = None) -> None:
        """Move a page under another, in the same space or elsewhere."""
        with self.world.lock:
            page, target = self.world.page(page_id), self.world.page(new_parent_id)
            pages.move_page(self.world, page, target, "append", self.world.who(by))

    def trash_page(self, page_id: str, by: str | None = None) -> None:
        """Move a page to the trash."""
        with self.world.lock:
            pages.trash_page(self.world, self.world.page(page_id), self.world.who(by))

    def archive_page(self, page_id: str, by: str | None = None) -> None:
        """Archive a page."""
        with self.world.lock:
            self.world.who(by)
            self.world.page(page_id).status = "archived"

    def make_live(self, page_id: str) -> None:
        """Turn a page into a live doc: v2 answers its body empty from now on."""
        with self.world.lock:
            self.world.page(page_id).live = True

    def tick_task(self, page_id: str, task_id: str, by: str | None = None, done: bool = True) -> None:
        """Tick (or clear) a task's box on a page."""
        with self.world.lock:
            pages.tick_task(self.world, self.world.page(page_id), task_id, self.world.who(by), done)

    def comment_inline(self, page_id: str, text: str, comment: str, by: str | None = None) -> str:
        """Comment on the first occurrence of a text on a page, which gets marked; return the comment's id."""
        with self.world.lock:
            page = self.world.page(page_id)
            body = f"<p>{pages.escaped(comment)}</p>"
            return pages.comment_on_page(self.world, page, body, self.world.who(by), text).id

    def resolve_comment(self, comment_id: str) -> None:
        """Resolve an inline comment on a page."""
        with self.world.lock:
            for page in self.world.pages.values():
                for each in page.comments:
                    if each.id == comment_id:
                        each.resolution = "resolved"
                        return
        raise ScriptError(f"There is no comment {comment_id!r} on any page.")

    @property
    def pages(self) -> dict[str, Page]:
        """Every page and folder by its id, trashed ones too."""
        with self.world.lock:
            return dict(self.world.pages)

    def page_by_title(self, space: str, title: str) -> Page:
        """Return the current or archived page of a space with that title.

        Raises ScriptError when there is none.
        """
        found = pages.page_titled(self.world, self.world.space(space).id, title)
        if found is None:
            raise ScriptError(f"The space {space} has no page titled {title!r}.")
        return found
