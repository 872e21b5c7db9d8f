"""The home page: what a newcomer should know, and the way to every other page."""

from __future__ import annotations

from worker.domain.model import PageKey
from worker.domain.pages.entry import entry, page_url, strongest
from worker.domain.pages.page_type import Content, Key, Material, PageType, Wanted

KEY = PageKey("home")
TITLE = "What we learned"
_RECENT = 60
_SHOWN = 5


def _build(_key: Key, material: Material) -> Content | None:
    if not material.policy.home_space:
        return None
    shown = strongest(material.learnings)[:_SHOWN]
    here = material.policy.home_space
    retros = [link for key, link in material.links.items() if key.startswith("retro:") and link.space == here]
    retros.sort(key=lambda link: int(link.key.removeprefix("retro:")), reverse=True)
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
                {"key": key, "count": count, "url": page_url(material, f"log:{key}")} for key, count in shared
            ),
            "retros": tuple({"title": link.title, "url": link.url} for link in retros),
        },
    )


PAGE_TYPE = PageType(
    "home",
    wanted=lambda _key: Wanted(shared_only=True, limit=_RECENT, overview=True),
    build=_build,
)
