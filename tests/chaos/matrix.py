"""The fault matrix at work: let a call fail, see what becomes of it, and see that all is well in the end."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import requests
import responses

from tests.alone import StillClock
from tests.chaos.fleet import until
from tests.chaos.journeys import JOURNEYS
from tests.chaos.outcomes import FAULTS, TABLE, USUAL, Fault, Row
from tests.gateways.data_center_rows import EVERY_ROW
from tests.gateways.desk import Desk, new_tenant
from tests.world import World, make_world
from worker.domain import retrying
from worker.domain.model import JobKind, PageState
from worker.emulator.faults import HTML_PAGE
from worker.errors import SiteError, Unauthorized
from worker.gateways.calls import Call
from worker.jobs import handlers
from worker.store import pages, tenants
from worker.store.database import Database

_NOTHING_LEFT = "AMD"  # letters of outcomes after which nothing is left to do


def named(row: Row) -> str:
    return f"{row.call.product} {row.call.name}"


def tried(row: Row) -> dict[str, str]:
    """The cells of a row that are tried in jobs, by their heads: those where the row is unlike the others, and a third
    of those where it is not, so that each fault meets a third of the calls. `EVERY_CELL` tries all.
    """
    cells = enumerate(zip(FAULTS, row.cells, USUAL, strict=True))
    every, place = bool(os.environ.get("EVERY_CELL")), TABLE.index(row)
    return {
        fault.head: letter
        for number, (fault, letter, usual) in cells
        if every or letter != usual or number % 3 == place % 3
    }


def in_jobs(row: Row, folder: Path) -> dict[str, str]:
    """The letters of the cells that are tried, each found in its journey on one world. In the end all must be well."""
    stated = tried(row)
    with make_world(folder) as world:
        world.answer(world.closed("Before"), "Before all faults.", topics="pricing")
        met = [fault for fault in FAULTS if fault.head in stated]
        return {fault.head: outcome(world, row, fault, stated[fault.head]) for fault in met}


def at_the_gateway(row: Row, store: Database) -> str:
    """The letters of a row, each found by one call of the gateway."""
    return "".join(_at_the_gateway(row, fault, letter, store) for fault, letter in zip(FAULTS, row.cells, strict=True))


# --- in a job ---


def outcome(world: World, row: Row, fault: Fault, stated: str) -> str:
    """Let the call fail so in its journey; the letter of what became of it. In the end all must be well."""
    tries: dict[int, int] = {}
    met = asked(world, row)

    def arm() -> None:
        tries.update({job.id: job.tries for job in world.jobs()})
        world.site.fault(
            row.call.method,
            pattern(row.call),
            kind=fault.kind,
            status=fault.status,
            headers=fault.headers,
            body=fault.body,
            seconds=fault.seconds,
        )

    with hasty(world, row, fault):
        truth = JOURNEYS[row.journey](world, arm)
        assert not world.site.faults.waiting, f"nobody was asked to {row.call.about}"
    letter = _letter(world, tries, stated)
    assert letter != "A" or asked(world, row) > met + 1
    recover(world)
    assert truth(), f"{named(row)} after {fault.head}"
    assert world.jobs() == []
    return letter


@contextmanager
def hasty(world: World, row: Row, fault: Fault) -> Iterator[None]:
    """In this block nobody waits for what the site is slow with; at its end the site has done it all the same.

    Only there: a machine that is busy must not look like a site that is slow.
    """
    if fault.kind != "slow":
        yield
        return
    met, usual = asked(world, row), world.handlers
    settings = replace(world.deployment.settings, site_timeout=1.0)
    world.handlers = handlers(replace(world.deployment, settings=settings))
    yield
    world.handlers = usual
    threading.Event().wait(0.3)  # the same call of another job may have been answered meanwhile
    until(lambda: asked(world, row) > met, "the site has done what we no longer waited for")


def asked(world: World, row: Row) -> int:
    """How often the site has answered this call, whether or not anybody heard it."""
    return sum(is_of(row.call, one.method, one.path) for one in world.site.requests)


def _letter(world: World, tries: Mapping[int, int], stated: str) -> str:
    jobs = world.jobs()
    if world.tenant.stopped:
        return "S"
    if any(job.state == "dead" for job in jobs):
        return "P"
    failed = [job for job in jobs if job.error]
    if any(job.tries > tries.get(job.id, 0) for job in failed):
        return "R"
    if failed:
        return "L"
    return stated if stated in _NOTHING_LEFT else "nothing"


def recover(world: World) -> None:
    """The site is well again, and a person does what the admin page asks for."""
    with world.deployment.db.begin() as tx:
        tenants.stop(tx, world.tenant.id, "")
        for _, page in pages.every(tx, world.tenant.id):
            if page.state is PageState.GONE:
                pages.set_state(tx, world.tenant.id, page.key, PageState.STALE, "")
                world.deployment.queue.put(
                    tx, JobKind.COMPILE, f"{world.tenant.id}/{page.key}", lane=f"page:{page.key}"
                )
    for job in world.jobs("dead"):
        assert world.retry(job.id)
    world.settle()
    for _ in range(4):
        if not world.jobs():
            return
        world.later(timedelta(seconds=40))


def pattern(call: Call) -> str:
    """A regular expression of the addresses of a call."""
    path = re.sub(r"\{api\}", "3", call.path)
    return "^" + re.sub(r"\\\{\w+\\\}", "[^/?]+", re.escape(path)) + r"(\?|$)"


def is_of(call: Call, method: str, path: str) -> bool:
    return method == call.method and re.match(pattern(call), path) is not None


# --- at the gateway ---


def _at_the_gateway(row: Row, fault: Fault, stated: str, store: Database) -> str:
    """Let the call fail so; the letter of what a job would do about it."""
    known = next(one for one in EVERY_ROW if one.call == row.call)
    clock = StillClock()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as site:
        desk = Desk(store, clock, new_tenant(store), site)
        desk.answers(known.answers[:-1])
        _fail(desk, fault)
        desk.answer(json=[])
        try:
            known.do(desk.doors_of(known))
        except SiteError as error:
            if isinstance(error, Unauthorized):
                return "S"
            match retrying.decide(error, 1, clock.now()):
                case retrying.Retry(counts=counts):
                    return "R" if counts else "L"
                case retrying.GiveUp():
                    return "P"
    return stated if stated in _NOTHING_LEFT else "nothing"


def _fail(desk: Desk, fault: Fault) -> None:
    match fault.kind:
        case "slow":
            desk.answer(body=requests.ReadTimeout("slow"))
        case "reset" | "lost_response":
            desk.answer(body=requests.ConnectionError("reset"))
        case "truncated":
            desk.answer(body=requests.exceptions.ChunkedEncodingError("cut off"))
        case "html":
            desk.answer(fault.status, body=HTML_PAGE, content_type="text/html")
        case _:
            desk.answer(fault.status, headers=dict(fault.headers), body=fault.body or "{}")
