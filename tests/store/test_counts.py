"""The counts of learnings are what counting would give, whatever happens to the learnings."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from tests.alone import MONDAY
from worker.domain.model import Answers, IssueId, IssueKey, ProjectKey, TenantId, Topic
from worker.store import counts, learnings
from worker.store.database import Database
from worker.store.facts import IssueFacts
from worker.store.schema import learning_counts, learning_topics
from worker.store.schema import learnings as rows

TEAM = "(team only)"
TOPICS = [Topic(name) for name in ("caching", "pricing", "locks")]


def counted(db: Database, tenant: TenantId) -> dict[tuple[str, str, str], tuple[int, object]]:
    """What is kept."""
    with db.read() as tx:
        found = tx.execute(select(learning_counts).where(learning_counts.c.tenant_id == tenant)).mappings().all()
    return {(one["topic"], one["project_key"], one["month"]): (one["learnings"], one["newest"]) for one in found}


def recounted(db: Database, tenant: TenantId) -> dict[tuple[str, str, str], tuple[int, object]]:
    """What counting gives."""
    with db.read() as tx:
        visible = select(rows).where(rows.c.tenant_id == tenant, rows.c.visible)
        tags = select(learning_topics.c.learning_id, learning_topics.c.topic)
        known = {row["id"]: row for row in tx.execute(visible).mappings()}
        places = [(row_id, "") for row_id in known] + [tuple(row) for row in tx.execute(tags) if row[0] in known]
        of_teams = select(rows).where(rows.c.tenant_id == tenant, rows.c.team_visible)
        kept = {row["id"]: row for row in tx.execute(of_teams).mappings()}
    places += [(row_id, TEAM) for row_id in kept]
    known |= kept
    found: dict[tuple[str, str, str], list[object]] = {}
    for row_id, topic in places:
        row = known[row_id]
        place = (str(topic), row["project_key"], f"{row['learned_at']:%Y-%m}")
        found.setdefault(place, []).append(row["learned_at"])
    return {place: (len(moments), max(moments)) for place, moments in found.items()}  # type: ignore[type-var]


def change(db: Database, tenant: TenantId, dice: random.Random) -> None:
    """One thing that happens to one learning."""
    number = dice.randrange(12)
    project = dice.choice(["FLEX", "OPS"])
    issue = IssueId(str(number))
    facts = IssueFacts(issue, IssueKey(f"{project}-{number}"), ProjectKey(project), "Something", "Story")
    team_only = dice.random() < 0.3
    given = Answers(learned="Ask.", topics=tuple(dice.sample(TOPICS, dice.randrange(3))), team_only=team_only)
    with db.begin() as tx:
        match dice.randrange(5):
            case 0 | 1:
                moment = MONDAY + timedelta(days=dice.randrange(70))
                revision = learnings.add_revision(tx, tenant, issue, given, moment)
                learnings.keep(tx, tenant, facts, given, revision, moment)
            case 2:
                learnings.drop(tx, tenant, issue)
            case 3:
                learnings.set_visible(tx, tenant, [issue, IssueId(str(number + 1))], dice.random() < 0.5)
            case _:
                learnings.rename(tx, tenant, facts)


@pytest.mark.parametrize("seed", range(6))
def test_the_counts_are_what_counting_gives_after_anything(db: Database, tenant: TenantId, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(120):
        change(db, tenant, dice)
        assert counted(db, tenant) == recounted(db, tenant)


def test_another_tenants_learnings_are_not_counted(db: Database, tenant: TenantId, other: TenantId) -> None:
    for seed in range(30):
        change(db, tenant, random.Random(seed))
    assert counted(db, other) == {}
    with db.read() as tx:
        assert counts.topics(tx, other) == []
        assert tx.execute(select(func.count()).select_from(learning_counts)).scalar_one() > 0


def test_counting_anew_finds_what_was_never_counted(db: Database, tenant: TenantId) -> None:
    dice = random.Random(7)
    for _ in range(40):
        change(db, tenant, dice)
    with db.begin() as tx:
        tx.execute(delete(learning_counts))
        counts.recount(tx, tenant)
    assert counted(db, tenant) == recounted(db, tenant) != {}


def test_what_is_kept_within_a_team_is_counted_for_it_alone(db: Database, tenant: TenantId) -> None:
    facts = IssueFacts(IssueId("1"), IssueKey("FLEX-1"), ProjectKey("FLEX"), "Something", "Story")
    given = Answers(learned="Ask.", topics=(TOPICS[0],), team_only=True)
    flex = learnings.Selection(project=ProjectKey("FLEX"))
    team = replace(flex, team_of=ProjectKey("FLEX"))
    with db.begin() as tx:
        learnings.keep(tx, tenant, facts, given, 1, MONDAY)
        assert (counts.topics(tx, tenant), counts.projects(tx, tenant)) == ([], [])
        assert (learnings.months(tx, tenant, flex), learnings.months(tx, tenant, team)) == ([], [("2026-11", 1)])
        assert learnings.select_visible(tx, tenant, flex) == []
        (found,) = learnings.select_visible(tx, tenant, team)
        assert (found.visible, found.answers.team_only) == (True, True)
        assert learnings.select_visible(tx, tenant, replace(flex, team_of=ProjectKey("OPS"))) == []
        assert (learnings.hidden(tx, tenant), learnings.to_check(tx, tenant, 9)) == (0, [(facts.id, True)])
        assert learnings.kept_within(tx, tenant, [facts.id, IssueId("2")]) == {facts.id}

        assert learnings.set_visible(tx, tenant, [facts.id], visible=False) == 1
        assert learnings.select_visible(tx, tenant, team) == []
        learnings.keep(tx, tenant, facts, replace(given, team_only=False), 2, MONDAY)
        assert learnings.select_visible(tx, tenant, flex) == []  # the issue is restricted still
        assert learnings.set_visible(tx, tenant, [facts.id], visible=True) == 1
        assert len(learnings.select_visible(tx, tenant, flex)) == 1
