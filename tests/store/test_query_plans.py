"""What runs for every delivery, job, page and tick finds its rows by an index, on both databases.

The statements are those the product sends, caught on their way and explained. The tables hold 10,000 rows of forty
tenants. PostgreSQL has analysed them, as its autovacuum would, so that it scans only where it has nothing better; they
are not vacuumed meanwhile, after which it would read a whole index instead of a table. SQLite plans without statistics,
because nothing here ever gathers any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from tests import postgres
from tests.alone import MONDAY, StillClock, deployed, with_tenant
from tests.keeping.rows import row_of
from worker import gather, schedule, stale, standing
from worker.deployment import Deployment
from worker.domain.model import (
    AccountId,
    Answers,
    DeliveryState,
    Issue,
    IssueId,
    JobKind,
    PageKey,
    ProjectKey,
    PromptState,
    Road,
    Sprint,
    StatusCategory,
    StatusId,
    TenantId,
    Topic,
)
from worker.jobs import upkeep
from worker.jobs.context import Context
from worker.keeping import copying
from worker.queue import Handlers
from worker.store import (
    closes,
    deliveries,
    effects,
    learnings,
    loops,
    pauses,
    prompts,
    sprints,
    tallies,
    tenants,
    ticks,
)
from worker.store.facts import IssueFacts
from worker.store.schema import metadata

TENANTS, ROWS = 40, 10_000
GROWING = {
    "answers", "closes", "deliveries", "effects", "jobs", "learning_counts", "learning_topics", "learnings", "prompts",
    "sprint_issues", "ticks",
}  # fmt: skip
T = TenantId("t7")
FACTS = IssueFacts(IssueId("issue 7"), "P7-7", ProjectKey("P7"), "Try monthly plans", "Story")  # type: ignore[arg-type]
ANSWERS = Answers(learned="Locks wait for locks.", topics=(Topic("topic-7"), Topic("topic-8")), road=Road.FORM)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def parts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A LearnLoop that has been busy for a while."""
    url = postgres.fresh() if request.param == "postgresql" else ""
    made = deployed(Path(tmp_path_factory.mktemp("busy")), StillClock(), url)
    _fill(made)
    yield made
    made.close()
    if url:
        postgres.drop(url)


def _fill(parts: Deployment) -> None:
    for number in range(TENANTS):
        with_tenant(parts, f"t{number}")
    sprint = Sprint(7, 7, "Sprint 7", "", "closed", MONDAY, MONDAY, MONDAY)
    with parts.db.begin() as tx:
        for name in ["learnings", *sorted(GROWING - {"learnings"})]:
            table = metadata.tables[name]
            tx.execute(insert(table), [row_of(table, n) | _told(name, n) for n in range(ROWS)])
        sprints.keep(tx, T, sprint, ProjectKey("P7"))
        if parts.db.shared:
            for table in metadata.sorted_tables:
                copying.set_sequences(tx, table)
                tx.execute(text(f"ALTER TABLE {table.name} SET (autovacuum_enabled = false)"))
            tx.execute(text("ANALYZE"))


def _told(table: str, number: int) -> dict[str, Any]:
    """What of a row cannot be any value: states, keys and moments as a busy LearnLoop has them."""
    tenant, ago = f"t{number % TENANTS}", MONDAY - timedelta(minutes=number)
    project, topic = f"P{number % 400}", f"topic-{number % 2_000}"
    issue = {"tenant_id": tenant, "issue_id": f"issue {number}", "project_key": project}
    tagged = {"tenant_id": tenant, "topic": topic}
    content = {"learned": "Locks wait.", "topics": [topic], "road": "form"}
    waiting = {
        "kind": "show",
        "state": "waiting",
        "run_at": MONDAY + timedelta(days=1, seconds=number),
        "lease_until": None,
    }
    open_or_not = "open" if number % 50 == 7 else "answered"
    told: dict[str, dict[str, Any]] = {
        "answers": {"tenant_id": tenant, "issue_id": f"issue {number}", "revision": 1, "content": content},
        "closes": issue | {"closed_at": ago, "changelog_id": str(number)} | _FOUND,
        "deliveries": {"tenant_id": tenant, "key": f"id:{number}", "received_at": ago, "state": "handled"},
        "effects": {"key": f"{tenant}/comment/{number}", "state": "done"},
        "jobs": waiting | {"holds_lane": False, "lane": f"issue:{tenant}/{number}"},
        "learning_counts": tagged | {"project_key": project, "month": f"m{number}", "learnings": 1},
        "learning_topics": tagged | {"learning_id": number + 1, "learned_at": ago},
        "learnings": issue | {"content": content, "learned_at": ago, "visible": True, "checked_at": ago},
        "prompts": issue | {"state": open_or_not, "asked_at": ago, "closed_at": ago} | _SAID,
        "sprint_issues": {"tenant_id": tenant, "sprint_id": number % 400, "issue_id": f"issue {number}"},
        "ticks": {"key": f"sweep:{tenant}@{ago:%Y-%m-%dT%H:%M:%SZ}", "fired_at": ago},
    }
    return told[table]


_FOUND = {"signals": [], "components": ["billing"], "asked": True}
_SAID = {"hints": [], "facts": [], "occasion": "close"}


@dataclass
class Sent:
    """A statement as it went to the database."""

    statement: str
    values: Any


@contextmanager
def caught(parts: Deployment) -> Iterator[list[Sent]]:
    """Every statement sent meanwhile that reads or writes rows."""
    sent: list[Sent] = []

    def keep(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement) and "pg_advisory" not in statement:
            sent.append(Sent(statement, values[0] if many else values))

    event.listen(parts.db.engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(parts.db.engine, "before_cursor_execute", keep)


def plan(tx: Connection, sent: Sent) -> list[str]:
    """The database's plan for a statement, a line a step."""
    if tx.dialect.name == "sqlite":
        return [str(row[3]) for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sent.statement}", sent.values)]
    return [str(row[0]) for row in tx.exec_driver_sql(f"EXPLAIN {sent.statement}", sent.values)]


def scanned(step: str) -> str | None:
    """The growing table a step of a plan reads from end to end, if it does. Reading a whole index is no better."""
    found = re.match(r"SCAN (\w+)", step) or re.search(r"Seq Scan on (\w+)", step)
    name = found[1] if found else ""
    return re.sub(r"_\d+$", "", name) if re.sub(r"_\d+$", "", name) in GROWING else None


def scans(parts: Deployment, work: Callable[[Deployment], object]) -> tuple[int, list[str]]:
    """How many statements `work` sent, and those that read a growing table from end to end, with their plans."""
    with caught(parts) as sent:
        work(parts)
    with parts.db.begin() as tx:
        plans = [(one.statement, plan(tx, one)) for one in sent]
    return len(plans), [f"{statement}\n{steps}" for statement, steps in plans if any(scanned(step) for step in steps)]


def writing(work: Callable[[Connection, Deployment], object]) -> Callable[[Deployment], object]:
    """The work, in a transaction."""

    def run(parts: Deployment) -> None:
        with parts.db.begin() as tx:
            work(tx, parts)

    return run


def _accepted(tx: Connection, parts: Deployment) -> None:
    tenants.by_path(tx, "path-of-t7")
    new = deliveries.Arrival(T, "id:new", MONDAY, "jira:issue_updated", "P7-7", DeliveryState.QUEUED, body=b"{}")
    (kept,) = deliveries.accept(tx, [new])
    parts.queue.put(tx, JobKind.INTERPRET, str(kept), lane="delivery:t7/P7-7")
    deliveries.get(tx, 77)
    deliveries.conclude(tx, 77, DeliveryState.HANDLED, "")


def _decided(tx: Connection, _parts: Deployment) -> None:
    issue = _issue()
    prompts.knows_close(tx, T, issue.id, MONDAY, "10501")
    prompts.record_close(tx, T, issue, MONDAY, True, "", "10501")
    prompts.of_issue(tx, T, issue.id)
    prompt = prompts.open_one(tx, T, issue, AccountId("ana"), MONDAY, MONDAY)
    closes.usual(tx, T, replace(issue, components=("billing",)), MONDAY)
    closes.look(tx, T, issue.id, MONDAY, ["reopened"], MONDAY)
    prompts.looked_at(tx, prompt.id, ["it was reopened once"], 5)
    prompts.waiting(tx, T, AccountId("ana"))
    prompts.chosen_since(tx, T, AccountId("ana"), MONDAY)
    prompts.choose(tx, prompt.id)
    prompts.not_asked(tx, prompt, "another", MONDAY)
    prompts.shown(tx, prompt.id, "10300", "4f2a9c")
    prompts.reminded(tx, prompt.id, 1)
    prompts.withdraw(tx, prompt.id, MONDAY)
    prompts.rename(tx, T, FACTS)
    learnings.rename(tx, T, FACTS)


def _issue() -> Issue:
    values = {name: getattr(FACTS, name) for name in ("id", "key", "project_key", "summary", "type_name")}
    return Issue(**values, is_subtask=False, status_id=StatusId("3"), status_category=StatusCategory.DONE)


def _answered(tx: Connection, parts: Deployment) -> None:
    learnings.latest(tx, T, FACTS.id)
    revision = learnings.add_revision(tx, T, FACTS.id, ANSWERS, MONDAY)
    learnings.keep(tx, T, FACTS, ANSWERS, revision, MONDAY)
    learnings.history(tx, T, FACTS.id)
    learning = learnings.of_issue(tx, T, FACTS.id)
    assert learning is not None
    stale.mark(tx, parts, T, stale.showing(tx, T, learning))
    stale.hide(tx, parts, T, FACTS.id)
    stale.unhide(tx, parts, T, FACTS.id)
    prompts.settle(tx, 8, PromptState.ANSWERED, MONDAY)


def _called(parts: Deployment) -> None:
    effects.once(parts.db, "t7/comment/new", MONDAY, call=dict, find=dict)
    with parts.db.begin() as tx:
        effects.begun(tx, "t7/comment/7")
        effects.forget(tx, "t7/comment/new")
        pauses.longest(tx, T, ("tenant", "issue:P7-7"), MONDAY)


def _worked(parts: Deployment) -> None:
    """Some jobs: one is done, one fails and waits, one is given up for dead."""

    def fail(_key: str) -> None:
        raise TimeoutError

    def park(_key: str) -> None:
        raise LookupError("never seen before")

    doing: Handlers = {JobKind.RECORD: lambda _key: None, JobKind.LINK: fail, JobKind.RETRO: park}
    with parts.db.begin() as tx:
        for kind in doing:
            parts.queue.put(tx, kind, "t7/7", lane=f"{kind}:t7/7")
    parts.queue.drain(doing)


def _compiled(key: str) -> Callable[[Deployment], object]:
    def run(parts: Deployment) -> None:
        with parts.db.read() as tx:
            tenant = tenants.get(tx, T)
            assert gather.content(tx, tenant, PageKey(key)) is not None
            gather.linking(tx, T, PageKey(key))

    return run


def _ticked(parts: Deployment) -> None:
    assert schedule.fire(parts, JobKind.REMINDERS, T, MONDAY)
    with parts.db.begin() as tx:
        prompts.open_before(tx, T, MONDAY)
        loops.projects(tx, T)
        learnings.checked(tx, T, [issue for issue, _ in learnings.to_check(tx, T, 50)], MONDAY)


def _pruned(parts: Deployment) -> None:
    upkeep.prune(Context.of(parts), f"{T}@2026-11-02T03:20:00Z")
    with parts.db.begin() as tx:
        ticks.prune(tx, MONDAY - timedelta(days=6))


def _looked_at(parts: Deployment) -> None:
    """An admin looks for deliveries in every way, at one of them and its issue, and at jobs."""
    near = {"since": MONDAY - timedelta(days=1), "until": MONDAY}
    ways: list[dict[str, Any]] = [
        {},
        {"state": DeliveryState.IGNORED},
        {"state": DeliveryState.QUEUED},
        {"issue_key": "P7-7"},
        near,
    ]
    ways += [{"reason": "won't"}, {"event": "comment"}, near | {"state": DeliveryState.UNKNOWN, "issue_key": "P7-7"}]
    with parts.db.read() as tx:
        for wanted in ways:
            for place in (None, (MONDAY - timedelta(hours=1), 77)):
                deliveries.look(tx, T, deliveries.Wanted(**wanted), place)
        deliveries.with_bodies(tx, T, [7, 47])
        deliveries.newest(tx, T)
        closes.of_issue(tx, T, FACTS.id)
        closes.issue_named(tx, T, "P7-7", MONDAY)
    for state in ("waiting", "running", "dead"):
        for kind, place in ((None, None), (JobKind.SHOW, (MONDAY, 77))):
            parts.queue.look(T, state, kind=kind, after=place)
    parts.queue.in_lanes(["issue:t7/7", "delivery:t7/P7-7"])
    with parts.db.begin() as tx:
        parts.queue.retry(tx, [7, 47], T)
        parts.queue.drop(tx, [7, 47], T)


def _scraped(parts: Deployment) -> None:
    with parts.db.read() as tx:
        tallies.recent_deliveries(tx, MONDAY - timedelta(minutes=5))
        tallies.prompt_states(tx, MONDAY - timedelta(days=1))
        tallies.waiting(tx, MONDAY)
        tallies.last_tick(tx)
        assert len(tallies.pulses(tx)) == TENANTS


def _stood(parts: Deployment) -> None:
    with parts.db.read() as tx:
        standing.concerns(tx, tenants.get(tx, T), MONDAY)


OCCASIONS: dict[str, Callable[[Deployment], object]] = {
    "numbers are read for monitoring": _scraped,
    "a site's status is shown": _stood,
    "a delivery is taken": writing(_accepted),
    "a close is decided about": writing(_decided),
    "an answer is kept": writing(_answered),
    "a call is made once": _called,
    "jobs are claimed and settled": _worked,
    "a log is compiled": _compiled("log:P7"),
    "a topic is compiled": _compiled("topic:topic-7"),
    "a retro is compiled": _compiled("retro:7"),
    "home is compiled": _compiled("home"),
    "a project's measures are compiled": _compiled("measures:P7"),
    "a tick is fired": _ticked,
    "rows are pruned": _pruned,
    "an admin looks": _looked_at,
}


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_no_growing_table_is_read_from_end_to_end(parts: Deployment, occasion: str) -> None:
    statements, found = scans(parts, OCCASIONS[occasion])
    assert statements > 0
    assert found == []


@pytest.mark.parametrize("table", sorted(GROWING))
def test_the_proof_would_see_a_scan(parts: Deployment, table: str) -> None:
    _, found = scans(parts, writing(lambda tx, _parts: tx.execute(text(f"SELECT count(*) FROM {table}")).all()))  # noqa: S608
    assert len(found) == 1
