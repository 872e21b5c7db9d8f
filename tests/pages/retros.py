"""What the kept retros are made from, and a month that is too long to be read from end to end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from tests.pages.material import (
    CACHE,
    EMPTY,
    EXPORT,
    FULL,
    LINKS,
    PLANS,
    SPELLING,
    SPRINT,
    SPRINT_END,
    TRIALS,
    day,
    learning,
    link,
)
from worker.domain.model import (
    Action,
    ActionState,
    Answers,
    IssueId,
    IssueKey,
    Learning,
    Place,
    PlaceState,
    ProjectKey,
    Topic,
)
from worker.domain.pages.page_type import Material
from worker.domain.periods import Period, as_sprint

EPIC = replace(
    learning(
        "FLEX-1",
        "Plans by the month",
        day(11, 13),
        Answers(
            learned="The price was never the hurdle.",
            hoped="Whether a lower price brings smaller resellers.",
            missing="Nobody has asked those who left.",
            topics=(Topic("resellers"),),
        ),
    ),
    type_name="Epic",
)


def action(one: Learning, number: int, state: ActionState, status: str = "", **known: object) -> Action:
    """The action that came of a learning, as the issue FLEX-<number>."""
    made = {"made_at": one.learned_at, "due_on": date(2026, 11, 27)} | known
    return Action(
        one.issue_id,
        one.issue_key,
        one.project_key,
        one.answers.differently or "Ask two resellers first.",
        state,
        work_id=IssueId(f"10{number}"),
        work_key=IssueKey(f"FLEX-{number}"),
        status=status,
        **made,  # type: ignore[arg-type]
    )


SPRINTS = tuple(
    replace(SPRINT, id=number, name=f"Sprint {number - 9}", started_at=at - timedelta(days=11), completed_at=at)
    for number, at in ((9, day(10, 2)), (10, day(10, 16)), (11, day(10, 30)))
)
OLD = learning("FLEX-90", "Ask for the year", day(9, 20), Answers("Ask.", differently="Ask for the year first."))
KEPT_ONE = learning("FLEX-91", "Warm the cache", day(11, 1), Answers("Warm it.", differently="Warm the cache at six."))
ACTIONS = (
    action(OLD, 31, ActionState.OPEN, "To Do", due_on=date(2026, 10, 4)),
    action(KEPT_ONE, 32, ActionState.DONE, "Done", settled_at=day(11, 5)),
    action(PLANS, 33, ActionState.OPEN, "In Progress"),
)
SENT = replace(EXPORT, answers=replace(EXPORT.answers, lives_at="https://studio.atlassian.net/wiki/x/mail"))
PLACES = {SENT.issue_id: Place(SENT.issue_id, SENT.answers.lives_at, PlaceState.MISSING, day(11, 13), day(11, 12))}
FULL_RETRO = replace(
    SPRINT_END,
    learnings=(EPIC, PLANS, SPELLING, CACHE, SENT),
    experiments=TRIALS[:3],
    actions=ACTIONS,
    places=PLACES,
    sprints=(*SPRINTS, SPRINT),
    counts=dict(SPRINT_END.counts) | {"unasked": 3, "unasked: no signal": 2, "unasked: asked about FLEX-7 instead": 1}
    | {"volunteered": 1},
)  # fmt: skip


def many(count: int) -> tuple[Learning, ...]:
    """A busy November: `count` learnings, newest first, every third of caching, every other of pricing."""
    found = []
    for number in range(count):
        topics = ("caching",) if number % 3 == 0 else ("pricing",) if number % 2 else ()
        words = f"Lesson number {number}."
        answers = Answers(words, topics=tuple(map(Topic, topics)), changed_course=number == 7)
        found.append(learning(f"FLEX-{100 + number}", "Much to do", day(11, 20) - timedelta(hours=number), answers))
    return tuple(found)


MANY = replace(SPRINT_END, learnings=many(45))
PERIOD = as_sprint(Period(ProjectKey("FLEX"), date(2026, 11, 2), date(2026, 11, 15)), ZoneInfo("UTC"))
RESTS = LINKS | {"retro:12@rest": link("retro:12@rest", "Retro: FLEX Sprint 3 (2026-11-13): the rest", 108)}

# Each kept page, as in `material.KEPT`.
KEPT: dict[str, tuple[str, Material]] = {
    "retro": ("retro:12", FULL_RETRO),
    "retro__running": (
        "retro:12",
        replace(EMPTY, sprint=replace(SPRINT, state="active", completed_at=None), project_key="FLEX", sprints=SPRINTS),
    ),
    "retro__period": (f"retro:{PERIOD.id}", replace(SPRINT_END, sprint=PERIOD, learnings=(SPELLING,))),
    "retro__long": ("retro:12", replace(MANY, links=RESTS)),
    "retro__rest": ("retro:12@rest", MANY),
    "log__long": ("log:FLEX", replace(FULL, learnings=(*many(14), EXPORT, CACHE))),
}
