"""Jobs as the admin pages list them: in words, and with what they are about by the name people know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from webhooks.admin import job_words
from webhooks.admin.job_words import Around
from worker.domain.model import IssueId
from worker.queue import Job, Place
from worker.store import prompts
from worker.store.tenants import Tenant

_LARGEST = 2**63 - 1


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
    at = at_local(zone_of(tenant), around.now)
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
            return f"It runs now{f', for the {job.tries}. time' if job.tries > 1 else ''}."
    return job_words.why(job, around, at)


def at_local(zone: ZoneInfo, now: datetime) -> Callable[[datetime], str]:
    """Writes a moment as people in `zone` say it: "12:00", or "3 November 12:00" on another day."""

    def at(moment: datetime) -> str:
        there = moment.astimezone(zone)
        same = there.date() == now.astimezone(zone).date()
        return f"{there:%H:%M}" if same else f"{there.day} {there:%B} {there:%H:%M}"

    return at


def zone_of(tenant: Tenant) -> ZoneInfo:
    """The time zone of the people of a site."""
    return ZoneInfo(tenant.policy.time_zone)


def id_in(text: str) -> int | None:
    """The id in a text, or None when it is none."""
    right = text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= _LARGEST
    return int(text) if right else None


def written(place: Place | None) -> str:
    """A place as it stands in an address."""
    return f"{place[0].isoformat()}~{place[1]}" if place else ""


def place_in(text: str) -> Place | None:
    """The place in an address; None, which is the beginning, for anything else."""
    moment, _, number = text.partition("~")
    found = id_in(number)
    try:
        at = datetime.fromisoformat(moment)
        return (at.astimezone(UTC), found) if at.tzinfo and found else None
    except (ValueError, OverflowError):
        return None
