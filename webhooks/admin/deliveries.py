"""What a site sent, delivery by delivery: what came of each and why, and looking at some again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from webhooks.access import Access, for_
from webhooks.admin import delivery_story, frame, guard
from webhooks.admin.addresses import id_in, place_in, written
from webhooks.admin.job_rows import rows_of
from webhooks.admin.job_words import Around, what_went_wrong
from webhooks.current import deployment
from worker import replaying
from worker.domain.model import DeliveryState, JobKind
from worker.errors import NotFoundHere
from worker.store import audit, deliveries
from worker.store.audit import Entry
from worker.store.deliveries import Delivery, Wanted
from worker.store.tenants import Tenant

blueprint = Blueprint("admin_deliveries", __name__, url_prefix="/admin/<tenant_id>")

MOST = 100  # looked at again at once
_LONGEST = 200  # characters of what is looked for
# What the states mean to people, as the list and its filter say it.
STATES = {
    DeliveryState.QUEUED: "waiting",
    DeliveryState.HANDLED: "something followed",
    DeliveryState.IGNORED: "nothing followed",
    DeliveryState.UNKNOWN: "not understood",
}


@dataclass(frozen=True)
class Row:
    """A delivery in the list. `whole` ones can be looked at again; `reason` may be its dead job's."""

    delivery: Delivery
    words: str
    reason: str
    whole: bool
    failed: bool = False


@blueprint.get("/deliveries")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """The deliveries that were asked for, newest first."""
    return _list()


@blueprint.get("/deliveries/<delivery_id>")
@for_(Access.READER)
def show_one(delivery_id: str, **_: str) -> ResponseReturnValue:
    """One delivery: what it said, what it meant, and what followed."""
    parts, tenant, now = deployment(), guard.tenant(), deployment().clock.now()
    with parts.db.read() as tx:
        found = _found(tx, tenant, delivery_id)
        story = delivery_story.of(tx, parts, tenant, found)
        jobs = rows_of(tx, tenant, story.jobs, Around(now, tenant.stopped))
    values: dict[str, Any] = {"one": found, "words": STATES[found.state], "story": story, "jobs": jobs}
    return frame.page("delivery.html", **values)


@blueprint.post("/deliveries/replay")
@for_(Access.OWNER)
def replay(**_: str) -> ResponseReturnValue:
    """Look again at those that were ticked, or at all that were shown."""
    parts, tenant, now = deployment(), guard.tenant(), deployment().clock.now()
    named = request.form.get("shown", "").split(",") if "all" in request.form else request.form.getlist("delivery")
    wanted = sorted({found for found in map(id_in, named) if found})
    if not wanted:
        return _list("Nothing was ticked, so nothing was looked at again. Tick some deliveries first.", 422)
    if len(wanted) > MOST:
        return _list(f"These are {len(wanted)}. At most {MOST} are looked at again at once; nothing was changed.", 422)
    with parts.db.begin() as tx:
        done = replaying.replay_some(tx, parts, tenant.id, wanted)
        if done:
            ids = ", ".join(str(one) for one in done)
            what = f"had {_many(len(done))} looked at again"
            audit.note(tx, Entry(now, guard.account().email, what, after=ids, tenant_id=tenant.id))
    query: dict[str, Any] = _filter() | {"done": _said(wanted, done)}
    return redirect(url_for("admin_deliveries.show", tenant_id=tenant.id, **query), 303)


def _list(problem: str = "", status: int = 200) -> ResponseReturnValue:
    """The list, with what is wrong with what was asked for."""
    parts, tenant = deployment(), guard.tenant()
    given, before = _filter(), place_in(request.args.get("before", ""))
    wanted, problems = _wanted(tenant, given)
    ticked = set(request.form.getlist("delivery"))
    with parts.db.read() as tx:
        look = deliveries.look(tx, tenant.id, wanted, before)
        rows = _rows(tx, tenant, look.found)
    shown = ",".join(str(row.delivery.id) for row in rows if row.whole)
    values = {"rows": rows, "given": given, "problems": problems, "problem": problem, "ticked": ticked, "shown": shown}
    older = {"before": written(look.before), "looked_to": look.before[0] if look.before else None}
    return frame.page(
        "deliveries.html", 422 if problems else status, states=STATES, further=bool(before), **values, **older
    )


def _filter() -> dict[str, str]:
    """What is looked for, as it was typed."""
    names = ("state", "event", "issue", "reason", "day")
    given = {name: " ".join(request.args.get(name, "").replace("\0", "").split())[:_LONGEST] for name in names}
    return {name: text for name, text in given.items() if text}


def _wanted(tenant: Tenant, given: dict[str, str]) -> tuple[Wanted, dict[str, str]]:
    """What to look for, and a sentence for each field that cannot be; such a field is left out."""
    problems, state, since, until = {}, None, None, None
    if (name := given.get("state")) in [one.value for one in STATES]:
        state = DeliveryState(name)
    elif name:
        problems["state"] = "There is no such state; all are shown."
    if day := given.get("day"):
        try:
            since, until = _day(tenant, date.fromisoformat(day))
        except (ValueError, OverflowError):
            problems["day"] = "This is not a day; write it as 2026-11-02. All days are shown."
    issue = given.get("issue", "")
    key = issue if " " in issue else issue.upper()
    return Wanted(state, key, given.get("event", ""), given.get("reason", ""), since, until), problems


def _day(tenant: Tenant, day: date) -> tuple[datetime, datetime]:
    """A day as it is where the site's people are."""
    zone = ZoneInfo(tenant.policy.time_zone)
    starts = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    begin, end = (one.astimezone(UTC) for one in starts)
    return begin, end


def _rows(tx: Connection, tenant: Tenant, found: Sequence[Delivery]) -> list[Row]:
    """The deliveries in words. One whose job is dead still waits, but for a person."""
    whole = {one.id for one in deliveries.with_bodies(tx, tenant.id, [one.id for one in found])}
    queued = [one for one in found if one.state is DeliveryState.QUEUED]
    lanes = sorted({deliveries.lane(tenant.id, one.issue_key) for one in queued})
    jobs = deployment().queue.in_lanes(lanes) if lanes else []
    dead = {job.key: what_went_wrong(job) for job in jobs if job.kind is JobKind.INTERPRET and job.state == "dead"}
    return [_row(one, one.id in whole, dead.get(str(one.id), "")) for one in found]


def _row(one: Delivery, whole: bool, error: str) -> Row:
    if one.state is DeliveryState.QUEUED and error:
        return Row(one, "could not be looked at", error, whole, failed=True)
    return Row(one, STATES[one.state], one.reason, whole)


def _found(tx: Connection, tenant: Tenant, text: str) -> Delivery:
    number = id_in(text)
    try:
        found = deliveries.get(tx, number) if number else None
    except NotFoundHere:
        found = None
    if found is None or found.tenant_id != tenant.id:
        abort(404, f"There is no such delivery; it was deleted after a week, or it was never here. Number: {text[:20]}")
    return found


def _said(wanted: Sequence[int], done: Sequence[int]) -> str:
    """What the owner is told of a replay."""
    without = len(wanted) - len(done)
    are = "is" if len(done) == 1 else "are"
    said = f"{_many(len(done)).capitalize()} {are} looked at again; reload to see what comes of it."
    left = "" if not without else f" Of {_many(without)} nothing more is kept, so nothing can be looked at."
    return (said if done else "Nothing was looked at again.") + left


def _many(number: int) -> str:
    return "one delivery" if number == 1 else f"{number} deliveries"
