"""Play the month: what people do, hour by hour, and what LearnLoop makes of it, through real webhooks and real HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

import requests

from worker import schedule
from worker.demo.stories import SPRINTS, STORIES, Answer, Road, Story, reply_text
from worker.demo.studio import Studio

_LINK = re.compile(r"\|(http[^|\]\s]+/answer/[^|\]\s]+)")
_RUNBOOK = re.compile(r"\{site\}/wiki/spaces/ENG/pages/(runbook-[\w-]+)")
_DAYS = 30
# The schedule is caught up with on these weekdays, Monday being 0; each time takes the latest tick of every row.
_TICKING = (0, 3)


@dataclass(frozen=True)
class Scene:
    """Something that happens at a moment. Scenes of one moment keep the order they were written in."""

    at: datetime
    play: Callable[[], None]


def play(studio: Studio, on_scene: Callable[[int, int], None]) -> dict[Story, str]:
    """Play all of it; `on_scene(done, of)` after each moment of it. The keys of the stories' issues."""
    keys: dict[Story, str] = {}
    done = 0
    with requests.Session() as browser:
        scenes = sorted(_scenes(studio, keys, browser), key=lambda scene: scene.at)
        for at, together in groupby(scenes, key=lambda scene: scene.at):
            studio.clock.travel_to(at)
            for scene in together:
                scene.play()
                done += 1
            studio.settle()
            on_scene(done, len(scenes))
    studio.clock.travel_to(_at(studio, _DAYS - 1, 16))
    _tick(studio)
    studio.settle()
    return keys


def _scenes(studio: Studio, keys: dict[Story, str], browser: requests.Session) -> Iterator[Scene]:
    for sprint in SPRINTS:
        number = studio.sprints[sprint.number]
        yield Scene(_at(studio, sprint.start, 7), partial(studio.site.start_sprint, number, studio.people["camille"]))
        yield Scene(_at(studio, sprint.end, 17.5), partial(studio.site.close_sprint, number, studio.people["camille"]))
    started = {sprint.number: sprint.start for sprint in SPRINTS}
    last = 0
    for story in STORIES:
        last = max(last, started[story.sprint]) if story.sprint else last
        yield Scene(_at(studio, last, 6), partial(_create, studio, keys, story))
        yield from _life(studio, keys, browser, story, last)
    for day in range(_DAYS):
        if day % 7 in _TICKING:
            yield Scene(_at(studio, day, 13.2), partial(_tick, studio))


def _life(
    studio: Studio, keys: dict[Story, str], browser: requests.Session, story: Story, created: int
) -> Iterator[Scene]:
    if story.closed_day is None:
        if story.type != "Epic":
            begun = _at(studio, _DAYS - 2, 9)
            yield Scene(begun, partial(_move, studio, keys, story, "In Progress", studio.people[story.assignee]))
        return
    closer = studio.people[story.closed_by or story.assignee]
    closed = _at(studio, story.closed_day, story.closed_hour)
    begun = max(_at(studio, created, 6.5), closed - timedelta(hours=26))
    yield Scene(begun, partial(_move, studio, keys, story, "In Progress", studio.people[story.assignee]))
    yield Scene(closed, partial(_move, studio, keys, story, "Done", closer))
    if story.reopened_day is not None and story.closed_again_day is not None:
        reopened = _at(studio, story.reopened_day, 10)
        closed = _at(studio, story.closed_again_day, story.closed_hour)
        yield Scene(reopened, partial(_move, studio, keys, story, "In Progress", studio.people[story.reporter]))
        yield Scene(closed, partial(_move, studio, keys, story, "Done", closer))
    if story.answer:
        answered = closed + timedelta(hours=story.answer.after_hours)
        yield Scene(answered, partial(_answer, studio, keys, story, story.answer, browser))


def _tick(studio: Studio) -> None:
    schedule.catch_up(studio.deployment)


def _at(studio: Studio, day: int, hour: float) -> datetime:
    """The moment `hour` (UTC) of a day of the month."""
    return studio.start.replace(hour=0) + timedelta(days=day, hours=hour)


def _create(studio: Studio, keys: dict[Story, str], story: Story) -> None:
    parent = next((key for other, key in keys.items() if other.summary == story.parent), None)
    keys[story] = studio.site.create_issue(
        story.project,
        story.type,
        story.summary,
        reporter=studio.people[story.reporter],
        assignee=studio.people[story.assignee],
        components=[story.component],
        labels=story.labels,
        sprint=studio.sprints[story.sprint] if story.sprint else None,
        parent=parent,
        description=story.description,
        fields={"security": "Private"} if story.private else None,
    )


def _move(studio: Studio, keys: dict[Story, str], story: Story, status: str, who: str) -> None:
    resolution = story.resolution if status == "Done" else None
    studio.site.transition(keys[story], status, by=who, resolution=resolution)


def _answer(studio: Studio, keys: dict[Story, str], story: Story, answer: Answer, browser: requests.Session) -> None:
    """The person answers by the road they like."""
    person = studio.people[story.assignee]
    match answer.road:
        case Road.REPLY:
            studio.site.comment(keys[story], reply_text(answer), by=person)
        case Road.FIELD:
            studio.site.edit_issue(keys[story], {studio.fields["What we learned"]: answer.learned}, by=person)
        case Road.FORM:
            _fill_form(studio, form_link(studio, keys[story]), answer, browser)


def form_link(studio: Studio, key: str) -> str:
    """The address of the form, as a person finds it in our comment; empty when there is none."""
    texts = [comment.body.wiki for comment in studio.site.comments(key) if comment.author == studio.bot]
    found = _LINK.search("\n".join(texts))
    return found[1] if found else ""


def _fill_form(studio: Studio, link: str, answer: Answer, browser: requests.Session) -> None:
    """Open the form as a browser would, then send it."""
    browser.get(link, timeout=10).raise_for_status()
    fields = {
        "learned": answer.learned,
        "surprised": answer.surprised,
        "differently": answer.differently,
        "lives_at": _address(studio, answer.lives_at),
        "topics": " ".join(answer.topics),
        "choice": "nothing_new" if answer.nothing_new else "learned",
        "changed_course": "yes" if answer.changed_course else "",
    }
    browser.post(link, data=fields, timeout=10, allow_redirects=False).raise_for_status()


def _address(studio: Studio, written: str) -> str:
    """The placeholder's real address: runbooks by their page ids."""
    site = studio.site.url

    def page(found: re.Match[str]) -> str:
        return f"{site}/wiki/spaces/ENG/pages/{studio.runbooks[found[1]]}"

    return _RUNBOOK.sub(page, written).replace("{site}", site)
