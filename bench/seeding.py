"""Learnings of earlier years, written straight into the tables: as many as a tenant may ever have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from worker.domain.model import Answers, TenantId, Topic
from worker.store.database import Database
from worker.store.schema import answers, closes, learning_counts, learning_topics, learnings, prompts

HOT_TOPIC = "pricing"
PROJECTS, TOPICS, MONTHS = 10, 100, 60
_CHUNK = 5_000
_A_MONTH_AT_LEAST = 60


def seed(db: Database, tenant_id: TenantId, project: str, count: int, now: datetime) -> None:
    """Add `count` learnings in months before this one, a tenth of them in `project` under the hot topic.

    The others are spread over ten projects and a hundred topics. Each has its prompt, close and revision.
    """
    counted: Counter[tuple[str, str, str]] = Counter()
    newest: dict[tuple[str, str, str], datetime] = {}
    with db.begin() as tx:
        first = int(tx.execute(select(func.coalesce(func.max(learnings.c.id), 0))).scalar_one()) + 1
        answer = int(tx.execute(select(func.coalesce(func.max(answers.c.id), 0))).scalar_one()) + 1
    moments = list(_moments(count, now))
    for start in range(0, count, _CHUNK):
        rows = [
            _learning(number, first, project, moments[number]) for number in range(start, min(start + _CHUNK, count))
        ]
        with db.begin() as tx:
            _write(tx, tenant_id, rows, answer - first)
        for row in rows:
            for topic in ("", *row["topics"]):
                cell = (topic, row["project_key"], f"{row['learned_at']:%Y-%m}")
                counted[cell] += 1
                newest[cell] = max(newest.get(cell, row["learned_at"]), row["learned_at"])
    _count(db, tenant_id, counted, newest)
    _follow(db)


def _moments(count: int, now: datetime) -> Iterator[datetime]:
    """When each was learned: in as many whole months as leave the project's share of each a fair size."""
    months = max(1, min(MONTHS, count // PROJECTS // _A_MONTH_AT_LEAST))
    for number in range(count):
        back = 1 + (number // PROJECTS) % months
        year, month = divmod(now.year * 12 + now.month - 1 - back, 12)
        yield datetime(year, month + 1, 1, 12, tzinfo=UTC) + timedelta(minutes=number % 30_000)


def _learning(number: int, first: int, project: str, at: datetime) -> dict[str, Any]:
    mine = number % PROJECTS == 0
    topics = (HOT_TOPIC,) if mine else (f"t{number % TOPICS}", f"t{number * 7 % TOPICS}")
    return {
        "id": first + number,
        "project_key": project if mine else f"P{number % PROJECTS}",
        "topics": tuple(dict.fromkeys(topics)),
        "learned_at": at,
    }


def _write(tx: Connection, tenant_id: TenantId, rows: list[dict[str, Any]], answer_offset: int) -> None:
    """A chunk of learnings with everything that hangs on them."""
    written: dict[Table, list[dict[str, Any]]] = {
        table: [] for table in (learnings, learning_topics, answers, prompts, closes)
    }
    for row in rows:
        number, at, project = row["id"], row["learned_at"], row["project_key"]
        given = Answers(f"Number {number}: small batches show problems early.", topics=tuple(map(Topic, row["topics"])))
        content = asdict(given)
        issue = {"tenant_id": tenant_id, "issue_id": f"s{number}"}
        named = issue | {"issue_key": f"{project}-{number + 100_000}", "project_key": project}
        facts = named | {"summary": "An earlier story", "type_name": "Story"}
        written[learnings].append(
            facts | {"id": number, "content": content, "learned_at": at, "revision": 1, "visible": True}
        )
        written[answers].append(
            issue | {"id": number + answer_offset, "revision": 1, "given_at": at, "road": "form", "content": content}
        )
        written[closes].append(named | {"closed_at": at, "asked": True, "reason": ""})
        written[prompts].append(
            facts
            | {"hints": [], "restricted": False, "asked": "somebody", "state": "answered", "closed_at": at}
            | {"asked_at": at, "reminders": 0, "comment_id": str(number), "shown": "", "settled_at": at}
        )
        written[learning_topics] += [
            {"tenant_id": tenant_id, "topic": topic, "learning_id": number, "learned_at": at} for topic in row["topics"]
        ]
    for table, values in written.items():
        tx.execute(insert(table), values)


def _count(
    db: Database,
    tenant_id: TenantId,
    counted: Counter[tuple[str, str, str]],
    newest: dict[tuple[str, str, str], datetime],
) -> None:
    rows = [
        {"tenant_id": tenant_id, "topic": topic, "project_key": project, "month": month, "learnings": count}
        | {"newest": newest[topic, project, month]}
        for (topic, project, month), count in counted.items()
    ]
    with db.begin() as tx:
        tx.execute(insert(learning_counts), rows)


def _follow(db: Database) -> None:
    """Have PostgreSQL's sequences go on after the ids that were given."""
    if db.shared:
        with db.begin() as tx:
            for table in (learnings, answers):
                highest = select(func.max(table.c.id)).scalar_subquery()
                tx.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))
