"""The home page: what a newcomer should know, and the way to every other page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from worker.domain.model import PageKey
from worker.domain.pages.entry import entry, page_url, strongest
from worker.domain.pages.page_type import Content, Key, Material, PageLink, PageType, Wanted

KEY = PageKey("home")
TITLE = "What we learned"
# The types of the pages of one project, in the order in which its row names those that exist.
PROJECT_PAGES = ("log", "experiments", "ways", "measures")
_RECENT = 60
_SHOWN = 5


def _build(_key: Key, material: Material) -> Content | None:
    if not material.policy.home_space:
        return None
    shown = strongest(material.learnings)[:_SHOWN]
    here = material.policy.home_space
    retros = [link for key, link in material.links.items() if key.startswith("retro:") and link.space == here]
    ended = {one.id: one.completed_at or one.ended_at for one in material.sprints}
    retros.sort(key=lambda link: _ended(link, ended), reverse=True)
    shared = [(key, count) for key, count in material.projects if material.policy.shared(key)]
    return Content(
        key=KEY,
        title=TITLE,
        space=material.policy.home_space,
        parent=None,
        above=material.policy.parent_page,
        template="home",
        labels=("learnloop",),
        learnings=sum(count for _, count in shared),
        data={
            "entries": tuple(entry(learning, material) for learning in shown),
            "topics": tuple(
                {
                    "name": name,
                    "count": count,
                    "newest": newest.date().isoformat(),
                    "url": page_url(material, f"topic:{name}"),
                }
                for name, count, newest in material.topics
            ),
            "projects": tuple(
                {"key": key, "count": count, "url": page_url(material, f"log:{key}"), "others": _others(key, material)}
                for key, count in shared
            ),
            "retros": tuple({"title": link.title, "url": link.url} for link in retros),
        },
    )


def _ended(retro: PageLink, ended: Mapping[int, datetime | None]) -> tuple[datetime, int]:
    """When what a retro looks back on ended, and its number, where two ended together or nobody knows."""
    number = int(retro.key.removeprefix("retro:"))
    return ended.get(number) or datetime.min.replace(tzinfo=UTC), number


def _others(project: str, material: Material) -> tuple[PageLink, ...]:
    """The project's pages beside its log, as far as they exist."""
    keys = (f"{kind}:{project}" for kind in PROJECT_PAGES[1:])
    return tuple(material.links[key] for key in keys if key in material.links)


PAGE_TYPE = PageType(
    "home",
    wanted=lambda _key: Wanted(shared_only=True, limit=_RECENT, overview=True),
    build=_build,
)
