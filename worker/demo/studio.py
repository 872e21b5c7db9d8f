"""The demo's stage: an emulated site with its people, and a whole LearnLoop beside it, under one clock.

Everything runs in this process and speaks real HTTP over loopback. The clock starts a month ago; the month moves it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from webhooks.app import create_app
from webhooks.serving import ThreadServer, listen
from worker import config, onboarding
from worker.clock import Clock, TravelClock
from worker.demo.stories import PEOPLE, PROJECTS, RUNBOOKS, SPRINTS, STORIES
from worker.deployment import Deployment, assemble
from worker.emulator import Site, serve
from worker.jobs import handlers
from worker.queue import Handlers
from worker.store import tenants
from worker.store.tenants import Tenant

EVENTS = [
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "sprint_started",
    "sprint_closed",
]
SPACE = "ENG"
# The version that customers have, which some bugs were found in.
RELEASED = "2026.10"
FLAG = "Impediment"
_OPENS = timedelta(hours=8)
# While the month plays, pages wait for the schedule of the next morning; for people who try it, for two seconds.
_MONTHS_DEBOUNCE = "86400"
_LIVE_DEBOUNCE = timedelta(seconds=2)
# Likewise the wait for more closes of the same person. Every story is asked about, however busy its day.
_LIVE_GATHER, _MOST_A_DAY = 2, 20


@dataclass(frozen=True)
class Studio:
    """What a month is played on. `people` are account ids by handle, `sprints` ids by number."""

    site: Site
    clock: TravelClock
    deployment: Deployment
    handlers: Handlers
    tenant: Tenant
    start: datetime
    people: dict[str, str]
    bot: str
    sprints: dict[int, int]
    board: int
    fields: dict[str, str]
    runbooks: dict[str, str]
    web: ThreadServer

    def live(self) -> Studio:
        """The same stage at the pace of people: pages follow an answer within seconds."""
        settings = replace(self.deployment.settings, debounce=_LIVE_DEBOUNCE)
        deployment = replace(self.deployment, settings=settings)
        _ask(deployment, self.tenant, gather_seconds=_LIVE_GATHER)
        self.web.show(create_app(deployment))
        return replace(self, deployment=deployment, handlers=handlers(deployment))

    def settle(self) -> None:
        """Deliver what the site has to say and run every job that is due."""
        self.site.flush_webhooks()
        while self.deployment.queue.drain(self.handlers):
            self.site.flush_webhooks()


@contextmanager
def open_studio(folder: Path, host: str = "127.0.0.1", ports: tuple[int, int] = (0, 0)) -> Iterator[Studio]:
    """The stage, with nothing played yet; `ports` are of the site and of LearnLoop, 0 for any that is free."""
    start = first_monday(Clock().now())
    clock = TravelClock(start)
    site = Site(now=clock.now)
    server = serve(site, host=host, port=ports[0])
    opened = listen(host, ports[1])
    address = f"http://{host}:{opened.getsockname()[1]}"
    settings = config.load(
        {"LEARNLOOP_DATA": str(folder), "LEARNLOOP_BASE_URL": address, "LEARNLOOP_DEBOUNCE": _MONTHS_DEBOUNCE}
    )
    deployment = assemble(settings, clock)
    web = ThreadServer(create_app(deployment), opened)
    try:
        yield _furnished(site, server.url, clock, deployment, start, web)
    finally:
        web.close()
        opened.close()
        server.close()
        deployment.close()


def first_monday(now: datetime) -> datetime:
    """The Monday from which the month just fits before `now`, at the office's opening."""
    day = (now - timedelta(days=29)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday()) + _OPENS


def _furnished(
    site: Site, url: str, clock: TravelClock, deployment: Deployment, start: datetime, web: ThreadServer
) -> Studio:
    people = {one.handle: site.add_person(one.name, email=one.email, time_zone=one.time_zone) for one in PEOPLE}
    people["automation"] = site.add_person("Automation for Jira", account_type="app")
    token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    bot = site.add_person("LearnLoop", email="learnloop@example.com", token=token, admin=True)
    for key, name in PROJECTS.items():
        site.add_project(key, name, components=sorted({one.component for one in STORIES if one.project == key}))
    site.add_issue_type("Spike")
    site.release_version(site.add_version("FLEX", RELEASED))
    site.add_field("Flagged", "multiselect", [FLAG])
    fields = {name: site.add_field(name, kind) for name, kind in _FIELDS.items()}
    site.admit("Private", bot, *people.values())
    site.add_space(SPACE, "Engineering")
    runbooks = {
        name: site.create_page(SPACE, title, _runbook(title), by=people["ana"]) for name, title in RUNBOOKS.items()
    }
    board = site.add_board("FLEX", "FLEX board")
    sprints = {
        one.number: site.add_sprint(
            board,
            one.name,
            goal=one.goal,
            start=start + timedelta(days=one.start),
            end=start + timedelta(days=one.end, hours=9),
        )
        for one in SPRINTS
    }
    account = onboarding.Given(token, "learnloop@example.com")
    wish = onboarding.Wish(url, jira=account, secret=secret, space=SPACE, time_zone="UTC")
    tenant = onboarding.add_tenant(deployment, wish)
    _ask(deployment, tenant, gather_seconds=0, most_a_day=_MOST_A_DAY)
    site.add_webhook(onboarding.webhook_url(deployment, tenant), events=EVENTS, secret=secret)
    return Studio(
        site, clock, deployment, handlers(deployment), tenant, start, people, bot, sprints, board, fields, runbooks, web
    )


def _ask(deployment: Deployment, tenant: Tenant, **rules: int) -> None:
    """Change when people are asked."""
    with deployment.db.begin() as tx:
        policy = tenants.get(tx, tenant.id).policy
        tenants.set_policy(tx, tenant.id, replace(policy, **rules))  # type: ignore[arg-type]


_FIELDS = {
    "What we learned": "textarea",
    "What surprised us": "textarea",
    "What we will do differently": "textarea",
    "Where it lives": "url",
}


def _runbook(title: str) -> str:
    return f"<p>{title.removeprefix('Runbook: ').capitalize()}: what to look at first, and what to do.</p>"
