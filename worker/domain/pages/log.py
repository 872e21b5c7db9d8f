"""A project's log: everything learned in it, newest month first, in the project's own space."""

from __future__ import annotations

from worker.domain.model import PageKey
from worker.domain.pages import home
from worker.domain.pages.page_type import Content, Key, Material, PageType, Wanted
from worker.domain.pages.topics import by_month


def parent_of(project: str, material: Material) -> PageKey | None:
    """Home, where it is in the same space; else the log stands on its own in its project's space."""
    same = material.policy.space_of(project) == material.policy.home_space and material.policy.shared(project)
    return home.KEY if same else None


def _build(key: Key, material: Material) -> Content | None:
    space = material.policy.space_of(key.subject)
    if not space:
        return None
    title = f"Learning log: {key.subject}"
    return Content(
        key=PageKey(str(key)),
        title=f"{title} ({key.volume})" if key.volume else title,
        space=space,
        parent=PageKey(str(Key("log", key.subject))) if key.volume else parent_of(key.subject, material),
        template="log",
        labels=("learnloop",),
        learnings=len(material.learnings),
        data={
            "project": key.subject,
            "months": by_month(material),
            "volumes": tuple(material.links[v] for v in material.volumes if v in material.links)
            if not key.volume
            else (),
        },
        volumes=tuple(map(PageKey, material.volumes)) if not key.volume else (),
    )


PAGE_TYPE = PageType(
    "log",
    wanted=lambda key: Wanted(project=key.subject, in_volumes=True, team_only=True),
    build=_build,
    under="home",
)
