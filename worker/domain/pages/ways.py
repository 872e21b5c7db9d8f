"""A project's ways of working: what was learned and is done now, and where it lives. A newcomer reads it first.

What is only promised stands apart, and what was let go of is counted, so that nobody takes a plan for a habit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from worker.domain import promises
from worker.domain.addresses import issue_url
from worker.domain.model import Action, ActionState, IssueId, Learning, PageKey, Place
from worker.domain.pages.entry import Entry, TopicLink, entry, not_found_on
from worker.domain.pages.page_type import Content, Key, Material, PageType, Wanted
from worker.domain.pages.topics import by_topic
from worker.domain.promises import Promise


@dataclass(frozen=True)
class Way:
    """One thing that is done: what was learned about it, the action that did it if one did, and the ISO day since which
    its place is not found, else empty.
    """

    source: Entry
    action: Promise | None
    not_found_on: str
    date: str


def _build(key: Key, material: Material) -> Content | None:
    space = material.policy.space_of(key.subject)
    if not space:
        return None
    ways = _ways(material)
    kept = {one.source.issue_key: one for one in ways if one.action or not one.not_found_on}
    lost = tuple(one for one in ways if one.source.issue_key not in kept)
    groups = by_topic([one.source for one in kept.values()])
    return Content(
        key=PageKey(str(key)),
        title=f"Ways of working: {key.subject}",
        space=space,
        parent=PageKey(f"log:{key.subject}"),
        template="ways",
        labels=("learnloop", "learnloop-ways"),
        learnings=len(material.learnings),
        data={
            "project": key.subject,
            "groups": tuple((name, tuple(kept[one.issue_key] for one in found)) for name, found in groups),
            "lost": lost,
            "coming": tuple(
                promises.promise(one, material.site_url)
                for one in material.actions
                if one.state in (ActionState.OPEN, ActionState.WISHED)
            ),
            "dropped": sum(one.state is ActionState.DROPPED for one in material.actions),
        },
    )


def _ways(material: Material) -> list[Way]:
    """What is done, or lives somewhere, the newest first; what is still to be done is none yet."""
    lessons = {one.issue_id: one for one in material.learnings if one.answers.differently}
    actions = {one.issue_id: one for one in material.actions}
    done = {issue_id for issue_id, one in actions.items() if one.state is ActionState.DONE}
    living = {issue_id for issue_id, one in lessons.items() if _lives(one, material.places) and issue_id not in actions}
    found = [_way(issue_id, lessons.get(issue_id), actions.get(issue_id), material) for issue_id in done | living]
    return sorted(found, key=lambda one: (one.date, one.source.issue_key), reverse=True)


def _lives(one: Learning, places: Mapping[IssueId, Place]) -> bool:
    """Whether its answer names a place: one that is there, or where we do not look, or was not found by now."""
    place = places.get(one.issue_id)
    return place is not None and place.url == one.answers.lives_at


def _way(issue_id: IssueId, learning: Learning | None, action: Action | None, material: Material) -> Way:
    source = entry(learning, material) if learning else _of_action(action, material)
    settled = action.settled_at if action else None
    return Way(
        source=replace(source, topics=tuple(TopicLink(one.name, "") for one in source.topics)),
        action=promises.promise(action, material.site_url) if action else None,
        not_found_on=not_found_on(material.places.get(issue_id), source.lives_at),
        date=settled.date().isoformat() if settled else source.date,
    )


def _of_action(action: Action | None, material: Material) -> Entry:
    """An action whose learning says something else by now, by what was promised."""
    if action is None:
        raise ValueError("A way of working is a learning or an action.")
    url = issue_url(material.site_url, action.issue_key)
    date = action.made_at.date().isoformat()
    return Entry(
        action.issue_key,
        url,
        "",
        "",
        date,
        "",
        "",
        action.words or promises.TAKEN_BACK,
        "",
        changed_course=False,
        topics=(),
    )


PAGE_TYPE = PageType(
    "ways",
    wanted=lambda key: Wanted(project=key.subject, actions=True, of_promises=True, team_only=True),
    build=_build,
    under="log",
)
