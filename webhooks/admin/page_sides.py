"""Read a page from Confluence and lay it beside what we would write, for an admin who decides between the two.

Every call is bounded in time, because somebody waits. What cannot be read becomes a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from webhooks.admin import guard
from webhooks.current import deployment
from worker import visiting
from worker.deployment import Deployment
from worker.domain import comparing, pages, storage_format, storage_text
from worker.domain.comparing import Row
from worker.domain.model import Page, PageKey
from worker.domain.pages.page_type import region_name
from worker.errors import LearnLoopError
from worker.gateways.doors import DoorKeeper
from worker.publish import Publisher, Sides
from worker.store import sprints

_MOST_ROWS = 300
_AMONG_THEMSELVES = (
    "What a private project learned stays among its people, so the difference is shown only to owners and to those who "
    "run the project."
)


@dataclass(frozen=True)
class Part:
    """One of our parts of the page. `left` rows more are not shown; `removed` says it is not on the page any more.

    Without rows the words are the same, and what differs is how they look or where a link leads.
    """

    name: str
    rows: tuple[Row, ...]
    left: int
    removed: bool


@dataclass(frozen=True)
class Differs:
    """How the page differs from ours at `version`, or in `problem` why that is not known.

    `refused` says why ours cannot be written over it.
    """

    problem: str = ""
    parts: tuple[Part, ...] = ()
    version: int = 0
    refused: str = ""

    @property
    def may_be_taken_back(self) -> bool:
        """Whether what would be lost was seen, and ours can be written over it."""
        return not self.problem and not self.refused


def publisher(parts: Deployment) -> Publisher:
    """What reads and writes the tenant's pages. Raises TenantStopped."""
    tenant = guard.tenant()
    return Publisher(parts, tenant, DoorKeeper(parts).of(tenant))


def compared(page: Page) -> Differs:
    """How a page differs from ours now."""
    if not page.page_id:
        return Differs("It was never made in Confluence, so there is nothing to compare.")
    try:
        if not _may_be_read(page.key):
            return Differs(_AMONG_THEMSELVES)
        sides = publisher(visiting.patient(deployment())).sides(page.key)
        return Differs("", _parts(page.key, sides), sides.version, sides.refused)
    except LearnLoopError as error:
        return Differs(str(error))


def _parts(key: PageKey, sides: Sides) -> tuple[Part, ...]:
    """The parts that differ. One that stands on the page twice is in none, and `refused` says so."""
    names = [name for name in sides.ours if name in sides.theirs or not sides.refused]
    return tuple(part for name in names if (part := _part(key, name, sides)))


def _part(key: PageKey, name: str, sides: Sides) -> Part | None:
    ours, theirs = sides.ours[name], sides.theirs.get(name)
    words = name.removeprefix(region_name(key)).strip("-")
    if theirs is None:
        return Part(words, (), 0, removed=True)
    if storage_format.digest(ours) == storage_format.digest(theirs):
        return None
    rows = comparing.compare(storage_text.lines(theirs), storage_text.lines(ours))
    return Part(words, tuple(rows[:_MOST_ROWS]), max(0, len(rows) - _MOST_ROWS), removed=False)


def _may_be_read(key: PageKey) -> bool:
    """Whether the account may read the page's words: those of a private project are for its own people."""
    tenant, account, parts = guard.tenant(), guard.account(), pages.read_key(key)
    match parts.type:
        case "log":
            project = parts.subject
        case "retro":
            with deployment().db.read() as tx:
                project = sprints.get(tx, tenant.id, int(parts.subject)).project_key
        case _:
            return True
    return tenant.policy.shared(project) or account.runs(tenant.id, project)
