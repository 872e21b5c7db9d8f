"""Decide what to do about one page: create, update, leave it unchanged, or leave it alone and say why. Pure.

The law: a person's words are never overwritten. Outside our regions nothing changes; a region somebody edited is left
as it is; a page somebody deleted stays deleted; their title and its place in the tree win.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from worker.domain import storage_format
from worker.domain.model import AccountId, Page, PageState

# The end of a version message of ours; Confluence stores it with the body in one step.
_OUR_MESSAGE = re.compile(r"^LearnLoop: .* · [0-9a-f]{8}$")

_COPIED = "The page holds this part more than once: {}. Delete the copy, then take the part back."


@dataclass(frozen=True)
class Rendered:
    """A page as we would have it. `digest` is of the source it was made from, `regions` are parts of `body`."""

    title: str
    body: str
    digest: str
    regions: Mapping[str, str]
    learnings: int


@dataclass(frozen=True)
class Remote:
    """A page as the site has it. `open_comments` are the marker references of its open inline comments."""

    id: str
    title: str
    status: str
    version: int
    body: str
    author: AccountId | None = None
    message: str = ""
    live: bool = False
    open_comments: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Create:
    """The page is not there yet."""


@dataclass(frozen=True)
class Unchanged:
    """What is published is what we would write: no call."""


@dataclass(frozen=True)
class Look:
    """Read the page, then `plan`."""


@dataclass(frozen=True)
class Update:
    """Write `body` as `version`, under the title the page has now."""

    title: str
    body: str
    version: int
    regions: Mapping[str, str]


@dataclass(frozen=True)
class Keep:
    """Write nothing; the page is as we would write it, and `version` and `regions` are what to remember."""

    version: int
    regions: Mapping[str, str]


@dataclass(frozen=True)
class Leave:
    """Write nothing and move the page to `state`; `reason` is a sentence for the admin."""

    state: PageState
    reason: str


def first(page: Page, digest: str) -> Create | Unchanged | Look:
    """What our own row says, before the site is asked. A row without a digest asks for a look."""
    if page.page_id is None:
        return Create()
    settled = page.state in (PageState.CURRENT, PageState.STALE)
    return Unchanged() if settled and page.digest == digest else Look()


def plan(page: Page, rendered: Rendered, remote: Remote, own_account: AccountId) -> Update | Keep | Leave:
    """What to do about a page that was created before. Raises NotWellFormed if the site's body cannot be read."""
    if leave := _untouchable(remote):
        return leave
    found = storage_format.regions(remote.body)
    moved = remote.version != page.version and not _written_by_us(remote, own_account)
    if moved and (edited := _edited(page, found)):
        return Leave(PageState.DRIFTED, _drift_sentence(edited))
    if leave := _commented(remote, found):
        return leave
    wanted = _with_ticks(rendered, found)
    digests = {name: storage_format.digest(markup) for name, markup in wanted.items()}
    if all(name in found and storage_format.digest(found[name]) == digests[name] for name in wanted):
        return Keep(remote.version, digests)
    return Update(remote.title, storage_format.splice(remote.body, wanted), remote.version + 1, digests)


def take_back(rendered: Rendered, remote: Remote) -> Update | Leave:
    """Overwrite an edited region because an admin said so; all else, ticked tasks too, stays as people left it."""
    if leave := _untouchable(remote):
        return leave
    if copied := storage_format.doubled(remote.body):
        return Leave(PageState.DRIFTED, _COPIED.format(", ".join(copied)))
    wanted = _with_ticks(rendered, storage_format.regions(remote.body))
    digests = {name: storage_format.digest(markup) for name, markup in wanted.items()}
    return Update(remote.title, storage_format.splice(remote.body, wanted), remote.version + 1, digests)


def is_our_create(remote: Remote, region_names: Mapping[str, str], own_account: AccountId) -> bool:
    """Whether a page found under our parent with our title is the one an unanswered create of ours made."""
    if remote.author != own_account or remote.version != 1 or remote.live:
        return False
    return set(region_names) <= set(storage_format.regions(remote.body))


def message(before: int, after: int, digest: str) -> str:
    """The version message: what changed, for people, and the digest of the source, for us."""
    added = after - before
    what = (
        f"{_count(added)} added" if added > 0 else f"{_count(-added)} taken off" if added < 0 else "brought up to date"
    )
    return f"LearnLoop: {what} · {digest[:8]}"


def label(name: str) -> str:
    """A name Confluence takes as a label: lower case, without spaces and the characters it refuses."""
    return re.sub(r"[\s:;,.?&\[\]()#^*@!]+", "-", name.lower()).strip("-")


def _with_ticks(rendered: Rendered, found: Mapping[str, str]) -> dict[str, str]:
    """Our regions with the tasks ticked that people ticked in them."""
    return {name: storage_format.keep_ticks(markup, found.get(name, "")) for name, markup in rendered.regions.items()}


def _count(number: int) -> str:
    return "1 learning" if number == 1 else f"{number} learnings"


def _untouchable(remote: Remote) -> Leave | None:
    if remote.status == "archived":
        return Leave(PageState.REFUSED, "The page is archived; restore it in Confluence to have it kept current.")
    if remote.status != "current":
        return Leave(PageState.GONE, f"Somebody moved the page to status {remote.status}; it stays as they left it.")
    if remote.live:
        return Leave(PageState.REFUSED, "The page is a live doc, which cannot be written safely; convert it to a page.")
    if not remote.body.strip() and remote.version > 1:
        return Leave(PageState.REFUSED, "Confluence gave no text for the page, so nothing was written over it.")
    return None


def _written_by_us(remote: Remote, own_account: AccountId) -> bool:
    return remote.author == own_account and bool(_OUR_MESSAGE.match(remote.message))


def _edited(page: Page, found: Mapping[str, str]) -> list[str]:
    """Names of the regions as published that a person changed or removed."""
    return [
        name
        for name, published in page.regions.items()
        if name not in found or storage_format.digest(found[name]) != published
    ]


def _drift_sentence(edited: list[str]) -> str:
    parts = ", ".join(edited)
    return f"This part was edited by hand, so we left it: {parts}. Take it back, or let it go."


def _commented(remote: Remote, found: Mapping[str, str]) -> Leave | None:
    anchored = set().union(*(storage_format.marker_refs(markup) for markup in found.values())) if found else set()
    if anchored & remote.open_comments:
        return Leave(
            PageState.WAITING, "People are discussing a passage of this part; it is written once they resolve it."
        )
    return None
