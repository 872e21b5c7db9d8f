"""Read the address where something lives: a page or an issue of the tenant's own site, or somewhere else.

Pure. Nothing is ever fetched from an address that a person wrote: what is on the site is asked for by its id, through
the doors; what is elsewhere is shown and left alone. Shapes of addresses: Atlassian, Jira and Confluence in a browser
(Cloud `/wiki/spaces/<KEY>/pages/<id>`, Data Center `/pages/viewpage.action?pageId=<id>`, both `/x/<tiny>`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from worker.domain.model import IssueKey
from worker.domain.questions import web_address

_PORTS = {"http": 80, "https": 443}
_ISSUE = re.compile(r"[A-Z][A-Z0-9_]{0,99}-[1-9][0-9]{0,17}")
_PAGE_ID = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class WikiPage:
    """A page of the tenant's Confluence, by its id."""

    id: str


@dataclass(frozen=True)
class OnIssue:
    """An issue of the tenant's Jira, by its key."""

    key: IssueKey


@dataclass(frozen=True)
class OnSite:
    """On the tenant's site, in a way that does not say what it is (a short link, a board, a search)."""


@dataclass(frozen=True)
class Elsewhere:
    """On another host, or not an address at all."""


Where = WikiPage | OnIssue | OnSite | Elsewhere


def read(url: str, site_url: str, wiki_url: str) -> Where:
    """Where `url` leads, for a tenant with Jira at `site_url` and Confluence at `wiki_url` (both without a slash at the
    end). Never raises. The host, port and scheme must be the site's own to the letter, but for case.
    """
    parts = _split(url)
    if parts is None:
        return Elsewhere()
    wiki, jira = _below(parts, wiki_url), _below(parts, site_url)
    found: Where = Elsewhere()
    if wiki is not None:
        found = _page(wiki, parts.query)
    if jira is not None and not isinstance(found, WikiPage):
        found = _issue(jira, parts.query)
    return found


def _split(url: str) -> SplitResult | None:
    return urlsplit(url) if web_address(url) else None


def _below(parts: SplitResult, root: str) -> list[str] | None:
    """The parts of the path below `root`; None when the address is not there. An empty path is there."""
    base = urlsplit(root)
    if _origin(parts) != _origin(base):
        return None
    above = [one for one in base.path.split("/") if one]
    path = [one for one in parts.path.split("/") if one]
    return path[len(above) :] if path[: len(above)] == above else None


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)


def _page(path: list[str], query: str) -> Where:
    """The page that a path below Confluence's root names; a path that climbs or hides letters names none."""
    match path:
        case _ if _crooked(path):
            return OnSite()
        case ["spaces", _, "pages", "edit-v2" | "edit", page, *_] | ["spaces", _, "pages", page, *_]:
            return WikiPage(page) if _PAGE_ID.fullmatch(page) else OnSite()
        case ["pages", "viewpage.action" | "editpage.action"]:
            (page, *more) = parse_qs(query).get("pageId", [""])
            return WikiPage(page) if _PAGE_ID.fullmatch(page) and not more else OnSite()
    return OnSite()


def _issue(path: list[str], query: str) -> Where:
    """The issue that a path below Jira's root names, or the one that a board shows beside it."""
    match path:
        case _ if _crooked(path):
            return OnSite()
        case ["browse", key, *_] | ["projects", _, "issues", key] | ["jira", _, "projects", _, "issues", key]:
            chosen = key
        case ["jira", _, "c", "projects", _, "issues", key]:
            chosen = key
        case _:
            chosen = parse_qs(query).get("selectedIssue", [""])[0]
    key = chosen.upper() if chosen.isascii() else ""
    return OnIssue(IssueKey(key)) if _ISSUE.fullmatch(key) else OnSite()


def _crooked(path: list[str]) -> bool:
    """Whether a browser could read the path otherwise than it is written."""
    return any(one in (".", "..") or "%2f" in one.lower() or "%2e" in one.lower() for one in path)
