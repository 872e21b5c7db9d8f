"""What the kept pages are made from: one autumn of one team, the same on every day and every machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from worker.domain.loop import Close, Loop, put_in_order
from worker.domain.model import (
    AccountId,
    Action,
    ActionState,
    Answers,
    Course,
    Experiment,
    IssueId,
    IssueKey,
    Learning,
    Outcome,
    PageKey,
    Place,
    PlaceState,
    ProjectKey,
    PromptState,
    Sprint,
    Topic,
)
from worker.domain.pages.page_type import Material, PageLink
from worker.domain.policy import Policy, ProjectRules

SITE = "https://studio.atlassian.net"
ANA = AccountId("5b10a2844c20165700ede21g")
POLICY = Policy(home_space="ENG", project_rules={"SAFE": ProjectRules(space="SAFE", private=True)})
EMPTY = Material(SITE, POLICY)


def day(month: int, number: int) -> datetime:
    """Noon of a day of 2026."""
    return datetime(2026, month, number, 12, tzinfo=UTC)


def learning(key: str, summary: str, at: datetime, answers: Answers) -> Learning:
    """What was learned on the story `key`."""
    project, _, number = key.partition("-")
    return Learning(
        id=int(number),
        issue_id=IssueId(f"10{number}"),
        issue_key=IssueKey(key),
        project_key=ProjectKey(project),
        summary=summary,
        type_name="Story",
        answers=answers,
        learned_at=at,
        revision=1,
    )


PLANS = learning(
    "FLEX-7",
    "Try monthly plans",
    day(11, 12),
    Answers(
        learned="Resellers bill yearly.\nA monthly plan is <no use> to them & costs us support.\n\nAsk them first.",
        surprised="Nobody had asked a reseller — not once in five years.",
        differently="Show a price to two resellers before we build it.",
        lives_at="https://studio.atlassian.net/wiki/spaces/ENG/pages/88/Pricing?draft=no&part=2",
        topics=(Topic("pricing"), Topic("resellers")),
        changed_course=True,
        thank_by_name=True,
        given_by=ANA,
    ),
)
CACHE = learning(
    "FLEX-5",
    'Cache the "price list"',
    day(11, 9),
    Answers(
        learned="A cache without an end is a second database. 🙂",
        surprised="It held prices of 2024.",
        topics=(Topic("caching"),),
    ),
)
EXPORT = learning(
    "FLEX-4",
    "Export as a table",
    day(10, 30),
    Answers(learned="People paste it into a mail.", differently="Send a mail.", topics=(Topic("pricing"),)),
)
YEARLY = learning(
    "FLEX-3",
    "Jahrespreise zuerst zeigen",
    day(10, 16),
    Answers(learned="Größere Zahlen schrecken nicht ab.", topics=(Topic("pricing"),)),
)
ROUNDING = learning(
    "FLEX-2", "Round to cents", day(10, 2), Answers(learned="Round once, at the end.", topics=(Topic("pricing"),))
)
SPELLING = learning("FLEX-6", "Correct the imprint", day(11, 10), Answers(learned="Legal answers within a day."))
KEYS = learning(
    "SAFE-3",
    "Rotate the keys",
    day(11, 11),
    Answers(learned="Two hands are needed.", topics=(Topic("pricing"),)),
)


def experiment(one: Learning, hypothesis: str, begun: datetime, **told: Any) -> Experiment:
    """An experiment on the issue of a learning."""
    named = (one.issue_id, one.issue_key, one.project_key, one.summary, one.type_name)
    return Experiment(*named, hypothesis, begun, **told)


# One of each outcome, one that runs to its review, one that was only begun.
TRIALS = (
    experiment(
        PLANS,
        "If we show monthly plans & yearly ones, more resellers start a <trial>.",
        day(10, 5),
        guardrail="Support gets more than five calls a day.",
        success="Ten trials in two weeks.",
        review_on=date(2026, 11, 6),
        outcome=Outcome.REFUTED,
        course=Course.CHANGE,
        concluded_at=day(11, 12),
    ),
    experiment(
        CACHE,
        "A cache halves the time to the first price.",
        day(10, 26),
        success="The median is below 200 ms.",
        outcome=Outcome.SUPPORTED,
        course=Course.KEEP,
        concluded_at=day(11, 9),
    ),
    experiment(
        learning("FLEX-8", "Ask by mail", day(11, 1), Answers()),
        "A mail is read before noon.",
        day(10, 19),
        guardrail="Anyone asks us to stop.",
        outcome=Outcome.INCONCLUSIVE,
        course=Course.STOP,
        concluded_at=day(11, 2),
    ),
    experiment(learning("FLEX-9", "Shorter form", day(11, 1), Answers()), "Three fields are enough.", day(11, 9)),
    experiment(
        learning("FLEX-10", "Show the year first", day(11, 1), Answers()),
        "The year first makes the month look small.",
        day(11, 10),
        guardrail="Trials fall by a tenth.",
        success="Half of the trials are yearly.",
        review_on=date(2026, 12, 1),
    ),
)
FLEX = (PLANS, SPELLING, CACHE, EXPORT, YEARLY, ROUNDING)
PRICING = (PLANS, EXPORT, YEARLY, ROUNDING)


def link(key: str, title: str, number: int, space: str = "ENG") -> PageLink:
    """A page that exists."""
    return PageLink(PageKey(key), title, f"{SITE}/wiki/spaces/{space}/pages/{number}", space)


def action(one: Learning, words: str, number: int, state: ActionState, **told: Any) -> Action:
    """An action FLEX-<number> that came of a learning."""
    return Action(
        one.issue_id, one.issue_key, one.project_key, words, state, one.learned_at, due_on=date(2026, 11, 26),
        work_id=IssueId(f"10{number}"), work_key=IssueKey(f"FLEX-{number}"), **told,
    )  # fmt: skip


EARLIER = learning("FLEX-1", "Count the calls", day(9, 14), Answers(learned="Nobody counts them."))
# One of each state, the oldest first.
ACTIONS = (
    action(EARLIER, "Count support calls <daily> & say so.", 31, ActionState.OPEN, status="In Progress"),
    action(YEARLY, "Show the year first.", 32, ActionState.DROPPED, settled_at=day(11, 3), status="Done"),
    action(EXPORT, "Send a mail.", 33, ActionState.DONE, settled_at=day(11, 9), status="Done"),
    replace(
        action(SPELLING, "Ask legal on day one.", 34, ActionState.WISHED), work_id=None, work_key=None, due_on=None
    ),
)
SPRINTS = tuple(
    Sprint(number, 1, f"Sprint {number - 9}", "", "closed", start, end, end)
    for number, start, end in ((10, day(10, 5), day(10, 16)), (11, day(10, 19), day(10, 30)))
)
CHECKLIST = learning(
    "FLEX-11",
    "Move the price list",
    day(10, 12),
    Answers(
        learned="A list in two places is two lists.",
        differently="Keep one list.",
        lives_at="https://studio.atlassian.net/wiki/spaces/ENG/pages/90/Prices",
    ),
)
PLACES = {
    one.issue_id: Place(one.issue_id, one.answers.lives_at, state, day(11, 20), since)
    for one, state, since in (
        (PLANS, PlaceState.EXISTS, day(11, 12)),
        (CHECKLIST, PlaceState.MISSING, day(11, 18)),
    )
}


def closes_of_autumn() -> list[Close]:
    """Two closes a working day of three sprints, of each kind of end; a bug in each sprint, twice of one component."""
    told = PromptState.ANSWERED
    ends = (
        told,
        PromptState.NOTHING_NEW,
        told,
        told,
        PromptState.EXPIRED,
        told,
        PromptState.WITHDRAWN,
        None,
        PromptState.OPEN,
    )
    closed = []
    for number in range(30):
        at, end = day(10, 5) + timedelta(days=1.3 * number), ends[number % len(ends)]
        bug = number in (4, 14, 27)
        closed.append(
            Close(
                IssueId(f"20{number}"),
                "Bug" if bug else "Story",
                ("billing",) if bug else (),
                at,
                asked=end is not None,
                reason="" if end else "resolution skipped",
                state=end,
                settled_at=at + timedelta(hours=number * number / 9),
                changed_course=number == 5,
                duplicate=number == 27,
            )
        )
    return closed


def loop_of_autumn() -> Loop:
    """What FLEX's measures are taken from."""
    third = Sprint(12, 1, "Sprint 3", "", "closed", day(11, 2), day(11, 13), day(11, 13))
    facts = Loop(
        tuple(closes_of_autumn()), TRIALS, (*ACTIONS, replace(ACTIONS[2], issue_id=PLANS.issue_id)),
        tuple(PLACES.values()), (*SPRINTS, third), 7,
    )  # fmt: skip
    return put_in_order(facts, ("Bug",))


LINKS: dict[str, PageLink] = {
    one.key: one
    for one in (
        link("topic:pricing", "Learnings: pricing", 101),
        link("topic:caching", "Learnings: caching", 102),
        link("log:FLEX", "Learning log: FLEX", 103),
        link("log:FLEX@2026-09", "Learning log: FLEX (2026-09)", 104),
        link("topic:pricing@2026-09", "Learnings: pricing (2026-09)", 105),
        link("retro:11", "Retro: FLEX Sprint 2 (2026-10-30)", 106),
        link("retro:12", "Retro: FLEX Sprint 3 (2026-11-13)", 107),
    )
}
SPRINT = Sprint(
    id=12,
    board_id=1,
    name="Sprint 3",
    goal="Sell monthly plans & keep them simple",
    state="closed",
    started_at=day(11, 2),
    ended_at=day(11, 13),
    completed_at=day(11, 13),
)
COUNTS = {
    "answered": 5,
    "nothing_new": 2,
    "open": 1,
    "expired": 1,
    "withdrawn": 1,
    "skipped: sub-task": 4,
    "skipped: resolution skipped": 6,
    "skipped: nobody to ask": 4,
}
FULL = replace(EMPTY, learnings=FLEX, links=LINKS)
OVERVIEW = replace(
    FULL,
    topics=(
        (Topic("pricing"), 4, PLANS.learned_at),
        (Topic("caching"), 1, CACHE.learned_at),
        (Topic("resellers"), 1, PLANS.learned_at),
    ),
    projects=(("FLEX", 6), ("SAFE", 1)),
)
SPRINT_END = replace(
    FULL, learnings=(PLANS, SPELLING, CACHE, EXPORT), sprint=SPRINT, project_key="FLEX", counts=COUNTS, hidden=1
)

# Each kept page: its key and what it is made from. A file is named after its type, and after what is special about it.
KEPT: dict[str, tuple[str, Material]] = {
    "home": ("home", OVERVIEW),
    "home__empty": ("home", EMPTY),
    "topic": ("topic:pricing", replace(FULL, learnings=PRICING, volumes=("topic:pricing@2026-09",))),
    "topic__empty": ("topic:pricing", EMPTY),
    "topic__volume": ("topic:pricing@2026-10", replace(FULL, learnings=(EXPORT, YEARLY, ROUNDING))),
    "log": ("log:FLEX", replace(FULL, volumes=("log:FLEX@2026-09", "log:FLEX@2026-08"))),
    "log__empty": ("log:FLEX", EMPTY),
    "log__private": ("log:SAFE", replace(FULL, learnings=(KEYS,))),
    "experiments": ("experiments:FLEX", replace(FULL, learnings=(PLANS, CACHE), experiments=TRIALS)),
    "experiments__empty": ("experiments:FLEX", EMPTY),
    "ways": (
        "ways:FLEX",
        replace(FULL, learnings=(PLANS, EXPORT, CHECKLIST), actions=ACTIONS, places=PLACES),
    ),
    "ways__empty": ("ways:FLEX", EMPTY),
    "measures": ("measures:FLEX", replace(EMPTY, loop=loop_of_autumn())),
    "measures__empty": ("measures:FLEX", EMPTY),
    "retro": ("retro:12", SPRINT_END),
    "retro__empty": ("retro:12", replace(EMPTY, sprint=replace(SPRINT, goal=""), project_key="FLEX")),
}
