"""What the kept pages are made from: one autumn of one team, the same on every day and every machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from worker.domain.model import AccountId, Answers, IssueId, IssueKey, Learning, PageKey, ProjectKey, Sprint, Topic
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
FLEX = (PLANS, SPELLING, CACHE, EXPORT, YEARLY, ROUNDING)
PRICING = (PLANS, EXPORT, YEARLY, ROUNDING)


def link(key: str, title: str, number: int, space: str = "ENG") -> PageLink:
    """A page that exists."""
    return PageLink(PageKey(key), title, f"{SITE}/wiki/spaces/{space}/pages/{number}", space)


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
    "retro": ("retro:12", SPRINT_END),
    "retro__empty": ("retro:12", replace(EMPTY, sprint=replace(SPRINT, goal=""), project_key="FLEX")),
}
