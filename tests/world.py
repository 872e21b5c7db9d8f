"""A world for tests: an emulated site, a whole LearnLoop beside it, both over real HTTP, under one clock that moves."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from werkzeug.serving import make_server

from tests import postgres
from tests.migrated import migrated
from webhooks.app import create_app
from worker import config, onboarding, schedule
from worker.clock import TravelClock
from worker.deployment import Deployment, assemble
from worker.domain.model import Hosting, IssueId, JobKind, Learning, Page, PageKey, Prompt, Proof, SourceKind, TenantId
from worker.emulator import Site, serve
from worker.emulator.wiki_model import Page as SitePage
from worker.jobs import handlers
from worker.queue import Handlers, Job
from worker.store import deliveries, learnings, pages, prompts, tenants
from worker.store.deliveries import Delivery
from worker.store.tenants import Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECRET = "a secret both sides know"
BOT = onboarding.Given("token", "bot@example.org")
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FORGE_APP = "ari:cloud:ecosystem::app/6f8c2d1e-0a1b-4c2d-8e3f-5a6b7c8d9e0f"
EVENTS = [*onboarding.EVENTS]


# The database worlds are made on: sqlite or postgresql.
database: ContextVar[str] = ContextVar("database", default="sqlite")


@dataclass
class World:
    """One site with a project FLEX and a space ENG, one tenant on it, and the people Ana and Ben."""

    site: Site
    clock: TravelClock
    deployment: Deployment
    handlers: Handlers
    ana: str
    ben: str
    bot: str
    tenant_id: str = ""
    runs: int = field(default=0)

    @property
    def tenant(self) -> Tenant:
        with self.deployment.db.read() as tx:
            return tenants.get(tx, TenantId(self.tenant_id)) if self.tenant_id else tenants.every(tx)[0]

    # --- time and work ---

    def settle(self) -> None:
        """Deliver what the site has to say and run every job that is due, until nothing happens any more."""
        quiet = 0
        while quiet < 2:
            before = len(self.site.deliveries)
            self.site.flush_webhooks()
            self.deployment.db.write(lambda _tx: None)  # body-less lines travel with the next group
            runs = self.deployment.queue.drain(self.handlers)
            self.runs += runs
            quiet = quiet + 1 if runs == 0 and len(self.site.deliveries) == before else 0

    def later(self, step: timedelta) -> None:
        """Let time pass, then settle."""
        self.clock.forward(step)
        self.settle()

    def tick(self, kind: JobKind) -> None:
        """Fire a scheduled job, a second from now so that it may be fired again, then settle."""
        self.clock.forward(timedelta(seconds=1))
        assert schedule.fire(self.deployment, kind, self.tenant.id, self.clock.now())
        self.settle()

    def retry(self, job_id: int) -> bool:
        """Have a dead job tried again, as an admin does; False when there is no such dead job."""
        with self.deployment.db.begin() as tx:
            return self.deployment.queue.retry(tx, [job_id]) == 1

    def rule(self, **policy: object) -> None:
        """Change the tenant's rules."""
        tenant = self.tenant
        with self.deployment.db.begin() as tx:
            tenants.set_policy(tx, tenant.id, replace(tenant.policy, **policy))  # type: ignore[arg-type]

    def ask_at_once(self) -> None:
        """Have people asked about every close, however many come together, on every site there is."""
        with self.deployment.db.begin() as tx:
            for tenant in tenants.every(tx):
                tenants.set_policy(tx, tenant.id, replace(tenant.policy, gather_seconds=0, most_a_day=50))

    # --- people ---

    def closed(
        self, summary: str = "Try monthly plans", *, kind: str = "Story", by: str = "", resolution: str = "Done",
        project: str = "FLEX", sprint: int | None = None,
    ) -> str:  # fmt: skip
        """An issue that was just closed, and everything that follows from it; its key."""
        key = self.site.create_issue(project, kind, summary, reporter=self.ana, assignee=self.ana, sprint=sprint)
        self.site.transition(key, "Done", by=by or self.ana, resolution=resolution)
        self.settle()
        return key

    def sprint(self, name: str = "Sprint 1", goal: str = "", project: str = "FLEX") -> int:
        """A sprint that was just started, on a board of its own."""
        sprint = self.site.add_sprint(self.site.add_board(project, f"Board of {name}"), name, goal=goal)
        self.site.start_sprint(sprint, by=self.ana)
        return sprint

    def reply(self, key: str, text: str, by: str = "") -> str:
        """Somebody comments on an issue; the comment's id."""
        comment = self.site.comment(key, text, by=by or self.ana)
        self.settle()
        return comment

    def link(self, key: str) -> str:
        """The address of the form, as the comment on the issue gives it."""
        found = re.search(r"\[(?:[^|\]]*)\|(http[^|\]]+/answer/[^|\]]+)", self.our_comment(key))
        assert found, self.our_comment(key)
        return found[1]

    def answer(
        self, key: str, learned: str = "Small batches surface problems early.", **fields: str
    ) -> requests.Response:
        """Somebody fills the form."""
        data = {"learned": learned, "choice": "learned"} | fields
        response = requests.post(self.link(key), data=data, timeout=10)
        self.settle()
        return response

    # --- looking ---

    def our_comments(self, key: str) -> list[str]:
        """The texts (wiki) of our comments on an issue."""
        return [str(one.body.wiki) for one in self.site.comments(key) if one.author == self.bot]

    def our_comment(self, key: str) -> str:
        """The text of our one comment."""
        (only,) = self.our_comments(key)
        return only

    def page(self, title: str, space: str = "ENG") -> SitePage:
        """The page with this title on the site."""
        return self.site.page_by_title(space, title)

    def row(self, key: str) -> Page:
        """What we think of a page."""
        with self.deployment.db.read() as tx:
            return pages.get(tx, self.tenant.id, PageKey(key))

    def prompt(self, key: str) -> Prompt | None:
        """The prompt of an issue."""
        with self.deployment.db.read() as tx:
            return prompts.of_issue(tx, self.tenant.id, IssueId(self.site.issue(key).id))

    def learning(self, key: str) -> Learning | None:
        """The current learning of an issue."""
        with self.deployment.db.read() as tx:
            return learnings.of_issue(tx, self.tenant.id, IssueId(self.site.issue(key).id))

    def deliveries(self) -> list[Delivery]:
        """Our deliveries, newest first."""
        with self.deployment.db.read() as tx:
            return deliveries.newest(tx, limit=1000)

    def reasons(self, key: str) -> list[str]:
        """What came of the deliveries about an issue, newest first."""
        return [one.reason for one in self.deliveries() if one.issue_key == key]

    def jobs(self, state: str | None = None) -> list[Job]:
        """The jobs that have not succeeded yet; with `state`, those waiting, running or dead."""
        return self.deployment.queue.jobs(state, limit=1000)

    def writes(self) -> list[str]:
        """The writing requests the site has had from us, as "METHOD path"."""
        return [
            f"{one.method} {one.path}"
            for one in self.site.requests
            if one.method != "GET" and one.actor == self.bot and not one.path.endswith("bulkfetch")
        ]


@contextmanager
def make_world(
    folder: Path,
    *,
    admin: bool = True,
    hosting: str = Hosting.CLOUD,
    join: Callable[[World], None] | None = None,
    **policy: object,
) -> Iterator[World]:
    """A world in `folder`; `admin` says whether our account is one, `policy` changes the tenant's rules.

    `join` brings site and LearnLoop together; by an admin's webhook and a token of the family `hosting` names unless it
    says otherwise.
    """
    clock = TravelClock(MONDAY)
    site = Site(now=clock.now, hosting=hosting)
    server = serve(site)
    settings = config.load(_environ(folder, server.url))
    later = _Later()
    web = make_server("127.0.0.1", 0, later, threaded=True)
    settings = replace(settings, base_url=f"http://127.0.0.1:{web.server_port}")
    deployment = assemble(settings, clock)
    later.target = create_app(deployment)
    thread = threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        world = _peopled(site, clock, deployment, admin)
        (join or (by_server_webhook if hosting == Hosting.DATA_CENTER else by_webhook))(world)
        clock.forward(timedelta(minutes=1))
        world.ask_at_once()
        if policy:
            world.rule(**policy)
        yield world
    finally:
        web.shutdown()
        web.server_close()
        thread.join()
        server.close()
        deployment.close()
        if deployment.db.shared:
            postgres.drop(settings.database_url)


def _environ(folder: Path, site_url: str) -> dict[str, str]:
    """The environment of a LearnLoop for which the emulated site is all there is of Atlassian."""
    shared = database.get() == "postgresql"
    if not shared:
        migrated(folder / "learnloop.db")
    return {
        "LEARNLOOP_DATA": str(folder),
        "DATABASE_URL": postgres.fresh() if shared else "",
        "LEARNLOOP_DEBOUNCE": "0",
        "LEARNLOOP_SITE_TIMEOUT": "5",
        "LEARNLOOP_ATLASSIAN_API": site_url,
        "LEARNLOOP_CONNECT_KEY_HOSTS": f"{site_url}/_emulator/connect/install-keys",
        "LEARNLOOP_CONNECT_SITES": "127.0.0.1",
        "LEARNLOOP_CONNECT_SCRIPT": f"{site_url}/_emulator/connect/all.js",
        "LEARNLOOP_FORGE_APPS": FORGE_APP,
        "LEARNLOOP_FORGE_KEYS": f"{site_url}/_emulator/forge/jwks.json",
    }


class _Later:
    """A WSGI application that is given its target once the port, and so the base address, is known."""

    target: WSGIApplication

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.target(environ, start_response)


def _peopled(site: Site, clock: TravelClock, deployment: Deployment, admin: bool) -> World:
    ana = site.add_person("Ana Sousa", email="ana@example.org", time_zone="Europe/Lisbon")
    ben = site.add_person("Ben Okafor", email="ben@example.org")
    bot = site.add_person("LearnLoop", email="bot@example.org", token="token", admin=admin)
    site.add_project("FLEX", "Flexible Pricing", components=["billing"])
    site.add_space("ENG", "Engineering")
    return World(site, clock, deployment, handlers(deployment), ana, ben, bot)


def by_webhook(world: World) -> None:
    """An admin makes a webhook with a secret and gives LearnLoop's account a classic token."""
    wish = onboarding.Wish(world.site.url, jira=BOT, secret=SECRET, space="ENG", time_zone="UTC")
    tenant = onboarding.add_tenant(world.deployment, wish)
    world.site.add_webhook(onboarding.webhook_url(world.deployment, tenant), events=EVENTS, secret=SECRET)
    world.tenant_id = tenant.id


def by_server_webhook(world: World) -> None:
    """An admin of Data Center makes a webhook with a secret and gives LearnLoop's account an access token."""
    serve_data_center(world)


def serve_data_center(world: World, proof: Proof = Proof.HMAC) -> None:
    """Bring a Data Center site and LearnLoop together; its deliveries prove themselves so."""
    secret = {Proof.HMAC: SECRET, Proof.BASIC: "learnloop:a password both know"}.get(proof, "")
    wish = onboarding.Wish(
        world.site.url,
        SourceKind.DATA_CENTER,
        jira=onboarding.Given("token"),
        wiki_url=f"{world.site.url}/confluence",
        proof=proof,
        secret=secret,
        space="ENG",
        time_zone="UTC",
    )
    tenant = onboarding.add_tenant(world.deployment, wish)
    address = onboarding.webhook_url(world.deployment, tenant)
    match proof:
        case Proof.HMAC:
            world.site.add_webhook(address, events=EVENTS, secret=secret)
        case Proof.BASIC:
            name, _, password = secret.partition(":")
            world.site.add_webhook(address, events=EVENTS, credentials=(name, password))
        case _:
            world.site.add_webhook(address, events=EVENTS)
    world.tenant_id = tenant.id
