"""Jobs as the admin pages list them: in words, and with what they are about by the name people know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from webhooks.admin import job_words
from webhooks.admin.addresses import id_in
from webhooks.admin.job_words import Around
from worker.domain import spans
from worker.domain.model import IssueId
from worker.queue import Job
from worker.store import prompts
from worker.store.tenants import Tenant


@dataclass(frozen=True)
class Row:
    """A job in words. `issue_key` and `delivery` lead to where one can read on, where there is one."""

    job: Job
    does: str
    why: str
    issue_key: str = ""
    delivery: str = ""


def rows_of(tx: Connection, tenant: Tenant, found: Iterable[Job], around: Around) -> list[Row]:
    """The jobs in words; reads our own rows only."""
    at = partial(spans.said, zone=ZoneInfo(tenant.policy.time_zone), now=around.now)
    known: dict[str, str] = {}
    rows = []
    for job in found:
        word, subject = job_words.about(job)
        if word == "issue" and subject not in known:
            prompt = prompts.of_issue(tx, tenant.id, IssueId(subject))
            known[subject] = prompt.issue_key if prompt else ""
        key = known.get(subject, "") if word == "issue" else ""
        name = key or (f"issue {subject}" if word == "issue" else subject)
        delivery = subject if word == "delivery" and id_in(subject) else ""
        rows.append(Row(job, job_words.does(job, name), _why(job, around, at), key, delivery))
    return rows


def _why(job: Job, around: Around, at: Callable[[datetime], str]) -> str:
    match job.state:
        case "dead":
            return job_words.what_went_wrong(job)
        case "running":
            return "It runs now." if job.tries < 2 else f"It runs now; this is try {job.tries}."
    return job_words.why(job, around, at)
