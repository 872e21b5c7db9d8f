"""Confluence: everything we ask of it, in the domain's words. We never delete a page.

`confluence_cloud` and `confluence_data_center` say how; they share no path.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from worker.domain.model import AccountId
from worker.domain.publishing import Remote
from worker.gateways.calls import Call, Upload
from worker.gateways.session import Session

PAGE_PROPERTY = "learnloop"


def call(name: str, method: str, path: str, about: str, needs: str = "") -> Call:
    """A call to Confluence."""
    return Call(name, "Confluence", method, path, about, needs)


@dataclass(frozen=True)
class Space:
    """A space: its key for people, its id for calls. Nobody can write into an archived one."""

    id: str
    key: str
    name: str
    homepage_id: str
    archived: bool = False


class Confluence(ABC):
    """One tenant's Confluence. `own_account` is ours in it: it says which versions of a page we wrote."""

    def __init__(self, session: Session, wiki_url: str, own_account: AccountId) -> None:
        self._session, self._wiki_url, self.own_account = session, wiki_url, own_account

    @abstractmethod
    def me(self) -> AccountId:
        """Who we are there."""

    @abstractmethod
    def space(self, key: str) -> Space:
        """The space `key`. Raises Missing when there is none that the account can see."""

    @abstractmethod
    def spaces(self, most: int) -> list[Space]:
        """The first `most` spaces that the account sees, but for those of single people."""

    @abstractmethod
    def create_space(self, key: str, name: str) -> None:
        """Make a space with Confluence's own default permissions. Raises Rejected when the key is taken."""

    @abstractmethod
    def may_write(self, space: Space) -> bool:
        """Whether the account may create pages in the space."""

    @abstractmethod
    def create_page(self, space: Space, parent_id: str | None, title: str, body: str) -> Remote:
        """Create a page. Raises Rejected (400) when the title is taken in the space."""

    @abstractmethod
    def page(self, page_id: str) -> Remote:
        """The page with its text, and the open inline comments if there are anchors of any in it."""

    @abstractmethod
    def pages(self, page_ids: Sequence[str]) -> dict[str, Remote]:
        """The current pages among these (at most 250) with their text, by id; nothing is said of comments.

        Empty where the site has no call for it that shows what was saved just before.
        """

    @abstractmethod
    def find_page(self, space: Space, title: str) -> Remote | None:
        """The current page with this title in the space, with its text."""

    @abstractmethod
    def update_page(self, page_id: str, title: str, body: str, version: int, message: str) -> Remote:
        """Write the page as `version`, without mails. Raises Conflict when that is not the next one."""

    @abstractmethod
    def mark_page(self, page_id: str, page_key: str, tenant_id: str) -> None:
        """Write the content property that says the page is ours; once, at creation."""

    @abstractmethod
    def add_labels(self, page_id: str, labels: Sequence[str]) -> None:
        """Add labels; those it has already stay."""

    @abstractmethod
    def attach(self, page_id: str, name: str, picture: bytes) -> None:
        """Put a PNG on the page under this name, in the place of one that has it; without mails."""

    @abstractmethod
    def glances(self, page_ids: Iterable[str]) -> dict[str, Remote]:
        """The pages without their text, by id. Those that are gone, or not seen, are missing."""

    @abstractmethod
    def address(self, remote_id: str, space_key: str) -> str:
        """The page's address for people; it survives renaming and moving."""


def picture(name: str, data: bytes) -> Upload:
    """A PNG as both families take it, as a minor edit: no mail, no line in anybody's stream."""
    return Upload(name, data, "image/png", {"minorEdit": "true"})


def storage(body: str) -> dict[str, Any]:
    """A body in storage format, as both families take it."""
    return {"representation": "storage", "value": body}
