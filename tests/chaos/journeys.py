"""The journeys of the fault matrix: each brings a world to where a call is next, lets `arm` script the fault, goes on,
and gives back what must be true in the end, once the fault is over and people have done their part.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, update

from tests.world import World
from worker.domain.model import JobKind, PromptState
from worker.store.schema import statuses, tenants

Arm = Callable[[], None]
Truth = Callable[[], bool]
_numbers = itertools.count(1)


def a_close(world: World, arm: Arm) -> Truth:
    """Somebody closes an issue: it is asked about once, or not at all when it was not to be seen."""
    with world.deployment.db.begin() as tx:
        tx.execute(delete(statuses))
        tx.execute(update(tenants).values(statuses_read_at=None))
    arm()
    key = world.closed()
    return lambda: len(world.our_comments(key)) == (0 if _withdrawn(world, key) else 1)


def a_close_not_heard(world: World, arm: Arm) -> Truth:
    """The comment was written, its answer not heard, and we look whether it is there."""
    world.site.fault("POST", r"/comment$", kind="lost_response")
    key = world.closed()
    arm()
    world.later(timedelta(seconds=5))
    return lambda: len(world.our_comments(key)) == 1


def an_answer(world: World, arm: Arm) -> Truth:
    """Somebody answers: the words stand once on the log, and on the issue."""
    key, words = world.closed(), _words()
    arm()
    world.answer(key, words, topics="pricing")
    return lambda: world.page("Learning log: FLEX").storage.count(f">{words}</p>") == 1 and _kept(world, key) == words


def an_answer_beside_a_note(world: World, arm: Arm) -> Truth:
    """Somebody wrote on the log outside our part, so that it is read alone; then somebody answers."""
    log, note = world.page("Learning log: FLEX"), f"note{next(_numbers)}x"
    world.site.edit_page(log.id, lambda body: f"{body}<p>{note}</p>", by=world.ben)
    truth = an_answer(world, arm)
    return lambda: truth() and note in log.storage


def an_answer_taken_back(world: World, arm: Arm) -> Truth:
    """Somebody answers, and then says that there was nothing new."""
    key, words = world.closed(), _words()
    world.answer(key, words)
    arm()
    world.answer(key, "", choice="nothing_new")
    return lambda: _kept(world, key) in ("", words) and words not in world.page("Learning log: FLEX").storage


def a_new_topic(world: World, arm: Arm) -> Truth:
    """An answer names a topic nobody has named: its page is made once."""
    key, topic, words = world.closed(), f"topic{next(_numbers)}", _words()
    world.clock.forward(timedelta(minutes=6))  # the space was looked up longer ago than it is remembered
    arm()
    world.answer(key, words, topics=topic)
    title = f"Learnings: {topic}"
    return lambda: [words in page.storage for page in world.site.pages.values() if page.title == title] == [True]


def a_sprints_end(world: World, arm: Arm) -> Truth:
    """A sprint is closed: it has one retro."""
    name = f"Sprint {next(_numbers)}x"
    sprint = world.sprint(name)
    world.closed(sprint=sprint)
    arm()
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    return lambda: sum(f" {name} (" in page.title for page in world.site.pages.values()) == 1


def a_sweep(world: World, arm: Arm) -> Truth:
    """A close whose delivery never came is found, and asked about once."""
    hooks, world.site.world.webhooks = world.site.world.webhooks, type(world.site.world.webhooks)()
    key = world.closed()
    world.site.world.webhooks = hooks
    arm()
    world.tick(JobKind.SWEEP)
    return lambda: len(world.our_comments(key)) == 1


def a_look(world: World, arm: Arm) -> Truth:
    """We look how our pages and their issues fare."""
    if not world.site.pages or not world.learning(key := world.closed()):
        world.answer(key, _words())
    before = {page.id: page.version for page in world.site.pages.values()}
    arm()
    world.tick(JobKind.CHECK_PAGES)
    return lambda: {page.id: page.version for page in world.site.pages.values()} == before


def a_reminder(world: World, arm: Arm) -> Truth:
    """A person is reminded: at most one mail, whatever the site answers."""
    _to_the_next_working_day(world, 9)
    key = world.closed()
    _to_the_next_working_day(world, 12)
    arm()
    world.tick(JobKind.REMINDERS)
    return lambda: sum(one.reason == "notify" and key in one.subject for one in world.site.mails) <= 1


JOURNEYS: dict[str, Callable[[World, Arm], Truth]] = {
    "a close": a_close,
    "a close whose comment was not heard": a_close_not_heard,
    "an answer": an_answer,
    "an answer beside a note": an_answer_beside_a_note,
    "an answer taken back": an_answer_taken_back,
    "a new topic": a_new_topic,
    "a sprint's end": a_sprints_end,
    "a sweep": a_sweep,
    "a look at the pages": a_look,
    "a reminder": a_reminder,
}


def _to_the_next_working_day(world: World, hour: int) -> None:
    moment = (world.clock.now() + timedelta(days=1)).replace(hour=hour, minute=0)
    while moment.weekday() > 4:
        moment += timedelta(days=1)
    world.clock.travel_to(moment)


def _words() -> str:
    return f"lesson{next(_numbers)}x"


def _withdrawn(world: World, key: str) -> bool:
    prompt = world.prompt(key)
    return prompt is not None and prompt.state is PromptState.WITHDRAWN


def _kept(world: World, key: str) -> str:
    """What is kept on the issue as learned."""
    return str(world.site.properties(key).get("learnloop.learning", {}).get("learned", ""))
