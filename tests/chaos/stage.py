"""An emulated site in this process, and beside it a deployment of real processes that people can reach."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests import postgres
from tests.chaos.fleet import Fleet, free_ports, sailing, until
from tests.chaos.relay import relaying
from tests.world import EVENTS, SECRET
from worker import config, onboarding
from worker.deployment import Deployment, assemble
from worker.emulator import Site, serve
from worker.queue import Job
from worker.store import tenants

PROJECTS = ("FLEX", "OPS", "PAY", "MOB")
# Real seconds between the tries of a delivery: Jira's five tries, over longer than a process takes to start again.
DELAYS = (0.5, 1.0, 2.0, 4.0)
LEASE = 4.0  # seconds; a minute in production


@dataclass(frozen=True)
class Stage:
    """The site, our account there, the people's account, the processes, and our own rows to see when all is done."""

    site: Site
    bot: str
    ana: str
    address: str
    deployment: Deployment
    fleet: Fleet

    def jobs(self) -> list[Job]:
        """The jobs that have not succeeded yet."""
        return self.deployment.queue.jobs(limit=1000)

    def settle(self, patience: float = 120.0) -> None:
        """Wait until nothing is on its way and nothing is left to do. Raises TimeoutError."""
        self.site.flush_webhooks(patience)
        until(self._quiet, "every job is done", patience)

    def _quiet(self) -> bool:
        """Nothing to do but what a person must look at, and no delivery that came of the last of it."""
        if any(job.state != "dead" for job in self.jobs()):
            return False
        before = len(self.site.deliveries)
        self.site.flush_webhooks(5)
        return len(self.site.deliveries) == before and not any(job.state != "dead" for job in self.jobs())


@contextmanager
def staged(
    folder: Path, database: str, *, webs: int = 1, workers: int = 1, url: str = "", **settings: str
) -> Iterator[Stage]:
    """A stage in `folder` on `database` (sqlite or postgresql; the one at `url`, else a new one).

    `settings` are environment variables of the processes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ports = free_ports(webs)
    mine = url or (postgres.fresh() if database == "postgresql" else "")
    site = Site(delays=DELAYS)
    server = serve(site)
    with relaying(ports) as address:
        environment = _environment(folder, mine, address) | settings
        deployment = assemble(config.load(environment))
        try:
            bot, ana = _peopled(site, deployment)
            with sailing(folder, environment, ports, workers) as fleet:
                yield Stage(site, bot, ana, address, deployment, fleet)
        finally:
            site.close()
            server.close()
            deployment.close()
            if deployment.db.shared and not url:
                postgres.drop(mine)


def _environment(folder: Path, database_url: str, address: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LEARNLOOP_")} | {
        "LEARNLOOP_DATA": str(folder / "data"),
        "DATABASE_URL": database_url,
        "LEARNLOOP_BASE_URL": address,
        "LEARNLOOP_DEBOUNCE": "1",
        "LEARNLOOP_LEASE": str(LEASE),
        "LEARNLOOP_SITE_TIMEOUT": "5",
    }


def _peopled(site: Site, deployment: Deployment) -> tuple[str, str]:
    """Bring site and deployment together: a webhook a project, so that deliveries come side by side."""
    ana = site.add_person("Ana Sousa", email="ana@example.org")  # the first person made the space's own home page
    bot = site.add_person("LearnLoop", email="bot@example.org", token="token", admin=True)
    for key in PROJECTS:
        site.add_project(key, f"Project {key}")
    site.add_space("ENG", "Engineering")
    given = onboarding.Given("token", "bot@example.org")
    wish = onboarding.Wish(site.url, jira=given, secret=SECRET, space="ENG", time_zone="UTC")
    tenant = onboarding.add_tenant(deployment, wish)
    with deployment.db.begin() as tx:  # one person closes dozens within seconds here, and each is asked about
        tenants.set_policy(tx, tenant.id, replace(tenant.policy, gather_seconds=0, most_a_day=1_000))
    hook = onboarding.webhook_url(deployment, tenant)
    for key in PROJECTS:
        site.add_webhook(hook, events=EVENTS, secret=SECRET, jql=f"project = {key}", name=f"LearnLoop {key}")
    return bot, ana
