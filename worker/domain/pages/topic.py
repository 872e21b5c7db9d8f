"""A topic's page: every learning under one topic, from every project whose learnings may be shared."""

from __future__ import annotations

from worker.domain.model import PageKey
from worker.domain.pages import home
from worker.domain.pages.entry import entries, strongest
from worker.domain.pages.entry import entry as one_entry
from worker.domain.pages.page_type import Content, Key, Material, PageType, Wanted

_LABEL_LENGTH = 200
_FIRST = 3


def _build(key: Key, material: Material) -> Content | None:
    if not material.policy.home_space:
        return None
    title, here = f"Learnings: {key.subject}", "" if key.volume else key.subject
    best = strongest(material.learnings)[:_FIRST] if not key.volume and len(material.learnings) > _FIRST else []
    return Content(
        key=PageKey(str(key)),
        title=f"{title} ({key.volume})" if key.volume else title,
        space=material.policy.home_space,
        parent=PageKey(str(Key("topic", key.subject))) if key.volume else home.KEY,
        template="topic",
        labels=("learnloop", f"learnloop-{key.subject}"[:_LABEL_LENGTH]),
        learnings=len(material.learnings),
        data={
            "topic": key.subject,
            "first": tuple(one_entry(learning, material, here) for learning in best),
            "entries": entries(material, here),
            "volumes": tuple(material.links[v] for v in material.volumes if v in material.links)
            if not key.volume
            else (),
        },
        volumes=tuple(map(PageKey, material.volumes)) if not key.volume else (),
    )


PAGE_TYPE = PageType(
    "topic",
    wanted=lambda key: Wanted(topic=key.subject, shared_only=True, in_volumes=True),
    build=_build,
    named_by_people=True,
    under="home",
)
