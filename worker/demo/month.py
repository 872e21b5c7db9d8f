"""Play the month: what people do, hour by hour, and what LearnLoop makes of it, through real webhooks and real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

import requests

from worker import schedule
from worker.demo import deeds
from worker.demo.deeds import Keys
from worker.demo.stories import SPRINTS, STORIES, Sprint, Story
from worker.demo.studio import Studio

_DAYS = 30
# The schedule is caught up with on these weekdays, Monday being 0; each time takes the latest tick of every row.
_TICKING = (0, 3)
# How long a point of work takes, weekends included.
_A_POINT = timedelta(hours=14)
_HOPES = "What do we hope to learn?"
_MISSING = "What are we missing? Where do you disagree?"


@dataclass(frozen=True)
class Scene:
    """Something that happens at a moment. Scenes of one moment keep the order they were written in."""

    at: datetime
    play: Callable[[], None]


def play(studio: Studio, on_scene: Callable[[int, int], None]) -> Keys:
    """Play all of it; `on_scene(done, of)` after each moment of it. The keys of the stories' issues."""
    keys: Keys = {}
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


def _scenes(studio: Studio, keys: Keys, browser: requests.Session) -> Iterator[Scene]:
    for sprint in SPRINTS:
        yield from _sprint(studio, sprint)
    started = {sprint.number: sprint.start for sprint in SPRINTS}
    last = 0
    for story in STORIES:
        last = max(last, started[story.sprint]) if story.sprint else last
        yield Scene(_at(studio, last, 6), partial(deeds.create, studio, keys, story))
        yield from _life(studio, keys, browser, story, last)
        yield from _promise(studio, keys, browser, story)
    for day in range(_DAYS):
        if day % 7 in _TICKING:
            yield Scene(_at(studio, day, 13.2), partial(_tick, studio))


def _sprint(studio: Studio, sprint: Sprint) -> Iterator[Scene]:
    number, lead = studio.sprints[sprint.number], studio.people["camille"]
    yield Scene(_at(studio, sprint.start, 7), partial(studio.site.start_sprint, number, lead))
    if sprint.hopes:
        hoped = partial(deeds.write_in_room, studio, sprint, _HOPES, sprint.hopes)
        yield Scene(_at(studio, sprint.start, 7.8), hoped)
    yield Scene(_at(studio, sprint.end, 17.5), partial(studio.site.close_sprint, number, lead))
    if sprint.missing:
        meant = partial(deeds.write_in_room, studio, sprint, _MISSING, (sprint.missing,))
        yield Scene(_at(studio, sprint.end, 18.4), meant)


def _life(studio: Studio, keys: Keys, browser: requests.Session, story: Story, created: int) -> Iterator[Scene]:
    if story.hoped:
        yield Scene(_at(studio, created, 9), partial(_begin, studio, keys, story))
        yield Scene(_at(studio, created, 9.4), partial(deeds.hope, studio, keys, story, browser))
    if story.closed_day is None:
        begun = _at(studio, _DAYS - 2, 9)
        if not story.hoped:
            yield Scene(begun, partial(_begin, studio, keys, story))
        if story.trial:
            yield Scene(begun, partial(deeds.begin_trial, studio, keys, story, story.trial))
        return
    closer = studio.people[story.closed_by or story.assignee]
    closed = _at(studio, story.closed_day, story.closed_hour)
    begun = max(_at(studio, created, 6.5), closed - max(story.points, 1) * _A_POINT)
    if story.begun_day is not None:
        begun = _at(studio, story.begun_day, 9)
    if not story.hoped:
        yield from _work(studio, keys, story, begun, closed)
    yield Scene(closed, partial(deeds.move, studio, keys, story, "Done", closer))
    if story.reopened_day is not None and story.closed_again_day is not None:
        reopened, who = _at(studio, story.reopened_day, 10), studio.people[story.reporter]
        closed = _at(studio, story.closed_again_day, story.closed_hour)
        yield Scene(reopened, partial(deeds.move, studio, keys, story, "In Progress", who))
        yield Scene(closed, partial(deeds.move, studio, keys, story, "Done", closer))
    if story.answer:
        answered = closed + timedelta(hours=story.answer.after_hours)
        yield Scene(answered, partial(deeds.answer, studio, keys, story, story.answer, browser))


def _work(studio: Studio, keys: Keys, story: Story, begun: datetime, closed: datetime) -> Iterator[Scene]:
    """From the beginning of the work to its end: it may pass through several hands, and be an experiment."""
    yield Scene(begun, partial(_begin, studio, keys, story))
    hands = (*story.passed_on, story.assignee)[1:]
    for number, handle in enumerate(hands, start=1):
        at = begun + (closed - begun) * number / (len(hands) + 1)
        yield Scene(at, partial(deeds.pass_on, studio, keys, story, handle))
    for number, words in enumerate(story.said, start=1):
        at = begun + (closed - begun) * number / (len(story.said) + 1)
        yield Scene(at, partial(deeds.say, studio, keys, story, words))
    for day, up in zip(story.blocked or (), (True, False), strict=False):
        yield Scene(_at(studio, day, 10.5), partial(deeds.flag, studio, keys, story, up=up))
    if story.hours:
        worked = partial(deeds.log_work, studio, keys, story, story.hours[1])
        yield Scene(closed - timedelta(minutes=20), worked)
    if story.trial:
        yield Scene(begun, partial(deeds.begin_trial, studio, keys, story, story.trial))
        ended = closed - timedelta(minutes=30)
        yield Scene(ended, partial(deeds.end_trial, studio, keys, story, story.trial))


def _promise(studio: Studio, keys: Keys, browser: requests.Session, story: Story) -> Iterator[Scene]:
    given = story.answer
    if story.closed_day is None or given is None or not given.promised:
        return
    answered = _at(studio, story.closed_day, story.closed_hour + given.after_hours)
    yield Scene(answered + timedelta(minutes=2), partial(deeds.promise, studio, keys, story, browser))
    if given.promise_done_day is not None:
        done = partial(deeds.keep_promise, studio, keys, story)
        yield Scene(_at(studio, given.promise_done_day, 15.2), done)


def _begin(studio: Studio, keys: Keys, story: Story) -> None:
    who = studio.people[(*story.passed_on, story.assignee)[0]]
    deeds.move(studio, keys, story, "In Progress", who)


def _tick(studio: Studio) -> None:
    schedule.catch_up(studio.deployment)


def _at(studio: Studio, day: int, hour: float) -> datetime:
    """The moment `hour` (UTC) of a day of the month."""
    return studio.start.replace(hour=0) + timedelta(days=day, hours=hour)
