"""A sprint's retro: there when the sprint starts, ready when the team sits down, brought up to date afterwards.

It counts issues, never people. Its order is that of a good meeting: in short, what is still open from last time, what
we hoped to learn, what surprised us, what we learned, what we tried, what we will do differently, thanks, room for what
is missing, and the numbers last. A project without sprints has one for each period (`domain/periods`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from worker.domain import periods, promises, thanks
from worker.domain.addresses import issue_url
from worker.domain.experiments import SPRINT_AIM
from worker.domain.model import Action, ActionState, Learning, PageKey, Sprint
from worker.domain.pages import experiments
from worker.domain.pages.entry import Entry, entry, not_found_on, strongest
from worker.domain.pages.page_type import MOST_LEARNINGS, Content, Key, Material, PageLink, PageType, Wanted
from worker.domain.pages.retro_numbers import numbers
from worker.domain.pages.topics import by_topic
from worker.domain.promises import Promise

# What one meeting can talk about; the rest stands on a child page. Ours, no study: an hour and a half for forty.
MOST_SHOWN = 40
# More than any sprint teaches; so that one page is never made of everything there is.
_MOST_READ = 5_000
_REST = "rest"


@dataclass(frozen=True)
class Hope:
    """What was hoped for when the work began, and what was learned; or, in `words`, what may be missing."""

    issue_key: str
    issue_url: str
    words: str
    learned: str


@dataclass(frozen=True)
class Change:
    """What we will do differently: the learning it came from, its action if there is one, and the ISO day on which its
    place was looked for in vain, else empty.
    """

    source: Entry
    action: Promise | None
    done: bool
    not_found_on: str


def title(sprint: Sprint, project: str) -> str:
    """The page's title: names of sprints return, so the day it ended is part of it."""
    name = sprint.name if project in sprint.name else f"{project} {sprint.name}"
    ended = sprint.completed_at or sprint.ended_at
    dated = ended and not periods.is_period(sprint.id)
    return f"Retro: {name} ({ended.date().isoformat()})" if ended and dated else f"Retro: {name}"


def _build(key: Key, material: Material) -> Content | None:
    sprint, project = material.sprint, material.project_key
    space = material.policy.space_of(project)
    if sprint is None or not project or not space:
        return None
    ranked = strongest(material.learnings)
    if key.volume:
        return _rest(key, material, sprint, ranked, space)
    rest = _rests(key, len(ranked))
    return Content(
        key=PageKey(str(key)),
        title=title(sprint, project),
        space=space,
        parent=PageKey(f"log:{project}"),
        template="retro",
        labels=("learnloop", "learnloop-retro"),
        learnings=len(ranked),
        data=_said(material, sprint, ranked, tuple(material.links[one] for one in rest if one in material.links)),
        volumes=rest,
    )


def _said(
    material: Material, sprint: Sprint, ranked: Sequence[Learning], rest: tuple[PageLink, ...]
) -> dict[str, object]:
    """What the retro says, part by part."""
    first = ranked[:MOST_SHOWN]
    shown = [entry(learning, material) for learning in first]
    own = {learning.issue_id for learning in ranked}
    earlier = [one for one in material.actions if one.issue_id not in own]
    return {
        "volume": "",
        "sprint": _of_sprint(sprint, ZoneInfo(material.policy.time_zone)),
        "in_short": _in_short(sprint, shown),
        "opening": promises.opening(earlier, sprint, material.sprints, material.site_url),
        "hopes": tuple(_hope(one, one.answers.hoped, material) for one in ranked if one.answers.hoped),
        "surprises": tuple(one for one in shown if one.surprised),
        "by_topic": by_topic(shown),
        "more": len(ranked) - len(shown),
        "rest": rest,
        "experiments": experiments.rows(material),
        "aim": SPRINT_AIM,
        "changes": _changes(material, first),
        "thanks": thanks.of(ranked),
        "missing": tuple(_hope(one, one.answers.missing, material) for one in ranked if one.answers.missing),
        "numbers": numbers(material),
    }


def _of_sprint(sprint: Sprint, zone: ZoneInfo) -> dict[str, object]:
    """The sprint in plain values; its days are those of the tenant's time zone."""

    def day(moment: datetime | None) -> str:
        return moment.astimezone(zone).date().isoformat() if moment else ""

    return {
        "name": sprint.name,
        "goal": sprint.goal,
        "running": sprint.state in ("active", "future"),
        "from": day(sprint.started_at),
        "to": day(sprint.completed_at or sprint.ended_at),
    }


def _in_short(sprint: Sprint, shown: Sequence[Entry]) -> tuple[str, ...]:
    """Up to three sentences: what we tried, what surprised us most, what we will change."""
    surprise = next((one.surprised for one in shown if one.surprised), "")
    promise = next((one.differently for one in shown if one.differently), "")
    tried = f"We set out to: {sprint.goal}" if sprint.goal else ""
    return tuple(
        sentence
        for sentence in (
            tried,
            surprise and f"What surprised us most: {surprise}",
            promise and f"What we will do differently: {promise}",
        )
        if sentence
    )


def _hope(learning: Learning, words: str, material: Material) -> Hope:
    key = learning.issue_key
    return Hope(key, issue_url(material.site_url, key), words, learning.answers.learned)


def _changes(material: Material, shown: Sequence[Learning]) -> tuple[Change, ...]:
    actions = {one.issue_id: one for one in material.actions}
    return tuple(
        _change(learning, actions.get(learning.issue_id), material)
        for learning in shown
        if learning.answers.differently
    )


def _change(learning: Learning, action: Action | None, material: Material) -> Change:
    return Change(
        source=entry(learning, material),
        action=promises.promise(action, material.site_url) if action else None,
        done=action is not None and action.state is ActionState.DONE,
        not_found_on=not_found_on(material.places.get(learning.issue_id), learning.answers.lives_at),
    )


def _rests(key: Key, learnings: int) -> tuple[PageKey, ...]:
    """The child pages that hold what is not shown here: `rest`, then `rest.2` and so on for what one cannot hold."""
    pages = -(-max(learnings - MOST_SHOWN, 0) // MOST_LEARNINGS)
    names = (_REST if number == 1 else f"{_REST}.{number}" for number in range(1, pages + 1))
    return tuple(PageKey(str(Key(key.type, key.subject, name))) for name in names)


def _rest(key: Key, material: Material, sprint: Sprint, ranked: Sequence[Learning], space: str) -> Content:
    """A child page with the learnings that the retro has no room for, in full and by topic."""
    number = int(key.volume.partition(".")[2] or "1")
    begin = MOST_SHOWN + (number - 1) * MOST_LEARNINGS
    held = ranked[begin : begin + MOST_LEARNINGS]
    more = f"the rest, part {number}" if number > 1 else "the rest"
    name = title(sprint, material.project_key)
    return Content(
        key=PageKey(str(key)),
        title=f"{name}: {more}",
        space=space,
        parent=PageKey(str(Key(key.type, key.subject))),
        template="retro",
        labels=("learnloop",),
        learnings=len(held),
        data={"volume": key.volume, "groups": by_topic([entry(one, material) for one in held])},
    )


PAGE_TYPE = PageType(
    "retro",
    wanted=lambda key: Wanted(
        sprint=int(key.subject), limit=_MOST_READ, experiments=True, actions=True, team_only=True
    ),
    build=_build,
    under="log",
)
